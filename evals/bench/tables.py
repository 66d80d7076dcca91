"""What was measured, as tables in Markdown and as plots.

It measures nothing itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from statistics import median

import numpy as np

from evals.bench.crowd import Crowd
from evals.bench.step import Measured

# ruff: noqa: PLC0415  (Matplotlib takes a second to load)
Runs = Mapping[str, Sequence[Measured]]
STARTER = "LlamaIndex starter"


def tables(indexing: Runs, asking: Runs, at_once: Sequence[Crowd]) -> Iterator[str]:
    """Lines of Markdown: indexing, asking, and many asking at once."""
    yield from _indexing(indexing)
    yield from _asking(asking)
    yield from _at_once(at_once)
    yield ""


def plots(indexing: Runs, asking: Runs) -> Iterator[tuple[str, str]]:
    """Named SVG drawings: how long the articles take to index, and a question to answer."""
    taken = {name: [m.seconds for m in runs] for name, runs in indexing.items()}
    yield "indexing", _bars(taken, "seconds for all articles")
    waits = {n: [1000 * _share(m.each, 0.5) for m in runs] for n, runs in asking.items()}
    yield "asking", _bars(waits, "milliseconds a question, median")


def _indexing(runs: Runs) -> Iterator[str]:
    yield "## Indexing"
    yield ""
    yield "| | passages | seconds | times the starter | CPU s | peak MB |"
    yield "| --- | --- | --- | --- | --- | --- |"
    starter = median(m.seconds for m in runs[STARTER])
    for name, measured in runs.items():
        yield _row(
            name,
            f"{measured[0].done:,}",
            _spread([m.seconds for m in measured], ".1f"),
            _spread([starter / m.seconds for m in measured], ".1f"),
            f"{median(m.cpu for m in measured):.1f}",
            f"{max(m.memory for m in measured) / 1e6:,.0f}",
        )
    yield ""


def _asking(runs: Runs) -> Iterator[str]:
    yield "## Asking, one question after another"
    yield ""
    yield "| | p50 ms | p99 ms | CPU ms | peak MB |"
    yield "| --- | --- | --- | --- | --- |"
    for name, measured in runs.items():
        yield _row(
            name,
            _spread([1000 * _share(m.each, 0.5) for m in measured], ".1f"),
            _spread([1000 * _share(m.each, 0.99) for m in measured], ".1f"),
            f"{median(1000 * m.cpu / m.done for m in measured):.1f}",
            f"{max(m.memory for m in measured) / 1e6:,.0f}",
        )
    yield ""


def _at_once(found: Sequence[Crowd]) -> Iterator[str]:
    yield f"## {len(found[0].waits)} questions at once"
    yield ""
    yield "| | |"
    yield "| --- | --- |"
    yield _row(
        "times the throughput of one at a time",
        _spread([c.alone / c.together for c in found], ".2f"),
    )
    yield _row("p99 ms", _spread([1000 * _share(c.waits, 0.99) for c in found], ".0f"))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _share(seconds: Sequence[float], share: float) -> float:
    return float(np.quantile(seconds, share))


def _spread(values: Sequence[float], form: str) -> str:
    """The median, and from the least to the most."""
    said = f"{median(values):{form}}"
    if len(values) == 1:
        return said
    return f"{said} ({min(values):{form}}–{max(values):{form}})"


def _bars(values: Mapping[str, Sequence[float]], x: str) -> str:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 0.5 + 0.4 * len(values)), layout="constrained")
    axes = figure.subplots()
    middle = [median(found) for found in values.values()]
    reach = [
        [m - min(found) for m, found in zip(middle, values.values(), strict=True)],
        [max(found) - m for m, found in zip(middle, values.values(), strict=True)],
    ]
    axes.barh([*values], middle, xerr=reach, color="#4a6fa5", ecolor="#222222", capsize=2)
    axes.invert_yaxis()
    axes.set_xlabel(x)
    axes.set_xscale("log")
    drawn = StringIO()
    figure.savefig(drawn, format="svg")
    return drawn.getvalue()
