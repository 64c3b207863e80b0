"""Messages: who may post where, what is accepted, and how a message looks as Slack's JSON."""

import time
from typing import Any

from slackapp.sandbox.api.refusal import Refused
from slackapp.sandbox.blocks import TEXT_WEIGHT_LIMIT, problems, slack_files, text_weight
from slackapp.sandbox.files import file_object
from slackapp.sandbox.slack import Slack
from slackapp.sandbox.state import SLACKBOT, Channel, File, Message, Workspace
from slackapp.sandbox.tidying import tidied

TEXT_LIMIT = 40_000


def channel_for(slack: Slack, space: Workspace, target: str) -> Channel:
    """The channel with this id, or the direct conversation with this person; names are not ids."""
    channel = space.channels.get(target)
    if channel is not None:
        if channel.is_private and space.bot_user_id not in channel.members:
            raise Refused("channel_not_found")
        return channel
    person = space.people.get(target)
    if person is None or person.deleted or person.stranger or person.is_bot:
        raise Refused("channel_not_found")
    return slack.state.dm(space, target)


def may_post(slack: Slack, space: Workspace, channel: Channel) -> None:
    """Refuse what Slack refuses of a bot that posts here."""
    if channel.archived:
        raise Refused("is_archived")
    if channel.im_with is not None and not slack.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    public = not channel.is_private and "chat:write.public" in slack.manifest.scopes
    if space.bot_user_id not in channel.members and not public:
        raise Refused("not_in_channel")


def content(slack: Slack, args: dict[str, Any], *, too_long: str = "msg_too_long") -> dict[str, Any]:
    """The checked text, blocks and attachments of a message; `too_long` is this method's name for that."""
    blocks, text, attachments = args.get("blocks") or [], args.get("text", ""), args.get("attachments") or []
    if args.get("markdown_text"):
        if text or blocks:
            raise Refused("markdown_text_conflict")
        blocks = [{"type": "markdown", "text": args["markdown_text"]}]
    if not blocks and not text.strip() and not attachments:
        raise Refused("no_text")
    if len(attachments) > 100:  # noqa: PLR2004  # Slack's own limit
        raise Refused("too_many_attachments")
    if blocks:
        check_blocks(slack, blocks, too_long)
    return {"text": text, "blocks": tidied(blocks), "attachments": attachments}


def check_blocks(slack: Slack, blocks: Any, too_long: str = "msg_too_long") -> None:  # noqa: ANN401  # not yet checked
    """Refuse blocks that Slack would refuse in a message, files that are not ready among them."""
    found = problems(blocks, surface="message")
    if found:
        raise Refused("invalid_blocks", *found, errors=[one.removeprefix("[ERROR] ") for one in found])
    if text_weight(blocks) > TEXT_WEIGHT_LIMIT:
        raise Refused(too_long)
    found = unready(slack, blocks)
    if found:
        raise Refused("invalid_blocks", *found, errors=[one.removeprefix("[ERROR] ") for one in found])


def unready(slack: Slack, blocks: Any) -> list[str]:  # noqa: ANN401  # likewise
    """What is wrong with the workspace files these blocks show."""
    found = []
    for wanted in slack_files(blocks):
        file = known_file(slack, wanted)
        if file is None or not file.complete or file.deleted or file.ready_at > time.time():
            name = wanted.get("id") or wanted.get("url")
            found.append(f"[ERROR] invalid slack file: {name} is not ready [json-pointer:/blocks/slack_file]")
    return found


def known_file(slack: Slack, wanted: dict[str, str]) -> File | None:
    """The file that a `slack_file` object names by id or by address."""
    files = slack.state.files
    if "id" in wanted:
        return files.get(wanted["id"])
    address = wanted.get("url", "")
    return next((file for file in files.values() if f"-{file.id}/" in address), None)


def check_metadata(metadata: dict[str, Any] | None) -> None:
    """Refuse message metadata that is not an event type with its payload."""
    if metadata is None:
        return
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")


def add(slack: Slack, channel: Channel, message: Message) -> Message:
    """Put a message into a channel."""
    channel.messages[message.ts] = message
    slack.state.touch()
    return message


def notice(slack: Slack, channel: Channel, user: str, text: str) -> Message:
    """Slackbot's own words, for one person only."""
    message = Message(ts=slack.state.next_ts(), author=SLACKBOT, text=text, only_for=user)
    return add(slack, channel, message)


def message_object(slack: Slack, space: Workspace, message: Message) -> dict[str, Any]:
    """A message as Slack's JSON has it."""
    out: dict[str, Any] = {"user": message.author, "type": "message", "ts": message.ts}
    if message.author == space.bot_user_id:
        out |= {"bot_id": space.bot_id, "app_id": slack.app.app_id}
    out |= {"text": message.text, "team": space.id}
    if message.author == space.bot_user_id:
        out["bot_profile"] = bot_profile(slack, space)
    for name in ("blocks", "attachments", "thread_ts", "metadata"):
        if value := getattr(message, name):
            out[name] = value
    if message.edited:
        out["edited"] = {"user": space.bot_id, "ts": message.edited}
    if message.reactions:
        out["reactions"] = reactions(message)
    if message.files:
        out["files"] = [file_object(slack, slack.state.files[one]) for one in message.files]
    return out


def reactions(message: Message) -> list[dict[str, Any]]:
    """The reactions as Slack's JSON has them."""
    return [{"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()]


def bot_profile(slack: Slack, space: Workspace) -> dict[str, Any]:
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
