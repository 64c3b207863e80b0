"""What the app sends, drawn: every block and element, people's words, pictures, files and threads."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.page.small_app import MANAGER, NURSE, WARD
from tests.sandbox.block_parts import plain
from tests.support.visit import Visit

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=alert(1)>*not bold* &amp; <b>"
Blocks = list[tuple[str, dict[str, Any]]]
# An uploaded page must not act as the person who looks at it.
REACHES_OUT = "fetch('/person').then(() => 'answered', () => 'refused')"


def test_every_block_and_element_is_drawn_and_none_as_json(wide: Visit, every_block: Blocks) -> None:
    small = wide.small
    for name, block in every_block:
        small.post(WARD, text=name, blocks=[{**block, "block_id": "b"}])

    page = wide.come()

    expect(page.locator(".messages .block")).not_to_have_count(0)
    assert page.locator(".messages > .message").count() == len(every_block) > 40
    assert page.locator(".messages .unknown").count() == 0
    nameless = (
        "all => all.filter(one => !one.labels?.length && !one.ariaLabel && !one.textContent.trim() && "
        "!one.getAttribute('aria-labelledby')).map(one => one.outerHTML)"
    )
    assert page.locator("button, input, select, textarea").evaluate_all(nameless) == []
    page.set_viewport_size({"width": 1280, "height": 12_000})
    wide.picture("every-block-1280-light")


def test_every_block_fits_a_phone(phone: Visit, every_block: Blocks) -> None:
    for name, block in every_block:
        phone.small.post(WARD, text=name, blocks=[{**block, "block_id": "b"}])

    page = phone.come()

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.locator("#place").evaluate("one => one.scrollWidth") == 360
    page.set_viewport_size({"width": 360, "height": 14_000})
    phone.picture("every-block-360-dark")


def test_a_block_the_page_does_not_know_is_shown_as_its_json(wide: Visit) -> None:
    small = wide.small
    ts = small.post(WARD)
    unknown = {"type": "hologram", "block_id": "h", "beam": "<i>blue</i>"}
    small.sandbox.run(
        lambda: (
            small.sandbox.state.workspaces["T0PAGE0001"].channels[WARD].messages[ts].blocks.append(unknown)
        )
    )

    page = wide.come()

    expect(page.locator(".unknown")).to_contain_text('"beam"')
    assert page.locator(".unknown i").count() == 0


def test_what_people_write_is_shown_and_never_run(wide: Visit) -> None:
    page = wide.come()
    box = page.get_by_role("textbox", name="Write a message, or / for a command")
    box.fill(EVIL)
    box.press("Enter")
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": EVIL}]}
    wide.small.post(
        WARD, blocks=[{"type": "rich_text", "elements": [quote]}, {"type": "header", "text": plain(EVIL)}]
    )

    expect(page.locator("blockquote").last).to_have_text(EVIL)
    expect(page.locator("h2.header")).to_have_text(EVIL)
    expect(page.locator(".messages .words").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("main img, main b").count() == 0


def test_reactions_threads_and_message_shortcuts_are_in_the_messages_menu(wide: Visit) -> None:
    wide.small.post(WARD, text="Bay 2 is short until eleven.")
    page = wide.come()

    def menu() -> Any:
        page.get_by_role("button", name="More for the message of Kindly").first.click()
        return page.get_by_role("dialog", name="This message")

    heart = menu().get_by_role("button", name="heart")
    # A computer without emoji shows the name instead; either is right.
    page.evaluate("document.documentElement.classList.add('no-signs')")
    named = "one => getComputedStyle(one.querySelector('.sign'), '::after').content"
    assert heart.evaluate(named) == '"heart"'
    heart.click()
    reaction = page.get_by_role("button", name="heart: Ada Morgan")
    expect(reaction).to_have_attribute("aria-pressed", "true")
    reaction.click()
    expect(reaction).to_be_hidden()

    menu().get_by_role("button", name="Open the thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    thread.get_by_role("textbox", name="Write a reply").fill("On my way")
    thread.get_by_role("button", name="Reply").click()
    expect(thread).to_contain_text("On my way")
    expect(page.get_by_role("button", name="1 reply")).to_be_visible()
    wide.picture("thread-1280-light")
    thread.get_by_role("button", name="Close").click()
    expect(thread).to_be_hidden()

    menu().get_by_role("button", name="Thank for this").click()
    expect(page.get_by_role("dialog", name="Thank someone")).to_be_visible()
    heard = [payload for payload in wide.small.heard if payload.get("type") == "message_action"]
    assert heard[0]["message"]["text"] == "Bay 2 is short until eleven."


def test_what_is_chosen_in_a_message_is_told_to_the_app_at_once(wide: Visit) -> None:
    feedback = {
        "type": "feedback_buttons",
        "action_id": "anything",
        "positive_button": {"text": plain("Useful"), "value": "yes"},
        "negative_button": {"text": plain("Not useful"), "value": "no"},
    }
    elements: list[dict[str, Any]] = [
        {"type": "external_select", "min_query_length": 1, "placeholder": plain("Which bay?")},
        {"type": "users_select", "placeholder": plain("Who?")},
        {"type": "datepicker", "initial_date": "2025-11-04", "placeholder": plain("When?")},
        {"type": "overflow", "options": [{"text": plain("Hide"), "value": "hide"}]},
    ]
    blocks = [
        {"type": "actions", "block_id": f"b{place}", "elements": [{**element, "action_id": "anything"}]}
        for place, element in enumerate(elements)
    ]
    small = wide.small
    small.post(WARD, blocks=[*blocks, {"type": "context_actions", "block_id": "b4", "elements": [feedback]}])
    page = wide.come()

    page.get_by_role("searchbox", name="Which bay?").fill("bay")
    expect(page.get_by_label("What was found").get_by_role("option", name="Bay 2")).to_be_attached()
    page.get_by_label("What was found").select_option("Bay 2")
    page.get_by_label("Who?").select_option(label="Ben Okoro, Ward manager")
    page.get_by_label("When?").fill("2025-12-24")
    page.get_by_label("More choices").click()
    page.get_by_role("button", name="Hide").click()
    page.get_by_role("button", name="Not useful").click()

    heard = small.until(lambda: len(small.heard) == 5 and [payload["actions"][0] for payload in small.heard])
    assert heard[0]["selected_option"]["value"] == "Bay 2"
    assert heard[1]["selected_user"] == MANAGER
    assert heard[2]["selected_date"] == "2025-12-24"
    assert heard[3]["selected_option"]["value"] == "hide"
    assert heard[4]["value"] == "no"
    expect(page.get_by_label("Who?")).to_have_value(MANAGER)


def test_pictures_have_their_words_and_grow_when_pressed_and_files_open(
    wide: Visit, png: Callable[[int, int], bytes]
) -> None:
    small = wide.small
    chart = small.client.files_upload_v2(content=png(360, 294), filename="mix.png", alt_txt="Bars")["file"][
        "id"
    ]
    page_file = small.client.files_upload_v2(
        content="<p>Fig</p><script>document.querySelector('p').append('ures')</script>",
        filename="ward-7.html",
        channel=WARD,
    )["file"]["id"]
    small.post(
        WARD,
        blocks=[
            {"type": "image", "slack_file": {"id": chart}, "alt_text": "Bars. Ward 7, attending 12 (10)."}
        ],
    )

    page = wide.come()

    picture = page.get_by_role("img", name="Bars. Ward 7, attending 12 (10).")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.naturalWidth") == 360
    page.get_by_role("button", name="Enlarge: Bars. Ward 7").click()
    expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    wide.picture("zoom-1280-light")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Picture")).to_be_hidden()

    address = page.get_by_role("link", name="ward-7.html", exact=True).get_attribute("href")
    assert address is not None
    assert page_file in address
    with page.expect_popup() as opened:
        page.get_by_role("link", name="ward-7.html", exact=True).click()
    file = opened.value
    expect(file.locator("p")).to_have_text("Figures")
    assert file.evaluate("window.origin") == "null"
    assert file.evaluate(REACHES_OUT) == "refused"
    file.close()


def test_a_file_is_chosen_in_a_form_and_comes_to_the_app(wide: Visit) -> None:
    small = wide.small
    label = plain("The rota")
    element = {"type": "file_input", "action_id": "rota", "filetypes": ["txt"], "max_files": 1}
    view = {
        "type": "modal",
        "callback_id": "rota",
        "title": plain("Rota"),
        "submit": plain("Send"),
        "blocks": [{"type": "input", "block_id": "rota", "label": label, "element": element}],
    }
    ask = {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "ask", "text": plain("Add a file")}],
    }

    def opens_modal(ack: Any, body: dict[str, Any]) -> None:
        small.client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()

    small.app.action("ask")(opens_modal)

    def submitted(ack: Any, body: dict[str, Any]) -> None:
        small.heard.append(body)
        ack()

    small.app.view("rota")(submitted)
    small.post(WARD, blocks=[ask])
    page = wide.come()
    page.get_by_role("button", name="Add a file").click()
    chosen = page.get_by_role("dialog").get_by_label("The rota")
    chosen.set_input_files({"name": "rota.txt", "mimeType": "text/plain", "buffer": "Early: Siân".encode()})
    expect(page.get_by_role("dialog")).to_contain_text("rota.txt, 12 B")
    page.get_by_role("button", name="Send", exact=True).last.click()
    expect(page.get_by_role("dialog")).to_have_count(0)

    (file,) = small.heard[-1]["view"]["state"]["values"]["rota"]["rota"]["files"]
    assert small.sandbox.state.contents[file["id"]].decode() == "Early: Siân"


def test_a_box_that_can_be_folded_is_folded_as_the_app_says_and_opened_by_key(wide: Visit) -> None:
    words = {"type": "section", "text": {"type": "mrkdwn", "text": "Who can stay? <mailto:rota@e.org>"}}
    box = {"type": "container", "title": plain("Tonight"), "child_blocks": [words], "is_collapsible": True}
    wide.small.post(WARD, blocks=[{**box, "default_collapsed": True}])
    page = wide.come()

    inside = page.get_by_text("Who can stay?")
    expect(inside).to_be_hidden()
    page.locator("summary", has_text="Tonight").focus()
    page.keyboard.press("Enter")
    expect(inside).to_be_visible()
    expect(page.get_by_role("link", name="rota@e.org", exact=True)).to_have_attribute(
        "href", "mailto:rota@e.org"
    )
    wide.small.post(WARD, text="Something else meanwhile.")
    expect(page.locator(".messages")).to_contain_text("Something else meanwhile.")
    expect(inside).to_be_visible()


def test_an_attachment_of_the_older_kind_is_drawn_and_read_with_all_its_words(wide: Visit) -> None:
    fields = [{"title": "Bay", "value": "*Two*", "short": True}]
    older = {
        "pretext": "From the rota:",
        "author_name": "Rota",
        "title": "Friday",
        "title_link": "https://e.org/friday",
        "text": "_One_ shift is open.",
        "fields": fields,
        "footer": "Seen by all",
    }
    wide.small.post(WARD, text="The rota", attachments=[older, {"fallback": "Only this."}])
    page = wide.come()

    words = [
        "From the rota:",
        "Rota",
        "Friday",
        "One shift is open.",
        "Bay",
        "Two",
        "Seen by all",
        "Only this.",
    ]
    conversation = page.locator(".messages")
    for word in words:
        expect(conversation).to_contain_text(word)
    expect(page.get_by_role("link", name="Friday")).to_have_attribute("href", "https://e.org/friday")
    screen = page.request.get(f"{wide.small.sandbox.url}/person/{NURSE}/screen?place={WARD}").json()
    assert screen["messages"][-1]["text"].splitlines() == ["The rota", *words]
