"""The sandbox accepts what Slack accepts, and answers with Slack's keys, called with the real client."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, BEN, CERYS, GENERAL, GONE, OLD, PRIVATE, ROBOT, UNJOINED, VISITOR

BOT = "U0WARDBOT01"


def test_auth_test_says_who_the_token_is(ward: Ward) -> None:
    answer = ward.client.auth_test()
    assert answer["user_id"] == BOT
    assert answer["bot_id"] == "B0WARDBOT01"
    assert answer["team_id"] == "T0WARD00001"
    assert answer["is_enterprise_install"] is False


def test_a_posted_message_comes_back_as_slack_keeps_it(ward: Ward) -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Tea* for <@U0WARD00001>"}},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Pour"}}]},
    ]
    answer = ward.client.chat_postMessage(channel=GENERAL, text="Tea", blocks=blocks)
    message = answer["message"]
    assert answer["ts"] == message["ts"]
    assert {"user", "type", "bot_id", "app_id", "text", "team", "bot_profile", "blocks"} <= message.keys()
    section, actions = message["blocks"]
    assert section["text"]["verbatim"] is False
    assert actions["elements"][0]["text"]["emoji"] is True
    assert actions["elements"][0]["action_id"]
    assert section["block_id"] != actions["block_id"]
    assert ward.person(ADA).texts(GENERAL) == ["Tea for @Ada Morgan"]


def test_posting_to_a_person_opens_the_direct_conversation(ward: Ward) -> None:
    first = ward.client.chat_postMessage(channel=ADA, text="one")
    second = ward.client.chat_postMessage(channel=ADA, text="two")
    assert first["channel"] == second["channel"]
    assert first["channel"].startswith("D")
    assert ward.person(ADA).texts("dm") == ["one", "two"]
    assert ward.person(BEN).texts("dm") == []


def test_message_times_always_grow(ward: Ward) -> None:
    times = [ward.client.chat_postMessage(channel=GENERAL, text="x")["ts"] for _ in range(50)]
    assert times == sorted(set(times))
    assert all(len(ts.split(".")[1]) == 6 for ts in times)


def test_a_whisper_is_seen_by_one_person_only(ward: Ward) -> None:
    ward.client.chat_postEphemeral(channel=GENERAL, user=ADA, text="psst")
    (seen,) = ward.person(ADA).sees(GENERAL)["messages"]
    assert (seen["text"], seen["ephemeral"]) == ("psst", True)
    assert ward.person(BEN).texts(GENERAL) == []


def test_a_message_can_be_edited_and_deleted(ward: Ward) -> None:
    posted = ward.client.chat_postMessage(channel=GENERAL, text="tee")
    edited = ward.client.chat_update(channel=GENERAL, ts=posted["ts"], text="tea")
    assert edited["text"] == "tea"
    assert edited["message"]["edited"]["ts"] > posted["ts"]
    assert ward.person(ADA).texts(GENERAL) == ["tea"]
    ward.client.chat_delete(channel=GENERAL, ts=posted["ts"])
    assert ward.person(ADA).texts(GENERAL) == []


def test_what_a_person_wrote_can_be_neither_edited_nor_deleted_by_the_app(ward: Ward) -> None:
    (message,) = ward.person(ADA).types("mine")["messages"]
    for method, error in (("chat_update", "cant_update_message"), ("chat_delete", "cant_delete_message")):
        arguments = {"text": "yours"} if method == "chat_update" else {}
        with pytest.raises(SlackApiError) as refused:
            getattr(ward.client, method)(channel=GENERAL, ts=message["ts"], **arguments)
        assert refused.value.response["error"] == error


def test_an_edit_over_four_thousand_characters_is_too_long(ward: Ward) -> None:
    posted = ward.client.chat_postMessage(channel=GENERAL, text="x")
    with pytest.raises(SlackApiError, match="msg_too_long"):
        ward.client.chat_update(channel=GENERAL, ts=posted["ts"], text="x" * 4001)


def test_a_very_long_text_is_cut_with_a_warning(ward: Ward) -> None:
    answer = ward.client.chat_postMessage(channel=GENERAL, text="x" * 40_001)
    assert answer["warning"] == "message_truncated"
    assert len(answer["message"]["text"]) == 40_000


def test_a_reply_stands_in_its_thread(ward: Ward) -> None:
    parent = ward.client.chat_postMessage(channel=GENERAL, text="tea?")["ts"]
    reply = ward.client.chat_postMessage(channel=GENERAL, text="yes", thread_ts=parent)["ts"]
    deeper = ward.client.chat_postMessage(channel=GENERAL, text="two", thread_ts=reply)
    assert deeper["message"]["thread_ts"] == parent
    seen = ward.person(ADA).sees(GENERAL)["messages"]
    assert [message.get("thread_ts") for message in seen] == [None, parent, parent]


def test_a_permalink_names_channel_and_time(ward: Ward) -> None:
    ts = ward.client.chat_postMessage(channel=GENERAL, text="tea")["ts"]
    link = ward.client.chat_getPermalink(channel=GENERAL, message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/{GENERAL}/p{ts.replace('.', '')}")


def test_people_are_as_slack_describes_them(ward: Ward) -> None:
    people = {person["id"]: person for person in ward.client.users_list()["members"]}
    assert VISITOR not in people
    assert people[GONE]["deleted"] is True
    assert people[ROBOT]["is_bot"] is True
    ada = ward.client.users_info(user=ADA, include_locale=True)["user"]
    assert (ada["name"], ada["real_name"], ada["tz"], ada["locale"]) == (
        "ada",
        "Ada Morgan",
        "Europe/London",
        "en-GB",
    )
    assert ada["profile"]["title"] == "Nurse"
    assert ward.client.users_info(user=VISITOR)["user"]["is_stranger"] is True


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_pages_join_up_to_the_whole_list(ward: Ward, size: int) -> None:
    whole = [person["id"] for person in ward.client.users_list()["members"]]
    paged = [person["id"] for page in ward.client.users_list(limit=size) for person in page["members"]]
    assert paged == whole
    members = [
        member
        for page in ward.client.conversations_members(channel=GENERAL, limit=size)
        for member in page["members"]
    ]
    assert members == [ADA, BEN, CERYS, VISITOR, BOT]


def test_channels_are_listed_by_kind_and_membership(ward: Ward) -> None:
    public = {channel["id"]: channel for channel in ward.client.conversations_list()["channels"]}
    assert public.keys() == {GENERAL, UNJOINED, OLD}
    assert (public[GENERAL]["is_member"], public[UNJOINED]["is_member"]) == (True, False)
    private = ward.client.conversations_list(types="private_channel")["channels"]
    assert [channel["id"] for channel in private] == [PRIVATE]
    live = ward.client.conversations_list(exclude_archived=True)["channels"]
    assert OLD not in {channel["id"] for channel in live}
    assert (
        ward.client.conversations_info(channel=GENERAL, include_num_members=True)["channel"]["num_members"]
        == 5
    )


def test_user_groups_and_their_members(ward: Ward) -> None:
    (group,) = ward.client.usergroups_list(include_users=True, include_count=True)["usergroups"]
    assert (group["handle"], group["users"], group["user_count"]) == ("nurses", [ADA, BEN], 2)
    assert ward.client.usergroups_users_list(usergroup=group["id"])["users"] == [ADA, BEN]


def test_the_workspace_is_described(ward: Ward) -> None:
    assert ward.client.team_info()["team"]["name"] == "Ward 7"


def test_arguments_that_slack_does_not_know_are_tolerated(ward: Ward) -> None:
    assert ward.call("chat.postMessage", {"channel": GENERAL, "text": "x", "team_id": "T1", "colour": [1]})[
        "ok"
    ]


def test_json_strings_in_form_fields_are_read(ward: Ward) -> None:
    blocks = '[{"type":"header","text":{"type":"plain_text","text":"Tea"}}]'
    answer = ward.call("chat.postMessage", {"channel": GENERAL, "text": "x", "blocks": blocks}, form=True)
    assert answer["message"]["blocks"][0]["type"] == "header"


def test_multipart_fields_are_read(ward: Ward) -> None:
    fields = {"channel": (None, GENERAL), "text": (None, "in parts")}
    headers = {"Authorization": "Bearer xoxb-ward-bot-token"}
    answer = ward.http.post("/api/chat.postMessage", files=fields, headers=headers).json()
    assert answer["message"]["text"] == "in parts"


def test_json_without_a_charset_is_read_with_a_warning(ward: Ward) -> None:
    headers = {"Authorization": "Bearer xoxb-ward-bot-token", "Content-Type": "application/json"}
    answer = ward.http.post("/api/auth.test", content=b"{}", headers=headers).json()
    assert (answer["ok"], answer["warning"]) == (True, "missing_charset")


def test_two_workspaces_do_not_see_each_other(ward: Ward) -> None:
    from slackapp.sandbox.core.seeds import PersonSeed, WorkspaceSeed

    other = WorkspaceSeed(
        team_id="T0OTHER0001",
        domain="other",
        name="Ward 8",
        bot_token="xoxb-other",
        app_token="xapp-other",
        bot_user_id="U0OTHERBOT1",
        people=(PersonSeed(id="U0OTHER0001", name="Olwen", handle="olwen"),),
    )
    ward.sandbox.seed(other)
    other_client = WebClient("xoxb-other", base_url=ward.sandbox.url + "/api/", retry_handlers=[])
    assert other_client.auth_test()["team_id"] == "T0OTHER0001"
    with pytest.raises(SlackApiError, match="user_not_found"):
        other_client.users_info(user=ADA)
    with pytest.raises(SlackApiError, match="channel_not_found"):
        other_client.chat_postMessage(channel=GENERAL, text="hello")
    other_client.chat_postMessage(channel="U0OTHER0001", text="croeso")
    assert ward.person("U0OTHER0001").texts("dm") == ["croeso"]
    people = ward.http.get("/person").json()
    assert {person["workspace"] for person in people} == {"Ward 7", "Ward 8"}


def test_the_messages_tab_must_be_enabled_for_direct_messages(
    open_ward: Callable[..., Ward], ward: Ward
) -> None:
    raw = ward.sandbox.slack.manifest.raw
    closed = raw | {"features": raw["features"] | {"app_home": {"messages_tab_enabled": False}}}
    other = open_ward(manifest=closed)
    with pytest.raises(SlackApiError, match="messages_tab_disabled"):
        other.client.chat_postMessage(channel=ADA, text="hi")
    with pytest.raises(SlackApiError, match="not_enabled"):
        other.client.views_publish(user_id=ADA, view={"type": "home", "blocks": []})
