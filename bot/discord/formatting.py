"""Answers, quotes, passages and lists as Discord's text.

Pure formatting: it knows neither where the text goes nor how an answer was found. Whatever
comes from an article or a language model is plain words here, never markup or a mention.
"""

import math
import re
from collections.abc import Sequence

from bot.answer import Answer, Citation, Status
from bot.discord.i18n import Translations
from bot.discord.pagination import LIMIT, escaped, pages
from bot.discord.records import Record
from index.article import Passage
from index.manifest import CatalogueRow
from index.terms import terms

TAIL = 3 * LIMIT
"""Characters of a draft that are looked at for its last page."""
PASSAGE = 300
"""Characters shown of a passage."""
BEFORE = 60
"""Of which stand before the first word searched for, where it comes late."""
NEAREST = 3
"""Articles that are named where none answers."""
LABEL = 80
"""Characters that a button takes."""

_WORD = re.compile(r"[^\W_]+")


def answer_text(answer: Answer, words: Translations) -> str:
    """The answer, its numbered sources, notes, and confidence."""
    if answer.status is Status.CLARIFY:
        listed = [f"{n}. {title} · {source}" for n, (title, source) in enumerate(answer.options, 1)]
        return "\n".join([words("which"), *map(escaped, listed)])
    if answer.status is Status.REPLY:
        return cited_text(answer.text, answer.citations)
    declined = answer.status is Status.ABSTAINED
    said = _declined(answer, words) if declined else cited_text(answer.text, answer.citations)
    sure = words("confidence", confidence=f"{answer.confidence:.2f}")
    asides = "\n".join(_aside(line) for line in (*answer.notes, sure))
    return f"{said}\n\n{asides}"


def cited_text(text: str, citations: Sequence[Citation]) -> str:
    """What was said, and below it the numbered sources."""
    sources = "\n".join(_numbered(citation) for citation in citations)
    return "\n\n".join(filter(None, (escaped(text), sources)))


def shared_text(record: Record, words: Translations) -> str:
    """A private answer as everybody may see it, with who asked for it."""
    asked = words("shared", person=f"<@{record.person}>", question=_line(record.question))
    return f"{asked}\n\n{cited_text(record.answer, record.citations)}"


def draft_text(draft: str, words: Translations) -> str:
    """The last page of a draft, marked as one."""
    mark = _aside(words("draft"))
    [*_, last] = pages(escaped(draft[-TAIL:]), LIMIT - len(mark) - 1) or [""]
    return f"{mark}\n{last}"


def quotes_text(
    citations: Sequence[Citation], withdrawn: Sequence[Citation], words: Translations
) -> str:
    """Each quote with where it is from; those withdrawn from their articles marked."""
    quotes = (
        f"{_numbered(citation)}\n"
        + (_aside(words("withdrawn")) if citation in withdrawn else _quoted(citation.quote))
        for citation in citations
    )
    return "\n\n".join([f"**{words('quotes_title')}**", *quotes])


def passages_text(query: str, passages: Sequence[Passage], words: Translations) -> str:
    """What a search found, best first."""
    if not passages:
        return words("search_nothing", query=_line(query))
    found = (
        f"{n}\\. {_heading(passage)}\n{_quoted(_excerpt(passage.text, query))}"
        for n, passage in enumerate(passages, 1)
    )
    return "\n\n".join([words("search_title", query=_line(query)), *found])


def sources_text(rows: Sequence[CatalogueRow], count: int, words: Translations) -> str:
    """Some of the articles, and how many there are."""
    if not count:
        return words("no_sources")
    lines = [f"- {_heading(row)}" for row in rows]
    more = [_aside(words("more", count=count - len(rows)))] if count > len(rows) else []
    return "\n".join([words("sources_title", articles=count), *lines, *more])


def label(text: str) -> str:
    """The text as a button can show it."""
    return _short(text, LABEL if text.isascii() else LABEL // 2)


def moment(at: float) -> str:
    """A moment in seconds since 1970, which each reader sees in their own time."""
    return f"<t:{math.ceil(at)}:R>"


def _declined(answer: Answer, words: Translations) -> str:
    """That the articles do not answer, and which come nearest."""
    titles = list(dict.fromkeys(_line(passage.title) for passage in answer.passages))[:NEAREST]
    nearest = [words("nearest"), *(f"- {title}" for title in filter(None, titles))]
    return "\n".join([words("declined"), *(nearest if titles else [])])


def _numbered(citation: Citation) -> str:
    place = f", {escaped(citation.place)}" if citation.place else ""
    address = f" · <{citation.url}>" if _is_address(citation) else ""
    return f"\\[{citation.n}\\] {_heading(citation)}{place}{address}"


def _is_address(citation: Citation) -> bool:
    """Whether the article's address is one to follow, and not what names the article already."""
    url = citation.url or ""
    clean = not any(char.isspace() or char in "<>" for char in url)
    return url.startswith(("https://", "http://")) and clean and url != citation.source


def _heading(item: Citation | Passage | CatalogueRow) -> str:
    """Title, date and source in one line."""
    title = _line(item.title)
    facts = (f"**{title}**" if title else "", str(item.published or ""), _line(item.source))
    return " · ".join(filter(None, facts))


def _quoted(text: str) -> str:
    return f"> {_line(text)}"


def _aside(text: str) -> str:
    return f"-# {_line(text)}"


def _line(text: str) -> str:
    return escaped(" ".join(text.split()))


def _excerpt(text: str, query: str) -> str:
    """So much of a passage as is shown, from shortly before the first word searched for."""
    line = " ".join(text.split())
    wanted = set(terms(query))
    found = (m.start() for m in _WORD.finditer(line) if not wanted.isdisjoint(terms(m.group())))
    start = line.rfind(" ", 0, max(0, next(found, 0) - BEFORE)) + 1
    return _short(f"…{line[start:]}" if start else line, PASSAGE)


def _short(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
