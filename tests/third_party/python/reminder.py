"""Reminders: Slack keeps the message until its time has come."""

import os
import time
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

app = App(client=WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]))


@app.command("/remind-me")
def remind(ack: Ack, command: dict[str, Any], client: WebClient, respond: Respond) -> None:
    ack()
    seconds, _, text = command["text"].partition(" ")
    channel = client.conversations_open(users=command["user_id"])["channel"]["id"]
    try:
        at = int(time.time()) + int(seconds)
        scheduled = client.chat_scheduleMessage(channel=channel, text=f"Reminder: {text}", post_at=at)
    except SlackApiError as refused:
        respond(f"That did not work: {refused.response['error']}")
        return
    cancel = {"type": "button", "action_id": "cancel", "text": {"type": "plain_text", "text": "Forget it"},
              "value": f"{channel} {scheduled['scheduled_message_id']}"}  # fmt: skip
    words = {"type": "mrkdwn", "text": "I will remind you."}
    respond(text="I will remind you.", blocks=[{"type": "section", "text": words, "accessory": cancel}])


@app.action("cancel")
def cancel(ack: Ack, action: dict[str, Any], client: WebClient, respond: Respond) -> None:
    ack()
    channel, scheduled_id = action["value"].split()
    client.chat_deleteScheduledMessage(channel=channel, scheduled_message_id=scheduled_id)
    respond(text="Forgotten.", replace_original=True)


@app.command("/reminders")
def list_reminders(ack: Ack, client: WebClient) -> None:
    waiting = client.chat_scheduledMessages_list()["scheduled_messages"]
    ack("\n".join(message["text"] for message in waiting) or "Nothing is coming.")


if __name__ == "__main__":
    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()
