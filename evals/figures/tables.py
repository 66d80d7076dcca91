"""Scores and comparisons as lines for a person to read.

Pure formatting, in fixed columns; whatever comes from an answer or from gold is cleaned.
"""

from collections.abc import Iterable, Iterator, Mapping

from rich.text import Text

from bot.cli.render import Block, column, one_line
from evals.figures.compare import Comparison, Difference, Flip, verdict_of
from evals.figures.metrics import plain
from evals.figures.names import LOWER_IS_BETTER, MAIN, base, group_name, name_of
from evals.figures.score import ALL, Figure, Score

NAME = 34
"""Columns for the name of a metric or a group."""
LOWER = " ↓"
"""What follows the name of a metric of which less is better."""
COLOURS = {"better": "green", "worse": "red", "unclear": ""}
HEADLINES = (
    "answer_recall@5",
    "hit@5",
    "answer_hit",
    "f1",
    "citation_precision",
    "answered",
    "decline_recall",
)
"""What `--all` shows of each group; `--json` has everything."""
_SECTIONS = ("answer_hit", "cited", "answered", "seconds_p50")
"""The metric that each section of a table starts with, but for the first."""


def score_blocks(score: Score, *, everything: bool = False) -> Iterator[Block]:
    """The figures that matter most, or all with those of every group and the threshold."""
    figures = score.groups[ALL]
    yield head(f"{'':{NAME}}{'value':>8}   {'95 % interval':16}{'n':>6}")
    if everything:
        yield from _everything(score, figures)
        yield from _note_blocks(map(str, score.notes))
        return
    for name in filter(figures.__contains__, MAIN):
        yield _figure_block(name, figures[name])
    main = set(map(base, MAIN))
    yield from _note_blocks(str(note) for note in score.notes if main & set(note.metrics))
    if more := len(figures) - len(figures.keys() & set(MAIN)):
        yield Block(Text(f"and {more} more figures: --all", "dim"))


def _everything(score: Score, figures: Mapping[str, Figure]) -> Iterator[Block]:
    for name in figures:
        yield from _section(name)
        yield _figure_block(name, figures[name])
    yield from _legend(figures)
    for name in HEADLINES:
        yield from _group_blocks(name, score.groups)
    if best := score.threshold:
        yield Block(Text())
        yield head(f"The threshold that answers and declines best: {best.value:.3f}")
        yield _figure_block("answered", best.answered)
        yield _figure_block("decline_recall", best.declined)
    if score.run.header and (usage := score.run.header.usage):
        yield Block(Text())
        for name, amount in usage.items():
            named = name.replace("_", " ").capitalize()
            yield Block(Text(f"{named:{NAME}}{amount:>8,.10g}"))


def comparison_blocks(
    comparison: Comparison, shown: int, *, everything: bool = False
) -> Iterator[Block]:
    """What made the runs differ, the differences, and the first questions that flipped.

    Without `everything`, of the differences only the main ones and the clear ones.
    """
    for name, (a, b) in comparison.made_with.items():
        yield Block(Text(one_line(f"{name}: {a} → {b}")))
    yield head(f"{'':{NAME}}{'A':>6}{'B':>7}{'B - A':>8}  {'95 % interval':16}{'p':>7}{'n':>6}")
    found = comparison.metrics
    names = [name for name in found if everything or name in MAIN or found[name].is_clear]
    for name in names:
        yield from _section(name) if everything else ()
        colour = COLOURS[verdict_of(name, found[name])]
        yield Block(Text(f"{_name(name)}{_difference(found[name])}", colour))
    yield from _legend(names)
    if more := len(found) - len(names):
        yield Block(Text(f"and {more} figures without a clear difference: --all", "dim"))
    yield from _flips(comparison, shown)
    yield from _note_blocks(comparison.notes)


def _flips(comparison: Comparison, shown: int) -> Iterator[Block]:
    flips = comparison.flips
    yield Block(Text())
    yield head(f"{len(flips)} of {comparison.questions} questions changed sides")
    for flip in flips[:shown]:
        yield from _flip_blocks(flip)
    if len(flips) > shown:
        yield Block(Text(f"and {len(flips) - shown} more: --flips shows more, --json all", "dim"))


def _section(name: str) -> Iterator[Block]:
    if name in _SECTIONS:
        yield Block(Text())


def _name(metric: str) -> str:
    lower = LOWER if metric in LOWER_IS_BETTER else ""
    return column(f"{name_of(metric)}{lower}", NAME)


def _figure_block(metric: str, figure: Figure) -> Block:
    return Block(Text(f"{_name(metric)}{shown_figure(figure)}"))


def shown_figure(figure: Figure) -> str:
    """Return a figure's columns: its value, its interval, and of how many questions it is."""
    return f"{figure.value:8.3f}   {_interval(figure):16}{figure.n:6}"


def _difference(found: Difference) -> str:
    values = f"{found.a:6.3f}{found.b:7.3f}{found.value:+8.3f}"
    return f"{values}  {_interval(found, '+'):16}{found.p:7.3f}{found.n:6}"


def _interval(ends: Figure | Difference, sign: str = "") -> str:
    return f"{ends.low:{sign}.3f} to {ends.high:{sign}.3f}"


def _legend(metrics: Iterable[str]) -> Iterator[Block]:
    if LOWER_IS_BETTER & set(metrics):
        yield Block(Text(f"{LOWER.strip()} less is better", "dim"))


def _group_blocks(name: str, groups: Mapping[str, Mapping[str, Figure]]) -> Iterator[Block]:
    """One headline over the groups, where more than one has it."""
    having = {group: found[name] for group, found in groups.items() if name in found}
    if len(having) > 2:
        yield Block(Text())
        yield head(name_of(name))
        for group, figure in having.items():
            yield Block(Text(f"{column(group_name(group), NAME)}{shown_figure(figure)}"))


def _flip_blocks(flip: Flip) -> Iterator[Block]:
    yield Block(Text())
    yield Block(Text(one_line(f"{flip.before} → {flip.after}: {flip.a.gold.question}"), "bold"))
    yield Block(Text(one_line(f"gold: {' / '.join(flip.a.gold.answers) or '(no answer)'}")), 2)
    for name, record in (("A", flip.a), ("B", flip.b)):
        yield Block(Text(one_line(f"{name}: {plain(record.answer['answer'])}")), 2)


def _note_blocks(notes: Iterable[str]) -> Iterator[Block]:
    for n, note in enumerate(notes):
        if n == 0:
            yield Block(Text())
        yield Block(Text(one_line(note), "dim"))


def head(line: str) -> Block:
    """Return a line that heads others."""
    return Block(Text(line, "bold"))
