"""files.*: an upload in three steps, and deletion."""

from typing import Any

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.core.responses import Refused, missing_field
from slackapp.sandbox.core.state import Channel, File, Message, new_id
from slackapp.sandbox.slack import message_events, messages
from slackapp.sandbox.slack.block_defaults import with_defaults
from slackapp.sandbox.slack.files import file_object, guess_type, scanned_at

ALT_LIMIT = 1_000
SIZE_LIMIT = 1_000_000_000


def get_upload_url(call: Call) -> dict[str, Any]:
    """files.getUploadURLExternal."""
    name, length, alt = call.args["filename"], call.args["length"], call.args.get("alt_txt", "")
    if not name:
        raise missing_field("filename")
    if length <= 0:
        raise Refused("invalid_arguments", "[ERROR] must be greater than 0 [json-pointer:/length]")
    if length > SIZE_LIMIT:
        raise Refused("file_upload_size_restricted")
    if len(alt) > ALT_LIMIT:
        raise Refused("alt_txt_too_large")
    file = File(
        id=new_id("F"),
        team_id=call.workspace.id,
        name=name,
        length=length,
        alt=alt,
        mimetype=guess_type(name),
        created=int(call.slack.clock.epoch()),
    )
    call.slack.state.files[file.id] = file
    call.slack.state.touch()
    return {"upload_url": f"{call.slack.url}/upload/v1/{file.id}", "file_id": file.id}


def complete_upload(call: Call) -> dict[str, Any]:
    """files.completeUploadExternal, with or without a channel to share the files in."""
    channel = _share_channel(call)
    listed = call.args["files"]
    if not listed or not all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in listed):
        raise Refused("invalid_arguments", "[ERROR] each file needs its id [json-pointer:/files]")
    files = [_uploaded(call, item["id"]) for item in listed]
    if "blocks" in call.args:
        messages.check_blocks(call.slack, call.args["blocks"], "invalid_blocks")
    for file, item in zip(files, listed, strict=True):
        file.complete, file.title = True, item.get("title") or file.name
        file.ready_at = scanned_at(call.slack)
    if channel:
        _share(call, channel, files)
    call.slack.state.touch()
    return {"files": [file_object(call.slack, file) for file in files]}


def delete(call: Call) -> dict[str, Any]:
    """files.delete."""
    file = call.slack.state.files.get(call.args["file"])
    if file is None or file.team_id != call.workspace.id:
        raise Refused("file_not_found")
    if file.deleted:
        raise Refused("file_deleted")
    file.deleted = True
    call.slack.state.contents.pop(file.id, None)
    call.slack.state.touch()
    return {}


def _share_channel(call: Call) -> Channel | None:
    named = [channel for channel in call.args.get("channels", "").split(",") if channel]
    target = call.args.get("channel_id") or (named[0] if named else None)
    if not target:
        return None
    channel = call.workspace.channels.get(target)
    if channel is None or (channel.is_private and call.workspace.bot_user_id not in channel.members):
        raise Refused("channel_not_found")
    if call.workspace.bot_user_id not in channel.members:
        raise Refused("not_in_channel")
    if channel.archived:
        raise Refused("posting_to_channel_denied")
    return channel


def _uploaded(call: Call, file_id: str) -> File:
    file = call.slack.state.files.get(file_id)
    if (
        file is None
        or file.team_id != call.workspace.id
        or not file.uploaded
        or file.complete
        or file.deleted
    ):
        raise Refused("file_not_found")
    return file


def _share(call: Call, channel: Channel, files: list[File]) -> None:
    message = Message(
        ts=call.slack.state.next_ts(),
        author=call.workspace.bot_user_id,
        text=call.args.get("initial_comment", ""),
        blocks=with_defaults(call.args.get("blocks") or []),
        thread_ts=call.args.get("thread_ts") or None,
        files=[file.id for file in files],
    )
    for file in files:
        file.channels.append(channel.id)
    message_events.post(call.slack, channel, message)
