"""What a report plots of scored runs, each plot with a table that says the same.

It computes no figure and draws no line itself: `evals.figures.score` and `evals.report.charts` do.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evals.figures.names import name_of
from evals.figures.score import ALL, Figure, Score
from evals.report.charts import Line, lines, stacked
from evals.report.outcome import Outcome, outcome

Row = Sequence[str]

LATENCIES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
COVERAGES = tuple(n / 10 for n in range(1, 11))
FOLLOWED = ("answer_hit", "answer_recall@5", "hit@5", "answered", "decline_recall", "auroc")
"""The figures followed over time."""
TOO_NEAR = 0.05
"""Of the time axis: closer than this, two runs have no room for a letter each."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, what it shows, and the same as a table."""

    title: str
    said: str
    svg: str
    head: Row
    rows: Sequence[Row]


def plots(scores: Mapping[str, Score]) -> Iterator[Plot]:
    """Every plot that these runs have the figures for; `scores` by the letter of the run."""
    yield from _risk_coverage(scores)
    yield from _calibration(scores)
    yield from _recall(scores, "answer_recall")
    yield from _recall(scores, "recall")
    yield from _latency(scores)
    yield from _over_time(scores)


def outcome_counts(scores: Mapping[str, Score]) -> dict[str, Counter[Outcome]]:
    """How many questions came to which outcome, by the letter of the run."""
    return {n: Counter(map(outcome, s.run.records)) for n, s in scores.items()}


def outcome_bars(counts: Mapping[str, Counter[Outcome]]) -> str:
    """The outcomes of each run as a bar."""
    bars = {n: [of[o] / of.total() for o in Outcome] for n, of in counts.items()}
    return stacked(bars, "share of the questions", said="Share of every outcome; the table follows")


def _risk_coverage(scores: Mapping[str, Score]) -> Iterator[Plot]:
    curves = {n: s.curves.risk_coverage for n, s in scores.items() if s.curves.risk_coverage}
    if not curves:
        return
    rows = []
    for letter, points in curves.items():
        for coverage in COVERAGES:
            point = min(points, key=lambda p: abs(p.coverage - coverage))
            rows.append((letter, *_three(point.threshold, point.coverage, point.risk)))
    yield Plot(
        "Risk and coverage",
        "Answering only where the confidence reaches a threshold: of the questions answered, how "
        "many have no answer. Lower is better.",
        lines(
            [Line(n, [(p.coverage, p.risk) for p in points]) for n, points in curves.items()],
            "coverage: share answered",
            "risk: share without answer",
            said="Risk against coverage",
            marked=False,
        ),
        ("Run", "Threshold", "Coverage", "Risk"),
        rows,
    )


def _calibration(scores: Mapping[str, Score]) -> Iterator[Plot]:
    curves = {n: s.curves.calibration for n, s in scores.items() if s.curves.calibration}
    if not curves:
        return
    yield Plot(
        "Calibration",
        "Of the questions with about this confidence, how many the articles do answer. On the "
        "dotted line, the confidence is true.",
        lines(
            [
                Line(
                    name,
                    [(b.confidence, b.holds.value) for b in bins],
                    [(b.holds.low, b.holds.high) for b in bins],
                )
                for name, bins in curves.items()
            ],
            "mean confidence",
            "share with an answer",
            said="Share of questions with an answer against confidence",
            diagonal=True,
        ),
        ("Run", "Confidence", "Mean", "With an answer", "Questions"),
        [
            (
                name,
                f"{b.low:.1f}–{b.high:.1f}",
                *_three(b.confidence),
                _interval(b.holds),
                str(b.holds.n),
            )
            for name, bins in curves.items()
            for b in bins
        ],
    )


def _recall(scores: Mapping[str, Score], metric: str) -> Iterator[Plot]:
    curves = {n: s.curves.recall[metric] for n, s in scores.items() if metric in s.curves.recall}
    if not curves:
        return
    title = name_of(metric)
    ks = {float(k): str(k) for figures in curves.values() for k in figures}
    yield Plot(
        title,
        "How many passages it takes to hold what is asked for. Higher is better.",
        lines(
            [
                Line(
                    name,
                    [(k, f.value) for k, f in figures.items()],
                    [(f.low, f.high) for f in figures.values()],
                )
                for name, figures in curves.items()
            ],
            "k passages",
            "share",
            said=f"{title}, against k",
            shares="y",
            ticks=ks,
        ),
        ("Run", "k", "Share", "Questions"),
        [
            (name, str(k), _interval(f), str(f.n))
            for name, figures in curves.items()
            for k, f in figures.items()
        ],
    )


def _latency(scores: Mapping[str, Score]) -> Iterator[Plot]:
    times = {n: s.curves.seconds for n, s in scores.items() if any(s.curves.seconds)}
    if not times:
        return
    yield Plot(
        "Latency",
        "How many of the answers were there after so many seconds. Further left is better.",
        lines(
            [
                Line(n, [(t, i / len(ts)) for i, t in enumerate(ts, 1) if t > 0])
                for n, ts in times.items()
            ],
            "seconds",
            "share of answers",
            said="Share of answers against seconds",
            shares="y",
            marked=False,
            log=True,
        ),
        ("Run", "Share of answers", "Seconds"),
        [
            (name, f"{share:.0%}", f"{ts[max(0, round(share * len(ts)) - 1)]:.3f}")
            for name, ts in times.items()
            for share in LATENCIES
        ],
    )


def _over_time(scores: Mapping[str, Score]) -> Iterator[Plot]:
    dated = sorted(
        (datetime.fromisoformat(s.run.header.started), letter, s.groups[ALL])
        for letter, s in scores.items()
        if s.run.header
    )
    followed = [name for name in FOLLOWED if all(name in figures for _, _, figures in dated)]
    if len(dated) < 2 or not followed:
        return
    yield Plot(
        "Runs over time",
        "The same figures of every run, placed by when it started.",
        lines(
            [
                Line(
                    name_of(name),
                    [(day.timestamp(), figures[name].value) for day, _, figures in dated],
                    [(figures[name].low, figures[name].high) for _, _, figures in dated],
                )
                for name in followed
            ],
            "run, by when it started",
            "figure",
            said="Figures of the runs over time",
            shares="y",
            ticks=_letters([(day.timestamp(), letter) for day, letter, _ in dated]),
        ),
        ("Run", "Started", *map(name_of, followed)),
        [
            (letter, f"{day:%Y-%m-%d %H:%M}", *(_interval(figures[name]) for name in followed))
            for day, letter, figures in dated
        ],
    )


def _letters(runs: Sequence[tuple[float, str]]) -> dict[float, str]:
    """The runs' letters at their times; those too near the one before share its place."""
    room = TOO_NEAR * (runs[-1][0] - runs[0][0])
    placed: dict[float, str] = {}
    for time, letter in runs:
        before = next(reversed(placed), None)
        if before is not None and time - before <= room:
            placed[before] += letter
        else:
            placed[time] = letter
    return placed


def _interval(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"


def _three(*values: float) -> tuple[str, ...]:
    return tuple(f"{value:.3f}" for value in values)
