"""An answer as Markdown for chat clients, and back.

An article's own marks are escaped: a link or image of its making would lead a reader elsewhere, or
tell others that it was read.
"""

import re
from urllib.parse import quote

from bot.answer import Answer, Citation
from bot.service.plain import clean, one_line

SOURCES = "\n\n**Sources**\n"
_MARKS = re.compile(r"[\\`*_<>\[\]!|~#]")
_ESCAPED = re.compile(r"\\([\\`*_<>\[\]!|~#])")
_NUMBER = re.compile(r"\[\d+\]")


def answer_markdown(answer: Answer) -> str:
    """The answer with its numbers, then the quotes behind them."""
    parts = [_with_numbers(answer.text, len(answer.citations))]
    parts += [f"\n\n*{escaped(one_line(note))}*" for note in answer.notes]
    if answer.citations:
        parts += [SOURCES, *(f"\n{_source(citation)}" for citation in answer.citations)]
    return "".join(parts)


def without_sources(text: str) -> str:
    """What was said in an answer that `answer_markdown` wrote."""
    return _ESCAPED.sub(r"\1", text.partition(SOURCES)[0])


def escaped(text: str) -> str:
    """The text without anything that Markdown would obey."""
    return _MARKS.sub(r"\\\g<0>", text)


def _with_numbers(text: str, most: int) -> str:
    """The text escaped, but for the numbers of its citations."""
    text, done, parts = clean(text), 0, []
    for found in _NUMBER.finditer(text):
        if 1 <= int(found[0][1:-1]) <= most:
            parts += [escaped(text[done : found.start()]), found[0]]
            done = found.end()
    return "".join([*parts, escaped(text[done:])])


def _source(citation: Citation) -> str:
    title = escaped(one_line(citation.title)) or "(no title)"
    if citation.url and citation.url.startswith(("http://", "https://")):
        title = f"[{title}]({quote(citation.url, safe=':/?&=%@+,;~-._')})"
    day = citation.published.isoformat() if citation.published else None
    source = None if citation.source == citation.url else escaped(one_line(citation.source))
    facts = (title, day, source, citation.place)
    head = " · ".join(filter(None, facts))
    return f"{citation.n}. {head}: “{escaped(one_line(citation.quote))}”"
