"""Installing through OAuth: two workspaces or an organisation on one server, removed and installed again."""

import json
import re

import httpx
import pytest
from cryptography.fernet import Fernet
from slack_bolt import BoltRequest
from sqlalchemy import select

from slackapp.connection import installations
from slackapp.connection.installations import NewInstallation, TokenEncryption
from slackapp.core.db import Sessions
from slackapp.core.i18n import voice
from slackapp.http import oauth
from slackapp.models import AuditEntry, Installation, InstallTicket, Member, Recognition, Workspace
from slackapp.workspace.registry import NeverInstalled
from tests.support.hosting import Hosted
from tests.support.waiting import comes


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
    # Somebody of the other workspace is unknown here, also by their id.
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


def test_whoever_installs_it_gets_the_first_steps_once_and_nobody_else_a_word(hosted: Hosted) -> None:
    hosted.install("T0NORTH")
    installer = hosted.person("U0NORTH1")
    text = installer.sees("Three steps, and it is ready.")["messages"][-1]["text"]
    assert "three short steps make it a team" in text
    installer.presses("New team")
    installer.waits(lambda screen: screen["modal"] is not None)
    installer.does("dismiss")
    hosted.install("T0NORTH")
    hosted.app.run_due(hosted.app.now())
    assert len(installer.screen()["messages"]) == 1
    assert hosted.person("U0NORTH2").screen()["messages"] == []


def test_taking_the_app_away_stops_everything_and_installing_again_resumes(hosted: Hosted) -> None:
    hosted.install("T0NORTH")
    hosted.person("U0NORTH1").types("/appreciate <@U0NORTH2> helping You found us a bed in the night")
    hosted.person("U0NORTH2").sees("You found us a bed in the night")
    removed = {"kind": "uninstall", "workspace": "T0NORTH"}
    assert hosted.slack.post("/control/change", json=removed).status_code == 200
    comes(lambda: not tokens(hosted.app.sessions))
    with hosted.app.sessions.read() as session:
        assert session.scalars(select(Workspace.uninstalled_at)).one() is not None
    before = len(hosted.slack.get("/control/journal").text.splitlines())
    hosted.app.run_due(hosted.app.now())
    assert len(hosted.slack.get("/control/journal").text.splitlines()) == before
    assert hosted.install("T0NORTH").status_code == 200
    hosted.person("U0NORTH1").types("/appreciate <@U0NORTH2> helping You found the key once more")
    hosted.person("U0NORTH2").sees("You found the key once more")


def gone(hosted: Hosted) -> dict[str, bool]:
    """By workspace, whether the app was uninstalled there."""
    with hosted.app.sessions.read() as session:
        rows = session.execute(select(Workspace.slack_team_id, Workspace.uninstalled_at)).all()
    return {team: at is not None for team, at in rows}


@pytest.mark.parametrize("organisation", ["E0TRUST"])
def test_an_organisation_installs_once_and_its_workspaces_never_see_each_other(hosted: Hosted) -> None:
    done = hosted.install("E0TRUST")
    assert (done.status_code, "Appreciate is in Trust." in done.text) == (200, True), done.text
    assert list(tokens(hosted.app.sessions)) == ["E0TRUST"]
    assert gone(hosted) == {"T0NORTH": False, "T0SOUTH": False}
    hosted.app.sync_all_members()
    for place in ("NORTH", "SOUTH"):
        nurse, colleague = hosted.person(f"U0{place}1"), hosted.person(f"U0{place}2")
        nurse.types(f"/appreciate <@U0{place}2> helping You found us a bed in the {place} wing")
        colleague.sees(f"in the {place} wing")
        # Payloads of Home, shortcuts and modals name the organisation instead of the workspace.
        assert f"in the {place} wing" in colleague.sees("You found us a bed", place="home").texts
        nurse.uses_shortcut("Appreciate someone")
        assert nurse.screen()["modal"]["title"]
        nurse.does("dismiss")
    hosted.person("U0NORTH1").types("/appreciate <@U0SOUTH2> helping You found us a bed in the night")
    hosted.person("U0NORTH1").sees("I can't find one of these people here.")
    # The premise: one token for both, and each call said which was meant.
    sent = map(json.loads, hosted.slack.get("/control/journal").text.splitlines())
    meant = {call["body"].get("team_id") for call in sent if call["method"] == "chat.postMessage"}
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
        answer = hosted.slack.post("/control/change", json={"kind": kind, "workspace": workspace})
        assert answer.status_code == 200, answer.text

    change("revoke", "T0SOUTH")
    comes(lambda: gone(hosted) == {"T0NORTH": False, "T0SOUTH": True})
    with hosted.app.sessions.read() as session:
        ids = dict(session.execute(select(Workspace.slack_team_id, Workspace.id)).all())
    assert hosted.app.clients.of(ids["T0SOUTH"]) is None
    assert hosted.app.clients.of(ids["T0NORTH"]) is not None
    hosted.person("U0NORTH1").types("/appreciate <@U0NORTH2> helping You found us a bed in the night")
    hosted.person("U0NORTH2").sees("You found us a bed in the night")
    change("grant", "T0SOUTH")
    comes(lambda: gone(hosted) == {"T0NORTH": False, "T0SOUTH": False})
    hosted.person("U0SOUTH1").types("/appreciate <@U0SOUTH2> helping You found us a bed in the south")
    hosted.person("U0SOUTH2").sees("in the south")
    change("uninstall", "E0TRUST")
    comes(lambda: gone(hosted) == {"T0NORTH": True, "T0SOUTH": True})
    assert tokens(hosted.app.sessions) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_somebody_presses_cancel_at_slack_and_installs_again_with_more_permissions(hosted: Hosted) -> None:
    to_slack = hosted.server.get("/slack/install").headers["location"]
    back = hosted.slack.get(f"{to_slack}&team=T0NORTH&deny=1", follow_redirects=False)
    cancelled = hosted.server.get(back.headers["location"])
    assert (cancelled.status_code, "Nothing was installed" in cancelled.text) == (200, True)
    assert tokens(hosted.app.sessions) == {}
    with hosted.app.sessions.begin() as session:
        earlier = NewInstallation("T0NORTH", "North", "xoxb-earlier", "U0BOT", "commands")
        assert hosted.http.locker
        installations.save(session, hosted.http.locker, earlier, now=hosted.app.now())
    assert hosted.install("T0NORTH").status_code == 200
    with hosted.app.sessions.read() as session:
        installation = session.scalars(select(Installation)).one()
        assert installation.scopes.split(",") == oauth.scopes()
        changed = session.scalars(select(AuditEntry).order_by(AuditEntry.at.desc())).first()
        assert changed is not None
        assert (changed.before, changed.after) == ("1", str(len(oauth.scopes())))


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


def begun(hosted: Hosted) -> str:
    """Begin an installation in a browser and return its state."""
    address = httpx.URL(hosted.server.get("/slack/install").headers["location"])
    return address.params["state"]


def test_beginning_an_installation_stores_nothing(hosted: Hosted) -> None:
    for _ in range(3):
        begun(hosted)
    with hosted.app.sessions.read() as session:
        assert session.scalars(select(InstallTicket)).all() == []
    back = {"state": begun(hosted), "error": "access_denied"}
    assert hosted.server.get("/slack/oauth_redirect", params=back).status_code == 200
    with hosted.app.sessions.read() as session:
        assert len(session.scalars(select(InstallTicket)).all()) == 1, "what came back is remembered"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("foreign", ["filter[ward]=7", 'a="open; b', "=", "ü=1", "appreciate_statement=x"])
def test_a_foreign_cookie_before_ours_does_not_stop_an_installation(hosted: Hosted, foreign: str) -> None:
    state = begun(hosted)
    cookies = f"{foreign}; appreciate_state={state}"
    back = httpx.get(
        f"{hosted.http.public_url}/slack/oauth_redirect",
        params={"state": state, "error": "access_denied"},
        headers={b"Cookie": cookies.encode()},
    )
    assert (back.status_code, "Cancelled" in back.text) == (200, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_state_that_is_made_up_or_too_old_installs_nothing(hosted: Hosted) -> None:
    locker = hosted.http.locker
    assert locker is not None
    old = installations.new_state(locker, now=hosted.app.now() - installations.STATE_LASTS)
    stranger = TokenEncryption([Fernet.generate_key().decode()])
    made_up = installations.new_state(stranger, now=hosted.app.now())
    token = locker.seal("xoxb-secret").rstrip("=")
    for state in (old, made_up, token, "", "ü", "=", "a" * 5_000):
        back = httpx.get(
            f"{hosted.http.public_url}/slack/oauth_redirect",
            params={"state": state, "code": "any"},
            headers={b"Cookie": f"appreciate_state={state}".encode()},
        )
        assert (back.status_code, "start the installation again" in back.text) == (400, True), state


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_flood_of_installations_is_asked_to_wait(hosted: Hosted) -> None:
    answers = [hosted.server.get("/slack/install") for _ in range(61)]
    assert [answer.status_code for answer in answers] == [302] * 60 + [429]
    assert "try again in a minute" in answers[-1].text


def test_a_rotated_key_opens_old_tokens_and_seals_them_anew(database: Sessions) -> None:
    from datetime import UTC, datetime

    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    granted = NewInstallation("T0NORTH", "North", "xoxb-secret", "U0BOT", "commands,chat:write")
    with database.begin() as session:
        installations.save(session, TokenEncryption([old]), granted, now=datetime.now(UTC))
    with database.begin() as session:
        assert installations.identity_for(session, TokenEncryption([new]), "T0NORTH") is None
        assert installations.reencrypt(session, TokenEncryption([new])) == 1
        assert installations.reencrypt(session, TokenEncryption([new, old])) == 0
    with database.read() as session:
        identity = installations.identity_for(session, TokenEncryption([new]), "T0NORTH")
        assert identity is not None
        assert (identity.token, identity.scopes) == ("xoxb-secret", ("commands", "chat:write"))
        assert installations.identity_for(session, TokenEncryption([old]), "T0NORTH") is None
    assert "xoxb" not in repr(identity)


def test_a_workspace_without_the_app_reads_our_words_and_not_bolt_s(hosted: Hosted) -> None:
    body = {"command": "/appreciate", "text": "mine", "team_id": "T0NORTH", "user_id": "U0NORTH1"}
    request = BoltRequest(body=body | {"trigger_id": "1.2"}, mode="socket_mode")
    assert hosted.app.bolt.dispatch(request).body == NeverInstalled().words(voice())
