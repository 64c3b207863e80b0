"""The check-in in Welsh: drafts, marked as unreviewed, of everything it says to staff."""

import re
from datetime import UTC, datetime

from slackapp.i18n import LOCALES, voice
from slackapp.models import Member
from slackapp.pulse.invitations import Group, Reader
from slackapp.pulse.questions import FOUR, ITEMS, NHS_FOUR, OPTIONS, ROTATING
from slackapp.sandbox.blocks import problems, view_problems
from slackapp.views import anonymity, pulse, pulse_messages, pulse_settings

CATALOGUE = LOCALES / "cy" / "LC_MESSAGES" / "appreciate.po"
say, plain = voice("cy"), voice()


def test_the_drafts_are_marked_as_unreviewed() -> None:
    assert "UNREVIEWED" in CATALOGUE.read_text().splitlines()[0]
    assert "fuzzy" not in CATALOGUE.read_text()


def test_every_question_and_answer_has_a_draft() -> None:
    for item in ITEMS.values():
        for sentence in filter(None, (item.wording, item.short, item.stem, item.source)):
            assert say(sentence) != sentence, sentence
    assert all(say(words) != words for _, words in OPTIONS)


def test_places_in_a_draft_are_those_of_the_sentence() -> None:
    entries = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', CATALOGUE.read_text(), re.MULTILINE)
    assert len(entries) > 100
    wrong = [
        sentence
        for sentence, draft in entries
        if set(re.findall(r"{\w+}", sentence)) != set(re.findall(r"{\w+}", draft))
    ]
    assert wrong == []


def test_everything_on_the_way_through_a_check_in_is_in_welsh_and_fits_slack() -> None:
    group = Group("Ward 7", 16, 5, "Medicine")
    company = anonymity.Company(group, ("Nia", "Dylan"), (Reader("Mair", "Ward 7"),), admins_read=True)
    member = Member(
        days_off=0,
        pulse_messages=True,
        quiet_from=datetime.now(UTC).time(),
        quiet_until=datetime.now(UTC).time(),
    )
    for items in ((*FOUR, ROTATING[0]), (*NHS_FOUR, *ROTATING[1:4])):
        sheet = pulse.Sheet(items, comments_on=True)
        for speaker in (say, plain):
            views = [
                pulse.modal(speaker, "p", sheet, group),
                pulse.stored(speaker, "p"),
                pulse.withdrawn(speaker, "p"),
                anonymity.about(speaker, 5, company),
                pulse_settings.form(speaker, member, "cy"),
                pulse_settings.saved(speaker),
            ]
            assert [view_problems(view) for view in views] == [[]] * len(views)
            if speaker is say:
                drafted = [texts(view) for view in views]
            else:
                english = [texts(view) for view in views]
        shared = set().union(*drafted) & set().union(*english)
        assert shared <= {"Nia, Dylan", "English", "Cymraeg"}, shared
    message = pulse_messages.message(say, "p", closing="dydd Llun", has_earlier=True)
    assert problems(message, surface="message") == []
    assert "Sut oedd eich sifftiau diwethaf?" in str(message)


def texts(part: object) -> set[str]:
    """Every text that people would read in a view."""
    if isinstance(part, dict):
        own = {part["text"]} if isinstance(part.get("text"), str) else set()
        return own.union(*(texts(value) for value in part.values()))
    if isinstance(part, list):
        return set().union(*(texts(value) for value in part))
    return set()
