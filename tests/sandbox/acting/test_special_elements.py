"""Special elements: lists from outside, buttons without a text, two fields of one label."""

from collections.abc import Callable
from typing import Any

from slack_bolt import App

from tests.sandbox.block_parts import plain
from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, GENERAL


def field(block: str, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "block_id": block, "label": plain(label), "element": element, **more}


def form(*blocks: dict[str, Any]) -> dict[str, Any]:
    frame = {"type": "modal", "callback_id": "tea", "title": plain("Tea"), "submit": plain("Brew")}
    return {**frame, "blocks": list(blocks)}


def opens(view: dict[str, Any]) -> Any:
    """A command's listener that opens this view."""

    def listener(ack: Any, body: Any, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()

    return listener


def test_a_choice_from_outside_is_made_among_what_the_app_offers(
    ward: Ward, serve: Callable[..., App]
) -> None:
    requests: list[dict[str, Any]] = []
    sent: list[Any] = []
    bay = field("bay", "Which bay?", {"type": "external_select", "action_id": "bays", "min_query_length": 1})
    bays = field("bays", "And others?", {"type": "multi_external_select", "action_id": "bays"}, optional=True)

    def brew(ack: Any, view: Any) -> None:
        sent.append(view["state"]["values"])
        ack()

    app = serve(ward, command=opens(form(bay, bays)), tea=brew)

    @app.options("bays")
    def offered(ack: Any, body: dict[str, Any]) -> None:
        requests.append(body)
        names = [name for name in ("Bay 1", "Bay 2", "Side room") if body["value"].lower() in name.lower()]
        ack(options=[{"text": plain(name), "value": name[-1]} for name in names])

    ada = ward.person(ADA)
    ada.types("/kettle")
    refused = ada.does("fill", label="Which bay?", value="Bay")
    assert (refused.status_code, refused.json()["options"]) == (409, ["Bay 1", "Bay 2"])
    assert ada.does("fill", label="Which bay?", value="Theatre").status_code == 409
    ada.fills("Which bay?", "bay 2")
    ada.fills("And others?", ["Bay 1", "Side room"])
    assert ada.submits()["modal"] is None
    option = {"text": {"type": "plain_text", "text": "Bay 2", "emoji": True}, "value": "2"}
    assert sent[0]["bay"]["bays"]["selected_option"]["value"] == option["value"]
    assert [chosen["value"] for chosen in sent[0]["bays"]["bays"]["selected_options"]] == ["1", "m"]
    assert [request["value"] for request in requests] == ["Bay", "Theatre", "bay 2", "Bay 1", "Side room"]
    assert requests[0]["type"] == "block_suggestion"
    assert requests[0]["container"]["type"] == "view"


def test_options_that_slack_would_not_take_are_none(ward: Ward, serve: Callable[..., App]) -> None:
    bay = field("bay", "Which bay?", {"type": "external_select", "action_id": "bays"})
    app = serve(ward, command=opens(form(bay)))

    @app.options("bays")
    def offered(ack: Any) -> None:
        ack(options=[{"text": plain("x" * 76), "value": "1"}])

    ada = ward.person(ADA)
    ada.types("/kettle")
    assert ada.does("fill", label="Which bay?", value="x" * 76).status_code == 409


def test_mistakes_belong_to_their_field_though_two_have_the_same_label(
    ward: Ward, serve: Callable[..., App]
) -> None:
    text = {"type": "plain_text_input", "action_id": "a"}

    def brew(ack: Any) -> None:
        ack(response_action="errors", errors={"second": "Not this one.", "first": "Nor this."})

    serve(
        ward, command=opens(form(field("first", "A note", text), field("second", "A note", text))), tea=brew
    )
    ada = ward.person(ADA)
    ada.types("/kettle")

    def fill_every_field() -> None:
        modal = ward.sandbox.state.top_modal(ADA)
        assert modal
        for values in modal.values.values():
            values["a"].update(value="Something")

    ward.sandbox.run(fill_every_field)
    assert ada.submits()["modal"]["errors"] == {"A note": "Not this one.\nNor this."}
    page = ward.http.get(f"/page/{ADA}/scene", params={"place": GENERAL}).json()["fragments"]["modal"]
    first, second = page.index("Nor this."), page.index("Not this one.")
    assert first < second, "each stands at its own field"
    ada.fills("A note", "Another")
    assert ada.sees()["modal"]["errors"] == {"A note": "Not this one."}


def test_feedback_and_icon_buttons_are_pressed_by_what_they_are_called(
    ward: Ward, serve: Callable[..., App]
) -> None:
    pressed: list[dict[str, Any]] = []
    app = serve(ward)

    @app.action({"type": "block_actions", "action_id": "opinion"})
    @app.action({"type": "block_actions", "action_id": "bin"})
    def heard(ack: Any, action: dict[str, Any]) -> None:
        pressed.append(action)
        ack()

    opinion = {
        "type": "feedback_buttons",
        "action_id": "opinion",
        "positive_button": {"text": plain("Good"), "value": "up"},
        "negative_button": {"text": plain("Poor"), "value": "down", "accessibility_label": "Poor answer"},
    }
    waste = {
        "type": "icon_button",
        "action_id": "bin",
        "icon": "trash",
        "text": plain("Delete"),
        "value": "7",
    }
    block = {"type": "context_actions", "elements": [opinion, waste]}
    ward.client.chat_postMessage(channel=ADA, text="Tea", blocks=[block])
    ada = ward.person(ADA)
    controls = ada.sees()["messages"][-1]["controls"]
    assert [(control["kind"], control["label"]) for control in controls] == [
        ("button", "Good"),
        ("button", "Poor"),
        ("button", "Delete"),
    ]
    ada.presses("Poor answer")
    ada.presses("Good")
    ada.presses("Delete")
    assert [(action["type"], action.get("value")) for action in pressed] == [
        ("feedback_buttons", "down"),
        ("feedback_buttons", "up"),
        ("icon_button", "7"),
    ]


def test_files_are_put_into_a_form_and_told_to_the_app(ward: Ward, serve: Callable[..., App]) -> None:
    sent: list[dict[str, Any]] = []
    element = {"type": "file_input", "action_id": "a", "filetypes": ["pdf", "txt"], "max_files": 2}
    proof = field("proof", "The rota", element)

    def submit(ack: Any, view: dict[str, Any]) -> None:
        sent.append(view["state"]["values"]["proof"]["a"])
        ack()

    serve(ward, command=opens(form(proof)), tea=submit)
    ada = ward.person(ADA)
    modal = ada.types("/kettle")["modal"]
    assert {"kind": "file", "label": "The rota"} in modal["controls"]
    assert "The rota" in ada.submits()["modal"]["errors"], "an empty one is asked for"

    text, coded = {"name": "rota.txt", "text": "Early: Ada"}, {"name": "rota.PDF", "base64": "JVBERg=="}
    for wrong, status in (
        ({"name": "rota.exe", "text": ""}, 409),
        ([text] * 3, 409),
        ("rota.txt", 400),
        ({"name": "rota.txt", "base64": "%"}, 400),
        ({"name": "rota.txt", "base64": 7}, 400),
    ):
        assert ada.does("fill", label="The rota", value=wrong).status_code == status, wrong
    ada.fills("The rota", [text, coded])
    assert ada.submits()["modal"] is None

    assert sent[0]["type"] == "file_input"
    files = [(file["name"], file["size"], file["mimetype"], file["user"]) for file in sent[0]["files"]]
    assert files == [("rota.txt", 10, "text/plain", ADA), ("rota.PDF", 4, "application/pdf", ADA)]
    assert ward.http.get(sent[0]["files"][0]["url_private"]).text == "Early: Ada"


def test_each_of_several_fields_of_one_label_can_be_filled(ward: Ward, serve: Callable[..., App]) -> None:
    sent: list[Any] = []
    text = {"type": "plain_text_input", "action_id": "note"}

    def brew(ack: Any, view: Any) -> None:
        sent.append({block: inputs["note"]["value"] for block, inputs in view["state"]["values"].items()})
        ack()

    serve(ward, command=opens(form(field("one", "Note", text), field("two", "Note", text))), tea=brew)
    ada = ward.person(ADA)
    ada.types("/kettle")
    ada.fills("Note", "below", nth=2)
    ada.fills("Note", "above")
    refused = ada.does("fill", label="Note", value="nowhere", nth=3)
    assert refused.status_code == 409
    assert refused.json()["error"] == "Nothing here is the number 3 of those called “Note”: there are 2."
    ada.submits()
    assert sent == [{"one": "above", "two": "below"}]
