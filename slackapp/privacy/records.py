"""What is kept, table by table: the source of docs/privacy.md, and a test holds it complete."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kept:
    """One table: what stands in it, for how long, and whether it is about people.

    `until` may name settings of `retention`, as in "{figures_months} months"; `columns` are all it has.
    """

    table: str
    what: str
    until: str
    columns: str
    is_about_people: bool = True


RECORDS = (
    Kept(
        "member",
        "A person: Slack's user id, display name, time zone, language, team, choices about messages, "
        "whom an admin named to look after the app",
        "until they are erased, or {after_uninstall_days} days after the workspace took the app away",
        "id workspace_id slack_user_id name team_id language time_zone is_bot is_stranger "
        "is_admin named_admin left "
        "quiet_from quiet_until days_off pulse_messages welcomed away_from away_until sharing "
        "accepts_thanks nudges hinted_at",
    ),
    Kept(
        "recognition",
        "A thank-you: giver, behaviour, words, when, a link to the message it is about",
        "{recognitions_months} months",
        "id workspace_id giver_id giver_team_id behaviour words visibility link given_at undone_at revision",
    ),
    Kept(
        "recipient",
        "Who was thanked, who may see it, whether it was reported as unkind, which digest quoted it, and "
        "whether they told the giver that it meant a lot and may follow its link into a private channel",
        "as long as the thank-you",
        "recognition_id member_id team_id given_at sharing shared_in quoted_in meant_a_lot may_follow_link",
    ),
    Kept(
        "boost",
        'Who said "me too", by button or by which reaction',
        "until it is taken back, at most as long as the thank-you",
        "recognition_id booster_id how boosted_at",
    ),
    Kept(
        "blocking",
        "Whose thanks a person does not want; nobody is told",
        "until they change it, or either of them is erased",
        "member_id giver_id",
    ),
    Kept(
        "poll",
        "A check-in: when it opens and closes, what it asks, its thresholds",
        "{figures_months} months",
        "id workspace_id opens_on opens_at closes_at state items comments_on k c comment_threshold",
        is_about_people=False,
    ),
    Kept(
        "poll_member",
        "Who was asked, and in which team; it never says who answered",
        "until the check-in closes",
        "poll_id member_id unit_id",
    ),
    Kept(
        "ballot",
        "A sealed answer: keyed receipt, box of one fixed size. The key lies in KEY_DIR, in one "
        "file for each check-in, and "
        "is overwritten and removed at the close, seven days later at most",
        "until the check-in closes, at most its days open",
        "poll_id receipt box",
    ),
    Kept(
        "poll_unit",
        "Which teams were asked, how many people, and how many answered, as a band",
        "{figures_months} months",
        "poll_id unit_id parent_id invited turnout",
        is_about_people=False,
    ),
    Kept(
        "bundle",
        "How many answers a published group has; groups have five or more",
        "{figures_months} months",
        "poll_id unit_id ballots",
        is_about_people=False,
    ),
    Kept(
        "bundle_score",
        "Rounded figures of groups of five or more",
        "{figures_months} months",
        "poll_id unit_id item n sum_lo sum_hi",
        is_about_people=False,
    ),
    Kept(
        "comment",
        "Comments, where an admin turned them on: team and month only, in clear text, from the end "
        "of their month on, before that in KEY_DIR; whoever runs the server can read them",
        "{comments_months} months",
        "id unit_id month words",
    ),
    Kept(
        "hidden_comment",
        "That a team's leader hid a comment: its id, nothing else",
        "as long as the comment",
        "comment_id",
        is_about_people=False,
    ),
    Kept(
        "question",
        "An organisation's own questions for the check-in",
        "as long as the workspace uses the app",
        "id workspace_id wording place retired",
        is_about_people=False,
    ),
    Kept(
        "promise",
        "What a leader promised a team, who will do it, by when, what is in the way, and what became of "
        "it; the team reads it once it is shared",
        "{figures_months} months",
        "id team_id month place you_said we_will who_id written_by_id due state reason obstacle "
        "made_at settled_at",
    ),
    Kept(
        "obstacle",
        "What a team sent up to the level above, who sent and who answered it, the answer and its "
        "promise; no figures. Whoever leads the level reads it, and the team with the answer",
        "{figures_months} months",
        "id workspace_id team_id level_id in_our_way would_help needed_by sent_by_id sent_at revision state "
        "asked_at asked_id warned_at answer answered_by_id answered_at promise_id promise_state",
    ),
    Kept(
        "obstacle_step",
        "Which level passed it up, who did, and their words; nobody's where it passed by itself",
        "as long as what was sent up",
        "id obstacle_id level_id passed_by_id words passed_at",
    ),
    Kept(
        "digest",
        "Which digests were made, and for whom",
        "{figures_months} months",
        "id team_id month recipient_id made_at",
    ),
    Kept(
        "month_figures",
        "What a month's digest published: counts of 5 or more, ranges, names of questions; nobody's words",
        "{figures_months} months",
        "team_id month published_at figures",
    ),
    Kept(
        "team_reader",
        "Who reads a team's results as a leader, a deputy or an admin, since when and until when",
        "as long as the team exists",
        "team_id member_id since until",
    ),
    Kept(
        "digest_reader",
        "Who may read a team's published month, and from which moment on",
        "{figures_months} months",
        "team_id month member_id readable_from",
    ),
    Kept(
        "shared_digest",
        "Which digests were shared with their team, by whom",
        "{figures_months} months",
        "team_id month shared_by_id shared_at with_promises revision",
    ),
    Kept(
        "leadership",
        "Who leads a team since when, and whether earlier digests were handed on",
        "as long as the team exists",
        "team_id member_id since before_id handed_on",
    ),
    Kept(
        "leader_words",
        "A leader's own words before the line about her team that the levels above read",
        "{figures_months} months",
        "team_id month member_id words written_at",
    ),
    Kept(
        "team_aim",
        "What a team is for, who decides what about it, and who wrote that down",
        "as long as the team exists",
        "team_id place words term decides written_by_id looked_at",
    ),
    Kept(
        "team_pace",
        "How often a team is asked, and who chose that",
        "as long as the team exists",
        "team_id pace chosen_by_id chosen_at",
    ),
    Kept(
        "benchmark",
        "Official figures an admin loaded",
        "as long as the workspace uses the app",
        "id workspace_id item value source year nation loaded_at",
        is_about_people=False,
    ),
    Kept(
        "delivery",
        "What has been sent: to whom, about what, when; never the text",
        "{messages_months} months; what shows people's words, and files, as long as what they tell",
        "id key token workspace_id method target kind reference priority due expires state "
        "group_key step wait_until lease_until fence attempts "
        "first_try last_try reason doubts repeats notice_id notice_state "
        "slack_channel_id slack_ts slack_file_id",
    ),
    Kept(
        "hold",
        "Where Slack takes no messages just now, and why",
        "until it takes them again",
        "workspace_id scope subject reason since again looks told version",
        is_about_people=False,
    ),
    Kept(
        "bucket",
        "Slack's rate limits, by method and channel",
        "deleted once idle",
        "workspace_id name free_at blocked_until fraction known_limit pace_since refused_at",
        is_about_people=False,
    ),
    Kept(
        "fan_out",
        "How far a message to many has been enqueued",
        "{figures_months} months",
        "key workspace_id kind reference cursor done",
        is_about_people=False,
    ),
    Kept(
        "inbound",
        "Ids of Slack's requests, so that a repeat is not done twice; of a reaction to a shared "
        "thank-you its last moment. "
        "Never a check-in's or a thank-you's",
        "a week",
        "workspace_id key received_at outcome",
    ),
    Kept(
        "workspace",
        "A workspace's name and its settings",
        "until {after_uninstall_days} days after it took the app away",
        "id slack_team_id enterprise_id name bot_user_id language time_zone nation pulse_on "
        "pulse_weekday pulse_time "
        "pulse_days_open pulse_cadence pulse_pauses question_set rotating_a_poll contact "
        "pulse_since comments_on k c "
        "comment_threshold concerns_to digests_from admins_read_digests uninstalled_at",
        is_about_people=False,
    ),
    Kept(
        "formal_routes",
        "Whom an organisation names for staff who are unsafe, bullied or harassed",
        "as long as the workspace uses the app",
        "workspace_id staff_union human_resources emergency",
        is_about_people=False,
    ),
    Kept(
        "team",
        "Teams, who leads them and who stands in; of an ended one its name with the day",
        "as long as the figures need it",
        "id workspace_id parent_id name slack_channel_id leader_id deputy_id closed_at",
    ),
    Kept(
        "team_proposal",
        "Who was asked to lead a team that a member made, or what it is to be part of, and by whom",
        "until it is accepted, or an admin decides",
        "team_id kind member_id parent_id proposed_by_id proposed_at declined_at",
    ),
    Kept(
        "team_source",
        "Which channel or user group a team follows, and the name it gave the team",
        "until it follows nothing",
        "team_id workspace_id kind slack_id called checked_at suspended_at",
        is_about_people=False,
    ),
    Kept(
        "retention",
        "How long each kind of record is kept here",
        "as long as the workspace uses the app",
        "workspace_id recognitions_months figures_months comments_months messages_months "
        "audit_months after_uninstall_days",
        is_about_people=False,
    ),
    Kept(
        "audit_entry",
        "Who changed which setting or team, as keyed marks and never names; never what anyone said",
        "{audit_months} months",
        "id workspace_id at actor deed subject before after",
    ),
    Kept(
        "tombstone",
        "That somebody was erased: a keyed mark, also in erased.marks in KEY_DIR, where it stays",
        "as long as the workspace uses the app",
        "workspace_id mark swept",
    ),
    Kept(
        "legal_hold",
        "Records that must stay for a legal reason",
        "until it is lifted",
        "id workspace_id member_id since",
    ),
    Kept(
        "installation",
        "A workspace's or an organisation's token, sealed with TOKEN_KEYS (HTTP mode with OAuth only)",
        "until the app is taken away",
        "key name sealed_token bot_user_id bot_id scopes is_enterprise installed_at",
        is_about_people=False,
    ),
    Kept(
        "install_ticket",
        "That an installation's state has come back, as a hash",
        "ten minutes",
        "mark expires",
        is_about_people=False,
    ),
    Kept(
        "identity",
        "A random number that tells this database from another",
        "as long as the database",
        "id value",
        is_about_people=False,
    ),
    Kept(
        "chore",
        "For which night the nightly work was done",
        "one row for each kind of work",
        "name night",
        is_about_people=False,
    ),
    Kept(
        "clock",
        "The newest moment that the app has seen and, while its clock is not believed, what the "
        "clock said then",
        "as long as the database",
        "id latest doubted_at",
        is_about_people=False,
    ),
)


def as_markdown(periods: Mapping[str, int]) -> str:
    """Return the table for docs/privacy.md; `periods` are the retention settings by name."""
    lines = ["| table | what | about people | how long |", "|---|---|---|---|"]
    lines += [
        f"| `{stored.table}` | {stored.what} | {_yes(stored)} | {stored.until.format(**periods)} |"
        for stored in RECORDS
    ]
    return "\n".join(lines)


def _yes(stored: Kept) -> str:
    return "yes" if stored.is_about_people else "no"
