"""A quote shown in its paragraph, one at a time."""

from collections.abc import Sequence

from bot.answer import Citation
from bot.discord.i18n import Translations
from bot.discord.markup import aside, one_line, shortened
from bot.discord.sources import source_line
from index.article import Article

AROUND = 500
"""Characters of the paragraph shown before a quote, and after it."""
ENOUGH = 120
"""Characters around a quote in its paragraph from which the neighbouring ones are left out."""
QUOTE = 1500
"""Characters shown of the quote itself."""


def quote_text(
    citations: Sequence[Citation], number: int, article: Article | None, words: Translations
) -> str:
    """One of an answer's quotes in its paragraph, or that the article does not say it any more."""
    citation = citations[number - 1]
    count = len(citations)
    place = aside(words("quote_of", number=number, count=count)) if count > 1 else ""
    shown = in_paragraph(citation, article)
    body = "\n".join(f"> {line}" for line in shown.split("\n")) if shown else ""
    body = body or aside(words("withdrawn"))
    return "\n".join(filter(None, (source_line(citation), body, place)))


def in_paragraph(citation: Citation, article: Article | None) -> str | None:
    """The quote in bold with what is around it; None where the article does not say it."""
    if article is None or article.text[citation.start : citation.end] != citation.quote:
        return None
    text = article.text
    start = text.rfind("\n", 0, citation.start) + 1
    end = text.find("\n", citation.end)
    end = end if end >= 0 else len(text)
    before = " ".join(text[start : citation.start].split())
    after = " ".join(text[citation.end : end].split())
    quote = f"**{one_line(shortened(citation.quote, QUOTE))}**"
    own = " ".join(filter(None, (one_line(_last(before)), quote, one_line(_first(after)))))
    if len(before) + len(after) >= ENOUGH:
        return own
    above, below = text[:start].strip().split("\n")[-1], text[end:].strip().split("\n")[0]
    above = "" if above == article.title else above
    return "\n".join(filter(None, (one_line(_last(above)), own, one_line(_first(below)))))


def _last(text: str) -> str:
    if len(text) <= AROUND:
        return text
    return f"… {text[text.find(' ', len(text) - AROUND) + 1 :]}"


def _first(text: str) -> str:
    return shortened(text, AROUND)
