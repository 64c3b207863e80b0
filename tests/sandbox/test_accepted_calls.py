"""The sandbox accepts what Slack accepts: sixty good calls beside the broken ones of test_refusals."""

import json
from typing import Any

from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, BEN, GENERAL, PRIVATE

GROUP = "S0WARD00001"
TITLE = {"type": "plain_text", "text": "Tea"}
DIVIDER = {"type": "divider"}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Tea?*"}}
INPUT = {"type": "input", "label": TITLE, "element": {"type": "plain_text_input", "action_id": "a"}}
HOME = {"type": "home", "blocks": [DIVIDER]}
RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_quote", "elements": [{"type": "text", "text": "Tea"}]}],
}
POST, WHISPER, EDIT = "chat.postMessage", "chat.postEphemeral", "chat.update"
UPLOAD = "files.getUploadURLExternal"


def messages() -> list[dict[str, Any]]:
    """Bodies of messages of every usual form."""
    button = {"type": "button", "action_id": "b", "text": TITLE}
    text = {"text": "hi"}
    return [
        text,
        {"text": "  hi  "},
        {"text": "x" * 40_000},
        {"text": "x" * 40_001},
        {"text": "", "blocks": [DIVIDER]},
        {"blocks": [SECTION]},
        {"blocks": json.dumps([SECTION])},
        {"blocks": [], **text},
        {"blocks": [DIVIDER] * 50, **text},
        {"blocks": [{**SECTION, "text": {"type": "mrkdwn", "text": "x" * 3000}}], **text},
        {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}], **text},
        {"blocks": [{"type": "context", "elements": [TITLE] * 10}], **text},
        {"blocks": [{"type": "actions", "elements": [button]}], **text},
        {"blocks": [RICH], **text},
        {"blocks": [INPUT], **text},
        {"blocks": [{**DIVIDER, "block_id": "x" * 255}], **text},
        {"markdown_text": "**hi**"},
        {"attachments": [{"text": "x"}] * 100},
        {"attachments": json.dumps([{"text": "x"}])},
        {"metadata": {"event_type": "tea", "event_payload": {}}, **text},
        {"unfurl_links": False, "unfurl_media": "0", **text},
        {"mrkdwn": True, "link_names": "true", **text},
        {"team_id": "T0WARD00001", **text},
        {"surprise": {"of": "ours"}, **text},
        {"thread_ts": None, **text},
    ]


def good_calls(ts: str) -> list[tuple[str, dict[str, Any], bool]]:
    """Method, body, and whether it is sent as a form; `ts` is a message of the app in GENERAL."""
    whisper = {"channel": GENERAL, "user": ADA}
    edit = {"channel": GENERAL, "ts": ts}
    return [
        *((POST, {"channel": GENERAL, **body}, False) for body in messages()),
        *((POST, {"channel": where, "text": "hi"}, False) for where in (PRIVATE, ADA, BEN)),
        (POST, {"channel": GENERAL, "text": "hi", "blocks": json.dumps([SECTION])}, True),
        (POST, {"channel": GENERAL, "text": "hi", "thread_ts": ts}, False),
        (POST, {"channel": GENERAL, "text": "hi", "thread_ts": ts, "reply_broadcast": "1"}, True),
        (WHISPER, {**whisper, "text": "hi"}, False),
        (WHISPER, {**whisper, "text": "hi", "blocks": [SECTION]}, False),
        (WHISPER, {**whisper, "text": "hi", "thread_ts": ts}, True),
        (EDIT, {**edit, "text": "hi"}, False),
        (EDIT, {**edit, "text": "x" * 4000}, False),
        (EDIT, {**edit, "blocks": [SECTION]}, False),
        (EDIT, {**edit, "text": "hi", "blocks": json.dumps([SECTION])}, True),
        ("chat.getPermalink", {"channel": GENERAL, "message_ts": ts}, True),
        ("conversations.info", {"channel": GENERAL}, True),
        ("conversations.info", {"channel": PRIVATE, "include_num_members": "true"}, True),
        ("conversations.list", {}, True),
        ("conversations.list", {"types": "public_channel,private_channel", "limit": "1000"}, True),
        ("conversations.list", {"exclude_archived": "true"}, True),
        ("conversations.members", {"channel": GENERAL, "limit": "2"}, True),
        ("users.info", {"user": ADA}, True),
        ("users.info", {"user": BEN, "include_locale": "true"}, True),
        ("users.list", {"limit": "1"}, True),
        ("users.list", {}, True),
        ("usergroups.list", {"include_users": "true"}, True),
        ("usergroups.list", {"include_count": "1"}, False),
        ("usergroups.users.list", {"usergroup": GROUP}, True),
        ("team.info", {}, True),
        ("auth.test", {}, False),
        ("auth.test", {"team_id": "T0WARD00001"}, True),
        ("reactions.get", {"channel": GENERAL, "timestamp": ts}, True),
        ("views.publish", {"user_id": ADA, "view": HOME}, False),
        ("views.publish", {"user_id": ADA, "view": json.dumps(HOME)}, True),
        ("views.publish", {"user_id": BEN, "view": {**HOME, "private_metadata": "x" * 3000}}, False),
        ("views.publish", {"user_id": BEN, "view": {**HOME, "blocks": [DIVIDER] * 100}}, False),
        ("views.publish", {"user_id": BEN, "view": {**HOME, "blocks": [INPUT]}}, False),
        (UPLOAD, {"filename": "a.png", "length": "3"}, True),
        (UPLOAD, {"filename": "a.png", "length": "3", "alt_txt": "x" * 1000}, True),
        ("chat.delete", {"channel": GENERAL, "ts": ts}, False),
    ]


def test_every_good_call_is_taken(ward: Ward) -> None:
    ts = ward.call(POST, {"channel": GENERAL, "text": "The first"})["ts"]
    calls = good_calls(ts)
    assert len(calls) >= 60
    refused = {}
    for number, (method, body, form) in enumerate(calls):
        answer = ward.call(method, body, form=form)
        if not answer["ok"]:
            refused[f"{number} {method} {str(body)[:200]}"] = answer
    assert refused == {}
    taken = [call for call in ward.calls() if call["response"]["ok"]]
    assert len(taken) == len(calls) + 1, "each was really called, and written down"
