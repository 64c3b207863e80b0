"""How the check-in stays anonymous, as people read it: the promise, the rules, the limits, who sees what."""

from dataclasses import dataclass

from slackapp import blocks
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice, translatable
from slackapp.pulse.audience import Group
from slackapp.pulse.charter import Reader

_SECTION = 3000
_MORE = ", ..."

PRIVACY = translatable(
    "Your answer is locked when you send it. When the check-in closes, all answers are mixed and added "
    "up. We keep only rounded results for groups of {k} or more. Then the key is destroyed. After that "
    "nobody can tell who said what: not your lead, not an admin, not whoever runs the database. "
    "Until then you must trust whoever runs the app's server. If anybody tampers with stored answers, we "
    "leave them out and tell everybody who was asked."
)
COMMENTS = translatable(
    "Comments come out at the month's end, without a date. Whoever runs the server can read them. Leave "
    "out names, and what is true only of you."
)
RULES = (
    translatable(
        "Your answers are counted in exactly one group: your team, if at least {k} people answered; "
        "otherwise it joins the next level up."
    ),
    translatable("A group of fewer than {k} is never shown and never stored."),
    translatable(
        "We add up your group's answers and round the total to a multiple of 5; very low and very high "
        "results are only shown as “x or lower” / “y or higher”."
    ),
    translatable(
        "Everything else (directorate, month, trend) is calculated from these rounded numbers, never from "
        "the answers."
    ),
    translatable("Nobody can filter the results in another way."),
)
LIMITS = (
    translatable(
        "While a check-in is open, whoever controls the server or can change the database could read "
        "answers. Slack carries your answer to us."
    ),
    translatable(
        "The folder with the key alone tells no answer and no name. Whoever copies it, and the database too, "
        "while a check-in is open can read that check-in, even later."
    ),
    translatable(
        "Two colleagues who compare their answers, and somebody who knows who answered each time and "
        "assumes that nobody changed their mind, can sometimes work out an answer."
    ),
    translatable(
        "Who is in your group was fixed when the check-in opened. If a name there surprises you, ask."
    ),
)


@dataclass(frozen=True, slots=True)
class Threat:
    """Somebody who might want to know: what they see, what is in the way, what remains. Catalogue words."""

    who: str
    sees: str
    protects: str
    remains: str


THREATS = (
    Threat(
        translatable("Whoever leads your team"),
        translatable("Rounded results of groups of five or more, once a month, and comments without a name."),
        translatable(
            "They never see who answered, when, or what. Fewer than five answers join the next level up."
        ),
        translatable(
            "In a small team the leader may see that everybody answered, never what. They may recognise how "
            "somebody writes: leave out what is true of you alone."
        ),
    ),
    Threat(
        translatable("A colleague"),
        translatable("What your team's leader shares, and whom they are grouped with."),
        translatable("Results are rounded so that knowing one answer does not give away another."),
        translatable(
            "Two who compare their answers can sometimes work one out. So can somebody who knows who "
            "answered each time, as long as nobody changes their mind."
        ),
    ),
    Threat(
        translatable("An admin of this workspace"),
        translatable("The settings, and no answer. Your results only if you are told so here."),
        translatable(
            "What protects you can only be made stricter, and you are told. Groups are fixed when it opens."
        ),
        translatable("They could fill your group with made-up accounts. If a name there surprises you, ask."),
    ),
    Threat(
        translatable("Whoever looks after the database or a backup"),
        translatable(
            "Locked boxes of one size while it is open; afterwards the rounded results, how many answered in "
            "each group, and, once the month is over, comments without a name."
        ),
        translatable(
            "The key, the rules and the list of who is asked lie somewhere else and not in backups. They are "
            "fixed when it opens and destroyed when it closes."
        ),
        translatable(
            "Whoever can change the database can take answers away or make a check-in fail. They cannot read "
            "an answer by that; it is noticed, and everybody who was asked is told. Whoever watches it live "
            "sees that somebody answered, and when, not who. On some disks something that was overwritten "
            "can be brought back."
        ),
    ),
    Threat(
        translatable("Whoever has only the folder with the keys"),
        translatable(
            "Who is asked and by which rules, and, while it is open, who answered and when. Comments until "
            "their month is over, without a name. No answer."
        ),
        translatable("Answers lie in the database, not in this folder. The key is destroyed when it closes."),
        translatable(
            "Whoever also has a copy of the database from that time can read every answer, even after the "
            "close."
        ),
    ),
    Threat(
        translatable("Whoever controls the server"),
        translatable(
            "Database and key together, as long as the check-in is open; after that, every comment."
        ),
        translatable(
            "After the close there is no key any more, so nothing of yours can be opened by anyone."
        ),
        translatable(
            "Until the close you trust them. Whoever changes the program sees answers as they come in."
        ),
    ),
    Threat(
        translatable("Slack"),
        translatable("Your answer on its way to us."),
        translatable("No message holds an answer, so none is in your history, in a search or in an export."),
        translatable("Slack itself could read it as it passes. You trust Slack for that moment."),
    ),
    Threat(
        translatable("Whoever reads the server's log"),
        translatable("That the app is running, and what went wrong."),
        translatable("No press, no answer and no comment of a check-in is written down in it."),
        translatable("A network's own log may show that you used Slack at that time, as at any other."),
    ),
    Threat(
        translatable("Whoever sees your screen"),
        translatable("What you tick while you tick it."),
        translatable("Nothing is filled in when you come back, and nothing shows that you have answered."),
        translatable("Look around before you answer."),
    ),
)


def threats(say: Voice) -> list[Block]:
    """Who might want to know, each with what they see, what protects you, and what is left."""
    content: list[Block] = [blocks.header(say("Who could find out what you answered?"))]
    for threat in THREATS:
        text = say(
            "*{who}*\n*Sees:* {sees}\n*Protects you:* {protects}\n*What is left:* {remains}",
            who=say(threat.who),
            sees=say(threat.sees),
            protects=say(threat.protects),
            remains=say(threat.remains),
        )
        content.append(blocks.section(text))
    return content


@dataclass(frozen=True, slots=True)
class Company:
    """One's own group in a check-in: who is in it, and who sees its results."""

    group: Group
    users: tuple[str, ...]
    """Slack's ids, which Slack itself shows as names: no table says whose they are."""
    readers: tuple[Reader, ...]
    admins_read: bool = False


def about(say: Voice, k: int, company: Company | None) -> View:
    """How it stays anonymous: the promise, the rules as told to staff, the limits, one's own group."""
    rules = "\n".join(f"{place}. {say(rule, k=k)}" for place, rule in enumerate(RULES, start=1))
    limits = "\n".join(f"• {say(limit)}" for limit in LIMITS)
    content = [
        blocks.plain_section(f"{say(PRIVACY, k=k)} {say(COMMENTS)}"),
        blocks.heading(say("What is shown")),
        blocks.plain_section(rules),
        blocks.heading(say("What this cannot promise")),
        blocks.plain_section(limits),
    ]
    if company is not None:
        content += [
            blocks.heading(say("Your group in this check-in")),
            blocks.plain_section(joins(say, company.group)),
            blocks.section(_mentions(company.users)),
            blocks.heading(say("Who sees its results")),
            blocks.plain_section(_shortened("\n".join(_readers(say, company)))),
        ]
    return blocks.notice(say, say("How it stays anonymous"), content)


def joins(say: Voice, group: Group) -> str:
    """Which group an answer joins, how many were asked, and where it goes when too few answer."""
    values = {"team": group.name, "k": group.k}
    if group.above is not None:
        return say.count(
            "Counted with {team} ({n} person). If fewer than {k} answer, with {above}.",
            "Counted with {team} ({n} people). If fewer than {k} answer, with {above}.",
            group.invited,
            above=group.above,
            **values,
        )
    if group.has_below:
        # Four people are not too few when answers of other teams join theirs.
        return say.count(
            "Counted with {team} ({n} person) and with teams below it that are too small for themselves. "
            "If fewer than {k} answer together, nothing is shown.",
            "Counted with {team} ({n} people) and with teams below it that are too small for themselves. "
            "If fewer than {k} answer together, nothing is shown.",
            group.invited,
            **values,
        )
    return say.count(
        "Counted with {team} ({n} person). If fewer than {k} answer, nothing is shown.",
        "Counted with {team} ({n} people). If fewer than {k} answer, nothing is shown.",
        group.invited,
        **values,
    )


def _readers(say: Voice, company: Company) -> list[str]:
    lines = [_reader(say, reader) for reader in company.readers]
    if company.admins_read:
        lines.append(say("• The admins of this workspace"))
    return lines or [say("Nobody leads your group at present.")]


def _reader(say: Voice, reader: Reader) -> str:
    if reader.stands_in:
        return say("• {name}, who stands in while nobody leads {team}", name=reader.name, team=reader.leads)
    return say("• {name}, who leads {team}", name=reader.name, team=reader.leads)


def _mentions(users: tuple[str, ...]) -> str:
    """As many people as fit, as Slack shows them. In a modal nobody is notified."""
    mentions = [f"<@{user}>" for user in users]
    while len(", ".join(mentions)) > _SECTION - len(_MORE):
        mentions.pop()
    return ", ".join(mentions) + (_MORE if len(mentions) < len(users) else "")


def _shortened(words: str) -> str:
    return words if len(words) <= _SECTION else f"{words[: _SECTION - 4]} ..."
