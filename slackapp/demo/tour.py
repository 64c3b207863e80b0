"""The steps of the demo's tour: a thank-you, the check-in, the digest, a promise, and what it did."""

from handlers.digest import promise_form_view
from handlers.pulse import survey_view
from handlers.recognition import giver_view
from reports.publishing import promise_view, team_lines_view
from slackapp.core.i18n import translatable
from slackapp.demo import hospital
from slackapp.sandbox.page.tour import Step, leads_to, reads, submits

_NURSE, _COLLEAGUE, _LEADER = "U0HOSP00011", "U0HOSP00015", hospital.WARD_7.leader.id

STEPS = (
    Step(
        key="thank",
        person=_NURSE,
        place=hospital.WARD_7.channel_id,
        title=translatable("You are Carys Bevan, a nurse on Ward 7. Thank a colleague."),
        words=translatable(
            "Dylan Hughes stayed late to find you a bed. Send him your thanks with /appreciate."
        ),
        typed="/appreciate @Dylan Hughes helping You stayed after the shift to find us a bed.",
        done=leads_to(_NURSE, giver_view.UNDO),
    ),
    Step(
        key="answer",
        person=_COLLEAGUE,
        place="dm",
        title=translatable("You are Dylan Hughes. Read your thanks, then answer the check-in."),
        words=translatable(
            "Only you see what Carys wrote. Press Answer on the check-in. Nobody can see what you answer."
        ),
        points_at="Answer",
        done=submits(_COLLEAGUE, survey_view.SUBMIT),
    ),
    Step(
        key="digest",
        person=_LEADER,
        place="dm",
        title=translatable("You are Mair Llewellyn, who leads Ward 7. Read the month's digest."),
        words=translatable("Press Move time and choose the end of the month. The digest comes to you here."),
        done=reads(_LEADER, team_lines_view.WRITE),
    ),
    Step(
        key="promise",
        person=_LEADER,
        place="dm",
        title=translatable("Still as Mair: say what you will do."),
        words=translatable(
            "Press Say what we will do, under the digest. Your team sees it once you share it."
        ),
        points_at="Say what we will do",
        done=submits(_LEADER, promise_form_view.FORM),
    ),
    Step(
        key="kept",
        person=_LEADER,
        place="dm",
        title=translatable("Still as Mair: see what became of your promise."),
        words=translatable(
            "Move time to the end of the month once more. On its day you are asked whether it is done, and "
            "December's digest shows what the team said since."
        ),
        points_at="Done",
        done=reads(_LEADER, promise_view.DONE),
    ),
)
"""The steps; each is checked against the traffic between the app and the practice Slack."""
