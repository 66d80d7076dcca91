"""Nothing is shown as a quote unless it is in its article, word for word."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.answer import Citation
from index.article import Article


def verified(
    citations: Sequence[Citation], article: Callable[[str], Article | None]
) -> tuple[Citation, ...]:
    """Keep the citations whose quote is at its offsets in its article, and number them again.

    Each is given the name of its place there.
    """
    articles = {c.source: found for c in citations if (found := article(c.source))}
    true = [
        (c, found)
        for c in citations
        if (found := articles.get(c.source)) and c.quote and found.text[c.start : c.end] == c.quote
    ]
    return tuple(
        replace(c, n=n, place=found.place_at(c.start)) for n, (c, found) in enumerate(true, 1)
    )
