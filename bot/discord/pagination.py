"""Text as Discord shows it: words out of articles kept plain, long texts split into messages.

Pure functions, which know nothing of answers, messages or connections. Bold, italics and
spoilers are not carried on from one page to the next, so they had better be short.
"""

from collections.abc import Iterator
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

import regex

LIMIT = 2000
"""Characters in one message."""
SMALLEST_LIMIT = 100
"""A page of fewer could be filled by the frame of a code block."""

_IN_URL = r"[^\s<>()\\`]|\([^\s<>()\\`]*\)"
_URL = rf"(?i:https?)://(?:{_IN_URL})*(?:[^\s<>()\\`.,:;!?\"'”’\]*_~|]|\([^\s<>()\\`]*\))"
_CITED = r"\\?\[\d+\\?\]"

_UNWANTED = regex.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
    r"|[\u202a-\u202e\u2066-\u2069]"  # turn the text after them round
)
_PING = r"@(?=everyone|here|[!&]?\d)"
_MARKUP = regex.compile(
    rf"<(?P<url>{_URL})>|(?P<url>{_URL})|(?P<ping>{_PING})"
    r"|[\\*_~`|<\[\]]"
    r"|:(?=[\w+-]+:)"  # an emoji by its name
    r"|(?m:(?<=^[^\S\n]*)[#>+-]|(?<=^[^\S\n]*\d+)\.(?=\s))"  # headings, quotations, lists
)

_FENCED = regex.compile(r"```((?:[\w+.#-]{0,20}\n)?)(.*?)(\s*)```", regex.DOTALL)
_CLOSING = "\n```"
_ATOM = regex.compile(
    r"\[(?:\\.|[^\[\]\\\n]|\[[^\[\]\n]*\])*\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)"  # a link
    rf"|<[^<>\s]+>|{_URL}|{_CITED}"
    r"|\\\X|[A-Za-z0-9]+(?=[\s.,;])|\X"
)
_CITATION_NEXT = regex.compile(rf"(?<!\n)[^\S\n]*\[?{_CITED}")
_SENTENCE_BEFORE = regex.compile(rf"(?:[.!?…][\"'”’»)*_]*(?:\s*{_CITED})*\s|[。！？][」』”]?)$")
_FAR = 40
"""Characters back to look for the end of a sentence, which citations may follow."""


class _Cut(IntEnum):
    """Where a text may be cut, the best last."""

    ANYWHERE = 0
    WORD = 1
    SENTENCE = 2
    LINE = 3
    ITEM = 4
    PARAGRAPH = 5


class _Piece(NamedTuple):
    """What is not cut, how good a cut before it is, and the code block that cut would be in."""

    text: str
    cut: _Cut
    fence: str = ""


def length(text: str) -> int:
    """How long Discord may take the text to be.

    Its servers count code points and its apps UTF-16 units, which are never fewer.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escaped(text: str) -> str:
    """The text so that Discord shows it as it is: no markup, mention, emoji or preview.

    An address stays one that can be followed.
    """
    return _MARKUP.sub(_plain, _UNWANTED.sub("", text))


def pages(text: str, limit: int = LIMIT) -> list[str]:
    """The text in as many parts as it takes, none longer than `limit` and none blank.

    They end with a paragraph, a list item, a sentence or a word, whichever comes first in this
    order and fills half a page. A code block is closed at the end of a page and opened again on
    the next; a citation, a link and an escaped character stay whole. Only blanks are lost.
    """
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"a page takes {SMALLEST_LIMIT} characters or more, not {limit}")
    pieces = [small for piece in _pieces(text) for small in _small(piece, limit // 2)]
    ends = [0]
    while ends[-1] < len(pieces):
        ends.append(_end_of_page(pieces, ends[-1], limit))
    found = (_page(pieces, start, end) for start, end in pairwise(ends))
    return [page for page in found if page]


def _plain(found: regex.Match[str]) -> str:
    if url := found["url"]:
        return f"<{regex.sub(_PING, '%40', url)}>"
    return "@\u200b" if found["ping"] else f"\\{found[0]}"


def _pieces(text: str) -> Iterator[_Piece]:
    position = 0
    for block in _FENCED.finditer(text):
        yield from _prose(text, position, block.start())
        yield from _code(block, _cut_at(text, block.start()))
        position = block.end()
    yield from _prose(text, position, len(text))


def _prose(text: str, start: int, end: int) -> Iterator[_Piece]:
    for atom in _ATOM.finditer(text, start, end):
        yield _Piece(atom[0], _cut_at(text, atom.start()))


def _code(block: regex.Match[str], cut: _Cut) -> Iterator[_Piece]:
    """A code block's pieces; what opens and closes it stays with the code beside it."""
    language, code, blank = block.groups()
    fence = f"```{language}" if language else "```\n"
    parts = regex.findall(r"[A-Za-z0-9]+(?=\s)|\X", code) or [""]
    whole = [*parts]
    whole[0] = f"```{language}{whole[0]}"
    whole[-1] += _CLOSING if "\n" in blank else "```"
    yield _Piece(whole[0], cut)
    for before, part in zip(parts, whole[1:], strict=False):
        better = _Cut.LINE if before == "\n" else _Cut.WORD if before.isspace() else _Cut.ANYWHERE
        yield _Piece(part, better, fence)


def _cut_at(text: str, position: int) -> _Cut:
    """How good a cut at this place of the text outside code blocks is."""
    if position == 0 or _CITATION_NEXT.match(text, position):
        return _Cut.ANYWHERE
    before, after = text[position - 1], text[position]
    if before == "\n":
        if after.isspace():
            return _Cut.LINE
        return _Cut.PARAGRAPH if text.endswith("\n\n", 0, position) else _Cut.ITEM
    if _SENTENCE_BEFORE.search(text, max(0, position - _FAR), position):
        return _Cut.SENTENCE
    return _Cut.WORD if before.isspace() else _Cut.ANYWHERE


def _small(piece: _Piece, most: int) -> Iterator[_Piece]:
    """The piece, or what it has to be cut into because it is too long."""
    if length(piece.text) <= most:
        yield piece
        return
    cut = piece.cut
    for character in regex.findall(r"\X", piece.text):
        for part in character if length(character) > most else [character]:
            yield piece._replace(text=part, cut=cut)
            cut = _Cut.ANYWHERE


def _end_of_page(pieces: list[_Piece], start: int, limit: int) -> int:
    """The number of the piece that the next page begins with."""
    size = length(pieces[start].fence)
    best, end = _Cut.ANYWHERE, start + 1
    for number, piece in enumerate(pieces[start:], start + 1):
        size += length(piece.text)
        if number == len(pieces):
            return number if size <= limit else end
        following = pieces[number]
        if size + len(_CLOSING) * bool(following.fence) > limit:
            return end
        cut = following.cut if size > limit // 2 else _Cut.ANYWHERE
        if cut >= best:
            best, end = cut, number
    return end


def _page(pieces: list[_Piece], start: int, end: int) -> str:
    """The page, its code blocks whole; "" when there is nothing on it."""
    body = "".join(piece.text for piece in pieces[start:end])
    if not body.strip():
        return ""
    opening = pieces[start].fence
    if end < len(pieces) and pieces[end].fence:
        return opening + body.removesuffix("\n") + _CLOSING
    return opening + body.rstrip() if opening else body.strip("\n").rstrip()
