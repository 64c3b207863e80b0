"""Settings that only HTTP needs, read from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from slackapp.connection.installations import TokenEncryption
from slackapp.core import config
from slackapp.core.config import Settings
from slackapp.core.errors import SettingsError

_PORTS = range(1, 65536)


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Where to listen and, with `client_id`, how workspaces install the app themselves.

    `public_url` is how Slack and browsers reach it, without a path.
    """

    settings: Settings
    host: str
    port: int
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_keys: tuple[str, ...] = field(default=(), repr=False)
    public_url: str = ""

    @property
    def locker(self) -> TokenEncryption | None:
        """The encryption of the workspaces' tokens; None with the settings' one token."""
        return TokenEncryption(self.token_keys) if self.client_id else None

    @property
    def redirect_uri(self) -> str:
        """Where Slack sends an installer back to."""
        return f"{self.public_url}/slack/oauth_redirect"


def read(environ: Mapping[str, str]) -> HttpSettings:
    """Return the settings.

    Raises:
        SettingsError: Settings are missing or wrong; it names all of them.
    """
    installs = bool(environ.get("SLACK_CLIENT_ID"))
    unneeded = {"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"} if installs else {"SLACK_APP_TOKEN"}
    wrong = [str(finding) for finding in config.findings(environ) if finding.name not in unneeded]
    wrong += [*_about_http(environ), *(_about_installing(environ) if installs else [])]
    if wrong:
        raise SettingsError("\n".join(wrong))
    host, _, port = (environ.get("HTTP_ADDRESS") or "127.0.0.1:3000").rpartition(":")
    return HttpSettings(
        settings=config.read(environ, unneeded=frozenset(unneeded)),
        host=host,
        port=int(port),
        client_id=environ.get("SLACK_CLIENT_ID", ""),
        client_secret=environ.get("SLACK_CLIENT_SECRET", ""),
        token_keys=tuple(key.strip() for key in environ.get("TOKEN_KEYS", "").split(",") if key.strip()),
        public_url=environ.get("PUBLIC_URL", "").rstrip("/"),
    )


def _about_http(environ: Mapping[str, str]) -> list[str]:
    wrong = []
    if not environ.get("SLACK_SIGNING_SECRET"):
        wrong.append("SLACK_SIGNING_SECRET: set it to the signing secret (Basic Information).")
    host, _, port = (environ.get("HTTP_ADDRESS") or "127.0.0.1:3000").rpartition(":")
    if not (host and port.isdecimal() and int(port) in _PORTS):
        wrong.append("HTTP_ADDRESS: use a host and a port, as in 127.0.0.1:3000.")
    return wrong


def _about_installing(environ: Mapping[str, str]) -> list[str]:
    wrong = []
    if not environ.get("SLACK_CLIENT_SECRET"):
        wrong.append("SLACK_CLIENT_SECRET: set it to the client secret (Basic Information).")
    url = urlsplit(environ.get("PUBLIC_URL", ""))
    if not (url.scheme == "https" or (url.scheme == "http" and url.hostname in {"127.0.0.1", "localhost"})):
        wrong.append(
            "PUBLIC_URL: set it to the address of this server, as in https://appreciate.example.org."
        )
    try:
        TokenEncryption([key.strip() for key in environ.get("TOKEN_KEYS", "").split(",") if key.strip()])
    except SettingsError as missing:
        wrong.append(str(missing))
    return wrong
