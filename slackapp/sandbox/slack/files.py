"""Uploaded files: their JSON, the upload address and the download."""

import mimetypes
import re
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from slackapp.sandbox.core.fault_answers import answer_with_fault
from slackapp.sandbox.core.faults import Fault, Subject
from slackapp.sandbox.core.responses import json_response
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import File


def file_path(file: File) -> str:
    """Return the path under which the sandbox serves a file."""
    safe = re.sub(r"[^\w.-]+", "_", file.name.lower())
    return f"/files-pri/{file.team_id}-{file.id}/{safe}"


_OF_EVERY_FILE: Mapping[str, Any] = {
    "editable": False,
    "mode": "hosted",
    "is_external": False,
    "external_type": "",
    "public_url_shared": False,
    "display_as_bot": False,
    "username": "",
    "media_display_type": "unknown",
    "comments_count": 0,
    "is_starred": False,
    "has_rich_preview": False,
    "file_access": "visible",
}


def file_object(slack: Simulator, file: File) -> dict[str, Any]:
    """Return a file as in Slack's API."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    address = slack.url + file_path(file)
    extension = file.name.rpartition(".")[2].lower()
    public = [channel for channel in file.channels if channel.startswith("C")]
    space = slack.state.workspaces[file.team_id]
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": file.mimetype,
        "filetype": extension,
        "pretty_type": extension.upper(),
        "user": file.owner or space.bot_user_id,
        "user_team": file.team_id,
        "size": file.length,
        "is_public": bool(public),
        "url_private": address,
        "url_private_download": address + "?download=1",
        "alt_txt": file.alt,
        "permalink": address,
        "channels": public,
        "groups": [channel for channel in file.channels if channel.startswith("G")],
        "ims": [channel for channel in file.channels if channel.startswith("D")],
        **_OF_EVERY_FILE,
    }


class FileServer:
    """Receives uploads and serves files."""

    def __init__(self, slack: Simulator) -> None:
        self._slack = slack

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Receive the bytes of an upload, raw or as a multipart form."""
        slack = self._slack
        with slack.traffic.call():
            await slack.simulate_latency()
            file_id = request.match_info["file"]
            fault = self._fault(file_id)
            if fault and not fault.is_done:
                slack.journal.call("upload", {"file": file_id}, "form", {"fault": fault.kind})
                return await answer_with_fault(request, fault)
            answer = self._take(file_id, await _bytes(request))
        return await answer_with_fault(request, fault, answer) if fault else answer

    def _fault(self, file_id: str) -> Fault | None:
        file = self._slack.state.files.get(file_id)
        return self._slack.faults.take("upload", lambda: Subject(file.team_id if file else ""))

    def _take(self, file_id: str, content: bytes) -> web.Response:
        file = self._slack.state.files.get(file_id)
        body = {"file": file_id, "length": len(content)}
        if file is None or file.deleted or file.complete:
            self._slack.journal.call("upload", body, "form", {"ok": False, "status": 404})
            return web.Response(status=404, text="Not found")
        if len(content) != file.length:
            self._slack.journal.call("upload", body, "form", {"ok": False, "status": 400})
            return web.Response(status=400, text=f"expected {file.length} bytes")
        self._slack.state.contents[file_id] = content
        file.uploaded = True
        self._slack.state.touch()
        self._slack.journal.call("upload", body, "form", {"ok": True, "status": 200})
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Serve a file's bytes."""
        file = self._slack.state.files.get(request.match_info["file"])
        content = self._slack.state.contents.get(file.id) if file else None
        if file is None or content is None or file.deleted:
            return json_response({"ok": False, "error": "file_not_found"}, status=404)
        headers = {
            # An uploaded page must not run in the sandbox's own origin. Its scripts run in an opaque origin
            # that may fetch nothing, as they would from a file on disk.
            "Content-Security-Policy": "sandbox allow-scripts; default-src 'none'; img-src data: blob:; "
            "style-src 'unsafe-inline'; script-src 'unsafe-inline'",
            "X-Content-Type-Options": "nosniff",
        }
        if request.query.get("download"):
            headers["Content-Disposition"] = f'attachment; filename="{file.id}"'
        return web.Response(body=content, headers={"Content-Type": file.mimetype, **headers})


async def _bytes(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""


def guess_type(name: str) -> str:
    """Return a file's MIME type by its name."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def scanned_at(slack: Simulator) -> float:
    """Return the real time at which the scan of a file completed now ends."""
    return time.time() + slack.settings.scan_seconds
