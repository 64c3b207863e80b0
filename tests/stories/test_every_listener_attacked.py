"""Whatever the app's screens offer to anybody is sent by everybody else, and with another workspace's ids.

The requests are made from what was shown, not from a list: a listener that is added is attacked through the
control that leads to it, and one that no screen leads to fails the first test.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from slackapp.workspace.audit_log import Action
from tests.support.attacked import (
    NAIVE,
    OF_ONESELF,
    STRANGERS_TO_IT,
    THEIRS,
    Scene,
    close,
    crawled,
    in_postgresql,
)
from tests.support.crawling import Offer

SHOWN_LATER = {
    **dict.fromkeys(
        ("pace_every", "pace_monthly", "pace_paused"), "under a digest after two without a reply"
    ),
    "comments_turn": "in a list of more comments than one window holds",
    **dict.fromkeys(("leader_words", "leader_words_form"), "under a line to the level above about a team"),
    **dict.fromkeys(
        ("office_audit", "office_keeping", "office_settings", "pulse_settings"), "on a Home drawn long ago"
    ),
    **dict.fromkeys((r"welcome_language:\w+", "welcome_no_messages"), "in the welcome, which comes once"),
    "home_promises_all": "below more promises than Home shows",
    **dict.fromkeys(
        ("obstacle_waiting", "obstacle_waiting_turn:(previous|next)"), "below more than a digest names"
    ),
    **dict.fromkeys(("thanks_keep", "thanks_report", "thanks_settings"), "under messages sent long ago"),
}
"""Listeners to which no screen of these workspaces leads: tests/support/doors.py forges requests to them."""


OWED = {"delivery", "fan_out", "audit_entry", "leadership"}
"""Tables that say what is to be sent, and what was noticed."""
WHOLE = frozenset(
    {
        *(Action.TEAM_MADE, Action.TEAM_ENDED, Action.SENT_AGAIN, Action.LEFT, Action.ADMIN_NAMED),
        *(Action.ADMIN_UNNAMED, Action.QUESTION_ADDED, Action.PROPOSAL_ACCEPTED, Action.PROPOSAL_DECLINED),
    }
)
"""What begins or ends something as a whole: there is nothing before, or nothing after."""


pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Two workspaces, one of them gone through by its people."""
    scene = crawled(tmp_path_factory.mktemp("crawled"))
    yield scene
    close(scene)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def scene(
    request: pytest.FixtureRequest, on_sqlite: Scene, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """The same on either kind of database."""
    if request.param == "sqlite":
        yield on_sqlite
        return
    server = os.environ["APPRECIATE_TEST_POSTGRESQL"]
    copy = in_postgresql(on_sqlite, server, tmp_path_factory.mktemp("copied"))
    yield copy
    close(copy)


def test_every_listener_was_reached_by_what_the_screens_offer(on_sqlite: Scene) -> None:
    missed = {pattern for pattern in on_sqlite.desk.patterns if pattern not in on_sqlite.desk.worked}
    assert missed - {re.escape(NAIVE), NAIVE} == set(SHOWN_LATER)


def test_another_workspaces_things_are_neither_shown_nor_changed(scene: Scene) -> None:
    wrong = _with_foreign_things(scene, scene.all_offers())
    assert wrong == []


@pytest.mark.long
def test_another_workspaces_id_in_any_one_field_reaches_nothing(scene: Scene) -> None:
    wrong = []
    for offer in scene.all_offers():
        for body in scene.with_one_foreign(offer):
            answer = scene.desk.send(body, f"U0{offer.person}A", "T0A")
            wrong += [
                (offer.name, offer.person, *findings) for findings in [scene.crossed(answer)] if findings
            ]
    assert wrong == []


def test_whoever_was_not_offered_it_gains_nothing_by_sending_it(scene: Scene) -> None:
    assert _by_others(scene, scene.all_offers()) == []


def test_whatever_an_admin_changes_is_recorded_with_what_it_was_before(on_sqlite: Scene) -> None:
    scene, silent = on_sqlite, []
    everybodys = {offer.name for offer in scene.offers["NURSE"]}
    for offer in scene.offers["ADMIN"]:
        if offer.name in everybodys:
            continue
        scene.desk.send(offer.body, "U0ADMINA", "T0A")
        changed = scene.first.changes()
        entries = [row for _, come in [changed.get("audit_entry", ([], []))] for row in come]
        if set(changed) - OWED:
            is_told = bool(entries) and all(entry["deed"] in WHOLE or _has_both(entry) for entry in entries)
            silent += [] if is_told else [(offer.name, sorted(changed), entries)]
        scene.first.restore(list(changed))
    assert silent == []


def _has_both(entry: Mapping[str, object]) -> bool:
    # Whom to contact is somebody's words, or a person: that it changed is all that is recorded.
    is_hidden = entry["subject"] in {"contact", "concerns_to", "formal_routes"}
    return is_hidden or (entry["before"] is not None and entry["after"] is not None)


def test_a_listener_that_asks_nobody_would_be_noticed(scene: Scene) -> None:
    model = next(offer for offer in scene.all_offers() if offer.name == "office_open_team")
    action = {**model.body["actions"][0], "action_id": NAIVE}
    naive = replace(model, name=NAIVE, body={**model.body, "actions": [action]})
    assert _with_foreign_things(scene, [naive])
    assert {person for _, person, *_ in _by_others(scene, [naive])} == set(STRANGERS_TO_IT)


def _with_foreign_things(scene: Scene, offers: list[Offer]) -> list[tuple[str, ...]]:
    """Requests about B's things by people of A: in their own name, and as if they were of B."""
    wrong = []
    for offer in offers:
        body = scene.translated(offer)
        if body is None or offer.name in OF_ONESELF:
            continue
        for person, team in ((offer.person, "T0A"), ("ADMIN", "T0A"), (offer.person, "T0B")):
            answer = scene.desk.send(body, f"U0{person}A", team)
            wrong += [
                (offer.name, person, team, *findings) for findings in [scene.crossed(answer)] if findings
            ]
    return wrong


def _by_others(scene: Scene, offers: list[Offer]) -> list[tuple[str, ...]]:
    """Requests of workspace A by those of its people who were never offered them."""
    everybodys = {offer.name for offer in scene.offers["NURSE"]}
    own = {offer.subject for offer in scene.offers["NURSE"]}
    wrong = []
    for offer in offers:
        is_about_oneself = offer.name in everybodys and not scene.ids_in(offer.body)
        if offer.subject in own or is_about_oneself or offer.name in OF_ONESELF:
            continue
        for person in STRANGERS_TO_IT:
            if (offer.name, person) in THEIRS:
                continue
            answer = scene.desk.send(offer.body, f"U0{person}A", "T0A")
            wrong += [
                (offer.name, person, *findings) for findings in [scene.gained(person, answer)] if findings
            ]
    return wrong
