"""A small believable hospital: one directorate, three teams, and the few people who are not staff."""

from dataclasses import dataclass

from slackapp.sandbox.core.seeds import ChannelSeed, PersonSeed, UserGroupSeed, WorkspaceSeed

BOT = "U0APPRECIATE"
TEAM_ID = "T0HOSPITAL1"


@dataclass(frozen=True, slots=True)
class HospitalTeam:
    """A team's seed: the leader is not in `staff`; their own unit is the parent."""

    name: str
    channel_id: str
    channel: str
    leader: PersonSeed
    staff: tuple[PersonSeed, ...]


def _person(number: int, name: str, title: str, *roles: str) -> PersonSeed:
    handle = name.lower().replace(" ", ".").replace("'", "")
    return PersonSeed(
        id=f"U0HOSP{number:05}",
        name=name,
        handle=handle,
        title=title,
        roles=roles or (title.lower(),),
        is_admin="admin" in roles,
    )


DIRECTOR = _person(1, "Helen Prosser", "Director of nursing, Medicine", "director of nursing", "leader")
OPERATIONS = _person(2, "Idris Parry", "Operations manager", "operations manager", "admin")

WARD_7 = HospitalTeam(
    name="Ward 7",
    channel_id="C0WARD70000",
    channel="ward-7",
    leader=_person(10, "Mair Llewellyn", "Ward manager", "ward manager", "leader"),
    staff=(
        _person(11, "Carys Bevan", "Staff nurse", "nurse"),
        _person(12, "Tomos Rees", "Charge nurse", "nurse"),
        _person(13, "Amina Yusuf", "Staff nurse", "nurse"),
        _person(14, "Grace Mensah", "Staff nurse", "nurse"),
        _person(15, "Dylan Hughes", "Healthcare assistant"),
        _person(16, "Joy Fernandes", "Staff nurse", "nurse"),
        _person(17, "Rhian Pugh", "Healthcare assistant"),
        _person(18, "Sunil Kurian", "Staff nurse", "nurse"),
        _person(19, "Elin Morris", "Student nurse"),
        _person(20, "Patrick Doyle", "Healthcare assistant"),
        _person(21, "Blessing Okafor", "Staff nurse", "nurse"),
        _person(22, "Gwen Howells", "Ward clerk"),
        _person(23, "Marta Nowak", "Domestic assistant"),
        _person(24, "Ifan Roberts", "Staff nurse", "nurse"),
        _person(25, "Leila Haddad", "Junior doctor"),
        _person(26, "Owen Price", "Physiotherapist"),
    ),
)
ACUTE = HospitalTeam(
    name="Acute Medical Unit",
    channel_id="C0ACUTE0000",
    channel="acute-medical",
    leader=_person(30, "Stephen Adeyemi", "Unit manager", "unit manager", "leader"),
    staff=(
        _person(31, "Nia Vaughan", "Staff nurse", "nurse"),
        _person(32, "Kofi Asante", "Staff nurse", "nurse"),
        _person(33, "Beth Lewis", "Advanced nurse practitioner", "nurse"),
        _person(34, "Ravi Menon", "Registrar"),
        _person(35, "Sian Edwards", "Healthcare assistant"),
        _person(36, "Chloe Barker", "Staff nurse", "nurse"),
        _person(37, "Huw Griffiths", "Porter"),
        _person(38, "Maria Santos", "Staff nurse", "nurse"),
        _person(39, "Daniel Cole", "Healthcare assistant"),
    ),
)
DISCHARGE = HospitalTeam(
    name="Discharge Team",
    channel_id="C0DISCHARGE",
    channel="discharge-team",
    leader=_person(50, "Angharad Jenkins", "Discharge lead", "discharge lead", "leader"),
    staff=(
        _person(51, "Lowri Thomas", "Discharge nurse", "nurse"),
        _person(52, "Femi Balogun", "Social worker"),
        _person(53, "Kate Wilson", "Occupational therapist"),
        _person(54, "Geraint Walsh", "Discharge coordinator"),
    ),
)
TEAMS = (WARD_7, ACUTE, DISCHARGE)
DIRECTORATE = "Medicine"
DIRECTORATE_CHANNEL = "C0MEDICINE0"

NOT_STAFF = (
    PersonSeed(id="U0ROTABOT00", name="Rota Bot", handle="rota.bot", title="App", is_bot=True),
    PersonSeed(id="U0LEFT00000", name="Sara Lloyd", handle="sara.lloyd", title="Staff nurse", deleted=True),
    PersonSeed(
        id="U0STRANGER0", name="Paul Trent", handle="paul.trent", title="Ambulance liaison", stranger=True
    ),
)


def staff() -> tuple[PersonSeed, ...]:
    """Return all staff, leaders included."""
    return (
        DIRECTOR,
        OPERATIONS,
        *(person for team in TEAMS for person in (team.leader, *team.staff)),
    )


def workspace() -> WorkspaceSeed:
    """Return the hospital's Slack workspace as a seed."""
    everyone = tuple(person.id for person in staff())
    channels = tuple(
        ChannelSeed(
            id=team.channel_id,
            name=team.channel,
            members=(team.leader.id, *(person.id for person in team.staff), BOT),
        )
        for team in TEAMS
    )
    return WorkspaceSeed(
        team_id=TEAM_ID,
        domain="hospital",
        name="Glan-y-môr Hospital",
        bot_token="xoxb-practice-hospital",  # noqa: S106 - made up; opens nothing but the sandbox
        app_token="xapp-practice-hospital",  # noqa: S106 - likewise
        people=(*staff(), *NOT_STAFF),
        channels=(
            ChannelSeed(id="C0GENERAL00", name="general", members=everyone),
            ChannelSeed(id=DIRECTORATE_CHANNEL, name="medicine", members=(*everyone, BOT)),
            *channels,
        ),
        usergroups=(
            UserGroupSeed(
                id="S0WARD7NIGHTS",
                handle="ward7-nights",
                name="Ward 7 nights",
                members=tuple(person.id for person in WARD_7.staff[:6]),
            ),
        ),
        bot_user_id=BOT,
        bot_id="B0APPRECIAT",
    )
