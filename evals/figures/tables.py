"""Scores and comparisons as lines for a person to read.

Pure formatting, in fixed columns; whatever comes from an answer or from gold is cleaned.
"""

from collections.abc import Iterable, Iterator, Mapping

from rich.text import Text

from bot.cli.render import Block, column, one_line
from evals.figures.compare import Comparison, Difference, Flip
from evals.figures.metrics import LOWER_IS_BETTER, plain
from evals.figures.score import ALL, Figure, Score
from evals.judge.verdicts import Judgement

NAME = 26
"""Columns for the name of a metric or a group."""
HEADLINES = (
    "answer_recall@5",
    "hit@5",
    "answer_hit",
    "f1",
    "citation_precision",
    "answered",
    "decline_recall",
)
"""What is shown of each group; `--json` has everything."""
_SECTIONS = ("mrr", "answer_hit", "cited", "answered", "seconds_p50")
"""The metric that each section of a table starts with."""


def score_blocks(score: Score) -> Iterator[Block]:
    """All figures, then the headlines of every group, the threshold, and what is missing."""
    figures = score.groups[ALL]
    yield _head(f"{'':{NAME}}{'value':>8}   {'95 % interval':17}{'n':>6}")
    for name in figures:
        yield from _section(name)
        yield Block(Text(f"{name:{NAME}}{_figure(figures[name])}{_direction(name)}"))
    for name in HEADLINES:
        yield from _group_blocks(name, score.groups)
    if best := score.threshold:
        yield Block(Text())
        yield _head(f"the threshold that answers and declines best: {best.value:.3f}")
        yield Block(Text(f"{'answered':{NAME}}{_figure(best.answered)}"))
        yield Block(Text(f"{'decline_recall':{NAME}}{_figure(best.declined)}"))
    if score.run.header and (usage := score.run.header.usage):
        yield Block(Text())
        for name, amount in usage.items():
            yield Block(Text(f"{name:{NAME}}{amount:>8,.10g}"))
    yield from _note_blocks(score.notes)


def comparison_blocks(comparison: Comparison, shown: int) -> Iterator[Block]:
    """What made the runs differ, every difference, and the first questions that flipped."""
    for name, (a, b) in comparison.made_with.items():
        yield Block(Text(one_line(f"{name}: {a} → {b}")))
    columns = f"{'A':>8}{'B':>9}{'B - A':>9}   {'95 % interval':17}{'p':>7}{'n':>6}"
    yield _head(f"{'':{NAME}}{columns}")
    for name, found in comparison.metrics.items():
        yield from _section(name)
        yield Block(Text(f"{name:{NAME}}{_difference(found)}{_direction(name)}"))
    flips = comparison.flips
    yield Block(Text())
    yield _head(f"{len(flips)} of {comparison.questions} questions changed sides")
    for flip in flips[:shown]:
        yield from _flip_blocks(flip)
    if len(flips) > shown:
        yield Block(Text(f"and {len(flips) - shown} more: --flips shows more, --json all", "dim"))
    yield from _note_blocks(comparison.notes)


def _section(name: str) -> Iterator[Block]:
    if name in _SECTIONS[1:]:
        yield Block(Text())


def _figure(figure: Figure) -> str:
    return f"{figure.value:8.3f}   {_interval(figure):17}{figure.n:6}"


def _difference(found: Difference) -> str:
    values = f"{found.a:8.3f}{found.b:9.3f}{found.value:+9.3f}"
    return f"{values}   {_interval(found, '+'):17}{found.p:7.4f}{found.n:6}"


def _interval(ends: Figure | Difference, sign: str = "") -> str:
    return f"{ends.low:{sign}.3f} to {ends.high:{sign}.3f}"


def _direction(name: str) -> str:
    return "  less is better" if name in LOWER_IS_BETTER else ""


def _group_blocks(name: str, groups: Mapping[str, Mapping[str, Figure]]) -> Iterator[Block]:
    """One headline over the groups, where more than one has it."""
    having = {group: found[name] for group, found in groups.items() if name in found}
    if len(having) > 2:
        yield Block(Text())
        yield _head(name)
        for group, figure in having.items():
            yield Block(Text(f"{column(group, NAME)}{_figure(figure)}"))


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


def _head(line: str) -> Block:
    return Block(Text(line, "bold"))


def judgement_blocks(found: Judgement) -> Iterator[Block]:
    """What the judge found, how steady and how sound it is, and what it took."""
    yield _head(one_line(f"judged by {found.judge['model']}"))
    yield _head(f"{'':{NAME}}{'value':>8}   {'95 % interval':17}{'n':>6}")
    for aspect, judged in found.aspects.items():
        yield Block(Text(f"{aspect:{NAME}}{_figure(judged.share)}"))
    for aspect, judged in found.aspects.items():
        yield Block(Text())
        yield _head(aspect)
        each = ", ".join(f"{share:.3f}" for share in judged.repeats)
        yield Block(Text(f"{'each repeat':{NAME}} {each}; sd {judged.spread:.3f}"))
        yield Block(Text(f"{'repeats unanimous':{NAME}}{judged.unanimous:8.3f}"))
        if judged.controls is not None:
            yield Block(Text(f"{'mismatches found out':{NAME}}{judged.controls:8.3f}"))
        if (held := judged.agreement) is not None:
            kappa = "undefined" if held.kappa is None else f"{held.kappa:.3f}"
            name = column(f"same as {held.metric}", NAME)
            yield Block(Text(f"{name}{held.share:8.3f}   kappa {kappa:11}{held.n:6}"))
    used, cost = found.usage, found.cost
    yield Block(Text())
    yield Block(
        Text(
            f"{used.requests:,} requests, {used.prompt_tokens:,} tokens read, "
            f"{used.completion_tokens:,} written" + ("" if cost is None else f", ${cost:.4f}")
        )
    )
