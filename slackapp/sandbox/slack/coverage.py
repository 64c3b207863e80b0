"""Parts of a manifest that the sandbox does not support."""

from collections.abc import Iterator
from typing import Any, Final

from slackapp.sandbox.core.contract import Contract
from slackapp.sandbox.core.manifest import Manifest

SENT: Final = frozenset(
    {
        "app_home_opened",
        "app_mention",
        "app_rate_limited",
        "app_uninstalled",
        "assistant_thread_context_changed",
    }
    | {
        "assistant_thread_started",
        "channel_archive",
        "channel_created",
        "channel_deleted",
        "channel_id_changed",
    }
    | {"channel_left", "channel_rename", "channel_shared", "channel_unarchive", "channel_unshared"}
    | {"group_archive", "group_deleted", "group_left", "group_rename", "group_unarchive", "link_shared"}
    | {"member_joined_channel", "member_left_channel", "message.channels", "message.groups", "message.im"}
    | {"message.mpim", "reaction_added", "reaction_removed", "subteam_created", "subteam_members_changed"}
    | {"subteam_updated", "team_access_granted", "team_access_revoked", "team_join", "tokens_revoked"}
    | {"user_change", "user_profile_changed"}
)
"""The subscriptions for which the sandbox sends events."""

ASSISTANT_EVENTS: Final = frozenset({"assistant_thread_started", "assistant_thread_context_changed"})
# Manifest settings that the sandbox does not simulate, and their names for people.
UNSUPPORTED: Final = {
    "features/workflow_steps": "steps for workflows",
    "features/search": "search",
    "functions": "custom functions",
    "workflows": "workflows",
    "datastores": "datastores",
    "external_auth_providers": "external auth providers",
    "settings/incoming_webhooks": "incoming webhooks",
    "settings/siws_links": "Sign in with Slack",
    "oauth_config/scopes/user": "scopes of a user token",
    "settings/event_subscriptions/user_events": "events of a user token",
}


def unsupported_features(manifest: Manifest, contract: Contract) -> list[str]:
    """Return a sentence for each subscription, command and feature without effect here."""
    return [
        *(
            f"{name}: {why}"
            for name in sorted(manifest.events)
            if (why := _reason_not_sent(manifest, contract, name))
        ),
        *_commands(manifest),
        *_features(manifest),
    ]


def _reason_not_sent(manifest: Manifest, contract: Contract, name: str) -> str:
    """Return why this subscription is never sent, or ""."""
    raw, scopes = manifest.raw, contract.events.get(name, ())
    has_assistant = _at(raw, "features/assistant_view", "features/agent_view")
    is_writable = manifest.messages_tab and not manifest.messages_read_only
    reasons = {
        "Slack has no such event": name not in contract.events,
        "the sandbox never sends this event": name not in SENT,
        f"needs one of the scopes {', '.join(scopes)}": scopes and not set(scopes) & set(manifest.scopes),
        "needs features.assistant_view or features.agent_view": name in ASSISTANT_EVENTS
        and not has_assistant,
        "needs features.unfurl_domains": name == "link_shared" and not _at(raw, "features/unfurl_domains"),
        "needs a Home tab or a Messages tab": name == "app_home_opened"
        and not (manifest.home_tab or manifest.messages_tab),
        "nobody can write in the Messages tab": name == "message.im" and not is_writable,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _commands(manifest: Manifest) -> Iterator[str]:
    typed = [*manifest.commands, *(shortcut.name for shortcut in manifest.shortcuts)]
    if "commands" not in manifest.scopes:
        yield from (f"{name}: needs the scope commands" for name in typed)
    elif not manifest.interactivity:
        yield from (f"{shortcut.name}: needs settings.interactivity" for shortcut in manifest.shortcuts)


def _features(manifest: Manifest) -> Iterator[str]:
    for path, name in UNSUPPORTED.items():
        if _at(manifest.raw, path):
            yield f"{path.replace('/', '.')}: the sandbox plays no {name}"
    if manifest.home_tab and "app_home_opened" not in manifest.events:
        yield "features.app_home.home_tab_enabled: needs the event app_home_opened"
    if _at(manifest.raw, "features/unfurl_domains") and "link_shared" not in manifest.events:
        yield "features.unfurl_domains: needs the event link_shared"


def _at(raw: dict[str, Any], *paths: str) -> bool:
    """Whether the manifest has a value at one of these paths."""
    for path in paths:
        value: Any = raw
        for name in path.split("/"):
            value = value.get(name) if isinstance(value, dict) else None
        if value:
            return True
    return False
