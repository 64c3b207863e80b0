"""A Home tab with a list of things to do: a button opens a modal, checkboxes take things off the list."""

import os
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

app = App(client=WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]))
lists: dict[str, list[str]] = {}


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def publish(client: WebClient, user: str) -> None:
    button = {"type": "button", "action_id": "add", "text": plain("Add a thing"), "style": "primary"}
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain("To do")},
        {"type": "actions", "elements": [button]},
    ]
    if things := lists.get(user):
        options = [{"text": plain(thing), "value": thing} for thing in things]
        done = {"type": "checkboxes", "action_id": "done", "options": options}
        blocks.append({"type": "section", "text": plain("Tick what is done"), "accessory": done})
    client.views_publish(user_id=user, view={"type": "home", "blocks": blocks})


@app.event("app_home_opened")
def opened(event: dict[str, Any], client: WebClient) -> None:
    if event["tab"] == "home":
        publish(client, event["user"])


@app.action("add")
def add(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    thing = {"type": "input", "block_id": "thing", "label": plain("What?"), "element": {
        "type": "plain_text_input", "action_id": "thing"}}  # fmt: skip
    view = {
        "type": "modal",
        "callback_id": "new",
        "title": plain("New"),
        "submit": plain("Add"),
        "blocks": [thing],
    }
    client.views_open(trigger_id=body["trigger_id"], view=view)


@app.view("new")
def added(ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
    ack()
    user = body["user"]["id"]
    lists.setdefault(user, []).append(view["state"]["values"]["thing"]["thing"]["value"])
    publish(client, user)


@app.action("done")
def done(ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    user = body["user"]["id"]
    ticked = {option["value"] for option in action["selected_options"]}
    lists[user] = [thing for thing in lists.get(user, []) if thing not in ticked]
    publish(client, user)


if __name__ == "__main__":
    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()
