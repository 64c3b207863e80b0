"""Questions and refusals about a draft: below the command, and in the form. Typed text stays."""

from slack_bolt import Ack

from handlers.recognition import form_view, payloads
from handlers.shared.channels import expand_groups
from handlers.shared.modals import open_modal
from handlers.shared.onboarding import with_setup_note
from handlers.shared.request import Request
from slackapp.blocks import FormQuestion, View
from slackapp.core.errors import UserError
from slackapp.recognition.draft import Draft, InvalidDraft, UnknownWordError


def form_for(request: Request, draft: Draft, question: FormQuestion | None = None) -> View:
    """The form as far as the draft goes, with a question above it if there is one."""
    return with_setup_note(request, form_view.form(request.say, draft, question))


def same_form(request: Request, form: payloads.Form, question: FormQuestion | None = None) -> View:
    """A form as the person has it, with a question above it if there is one."""
    if form.recognition_id:
        return form_view.edit_form(request.say, form.draft, form.recognition_id, question)
    return form_for(request, form.draft, question)


def form_with_question(request: Request, draft: Draft, invalid: InvalidDraft) -> View:
    """The form with what is asked about the draft above it."""
    return form_view.form(request.say, draft, FormQuestion(invalid.words(request.say), invalid.questions))


def refuse(request: Request, ack: Ack, error: UserError, draft: Draft) -> None:
    """Below the command: what is in the way, and a button to the form."""
    text, blocks = form_view.refusal(request.say, error, draft)
    ack(text=text, blocks=blocks)


def refuse_unclear(request: Request, ack: Ack, error: UserError, draft: Draft) -> None:
    """The same for a sentence that was not understood: the button carries the people of its groups."""
    refuse(request, ack, error, _with_group_members(request, draft))


def ask_for_behaviour(request: Request, ack: Ack, unknown: UnknownWordError) -> None:
    """The form with everything but the unknown word, which is asked about; else the sentence alone."""
    draft = _with_group_members(request, unknown.draft)
    if draft.groups or not draft.fits_the_form:
        refuse(request, ack, unknown, draft)
        return
    question = FormQuestion(unknown.words(request.say), ())
    open_modal(request.client, request.caller.trigger_id, form_for(request, draft, question))
    ack()


def ask_or_refuse(request: Request, ack: Ack, invalid: InvalidDraft, draft: Draft) -> None:
    """Below the command: a question with [Edit] and [Send anyway], or what is in the way."""
    if not invalid.questions:
        refuse(request, ack, invalid, draft)
        return
    ticket = request.caller.trigger_id
    form_question = FormQuestion(invalid.words(request.say), invalid.questions, ticket)
    if message := form_view.question(request.say, form_question, draft):
        text, blocks = message
        ack(text=text, blocks=blocks)
    else:
        open_modal(request.client, ticket, form_with_question(request, draft, invalid))
        ack()


def ask_or_mark(request: Request, ack: Ack, form: payloads.Form, invalid: InvalidDraft) -> None:
    """In the form: a question above it, or each sentence beside its field."""
    if invalid.questions:
        question = FormQuestion(invalid.words(request.say), invalid.questions)
        ack(response_action="update", view=same_form(request, form, question))
        return
    errors: dict[str, str] = {}
    for refusal in invalid.refusals:
        before, sentence = errors.get(refusal.field), refusal.words(request.say)
        errors[refusal.field] = f"{before}\n{sentence}" if before else sentence
    ack(response_action="errors", errors=errors)


def _with_group_members(request: Request, draft: Draft) -> Draft:
    """The draft with the people of its groups, so that a button can carry it; as it is if that fails."""
    try:
        return expand_groups(request.client, draft, request.caller.user)
    except InvalidDraft:
        return draft
