"""An assistant in threads of its own, and previews for links."""

import os
from typing import Any

from slack_bolt import App, Assistant, Say, SetStatus, SetSuggestedPrompts, SetTitle
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

app = App(client=WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]))
assistant = Assistant()


@assistant.thread_started
def started(say: Say, set_suggested_prompts: SetSuggestedPrompts) -> None:
    say("How can I help you?")
    set_suggested_prompts(prompts=[{"title": "Tea", "message": "Which tea is best?"}])


@assistant.user_message
def answer(payload: dict[str, Any], say: Say, set_status: SetStatus, set_title: SetTitle) -> None:
    set_status("is thinking")
    set_title(payload["text"])
    say("Darjeeling." if "tea" in payload["text"] else "I do not know.")


app.use(assistant)


@app.event("link_shared")
def unfurl(event: dict[str, Any], client: WebClient) -> None:
    unfurls = {link["url"]: {"text": f"A page about {link['domain']}"} for link in event["links"]}
    client.chat_unfurl(channel=event["channel"], ts=event["message_ts"], unfurls=unfurls)


if __name__ == "__main__":
    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()
