"""How far a run has come, and how good it is so far: one line on standard error."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.render import console
from bot.llm import Price, Usage
from evals.figures.metrics import METRICS
from evals.run.runs import Record

RUNNING = ("answer_recall@5", "capped_recall@5", "answer_hit", "answered", "decline_recall")


def bar() -> Progress:
    """A bar on standard error, for a person; nothing where nobody watches."""
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=console(sys.stderr),
        disable=not sys.stderr.isatty(),
    )


class RunProgress:
    """A bar with the running figures, for a person; nothing where nobody watches.

    `usage` is what the language model has taken: requests, tokens, and dollars where their price
    is known. That given at first is of the answers `before`.
    """

    def __init__(
        self,
        questions: int,
        before: Sequence[Record] = (),
        usage: Mapping[str, float] = {},
    ) -> None:
        self.usage = dict(usage)
        self._usage_before = usage
        self._sums = dict.fromkeys(RUNNING, (0.0, 0.0))
        self._seen = 0
        self._bar = bar()
        for record in before:
            self._count(record)
        self._task = self._bar.add_task(self.figures, total=questions, completed=len(before))

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def advance(self, record: Record) -> None:
        """Count one more answer."""
        self._count(record)
        self._bar.update(self._task, advance=1, description=self.figures)

    def spent(self, usage: Usage, price: Price | None) -> None:
        """Tell what has been taken since the answers before."""
        amounts = asdict(usage) | ({"dollars": usage.cost(price)} if price else {})
        self.usage = {
            name: amount + self._usage_before.get(name, 0) for name, amount in amounts.items()
        }

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    @property
    def figures(self) -> str:
        """The figures so far, of the metrics that apply to a tenth of the questions at least."""
        figures = [
            f"{name} {amount / of:.2f}"
            for name, (amount, of) in self._sums.items()
            if of and of >= self._seen / 10
        ]
        if self.usage:
            read, written = self.usage["prompt_tokens"], self.usage["completion_tokens"]
            figures.append(f"{read:,} tokens read, {written:,} written")
        if "dollars" in self.usage:
            figures.append(f"${self.usage['dollars']:.4f}")
        return " · ".join(figures)

    def _count(self, record: Record) -> None:
        self._seen += 1
        for name, (amount, of) in self._sums.items():
            measured = METRICS[name](record)
            if measured:
                self._sums[name] = amount + measured[0], of + measured[1]
