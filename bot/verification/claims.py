"""A written draft into its claims: each sentence, list item or table row, and what it cites.

It reads the draft as it is written, piece by piece, and gives each claim as soon as its
sentence and the citation marks after it are complete. It does not know the passages that the
numbers stand for, only how many there are, nor whether any claim is true.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.verification.absence import missing_part, turns
from bot.verification.marks import (
    FORM,
    MARK,
    MARK_BEGINS,
    SPAN,
    SPAN_BEGINS,
    cited_in,
    without_marks,
)


class Kind(StrEnum):
    """What a part of a draft is."""

    CLAIM = "claim"
    ABSENCE = "absence"
    """It says that the passages do not hold something."""
    HEADING = "heading"
    """A heading, a line that leads into a list, or the head of a table."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A part of a draft that is judged by itself: `draft[start:end]`, its marks included.

    `text` is that without citation marks. `cited` are the numbers in them, in order, each
    once, whether or not such a passage exists. `before` is the layout in front of it: line
    breaks, a bullet, a blank. `lead` is the line that led into its list. `missing` is what
    an absence is about, as far as it says.
    """

    kind: Kind
    text: str
    cited: tuple[int, ...]
    before: str
    start: int
    end: int
    lead: str = ""
    missing: str = ""


_END = re.compile(r"[.!?…。！？]+[”’'»)\]*_]*")
_SAID_SO = re.compile(r"[.!?…][”\"’')]*$")
_TITLES = """
mr mrs ms dr prof sen rep gov gen col capt lt sgt maj st mt ft vs approx rev hon messrs insp supt
cmdr adm amb pres
"""
_SHORTENED = """
inc ltd co corp jr sr etc e.g i.e a.m p.m jan feb mar apr jun jul aug sep sept oct nov dec ph.d
"""
_LAST_WORD = re.compile(r"[\w.]+$")
_YES_OR_NO = re.compile(
    r"(?:yes|no|partly|not (?:yet|quite|exactly)|ja|nein|oui|non|sí|si)[.!]", re.IGNORECASE
)
"""Says nothing by itself, and is checked with the sentence after it."""
_STARTER = re.compile(
    r"(?:The|It|He|She|They|We|In|But|And|This|That|These|Those|A|An|At|On|For|As|When|After|His|Her|"
    r"Its|Their|However|Meanwhile|According)\b"
)

_FENCE = re.compile(r"[ \t]*(```|~~~)")
_HEADING = re.compile(r"[ \t]*(?:#{1,6}[ \t]|\*\*[^*]+\*\*:?[ \t]*$|__[^_]+__:?[ \t]*$)")
_RULE = re.compile(r"[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|={3,})$")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-{2,}[-:| \t]*$")
_PROSE = re.compile(r"[^\W\d_]|[“\"]")
_BULLET = re.compile(r"[ \t]*(?:>[ \t]*)*(?:(?:[-*+•–]|\(?\d{1,3}[.)])[ \t]+)?")
_TRAILER = re.compile(
    r"[ \t#*_]*(?:sources?|references?|citations?|footnotes?|(?:passages|articles) cited)"
    rf"(?: (?:used|cited))?[ \t*_]*(?::[ \t*_]*(?:$|{FORM}|[-*•\d])|$)",
    re.IGNORECASE,
)
_TRAILER_SEEN = 40
"""Characters of a line that tell whether it begins a list of sources."""
_FOOTNOTE = re.compile(r"[ \t]*\[\^?\d{1,3}\]:")
_NOT_READ = re.compile(
    rf"\||```|~~~|{_FOOTNOTE.pattern}|{_RULE.pattern}|{_TABLE_RULE.pattern}|{_HEADING.pattern}"
)
_HANGING = re.compile(r"(?:[,;–—]|\b(?:a|an|the|of|in|on|at|to|for|from|by|with|and|or))$", re.I)


def claims(draft: str, passages: int) -> list[Claim]:
    """The claims of a whole draft that had so many `passages` to cite."""
    splitter = ClaimSplitter(passages)
    return [*splitter.feed(draft), *splitter.finish()]


class ClaimSplitter:
    """Takes a draft in pieces of any size; the claims do not depend on how it was cut."""

    def __init__(self, passages: int) -> None:
        self._passages = passages
        self._text = ""
        self._at = 0  # read up to here
        self._given = 0  # given or dropped up to here
        self._in_line = False
        self._marks_first = False
        self._lead = ""
        self._over = False

    def feed(self, delta: str) -> list[Claim]:
        """The claims that `delta` completes."""
        self._text += delta
        return [*self._take(final=False)]

    def finish(self) -> list[Claim]:
        """The claims left when the draft is at its end."""
        return [*self._take(final=True)]

    def _take(self, final: bool) -> Iterator[Claim]:
        before = None
        while not self._over and before != (self._at, self._in_line):
            while self._at < len(self._text) and self._text[self._at].isspace():
                self._at += 1
            before = self._at, self._in_line
            if self._at == len(self._text):
                return
            if self._in_line:
                yield from self._sentence(final)
            elif not self._begin_line(final):
                yield from self._whole_line(final)

    def _begin_line(self, final: bool) -> bool:
        """Step into the line if it is one to be read sentence by sentence."""
        text, at = self._text, self._at
        end = _line_end(text, at, final)
        if end is None and not (_PROSE.match(text, at) and len(text) - at >= _TRAILER_SEEN):
            return False
        line = text[at:end]
        if _TRAILER.match(line[:_TRAILER_SEEN]) or _NOT_READ.match(line):
            return False
        body = at + len(_BULLET.match(line)[0])  # type: ignore[index]
        if body == at:
            self._lead = ""
        self._marks_first = bool(MARK.match(text, body))
        self._in_line, self._at = True, body
        return True

    def _whole_line(self, final: bool) -> Iterator[Claim]:
        """Read a line that has no sentences: a heading, a table's row, or one to be dropped."""
        text, at = self._text, self._at
        end = _fence_end(text, at, final) if _FENCE.match(text, at) else _line_end(text, at, final)
        if end is None:
            return
        line = text[at:end]
        self._over = bool(_TRAILER.match(line[:_TRAILER_SEEN]))
        if _HEADING.match(line) and not self._over:
            self._lead = ""
            yield from self._give(end, Kind.HEADING)
        elif line.startswith("|") and not _TABLE_RULE.match(line):
            after = text[end + 1 :]
            below = after.split("\n", 1)[0]
            if "\n" not in after and not final:
                return
            is_head = bool(below) and bool(_TABLE_RULE.match(below))
            stop = end + 1 + len(below) if is_head else end
            yield from self._give(stop, Kind.HEADING if is_head else Kind.CLAIM)
        else:
            self._at = self._given = end

    def _sentence(self, final: bool) -> Iterator[Claim]:
        end = _line_end(self._text, self._at, final)
        stop = _sentence_end(self._text, self._at, end, self._marks_first)
        if stop is None or (end is None and "\n" in self._text[self._at : stop]):
            return  # what stands below may yet turn out to be a line of its own
        self._in_line = stop != end
        raw = self._text[self._at : stop]
        leads = stop == end and raw.rstrip(" \t*_").endswith(":")
        if leads and not cited_in(raw, self._passages):
            yield from self._give(stop, Kind.HEADING)
            self._lead = raw.strip()
            return
        cited = cited_in(raw, self._passages)
        for piece_end in (*turns(raw), len(raw)):
            piece_stop = stop - len(raw) + piece_end
            yield from self._give(piece_stop, None, cited)

    def _give(self, stop: int, kind: Kind | None, cited: tuple[int, ...] = ()) -> Iterator[Claim]:
        """The part up to `stop`, unless it holds nothing but marks."""
        start = self._at
        raw = self._text[start:stop]
        text = without_marks(raw, self._passages)
        if any(c.isalnum() for c in text):
            missing = missing_part(text) if kind is None else None
            yield Claim(
                kind=kind or (Kind.CLAIM if missing is None else Kind.ABSENCE),
                text=text,
                cited=cited_in(raw, self._passages) or cited,
                before=self._text[self._given : start],
                start=start,
                end=stop,
                lead="" if kind is Kind.HEADING else self._lead,
                missing=missing or "",
            )
        self._at = self._given = stop


def _line_end(text: str, start: int, final: bool) -> int | None:
    """Where the line that holds `start` ends, or None while that is not known.

    A line that goes on in small letters below, and marks on a line of their own, belong to it.
    """
    at = start
    while (at := text.find("\n", at)) >= 0:
        below = at
        while below < len(text) and text[below].isspace():
            below += 1
        if below == len(text):
            return at if final else None
        stop = text.find("\n", below)
        if text[below] in MARK_BEGINS:
            if stop < 0 and not final:
                return None
            stop = len(text) if stop < 0 else stop
            if not MARK.sub("", text[below:stop]).strip(" \t,;."):
                at = stop
                continue
        goes_on = text[below].islower() or (
            text[below].isalpha() and _HANGING.search(text, start, at)
        )
        if not goes_on or text.count("\n", at, below) > 1:
            return at
        at = below
    return len(text) if final else None


def _sentence_end(text: str, start: int, end: int | None, marks_first: bool) -> int | None:
    """Where the sentence at `start` ends, its marks included; None while that is not known.

    `end` is where the line ends, if that is known.
    """
    limit = len(text) if end is None else end
    after: int | None = start
    while after is not None and after < limit:
        if end is None and text[after] in SPAN_BEGINS and not SPAN.match(text, after, limit):
            return None
        at, may_end = _step(text, start, after, limit)
        after = _after_marks(text, at, limit, end) if may_end and not marks_first else at
        if after is None or not text[after:limit].strip():
            return end
        apart = after > at or text[at].isspace() or MARK.match(text, at, limit)
        if may_end and apart and not text[after:limit].lstrip()[0].islower():
            return after
    return end


def _step(text: str, start: int, at: int, limit: int) -> tuple[int, bool]:
    """Past the text at `at`, and whether the sentence may end there."""
    if span := SPAN.match(text, at, limit):
        quoted = span[0].rstrip("”\")'")
        asks_first = quoted.endswith(("?", "!")) and at == start  # “Why?” Smith asked.
        return span.end(), bool(_SAID_SO.search(span[0])) and not span["mark"] and not asks_first
    if stop := _END.match(text, at, limit):
        says_more = not _YES_OR_NO.fullmatch(text, start, stop.end())
        return stop.end(), says_more and not _is_shortened(text, start, at, stop)
    return at + 1, False


def _after_marks(text: str, at: int, limit: int, end: int | None) -> int | None:
    """Past the marks that follow `at`; None while that is not known."""
    after = at
    while True:
        while at < limit and text[at].isspace():
            at += 1
        if at == limit or text[at] not in MARK_BEGINS:
            return after
        mark = MARK.match(text, at, limit)
        if end is None and not (mark or SPAN.match(text, at, limit)):
            return None
        if not mark:
            return after
        at = after = mark.end()
        if end is None and not text[at:limit].strip():
            return None
        if text[at : at + 1] == ".":
            at = after = at + 1


def _is_shortened(text: str, start: int, at: int, stop: re.Match[str]) -> bool:
    """Whether the full stop at `at` only ends a short form."""
    if stop[0] != ".":
        return False
    found = _LAST_WORD.search(text, start, at)
    word = found[0] if found else ""
    rest = text[stop.end() :].lstrip()
    follows = rest[:1]
    if word.lower() in _TITLES.split():
        return True
    if len(word) == 1 and word.isupper() and word != "I":  # "J. Smith", not "vitamin C. The"
        return not (follows in MARK_BEGINS or _STARTER.match(rest))
    if word.isdigit() and found and found.start() == start:  # "1. Of a list"
        return True
    if word.lower() in ("no", "nos", "fig"):
        return follows.isdigit()
    is_short = word.lower() in _SHORTENED.split() or bool(re.fullmatch(r"(?:\w\.)+\w", word))
    return is_short and not (follows and (follows in MARK_BEGINS or _STARTER.match(rest)))


def _fence_end(text: str, start: int, final: bool) -> int | None:
    fence = text[start : start + 3]
    closed = re.compile(rf"\n[ \t]*{fence}[^\n]*(?=\n)").search(text, start)
    if closed:
        return closed.end()
    return len(text) if final else None
