"""What blocks refer to outside themselves."""

from collections.abc import Iterator


def slack_files(blocks: object) -> list[dict[str, str]]:
    """Every file of the workspace that the blocks show, as `{"id": ...}` or `{"url": ...}`, in order."""
    return list(_walk(blocks))


def _walk(value: object) -> Iterator[dict[str, str]]:
    if isinstance(value, list):
        for one in value:
            yield from _walk(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "slack_file" and isinstance(one, dict):
                yield {key: one[key] for key in ("id", "url") if isinstance(one.get(key), str)}
            else:
                yield from _walk(one)


def picture_addresses(blocks: object) -> list[str]:
    """Every `image_url` in the blocks, in their order: Slack fetches them before it accepts the message."""
    found: list[str] = []
    stack = [blocks]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(reversed(value))
        elif isinstance(value, dict):
            address = value.get("image_url")
            if isinstance(address, str):
                found.append(address)
            stack.extend(reversed(list(value.values())))
    return found
