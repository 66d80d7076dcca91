"""The figures that are wanted of Dateline beside its peers, computed round by round.

It measures nothing itself. A figure whose peers were not measured is left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from evals.bench.crowd import Crowd
from evals.bench.step import Measured

Runs = Mapping[str, Sequence[Measured]]
DATELINE, STARTER = "Dateline", "LlamaIndex starter"
PASSAGES, ANSWERS = "Dateline's passages", "Dateline's answers"
CHROMA, TANTIVY = "only Chroma", "only tantivy"
STAGES = ("only reading and splitting", "only embedding", CHROMA, TANTIVY)
"""What Dateline does one after the other for every article, each alone."""


class Figure(NamedTuple):
    """What is measured, what is wanted of it, and its value in every round."""

    name: str
    wanted: str
    values: Sequence[float]
    form: str = ".1f"


def figures(indexing: Runs, asking: Runs, at_once: Sequence[Crowd]) -> Iterator[Figure]:
    """All that can be computed from these runs."""
    yield from _of_indexing(indexing)
    yield from _of_asking(asking)
    if at_once:
        name = f"{len(at_once[0].waits)} questions at once"
        ratios = [found.alone / found.together for found in at_once]
        yield Figure(f"{name}, times the throughput of one at a time", "≥ 1.6", ratios, ".2f")
        ratios = [found.relayed / found.together for found in at_once]
        yield Figure(f"{name}, times that of one at a time, relayed", "", ratios, ".2f")
        waits = [1000 * share(found.waits, 0.99) for found in at_once]
        yield Figure(f"{name}, p99 ms", "≤ 1,000", waits, ",.0f")


def share(seconds: Sequence[float], of: float) -> float:
    """The quantile."""
    return float(np.quantile(seconds, of))


def p50(run: Measured) -> float:
    """The median wait for a question in milliseconds."""
    return 1000 * share(run.each, 0.5)


def p99(run: Measured) -> float:
    """The wait in milliseconds that one question in a hundred exceeds."""
    return 1000 * share(run.each, 0.99)


def megabytes(run: Measured) -> float:
    """The most memory held."""
    return run.memory / 1e6


def _of_indexing(runs: Runs) -> Iterator[Figure]:
    if STARTER in runs:
        yield Figure(
            "indexing, times as fast as the LlamaIndex starter",
            "≥ 4",
            _ratios(runs[STARTER], runs[DATELINE], _seconds),
        )
    if all(name in runs for name in STAGES):
        slowest = max(STAGES, key=lambda name: sum(map(_seconds, runs[name])))
        yield Figure(
            f"indexing, of the speed of the slowest stage alone ({slowest})",
            "≥ 0.6",
            _ratios(runs[slowest], runs[DATELINE], _seconds),
            ".2f",
        )
    yield Figure("indexing, peak MB", "≤ 1,500", [*map(megabytes, runs[DATELINE])], ",.0f")


def _of_asking(runs: Runs) -> Iterator[Figure]:
    if CHROMA in runs and TANTIVY in runs:
        floor = zip(runs[CHROMA], runs[TANTIVY], strict=True)
        yield Figure(
            "passages, p50, times Chroma and tantivy one after the other",
            "≤ 2",
            [p50(m) / (p50(c) + p50(t)) for m, (c, t) in zip(runs[PASSAGES], floor, strict=True)],
        )
    yield Figure("passages, p99 ms", "≤ 40", [*map(p99, runs[PASSAGES])])
    yield Figure("answers, p50 ms", "≤ 50", [*map(p50, runs[ANSWERS])])
    yield Figure("answers, peak MB", "≤ 1,000", [*map(megabytes, runs[ANSWERS])], ",.0f")


def _ratios(
    one: Sequence[Measured], other: Sequence[Measured], of: Callable[[Measured], float]
) -> list[float]:
    return [of(a) / of(b) for a, b in zip(one, other, strict=True)]


def _seconds(run: Measured) -> float:
    return run.seconds
