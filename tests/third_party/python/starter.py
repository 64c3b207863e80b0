"""The starter: listens to messages, mentions, reactions, a command and a button."""

import os
import re
from typing import Any

from slack_bolt import Ack, App, Say
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

app = App(client=WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]))


@app.message("hello")
def say_hello(message: dict[str, Any], say: Say) -> None:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Click Me"},
        "action_id": "button_click",
    }
    text = {"type": "mrkdwn", "text": f"Hey there <@{message['user']}>!"}
    say(
        blocks=[{"type": "section", "text": text, "accessory": button}],
        text=f"Hey there <@{message['user']}>!",
    )


@app.action("button_click")
def clicked(ack: Ack, body: dict[str, Any], say: Say) -> None:
    ack()
    say(f"<@{body['user']['id']}> clicked the button")


@app.message(re.compile(r"(\d+) \+ (\d+)"))
def add(context: dict[str, Any], say: Say, message: dict[str, Any]) -> None:
    first, second = context["matches"]
    say(text=str(int(first) + int(second)), thread_ts=message["ts"])


@app.event("app_mention")
def mentioned(event: dict[str, Any], client: WebClient, say: Say) -> None:
    client.reactions_add(channel=event["channel"], timestamp=event["ts"], name="wave")
    say(f"What's up, <@{event['user']}>?")


@app.event("reaction_added")
def reacted(event: dict[str, Any], say: Say) -> None:
    say(channel=event["item"]["channel"], text=f":{event['reaction']}: for <@{event['item_user']}>")


@app.event({"type": "message", "subtype": "message_changed"})
def changed(event: dict[str, Any], say: Say) -> None:
    if "bot_id" not in event["message"]:
        say(f"It was: {event['previous_message']['text']}")


@app.event("message")
def everything_else() -> None:
    """Messages nobody here answers."""


@app.command("/echo")
def echo(ack: Ack, command: dict[str, Any]) -> None:
    ack(command["text"])


if __name__ == "__main__":
    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()
