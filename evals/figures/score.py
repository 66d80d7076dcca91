"""The figures of a run: every metric over all questions and over each group of them.

Every figure has an interval and its number of questions. One that cannot be computed is not there,
and a note says why.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evals.figures.bootstrap import (
    Numbers,
    Statistic,
    aurc,
    auroc,
    bin_of,
    calibration_error,
    intervals,
    quantile,
    ratio,
    risk_coverage,
    value_of,
)
from evals.figures.metrics import (
    METRICS,
    Measured,
    Texts,
    answer_recall,
    citation_verbatim,
    retrieval,
)
from evals.figures.names import NAMES, base, name_of
from evals.gold.format import Gold
from evals.gold.strings import SHORT
from evals.run.runs import Record, Run

BINS = 10
"""Of the calibration: widths of 0.1."""
CURVE_KS = range(1, 11)
ALL = "all"
ORDER = tuple(NAMES)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the ends of its 95 % bootstrap interval, from `n` questions."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Point:
    """With `threshold`, the share of questions covered and of those the share without answer."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions with a confidence from `low` to `high`: their mean confidence, and of how
    many the articles hold an answer."""

    low: float
    high: float
    confidence: float
    holds: Figure


@dataclass(frozen=True, slots=True)
class Threshold:
    """The threshold that answers and declines best, and the shares it would answer and decline
    of the questions with and without an answer."""

    value: float
    answered: Figure
    declined: Figure


@dataclass(frozen=True, slots=True)
class Curves:
    """What plots show; each is empty where it cannot be computed.

    `recall` holds figures at k by metric; `seconds` every answer's time, in ascending order.
    """

    risk_coverage: tuple[Point, ...] = ()
    calibration: tuple[Bin, ...] = ()
    recall: Mapping[str, Mapping[int, Figure]] = field(default_factory=dict)
    seconds: tuple[float, ...] = ()


class Note(NamedTuple):
    """Why some metrics are not there, or leave questions out."""

    metrics: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        """The note with the names of its metrics."""
        return f"{', '.join(map(name_of, self.metrics))}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of a run, by group ("all" first) and metric."""

    run: Run
    groups: Mapping[str, Mapping[str, Figure]]
    curves: Curves
    threshold: Threshold | None
    notes: tuple[Note, ...]

    def as_json(self) -> dict[str, Any]:
        """The score without the answers, as `eval score --json` prints it."""
        header = self.run.header
        return {
            "run": str(self.run.path),
            "questions": len(self.run.records),
            "unanswered": self.run.unanswered,
            "groups": {g: {m: asdict(f) for m, f in of.items()} for g, of in self.groups.items()},
            "threshold": self.threshold and asdict(self.threshold),
            "curves": asdict(self.curves),
            "usage": header.usage if header else {},
            "notes": list(map(str, self.notes)),
        }


def score(run: Run, texts: Texts | None = None) -> Score:
    """All figures of a run; `texts` gives the articles, without which quotes go unchecked."""
    measured = measure(run.records, texts)
    groups = {}
    for name, members in _groups(run.records).items():
        records = [run.records[n] for n in members]
        rows = {metric: values[members] for metric, values in measured.items()}
        groups[name] = figures(statistics(records, rows), len(records))
    return Score(
        run=run,
        groups=groups,
        curves=_curves(run.records),
        threshold=_threshold(run.records),
        notes=tuple(_notes(groups[ALL], texts is not None)),
    )


# Figures


class Counted(NamedTuple):
    """A statistic of a set of records, and which of them it is about."""

    of: Statistic
    about: NDArray[np.bool_]


def figures(counted: Mapping[str, Counted], questions: int) -> dict[str, Figure]:
    """The statistics of `questions` records with their intervals."""
    ends = intervals({name: c.of for name, c in counted.items()}, questions)
    return {
        name: Figure(value_of(c.of, questions), *ends[name], int(c.about.sum()))
        for name, c in counted.items()
    }


def _share(right: NDArray[np.bool_], among: NDArray[np.bool_]) -> Figure:
    """The share of what is right among some of the records."""
    statistic = ratio((right & among).astype(float), among.astype(float))
    return figures({"share": Counted(statistic, among)}, len(among))["share"]


def measure(records: Sequence[Record], texts: Texts | None) -> dict[str, Numbers]:
    """Every metric of every record as rows `(amount, of)`; 0, 0 where it does not apply."""
    metrics = METRICS | ({"citation_verbatim": partial(citation_verbatim, texts)} if texts else {})
    values: dict[str, list[Measured]] = retrieval(records)
    values |= {name: [metric(r) for r in records] for name, metric in metrics.items()}
    return {name: _rows(column) for name, column in values.items()}


def _rows(values: Sequence[Measured]) -> Numbers:
    return np.array([value or (0, 0) for value in values], dtype=float).reshape(-1, 2)


def statistics(records: Sequence[Record], measured: Mapping[str, Numbers]) -> dict[str, Counted]:
    """Every statistic that these records allow, by the name of its metric.

    `measured` holds their rows; the statistics take weights of the records in this order.
    """
    found = {
        name: Counted(ratio(*rows.T), rows[:, 1] > 0)
        for name, rows in measured.items()
        if rows[:, 1].any()
    }
    if {"answered", "decline_recall"} <= found.keys():
        one, other = found["answered"], found["decline_recall"]
        found["balance"] = Counted(lambda w: (one.of(w) + other.of(w)) / 2, one.about | other.about)
    about, confidence, holds = _confidence(records)
    if holds.any() and not holds.all():
        for name, statistic in {
            "auroc": auroc(confidence, holds),
            "aurc": aurc(confidence, holds),
            "ece": calibration_error(confidence, holds, BINS),
        }.items():
            found[name] = Counted(_among(about, statistic), about)
    timed = np.array(["seconds" in r.answer for r in records], dtype=bool)
    if timed.any():
        seconds = np.array(_seconds(records))
        for name, share in (("seconds_p50", 0.5), ("seconds_p99", 0.99)):
            found[name] = Counted(_among(timed, quantile(seconds, share)), timed)
    return dict(sorted(found.items(), key=lambda item: ORDER.index(base(item[0]))))


def _among(about: NDArray[np.bool_], statistic: Statistic) -> Statistic:
    return lambda weights: statistic(weights[:, about])


def _confidence(
    records: Sequence[Record],
) -> tuple[NDArray[np.bool_], Numbers, NDArray[np.bool_]]:
    """Which records have a confidence and either an answer or none; both of these of each."""
    about = ["confidence" in r.answer and r.gold.kind != "underspecified" for r in records]
    chosen = list(compress(records, about))
    return (
        np.array(about, dtype=bool),
        np.array([r.answer["confidence"] for r in chosen], dtype=float),
        np.array([r.gold.has_answer for r in chosen], dtype=bool),
    )


def _seconds(records: Sequence[Record]) -> list[float]:
    return [float(r.answer["seconds"]) for r in records if "seconds" in r.answer]


def _groups(records: Sequence[Record]) -> dict[str, list[int]]:
    """Which records are in each group; a label that all share makes no group."""
    groups: dict[str, list[int]] = {ALL: list(range(len(records)))}
    labellings: tuple[Callable[[Gold], str | None], ...] = (
        lambda g: f"kind:{g.kind}",
        lambda g: g.collection and f"collection:{g.collection}",
        lambda g: "multi-turn" if g.history else "single-turn",
    )
    for labelled in labellings:
        labels = [labelled(r.gold) for r in records]
        for label in dict.fromkeys(filter(None, labels)):
            members = [n for n, found in enumerate(labels) if found == label]
            if len(members) < len(records):
                groups[label] = members
    return groups


# Curves


def _curves(records: Sequence[Record]) -> Curves:
    return Curves(
        risk_coverage=tuple(_risk_coverage(records)),
        calibration=tuple(_calibration(records)),
        recall=_recall(records),
        seconds=tuple(sorted(_seconds(records))),
    )


def _risk_coverage(records: Sequence[Record]) -> Iterator[Point]:
    _, confidence, holds = _confidence(records)
    if holds.any() and not holds.all():
        for point in zip(*risk_coverage(confidence, holds), strict=True):
            yield Point(*map(float, point))


def _calibration(records: Sequence[Record]) -> Iterator[Bin]:
    _, confidence, holds = _confidence(records)
    bins = bin_of(confidence, BINS)
    for number in range(BINS):
        inside = bins == number
        if inside.any():
            mean = float(confidence[inside].mean())
            yield Bin(number / BINS, (number + 1) / BINS, mean, _share(holds, inside))


def _recall(records: Sequence[Record]) -> dict[str, dict[int, Figure]]:
    values = retrieval(records, CURVE_KS)
    values |= {f"answer_recall@{k}": [answer_recall(k, r) for r in records] for k in CURVE_KS}
    found = statistics(records, {name: _rows(column) for name, column in values.items()})
    at_k = {name: counted for name, counted in found.items() if "@" in name}
    curves: dict[str, dict[int, Figure]] = {}
    for name, figure in figures(at_k, len(records)).items():
        curves.setdefault(base(name), {})[int(name.partition("@")[2])] = figure
    return curves


def _threshold(records: Sequence[Record]) -> Threshold | None:
    """Halfway between the two confidences where the mean of both shares is best."""
    _, confidence, holds = _confidence(records)
    if not holds.any() or holds.all():
        return None
    values = np.unique(confidence)
    cuts = np.concatenate([[0.0], (values[1:] + values[:-1]) / 2])
    answers = confidence >= cuts[:, None]
    shares = (answers & holds).sum(axis=1) / holds.sum()
    shares += (~answers & ~holds).sum(axis=1) / (~holds).sum()
    best = int(shares.argmax())

    return Threshold(
        float(cuts[best]), _share(answers[best], holds), _share(~answers[best], ~holds)
    )


# Notes

_SOURCES = "no question that has an answer names gold sources"
_STRINGS = f"no question has a gold answer of {SHORT} words or fewer"
_CITATIONS = "no answer has a citation"
_BOTH = "it takes answers with a confidence to questions that have an answer and that have none"
_NO_TEXTS = "the texts of the articles are not at hand; name them with --articles"
_UNCLEAR = "no question is underspecified"
_REASONS = {
    "mrr": _SOURCES,
    "hit": _SOURCES,
    "recall": _SOURCES,
    "capped_recall": _SOURCES,
    "ndcg": _SOURCES,
    "answer_recall": _STRINGS,
    "answer_hit": _STRINGS,
    "answer_hit_when_answered": f"{_STRINGS}, or none of these was answered",
    "f1": "no question has a gold answer",
    "exact_match": "no question has a gold answer",
    "choice": "no question offers choices of which one is the gold answer",
    "words": "no question that has an answer was answered",
    "cited": "no question was answered",
    "citation_verbatim": _CITATIONS,
    "citation_precision": f"{_CITATIONS}, or {_SOURCES}",
    "citation_recall": f"{_SOURCES} and was answered",
    "citation_support": _CITATIONS,
    "answered": "no question has an answer",
    "decline_precision": "no question was declined",
    "decline_recall": "every question has an answer",
    "asked_back": _UNCLEAR,
    "unclear_not_answered": _UNCLEAR,
    "balance": "it takes questions that have an answer and that have none",
    "auroc": _BOTH,
    "aurc": _BOTH,
    "ece": _BOTH,
    "seconds_p50": "the answers carry no seconds",
    "seconds_p99": "the answers carry no seconds",
}


def _notes(found: Mapping[str, Figure], has_texts: bool) -> Iterator[Note]:
    """Why metrics are not among those `found`, or on few questions; one note for each reason."""
    there = set(map(base, found))
    missing: dict[str, list[str]] = {}
    reasons = _REASONS | ({} if has_texts else {"citation_verbatim": _NO_TEXTS})
    for name, reason in reasons.items():
        if name not in there:
            missing.setdefault(reason, []).append(name)
    for reason, names in missing.items():
        yield Note(tuple(names), f"not measured, {reason}")
    if "answer_hit" in found and (others := found["f1"].n - found["answer_hit"].n):
        yield Note(
            ("answer_recall", "answer_hit"),
            f"{others} questions are left out, for their gold answers have more than {SHORT} words",
        )
