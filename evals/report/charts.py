"""Lines and bars as inline SVG that takes its colours from the page around it.

It knows no metric and no run. Text stays text; every colour is a CSS variable of the page
(`--ink`, `--rule`, `--series-1` … `--series-8`, `--part-1` … `--part-8`), so that one drawing
serves light and dark.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal

# ruff: noqa: PLC0415  (Matplotlib takes a second to load)
if TYPE_CHECKING:
    from matplotlib.axes import Axes

SERIES = 8
"""Colours there are; a ninth line has the first one's again."""
SIZE = (3.7, 2.7)
"""Inches; drawn small, so that its words can still be read on a phone."""
ROOM = 46
"""Letters that fit in a line of a legend, in which a name has eight letters' room beside it."""
INK, RULE = "#00fe01", "#00fe02"
"""Colours that nobody would choose, to be found again in what Matplotlib writes."""
MARKERS = "osD^vPX*"
DASHES = ("-", "--", ":", "-.")

_COLOUR = re.compile(r"#00(f[cde])0([1-8])")
_VARIABLES = {"fc": "part", "fd": "series"}
_REFERRED = re.compile(r'(?:#|clip-path="url\(#)([\w-]+)')
_ID = re.compile(r' id="([^"]+)"')
_GLOBAL_STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
"""It would be the style of the whole page."""
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",  # to measure with; it ships with Matplotlib
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "legend.columnspacing": 1.2,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One series of (x, y) points; `intervals` are the (low, high) of each y where known."""

    name: str
    points: Sequence[tuple[float, float]]
    intervals: Sequence[tuple[float, float]] = ()


def lines(
    series: Sequence[Line],
    x: str,
    y: str,
    *,
    said: str,
    marked: bool = True,
    shares: Literal["", "y", "xy"] = "xy",
    diagonal: bool = False,
    ticks: Mapping[float, str] | None = None,
    log: bool = False,
) -> str:
    """A line chart as `<svg>`; `said` describes it to those who cannot see it.

    `shares` names the axes that run from 0 to 1; `ticks` are the places on the x axis that
    have a word; `log` makes the x axis logarithmic.
    """
    columns, rows = _legend([line.name for line in series])
    with _drawing(said, SIZE[1] + 0.18 * rows) as (axes, svg):
        if diagonal:
            axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=":")
        for n, line in enumerate(series):
            _draw(axes, line, n, marked=marked)
        if rows:
            axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=columns)
        if log:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter("{x:g}")
        _measure(axes, x, y, shares)
        if ticks:
            axes.set_xticks(list(ticks), list(ticks.values()))
            axes.minorticks_off()
    return svg[0]


def stacked(bars: Mapping[str, Sequence[float]], x: str, *, said: str) -> str:
    """One horizontal bar a name, its parts (shares of 1) beside one another, as `<svg>`."""
    height = 0.75 + 0.32 * len(bars)
    with _drawing(said, height) as (axes, svg):
        for row, parts in enumerate(bars.values()):
            left = 0.0
            for n, part in enumerate(parts):
                axes.barh(row, part, left=left, color=_colour("fc", n), height=0.7)
                left += part
        axes.set_yticks(range(len(bars)), list(bars) if len(bars) > 1 else [""])
        axes.invert_yaxis()
        axes.grid(visible=False)
        _measure(axes, x, "", "x")
    return svg[0]


def _legend(names: Sequence[str]) -> tuple[int, int]:
    """Columns and rows of the legend that fits; a single line needs none."""
    columns = max(1, int(ROOM / (8 + max(map(len, names), default=0))))
    return columns, math.ceil(len(names) / columns) if len(names) > 1 else 0


def _draw(axes: "Axes", line: Line, n: int, *, marked: bool) -> None:
    xs = [point[0] for point in line.points]
    ys = [point[1] for point in line.points]
    ends = list(zip(ys, line.intervals, strict=True)) if line.intervals else []
    below = [max(0, y - low) for y, (low, _) in ends]
    above = [max(0, high - y) for y, (_, high) in ends]
    axes.errorbar(
        xs,
        ys,
        [below, above] if ends else None,
        label=line.name,
        color=_colour("fd", n),
        linestyle=DASHES[n % len(DASHES)],
        linewidth=1.6,
        marker=MARKERS[n % len(MARKERS)] if marked else None,
        markersize=4,
        elinewidth=1,
        capsize=2,
    )


def _measure(axes: "Axes", x: str, y: str, shares: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    for name in shares:
        axes.set(**{f"{name}lim": (-0.02, 1.02)})


def _colour(family: str, n: int) -> str:
    return f"#00{family}0{n % SERIES + 1}"


@contextmanager
def _drawing(said: str, height: float = SIZE[1]) -> Iterator[tuple["Axes", list[str]]]:
    """Axes to draw on, and a list that holds the `<svg>` once they are drawn."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    made: list[str] = []
    with mpl.rc_context():
        mpl.rcdefaults()  # whatever a matplotlibrc of the person says
        mpl.rcParams.update({**_STYLE, "svg.hashsalt": said})
        figure = Figure(figsize=(SIZE[0], height), layout="constrained")
        yield figure.add_subplot(), made
        written = StringIO()
        unsaid = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(written, format="svg", transparent=True, metadata=unsaid)
    made.append(_inline(written.getvalue(), said))


def _inline(document: str, said: str) -> str:
    """The `<svg>` of an SVG document, fit for a page beside others."""
    svg = _GLOBAL_STYLE.sub("", document[document.index("<svg") :])
    svg = _COLOUR.sub(_variable, svg)
    kept = set(_REFERRED.findall(svg))
    svg = _ID.sub(lambda found: found[0] if found[1] in kept else "", svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(said)}"', 1)


def _variable(found: re.Match[str]) -> str:
    family, n = found.groups()
    if family == "fe":
        return "var(--ink)" if n == "1" else "var(--rule)"
    return f"var(--{_VARIABLES[family]}-{n})"
