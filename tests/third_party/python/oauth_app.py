"""An app that workspaces install through OAuth, served over HTTP."""

import os
from typing import Any

from slack_bolt import Ack, App, BoltContext, Say
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore

api = os.environ["SLACK_API_URL"]
port = int(os.environ["PORT"])
folder = os.environ["APP_DATA"]

app = App(
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    client=WebClient(base_url=api),
    oauth_settings=OAuthSettings(
        client_id=os.environ["SLACK_CLIENT_ID"],
        client_secret=os.environ["SLACK_CLIENT_SECRET"],
        scopes=["chat:write", "commands", "users:read", "channels:history"],
        authorization_url=api.replace("/api/", "/oauth/v2/authorize"),
        redirect_uri=f"http://127.0.0.1:{port}/slack/oauth_redirect",
        installation_store=FileInstallationStore(base_dir=f"{folder}/installations"),
        state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=f"{folder}/states"),
    ),
)
app.enable_token_revocation_listeners()


@app.command("/where")
def where(ack: Ack, client: WebClient, context: BoltContext) -> None:
    ack(f"In {client.auth_test()['team']}, as {context.bot_user_id}")


@app.message("anybody here")
def here(say: Say, message: dict[str, Any]) -> None:
    say(f"I am, <@{message['user']}>")


if __name__ == "__main__":
    app.start(port)
