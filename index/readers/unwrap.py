"""Text that was broken into lines of one width, with its paragraphs made whole again.

Wires, e-mail and old books break their lines where the next word would not have fitted. That is
how such a break is told from the end of a verse, a heading, an item or a row, which stay.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

NARROWEST, WIDEST = 28, 120
"""Characters of the longest line of a text that is taken for wrapped."""
SURE = 50
"""Width from which two breaks within sentences are enough to call a text wrapped."""
FORCED = 0.7
"""The least share of the breaks within sentences that come where a line was full."""
RAGGED = 0.6
"""How much of the width a line takes that was broken within a sentence though it had room."""
EVEN, EVEN_WIDTH = 0.75, 45
"""The same where lines were broken by hand, at about one width that is no verse's."""
MOST = 5_000_000
"""Characters from which on a text is left as it is."""

_MAY_BE_WRAPPED = re.compile(rf"(?:^|\n)(?:[^\n]{{15,{WIDEST}}}\n){{2}}[^\n]{{2}}")
_INDENTS = frozenset(" \t>")
_PREFIX = re.compile(r"[ \t]*(?:>[ \t]?)*[ \t]*")
_ITEM = re.compile(r"[•▪●■*◦‣·]\s|[-–—+]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s|\[[\w^]{1,5}\]")
_COLUMNS = re.compile(r"\t|\||\S {3,}\S|[^\s.!?:;\"'”’)]  \S|\.{4}|^[-=_*~+ ]+$")
_LABEL = re.compile(r"[A-Z][\w-]{0,20}:(?:\s|$)")
_ENDED = re.compile(r"[.!?:…。！？][\"'”’»)\]」』]*$")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60]")
_FIRST_WORD = re.compile(rf"{_WIDE.pattern}|\S+")
_HYPHEN = re.compile(r"([^\W\d_]{1,40})[-\u00ad\u2010]$")
_RANGE = re.compile(r"\d[-\u2010-\u2013/]$")
"""What ends a line within a range: "2023-"."""
_KEEPS_HYPHEN = frozenset(
    ("well", "self", "ex", "half", "long", "two", "three", "twenty", "thirty", "forty", "fifty")
)
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|bis|et|ou|y|o|en|of)\b")


class _Line(NamedTuple):
    prefix: str
    text: str
    whole: str = ""

    @property
    def size(self) -> int:
        return len(self.prefix.expandtabs()) + len(self.text)

    @property
    def indent(self) -> int:
        return len(self.prefix.expandtabs())


def unwrapped(text: str, width: int | None = None) -> str:
    """`text` with each wrapped paragraph in one line; what was not wrapped is left as it is.

    `width` is that of the lines, if it is known already, as where this is a part of a text.
    """
    width = width or wrap_width(text)
    if not width:
        return text
    out: list[str] = []
    for block in _blocks(text):
        out += _rejoined(block, width) if len(block) > 1 else (line.whole for line in block)
    return "\n".join(out)


def wrap_width(text: str) -> int | None:
    """The width at which the lines of `text` were broken, or None where they were not."""
    if len(text) > MOST or not _MAY_BE_WRAPPED.search(text):
        return None
    widths, breaks = [0], 0
    for lines in _blocks(text):
        width = max(line.size for line in lines)
        if len(lines) < 3 or not NARROWEST <= width <= WIDEST:
            continue
        within = _breaks_within(lines)
        if _is_wrapped(within, width):
            widths.append(width)
            breaks += len(within)
    width = max(widths)
    return width if breaks >= (2 if width >= SURE else 3) else None


def joined_lines(lines: Sequence[str]) -> str:
    """Lines that are known to be one paragraph, in one line; hyphens at their ends are undone."""
    whole = lines[0] if lines else ""
    for line in lines[1:]:
        whole = ending(whole, line) + line
    return whole


def is_prose(lines: Sequence[str]) -> bool:
    """Whether lines of one paragraph read on, as verses and addresses do not."""
    parts = [_Line("", line) for line in lines]
    width = max((part.size for part in parts), default=0)
    within = _breaks_within(parts)
    short = len(parts) > 2 and width < SURE
    return bool(within) or (not short and all(_is_full(a, b, width) for a, b in pairwise(parts)))


def _blocks(text: str) -> Iterator[list[_Line]]:
    """The lines of each paragraph, and each blank line by itself."""
    block: list[_Line] = []
    for raw in text.split("\n"):
        line = _line(raw)
        if line.text:
            block.append(line)
            continue
        if block:
            yield block
        block = []
        yield [line]
    if block:
        yield block


def _line(whole: str) -> _Line:
    if whole[:1] not in _INDENTS:
        return _Line("", whole.rstrip(), whole)
    prefix = _PREFIX.match(whole)
    assert prefix
    return _Line(prefix.group(), whole[prefix.end() :].rstrip(), whole)


def _breaks_within(lines: Sequence[_Line]) -> list[tuple[_Line, _Line]]:
    """The pairs of lines between which a sentence goes on."""
    return [(a, b) for a, b in pairwise(lines) if not _is_hard(a, b) and _is_within(a, b)]


def _is_wrapped(within: Sequence[tuple[_Line, _Line]], width: int) -> bool:
    full = sum(_is_full(a, b, width) for a, b in within)
    even = width >= EVEN_WIDTH and all(a.size >= EVEN * width for a, _ in within)
    return bool(within) and (full >= FORCED * len(within) or (even and len(within) > 2))


def _rejoined(lines: Sequence[_Line], width: int) -> list[str]:
    own = max(line.size for line in lines)
    within = _breaks_within(lines)
    if own < width and not _is_wrapped(within, width) and _is_wrapped(within, own):
        width = own if len(within) > 1 and own >= NARROWEST else width
    out, last = [lines[0].whole], lines[0]
    for line in lines[1:]:
        if _goes_on(last, line, width):
            out[-1] = ending(out[-1].rstrip(), line.text) + line.text
        else:
            out.append(line.whole)
        last = line
    return out


def _goes_on(line: _Line, following: _Line, width: int) -> bool:
    """Whether the paragraph of a line goes on in the one after it."""
    if line.size > width or _is_hard(line, following):
        return False
    if _is_full(line, following, width):
        return True
    return _is_within(line, following) and line.size >= RAGGED * width


def _is_hard(line: _Line, following: _Line) -> bool:
    """Whether the break between two lines is there whatever their width is."""
    if line.prefix.count(">") != following.prefix.count(">"):
        return True
    if _ITEM.match(following.text) or _COLUMNS.search(line.text) or _COLUMNS.search(following.text):
        return True
    if _LABEL.match(following.text) and (_LABEL.match(line.text) or _ENDED.search(line.text)):
        return True
    deeper = following.indent - line.indent
    return deeper >= 2 and not _ITEM.match(line.text) and not _is_within(line, following)


def _is_full(line: _Line, following: _Line, width: int) -> bool:
    """Whether the first word of the next line would not have fitted."""
    word = _FIRST_WORD.match(following.text)
    assert word
    if _HYPHEN.search(line.text) or _RANGE.search(line.text):
        return line.size >= RAGGED * width
    space = 0 if _WIDE.match(line.text[-1:]) else 1
    return line.size + space + len(word.group()) > width


def _is_within(line: _Line, following: _Line) -> bool:
    """Whether a sentence goes on from one line to the next."""
    first = following.text.lstrip("\"'“‘(«„")[:1]
    return not _ENDED.search(line.text) and (first.islower() or bool(_WIDE.match(first)))


def ending(before: str, after: str) -> str:
    """A line with what joins the next one to it: a blank, or no hyphen any more."""
    hyphen = _HYPHEN.search(before)
    if hyphen and not _SUSPENDED.match(after):
        cut = after[:1].islower() and hyphen[1].lower() not in _KEEPS_HYPHEN
        return before[:-1] + ("" if cut else "-")
    if _RANGE.search(before) and after[:1].isalnum() and not _SUSPENDED.match(after):
        return before
    both = _WIDE.match(before[-1:]) and _WIDE.match(after[:1])
    return before + ("" if both else " ")
