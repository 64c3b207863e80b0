"""The sandbox refuses what Slack refuses, with Slack's error name."""

from collections.abc import Callable
from typing import Any

import pytest

from slackapp.sandbox.core.contract import read_contract
from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, GENERAL, GONE, HIDDEN, OLD, PRIVATE, ROBOT, UNJOINED, VISITOR

TITLE = {"type": "plain_text", "text": "Tea"}
DIVIDER = [{"type": "divider"}]
INPUT = {"type": "input", "label": TITLE, "element": {"type": "plain_text_input", "action_id": "a"}}
MODAL = {"type": "modal", "title": TITLE, "blocks": DIVIDER}
HOME = {"type": "home", "blocks": DIVIDER}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def picture(**where: Any) -> list[dict[str, Any]]:
    return [{"type": "image", "alt_text": "a chart", **where}]


POST, WHISPER, EDIT = "chat.postMessage", "chat.postEphemeral", "chat.update"
JSON_CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("chat.shout", {}, "unknown_method"),
    ("admin.users.list", {}, "not_allowed_token_type"),
    ("conversations.create", {}, "missing_scope"),
    ("reactions.list", {}, "not_implemented"),
    (POST, {}, "channel_not_found"),
    (POST, {"channel": GENERAL}, "no_text"),
    (POST, {"channel": GENERAL, "text": ""}, "no_text"),
    (POST, {"channel": GENERAL, "text": "  \n"}, "no_text"),
    (POST, {"channel": "#nowhere", "text": "hi"}, "channel_not_found"),
    (POST, {"channel": "general", "text": "hi"}, "channel_not_found"),
    (POST, {"channel": "C0NOSUCH", "text": "hi"}, "channel_not_found"),
    (POST, {"channel": UNJOINED, "text": "hi"}, "not_in_channel"),
    (POST, {"channel": OLD, "text": "hi"}, "is_archived"),
    (POST, {"channel": HIDDEN, "text": "hi"}, "channel_not_found"),
    (POST, {"channel": GONE, "text": "hi"}, "channel_not_found"),
    (POST, {"channel": VISITOR, "text": "hi"}, "channel_not_found"),
    (POST, {"channel": ROBOT, "text": "hi"}, "cannot_dm_bot"),
    (POST, {"channel": 7, "text": "hi"}, "invalid_arguments"),
    (POST, {"channel": GENERAL, "text": 7}, "invalid_arguments"),
    (POST, {"channel": GENERAL, "text": "hi", "unfurl_links": "maybe"}, "invalid_arguments"),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": "{"}, "invalid_blocks_format"),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": [{"type": "dividend"}]}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": DIVIDER * 51}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": [section("x" * 3001)]}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": [section("x" * 2900)] * 5}, "msg_blocks_too_long"),
    (
        POST,
        {"channel": GENERAL, "text": "hi", "blocks": picture(slack_file={"id": "F0NO"})},
        "invalid_blocks",
    ),
    (
        POST,
        {"channel": GENERAL, "text": "hi", "blocks": picture(image_url="ftp://x/y.png")},
        "invalid_blocks",
    ),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": picture(image_url="/chart.png")}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "text": "hi", "metadata": {"event_type": 1}}, "invalid_metadata_format"),
    (POST, {"channel": GENERAL, "text": "hi", "metadata": "["}, "invalid_metadata_format"),
    (POST, {"channel": GENERAL, "text": "hi", "thread_ts": "yesterday"}, "invalid_thread_ts"),
    (POST, {"channel": GENERAL, "text": "hi", "thread_ts": "1.000001"}, "cannot_reply_to_message"),
    (POST, {"channel": GENERAL, "text": "hi", "thread_ts": 1.5}, "invalid_arguments"),
    (POST, {"channel": GENERAL, "text": "hi", "attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
    (POST, {"channel": GENERAL, "text": "hi", "markdown_text": "*hi*"}, "markdown_text_conflict"),
    (POST, {"channel": GENERAL, "text": "hi", "as_user": True}, "as_user_not_supported"),
    (POST, {"channel": GENERAL, "text": "hi", "attachments": ["hi"]}, "invalid_attachments"),
    (POST, {"channel": GENERAL, "text": "hi", "attachments": [{"fields": ["x"]}]}, "invalid_attachments"),
    (POST, {"channel": GENERAL, "text": "hi", "attachments": [{"blocks": [{}]}]}, "invalid_blocks"),
    (
        POST,
        {"channel": GENERAL, "text": "hi", "blocks": picture(image_url="http://127.0.0.1/a")},
        "invalid_blocks",
    ),
    (EDIT, {"channel": GENERAL, "ts": "1.000001", "text": "hi", "as_user": "true"}, "as_user_not_supported"),
    (WHISPER, {"channel": GENERAL, "text": "hi"}, "invalid_arguments"),
    (WHISPER, {"channel": GENERAL, "user": GONE, "text": "hi"}, "user_not_in_channel"),
    (WHISPER, {"channel": PRIVATE, "user": ADA, "text": "hi"}, "user_not_in_channel"),
    (WHISPER, {"channel": UNJOINED, "user": ADA, "text": "hi"}, "not_in_channel"),
    (WHISPER, {"channel": GENERAL, "user": ADA}, "no_text"),
    (WHISPER, {"channel": GENERAL, "user": ADA, "text": "x" * 40_001}, "msg_too_long"),
    (EDIT, {"channel": GENERAL, "text": "hi"}, "message_not_found"),
    (EDIT, {"channel": GENERAL, "ts": "1.000001", "text": "hi"}, "message_not_found"),
    (EDIT, {"channel": "C0NOSUCH", "ts": "1.000001", "text": "hi"}, "channel_not_found"),
    ("chat.delete", {"channel": GENERAL, "ts": "1.000001"}, "message_not_found"),
    ("chat.getPermalink", {"channel": GENERAL}, "channel_not_found"),  # no JSON is read here
    ("users.info", {"user": ADA}, "user_not_found"),  # nor here
    ("conversations.info", {"channel": GENERAL}, "invalid_arguments"),  # nor here
    ("conversations.members", {"channel": GENERAL}, "invalid_arguments"),  # nor here
    ("files.getUploadURLExternal", {"filename": "a.png", "length": 3}, "invalid_arguments"),  # nor here
    ("usergroups.users.list", {"usergroup": "S0WARD00001"}, "invalid_arguments"),  # nor here
    ("views.open", {"trigger_id": "1.2.x", "view": MODAL}, "invalid_trigger_id"),
    ("views.open", {"view": MODAL}, "invalid_arguments"),
    ("views.open", {"trigger_id": "1.2.x"}, "invalid_arguments"),
    ("views.push", {"trigger_id": "1.2.x", "view": MODAL}, "invalid_trigger_id"),
    ("views.update", {"view": MODAL}, "invalid_arguments"),
    ("views.update", {"view_id": "V0NOSUCH", "view": MODAL}, "not_found"),
    ("views.update", {"external_id": "none", "view": MODAL}, "not_found"),
    ("views.publish", {"view": HOME}, "invalid_arguments"),
    ("views.publish", {"user_id": "U0NOSUCH", "view": HOME}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA, "view": MODAL}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA, "view": "home"}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA, "view": [HOME]}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA, "view": {"type": "home"}}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA, "view": HOME | {"blocks": DIVIDER * 101}}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA, "view": HOME | {"private_metadata": "x" * 3001}}, "invalid_arguments"),
    (
        "views.publish",
        {"user_id": ADA, "view": HOME | {"blocks": [section("é" * 3000)] * 50}},
        "view_too_large",
    ),
    ("files.completeUploadExternal", {}, "invalid_arguments"),
    ("files.completeUploadExternal", {"files": []}, "invalid_arguments"),
    ("files.completeUploadExternal", {"files": [{"id": "F0NOSUCH"}]}, "file_not_found"),
    ("files.completeUploadExternal", {"files": [{"id": "F0"}], "channel_id": "C0NO"}, "channel_not_found"),
    ("files.completeUploadExternal", {"files": [{"id": "F0"}], "channel_id": UNJOINED}, "not_in_channel"),
    ("files.delete", {"file": "F0NOSUCH"}, "file_not_found"),
    ("files.delete", {}, "file_not_found"),
    ("apps.connections.open", {}, "not_allowed_token_type"),
    (POST, {"channel": None, "text": "hi"}, "channel_not_found"),
    (POST, {"channel": GENERAL, "text": "hi", "attachments": {"text": "x"}}, "invalid_arguments"),
    (POST, {"channel": GENERAL, "text": "hi", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": [{"block_id": "b"}]}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": ["divider"]}, "invalid_blocks"),
    (
        POST,
        {"channel": GENERAL, "text": "hi", "blocks": [{"type": "divider", "block_id": "b"}] * 2},
        "invalid_blocks",
    ),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": [INPUT | {"hint": "x"}]}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "markdown_text": "x" * 12_001}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "text": "hi", "reply_broadcast": "perhaps"}, "invalid_arguments"),
    (WHISPER, {"channel": OLD, "user": ADA, "text": "hi"}, "is_archived"),
    (WHISPER, {"channel": GENERAL, "user": [ADA], "text": "hi"}, "invalid_arguments"),
    (WHISPER, {"channel": GENERAL, "user": ADA, "text": "hi", "blocks": DIVIDER * 51}, "invalid_blocks"),
    (EDIT, {"channel": GENERAL, "ts": 1.5, "text": "hi"}, "invalid_arguments"),
    ("chat.delete", {"channel": "C0NOSUCH", "ts": "1.000001"}, "channel_not_found"),
    ("chat.delete", {"channel": HIDDEN, "ts": "1.000001"}, "channel_not_found"),
    ("chat.delete", {"ts": "1.000001"}, "channel_not_found"),
    ("views.open", {"trigger_id": 7, "view": MODAL}, "invalid_arguments"),
    ("views.push", {"view": MODAL}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA, "view": HOME | {"blocks": []}}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA, "view": HOME | {"title": TITLE}}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA, "view": HOME | {"callback_id": "x" * 256}}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA, "view": HOME | {"blocks": [section("")]}}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA}, "invalid_arguments"),
    ("views.publish", {"user_id": ADA, "view": HOME | {"callback_id": None}}, "invalid_arguments"),
    (
        "views.publish",
        {"user_id": ADA, "view": HOME | {"blocks": picture(image_url="http://ward/a")}},
        "invalid_arguments",
    ),
    ("files.completeUploadExternal", {"files": {"id": "F0"}}, "invalid_arguments"),
    ("files.completeUploadExternal", {"files": [{"title": "x"}]}, "invalid_arguments"),
]
FORM_CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("chat.getPermalink", {"channel": GENERAL, "message_ts": "1.000001"}, "message_not_found"),
    ("chat.getPermalink", {"channel": GENERAL}, "message_not_found"),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": "not json"}, "invalid_blocks_format"),
    (POST, {"channel": GENERAL, "text": "hi", "blocks": '[{"type":"section"}]'}, "invalid_blocks"),
    ("users.info", {"user": "U0NOSUCH"}, "user_not_found"),
    ("users.info", {"user": "@ada"}, "user_not_found"),
    ("users.list", {"cursor": "bm9uc2Vuc2U="}, "invalid_cursor"),
    ("users.list", {"limit": "many"}, "invalid_limit"),
    ("users.list", {"limit": "1001"}, "invalid_limit"),
    ("conversations.list", {"types": "public_channel,pub"}, "invalid_types"),
    ("conversations.list", {"types": "mpim"}, "missing_scope"),
    ("conversations.list", {"limit": "-1"}, "invalid_limit"),
    ("conversations.list", {"cursor": "%%%"}, "invalid_cursor"),
    ("conversations.info", {"channel": HIDDEN}, "channel_not_found"),
    ("conversations.members", {"channel": HIDDEN}, "channel_not_found"),
    ("usergroups.users.list", {"usergroup": "S0NOSUCH"}, "no_such_subteam"),
    ("files.getUploadURLExternal", {"filename": "a.png"}, "invalid_arguments"),
    ("files.getUploadURLExternal", {"length": "3"}, "invalid_arguments"),
    ("files.getUploadURLExternal", {"filename": "a.png", "length": "0"}, "invalid_arguments"),
    ("files.getUploadURLExternal", {"filename": "a.png", "length": "three"}, "invalid_arguments"),
    (
        "files.getUploadURLExternal",
        {"filename": "a", "length": "3", "alt_txt": "x" * 1001},
        "alt_txt_too_large",
    ),
    ("reactions.get", {}, "no_item_specified"),
    ("reactions.get", {"channel": GENERAL, "timestamp": "1.000001"}, "message_not_found"),
    ("team.info", {"team": "T0OTHER"}, "team_not_found"),
    ("oauth.v2.access", {"client_id": "1.2", "client_secret": "x", "code": "y"}, "invalid_client_id"),
]


@pytest.mark.parametrize(("method", "body", "error"), JSON_CALLS)
def test_a_broken_json_call_is_refused_as_slack_refuses_it(
    steady_ward: Ward, method: str, body: dict[str, Any], error: str
) -> None:
    answer = steady_ward.call(method, body)
    assert (answer["ok"], answer["error"]) == (False, error), answer


@pytest.mark.parametrize(("method", "body", "error"), FORM_CALLS)
def test_a_broken_form_call_is_refused_as_slack_refuses_it(
    steady_ward: Ward, method: str, body: dict[str, Any], error: str
) -> None:
    answer = steady_ward.call(method, body, form=True)
    assert (answer["ok"], answer["error"]) == (False, error), answer


def test_every_expected_error_is_one_that_slack_publishes() -> None:
    known = read_contract().errors
    assert {error for *_, error in JSON_CALLS + FORM_CALLS} <= known


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (None, "not_authed"),
        ("xoxb-unknown", "invalid_auth"),
        ("xapp-ward-app-token", "not_allowed_token_type"),
    ],
)
def test_a_call_needs_the_right_token(steady_ward: Ward, token: str | None, error: str) -> None:
    assert steady_ward.call("auth.test", token=token)["error"] == error


def test_a_token_in_a_form_field_is_good_and_one_in_a_json_body_is_not(ward: Ward) -> None:
    token = "xoxb-ward-bot-token"
    assert ward.call("auth.test", {"token": token}, token=None, form=True)["ok"]
    assert ward.call("auth.test", {"token": token}, token=None)["error"] == "not_authed"


def test_a_missing_scope_names_what_is_needed_and_what_was_granted(open_ward: Callable[..., Ward]) -> None:
    import copy

    base = open_ward()
    assert base.call("users.info", {"user": ADA}, form=True)["ok"]
    bare = copy.deepcopy(base.sandbox.slack.manifest.raw)
    bare["oauth_config"]["scopes"]["bot"] = ["commands", "chat:write"]
    ward = open_ward(manifest=bare)
    answer = ward.call("users.info", {"user": ADA}, form=True)
    assert answer == {
        "ok": False,
        "error": "missing_scope",
        "needed": "users:read",
        "provided": "commands,chat:write",
    }


def test_refused_blocks_come_with_messages_that_point_at_them(ward: Ward) -> None:
    blocks = [*DIVIDER, section("x" * 3001)]
    answer = ward.call(POST, {"channel": GENERAL, "text": "hi", "blocks": blocks})
    messages = answer["response_metadata"]["messages"]
    assert messages
    assert all("json-pointer:/blocks/1" in message for message in messages)


def test_a_body_that_is_no_json_object_is_refused(ward: Ward) -> None:
    headers = {
        "Authorization": "Bearer xoxb-ward-bot-token",
        "Content-Type": "application/json; charset=utf-8",
    }
    for body in (b"{", b"[]", b'"text"'):
        answer = ward.http.post("/api/chat.postMessage", content=body, headers=headers).json()
        assert answer["error"] == "invalid_arguments", body


def test_another_origin_and_another_host_name_are_refused(ward: Ward) -> None:
    assert ward.http.get("/person", headers={"Origin": "https://example.org"}).status_code == 403
    assert ward.http.get("/person", headers={"Host": "rebound.example.org"}).status_code == 403
    assert ward.http.get("/person", headers={"Origin": ward.sandbox.url}).status_code == 200
