"""Messages: permission to post, validation, and Slack's JSON."""

import time
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from slackapp.sandbox.blocks import TEXT_WEIGHT_LIMIT, Contents, contents, problems
from slackapp.sandbox.core.permissions import check_posting, has_scope
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import SLACKBOT, Channel, File, Message, Workspace
from slackapp.sandbox.slack.block_defaults import with_defaults
from slackapp.sandbox.slack.files import file_object

TEXT_LIMIT = 40_000
MOST_ATTACHMENTS: Final = 100
ANSWER_KINDS: Final[dict[str, type]] = {
    "text": str,
    "markdown_text": str,
    "thread_ts": str,
    "blocks": list,
    "attachments": list,
}
PRIVATE_NAMES: Final = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def channel_for(slack: Simulator, space: Workspace, target: str) -> Channel:
    """Return the channel with this id, or the direct conversation with this person."""
    channel = space.channels.get(target)
    if channel is not None:
        if channel.is_private and space.bot_user_id not in channel.members:
            raise Refused("channel_not_found")
        return channel
    person = space.people.get(target)
    if person is not None and person.is_bot:
        raise Refused("cannot_dm_bot")
    if person is None or person.deleted or person.stranger:
        raise Refused("channel_not_found")
    return slack.state.dm(space, target)


def named_channel_for(slack: Simulator, space: Workspace, target: str) -> Channel:
    """Return the channel by id, person or a name such as `#general`."""
    for channel in space.channels.values():
        may_know = not channel.is_private or space.bot_user_id in channel.members
        if target == f"#{channel.name}" and may_know and not channel.is_direct:
            return channel
    return channel_for(slack, space, target)


def check_may_post(slack: Simulator, space: Workspace, channel: Channel) -> None:
    """Refuse a post as Slack does for a bot in this channel."""
    if channel.archived:
        raise Refused("is_archived")
    if channel.im_with is not None and not slack.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    public = not channel.is_private and has_scope(slack, space, "chat:write.public")
    if space.bot_user_id not in channel.members and not public:
        raise Refused("not_in_channel")
    check_posting(space, channel)


def without_nulls(payload: dict[str, Any]) -> dict[str, Any]:
    """Return an answer to a command or response_url without nulls; refuse wrong types.

    Arguments of methods are checked elsewhere; this payload is not.
    """
    answer = {name: value for name, value in payload.items() if value is not None}
    for name, kind in ANSWER_KINDS.items():
        if not isinstance(answer.get(name, kind()), kind):
            raise Refused("invalid_arguments", f"[ERROR] must be of another kind [json-pointer:/{name}]")
    return answer


def content(slack: Simulator, args: dict[str, Any], *, too_long: str = "msg_too_long") -> dict[str, Any]:
    """Return the checked text, blocks and attachments; `too_long` is the method's error name."""
    blocks, text, attachments = args.get("blocks") or [], args.get("text", ""), args.get("attachments") or []
    if args.get("markdown_text"):
        if text or blocks:
            raise Refused("markdown_text_conflict")
        blocks = [{"type": "markdown", "text": args["markdown_text"]}]
    if not blocks and not text.strip() and not attachments:
        raise Refused("no_text")
    if blocks:
        check_blocks(slack, blocks, too_long)
    return {
        "text": text,
        "blocks": with_defaults(blocks),
        "attachments": check_attachments(slack, attachments, too_long),
    }


def check_attachments(slack: Simulator, attachments: list[Any], too_long: str) -> list[dict[str, Any]]:
    """Return the checked attachments, with defaults in their blocks."""
    if len(attachments) > MOST_ATTACHMENTS:
        raise Refused("too_many_attachments")
    checked = []
    for place, attachment in enumerate(attachments):
        if not isinstance(attachment, dict) or not _are_objects(attachment.get("fields") or []):
            sentence = f"[ERROR] must provide an object [json-pointer:/attachments/{place}]"
            raise Refused("invalid_attachments", sentence)
        if "blocks" not in attachment:
            checked.append(attachment)
            continue
        check_blocks(slack, attachment["blocks"], too_long, at=f"/attachments/{place}/blocks")
        checked.append({**attachment, "blocks": with_defaults(attachment["blocks"])})
    return checked


def _are_objects(values: Any) -> bool:  # noqa: ANN401  # not yet checked
    return isinstance(values, list) and all(isinstance(value, dict) for value in values)


def check_blocks(
    slack: Simulator,
    blocks: Any,  # noqa: ANN401  # not yet checked
    too_long: str = "msg_too_long",
    *,
    at: str = "/blocks",
) -> None:
    """Refuse blocks that Slack would refuse in a message, also for files that are not ready."""
    sentences = problems(blocks, surface="message", at=at)
    if not sentences:
        references = contents(blocks, at)
        if references.weight > TEXT_WEIGHT_LIMIT:
            raise Refused(too_long)
        sentences = invalid_images(slack, references)
    if sentences:
        raise Refused("invalid_blocks", *sentences, errors=sentences)


def invalid_images(slack: Simulator, references: Contents) -> list[str]:
    """Return the problems of the files and pictures in these blocks."""
    sentences = []
    for pointer, named in references.files.items():
        file = known_file(slack, named)
        if file is None or not file.complete or file.deleted or file.ready_at > time.time():
            name = named.get("id") or named.get("url")
            sentences.append(f"invalid slack file: {name} is not ready [json-pointer:{pointer}]")
    for pointer, address in references.pictures.items():
        if not _is_public_address(address):
            sentences.append(f"downloading image failed [json-pointer:{pointer}]")
    return sentences


def _is_public_address(address: str) -> bool:
    """Whether Slack's servers could fetch the address: a public host."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(PRIVATE_NAMES)


def known_file(slack: Simulator, named: dict[str, str]) -> File | None:
    """Return the file that a `slack_file` object names by id or address."""
    files = slack.state.files
    if "id" in named:
        return files.get(named["id"])
    address = named.get("url", "")
    return next((file for file in files.values() if f"-{file.id}/" in address), None)


def check_metadata(metadata: dict[str, Any] | None) -> None:
    """Refuse message metadata that is not an event type with its payload."""
    if metadata is None:
        return
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")


def add(slack: Simulator, channel: Channel, message: Message) -> Message:
    """Add a message to a channel."""
    channel.messages[message.ts] = message
    slack.state.touch()
    return message


def post_notice(slack: Simulator, channel: Channel, user: str, text: str) -> Message:
    """Post an ephemeral message of Slackbot."""
    message = Message(ts=slack.state.next_ts(), author=SLACKBOT, text=text, only_for=user)
    return add(slack, channel, message)


def message_object(slack: Simulator, space: Workspace, message: Message) -> dict[str, Any]:
    """Return a message as in Slack's API."""
    out: dict[str, Any] = {"user": message.author, "type": "message", "ts": message.ts}
    if message.author == space.bot_user_id:
        out |= {"bot_id": space.bot_id, "app_id": slack.app.app_id}
    out |= {"text": message.text, "team": space.id}
    if message.author == space.bot_user_id:
        out["bot_profile"] = bot_profile(slack, space)
    for name in ("subtype", "blocks", "attachments", "thread_ts", "metadata"):
        if value := getattr(message, name):
            out[name] = value
    if message.edited:
        editor = space.bot_id if message.author == space.bot_user_id else message.author
        out["edited"] = {"user": editor, "ts": message.edited}
    if message.reactions:
        out["reactions"] = reactions(message)
    if message.files:
        out["files"] = [file_object(slack, slack.state.files[file_id]) for file_id in message.files]
    return out


def reactions(message: Message) -> list[dict[str, Any]]:
    """Return the reactions as in Slack's API."""
    return [{"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()]


def bot_profile(slack: Simulator, space: Workspace) -> dict[str, Any]:
    """Return the bot profile in the app's messages."""
    icons = {f"image_{size}": f"{slack.url}/icons/app_{size}.png" for size in (36, 48, 72)}
    return {
        "id": space.bot_id,
        "app_id": slack.app.app_id,
        "user_id": space.bot_user_id,
        "name": slack.manifest.bot_name,
        "icons": icons,
        "deleted": False,
        "updated": 1_700_000_000,
        "team_id": space.id,
    }
