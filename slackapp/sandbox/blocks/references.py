"""What blocks refer to outside themselves."""


def slack_files(blocks: object) -> list[dict[str, str]]:
    """Every file of the workspace that the blocks show, as `{"id": ...}` or `{"url": ...}`, in order."""
    found: list[dict[str, str]] = []
    stack = [blocks]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(reversed(value))
        elif isinstance(value, dict):
            named = value.get("slack_file")
            if isinstance(named, dict):
                found.append({key: named[key] for key in ("id", "url") if isinstance(named.get(key), str)})
            stack.extend(
                one for one in reversed(value.values()) if one is not named and not isinstance(one, str)
            )
    return found


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
