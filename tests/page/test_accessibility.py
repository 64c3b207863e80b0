"""axe-core checks every place and window, light and dark, on a desktop and on a phone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from slackapp.sandbox.page.tour import Step
from tests.page.small_app import NURSE, WARD
from tests.sandbox.block_parts import plain
from tests.support.visit import Visit

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "data" / "axe.min.js").read_text()
WINDOW = "dialog[open]"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


BLOCKS: list[dict[str, Any]] = [
    {"type": "header", "text": plain("November on the ward")},
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "*Helping* is named most, `often`, <@U0PAGE0002>."},
    },
    {
        "type": "section",
        "text": plain("Which bay?"),
        "accessory": {"type": "users_select", "action_id": "who"},
    },
    {"type": "context", "elements": [plain("Only you can see this.")]},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "anything", "text": plain("Say thanks"), "style": "primary"},
            {"type": "button", "action_id": "take_back", "text": plain("Take it back"), "style": "danger"},
            {
                "type": "overflow",
                "action_id": "more",
                "options": [{"text": plain(label), "value": label} for label in ("Keep", "Hide")],
            },
            {"type": "datepicker", "action_id": "day"},
            {
                "type": "checkboxes",
                "action_id": "ticks",
                "options": [{"text": plain(label), "value": label} for label in ("Days", "Nights")],
            },
        ],
    },
]
STEPS = (
    Step(
        key="thank",
        person=NURSE,
        place=WARD,
        title="You are Ada Morgan. Thank a colleague.",
        words="Send /thank.",
        done=lambda _happened: False,
    ),
)


def findings(page: Any, where: str = "html") -> list[str]:
    """What axe-core finds wrong there, each with the first element it means."""
    page.evaluate(AXE)
    report = page.evaluate(f"axe.run('{where}', {{runOnly: {json.dumps(RULES)}}})")
    assert report["passes"], "the premise: the rules were applied"
    return [
        f"{violation['impact']} {violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in report["violations"]
    ]


def prepared(visit: Visit) -> Any:
    """A conversation with something of every usual kind in it."""
    visit.small.sandbox.guide(STEPS)
    ts = visit.small.post(WARD, text="November on the ward", blocks=BLOCKS)
    sandbox = visit.small.sandbox
    body = {"place": WARD, "ts": ts, "emoji": "thumbsup"}
    visit.small.post(WARD, text="And a reply", thread_ts=ts)
    page = visit.come()
    visit.page.request.post(f"{sandbox.url}/person/{NURSE}/react", data=body)
    expect(page.locator(".reaction")).to_be_visible()
    return page


def test_axe_finds_what_is_wrong_with_a_page(wide: Visit) -> None:
    page = prepared(wide)
    page.evaluate("document.querySelector('#composer label').remove()")
    page.evaluate("document.querySelector('.muted').style.color = '#c8c8c8'")
    page.evaluate("document.querySelector('[data-inspector]').replaceChildren()")
    assert {line.split()[1] for line in findings(page)} >= {"button-name:", "color-contrast:"}


def test_on_a_desk_by_day_axe_finds_nothing(wide: Visit) -> None:
    page = prepared(wide)
    wrong = {"channel": findings(page)}
    page.get_by_role("button", name="1 reply").click()
    expect(page.get_by_role("complementary", name="Thread")).to_be_visible()
    wrong["thread"] = findings(page)
    page.get_by_role("button", name="Thank someone").click()
    form = page.get_by_role("dialog", name="Thank someone")
    form.get_by_role("button", name="Send thanks").click()
    expect(form.get_by_role("alert").first).to_be_visible()
    wrong["form with mistakes"] = findings(page, WINDOW)
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    for button, title in (("Move time", "Move time"), ("You are: Ada", "Who are you?")):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("dialog", name=title)).to_be_visible()
        wrong[title] = findings(page, WINDOW)
        page.keyboard.press("Escape")
    wide.come(NURSE, "home")
    wrong["home"] = findings(page)
    assert {where: problems for where, problems in wrong.items() if problems} == {}


def test_axe_finds_nothing_in_any_block_nor_in_what_opens_from_a_message(
    wide: Visit, png: Callable[[int, int], bytes], every_block: list[tuple[str, dict[str, Any]]]
) -> None:
    small = wide.small
    for name, block in every_block:
        small.post(WARD, text=name, blocks=[{**block, "block_id": "b"}])
    small.client.files_upload_v2(content="<p>Figures</p>", filename="ward-7.html", channel=WARD)
    chart = small.client.files_upload_v2(content=png(36, 29), filename="mix.png", alt_txt="Bars")["file"][
        "id"
    ]
    small.post(WARD, blocks=[{"type": "image", "slack_file": {"id": chart}, "alt_text": "Bars of four"}])
    with pytest.raises(Exception, match="invalid_blocks"):
        small.post(WARD, blocks=[{"type": "section"}])
    page = wide.come()
    page.get_by_role("button", name="Inspector", exact=True).click()
    inspector = page.get_by_role("complementary", name="Inspector")
    inspector.locator("summary").first.click()
    expect(inspector.locator("pre").first).to_be_visible()
    wrong = {"every block, a file and an inspector's entry": findings(page)}

    page.get_by_role("button", name="More for the message of Kindly").last.click()
    expect(page.get_by_role("dialog", name="This message")).to_be_visible()
    wrong["message menu"] = findings(page, WINDOW)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Enlarge: Bars of four").click()
    expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    wrong["picture"] = findings(page, WINDOW)
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Thank someone", exact=True).click()
    form = page.get_by_role("dialog", name="Thank someone")
    form.get_by_role("searchbox").fill("ben")
    form.get_by_role("checkbox", name="Ben Okoro, Ward manager").check()
    wrong["people chosen"] = findings(page, WINDOW)
    assert {where: problems for where, problems in wrong.items() if problems} == {}


def test_on_a_phone_by_night_axe_finds_nothing(phone: Visit) -> None:
    page = prepared(phone)
    wrong = {"channel": findings(page)}
    page.get_by_role("button", name="Menu").tap()
    expect(page.get_by_role("navigation", name="Places")).to_be_visible()
    wrong["menu"] = findings(page)
    page.get_by_role("button", name="Thank someone").tap()
    expect(page.get_by_role("dialog", name="Thank someone")).to_be_visible()
    wrong["form"] = findings(page)
    assert {where: problems for where, problems in wrong.items() if problems} == {}
