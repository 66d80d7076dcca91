"""Drafts, passages and other texts as Discord's text.

Pure formatting: whatever comes from an article or a language model is plain words here, never
markup or a mention.
"""

import math
import re
from collections.abc import Sequence

from bot.answer import LeftOut
from bot.discord.i18n import Translations
from bot.discord.markup import aside, quotation
from bot.discord.pagination import LIMIT, escaped, pages
from bot.discord.sources import source_line
from index.article import Passage
from index.text.analyzer import terms

TAIL = 3 * LIMIT
"""Characters of a draft that are looked at for its last page."""
PASSAGE = 300
"""Characters shown of a passage."""
BEFORE = 60
"""Of which so many come before the first word searched for, where that comes late."""
LABEL = 80
"""Characters that a button takes."""

_WORD = re.compile(r"[^\W_]+")


def draft_text(draft: str, words: Translations) -> str:
    """The last page of a draft, marked as one."""
    mark = aside(words("draft"))
    [*_, last] = pages(escaped(draft[-TAIL:]), LIMIT - len(mark) - 1) or [""]
    return f"{mark}\n{last}"


def left_out_text(sentences: Sequence[LeftOut], words: Translations) -> str:
    """Each sentence that was not delivered, and why."""
    shown = (f"{quotation(text)}\n{aside(reason)}" for text, reason in sentences)
    return "\n".join([words("left_out_title"), *shown])


def passage_text(passage: Passage, query: str) -> str:
    """A passage that a search found, below the line of its article."""
    return f"{source_line(passage)}\n{quotation(_excerpt(passage.text, query))}"


def label(text: str) -> str:
    """The text as a button can show it."""
    return _short(text, LABEL if text.isascii() else LABEL // 2)


def moment(at: float) -> str:
    """A moment in seconds since 1970, which each reader sees in their own time."""
    return f"<t:{math.ceil(at)}:R>"


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
