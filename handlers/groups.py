"""Who is in a user group: asked of Slack each time, since groups change with the rota."""

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slackapp.i18n import translatable
from slackapp.recognitions.drafts import Draft, Field, InvalidDraft, Refusal

_CLOSED = frozenset(
    {"no_such_subteam", "subteam_not_found", "missing_scope", "permission_denied", "not_allowed_token_type"}
)


def expand_groups(client: WebClient, draft: Draft, giver: str) -> Draft:
    """The draft with the people of its groups beside those named; the giver only if there is nobody else.

    Raises:
        NotYet: All the groups are empty, or Slack does not say who is in one.
    """
    if not draft.groups:
        return draft
    gathered = dict.fromkeys(one for group in draft.groups for one in _people(client, group))
    if not gathered and not draft.people:
        raise InvalidDraft([Refusal(Field.PEOPLE, translatable("That group is empty just now."))])
    # Somebody named beside their group is meant in person.
    only_by_group = tuple(one for one in gathered if one not in {*draft.people, giver})
    if not only_by_group and not draft.people:
        only_by_group = tuple(gathered)
    return draft.about(people=(*draft.people, *only_by_group), gathered=only_by_group, groups=())


def _people(client: WebClient, group: str) -> list[str]:
    try:
        return list(client.usergroups_users_list(usergroup=group)["users"])
    except SlackApiError as refused:
        if refused.response.get("error") not in _CLOSED:
            raise
        sentence = translatable("I can't see who is in that group. Name the people, up to 20.")
        raise InvalidDraft([Refusal(Field.PEOPLE, sentence)]) from refused
