"""Help that teaches: every command shows lines to try as they are, and how it ends."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

FAILED = 1
_ENDS = {0: "done", FAILED: "it could not be done, and the words say why", 2: "it was called in a wrong way"}


class CommandWithExamples(click.Command):
    """A command with examples, each a line and what it does, and with the meaning of its exit codes."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - click's own, given on as they are
        examples: Sequence[tuple[str, str]] = (),
        ends: Mapping[int, str] | None = None,
        **kwargs: Any,  # noqa: ANN401 - likewise
    ) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)
        self.ends = _ENDS | dict(ends or {})

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """After the options: what to type, and what comes of it."""
        with formatter.section("Examples"):
            for line, what in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")
                formatter.indent()
                formatter.write_text(what)
                formatter.dedent()
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in sorted(self.ends.items())])
        super().format_epilog(ctx, formatter)
