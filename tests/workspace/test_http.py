"""HTTP mode: what the guard lets through, installing through OAuth, two workspaces on one server."""

import hashlib
import hmac
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from cryptography.fernet import Fernet
from sqlalchemy import select
from waitress.server import create_server

from slackapp import installations, manifest_path, migrations
from slackapp.app import Appreciate
from slackapp.commands.setting_up import over_http
from slackapp.config import Settings
from slackapp.db import Sessions, connect
from slackapp.errors import SettingsError
from slackapp.http import installing, web
from slackapp.http import settings as http_settings
from slackapp.http.guard import LARGEST, THREADS, Guard
from slackapp.http.settings import HttpSettings
from slackapp.installations import Granted, Locker
from slackapp.models import AuditEntry, Installation, Member, Recognition, Workspace
from slackapp.sandbox.seeds import AppSeed, ChannelSeed, PersonSeed, WorkspaceSeed
from slackapp.sandbox.server import Sandbox

SECRET = AppSeed().signing_secret


def signed(body: bytes, **changed: str) -> dict[str, str]:
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
    return {**headers, "Content-Type": "application/x-www-form-urlencoded", **changed}


def ask(
    app: Any, body: bytes, headers: dict[str, str], *, stream: io.BytesIO | None = None
) -> tuple[int, str]:
    """One request as a WSGI server hands it on: headers as Latin-1, whatever bytes they were."""
    names = {name.upper().replace("-", "_"): value for name, value in headers.items()}
    length = names.pop("CONTENT_LENGTH", str(len(body)))
    environ: dict[str, Any] = {f"HTTP_{name}": value for name, value in names.items()}
    environ |= {"CONTENT_TYPE": environ.pop("HTTP_CONTENT_TYPE"), "CONTENT_LENGTH": length}
    environ |= {"REQUEST_METHOD": "POST", "PATH_INFO": "/slack/events", "QUERY_STRING": ""}
    environ |= {
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": stream or io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    seen: list[str] = []
    answer = b"".join(app(environ, lambda status, _headers: seen.append(status)))
    return int(seen[0][:3]), answer.decode()


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Any]:
    """The WSGI application without a server."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    sessions = connect(url)
    migrations.upgrade(sessions)
    sessions.dispose()
    plain = Settings("xoxb-none", "", url, tmp_path / "keys", SECRET, "http://127.0.0.1:9")
    app = web.application(HttpSettings(plain, "127.0.0.1", 1))
    yield app
    app.close()


BODY = b"command=%2Fpulse&team_id=T0NOBODY&user_id=U0NOBODY&trigger_id=1.2"


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, BODY, 200),
        ({"X-Slack-Request-Timestamp": "soon"}, BODY, 401),
        ({"X-Slack-Request-Timestamp": "-5"}, BODY, 401),
        ({"X-Slack-Request-Timestamp": "²³"}, BODY, 401),
        ({"X-Slack-Request-Timestamp": "12"}, BODY, 401),
        ({"X-Slack-Signature": "v0=é"}, BODY, 401),
        ({"X-Slack-Signature": "v0=" + "a" * 64}, BODY, 401),
        ({"X-Slack-Signature": ""}, BODY, 401),
        ({}, b"payload=\xff\xfe", 401),
        ({}, b"x" * (LARGEST + 1), 413),
        ({"Content-Length": str(10**14)}, BODY, 413),
        ({"Content-Length": "many"}, BODY, 400),
    ],
)
def test_what_slack_did_not_send_is_refused_and_never_fails(
    listening: Any, headers: dict[str, str], body: bytes, status: int
) -> None:
    given, words = ask(listening, body, signed(body) | headers)
    assert given == status, words
    assert "Traceback" not in words


def test_a_body_longer_than_its_header_says_is_not_read_to_its_end(listening: Any) -> None:
    given, _ = ask(listening, b"x" * (2 * LARGEST), signed(BODY) | {"Content-Length": ""})
    assert given == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b"null"),
        ("application/json", b'{"authorizations": 7}'),
        ("application/json", b'{"user": "x", "view": [], "team": 7}'),
        ("application/x-www-form-urlencoded", b"payload=%7B"),
        ("application/x-www-form-urlencoded", b"payload=null"),
        ("application/x-www-form-urlencoded", b""),
        ("text/plain", BODY),
        ("multipart/form-data; boundary=x", BODY),
        ("", BODY),
    ],
)
def test_a_body_of_another_kind_never_fails(listening: Any, kind: str, body: bytes) -> None:
    given, words = ask(listening, body, signed(body) | {"Content-Type": kind})
    assert (given < 500, "Traceback" in words) == (True, False), words
    # A stranger's never gets so far as to be read.
    stranger = signed(body) | {"Content-Type": kind, "X-Slack-Signature": "v0=" + "a" * 64}
    assert ask(listening, body, stranger)[0] == 401


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    class Slow(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            released.wait(5)
            return b""

    released, waiting = threading.Event(), Guard(lambda *_: [b""], {}, secret=SECRET, slowest=0.05)
    assert ask(waiting, BODY, signed(BODY), stream=Slow())[0] == 408
    released.set()


def test_other_paths_and_methods_are_not_there(listening: Any) -> None:
    guarded = httpx.Client(transport=httpx.WSGITransport(listening), base_url="http://app")
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
        assert guarded.request(method, "/slack/events").status_code == 405
    assert guarded.post("/healthz").status_code == 405
    assert [guarded.get(path).status_code for path in ("/", "/slack/install", "/../etc/passwd")] == [404] * 3
    assert guarded.get("/healthz").json()["ok"] is True


def test_without_the_guard_the_same_requests_fail() -> None:
    """The naive twin: Bolt alone answers 500, which the tests above would notice."""
    from slack_bolt import App
    from slack_bolt.adapter.wsgi import SlackRequestHandler
    from slack_sdk import WebClient

    bolt = App(client=WebClient("xoxb-none"), signing_secret=SECRET, token_verification_enabled=False)
    naive = SlackRequestHandler(bolt)
    bad = signed(BODY) | {"X-Slack-Request-Timestamp": "soon"}
    assert ask(naive, BODY, bad)[0] == 500
    assert ask(Guard(naive, {}, secret=SECRET), BODY, bad)[0] == 401
    stranger = signed(b"{") | {"X-Slack-Signature": "v0=" + "a" * 64, "Content-Type": "application/json"}
    with pytest.raises(json.JSONDecodeError):
        ask(naive, b"{", stranger)


def seed(team: str, name: str, nurse: str, colleague: str, **more: Any) -> WorkspaceSeed:
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
        **more,
    )


@dataclass(frozen=True, slots=True)
class Hosted:
    """The app behind HTTP, with OAuth, beside a Slack with two workspaces."""

    app: Appreciate
    http: HttpSettings
    slack: httpx.Client
    server: httpx.Client
    person: Any

    def install(self, team: str, **asked: str) -> httpx.Response:
        """As a browser does: to the app, to Slack, and back."""
        to_slack = self.server.get("/slack/install")
        assert to_slack.status_code == 302
        back = self.slack.get(to_slack.headers["location"] + f"&team={team}", follow_redirects=False)
        assert back.status_code == 302, back.text
        return self.server.get(back.headers["location"], params=asked or None)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def manifest(port: int, *, organisation: bool = False) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(manifest_path().read_text())
    over_http(told, f"http://127.0.0.1:{port}", organisation=organisation)
    return told


@pytest.fixture
def organisation() -> str:
    """Slack's id of the organisation that both workspaces belong to, or nothing."""
    return ""


@pytest.fixture
def hosted(database_url: str, tmp_path: Path, human: Any, organisation: str) -> Iterator[Hosted]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    told, grid = manifest(port, organisation=bool(organisation)), {"enterprise_id": organisation}
    grid["enterprise_name"] = "Trust" if organisation else ""
    with Sandbox(manifest=told, deliver_to=f"{address}/slack/events") as sandbox:
        for one in (
            seed("T0NORTH", "North", "U0NORTH1", "U0NORTH2", **grid),
            seed("T0SOUTH", "South", "U0SOUTH1", "U0SOUTH2", **grid),
        ):
            sandbox.seed(one)
        plain = Settings("", "", database_url, tmp_path / "keys", SECRET, sandbox.url)
        keys = (Fernet.generate_key().decode(),)
        known = AppSeed()
        http = HttpSettings(plain, "127.0.0.1", port, known.client_id, known.client_secret, keys, address)
        app = Appreciate(plain, locker=http.locker, http=True)
        application = web.application(http)
        server = create_server(application, host="127.0.0.1", port=port, threads=8)
        listening = threading.Thread(target=server.run, daemon=True)
        listening.start()
        app.start()
        with (
            httpx.Client(base_url=sandbox.url, timeout=20) as slack,
            httpx.Client(base_url=address, timeout=20) as browser,
        ):
            yield Hosted(app, http, slack, browser, lambda user: human(slack, user))
        # The sandbox lets go of its connection first; the server would wait for it.
        sandbox.stop()
        server.close()
        server.task_dispatcher.shutdown()
        listening.join(5)
        application.close()
        app.stop()


def tokens(sessions: Sessions) -> dict[str, str]:
    with sessions.read() as session:
        return dict(session.execute(select(Installation.key, Installation.sealed_token)).all())


def test_two_workspaces_install_and_never_see_each_other(hosted: Hosted) -> None:
    for team, name in (("T0NORTH", "North"), ("T0SOUTH", "South")):
        done = hosted.install(team)
        assert (done.status_code, f"Appreciate is in {name}." in done.text) == (200, True), done.text
    assert all("xoxb" not in sealed for sealed in tokens(hosted.app.sessions).values())
    for place in ("NORTH", "SOUTH"):
        nurse, colleague = hosted.person(f"U0{place}1"), hosted.person(f"U0{place}2")
        nurse.types(f"/appreciate <@U0{place}2> helping You found us a bed in the {place} wing")
        colleague.sees(f"in the {place} wing")
    # Somebody of the other workspace is nobody here, also by their id.
    hosted.person("U0NORTH1").types("/appreciate <@U0SOUTH2> helping You found us a bed in the night")
    hosted.person("U0NORTH1").sees("I can't find one of these people here.")
    with hosted.app.sessions.read() as session:
        rows = session.execute(
            select(Workspace.slack_team_id, Recognition.words, Member.slack_user_id)
            .join(Recognition, Recognition.workspace_id == Workspace.id)
            .join(Member, Member.id == Recognition.giver_id)
        ).all()
    assert sorted(rows) == [
        ("T0NORTH", "You found us a bed in the NORTH wing", "U0NORTH1"),
        ("T0SOUTH", "You found us a bed in the SOUTH wing", "U0SOUTH1"),
    ]


def test_taking_the_app_away_stops_everything_and_installing_again_resumes(hosted: Hosted) -> None:
    hosted.install("T0NORTH")
    hosted.person("U0NORTH1").types("/appreciate <@U0NORTH2> helping You found us a bed in the night")
    hosted.person("U0NORTH2").sees("You found us a bed in the night")
    removed = {"kind": "uninstall", "workspace": "T0NORTH"}
    assert hosted.slack.post("/control/change", json=removed).status_code == 200
    deadline = time.monotonic() + 5
    while tokens(hosted.app.sessions):
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
    with hosted.app.sessions.read() as session:
        assert session.scalars(select(Workspace.uninstalled_at)).one() is not None
    before = len(hosted.slack.get("/control/journal").text.splitlines())
    hosted.app.settle(hosted.app.now())
    assert len(hosted.slack.get("/control/journal").text.splitlines()) == before
    assert hosted.install("T0NORTH").status_code == 200
    hosted.person("U0NORTH1").types("/appreciate <@U0NORTH2> helping You found the key once more")
    hosted.person("U0NORTH2").sees("You found the key once more")


def eventually(true: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def gone(hosted: Hosted) -> dict[str, bool]:
    """By workspace, whether the app was taken away there."""
    with hosted.app.sessions.read() as session:
        rows = session.execute(select(Workspace.slack_team_id, Workspace.uninstalled_at)).all()
    return {team: at is not None for team, at in rows}


@pytest.mark.parametrize("organisation", ["E0TRUST"])
def test_an_organisation_installs_once_and_its_workspaces_never_see_each_other(hosted: Hosted) -> None:
    done = hosted.install("E0TRUST")
    assert (done.status_code, "Appreciate is in Trust." in done.text) == (200, True), done.text
    assert list(tokens(hosted.app.sessions)) == ["E0TRUST"]
    assert gone(hosted) == {"T0NORTH": False, "T0SOUTH": False}
    hosted.app.meet_everyone()
    for place in ("NORTH", "SOUTH"):
        nurse, colleague = hosted.person(f"U0{place}1"), hosted.person(f"U0{place}2")
        nurse.types(f"/appreciate <@U0{place}2> helping You found us a bed in the {place} wing")
        colleague.sees(f"in the {place} wing")
        # Home, shortcuts and modals tell of the organisation instead of the workspace.
        assert f"in the {place} wing" in colleague.sees("You found us a bed", place="home").texts
        nurse.uses_shortcut("Appreciate someone")
        assert nurse.screen()["modal"]["title"]
        nurse.does("dismiss")
    hosted.person("U0NORTH1").types("/appreciate <@U0SOUTH2> helping You found us a bed in the night")
    hosted.person("U0NORTH1").sees("I can't find one of these people here.")
    # The premise: one token for both, and each call said which was meant.
    sent = map(json.loads, hosted.slack.get("/control/journal").text.splitlines())
    meant = {one["body"].get("team_id") for one in sent if one["method"] == "chat.postMessage"}
    assert meant == {"T0NORTH", "T0SOUTH"}
    with hosted.app.sessions.read() as session:
        of = select(Workspace.slack_team_id, Member.slack_user_id)
        people = session.execute(of.join(Member, Workspace.id == Member.workspace_id)).all()
    assert {(team, user[2:7]) for team, user in people if not user.startswith("U0BOT")} == {
        ("T0NORTH", "NORTH"),
        ("T0SOUTH", "SOUTH"),
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("organisation", ["E0TRUST"])
def test_an_organisation_takes_a_workspace_out_puts_it_back_and_ends_it_all(hosted: Hosted) -> None:
    hosted.install("E0TRUST")

    def change(kind: str, workspace: str) -> None:
        told = hosted.slack.post("/control/change", json={"kind": kind, "workspace": workspace})
        assert told.status_code == 200, told.text

    change("revoke", "T0SOUTH")
    eventually(lambda: gone(hosted) == {"T0NORTH": False, "T0SOUTH": True})
    with hosted.app.sessions.read() as session:
        ids = dict(session.execute(select(Workspace.slack_team_id, Workspace.id)).all())
    assert hosted.app.clients.of(ids["T0SOUTH"]) is None
    assert hosted.app.clients.of(ids["T0NORTH"]) is not None
    hosted.person("U0NORTH1").types("/appreciate <@U0NORTH2> helping You found us a bed in the night")
    hosted.person("U0NORTH2").sees("You found us a bed in the night")
    change("grant", "T0SOUTH")
    eventually(lambda: gone(hosted) == {"T0NORTH": False, "T0SOUTH": False})
    hosted.person("U0SOUTH1").types("/appreciate <@U0SOUTH2> helping You found us a bed in the south")
    hosted.person("U0SOUTH2").sees("in the south")
    change("uninstall", "E0TRUST")
    eventually(lambda: gone(hosted) == {"T0NORTH": True, "T0SOUTH": True})
    assert tokens(hosted.app.sessions) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_somebody_presses_cancel_at_slack_and_installs_again_with_more_permissions(hosted: Hosted) -> None:
    to_slack = hosted.server.get("/slack/install").headers["location"]
    back = hosted.slack.get(f"{to_slack}&team=T0NORTH&deny=1", follow_redirects=False)
    cancelled = hosted.server.get(back.headers["location"])
    assert (cancelled.status_code, "Nothing was installed" in cancelled.text) == (200, True)
    assert tokens(hosted.app.sessions) == {}
    with hosted.app.sessions.begin() as session:
        earlier = Granted("T0NORTH", "North", "xoxb-earlier", "U0BOT", "commands")
        assert hosted.http.locker
        installations.keep(session, hosted.http.locker, earlier, now=hosted.app.now())
    assert hosted.install("T0NORTH").status_code == 200
    with hosted.app.sessions.read() as session:
        found = session.scalars(select(Installation)).one()
        assert found.scopes.split(",") == installing.scopes()
        changed = session.scalars(select(AuditEntry).order_by(AuditEntry.at.desc())).first()
        assert changed is not None
        assert (changed.before, changed.after) == ("1", str(len(installing.scopes())))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_state_serves_once_in_its_own_browser_and_cancel_installs_nothing(hosted: Hosted) -> None:
    to_slack = hosted.server.get("/slack/install").headers["location"]
    state = re.search(r"state=([\w-]+)", to_slack)
    assert state
    back = {"state": state[1], "error": "access_denied"}
    stranger = httpx.get(f"{hosted.http.public_url}/slack/oauth_redirect", params=back)
    assert (stranger.status_code, "was not begun here" in stranger.text) == (400, True)
    cancelled = hosted.server.get("/slack/oauth_redirect", params=back)
    assert (cancelled.status_code, "Cancelled" in cancelled.text) == (200, True)
    hosted.server.cookies.set("appreciate_state", state[1], path="/slack")
    again = hosted.server.get("/slack/oauth_redirect", params=back | {"code": "anything"})
    assert (again.status_code, "start the installation again" in again.text) == (400, True)
    hosted.server.cookies.clear()
    fresh = hosted.server.get("/slack/install").headers["location"]
    made_up = re.search(r"state=([\w-]+)", fresh)
    assert made_up
    wrong = hosted.server.get("/slack/oauth_redirect", params={"state": made_up[1], "code": "made-up"})
    assert (wrong.status_code, "did not confirm" in wrong.text) == (502, True)
    assert tokens(hosted.app.sessions) == {}


def test_a_rotated_key_opens_old_tokens_and_seals_them_anew(database: Sessions) -> None:
    from datetime import UTC, datetime

    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    granted = Granted("T0NORTH", "North", "xoxb-secret", "U0BOT", "commands,chat:write")
    with database.begin() as session:
        installations.keep(session, Locker([old]), granted, now=datetime.now(UTC))
    with database.begin() as session:
        assert installations.bearer(session, Locker([new]), "T0NORTH") is None
        assert installations.reseal(session, Locker([new])) == 1
        assert installations.reseal(session, Locker([new, old])) == 0
    with database.read() as session:
        found = installations.bearer(session, Locker([new]), "T0NORTH")
        assert found is not None
        assert (found.token, found.scopes) == ("xoxb-secret", ("commands", "chat:write"))
        assert installations.bearer(session, Locker([old]), "T0NORTH") is None
    assert "xoxb" not in repr(found)


def test_missing_settings_are_named_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as missing:
        http_settings.read({"KEY_DIR": str(tmp_path / "keys"), "SLACK_CLIENT_ID": "1.2", "HTTP_ADDRESS": "x"})
    for name in ("SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET", "PUBLIC_URL", "TOKEN_KEYS", "HTTP_ADDRESS"):
        assert name in str(missing.value)
    assert "SLACK_BOT_TOKEN" not in str(missing.value)


LOOKS_SIGNED = b"X-Slack-Request-Timestamp: 1700000000\r\nX-Slack-Signature: v0=" + b"a" * 64 + b"\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def refused_over_the_wire(port: int) -> None:
    """What no client library would send, to the server as it runs."""

    def begin(rest: bytes, first: bytes = b"POST /slack/events HTTP/1.1") -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", port), timeout=10)
        opened.sendall(first + b"\r\nHost: app\r\n" + rest)
        return opened

    def status(rest: bytes, first: bytes = b"POST /slack/events HTTP/1.1") -> int:
        with begin(rest, first) as opened:
            return int(opened.recv(64).split()[1])

    much = b"".join(b"10000\r\n" + b"x" * 0x10000 + b"\r\n" for _ in range(17)) + b"0\r\n\r\n"
    assert status(b"\r\n", b"HEAD /slack/events HTTP/1.1") == 405
    assert status(b"Content-Length: 2\r\n\r\nab") == 401
    assert status(LOOKS_SIGNED + LOOKS_SIGNED + b"Content-Length: 2\r\n\r\nab") == 401
    assert status(LOOKS_SIGNED + CHUNKED + b"3\r\nabc\r\n0\r\n\r\n") == 401
    assert status(LOOKS_SIGNED + CHUNKED + b"no number\r\nabc") in {400, 401}
    assert status(LOOKS_SIGNED + CHUNKED + much) == 413
    # More bodies that never come than there are requests at once: others are answered meanwhile.
    slow = [begin(LOOKS_SIGNED + b"Content-Length: 50\r\n\r\nabc") for _ in range(THREADS + 8)]
    assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=10).status_code == 200
    for one in slow:
        one.close()


@pytest.mark.timeout(90)
def test_serve_over_http_answers_through_granian_and_ends_cleanly(tmp_path: Path, human: Any) -> None:
    port = free_port()
    place = replace(seed("T0NORTH", "North", "U0NORTH1", "U0NORTH2"), bot_token="xoxb-single", installed=True)
    with Sandbox(manifest=manifest(port), deliver_to=f"http://127.0.0.1:{port}/slack/events") as sandbox:
        sandbox.seed(place)
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "SLACK_BOT_TOKEN": place.bot_token,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": sandbox.url,
            "HTTP_ADDRESS": f"127.0.0.1:{port}",
            "KEY_DIR": str(tmp_path.with_name(f"{tmp_path.name}-keys")),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}",
        }
        sessions = connect(environment["DATABASE_URL"])
        migrations.upgrade(sessions)
        sessions.dispose()
        program = [Path(sys.executable).with_name("slackapp"), "serve", "--http"]
        with subprocess.Popen(program, env=environment, stderr=subprocess.PIPE, text=True) as app:
            deadline = time.monotonic() + 40
            while time.monotonic() < deadline:
                try:
                    if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                        break
                except httpx.TransportError:
                    threading.Event().wait(0.1)
            with httpx.Client(base_url=sandbox.url, timeout=20) as slack:
                human(slack, "U0NORTH1").types("/appreciate <@U0NORTH2> helping You found us a bed tonight")
                human(slack, "U0NORTH2").sees("You found us a bed tonight", seconds=10)
            refused_over_the_wire(port)
            app.send_signal(signal.SIGTERM)
            _, told = app.communicate(timeout=40)
            assert app.returncode == 0, told
        assert "Traceback" not in told
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/healthz")
