"""What the judge found, as lines for a person to read."""

from collections.abc import Iterator

from rich.text import Text

from bot.cli.render import Block, one_line
from evals.figures.names import name_of
from evals.figures.tables import NAME, head, shown_figure
from evals.judge.verdicts import Judgement


def judgement_blocks(found: Judgement) -> Iterator[Block]:
    """What the judge found, how steady and how sound it is, and what it took."""
    yield head(one_line(f"Judged by {found.judge['model']}"))
    yield head(f"{'':{NAME}}{'value':>8}   {'95 % interval':16}{'n':>6}")
    for aspect, judged in found.aspects.items():
        yield Block(Text(f"{aspect.capitalize():{NAME}}{shown_figure(judged.share)}"))
    for aspect, judged in found.aspects.items():
        yield Block(Text())
        yield head(aspect.capitalize())
        each = ", ".join(f"{share:.3f}" for share in judged.repeats)
        yield Block(Text(f"{'Each repeat':{NAME}} {each}; sd {judged.spread:.3f}"))
        yield Block(Text(f"{'Repeats that agree':{NAME}}{judged.unanimous:8.3f}"))
        if judged.controls is not None:
            yield Block(Text(f"{'Mismatched answers found':{NAME}}{judged.controls:8.3f}"))
        if (held := judged.agreement) is not None:
            kappa = "undefined" if held.kappa is None else f"{held.kappa:.3f}"
            held_as = f"Agrees with “{name_of(held.metric)}”: {held.share:.3f}"
            yield Block(Text(f"{held_as}, kappa {kappa}, of {held.n} questions"))
    used, cost = found.usage, found.cost
    yield Block(Text())
    yield Block(
        Text(
            f"{used.requests:,} requests, {used.prompt_tokens:,} tokens read, "
            f"{used.completion_tokens:,} written" + ("" if cost is None else f", ${cost:.4f}")
        )
    )
