"""A workspace of an Enterprise organisation: everything the app is sent says so."""

from collections.abc import Callable
from typing import Any

from slack_bolt import App

from slackapp.sandbox.core.seeds import ChannelSeed, PersonSeed, WorkspaceSeed
from tests.sandbox.conftest import Ward

NIA, PLACE = "U0ORG000001", "C0ORG000001"


def test_the_organisation_is_named_in_everything_the_app_is_sent(
    open_ward: Callable[..., Ward], serve: Callable[..., App], posted: Callable[..., str]
) -> None:
    seed = WorkspaceSeed(
        team_id="T0ORG000001",
        domain="org",
        name="Org ward",
        bot_token="xoxb-ward-bot-token",
        app_token="xapp-ward-app-token",
        people=(PersonSeed(id=NIA, name="Nia", handle="nia"),),
        channels=(ChannelSeed(id=PLACE, name="ward", members=(NIA, "U0SANDBOXBOT")),),
        enterprise_id="E0ORG000001",
        enterprise_name="Health board",
    )
    ward = open_ward(seeds=(seed,))
    opened: dict[str, Any] = {
        "type": "modal",
        "callback_id": "tea",
        "title": {"type": "plain_text", "text": "Tea"},
    }
    opened |= {"submit": {"type": "plain_text", "text": "Brew"}, "blocks": [{"type": "divider"}]}

    def kettle(ack: Any, body: Any, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=opened)
        ack()

    serve(ward, command=kettle, tea=lambda ack: ack(), me_too=lambda ack: ack(), home=lambda: None)
    nia = ward.person(NIA)
    posted(ward, channel=PLACE)
    nia.types("/kettle", place=PLACE)
    nia.submits()
    nia.presses("Me too")
    nia.sees("home")

    organisation = {"enterprise_id": "E0ORG000001", "enterprise_name": "Health board"}
    (command,) = ward.sent("slash_command")
    assert organisation.items() <= command.items()
    for kind in ("view_submission", "block_actions"):
        (sent,) = ward.sent(kind)
        assert organisation.items() <= sent["team"].items(), kind
        assert sent["enterprise"] == {"id": "E0ORG000001", "name": "Health board"}
    event = ward.sent("event_callback")[-1]
    assert event["enterprise_id"] == event["authorizations"][0]["enterprise_id"] == "E0ORG000001"
    assert ward.call("auth.test")["enterprise_id"] == "E0ORG000001"
