"""`slackapp check --slack`: granted scopes, and whether Slack accepts every view of the app.

Nothing is posted, opened or changed: auth.test, blocks.validate and apps.manifest.validate only look.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from slackapp.check.samples import Sample
from slackapp.check.scopes import ScopeGrant, compare
from slackapp.core.batches import OnProgress

PER_MINUTE = 100
"""Slack publishes no figure for blocks.validate ("special rate limits apply"); this is its tier 4."""
TRIES = 10
_REFUSED = frozenset({"invalid_blocks", "invalid_message", "invalid_view"})
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule of Slack's that a sample breaks: which view, in which language and form, where, and the rule."""

    view: str
    language: str
    pointer: str
    rule: str
    constraint: Json | None = None
    is_bare: bool = False

    def __str__(self) -> str:
        form = "barest" if self.is_bare else "fullest"
        return f"{self.view} ({self.language}, {form}) {self.pointer}: {self.rule}"


@dataclass(frozen=True, slots=True)
class ManifestRefusal:
    """A rule of Slack's that the manifest breaks, and where."""

    pointer: str
    rule: str

    def __str__(self) -> str:
        return f"manifest {self.pointer}: {self.rule}"


@dataclass(slots=True)
class Report:
    """The result of a check. `failures` are sentences about what could not be checked."""

    workspace: str = ""
    url: str = ""
    scopes: list[ScopeGrant] = field(default_factory=list)
    checked: int = 0
    refused: list[Refusal] = field(default_factory=list)
    manifest: list[ManifestRefusal] = field(default_factory=list)
    is_manifest_checked: bool = False
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether everything was checked and nothing is missing or refused."""
        granted = all(grant.is_granted for grant in self.scopes)
        return granted and not (self.refused or self.manifest or self.failures)

    def as_json(self) -> Json:
        """Return the report as JSON, without tokens, so that it can be sent to the maintainers."""
        return {"ok": self.is_clean, **asdict(self)}

    def lines(self) -> list[str]:
        """Return the report as lines of text."""
        manifest = "The manifest was not checked: no configuration token was given."
        if self.is_manifest_checked:
            manifest = "Slack takes the manifest." if not self.manifest else "Slack refuses the manifest:"
        views = f"{self.checked} messages, windows and Homes checked in {self.seconds:.0f} s; "
        return [
            *([f"Workspace: {self.workspace} ({self.url})"] if self.workspace else []),
            *([f"  {grant}" for grant in self.scopes]),
            views + ("Slack takes them all." if not self.refused else "Slack refuses:"),
            *(f"  {refusal}" for refusal in self.refused),
            manifest,
            *(f"  {refusal}" for refusal in self.manifest),
            *self.failures,
        ]


class CheckStoppedError(Exception):
    """The check cannot continue; the message says why."""


@dataclass(slots=True)
class Pace:
    """Spreads calls evenly over a minute. `wait` sleeps."""

    per_minute: int
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    free_at: float = 0.0

    def turn(self) -> None:
        """Wait for the next call's turn."""
        now = self.clock()
        if now < self.free_at:
            self.wait(self.free_at - now)
        self.free_at = max(now, self.free_at) + (60 / self.per_minute if self.per_minute else 0)


class SlackCheck:
    """One run against one workspace. `configuration_token` is needed for the manifest alone."""

    def __init__(self, client: WebClient, pace: Pace, *, configuration_token: str = "") -> None:
        self._client, self._pace = client, pace
        self._configuration_token = configuration_token

    def run(self, samples: Iterable[Sample], manifest: Json, on_progress: OnProgress) -> Report:
        """Run all checks; an error that stops them is one of the report's failures."""
        report, begun = Report(), time.monotonic()
        try:
            self._identify(report)
            self._check_views(report, list(samples), on_progress)
            if self._configuration_token:
                self._check_manifest(report, manifest)
        except CheckStoppedError as stopped:
            report.failures.append(str(stopped))
        report.seconds = time.monotonic() - begun
        return report

    def _identify(self, report: Report) -> None:
        answer, headers = self._call("auth.test", {})
        if not answer.get("ok"):
            raise CheckStoppedError(
                f"auth.test: Slack answers {answer.get('error')}. Is SLACK_BOT_TOKEN right?"
            )
        report.workspace, report.url = str(answer.get("team", "")), str(answer.get("url", ""))
        granted = headers.get("x-oauth-scopes", "").split(",")
        report.scopes = compare({scope.strip() for scope in granted})

    def _check_views(self, report: Report, samples: list[Sample], on_progress: OnProgress) -> None:
        for place, sample in enumerate(samples):
            on_progress(place, len(samples))
            self._pace.turn()
            answer, _ = self._call("blocks.validate", {sample.surface: _validated(sample)})
            report.checked += 1
            report.refused += _refusals(sample, answer)
        on_progress(len(samples), len(samples))

    def _check_manifest(self, report: Report, manifest: Json) -> None:
        text = json.dumps(manifest, ensure_ascii=False)
        answer, _ = self._call("apps.manifest.validate", {"manifest": text}, token=self._configuration_token)
        report.is_manifest_checked = answer.get("ok") or answer.get("error") == "invalid_manifest"
        if not report.is_manifest_checked:
            raise CheckStoppedError(
                f"apps.manifest.validate: Slack answers {answer.get('error')}. "
                "A configuration token lasts 12 hours; make a new one at api.slack.com/apps."
            )
        errors = answer.get("errors", []) if not answer.get("ok") else []
        report.manifest = [
            ManifestRefusal(error.get("pointer", "/"), error.get("message", "")) for error in errors
        ]

    def _call(self, method: str, body: Json, *, token: str = "") -> tuple[Json, Mapping[str, str]]:
        """Call Slack; return the answer, ok or not, and its headers in lower case."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        for _ in range(TRIES):
            try:
                response = self._client.api_call(method, json=body, headers=headers)
            except SlackApiError as refused:
                response = refused.response
            except (SlackClientError, OSError, HTTPException) as failure:
                reason = type(failure).__name__
                raise CheckStoppedError(f"{method}: {reason}. Can Slack be reached from here?") from None
            known = {name.lower(): str(value) for name, value in response.headers.items()}
            if response.status_code != 429:  # noqa: PLR2004  # too many requests
                return _read(method, response.data), known
            self._pace.wait(float(known.get("retry-after", "30")))
        raise CheckStoppedError(f"{method}: Slack asks to wait again and again. Try later.")


def _read(method: str, answer: object) -> Json:
    if not isinstance(answer, dict):
        raise CheckStoppedError(f"{method}: the answer is not Slack's. Is there a proxy in between?")
    return answer


def _validated(sample: Sample) -> Json:
    """Return the arguments of blocks.validate: a view, or a message's blocks."""
    return sample.payload if sample.surface == "view" else {"blocks": sample.payload["blocks"]}


def _refusals(sample: Sample, answer: Json) -> list[Refusal]:
    if answer.get("ok"):
        return []
    error = str(answer.get("error"))
    if error not in _REFUSED:
        raise CheckStoppedError(f"blocks.validate: Slack answers {error}.")
    return [
        Refusal(
            sample.name,
            sample.language,
            str(problem.get("pointer", "/")),
            str(problem.get("message", error)),
            problem.get("constraint"),
            sample.is_bare,
        )
        for problem in answer.get("errors") or [{}]
    ]
