"""The office's windows at their fullest, in both languages, as strict as Slack."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pytest

from handlers.digest.promise_form_view import Led
from handlers.home import leader_view as home_leading
from handlers.home import view as home
from handlers.home.admin_view import AdminOverview
from handlers.home.leader_view import Leadership, Leading
from handlers.recognition import history_view
from handlers.teams import admin_view as office_teams
from handlers.teams import wizard_view as teams
from handlers.workspace import settings_view as office
from slackapp.blocks import View
from slackapp.core.i18n import Voice, voice
from slackapp.digest.promises import PromiseDetails
from slackapp.models import AuditEntry, By, Member, PromiseState, Retention, SharingChoice, SourceKind
from slackapp.privacy.retention import LIMITS
from slackapp.recognition.history import Page, Side
from slackapp.sandbox.blocks import view_problems
from slackapp.teams import Assigned, MemberPage, TeamSummary
from slackapp.workspace import audit_log as audit
from slackapp.workspace.attention import Held, NeedsAttention
from slackapp.workspace.audit_log import Action

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
ZONE = "Europe/London"
LONG = "Ward <!channel> *7* & " + "w" * 58
ID = "0" * 24


def led(promises: int = 3) -> Leading:
    told = PromiseDetails(
        "😀" * 500, "&" * 500, "U1", LONG, By.YEAR, date(2099, 12, 31), PromiseState.CHANGED, "x" * 500
    )
    kept = tuple((ID, told) for _ in range(promises))
    return Leading(Led(ID, LONG, kept, "A sentence. " * 12), people=5_000, below=400, has_digest=True)


def everything(say: Voice) -> Iterator[View]:
    row = TeamSummary(ID, LONG, LONG, LONG, 5_000, 400)
    shown = office_teams.TeamDetails(
        ID, LONG, (ID, LONG), "U1", "U2", "C1", (SourceKind.USER_GROUP, "S1", LONG), 5_000, 400
    )
    roll = MemberPage(tuple(f"U{number:010}" for number in range(50)), 5_000, 100)
    by_hand = office_teams.TeamDetails(ID, LONG, people=3)
    put = office_teams.people_changed(say, Assigned(3, 2, 1), 2)
    yield office_teams.team_list(say, [row] * 10, skip=100, total=400)
    yield office_teams.team_list(say, [], skip=0, total=0)
    yield office_teams.form(say, shown, note=say("Saved."))
    yield office_teams.form(say, office_teams.TeamDetails())
    yield office_teams.people(say, shown, roll)
    yield office_teams.people(say, by_hand, MemberPage((), 0, 0), note=put, saved=3)
    yield office_teams.ended(say, LONG)
    yield office.settings_form(
        say, office.CurrentSettings("cy", ZONE, "WLS", admins_read=True, admins=("U1",) * 20)
    )
    kept = Retention(**{name: least for name, (least, _) in LIMITS.items()})
    yield office.keeping_form(say, kept, LIMITS)
    entries = [
        AuditEntry(at=NOW, actor=audit.THE_APP, deed=deed, subject=ID, before="b" * 64, after="a" * 64)
        for deed in Action
    ]
    yield office.audit_log(say, ZONE, entries[:16], office.Names("", {ID: LONG}), skip=15)
    unknown = [office.UnknownMessage(f"{number:024}", "U1", NOW) for number in range(11)]
    kinds = [office.KindCount(kind, 4_000) for kind in office.KINDS]
    yield office.messages(say, ZONE, office.UnknownMessages(unknown, kinds), page=10, skip=10)
    yield home_leading.team_list(say, [led(0)] * 10, skip=10, total=400)
    steps = teams.WizardState("C1", LONG, LONG, "U1", ID)
    yield teams.name_step(say, steps)
    yield teams.people_step(say, steps, has_parents=True)
    yield teams.confirm_step(say, steps, teams.Outlook(3, 2, LONG))
    yield teams.done(say, LONG)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_window_is_one_that_slack_accepts(language: str) -> None:
    for view in everything(voice(language)):
        assert view_problems(view) == [], view
        assert len(view["blocks"]) <= 100


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_fullest_home_of_an_admin_who_leads_is_accepted(language: str) -> None:
    say = voice(language)
    member = Member(
        quiet_from=time(20), quiet_until=time(8), days_off=127, sharing=SharingChoice.ALWAYS, nudges=True,
        accepts_thanks=False, pulse_messages=False,
        away_from=date(2026, 11, 1), away_until=date(2026, 11, 30),
    )  # fmt: skip
    troubles = NeedsAttention(Held("a" * 64, NOW), datetime(2026, 11, 3, 9, tzinfo=UTC), 1_000, 400)
    for is_ready in (True, False):
        standing = home.Sections(
            member,
            language,
            Leadership((led(),) * 3, 60, NOW),
            AdminOverview(troubles, 400, NOW),
            Retention(recognitions_months=120, messages_months=36),
            is_ready=is_ready,
        )
        check_in = home.CheckIn(ID, NOW)
        view = home.home(
            say, history_view.Reader(ZONE, NOW), Page(Side.GIVEN, (), None, None, 9), check_in, standing
        )
        assert view_problems(view) == []
        # Ten thank-yous of at most four blocks each, and the buttons between their pages, must fit beside it.
        assert len(view["blocks"]) + 10 * 4 <= 100
        assert len(json.dumps(view)) < 100_000
