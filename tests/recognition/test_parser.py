"""The parser of what is typed after /appreciate is forgiving."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackapp.core.behaviours import Behaviour
from slackapp.core.errors import UserError
from slackapp.core.i18n import voice
from slackapp.models import Visibility
from slackapp.recognition.draft import Draft, ParseError, UnknownBehaviourError, UnknownWordError
from slackapp.recognition.parser import parse, plain

WORDS = "Stayed after the shift to find us a bed"
SENTENCES = Path(__file__).parents[1] / "data" / "sentences"


def read(text: str) -> Draft:
    return parse(text)


@pytest.mark.parametrize(
    "text",
    [
        f"<@U1|sam> helping {WORDS}",
        f"helping <@U1|sam> {WORDS}",
        f"<@U1> HELPING: {WORDS}",
        f"<@U1> for helping - {WORDS}",
        f'<@U1> helping "{WORDS}"',
        f"<@U1> helping “{WORDS}”",
        f"thanks to <@U1> helping {WORDS}",
        f"  <@U1>   helping,  {WORDS}  ",
        f"<@U1> <@U1> helping {WORDS}",
        f"<@U1> helpu {WORDS}",
        f"<@U1> privately helping {WORDS}",
        f"<@U1> {WORDS}, helping",
        f"<@U1> {WORDS} (helping) in private",
        f'<@U1> "{WORDS}" helping',
        f'"{WORDS}" <@U1|sam> for helping, in private',
        f"<@U1> am helpu {WORDS}",
        f"<@U1> \u2013 helping \u2013 {WORDS}",
        f"<@U1>! (helping) {WORDS}",
        f"<@U1> #helping {WORDS}",
        f"<@U1> *helping*: {WORDS}",
        f"Helping. <@U1> {WORDS}",
        f"\u200b<@U1>\u00a0helping {WORDS}\ufeff",
        f"\u2068<@U1>\u2069 helping {WORDS}",
        f"\u202a<@U1>\u202c, helping {WORDS}",
    ],
)
def test_the_same_thanks_can_be_typed_in_many_ways(text: str) -> None:
    assert read(text) == Draft(people=("U1",), behaviour=Behaviour.HELPING, words=WORDS)


@pytest.mark.parametrize(
    "text",
    [
        f"<@U1> helping with the team {WORDS}",
        f"<@U1> with the team helping {WORDS}",
        f"with the team <@U1> helping {WORDS}",
        f"<@U1> helping in public {WORDS}",
        f"<@U1> In Public: helping {WORDS}",
        f'<@U1> helping "{WORDS}" with the team',
        f"<@U1> helping {WORDS}, with the team",
        f"<@U1> helping {WORDS} (in public)",
        f"<@U1> {WORDS}, with the team, helping",
        f"<@U1> {WORDS}, helping, with the team",
        f'"{WORDS}" helping <@U1> with the team',
        f"<@U1> gyda'r tîm helpu {WORDS}",
        f"<@U1> helpu gyda'r tim: {WORDS}",
        f"<@U1> helpu gyda'i thîm {WORDS}",
        f"<@U1> helpu gyda fy nhîm {WORDS}",
        f"<@U1> helpu {WORDS}, gyda'ch tîm",
        f"<@U1> helpu {WORDS}, gyda dy dîm",
        f"<@U1> helpu {WORDS}, yn gyhoeddus",
    ],
)
def test_the_team_may_see_it_when_that_is_said_at_the_start_or_the_end(text: str) -> None:
    expected = Draft(people=("U1",), behaviour=Behaviour.HELPING, words=WORDS, visibility=Visibility.TEAM)
    assert read(text) == expected


def test_a_closing_phrase_that_may_belong_to_the_sentence_is_heard_and_left_in_it() -> None:
    draft = read("<@U1> helping shared a cake with the team")
    assert (draft.words, draft.visibility) == ("shared a cake with the team", Visibility.TEAM)


def test_a_team_rota_is_not_the_team() -> None:
    draft = read("<@U1> helping with the team rota all week")
    assert (draft.words, draft.visibility) == ("helping with the team rota all week", Visibility.PRIVATE)


@pytest.mark.parametrize(
    ("text", "behaviour", "words"),
    [
        ("<@U1> helped me find a bed", Behaviour.HELPING, "helped me find a bed"),
        ("<@U1> for helping me find a bed", Behaviour.HELPING, "for helping me find a bed"),
        ("<@U1> listened to me after handover", Behaviour.ATTENDING, "listened to me after handover"),
        ("<@U1> empathizing Sat with me", Behaviour.EMPATHISING, "Sat with me"),
        ("<@U1> rhoi sylw Gwrandawodd", Behaviour.ATTENDING, "Gwrandawodd"),
        ("<@U1> understanding", Behaviour.UNDERSTANDING, ""),
        (
            "<@U1> understanding how long the night was",
            Behaviour.UNDERSTANDING,
            "understanding how long the night was",
        ),
        ("<@U1> stayed late", None, "stayed late"),
        (
            "<@U1> you stayed and listened to all of us",
            Behaviour.ATTENDING,
            "you stayed and listened to all of us",
        ),
        ("<@U1> diolch am wrando arna i", Behaviour.ATTENDING, "diolch am wrando arna i"),
        ("<@U1> Fe wrandawodd ar bob un ohonom", Behaviour.ATTENDING, "Fe wrandawodd ar bob un ohonom"),
        ("<@U1> am ddeall Esboniodd y cynllun", Behaviour.UNDERSTANDING, "Esboniodd y cynllun"),
        ("<@U1> diolch am dy gymorth a dy gydymdeimlad", None, "diolch am dy gymorth a dy gydymdeimlad"),
        ("<@U1> roeddech chi mor llawn empathi", Behaviour.EMPATHISING, "roeddech chi mor llawn empathi"),
        ("<@U1> you were so understanding", Behaviour.UNDERSTANDING, "you were so understanding"),
        ("<@U1> 'You listened' they said", Behaviour.ATTENDING, "'You listened' they said"),
        # Two of the four: which one is asked, and nothing is guessed.
        ("<@U1> you listened, then you helped", None, "you listened, then you helped"),
        ("<@U1> we couldn't help laughing", None, "we couldn't help laughing"),
        ("<@U1> Dealt with the rota", None, "Dealt with the rota"),
    ],
)
def test_a_behaviour_inside_the_sentence_is_understood_and_stays_there(
    text: str, behaviour: Behaviour | None, words: str
) -> None:
    draft = read(text)
    assert (draft.behaviour, draft.words) == (behaviour, words)


def test_several_people_may_be_joined_in_any_way() -> None:
    assert read(f"<@U1>, <@W2|jo> and <@U3> &amp; <@U1> helping {WORDS}").people == ("U1", "W2", "U3")


@pytest.mark.parametrize(
    ("mention", "words"),
    [
        ("helping <@U2|jo> with the round", "helping @jo with the round"),
        ("helped <@U2|jo> with the round", "helped @jo with the round"),
        ("for helping <@U2|jo> and me", "for helping @jo and me"),
        ("helping @jo with the round", "helping @jo with the round"),
        ("attending <!subteam^S1|@ward7> all night", "attending @ward7 all night"),
    ],
)
def test_whoever_is_only_told_of_in_the_sentence_is_not_thanked(mention: str, words: str) -> None:
    draft = read(f"<@U1|sam> {mention}")
    assert (draft.people, draft.groups, draft.unknown, draft.words) == (("U1",), (), (), words)


@pytest.mark.parametrize("start", ["<@U1> helping, <@U2>", "helping <@U1> <@U2>", "<@U1> plus <@U2> helping"])
def test_a_second_name_that_is_set_apart_is_thanked_too(start: str) -> None:
    assert (read(f"{start} {WORDS}").people, read(f"{start} {WORDS}").words) == (("U1", "U2"), WORDS)


def test_names_that_slack_could_not_resolve_are_told_apart_from_people() -> None:
    draft = read(f"@sam.jones helping {WORDS}")
    assert (draft.people, draft.unknown, draft.words) == ((), ("sam.jones",), WORDS)


def test_a_group_is_told_apart_from_people() -> None:
    assert read(f"<!subteam^S1|@ward7> helping {WORDS}").groups == ("S1",)


def test_people_named_only_inside_the_words_fill_a_form_but_are_not_sent_to() -> None:
    draft = read("a lovely shift because of <@U1|sam> all night")
    assert (draft.people, draft.suggested, draft.is_complete) == ((), ("U1",), False)


@pytest.mark.parametrize(
    "start",
    [
        "<@U1> helping",
        "<@U1> helping:",
        "<@U1> helping -",
        "helping <@U1>",
        "helping <@U1>,",
        "<@U1> helping in private",
    ],
)
@pytest.mark.parametrize("emoji", [":heart:", ":+1::skin-tone-3:", ":clap: :clap:"])
def test_an_emoji_before_the_words_stays_whole(start: str, emoji: str) -> None:
    draft = read(f"{start} {emoji} {WORDS}")
    assert (draft.people, draft.behaviour, draft.words) == (("U1",), Behaviour.HELPING, f"{emoji} {WORDS}")


@pytest.mark.parametrize("crowd", ["<!channel>", "<!here|here>", "<!everyone>", "<#C1|ward-7>"])
def test_a_whole_channel_is_not_a_person(crowd: str) -> None:
    with pytest.raises(ParseError) as unclear:
        read(f"{crowd} helping {WORDS}")
    assert unclear.value.draft.words == WORDS


@pytest.mark.parametrize(
    ("slip", "nearest"),
    [
        ("helpng", "helping"),
        ("Attendign", "attending"),
        ("undrstanding", "understanding"),
        ("sympathising", "empathising"),
    ],
)
def test_a_slip_proposes_the_nearest_of_the_four_and_keeps_the_rest(slip: str, nearest: str) -> None:
    with pytest.raises(UnknownBehaviourError) as unknown:
        read(f"<@U1> {slip} {WORDS}")
    assert unknown.value.words(voice()) == f"I don't know “{slip}”. Did you mean *{nearest}*?"
    assert unknown.value.draft == Draft(people=("U1",), behaviour=Behaviour(nearest), words=WORDS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("setings", "settings"), ("udno", "undo"), ("Hlep", "help"), ("privcy", "privacy"), ("golgu", "golygu")],
)
def test_a_mistyped_errand_proposes_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(ParseError) as unclear:
        read(typed)
    assert unclear.value.words(voice()) == f"I don't know “{typed}”. Did you mean “/appreciate {meant}”?"


@pytest.mark.parametrize("typed", ["helping", "Thanks", "sam", "gwrando"])
def test_a_single_word_that_is_no_errand_begins_a_thank_you(typed: str) -> None:
    assert read(typed).words in {typed, ""}


def test_who_may_see_it_is_heard_after_a_slip_too() -> None:
    with pytest.raises(UnknownBehaviourError) as unknown:
        read(f"<@U1> helpng with the team {WORDS}")
    assert (unknown.value.draft.words, unknown.value.draft.visibility) == (WORDS, Visibility.TEAM)


def test_slack_escapes_come_back_as_they_were_typed() -> None:
    draft = read(
        "<@U1> helping Put &lt;b&gt; &amp; <@U2|jo>, <!here>, <#C1|ward> in &amp;lt; <http://a.uk|a.uk>"
    )
    assert draft.words == "Put <b> & @jo, @here, #ward in &lt; a.uk"


def test_nothing_typed_is_an_empty_draft() -> None:
    assert read("") == Draft() == read("   ")


pieces = st.sampled_from(
    [
        *(
            "<@U1|sam>",
            "<@W22>",
            "<@",
            "@sam",
            "<!subteam^S1|@x>",
            "<!channel>",
            "<#C1|x>",
            "helping",
            "helpng",
        ),
        *(
            "with the team",
            "in public",
            "privately",
            "attending:",
            '"',
            "“",
            "”",
            "&lt;",
            "&amp;",
            "for",
            "and",
        ),
        *("(", ")", ".", ",", "|", ">", "\n", "\0", "\u200b", "\u202e", "Dangos Empathi", "helped me", " "),
    ]
)
texts = st.lists(st.one_of(pieces, st.text(max_size=12)), max_size=20).map(" ".join) | st.text(max_size=400)


@given(texts)
def test_any_text_is_a_draft_or_a_sentence_and_no_word_is_made_up(text: str) -> None:
    try:
        draft = parse(text)
    except ParseError as unclear:
        draft, sentence = unclear.draft, unclear.words(voice())
    else:
        sentence = "None is needed."
    assert sentence
    assert draft.words in plain(text)
    assert draft.words == draft.words.strip()
    assert len(set(draft.people)) == len(draft.people)


@given(st.text(alphabet=st.characters(blacklist_characters="&<>"), min_size=1))
def test_text_without_escapes_reads_as_itself(text: str) -> None:
    assert plain(text) == text


@given(st.text())
def test_what_slack_escapes_comes_back(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain(escaped) == text


def seconds_to_read(text: str) -> float:
    """Processor time of this thread, which does not depend on how busy the machine is."""
    begun = time.thread_time()
    with suppress(UserError):
        parse(text)
    return time.thread_time() - begun


@pytest.mark.parametrize(
    "text", ["<@U1|", "<@U1> ", "and ", '"', "with the team ", "helpng ", "@a ", "&amp;"]
)
def test_a_long_hostile_text_is_read_quickly(text: str) -> None:
    # It takes 0.03 s at most; going through the whole text for each piece would take 4,000 times that.
    assert seconds_to_read(text * 4_000) < 1


@pytest.mark.parametrize(
    ("typed", "word", "words"),
    [
        ("kindness You stayed late with us", "kindness", "You stayed late with us"),
        ("for kindness you stayed late with us", "kindness", "you stayed late with us"),
        ("Teamwork: stayed late and helped us", "Teamwork", "stayed late and helped us"),
        ("team work stayed late", "team work", "stayed late"),
        ("support helped me all night", "support", "helped me all night"),
        ("#compassion found us a bed", "compassion", "found us a bed"),
        ("(dignity) found us a bed", "dignity", "found us a bed"),
        ("excellence. You stayed late", "excellence", "You stayed late"),
        ("tenderness You held my hand", "tenderness", "You held my hand"),
        ("awesome You held my hand", "awesome", "You held my hand"),
        ("wonderful: you helped me", "wonderful", "you helped me"),
        ('kindness "You stayed late"', "kindness", "You stayed late"),
        ("kindness", "kindness", ""),
        ("caredigrwydd: arhosoch yn hwyr", "caredigrwydd", "arhosoch yn hwyr"),
        ("gwaith tîm Arhosoch yn hwyr", "gwaith tîm", "Arhosoch yn hwyr"),
    ],
)
def test_a_first_word_that_is_none_of_the_four_is_asked_about_and_is_no_part_of_the_words(
    typed: str, word: str, words: str
) -> None:
    with pytest.raises(UnknownWordError) as unknown:
        read(f"<@U1> {typed}")
    assert unknown.value.words(voice()) == f"I don't know “{word}”. Which of the four was it?"
    assert unknown.value.draft == Draft(people=("U1",), words=words)


def test_a_behaviour_named_beside_an_unknown_word_is_proposed() -> None:
    with pytest.raises(UnknownWordError) as unknown:
        read(f"<@U1> kindness with the team helping {WORDS}")
    draft = unknown.value.draft
    assert (draft.behaviour, draft.words, draft.visibility) == (Behaviour.HELPING, WORDS, Visibility.TEAM)


@pytest.mark.parametrize(
    "sentence",
    [
        "support from you made my night",
        "kindness you showed us all week",
        "Kindness itself, you stayed with me",
        "care of our patients was so good",
        "attention to detail all night",
        "covered Maria's shift on Friday",
        "swapped Friday for me",
        "Thanks: you stayed late",
        "Sam: you stayed late",
        "quality time with the families",
        "trust me, you did so much for us",
        "Communication with the families was so clear",
        "https://rota.example You found it",
        "well - you did it again",
        "brilliant",
    ],
)
def test_a_sentence_stays_whole_whatever_it_begins_with(sentence: str) -> None:
    assert read(f"<@U1> {sentence}").words == sentence


@pytest.mark.parametrize("file", sorted(SENTENCES.glob("*.txt")), ids=lambda file: file.stem)
def test_no_written_sentence_is_taken_for_one_with_an_unknown_behaviour(file: Path) -> None:
    for line in filter(None, file.read_text(encoding="utf-8").splitlines()):
        for sentence in (line, line[0].lower() + line[1:]):
            try:
                read(f"<@U1> {sentence}")
            except UnknownWordError as unknown:
                pytest.fail(f"{sentence}: {unknown.word}")
            except ParseError:
                pass
