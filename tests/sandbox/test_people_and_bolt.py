# ruff: noqa: ANN401 - JSON is Any, and so are fixtures: conftest's classes cannot be imported
"""People type and press; a real Bolt app answers over a real Socket Mode connection."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

ADA, BEN, CERYS, GONE, ROBOT, VISITOR = (f"U0WARD0000{n}" for n in range(1, 7))
GENERAL, PRIVATE, UNJOINED, OLD, HIDDEN = (f"C0WARD0000{n}" for n in range(1, 6))
ME_TOO = {
    "type": "button",
    "action_id": "me_too",
    "value": "7",
    "text": {"type": "plain_text", "text": "Me too"},
}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def tea_form(**changes: Any) -> dict[str, Any]:
    """A modal with an input of every usual kind."""

    def field(block: str, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"type": "input", "block_id": block, "label": plain(label), "element": element, **more}

    kinds = [option("Black", "b"), option("Green", "g")]
    blocks = [
        field("who", "Who for?", {"type": "multi_users_select", "action_id": "a"}),
        field("kind", "Which tea?", {"type": "radio_buttons", "action_id": "a", "options": kinds}),
        field("cup", "Cup", {"type": "static_select", "action_id": "a", "options": kinds}, optional=True),
        field("extra", "With", {"type": "checkboxes", "action_id": "a", "options": kinds}, optional=True),
        field("when", "When?", {"type": "datepicker", "action_id": "a"}, optional=True),
        field(
            "note", "A note", {"type": "plain_text_input", "action_id": "a", "max_length": 20}, optional=True
        ),
    ]
    return {
        "type": "modal",
        "callback_id": "tea",
        "title": plain("Tea"),
        "submit": plain("Brew"),
        "blocks": blocks,
    } | changes


def serve(ward: Any, **listeners: Callable[..., None]) -> Any:
    """A connected Bolt app: command, raw, tea (view), closed, me_too (action), boil, serve, home."""
    app = ward.bolt()
    wiring = {
        "command": app.command("/kettle"),
        "raw": app.command("/raw"),
        "tea": app.view("tea"),
        "closed": app.view_closed("tea"),
        "me_too": app.action("me_too"),
        "boil": app.global_shortcut("boil"),
        "serve": app.message_shortcut("serve"),
        "home": app.event("app_home_opened"),
    }
    for name, listener in listeners.items():
        wiring[name](listener)
    ward.connect(app)
    return app


def test_a_command_is_answered_for_the_person_who_typed_it_only(ward: Any) -> None:
    serve(ward, command=lambda ack, command: ack(f"Tea: {command['text']}"))
    seen = ward.person(ADA).types("/kettle @ben.o  two & a half <cups>")["messages"]
    assert [(one["text"], one["ephemeral"], one["from"]) for one in seen] == [
        ("Tea: @Ben  two & a half <cups>", True, "Kettle")
    ]
    assert ward.person(BEN).texts(GENERAL) == []


@pytest.mark.parametrize(
    ("typed", "passed_on"),
    [
        ("@ben.o tea", f"<@{BEN}|ben.o> tea"),
        ("@Ben Okoro-Hughes tea", f"<@{CERYS}|cerys> tea"),
        ("@BEN OKORO-HUGHES, tea", f"<@{CERYS}|cerys>, tea"),
        ("@Ben Okoro tea", f"<@{BEN}|ben.o> Okoro tea"),
        ("@Benjamin tea", "@Benjamin tea"),
        (f"<@{ADA}> tea", f"<@{ADA}|ada> tea"),
        (f"<@{ADA}|someone> tea", f"<@{ADA}|ada> tea"),
        ("@nurses tea", "<!subteam^S0WARD00001|@nurses> tea"),
        ("in #general", f"in <#{GENERAL}|general>"),
        ("in #leaders", "in #leaders"),
        ("in #secret", f"in <#{HIDDEN}|>"),
        ("@here tea", "<!here> tea"),
        ("a@ben.o", "a@ben.o"),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("see https://nhs.uk/a?b=1&c=2.", "see <https://nhs.uk/a?b=1&amp;c=2>."),
    ],
)
def test_what_is_typed_after_a_command_is_escaped_as_slack_escapes_it(
    ward: Any, typed: str, passed_on: str
) -> None:
    serve(ward, command=lambda ack: ack())
    ward.person(ADA).types(f"/kettle {typed}")
    assert ward.sent("slash_command")[-1]["text"] == passed_on


def test_without_should_escape_names_stay_as_typed(ward: Any) -> None:
    serve(ward, raw=lambda ack: ack())
    ward.person(ADA).types("/raw @ben.o & co")
    assert ward.sent("slash_command")[-1]["text"] == "@ben.o &amp; co"


def test_an_unknown_command_meets_slacks_own_words(ward: Any) -> None:
    (seen,) = ward.person(ADA).types("/teapot now")["messages"]
    assert seen["from"] == "Slackbot"
    assert seen["text"].startswith(
        "/teapot is not a valid command. In Slack, all messages that start with the “/”"
    )
    assert ward.sent("slash_command") == []


def test_a_command_nobody_serves_fails_at_once(ward: Any) -> None:
    (seen,) = ward.person(ADA).types("/kettle")["messages"]
    assert seen["text"] == "/kettle failed with the error “dispatch_failed”"


def test_a_command_not_acknowledged_within_three_seconds_times_out(ward: Any) -> None:
    serve(ward, command=lambda: None)
    (seen,) = ward.person(ADA).types("/kettle")["messages"]
    assert seen["text"] == "/kettle failed with the error “operation_timeout”"


def test_an_acknowledgement_with_broken_blocks_is_not_shown(ward: Any) -> None:
    serve(ward, command=lambda ack: ack(text="x", blocks=[{"type": "dividend"}]))
    (seen,) = ward.person(ADA).types("/kettle")["messages"]
    assert seen["text"] == "/kettle failed with the error “invalid_blocks”"
    assert ward.calls("ack:command")[-1]["response"]["error"] == "invalid_blocks"


def test_an_answer_in_the_channel_is_seen_by_all(ward: Any) -> None:
    serve(ward, command=lambda ack: ack(text="Tea for all", response_type="in_channel"))
    ward.person(ADA).types("/kettle")
    assert ward.person(BEN).texts(GENERAL) == ["Tea for all"]


def test_a_form_is_filled_in_and_submitted(ward: Any) -> None:
    stored: list[Any] = []

    def brew(ack: Any, view: Any) -> None:
        stored.append(view["state"]["values"])
        ack()

    def open_form(ack: Any, body: Any, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=tea_form())
        ack()

    serve(ward, command=open_form, tea=brew)
    ada = ward.person(ADA)
    modal = ada.types("/kettle")["modal"]
    assert modal["title"] == "Tea"
    assert [(one["kind"], one["label"]) for one in modal["controls"]] == [
        ("people", "Who for?"), ("radio", "Which tea?"), ("select", "Cup"), ("checkboxes", "With"),
        ("date", "When?"), ("text", "A note"), ("button", "Brew"),
    ]  # fmt: skip
    assert modal["controls"][1]["options"] == ["Black", "Green"]
    assert ada.submits()["modal"]["errors"].keys() == {"Who for?", "Which tea?"}
    assert ward.sent("view_submission") == []
    ada.fills("Who for?", ["@Ben", "Ada Morgan"])
    ada.fills("which tea?", "Green")
    ada.fills("With", ["Black", "green"])
    ada.fills("When?", "2025-11-09")
    ada.fills("A note", "x" * 21)
    assert ada.submits()["modal"]["errors"].keys() == {"A note"}
    ada.fills("A note", "hot & <strong>")
    assert ada.submits()["modal"] is None
    assert stored == [
        {
            "who": {"a": {"type": "multi_users_select", "selected_users": [BEN, ADA]}},
            "kind": {"a": {"type": "radio_buttons", "selected_option": _kept("Green", "g")}},
            "cup": {"a": {"type": "static_select", "selected_option": None}},
            "extra": {
                "a": {"type": "checkboxes", "selected_options": [_kept("Black", "b"), _kept("Green", "g")]}
            },
            "when": {"a": {"type": "datepicker", "selected_date": "2025-11-09"}},
            "note": {"a": {"type": "plain_text_input", "value": "hot & <strong>"}},
        }
    ]


def _kept(text: str, value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text, "emoji": True}, "value": value}


def opened(ward: Any, **listeners: Callable[..., None]) -> Any:
    """Ada with a filled-in form in front of her."""

    def open_form(ack: Any, body: Any, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=tea_form(notify_on_close=True))
        ack()

    serve(ward, command=open_form, **listeners)
    ada = ward.person(ADA)
    ada.types("/kettle")
    ada.fills("Who for?", f"<@{BEN}>")
    ada.fills("Which tea?", "Black")
    return ada


def test_errors_stand_beside_their_labels(ward: Any) -> None:
    ada = opened(ward, tea=lambda ack: ack(response_action="errors", errors={"who": "Not them."}))
    assert ada.submits()["modal"]["errors"] == {"Who for?": "Not them."}


def test_errors_for_blocks_that_are_not_there_are_a_trouble(ward: Any) -> None:
    ada = opened(ward, tea=lambda ack: ack(response_action="errors", errors={"nobody": "Not them."}))
    assert list(ada.submits()["modal"]["errors"].values()) == ["We had some trouble connecting. Try again?"]
    assert ward.calls("ack:view_submission")[-1]["response"]["ok"] is False


def test_a_submission_not_acknowledged_leaves_the_form_with_slacks_words(ward: Any) -> None:
    ada = opened(ward, tea=lambda: None)
    assert list(ada.submits()["modal"]["errors"].values()) == ["We had some trouble connecting. Try again?"]


def test_update_keeps_what_was_entered_and_push_stacks_up_to_three(ward: Any) -> None:
    answers = iter(
        [
            {"response_action": "update", "view": tea_form(title=plain("Sure?"))},
            {"response_action": "push", "view": tea_form(title=plain("Second"))},
        ]
    )
    ada = opened(ward, tea=lambda ack: ack(**next(answers)))
    assert ada.submits()["modal"]["title"] == "Sure?"
    assert ada.submits()["modal"]["title"] == "Second"
    first, second = ward.sent("view_submission")
    assert first["view"]["id"] == second["view"]["id"]
    assert first["view"]["hash"] != second["view"]["hash"]
    assert second["view"]["state"] == first["view"]["state"]
    assert ada.dismisses()["modal"]["title"] == "Sure?"


def test_clear_closes_the_whole_stack_and_tells_of_those_beneath(ward: Any) -> None:
    answers = iter([{"response_action": "push", "view": tea_form()}, {"response_action": "clear"}])
    ada = opened(ward, tea=lambda ack: ack(**next(answers)), closed=lambda ack: ack())
    ada.submits()
    ada.fills("Who for?", "Ben")
    ada.fills("Which tea?", "Green")
    assert ada.submits()["modal"] is None
    (told,) = ward.sent("view_closed")
    assert told["is_cleared"] is True


def test_dismissing_tells_the_app_that_asked_to_be_told(ward: Any) -> None:
    ada = opened(ward, closed=lambda ack: ack())
    assert ada.dismisses()["modal"] is None
    (told,) = ward.sent("view_closed")
    assert (told["is_cleared"], told["view"]["callback_id"]) == (False, "tea")


def test_a_trigger_opens_one_view_within_three_seconds(open_ward: Callable[..., Any]) -> None:
    ward = open_ward()
    serve(ward, command=lambda ack: ack())
    ward.person(ADA).types("/kettle")
    trigger = ward.sent("slash_command")[-1]["trigger_id"]
    ward.client.views_open(trigger_id=trigger, view=tea_form())
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        ward.client.views_open(trigger_id=trigger, view=tea_form())
    ward.person(ADA).types("/kettle")
    late = ward.sent("slash_command")[-1]["trigger_id"]
    ward.sandbox.run(lambda: setattr(ward.sandbox.slack.triggers[late], "expires", 0.0))
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        ward.client.views_open(trigger_id=late, view=tea_form())


def test_the_stack_holds_three_and_hashes_conflict(ward: Any) -> None:
    ada = opened(ward, me_too=lambda ack: ack())
    form = tea_form(blocks=[{"type": "actions", "elements": [ME_TOO]}])
    for _ in range(2):
        top = ward.sandbox.state.top_modal(ADA)
        ward.client.views_update(view_id=top.id, hash=top.hash, view=form)
        with pytest.raises(SlackApiError, match="hash_conflict"):
            ward.client.views_update(view_id=top.id, hash="1.old", view=form)
        ada.presses("Me too")
        trigger = ward.sent("block_actions")[-1]["trigger_id"]
        pushed = ward.client.views_push(trigger_id=trigger, view=form)["view"]
        assert pushed["previous_view_id"] == top.id
        assert pushed["root_view_id"] == top.root_id
    ada.presses("Me too")
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        ward.client.views_push(trigger_id=ward.sent("block_actions")[-1]["trigger_id"], view=form)


def posted(ward: Any, **where: Any) -> str:
    """A message with controls in the channel."""
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Tea?*"}},
        {
            "type": "actions",
            "block_id": "do",
            "elements": [
                ME_TOO,
                {
                    "type": "overflow",
                    "action_id": "more",
                    "options": [option("Mute", "m"), option("Leave", "l")],
                },
                {
                    "type": "static_select",
                    "action_id": "cup",
                    "placeholder": plain("Cup"),
                    "options": [option("Big", "1")],
                },
            ],
        },
    ]
    return str(
        ward.client.chat_postMessage(**({"channel": GENERAL} | where), text="Tea?", blocks=blocks)["ts"]
    )


def test_a_button_in_a_message_is_pressed_by_its_label(ward: Any) -> None:
    def press(ack: Any, respond: Any) -> None:
        ack()
        respond(text="Noted", response_type="ephemeral", replace_original=False)

    serve(ward, me_too=press)
    ts = posted(ward)
    ada = ward.person(ADA)
    assert [one["kind"] for one in ada.sees(GENERAL)["messages"][0]["controls"]] == [
        "button",
        "menu",
        "select",
    ]
    seen = ada.presses("me too")["messages"]
    assert [(one["text"], one["ephemeral"]) for one in seen] == [("Tea?", False), ("Noted", True)]
    (payload,) = ward.sent("block_actions")
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": GENERAL,
        "is_ephemeral": False,
    }
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("me_too", "do", "7")
    assert payload["state"]["values"] == {"do": {"cup": {"type": "static_select", "selected_option": None}}}


def test_choosing_in_a_message_tells_the_app_at_once(ward: Any) -> None:
    app = serve(ward)
    app.action({"action_id": "cup", "block_id": "do"})(lambda ack: ack())
    app.action("more")(lambda ack: ack())
    posted(ward)
    ada = ward.person(ADA)
    ada.sees(GENERAL)
    ada.fills("Cup", "Big")
    ada.presses("Mute")
    chosen, menu = (one["actions"][0] for one in ward.sent("block_actions"))
    assert chosen["selected_option"]["value"] == "1"
    assert menu["selected_option"]["value"] == "m"
    assert ward.sent("block_actions")[1]["state"]["values"]["do"]["cup"]["selected_option"]["value"] == "1"


def test_what_is_not_on_the_screen_cannot_be_pressed_or_filled(ward: Any) -> None:
    posted(ward)
    ada = ward.person(ADA)
    ada.sees(GENERAL)
    refused = ada.does("press", label="Pour")
    assert (refused.status_code, refused.json()["labels"]) == (409, ["Me too", "Mute", "Leave"])
    refused = ada.does("fill", label="Cup", value="Huge")
    assert (refused.status_code, refused.json()["options"]) == (409, ["Big"])
    refused = ada.does("fill", label="Saucer", value="Big")
    assert (refused.status_code, refused.json()["labels"]) == (409, ["Cup"])
    assert ada.does("submit").status_code == 409
    assert ward.sent("block_actions") == []


def test_a_modal_is_in_front_of_everything(ward: Any) -> None:
    posted(ward)
    ada = opened(ward, me_too=lambda ack: ack())
    refused = ada.does("press", label="Me too")
    assert (refused.status_code, refused.json()["labels"]) == (409, ["Brew"])
    assert ada.does("press", label="Me too", within=ada.sees(GENERAL)["messages"][0]["ts"]).status_code == 200


def test_the_newest_message_with_such_a_label_is_meant(ward: Any) -> None:
    serve(ward, me_too=lambda ack: ack())
    older, newer = posted(ward), posted(ward)
    ada = ward.person(ADA)
    ada.sees(GENERAL)
    ada.presses("Me too")
    ada.presses("Me too", within=older)
    assert [one["container"]["message_ts"] for one in ward.sent("block_actions")] == [newer, older]


def test_a_press_nobody_acknowledges_is_marked(ward: Any) -> None:
    posted(ward)
    (seen,) = _general(ward.person(ADA)).presses("Me too")["messages"]
    assert seen["trouble"]


def _general(person: Any) -> Any:
    person.sees(GENERAL)
    return person


def test_a_response_url_serves_five_times_in_thirty_minutes(ward: Any) -> None:
    serve(ward, command=lambda ack: ack())
    ward.person(ADA).types("/kettle")
    address = ward.sent("slash_command")[-1]["response_url"]
    for number in range(5):
        assert ward.http.post(address, json={"text": f"{number}"}).text == "ok"
    spent = ward.http.post(address, json={"text": "6"})
    assert (spent.status_code, spent.json()["error"]) == (404, "used_url")
    assert ward.person(ADA).texts(GENERAL) == ["0", "1", "2", "3", "4"]
    ward.person(ADA).types("/kettle")
    late = ward.sent("slash_command")[-1]["response_url"]
    ward.control("clock", advance=1801)
    assert ward.http.post(late, json={"text": "late"}).json()["error"] == "expired_url"


def test_an_original_can_be_replaced_and_taken_back(ward: Any) -> None:
    serve(ward, me_too=lambda ack: ack())
    ts = posted(ward)
    ada = _general(ward.person(ADA))
    ada.presses("Me too")
    address = ward.sent("block_actions")[-1]["response_url"]
    refused = ward.http.post(address, json={"replace_original": True, "blocks": [{"type": "dividend"}]})
    assert refused.json()["error"] == "invalid_blocks"
    ward.http.post(address, json={"replace_original": True, "text": "Poured"})
    assert [(one["ts"], one["text"]) for one in ada.sees(GENERAL)["messages"]] == [(ts, "Poured")]
    ward.http.post(address, json={"delete_original": True})
    assert ada.texts(GENERAL) == []


def test_looking_at_home_tells_the_app_and_shows_what_it_publishes(ward: Any) -> None:
    def publish(client: Any, event: Any) -> None:
        blocks = [
            {"type": "header", "text": plain(f"Hello {event['user']}")},
            {"type": "actions", "elements": [ME_TOO]},
        ]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    serve(ward, home=publish, me_too=lambda ack: ack())
    ada = ward.person(ADA)
    (home,) = ada.sees("home")["messages"]
    assert (home["text"], home["from"]) == (f"Hello {ADA}", "Kettle")
    ada.sees("home")
    assert len(ward.sent("event_callback")) == 1
    ada.presses("Me too", within="home")
    assert ward.sent("block_actions")[-1]["container"]["type"] == "view"
    ada.sees("dm")
    ada.sees("home")
    first, second = ward.sent("event_callback")
    assert "view" not in first["event"]
    assert second["event"]["view"]["type"] == "home"


def test_shortcuts_are_found_by_name(ward: Any) -> None:
    serve(ward, boil=lambda ack: ack(), serve=lambda ack: ack())
    ada = ward.person(ADA)
    (message,) = ada.types("thirsty")["messages"]
    assert ada.does("shortcut", name="Put the kettle on").status_code == 200
    assert ada.does("shortcut", name="Tea with this", place=GENERAL, ts=message["ts"]).status_code == 200
    assert ward.sent("shortcut")[0]["callback_id"] == "boil"
    assert ward.sent("message_action")[0]["message"]["text"] == "thirsty"
    unknown = ada.does("shortcut", name="Coffee")
    assert (unknown.status_code, unknown.json()["labels"]) == (409, ["Put the kettle on", "Tea with this"])


def test_people_see_only_the_places_that_are_theirs(ward: Any) -> None:
    def status(user: str, place: str) -> int:
        return ward.http.get(f"/person/{user}/screen", params={"place": place}).status_code

    assert status(CERYS, PRIVATE) == 200
    assert status(ADA, PRIVATE) == 404
    assert status(ADA, UNJOINED) == 200
    assert status(ADA, "C0NOSUCH") == 404
    assert status(GONE, GENERAL) == 404
    assert status("U0NOSUCH", GENERAL) == 404
    assert ward.person(ADA).does("type", place=OLD, text="hi").status_code == 409
    assert ward.person(CERYS).does("type", place=UNJOINED, text="hi").status_code == 409
    assert [one["id"] for one in ward.http.get("/person").json()] == [ADA, BEN, CERYS]


def test_the_app_is_invited_into_a_channel_as_people_do_it(ward: Any) -> None:
    ada = ward.person(ADA)
    with pytest.raises(SlackApiError, match="not_in_channel"):
        ward.client.chat_postMessage(channel=UNJOINED, text="hi")
    ada.types("/invite @Kettle", UNJOINED)
    ward.client.chat_postMessage(channel=UNJOINED, text="hi")
    assert ada.texts(UNJOINED) == ["hi"]


def test_the_journal_keeps_calls_and_acknowledgements_in_order_and_no_token(ward: Any) -> None:
    ada = opened(ward, tea=lambda ack: ack())
    ada.submits()
    journal = ward.calls()
    methods = [one["method"] for one in journal]
    assert methods[-3:] == ["views.open", "ack:command", "ack:view_submission"]
    assert all(one.keys() == {"method", "body", "enc", "t", "response"} for one in journal)
    everything = ward.http.get("/control/journal").text + "".join(
        line.decode() for line in ward.sandbox.slack.journal.inbound
    )
    for secret in ("xoxb-", "xapp-", ward.sandbox.slack.app.verification_token, "ticket="):
        assert secret not in everything
    assert "view_submission" in everything
