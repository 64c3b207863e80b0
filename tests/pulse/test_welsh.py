"""The check-in in Welsh: drafts, marked as unreviewed, of everything it says to staff."""

import re
from datetime import UTC, date, datetime, time

from handlers.digest import comments_view as written
from handlers.pulse import admin_view as admin_pulse
from handlers.pulse import anonymity_view as anonymity
from handlers.pulse import messages_view as pulse_messages
from handlers.pulse import settings_view as pulse_settings
from handlers.pulse import survey_view as pulse
from handlers.recognition import settings_view
from slackapp import blocks as piece
from slackapp.blocks import View
from slackapp.core.i18n import LOCALES, Voice, voice
from slackapp.models import Member, Question, Workspace
from slackapp.pulse.audience import Group, Undelivered
from slackapp.pulse.charter import Reader
from slackapp.pulse.comments import PublishedComment
from slackapp.pulse.questions import FOUR, ITEMS, NHS_FOUR, OPTIONS, ROTATING
from slackapp.sandbox.blocks import problems, view_problems

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
    company = anonymity.Company(group, ("U1", "U2"), (Reader("Mair", "Ward 7"),), admins_read=True)
    member = Member(
        days_off=0,
        pulse_messages=True,
        quiet_from=datetime.now(UTC).time(),
        quiet_until=datetime.now(UTC).time(),
    )
    for items in ((*FOUR, ROTATING[0]), (*NHS_FOUR, *ROTATING[1:4])):
        sheet = pulse.SurveyForm(items, comments_on=True)
        for speaker in (say, plain):
            views = [
                pulse.modal(speaker, "p", sheet, group),
                pulse.stored(speaker, "p", closing=speaker.day(date(2026, 11, 9)), questions=len(items)),
                pulse.withdrawn(speaker, "p"),
                anonymity.about(speaker, 5, company),
                settings_view.form(
                    speaker, pulse_settings.fields(speaker, member, "cy"), settings_view.Choices()
                ),
            ]
            assert [view_problems(view) for view in views] == [[]] * len(views)
            if speaker is say:
                drafted = [texts(view) for view in views]
            else:
                english = [texts(view) for view in views]
        shared = set().union(*drafted) & set().union(*english)
        assert shared <= {"<@U1>, <@U2>", "English", "Cymraeg"}, shared
    message = pulse_messages.message(say, "p", closing="dydd Llun", has_earlier=True)
    assert problems(message, surface="message") == []
    assert "Sut oedd eich sifftiau diwethaf?" in str(message)


def test_what_admins_and_leaders_press_is_in_welsh_and_fits_slack() -> None:
    workspace = Workspace(
        name="Ysbyty",
        pulse_cadence="monthly",
        pulse_weekday=0,
        pulse_time=time(9),
        pulse_days_open=7,
        pulse_pauses=[["2026-12-21", "2027-01-03"]],
        question_set="appreciate",
        rotating_a_poll=1,
        comments_on=True,
        k=5,
        c=1,
        comment_threshold=8,
        pulse_on=False,
    )
    unreached = Undelivered(date(2026, 11, 2), 3, 1)
    mine = [Question(id="q" * 24, wording="...", place=1)]
    wrote = [PublishedComment(f"{place:024}", "...", place == 0) for place in range(2)]

    def views(speaker: Voice) -> list[View]:
        return [
            admin_pulse.form(speaker, workspace, unreached),
            admin_pulse.questions(speaker, mine, FOUR),
            written.comment_list(speaker, "d" * 24, wrote),
            piece.notice(speaker, speaker("Privacy"), anonymity.threats(speaker)),
        ]

    assert [view_problems(view) for view in views(say)] == [[]] * 4
    drafted, english = (set().union(*(texts(view) for view in views(one))) for one in (say, plain))
    numbers = {str(number) for number in range(31)}
    assert drafted & english - numbers <= {"..."}, drafted & english - numbers


def texts(part: object) -> set[str]:
    """Every text that people would read in a view."""
    if isinstance(part, dict):
        own = {part["text"]} if isinstance(part.get("text"), str) else set()
        return own.union(*(texts(value) for value in part.values()))
    if isinstance(part, list):
        return set().union(*(texts(value) for value in part))
    return set()
