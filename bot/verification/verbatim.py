"""Nothing is shown as a quote unless it stands in its article."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.answer import Citation
from index.article import Article


def verified(
    citations: Sequence[Citation], article: Callable[[str], Article | None]
) -> tuple[Citation, ...]:
    """The citations whose quote stands at its offsets in the stored article, numbered anew."""
    texts = {c.source: found.text for c in citations if (found := article(c.source))}
    true = [c for c in citations if c.quote and texts.get(c.source, "")[c.start : c.end] == c.quote]
    return tuple(replace(c, n=n) for n, c in enumerate(true, 1))
