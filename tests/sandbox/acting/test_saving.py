"""What the saved state of a sandbox holds, and what it must not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from slack_bolt import App

from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA


def test_what_is_half_filled_in_is_never_written_down(
    open_ward: Callable[..., Ward],
    serve: Callable[..., App],
    tea_form: Callable[..., dict[str, Any]],
    tmp_path: Path,
) -> None:
    def open_form(ack: Any, body: Any, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=tea_form())
        ack()

    state_file = tmp_path / "sandbox.json"
    ward = open_ward(state=state_file)
    serve(ward, command=open_form)
    ada = ward.person(ADA)
    assert ada.types("/kettle")["modal"]["title"] == "Tea"
    ada.fills("A note", "only for Ada")
    ada.types("said aloud")
    ward.sandbox.stop()
    saved = state_file.read_text()
    assert "said aloud" in saved, "the state was saved after it"
    assert "only for Ada" not in saved
    assert open_ward(state=state_file).person(ADA).sees("dm")["modal"] is None
