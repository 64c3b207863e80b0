"""What a workspace lets an app do: plan, scopes, approval, and what its admins keep for themselves."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from slackapp.sandbox.core.contract import read_contract
from slackapp.sandbox.core.seeds import AppSeed
from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, GENERAL, PRIVATE

WARD = "T0WARD00001"
TOKEN = {"Authorization": "Bearer xoxb-ward-bot-token"}
RETURN = "http://127.0.0.1:1/slack/oauth_redirect"


def error(ward: Ward, method: str, **body: Any) -> str | None:
    code: str | None = ward.call(method, body, form=True).get("error")
    return code


def authorize(ward: Ward, **query: Any) -> Any:
    query = {"client_id": AppSeed().client_id, "redirect_uri": RETURN, "state": "s"} | query
    return ward.http.get("/oauth/v2/authorize", params=query, follow_redirects=False)


def install(ward: Ward, **query: Any) -> dict[str, Any]:
    answer = authorize(ward, **query)
    assert answer.status_code == 302, answer.text
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    body = {"code": code, "redirect_uri": RETURN}
    secrets = (AppSeed().client_id, AppSeed().client_secret)
    return dict(ward.http.post("/api/oauth.v2.access", data=body, auth=secrets).json())


def test_a_free_plan_has_no_user_groups(ward: Ward) -> None:
    assert error(ward, "usergroups.list") is None
    ward.control("plan", workspace=WARD, plan="free")
    needing = [
        name for name, method in read_contract().methods.items() if "plan_upgrade_required" in method.errors
    ]
    assert {"usergroups.list", "usergroups.users.list"} <= set(needing)
    assert error(ward, "usergroups.list") == "plan_upgrade_required"
    assert error(ward, "usergroups.users.list", usergroup="S0WARD00001") == "plan_upgrade_required"
    assert error(ward, "users.list") is None
    ward.control("plan", workspace=WARD, plan="paid")
    assert error(ward, "usergroups.list") is None


def test_a_scope_that_was_not_granted_is_missing_and_its_events_do_not_come(ward: Ward) -> None:
    ward.control("plan", workspace=WARD, scopes=["commands", "chat:write"])
    answer = ward.call("reactions.get", {"channel": GENERAL, "timestamp": "1.000001"}, form=True)
    assert (answer["error"], answer["needed"]) == ("missing_scope", "reactions:read")
    assert answer["provided"] == "commands,chat:write"
    ts = ward.client.chat_postMessage(channel=GENERAL, text="tea")["ts"]
    ward.person(ADA).does("react", place=GENERAL, ts=ts, emoji="tea")
    ward.control("plan", workspace=WARD, scopes=None)
    ward.person(ADA).does("react", place=GENERAL, ts=ts, emoji="heart")
    assert {payload["event"]["reaction"] for payload in ward.sent("event_callback")} == {"heart"}


def test_every_answer_names_the_scopes_of_its_token(ward: Ward) -> None:
    ward.control("plan", workspace=WARD, scopes=["commands", "chat:write"])
    headers = ward.http.post("/api/auth.test", headers=TOKEN).headers
    assert headers["x-oauth-scopes"] == "commands,chat:write"
    headers = ward.http.post("/api/users.list", headers=TOKEN).headers
    assert headers["x-accepted-oauth-scopes"] == "users:read"


def test_the_scopes_granted_are_those_asked_for_and_a_second_install_adds_to_them(ward: Ward) -> None:
    ward.control("change", kind="uninstall", workspace=WARD)
    granted = install(ward, scope="commands,chat:write")
    assert granted["scope"] == "commands,chat:write"
    call = ward.call("users.list", {}, form=True, token=granted["access_token"])
    assert call["error"] == "missing_scope"
    again = install(ward, scope="users:read")
    assert again["scope"] == "commands,chat:write,users:read"
    assert ward.call("users.list", {}, form=True, token=again["access_token"])["ok"]
    # Removing the app forgets what was granted.
    ward.control("change", kind="uninstall", workspace=WARD)
    assert install(ward, scope="commands")["scope"] == "commands"
    assert "reactions:read" in install(ward)["scope"]


def test_a_scope_that_slack_has_not_cannot_be_asked_for(ward: Ward) -> None:
    answer = authorize(ward, scope="commands,chat:shout")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_where_approval_is_pending_only_an_admin_installs(ward: Ward) -> None:
    ward.control("plan", workspace=WARD, approval_pending=True)
    answer = authorize(ward, user=ADA)
    assert (answer.status_code, answer.text) == (200, "An admin of Ward 7 must approve this app first.")
    ward.control("change", kind="person", user=ADA, is_admin=True)
    assert authorize(ward, user=ADA).status_code == 302
    ward.control("plan", workspace=WARD, approval_pending=False)
    assert authorize(ward).status_code == 302


@pytest.mark.parametrize(
    ("restrict", "method", "body", "refused"),
    [
        ("general", "chat.postMessage", {"channel": GENERAL, "text": "tea"}, "restricted_action"),
        (
            "general",
            "chat.postEphemeral",
            {"channel": GENERAL, "user": ADA, "text": "x"},
            "restricted_action",
        ),
        ("general", "chat.postMessage", {"channel": PRIVATE, "text": "tea"}, None),
        ("dm", "chat.postMessage", {"channel": ADA, "text": "tea"}, "app_access_restricted"),
        ("dm", "chat.postMessage", {"channel": GENERAL, "text": "tea"}, None),
        ("channels", "chat.postMessage", {"channel": GENERAL, "text": "tea"}, None),
    ],
)
def test_admins_keep_something_for_themselves(
    ward: Ward, restrict: str, method: str, body: dict[str, Any], refused: str | None
) -> None:
    ward.control("plan", workspace=WARD, restrict=[restrict])
    assert error(ward, method, **body) == refused
    ward.control("plan", workspace=WARD, restrict=[])
    assert error(ward, method, **body) is None


def test_making_channels_is_restricted(ward: Ward) -> None:
    ward.control("plan", workspace=WARD, restrict=["channels"], scopes=["channels:manage"])
    assert error(ward, "conversations.create", name="tea") == "restricted_action"


def test_all_of_it_is_told_and_kept(ward: Ward) -> None:
    answer = ward.control("plan", workspace=WARD, plan="free", scopes=["commands"], restrict=["dm"])
    assert answer == {
        "ok": True,
        "workspace": WARD,
        "plan": "free",
        "scopes": ["commands"],
        "restrict": ["dm"],
        "approval_pending": False,
    }
    (listed,) = ward.http.get("/control/plan").json()["workspaces"]
    assert listed == {name: value for name, value in answer.items() if name != "ok"}


@pytest.mark.parametrize(
    ("order", "status"),
    [
        ({"workspace": "T0NONE"}, 404),
        ({"plan": "gold"}, 400),
        ({"plan": 1}, 400),
        ({"plan": "free", "scopes": ["chat:shout"]}, 400),
        ({"plan": "free", "scopes": "commands"}, 400),
        ({"plan": "free", "restrict": ["tea"]}, 400),
        ({"plan": "free", "approval_pending": "yes"}, 400),
    ],
)
def test_an_order_without_sense_changes_nothing(
    steady_ward: Ward, order: dict[str, Any], status: int
) -> None:
    answer = steady_ward.http.post("/control/plan", json={"workspace": WARD} | order)
    assert answer.status_code == status
    assert steady_ward.http.get("/control/plan").json()["workspaces"][0]["plan"] == "paid"


def test_every_answer_tells_the_sandboxs_own_time(open_ward: Callable[..., Ward]) -> None:
    start = datetime(2025, 11, 3, 8, 0, tzinfo=UTC)
    ward = open_ward(now=start)
    for path in ("/api/auth.test", "/control/clock", "/", "/nowhere"):
        date = parsedate_to_datetime(ward.http.get(path).headers["Date"])
        assert abs((date - start).total_seconds()) < 30
    ward.control("clock", advance=86_400)
    date = parsedate_to_datetime(ward.http.get("/control/clock").headers["Date"])
    assert abs((date - start).total_seconds() - 86_400) < 60
