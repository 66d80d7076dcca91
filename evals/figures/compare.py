"""Two runs of the same gold, question by question.

Every difference is B less A, over the questions both have answered, with a bootstrap interval and
the p-value of a paired permutation test.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from evals.figures.bootstrap import paired
from evals.figures.metrics import Texts, answer_hit
from evals.figures.names import LOWER_IS_BETTER, name_of
from evals.figures.score import measure, statistics
from evals.run.header import differences
from evals.run.runs import Record, Run
from index.errors import UsageError

UNLIKELY = 0.05
"""The p-value below which a difference counts as clear."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric in both runs: `value` is b less a, `n` how many questions it is about.

    `low` and `high` are the ends of the 95 % interval of the difference; `p` is how often one
    as large would come from answers that change sides at random.
    """

    a: float
    b: float
    value: float
    low: float
    high: float
    p: float
    n: int

    @property
    def is_none(self) -> bool:
        """Whether every question counts the same in both runs."""
        return not any((self.value, self.low, self.high))

    @property
    def is_clear(self) -> bool:
        """Whether the whole interval is on one side of zero, and chance is unlikely."""
        return (self.low > 0 or self.high < 0) and self.p < UNLIKELY


@dataclass(frozen=True, slots=True)
class Flip:
    """A question whose verdict differs: hit, miss, answered (no gold string), declined or reply."""

    before: str
    after: str
    a: Record
    b: Record


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two runs; `left_out` is how many questions only one of them has."""

    a: Run
    b: Run
    questions: int
    left_out: int
    metrics: Mapping[str, Difference]
    flips: tuple[Flip, ...]
    made_with: Mapping[str, tuple[object, object]]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The comparison as `eval compare --json` prints it."""
        return {
            "a": str(self.a.path),
            "b": str(self.b.path),
            "questions": self.questions,
            "left_out": self.left_out,
            "metrics": {name: asdict(found) for name, found in self.metrics.items()},
            "flips": [
                {
                    "id": flip.a.gold.id,
                    "question": flip.a.gold.question,
                    "gold": list(flip.a.gold.answers),
                    "a": _told(flip.before, flip.a),
                    "b": _told(flip.after, flip.b),
                }
                for flip in self.flips
            ],
            "made_with": {name: {"a": a, "b": b} for name, (a, b) in self.made_with.items()},
            "notes": list(self.notes),
        }


def compare(
    a: Run, b: Run, texts_a: Texts | None = None, texts_b: Texts | None = None
) -> Comparison:
    """Everything that differs; quotes are checked where both runs' articles are at hand.

    Raises UsageError when the runs have no question in common.
    """
    of_a, of_b = _keyed(a), _keyed(b)
    shared = [key for key in of_a if key in of_b]
    if not shared:
        raise UsageError(f"{a.path} and {b.path} have no question in common")
    ours, theirs = [of_a[key] for key in shared], [of_b[key] for key in shared]
    checked = texts_a is not None and texts_b is not None
    metrics = _differences(ours, theirs, texts_a if checked else None, texts_b if checked else None)
    headers = a.header and b.header and differences(a.header, b.header)
    return Comparison(
        a=a,
        b=b,
        questions=len(shared),
        left_out=len(of_a) + len(of_b) - 2 * len(shared),
        metrics=metrics,
        flips=tuple(_flips(ours, theirs)),
        made_with=headers or {},
        notes=tuple(_notes(a, b, checked)),
    )


def worse(comparison: Comparison, limits: Sequence[tuple[str, float]]) -> list[str]:
    """The metrics of `limits` that are worse in b by more than their delta.

    It is the difference itself that counts, not its interval. Raises UsageError for a metric
    that is not compared, so that a limit never holds for want of a figure.
    """
    for name, delta in limits:
        if name not in comparison.metrics:
            known = ", ".join(comparison.metrics)
            raise UsageError(f"{name!r} is not compared here; use one of {known}")
        if not (math.isfinite(delta) and delta >= 0):
            raise UsageError(f"{name}: {delta} will not do as a delta; it takes a number from 0")
    return [name for name, delta in limits if _loss(name, comparison.metrics[name]) > delta + 1e-12]


def verdict_of(metric: str, found: Difference) -> Literal["better", "worse", "unclear"]:
    """Whether B is better than A in this metric, as far as is clear."""
    if not found.is_clear:
        return "unclear"
    return "worse" if _loss(metric, found) > 0 else "better"


def _loss(metric: str, found: Difference) -> float:
    return found.value if metric in LOWER_IS_BETTER else -found.value


def _keyed(run: Run) -> dict[tuple[str, int], Record]:
    """Every answer by its id and how many before it have the same."""
    seen: Counter[str] = Counter()
    keyed = {}
    for record in run.records:
        keyed[record.gold.id, seen[record.gold.id]] = record
        seen[record.gold.id] += 1
    return keyed


def _differences(
    ours: Sequence[Record],
    theirs: Sequence[Record],
    texts_a: Texts | None,
    texts_b: Texts | None,
) -> dict[str, Difference]:
    rows_a, rows_b = measure(ours, texts_a), measure(theirs, texts_b)
    both = {name: np.concatenate([rows, rows_b[name]]) for name, rows in rows_a.items()}
    counted = statistics([*ours, *theirs], both)
    pairs = paired({name: c.of for name, c in counted.items()}, len(ours))
    about = {name: c.about.reshape(2, -1).any(axis=0) for name, c in counted.items()}
    return {name: Difference(*pair, int(about[name].sum())) for name, pair in pairs.items()}


def _flips(ours: Sequence[Record], theirs: Sequence[Record]) -> Iterator[Flip]:
    for a, b in zip(ours, theirs, strict=True):
        before, after = _verdict(a), _verdict(b)
        if before != after:
            yield Flip(before, after, a, b)


def _told(verdict: str, record: Record) -> dict[str, str]:
    shown = {name: record.answer[name] for name in ("status", "answer")}
    return {"verdict": verdict, **shown}


def _verdict(record: Record) -> str:
    if not record.said:
        return "declined" if record.declined else "reply"
    hit = answer_hit(record)
    if hit is None:
        return "answered"
    return "hit" if hit[0] else "miss"


def _notes(a: Run, b: Run, checked: bool) -> Iterator[str]:
    for run in (a, b):
        if run.header is None:
            yield f"{run.path} has no header, so what made it is not compared"
        if run.unanswered:
            yield f"{run.path} is not complete: {run.unanswered} questions are not answered"
    if not checked:
        name = name_of("citation_verbatim")
        yield f"{name}: not measured, the articles of both runs are not at hand"
