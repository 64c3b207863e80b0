"""Every error that Slack documents for a method in use has one ending, and nothing else decides it."""

import ast
import json
from collections import Counter
from pathlib import Path

import pytest
from slack_sdk import WebClient

from slackapp.delivery.outcome_table import METHODS, POSTS, ROWS, Ending, ending_of

_ROOT = Path(__file__).parents[2]
_DOCUMENTED: dict[str, list[str]] = json.loads((_ROOT / "tests/data/slack_errors.json").read_text())["errors"]
_COMMON = """
    accesslimited access_denied account_inactive deprecated_endpoint ekm_access_denied
    enterprise_is_restricted fatal_error internal_error invalid_arg_name invalid_arguments invalid_array_arg
    invalid_auth invalid_charset invalid_form_data invalid_post_type is_bot method_deprecated
    missing_post_type missing_scope no_permission not_allowed_token_type not_authed org_login_required
    rate_limited ratelimited request_timeout service_unavailable team_access_not_granted team_added_to_org
    token_expired token_revoked two_factor_setup_required unknown_error unknown_method user_is_restricted
    is_inactive user_disabled cannot_dm_bot user_not_found messages_tab_disabled
"""
"""Slack gives these to calls for which it does not document them."""


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_error_has_exactly_one_row(method: str) -> None:
    rows = Counter(error for row in ROWS if method in row.methods for error in row.errors)
    expected = {*_DOCUMENTED[method], *_COMMON.split()}
    assert {error: rows[error] for error in expected if rows[error] != 1} == {}
    assert {error for error, count in rows.items() if count > 1} == set()


def test_the_table_speaks_of_the_methods_that_the_app_calls_and_of_no_others() -> None:
    files = [
        path
        for folder in ("slackapp", "handlers", "reports")
        for path in (_ROOT / folder).rglob("*.py")
        if "sandbox" not in path.parts
    ]
    named = {
        node.func.attr
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    methods = {_attribute(method): method for method in METHODS}
    called = {name for name in named if "_" in name.strip("_") and callable(getattr(WebClient, name, None))}
    # Bolt and the Socket Mode client open the line themselves; the others are allowed for.
    elsewhere = {"apps_connections_open", "auth_revoke", "reactions_get", "team_info"}
    # api.test delivers nothing: it is asked for Slack's time, and any answer tells it.
    assert called - {"api_call", "_upload_file", "api_test"} <= methods.keys()
    assert methods.keys() - called <= elsewhere | {"views_push"}


@pytest.mark.parametrize(
    ("method", "error", "ending"),
    [
        ("chat.postMessage", "invalid_auth", Ending.HOLD_WORKSPACE),
        ("chat.postMessage", "missing_scope", Ending.HOLD_WORKSPACE),
        ("files.completeUploadExternal", "missing_scope", Ending.FEATURE_OFF),
        ("chat.postMessage", "internal_error", Ending.MAY_HAVE_ARRIVED),
        ("chat.update", "internal_error", Ending.RETRY),
        ("chat.delete", "message_not_found", Ending.DONE),
        ("chat.update", "message_not_found", Ending.NEVER),
        ("chat.postMessage", "is_archived", Ending.HOLD_TARGET),
        ("chat.postMessage", "channel_not_found", Ending.HOLD_TARGET),
        ("chat.postMessage", "invalid_blocks", Ending.BY_MESSAGE),
        ("chat.postMessage", "msg_too_long", Ending.OUR_FAULT),
        ("views.open", "expired_trigger_id", Ending.TELL_WHO_WAITS),
        ("chat.postMessage", "an_error_of_next_year", None),
    ],
)
def test_examples(method: str, error: str, ending: Ending | None) -> None:
    assert ending_of(method, error) == ending


def test_a_channel_may_come_back_and_a_person_who_is_not_there_does_not() -> None:
    assert ending_of("chat.postMessage", "channel_not_found", to_person=True) == Ending.NEVER


def test_only_what_people_see_at_once_may_have_arrived() -> None:
    doubtful = {method for row in ROWS if row.ending == Ending.MAY_HAVE_ARRIVED for method in row.methods}
    assert doubtful == POSTS


def _attribute(method: str) -> str:
    return method.replace(".", "_")
