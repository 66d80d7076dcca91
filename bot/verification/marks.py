"""Citation marks, in all the forms that models give them: [1], [1, 3], 【2】, (4), ¹, a link.

Which passages the numbers stand for is not known here, only how many there are.
"""

import re
from collections.abc import Iterator

_LABEL = r"(?:see )?(?:sources?|passages?|articles?|documents?|docs?|references?|refs?) ?[:#]? ?"
_LIST = r"\d{1,3}(?:(?: ?[,;&–-] ?| and )[\^#]?\d{1,3})*"
FORM = "|".join(
    (
        rf"\[?\[(?:\^|#|{_LABEL})?{_LIST}(?::[^\]\n]{{0,80}})?\]\]?(?:\((?:https?://|#)[^\s()]*\))?",
        r"【\d{1,3}(?:[:†][^】\n]{0,80})?】",
        rf"\({_LABEL}\[?{_LIST}\]?\)",
        rf"\(\[{_LIST}\]\)",
        r"\(\d{1,2}(?: ?[,;–-] ?\d{1,2})*\)(?=[ \t]*(?:[.,;:!?\[(【\n]|\Z))",
        rf"<sup>{_LIST}</sup>",
        r"(?<![\d⁰¹²³⁴⁵⁶⁷⁸⁹])(?<!\bm)(?<!\b[kcm]m)(?<!\bft)[¹²³⁴⁵⁶⁷⁸⁹][⁰¹²³⁴⁵⁶⁷⁸⁹,⁻]*",
    )
)
MARK = re.compile(FORM, re.IGNORECASE)
"""One mark."""
MARK_BEGINS = "[(【<¹²³⁴⁵⁶⁷⁸⁹"
_MARK_NOTE = re.compile(r"(?<=\d)[:†].*|\]\(.*")
_NUMBER = re.compile(r"(\d+)(?: ?[–-] ?(\d+))?")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_LONGEST_RANGE = 20
_ROUND = re.compile(r"\(\d")
_BY_MARK = re.compile(
    r"\s*(?:according to|as (?:stated|reported|noted) (?:in|by)|based on|in|per|from)[ \t]*\0"
    r"(?:[ \t]*(?:and|,)?[ \t]*\0)*[ \t]*,?[ \t]*",
    re.IGNORECASE,
)
"""A sentence that names its source by a mark; \\0 is where the mark was."""

SPAN = re.compile(
    rf"`[^`\n]+`|(?P<mark>{FORM})|\[[^\]\n]*\]\((?:[^()\s]|\([^()\s]*\))*\)|https?://[^\s<>\"”]+"
    r"|“[^”\n]*”|\"[^\"\n]*\"|\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\]\n]*\]|【[^】\n]*】|<[^<>\n]*>",
    re.IGNORECASE,
)
"""What is read as a whole: no sentence ends inside, and only a mark is a mark."""
SPAN_BEGINS = '`[(“"【<'


def cited_in(raw: str, passages: int) -> tuple[int, ...]:
    """The numbers in the marks, in order, each once, whether or not there is such a passage."""
    return tuple(dict.fromkeys(n for _, _, numbers in _marks(raw, passages) for n in numbers))


def without_marks(raw: str, passages: int) -> str:
    """The text without its marks."""
    parts, at = [], 0
    for start, end, _ in _marks(raw, passages):
        parts.append(raw[at:start])
        at = end
    text = "\0".join([*parts, raw[at:]])
    if found := _BY_MARK.match(text):  # "According to [1], Ford said so."
        text = text[found.end() :]
        text = text[:1].upper() + text[1:]
    text = re.sub(r"[ \t]*\0(?:[ \t]*[,;]?[ \t]*\0)*(?=[\s.,;:!?]|$)", "", text)
    return re.sub(r"[ \t]*\0[ \t]*", " ", text).strip()


def _marks(raw: str, passages: int) -> Iterator[tuple[int, int, list[int]]]:
    """Where marks stand in `raw`, and the numbers in them."""
    at = 0
    while at < len(raw):
        span = SPAN.match(raw, at)
        numbers = _numbers(span["mark"], passages) if span and span["mark"] else []
        if span and numbers:
            yield span.start(), span.end(), numbers
        # A mark may stand inside quotation marks or brackets.
        inner = span and not numbers and span[0][0] in '“"([' and "](" not in span[0]
        at = at + 1 if inner or not span else span.end()


def _numbers(mark: str, passages: int) -> list[int]:
    raised = mark.translate(_RAISED)
    if raised != mark and raised.isdigit() and int(raised) > passages:
        return [int(digit) for digit in raised if digit != "0"]
    numbers: list[int] = []
    for found in _NUMBER.finditer(_MARK_NOTE.sub("", raised)):
        first, last = int(found[1]), int(found[2] or found[1])
        whole = first <= last < first + _LONGEST_RANGE
        numbers += range(first, last + 1) if whole else (first, last)
    # Figures stand in round brackets as well: "the leader (64)".
    if _ROUND.match(mark) and max(numbers) > passages:
        return []
    return numbers
