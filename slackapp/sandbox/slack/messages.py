"""Messages: who may post where, what is accepted, and how a message looks as Slack's JSON."""

import time
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from slackapp.sandbox.blocks import TEXT_WEIGHT_LIMIT, Contents, contents, problems
from slackapp.sandbox.core.permissions import check_posting, has_scope
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import SLACKBOT, Channel, File, Message, Workspace
from slackapp.sandbox.slack.block_defaults import tidied
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
    """The channel with this id, or the direct conversation with this person; names are not ids."""
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
    """The same, where Slack takes `#general` too."""
    for channel in space.channels.values():
        may_know = not channel.is_private or space.bot_user_id in channel.members
        if target == f"#{channel.name}" and may_know and not channel.is_direct:
            return channel
    return channel_for(slack, space, target)


def may_post(slack: Simulator, space: Workspace, channel: Channel) -> None:
    """Refuse what Slack refuses of a bot that posts here."""
    if channel.archived:
        raise Refused("is_archived")
    if channel.im_with is not None and not slack.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    public = not channel.is_private and has_scope(slack, space, "chat:write.public")
    if space.bot_user_id not in channel.members and not public:
        raise Refused("not_in_channel")
    check_posting(space, channel)


def without_nulls(payload: dict[str, Any]) -> dict[str, Any]:
    """An app's answer to a command or a response_url without its nulls; refused where a kind is wrong.

    What comes as a method's arguments has been looked at already; this has not.
    """
    answer = {name: value for name, value in payload.items() if value is not None}
    for name, kind in ANSWER_KINDS.items():
        if not isinstance(answer.get(name, kind()), kind):
            raise Refused("invalid_arguments", f"[ERROR] must be of another kind [json-pointer:/{name}]")
    return answer


def content(slack: Simulator, args: dict[str, Any], *, too_long: str = "msg_too_long") -> dict[str, Any]:
    """The checked text, blocks and attachments of a message; `too_long` is this method's name for that."""
    blocks, text, attachments = args.get("blocks") or [], args.get("text", ""), args.get("attachments") or []
    if args.get("markdown_text"):
        if text or blocks:
            raise Refused("markdown_text_conflict")
        blocks = [{"type": "markdown", "text": args["markdown_text"]}]
    if not blocks and not text.strip() and not attachments:
        raise Refused("no_text")
    if blocks:
        check_blocks(slack, blocks, too_long)
    return {"text": text, "blocks": tidied(blocks), "attachments": attached(slack, attachments, too_long)}


def attached(slack: Simulator, attachments: list[Any], too_long: str) -> list[dict[str, Any]]:
    """The checked attachments, those with blocks as Slack keeps them."""
    if len(attachments) > MOST_ATTACHMENTS:
        raise Refused("too_many_attachments")
    checked = []
    for place, attachment in enumerate(attachments):
        if not isinstance(attachment, dict) or not _are_objects(attachment.get("fields") or []):
            wrong = f"[ERROR] must provide an object [json-pointer:/attachments/{place}]"
            raise Refused("invalid_attachments", wrong)
        if "blocks" not in attachment:
            checked.append(attachment)
            continue
        check_blocks(slack, attachment["blocks"], too_long, at=f"/attachments/{place}/blocks")
        checked.append({**attachment, "blocks": tidied(attachment["blocks"])})
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
    """Refuse blocks that Slack would refuse in a message, files that are not ready among them."""
    wrong = problems(blocks, surface="message", at=at)
    if not wrong:
        references = contents(blocks, at)
        if references.weight > TEXT_WEIGHT_LIMIT:
            raise Refused(too_long)
        wrong = invalid_images(slack, references)
    if wrong:
        raise Refused("invalid_blocks", *wrong, errors=wrong)


def invalid_images(slack: Simulator, references: Contents) -> list[str]:
    """What is wrong with the workspace files these blocks show, and with the pictures they have fetched."""
    wrong = []
    for pointer, named in references.files.items():
        file = known_file(slack, named)
        if file is None or not file.complete or file.deleted or file.ready_at > time.time():
            name = named.get("id") or named.get("url")
            wrong.append(f"invalid slack file: {name} is not ready [json-pointer:{pointer}]")
    for pointer, address in references.pictures.items():
        if not _from_everywhere(address):
            wrong.append(f"downloading image failed [json-pointer:{pointer}]")
    return wrong


def _from_everywhere(address: str) -> bool:
    """Whether Slack's servers could fetch from there: nothing on this machine or in a network of its own."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(PRIVATE_NAMES)


def known_file(slack: Simulator, named: dict[str, str]) -> File | None:
    """The file that a `slack_file` object names by id or by address."""
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
    """Put a message into a channel."""
    channel.messages[message.ts] = message
    slack.state.touch()
    return message


def notice(slack: Simulator, channel: Channel, user: str, text: str) -> Message:
    """Slackbot's own words, for one person only."""
    message = Message(ts=slack.state.next_ts(), author=SLACKBOT, text=text, only_for=user)
    return add(slack, channel, message)


def message_object(slack: Simulator, space: Workspace, message: Message) -> dict[str, Any]:
    """A message as Slack's JSON has it."""
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
    """The reactions as Slack's JSON has them."""
    return [{"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()]


def bot_profile(slack: Simulator, space: Workspace) -> dict[str, Any]:
    """The app as it stands beside its messages."""
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
