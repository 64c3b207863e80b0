"""Map Slack's errors to endings, for each method that the app calls: pure values.

Source: the errors that Slack documents for these methods (docs.slack.dev, as of August 2026), and those that
it documents for almost all of them. An error that is in no row was not documented then.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Ending(StrEnum):
    """What is done about a call that was refused."""

    RETRY = "retry"
    """It did not happen, and may be tried again soon."""
    HOLD_WORKSPACE = "hold workspace"
    """Slack lets the app do nothing there: nothing is tried until `auth.test` is well again."""
    FEATURE_OFF = "feature off"
    """What the app does beside messages (pictures, user groups) is not to be had there."""
    HOLD_TARGET = "hold target"
    """Nothing can go to this channel or person until something changes there."""
    NEVER = "never"
    """It is not possible for this message, and will not become so."""
    DONE = "done"
    """What was to be removed is not there any more."""
    BY_MESSAGE = "by message"
    """It depends on what the message holds: a picture that is still scanned, or a fault of ours."""
    OUR_FAULT = "our fault"
    """The app said something that Slack does not take; another version may say it better."""
    TELL_WHO_WAITS = "tell who waits"
    """Somebody waits for a window or an installation, and is told at once."""
    MAY_HAVE_ARRIVED = "may have arrived"
    """Slack does not know itself; a second copy could be seen."""


POSTS: Final = frozenset({"chat.postMessage", "files.completeUploadExternal"})
"""What people see at once, so that a second call may be seen twice."""

_REMOVALS: Final = frozenset({"chat.delete", "files.delete"})
_WINDOWS: Final = frozenset({"views.open", "views.push", "views.update"})
_INSTALLING: Final = frozenset({"oauth.v2.access"})
_EXTRAS: Final = frozenset(
    {
        "conversations.info",
        "conversations.list",
        "conversations.members",
        "files.completeUploadExternal",
        "files.delete",
        "files.getUploadURLExternal",
        "reactions.get",
        "team.info",
        "usergroups.list",
        "usergroups.users.list",
        "users.info",
        "users.list",
    }
)
"""Without their scopes the app still passes thanks on."""

METHODS: Final = (
    POSTS
    | _REMOVALS
    | _WINDOWS
    | _INSTALLING
    | _EXTRAS
    | {
        "apps.connections.open",
        "auth.revoke",
        "auth.teams.list",
        "auth.test",
        "chat.update",
        "views.publish",
    }
)
"""Every method that the app calls."""


@dataclass(frozen=True, slots=True)
class Row:
    """Errors of some methods that end in the same way; to a person instead of a channel, maybe in another."""

    ending: Ending
    errors: frozenset[str]
    methods: frozenset[str] = METHODS
    to_person: Ending | None = None


def _row(ending: Ending, errors: str, methods: frozenset[str] = METHODS) -> Row:
    return Row(ending, frozenset(errors.split()), methods)


SLACKS_OWN: Final = "internal_error fatal_error service_unavailable unknown_error"
_GONE = "message_not_found file_not_found file_deleted"

ROWS: Final = (
    _row(Ending.MAY_HAVE_ARRIVED, SLACKS_OWN, POSTS),
    _row(Ending.TELL_WHO_WAITS, SLACKS_OWN, _WINDOWS | _INSTALLING),
    _row(Ending.RETRY, SLACKS_OWN, METHODS - POSTS - _WINDOWS - _INSTALLING),
    _row(
        Ending.RETRY,
        "external_channel_migrating fail_to_get_teams_for_restricted_user fetch_members_failed "
        "file_update_failed hash_conflict rate_limited ratelimited request_timeout "
        "streaming_state_conflict team_added_to_org update_failed users_not_found",
    ),
    _row(
        Ending.HOLD_WORKSPACE,
        "access_denied accesslimited account_inactive app_access_restricted bad_client_secret "
        "cannot_install_an_org_installed_app ekm_access_denied enterprise_is_restricted enterprise_not_found "
        "forbidden_team insecure_request invalid_auth invalid_client_id invalid_team message_limit_exceeded "
        "messages_tab_disabled no_permission no_scopes not_allowed_token_type not_authed not_bearer_token "
        "not_enabled org_login_required org_not_found preview_feature_not_available team_access_not_granted "
        "team_not_found team_not_on_enterprise token_expired token_revoked two_factor_setup_required "
        "user_email_unverified",
    ),
    _row(Ending.HOLD_WORKSPACE, "missing_scope", METHODS - _EXTRAS),
    _row(Ending.FEATURE_OFF, "missing_scope", _EXTRAS),
    _row(
        Ending.FEATURE_OFF,
        "file_deleting_disabled file_uploads_disabled file_uploads_except_images_disabled "
        "plan_upgrade_required storage_limit_reached",
    ),
    _row(
        Ending.HOLD_TARGET,
        "cannot_reply_to_message channel_is_limited_access channels_limit_exceeded file_share_limit_reached "
        "is_archived max_file_sharing_exceeded method_not_supported_for_channel_type not_in_channel "
        "posting_to_channel_denied restricted_action restricted_action_non_threadable_channel "
        "restricted_action_read_only_channel restricted_action_thread_locked "
        "restricted_action_thread_only_channel slack_connect_blocked_file_type "
        "slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked "
        "slack_connect_file_link_sharing_blocked slack_connect_file_upload_sharing_blocked "
        "slack_connect_lists_sharing_blocked unable_to_share_files user_is_restricted",
    ),
    Row(Ending.HOLD_TARGET, frozenset({"channel_not_found"}), to_person=Ending.NEVER),
    _row(
        Ending.NEVER,
        "block_mismatch cannot_dm_bot cant_delete_file cant_delete_message cant_update_message "
        "delete_not_allowed edit_window_closed file_comment_not_found file_is_deleted is_bot is_inactive "
        "missing_user no_item_specified no_such_subteam not_found user_disabled user_not_found "
        "user_not_visible",
    ),
    _row(Ending.DONE, _GONE, _REMOVALS),
    _row(Ending.NEVER, _GONE, METHODS - _REMOVALS),
    _row(
        Ending.TELL_WHO_WAITS,
        "bad_redirect_uri exchanged_trigger_id expired_trigger_id invalid_code invalid_code_verifier "
        "invalid_grant_type invalid_refresh_token invalid_trigger_id missing_profile_id not_implemented "
        "oauth_authorization_url_mismatch pkce_not_allowed push_limit_reached view_too_large",
    ),
    _row(Ending.BY_MESSAGE, "invalid_blocks"),
    _row(
        Ending.OUR_FAULT,
        "alt_txt_too_large as_user_not_supported attachment_payload_limit_exceeded bad_timestamp "
        "blocked_file_type cant_broadcast_message cant_invite_self deprecated_endpoint draft_already_deleted "
        "draft_already_sent draft_has_conflict draft_not_found duplicate_channel_not_found "
        "duplicate_external_id duplicate_message_not_found file_type_not_allowed file_upload_size_restricted "
        "invalid_arg_name invalid_arguments invalid_array_arg invalid_attachments invalid_blocks_format "
        "invalid_channel invalid_charset invalid_cursor invalid_form_data invalid_limit "
        "invalid_metadata_format invalid_metadata_schema invalid_post_type invalid_types limit_required "
        "markdown_text_conflict metadata_must_be_sent_from_app metadata_too_large method_deprecated "
        "missing_args missing_argument missing_file_data missing_post_type msg_blocks_too_long msg_too_long "
        "no_dual_broadcast_content_update no_text send_on_behalf_not_allowed snippet_too_large "
        "too_many_attachments too_many_contact_cards too_many_users unknown_method unknown_snippet_type "
        "unknown_subtype",
    ),
)


def ending_of(method: str, error: str, *, to_person: bool = False) -> Ending | None:
    """Return how a call of `method` ends that Slack refused with `error`; None for an unknown error."""
    row = _BY_PAIR.get((method, error))
    if row is None:
        return None
    return row.to_person if to_person and row.to_person else row.ending


_BY_PAIR: Final = {(method, error): row for row in ROWS for method in row.methods for error in row.errors}
