"""A poll: a modal asks for a question and its answers, buttons take the votes, the message counts them."""

import json
import os
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

app = App(client=WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]))
votes: dict[tuple[str, str], dict[str, int]] = {}


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def field(name: str, label: str, element: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "element": {"action_id": name, **element},
    }


@app.command("/poll")
@app.shortcut("start_poll")
def open_form(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    where = {"type": "conversations_select", "default_to_current_conversation": True, "filter": {
        "include": ["public", "private"]}}  # fmt: skip
    client.views_open(
        trigger_id=body["trigger_id"],
        view={
            "type": "modal",
            "callback_id": "poll_form",
            "title": plain("New poll"),
            "submit": plain("Ask"),
            "blocks": [
                field("question", "Question", {"type": "plain_text_input"}),
                field("answers", "Answers, one a line", {"type": "plain_text_input", "multiline": True}),
                field("channel", "Channel", where),
            ],
        },
    )


@app.view("poll_form")
def ask(ack: Ack, view: dict[str, Any], client: WebClient) -> None:
    values = view["state"]["values"]
    answers = [line.strip() for line in values["answers"]["answers"]["value"].splitlines() if line.strip()]
    if len(answers) < 2:
        ack(response_action="errors", errors={"answers": "At least two answers are needed."})
        return
    ack()
    question = values["question"]["question"]["value"]
    client.chat_postMessage(
        channel=values["channel"]["channel"]["selected_conversation"],
        text=question,
        blocks=poll_blocks(question, answers, {}),
        metadata={"event_type": "poll", "event_payload": {"answers": answers}},
    )


@app.action("vote")
def vote(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    channel, message = body["channel"]["id"], body["message"]
    poll = json.loads(body["actions"][0]["value"])
    cast = votes.setdefault((channel, message["ts"]), {})
    cast[body["user"]["id"]] = poll["answer"]
    client.chat_update(
        channel=channel,
        ts=message["ts"],
        text=message["text"],
        blocks=poll_blocks(poll["question"], poll["answers"], cast),
    )


def poll_blocks(question: str, answers: list[str], cast: dict[str, int]) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": f"*{question}*"}}]
    for number, answer in enumerate(answers):
        voters = [f"<@{user}>" for user, chosen in cast.items() if chosen == number]
        value = json.dumps({"question": question, "answers": answers, "answer": number})
        button = {"type": "button", "action_id": "vote", "text": plain(answer), "value": value}
        text = f"{answer}: {len(voters)} {' '.join(voters)}"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": text}, "accessory": button})
    return blocks


if __name__ == "__main__":
    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()
