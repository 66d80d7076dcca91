"""Scored runs as one page of HTML that needs nothing else: figures, plots, the worst questions.

It computes no figure; `evals.figures.score` does. Whatever is in articles, answers and gold is
escaped, and the page's own policy lets nothing load and no script but its own run.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.figures.compare import Comparison, Difference, verdict_of
from evals.figures.metrics import Texts
from evals.figures.names import LOWER_IS_BETTER, group_name, name_of
from evals.figures.score import ALL, Figure, Score
from evals.report.closeup import Question, worst
from evals.report.outcome import Outcome
from evals.report.plots import outcome_bars, outcome_counts, plots
from evals.run.header import flat
from evals.run.runs import Run
from index.errors import UsageError

if TYPE_CHECKING:
    from jinja2 import Template

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MADE_BY = '<meta name="generator" content="Dateline eval report">'
"""What tells a report from other pages."""
OF_THIS_MACHINE = ("gold.file", "store.directory", "configuration.store", "configuration.articles")
"""What a run's header says that means nothing to those a page is sent to."""

HEADLINES = (
    "answer_hit",
    "answer_recall@5",
    "hit@5",
    "answered",
    "decline_recall",
    "auroc",
    "citation_verbatim",
    "citation_support",
    "seconds_p50",
)
"""The figures on the cards, where they could be measured."""
WORDS = {
    "better": "better than",
    "worse": "worse than",
    "unclear": "no clear difference from",
}
"""What a card says of the difference from another run; the colour is not all that tells it."""


@dataclass(frozen=True, slots=True)
class Card:
    """A figure of the last run, the other runs' by letter, and the difference from one before."""

    metric: str
    figure: Figure
    earlier: Mapping[str, Figure]
    difference: Difference | None

    @property
    def verdict(self) -> str:
        """Whether the difference is better, worse or unclear; empty without one."""
        return verdict_of(self.metric, self.difference) if self.difference else ""


def page(
    name: str,
    scores: Sequence[Score],
    count: int,
    texts: Texts | None = None,
    comparison: Comparison | None = None,
) -> str:
    """The report on runs of the same gold; the `count` worst questions are those of the last.

    A hundred questions make a page of some two megabytes, most of it passages. `name` says what
    was asked. `texts` gives the articles that quotes are shown in; without it, passages serve.
    `comparison` is that of the last run with the one before it.
    """
    if len(scores) > len(LETTERS):
        raise UsageError(f"{len(scores)} runs are too many for one page; at most {len(LETTERS)}")
    named = dict(zip(LETTERS, scores, strict=False))
    runs = {letter: s.run for letter, s in named.items()}
    last = scores[-1]
    counts = outcome_counts(named)
    questions = worst(runs, count, texts)
    script = _beside("report.js")
    return _template().render(
        made_by=MADE_BY,
        style=_beside("report.css"),
        script=script,
        script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        name=name,
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        runs=runs,
        last=last,
        warnings=list(_warnings(runs)),
        cards=list(_cards(named, comparison)),
        differences=comparison.metrics if comparison else {},
        verdict_of=verdict_of,
        words=WORDS,
        tables=list(_tables(scores)),
        lower_is_better=LOWER_IS_BETTER,
        notes=list(dict.fromkeys(str(note) for s in scores for note in s.notes)),
        outcomes=[o for o in Outcome if any(count[o] for count in counts.values())],
        counts=counts,
        bars=outcome_bars(counts),
        plots=list(plots(named)),
        questions=questions,
        lost=sum(count for o, count in [*counts.values()][-1].items() if o.lost),
        filters=_filters(questions),
        facts=list(_facts(runs)),
    )


def check_out(out: Path) -> None:
    """Raise UsageError when no report can be written to `out`, or it holds something else."""
    if not out.parent.is_dir():
        raise UsageError(f"there is no folder {out.parent}; make it, or choose another --out")
    if out.is_dir():
        raise UsageError(f"{out} is a folder; name a file in it, such as {out / 'report.html'}")
    if out.exists() and not _is_report(out):
        raise UsageError(f"{out} is there and is no report; choose another --out")


def _is_report(path: Path) -> bool:
    try:
        with path.open("rb") as found:
            return MADE_BY.encode() in found.read(1_000)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; choose another --out") from error


def write_page(out: Path, text: str) -> None:
    """Write a report at once or not at all."""
    draft = out.with_name(f"{out.name}.new")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(out)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}") from error


def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  (only this command needs it)

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "amount": amount,
        "signed": signed,
        "name_of": name_of,
        "group_name": group_name,
    }
    return environment.from_string(_beside("report.html"))


def _beside(name: str) -> str:
    return files("evals.report").joinpath(name).read_text(encoding="utf-8")


def amount(value: float, metric: str = "") -> str:
    """A figure as people read it, in the unit of its metric."""
    if metric.startswith("seconds"):
        return f"{value:.3f} s" if value < 10 else f"{value:.1f} s"
    return f"{value:.3f}" if abs(value) <= 1 else f"{value:.1f}"


def signed(value: float, metric: str = "") -> str:
    """A difference as people read it, with its sign."""
    return f"{'−' if value < 0 else '+'}{amount(abs(value), metric)}"


def _warnings(runs: Mapping[str, Run]) -> Iterator[str]:
    for run in runs.values():
        if run.unanswered:
            total = len(run.records) + run.unanswered
            yield (
                f"{run.path.name} was not finished: {len(run.records)} of {total} questions are "
                "answered, and its figures are over these alone."
            )


def _cards(named: Mapping[str, Score], comparison: Comparison | None) -> Iterator[Card]:
    *others, (_, last) = named.items()
    differences = comparison.metrics if comparison else {}
    for metric in HEADLINES:
        if figure := last.groups[ALL].get(metric):
            earlier = {n: f for n, s in others if (f := s.groups[ALL].get(metric))}
            yield Card(metric, figure, earlier, differences.get(metric))


def _tables(scores: Sequence[Score]) -> Iterator[tuple[str, list[tuple[str, list[Any]]]]]:
    """For every group of questions, its metrics with a figure a run (None where not measured)."""
    for group in dict.fromkeys(group for s in scores for group in s.groups):
        of = [s.groups.get(group, {}) for s in scores]
        metrics = dict.fromkeys(metric for figures in of for metric in figures)
        yield group, [(metric, [figures.get(metric) for figures in of]) for metric in metrics]


def _filters(questions: Sequence[Question]) -> dict[str, list[str]]:
    """What the questions can be filtered by, where they differ in it."""
    values = {
        "outcome": [str(q.verdict.outcome) for q in questions],
        "kind": [q.gold.kind for q in questions],
        "status": [q.verdict.answer["status"] for q in questions],
        "collection": [q.gold.collection or "" for q in questions],
    }
    return {name: sorted(set(of) - {""}) for name, of in values.items() if len(set(of)) > 1}


def _facts(runs: Mapping[str, Run]) -> Iterator[tuple[str, list[str]]]:
    """What made the runs, by name, with a value a run."""
    yield "answers", [str(len(run.records)) for run in runs.values()]
    headers = [dict(flat(asdict(run.header))) if run.header else {} for run in runs.values()]
    for name in dict.fromkeys(name for header in headers for name in header):
        values = [header.get(name) for header in headers]
        if name not in OF_THIS_MACHINE and any(value not in (None, {}, []) for value in values):
            yield name, ["–" if value is None else str(value) for value in values]
