"""What was measured, as tables in Markdown.

It measures nothing itself.
"""

from collections.abc import Iterator, Sequence
from statistics import median

from evals.bench.crowd import Crowd
from evals.bench.wanted import STARTER, Runs, figures, megabytes, p50, p99


def tables(indexing: Runs, asking: Runs, at_once: Sequence[Crowd]) -> Iterator[str]:
    """Lines of Markdown: the figures that are wanted, then all of indexing and of asking."""
    yield from _wanted(indexing, asking, at_once)
    yield from _indexing(indexing)
    yield from _asking(asking)


def row(*cells: str) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"


def _wanted(indexing: Runs, asking: Runs, at_once: Sequence[Crowd]) -> Iterator[str]:
    yield "## Beside what is wanted"
    yield ""
    yield "Medians, and in brackets the least and the most of all rounds."
    yield ""
    yield "| | measured | wanted |"
    yield "| --- | --- | --- |"
    for figure in figures(indexing, asking, at_once):
        yield row(figure.name, _spread(figure.values, figure.form), figure.wanted)
    yield ""


def _indexing(runs: Runs) -> Iterator[str]:
    yield "## Indexing"
    yield ""
    yield "| | passages | seconds | times the starter | CPU s | peak MB |"
    yield "| --- | --- | --- | --- | --- | --- |"
    starter = runs.get(STARTER, ())
    for name, measured in runs.items():
        times = [s.seconds / m.seconds for s, m in zip(starter, measured, strict=False)]
        yield row(
            name,
            f"{measured[0].done:,}",
            _spread([m.seconds for m in measured], ".1f"),
            _spread(times, ".1f") if times else "",
            _spread([m.cpu for m in measured], ".1f"),
            f"{max(map(megabytes, measured)):,.0f}",
        )
    yield ""


def _asking(runs: Runs) -> Iterator[str]:
    yield "## Asking, one question after another"
    yield ""
    yield "| | p50 ms | p99 ms | CPU ms | peak MB |"
    yield "| --- | --- | --- | --- | --- |"
    for name, measured in runs.items():
        yield row(
            name,
            _spread([*map(p50, measured)], ".1f"),
            _spread([*map(p99, measured)], ".1f"),
            _spread([1000 * m.cpu / m.done for m in measured], ".1f"),
            f"{max(map(megabytes, measured)):,.0f}",
        )
    yield ""


def _spread(values: Sequence[float], form: str) -> str:
    """The median, and from the least to the most."""
    said = f"{median(values):{form}}"
    if len(values) == 1:
        return said
    return f"{said} ({min(values):{form}}–{max(values):{form}})"
