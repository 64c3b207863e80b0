"""The app behind HTTP, with OAuth, beside a Slack with two workspaces or one organisation of them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from cryptography.fernet import Fernet

from slackapp import manifest_path
from slackapp.app import Appreciate
from slackapp.cli.setup import over_http
from slackapp.core.config import Settings
from slackapp.http import web
from slackapp.http.server import Server
from slackapp.http.settings import HttpSettings
from slackapp.sandbox.core.seeds import AppSeed, ChannelSeed, PersonSeed, WorkspaceSeed
from slackapp.sandbox.server import Sandbox
from tests.support.human import Human

SECRET = AppSeed().signing_secret


def seed(team: str, name: str, nurse: str, colleague: str, organisation: str = "") -> WorkspaceSeed:
    return WorkspaceSeed(
        team_id=team,
        domain=name.lower(),
        name=name,
        bot_token=f"xoxb-not-installed-{team}",
        app_token=f"xapp-{team}",
        people=(
            PersonSeed(id=nurse, name=f"Nia of {name}", handle=f"nia.{name.lower()}", is_admin=True),
            PersonSeed(id=colleague, name=f"Col of {name}", handle=f"col.{name.lower()}"),
        ),
        channels=(ChannelSeed(id=f"C0{team[2:]}", name="general", members=(nurse, colleague)),),
        bot_user_id=f"U0BOT{team[2:]}",
        installed=False,
        enterprise_id=organisation,
        enterprise_name="Trust" if organisation else "",
    )


@dataclass(frozen=True, slots=True)
class Hosted:
    """The app behind HTTP, with OAuth, beside a Slack with two workspaces."""

    app: Appreciate
    http: HttpSettings
    slack: httpx.Client
    server: httpx.Client

    def person(self, user: str) -> Human:
        """Somebody of either workspace in front of a screen."""
        return Human(self.slack, user)

    def install(self, team: str, **parameters: str) -> httpx.Response:
        """As a browser does: to the app, to Slack, and back."""
        to_slack = self.server.get("/slack/install")
        assert to_slack.status_code == 302
        back = self.slack.get(to_slack.headers["location"] + f"&team={team}", follow_redirects=False)
        assert back.status_code == 302, back.text
        return self.server.get(back.headers["location"], params=parameters or None)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def manifest(port: int, *, organisation: bool = False) -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(manifest_path().read_text())
    over_http(manifest, f"http://127.0.0.1:{port}", organisation=organisation)
    return manifest


@contextmanager
def hosting(database_url: str, folder: Path, organisation: str) -> Iterator[Hosted]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    described = manifest(port, organisation=bool(organisation))
    with Sandbox(manifest=described, deliver_to=f"{address}/slack/events") as sandbox:
        sandbox.seed(seed("T0NORTH", "North", "U0NORTH1", "U0NORTH2", organisation))
        sandbox.seed(seed("T0SOUTH", "South", "U0SOUTH1", "U0SOUTH2", organisation))
        plain = Settings("", "", database_url, folder / "keys", SECRET, sandbox.url)
        keys = (Fernet.generate_key().decode(),)
        known = AppSeed()
        http = HttpSettings(plain, "127.0.0.1", port, known.client_id, known.client_secret, keys, address)
        app = Appreciate(plain, locker=http.locker, http=True)
        server = Server(web.application(app, http), http.host, http.port)
        app.start()
        server.start()
        with (
            httpx.Client(base_url=sandbox.url, timeout=20) as slack,
            httpx.Client(base_url=address, timeout=20) as browser,
        ):
            yield Hosted(app, http, slack, browser)
        server.stop()
        app.stop()
