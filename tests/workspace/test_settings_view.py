"""The settings' views at their fullest, in both languages, within Slack's rules."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pytest

from handlers.digest.promise_form_view import Led
from handlers.home import leader_view
from handlers.home import view as home_view
from handlers.home.admin_view import AdminOverview
from handlers.home.leader_view import Leadership, Leading
from handlers.recognition import history_view
from handlers.teams import admin_view, wizard_view
from handlers.workspace import settings_view
from slackapp.blocks import View
from slackapp.core.i18n import Voice, voice
from slackapp.digest.promises import PromiseDetails
from slackapp.models import AuditEntry, Member, PromiseState, Retention, SharingChoice, SourceKind
from slackapp.privacy.retention import LIMITS
from slackapp.recognition.history import Page, Side
from slackapp.sandbox.blocks import view_problems
from slackapp.teams import Assigned, MemberPage, TeamSummary
from slackapp.workspace import audit_log
from slackapp.workspace.attention import Held, NeedsAttention
from slackapp.workspace.audit_log import Action

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
ZONE = "Europe/London"
LONG = "Ward <!channel> *7* & " + "w" * 58
ID = "0" * 24


def led(promises: int = 3) -> Leading:
    details = PromiseDetails(
        "😀" * 500, "&" * 500, "U1", LONG, date(2099, 12, 31), PromiseState.CHANGED, "x" * 500
    )
    promises_kept = tuple((ID, details) for _ in range(promises))
    return Leading(
        Led(ID, LONG, promises_kept, "A sentence. " * 12), people=5_000, below=400, has_digest=True
    )


def everything(say: Voice) -> Iterator[View]:
    row = TeamSummary(ID, LONG, LONG, LONG, 5_000, 400)
    team = admin_view.TeamDetails(
        ID, LONG, (ID, LONG), "U1", "U2", "C1", (SourceKind.USER_GROUP, "S1", LONG), 5_000, 400
    )
    roll = MemberPage(tuple(f"U{number:010}" for number in range(50)), 5_000, 100)
    by_hand = admin_view.TeamDetails(ID, LONG, people=3)
    put = admin_view.people_changed(say, Assigned(3, 2, 1), 2)
    yield admin_view.team_list(say, [row] * 10, skip=100, total=400)
    yield admin_view.team_list(say, [], skip=0, total=0)
    yield admin_view.form(say, team, note=say("Saved."))
    yield admin_view.form(say, admin_view.TeamDetails())
    yield admin_view.people(say, team, roll)
    yield admin_view.people(say, by_hand, MemberPage((), 0, 0), note=put, saved=3)
    yield admin_view.ended(say, LONG)
    yield settings_view.settings_form(
        say, settings_view.CurrentSettings("cy", ZONE, "WLS", admins_read=True, admins=("U1",) * 20)
    )
    retention = Retention(**{name: least for name, (least, _) in LIMITS.items()})
    yield settings_view.keeping_form(say, retention, LIMITS)
    entries = [
        AuditEntry(at=NOW, actor=audit_log.THE_APP, deed=action, subject=ID, before="b" * 64, after="a" * 64)
        for action in Action
    ]
    yield settings_view.audit_log(say, ZONE, entries[:16], settings_view.Names("", {ID: LONG}), skip=15)
    unknown = [settings_view.UnknownMessage(f"{number:024}", "U1", NOW) for number in range(11)]
    kinds = [settings_view.KindCount(kind, 4_000) for kind in settings_view.KINDS]
    yield settings_view.messages(say, ZONE, settings_view.UnknownMessages(unknown, kinds), page=10, skip=10)
    yield leader_view.team_list(say, [led(0)] * 10, skip=10, total=400)
    steps = wizard_view.WizardState("C1", LONG, LONG, "U1", ID)
    yield wizard_view.name_step(say, steps)
    yield wizard_view.people_step(say, steps, has_parents=True)
    yield wizard_view.confirm_step(say, steps, wizard_view.Outlook(3, 2, LONG))
    yield wizard_view.done(say, LONG)


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
        standing = home_view.Sections(
            member,
            Leadership((led(),) * 3, 60, NOW),
            AdminOverview(troubles, 400, NOW),
            is_ready=is_ready,
            in_doubt=9,
        )
        check_in = home_view.CheckIn(ID, NOW)
        view = home_view.home(
            say, history_view.Reader(ZONE, NOW), Page(Side.GIVEN, (), None, None, 9), check_in, standing
        )
        assert view_problems(view) == []
        # Ten thank-yous of at most four blocks each, and the buttons between their pages, must fit beside it.
        assert len(view["blocks"]) + 10 * 4 <= 100
        assert len(json.dumps(view)) < 100_000
