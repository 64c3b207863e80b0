"""The sandbox by itself, for any app: `slackapp sandbox --port N --manifest manifest.yml`."""

import errno
import signal
import threading
from pathlib import Path

from slackapp.sandbox.core.manifest import ManifestError, read_checked_manifest
from slackapp.sandbox.core.seeds import WorkspaceSeed, practice_workspace
from slackapp.sandbox.server import Sandbox
from slackapp.sandbox.slack.coverage import unsupported_features


def serve_standalone(  # the command line's options, all by keyword
    *,
    manifest: Path,
    port: int,
    journal: Path | None = None,
    state: Path | None = None,
    deliver_to: str | None = None,
    workspace: WorkspaceSeed | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Serve until `stop` is set or the process is asked to end, and say how to connect an app.

    Raises SystemExit with a message if the manifest is invalid or the port is taken.
    """
    seed = workspace or practice_workspace()
    stop = stop or threading.Event()
    try:
        sandbox = Sandbox(
            manifest=read_checked_manifest(manifest, has_address=bool(deliver_to)),
            port=port,
            journal=journal,
            state=state,
            deliver_to=deliver_to,
            latency=(0.03, 0.08),
        )
    except ManifestError as error:
        raise SystemExit(f"{manifest}: {error}") from None
    sandbox.seed(seed)
    _start(sandbox, port)
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
    try:
        print(_instructions(sandbox, seed, deliver_to), flush=True)  # noqa: T201  # a command's own words
        stop.wait()
    finally:
        sandbox.stop()


def _start(sandbox: Sandbox, port: int) -> None:
    try:
        sandbox.start()
    except OSError as failure:
        if failure.errno != errno.EADDRINUSE:
            raise
        raise SystemExit(f"Another program listens on port {port}. Choose another one: --port N") from None


def _instructions(sandbox: Sandbox, seed: WorkspaceSeed, deliver_to: str | None) -> str:
    app = sandbox.slack.app
    silent = unsupported_features(sandbox.slack.manifest, sandbox.slack.contract)
    return "\n".join(
        [
            f"Practice workspace: {sandbox.url}/",
            "Give your app these, and nothing leaves this computer:",
            f"  WebClient(base_url={sandbox.url + '/api/'!r})",
            f"  SLACK_BOT_TOKEN={seed.bot_token}",
            *([] if deliver_to else [f"  SLACK_APP_TOKEN={seed.app_token}"]),
            f"  SLACK_SIGNING_SECRET={app.signing_secret}",
            "To install it through OAuth instead of with the bot token:",
            f"  SLACK_CLIENT_ID={app.client_id}",
            f"  SLACK_CLIENT_SECRET={app.client_secret}",
            f"  authorize at {sandbox.url}/oauth/v2/authorize",
            f"To check the manifest: SLACK_CONFIGURATION_TOKEN={app.configuration_token}",
            *([f"Requests go to {deliver_to}"] if deliver_to else []),
            *(["The manifest asks for what will never happen here:"] if silent else []),
            *(f"  {line}" for line in silent),
        ]
    )
