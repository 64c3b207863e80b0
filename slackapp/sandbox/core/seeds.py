"""Seeds of a sandbox: the app's identity, and workspaces with their people and channels."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class AppSeed:
    """The app's identity in Slack. These are no real secrets: the sandbox serves this machine only."""

    app_id: str = "A0SANDBOX01"
    client_id: str = "100000000001.200000000002"
    client_secret: str = field(default="sandbox-client-secret", repr=False)
    signing_secret: str = field(default="sandbox-signing-secret", repr=False)
    verification_token: str = field(default="sandbox-verification-token", repr=False)
    configuration_token: str = field(default="xoxe.xoxp-sandbox-configuration", repr=False)
    """Token for apps.manifest.validate, as Slack gives it to the app's owner."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonSeed:
    """A person, or another app's bot user. `name` is what others read; `handle` is typed after an @.

    `roles` is what `GET /person` returns. `stranger` means the person belongs to another organisation and is
    seen only through a shared channel; `is_guest` is Slack's `is_restricted`, `is_single_channel` beside it
    `is_ultra_restricted`. `display_name`: "" if none was chosen, None for the same as the name.
    """

    id: str
    name: str
    handle: str
    title: str = ""
    roles: tuple[str, ...] = ()
    tz: str = "Europe/London"
    is_bot: bool = False
    deleted: bool = False
    is_admin: bool = False
    is_guest: bool = False
    stranger: bool = False
    locale: str = "en-GB"
    is_single_channel: bool = False
    display_name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelSeed:
    """A channel. `members` are ids of people; add the bot user's id where the app has been invited."""

    id: str
    name: str
    is_private: bool = False
    members: tuple[str, ...] = ()
    archived: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UserGroupSeed:
    """A user group ("subteam" in Slack's ids and payloads)."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceSeed:
    """A workspace in which the app is installed (or, with `installed=False`, can be through OAuth)."""

    team_id: str
    domain: str
    name: str
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    people: tuple[PersonSeed, ...] = ()
    channels: tuple[ChannelSeed, ...] = ()
    usergroups: tuple[UserGroupSeed, ...] = ()
    bot_user_id: str = "U0SANDBOXBOT"
    bot_id: str = "B0SANDBOX01"
    installed: bool = True
    enterprise_id: str = ""
    """The Enterprise organisation of the workspace; the app is installed in the workspace only."""
    enterprise_name: str = ""
    plan: str = ""
    """free, paid or grid; empty for grid in an organisation and paid elsewhere."""


def practice_workspace() -> WorkspaceSeed:
    """Return a small workspace for a sandbox that is started by itself."""
    people = (
        PersonSeed(
            id="U0PRACTICE1",
            name="Ada Morgan",
            handle="ada",
            title="Nurse",
            roles=("member", "admin"),
            is_admin=True,
        ),
        PersonSeed(
            id="U0PRACTICE2", name="Ben Okoro", handle="ben", title="Physiotherapist", roles=("member",)
        ),
        PersonSeed(
            id="U0PRACTICE3", name="Cerys Hughes", handle="cerys", title="Ward clerk", roles=("member",)
        ),
    )
    everyone = tuple(person.id for person in people)
    return WorkspaceSeed(
        team_id="T0PRACTICE1",
        domain="practice",
        name="Practice workspace",
        bot_token="xoxb-sandbox-practice",  # noqa: S106  # made up; opens nothing but this sandbox
        app_token="xapp-sandbox-practice",  # noqa: S106  # likewise
        people=people,
        channels=(
            ChannelSeed(id="C0PRACTICE1", name="general", members=(*everyone, "U0SANDBOXBOT")),
            ChannelSeed(id="C0PRACTICE2", name="random", members=everyone),
        ),
    )
