"""What was measured, as drawings with their own words.

It measures nothing itself.
"""

from collections.abc import Mapping, Sequence
from io import StringIO
from statistics import median
from typing import TYPE_CHECKING

# ruff: noqa: PLC0415  (Matplotlib takes a second to load)
if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]
MARKERS = "osD^vPX*"


def bars(values: Mapping[str, Sequence[float]], x: str) -> str:
    """One bar a name as SVG: the median of its values, and from the least to the most."""
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
    _measure(axes, "x")
    return _svg(figure)


def curves(
    series: Mapping[str, Sequence[Point]], x: str, y: str, log: Sequence[str] = ("x", "y")
) -> str:
    """One line a name through its points as SVG; `log` names the logarithmic axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for n, (name, points) in enumerate(series.items()):
        axes.plot(*zip(*points, strict=True), label=name, marker=MARKERS[n % len(MARKERS)])
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    for name in log:
        _measure(axes, name)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper", fontsize="small")
    return _svg(figure)


def _measure(axes: "Axes", name: str) -> None:
    """Make an axis logarithmic, its numbers written out."""
    axes.set(**{f"{name}scale": "log"})
    axis = getattr(axes, f"{name}axis")
    axis.set_major_formatter("{x:,.10g}")
    axis.set_minor_formatter("")


def _svg(figure: "Figure") -> str:
    drawn = StringIO()
    figure.savefig(drawn, format="svg")
    return drawn.getvalue()
