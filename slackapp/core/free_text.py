"""Checks of free text before it is stored: confidentiality questions and refusals."""

from collections.abc import Collection, Iterable, Mapping

from slackapp.core.confidentiality import ConfidentialityCheck, Finding, Kind
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, translatable

_ASKED = {
    Kind.PATIENT: translatable("This may point to a patient: {found}. Could you say it without?"),
    Kind.HEALTH: translatable(
        "This may tell of somebody's health or loss: {found}. Could you say it without?"
    ),
}
_NHS_NUMBER = translatable("This has an NHS number in it, so it can't be stored. Please take it out.")


class Concern(UserError):  # noqa: N818 - it is told to a person, and nothing went wrong
    """Not a refusal: a question before it is stored, which the writer may answer with [Save anyway].

    `marks` stand for what was found; once they have been read, it is not asked about again.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__(_ASKED[Kind.PATIENT])
        self.findings = tuple(findings)
        self.marks = tuple(finding.mark for finding in self.findings)

    def words(self, say: Voice) -> str:
        """Return one sentence for each kind of finding, with the words found."""
        return question(say, self.findings)


def question(say: Voice, findings: Collection[Finding]) -> str:
    """Return the question about these findings: one sentence for each kind, with the words."""
    texts = {kind: [f"“{finding.text}”" for finding in findings if finding.kind == kind] for kind in _ASKED}
    return "\n".join(say(_ASKED[kind], found=say.listing(parts)) for kind, parts in texts.items() if parts)


def check(
    texts: Mapping[str, str], confidentiality: ConfidentialityCheck, accepted: Collection[str] = ()
) -> None:
    """Look at what was written, by the name of its field. `accepted` are the marks that were read already.

    Raises:
        UserError: A text has an NHS number in it; beside its field.
        Concern: A text may give somebody away, and nobody has been asked about it yet.
    """
    unread: list[Finding] = []
    for field, text in texts.items():
        findings = confidentiality.check(text)
        if any(finding.kind == Kind.NHS_NUMBER for finding in findings):
            raise UserError(_NHS_NUMBER).beside(field)
        unread += [finding for finding in findings if finding.mark not in accepted]
    if unread:
        raise Concern(dict.fromkeys(unread))
