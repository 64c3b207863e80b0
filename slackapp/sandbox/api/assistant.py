"""assistant.threads.*: status, title and suggested prompts of a thread."""

from typing import Any, Final

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.state import Channel
from slackapp.sandbox.slack.assistant import is_assistant

MOST_PROMPTS: Final = 4


def set_status(call: Call) -> dict[str, Any]:
    """assistant.threads.setStatus."""
    _check_thread(_conversation(call), call.args["thread_ts"])
    return {}


def set_title(call: Call) -> dict[str, Any]:
    """assistant.threads.setTitle."""
    _check_thread(_conversation(call), call.args["thread_ts"])
    return {}


def set_suggested_prompts(call: Call) -> dict[str, Any]:
    """assistant.threads.setSuggestedPrompts: at most four, each a title and a message."""
    channel = _conversation(call)
    if not is_assistant(call.slack):
        raise Refused("not_agent_app")
    if thread := call.args.get("thread_ts"):
        _check_thread(channel, thread)
    prompts = call.args["prompts"]
    if len(prompts) > MOST_PROMPTS or not all(_is_prompt(prompt) for prompt in prompts):
        raise Refused(
            "invalid_arguments", "[ERROR] each prompt needs title and message [json-pointer:/prompts]"
        )
    return {}


def _is_prompt(prompt: object) -> bool:
    return isinstance(prompt, dict) and all(isinstance(prompt.get(key), str) for key in ("title", "message"))


def _conversation(call: Call) -> Channel:
    channel = call.workspace.channels.get(call.args["channel_id"])
    if channel is None or call.workspace.bot_user_id not in channel.members:
        raise Refused("channel_not_found")
    return channel


def _check_thread(channel: Channel, thread_ts: str) -> None:
    if thread_ts not in channel.messages:
        raise Refused("invalid_thread_ts")
