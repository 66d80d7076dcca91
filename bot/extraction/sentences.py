"""Candidate sentences: the sentences of a retrieved passage, and which may be quoted.

A quote is a whole sentence. Headings, captions, links, bylines and what else a news page holds
between its sentences are recognised by their shape and by the words in `furniture.txt`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib.resources import files

from bot.extraction.boundaries import is_torn, lines
from bot.extraction.clause import is_clause
from bot.extraction.language import may_be_foreign
from bot.extraction.orders import gives_orders
from index.storage.records import Candidate
from index.text.scripts import hangul_pairs, sizes
from index.text.splitter import Span

MIN_WORDS = 4
LONGEST_HEADING = 20
"""Words."""
LONGEST_CAPTION = 2
"""Sentences before a picture's credit in its line."""


class Kind(StrEnum):
    """What a piece of text is."""

    SENTENCE = "sentence"
    QUESTION = "question"
    HEADING = "heading"
    CAPTION = "caption"
    LINK = "link"
    BYLINE = "byline"
    DATELINE = "dateline"
    BOILERPLATE = "boilerplate"
    TABLE = "table"
    LIST_ITEM = "list item"
    FRAGMENT = "fragment"
    ORDER = "order"


@dataclass(frozen=True)
class Sentence:
    """A piece of an article, verbatim: `text` is the article's `[start:end]`.

    `is_caption` is known from its line, `listed` says that the line is an item of a list, and
    `alone` that the piece is the whole line.
    """

    start: int
    end: int
    text: str
    is_caption: bool = False
    listed: bool = False
    alone: bool = False

    @cached_property
    def kind(self) -> Kind:
        """What it is, worked out when first asked for: most sentences are never looked at."""
        return Kind.CAPTION if self.is_caption else _kind(self.text, self.listed, self.alone)

    @property
    def quotable(self) -> bool:
        """Whether it is a whole sentence that states something."""
        return self.kind is Kind.SENTENCE


def candidate_sentences(candidate: Candidate) -> tuple[Sentence, ...]:
    """The sentences of a passage, in order; offsets count from the start of its article."""
    return sentences_of(candidate.text, candidate.start)


@lru_cache(maxsize=1024)
def sentences_of(text: str, offset: int = 0) -> tuple[Sentence, ...]:
    """The sentences of `text`, in order; it starts at `offset` in its article.

    They are remembered, since one question after another finds the same passages.
    """
    found: list[Sentence] = []
    for line in lines(text):
        found.extend(_sentences_of_line(text, line, offset))
    return tuple(found)


_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|JANUARY|FEBRUARY|MARCH|APRIL|MAY|"
    r"JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER)"
)
_AGENCY = r"(?:CNN(?: \w+)?|AP|Reuters|REUTERS|AFP|Bloomberg|UPI|dpa|Xinhua|PTI|ANI|TASS)"
_DASH = r"(?:\s+[-‒–−]\s+|\s*(?:—|--)\s*|\s+–)"
_PLACE = r"[A-Z][\w.’'-]*(?:\s[A-Z][\w.’'-]*){0,3}"
_REGION = rf"(?:,\s{_PLACE}){{0,2}}(?:,\s{_MONTH}\.?\s\d{{1,2}})?"
_PREFIX = re.compile(
    rf"""(?:
      [^\w\s"“”'‘’()\[\]$€£¥#@+.…|<-]+\s*                     # bullets, emoji
    | [-*+]{{1,3}}\s+
    | \(?\d{{1,3}}[.)]\s+(?=["“‘'(]?[A-Z])                     # 1. 2) (3)
    | (?:UPDATE|WRAPUP|BREAKING|EXCLUSIVE|CORRECTED|REFILE)(?:\s\d+)?(?:-|{_DASH}|:\s)
    | \({_AGENCY}\)(?:{_DASH}|\s*)                            # (CNN) The
    | {_PLACE}{_REGION}\s(?:\({_AGENCY}\)(?:{_DASH}|\s?)|{_AGENCY}{_DASH})  # Kyiv (CNN)The
    | [A-Z][A-Z.]{{2,}}(?:[\s-][A-Z][A-Z.]+){{0,3}}{_REGION}{_DASH}  # WASHINGTON, Oct 4 —
    | [A-Z][a-z]+(?:\s[A-Z][a-z]+)?(?:,\s{_PLACE})?\s[—–‒]\s    # Kyiv, Ukraine —
    )\s*(?=["“‘'(\[$€£]*[A-Z0-9])""",
    re.VERBOSE,
)
_MAY_LEAD = re.compile(
    r"[^\w\"“‘']|\d{1,3}[.)]|[A-Z][A-Z]|[A-Z].{2,40}?(?:[—–‒]|\((?:CNN|AP|Reu|AFP))"
)
_ENDED = re.compile(r"[.!?…。！？]\s?[\"”’'»)\]」』]{0,3}(?:\[\d+\])*$")
_ASKED = re.compile(r"[?？]\s?[\"”’'»)\]」』]{0,3}$")
_BEGINS = re.compile(r"[\"“‘'«(\[$€£¥#@+-]*(?:[A-Z0-9]|[^\W\d_a-z]|[a-z]+[A-Z]|al-)")
_OWNER = (
    r"(?:Getty [Ii]mages(?: Europe)?|Reuters|REUTERS|AFP|AP|Shutterstock|Alamy|EPA|EPA-EFE|"
    r"Imagn Images|Handout|USA TODAY(?: Sports| Network)?|USA Today|Adobe Stock|iStock)"
)
_CREDIT = re.compile(rf"(?:^|[/(]|\bvia ){_OWNER}\)?\.?$")
_CREDIT_FIRST = re.compile(rf"(?:[^\W\d_][\w.'’-]*[ /]){{1,8}}{_OWNER}(?=\s[A-Z])")
_LABEL = re.compile(
    r"(?:MORE|More|READ|Read|RELATED|Related|WATCH|Watch|SEE|See|LISTEN|Listen|OPINION|Opinion|"
    r"Review|REVIEW|FULL STORY|Full story|Original story|Story|Fact check|FACT CHECK|VIDEO|Video|"
    r"PHOTOS?|Photos?|GALLERY|Gallery|QUIZ|Quiz|PODCAST|Podcast|LIVE|Live updates)"
    r"(?: [\w'’-]+){0,4} ?[:|]"
)
_LAST_MARKS = '.!?…"”'
_DATE_LINE = re.compile(
    rf"(?:(?:Updated|Published|Posted)\W+)?(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s)?"
    rf"(?:\d{{1,2}}:\d\d\s?[ap]\.?m\.?\s\w+,?\s)?{_MONTH}\.?\s\d{{1,2}}(?:,\s\d{{4}})?.{{0,25}}$"
    rf"|(?:{_PLACE}\s)?(?:{_PLACE},\s)?\(?{_AGENCY}\)?\s*[-–—]*$"
)
_BYLINE = re.compile(
    r"By (?:[A-Z][\w.’'-]+\s?){1,4}|[-–—]+\s?[A-Z][\w.’'-]+(?:,?\s(?:and\s)?[A-Z][\w.’'-]*){0,6}$"
    r"|Special (?:to|for) |(?:[A-Z][\w.’'-]+ ){2,3}(?:\||,) (?:USA|CNN|Staff|The|Associated)"
)
_ADDRESS = re.compile(r"(?:https?:|www\.|pic\.twitter)\S*$|\S+@\S+\.\w+$|\S+\.(?:com|org|net)\S*$")
_FILE_PHOTO = re.compile(rf"FILE\b|[A-Z ,.]{{1,60}}{_DASH}{_MONTH}\s\d{{1,2}}\s?:")
_LIST_MARK = re.compile(r"[•▪●■*◦‣·]|[-–—]\s|\(?\d{1,3}[.)]\s|[a-z][.)]\s")


def _sentences_of_line(text: str, line: Sequence[Span], offset: int) -> Iterator[Sentence]:
    first, last = line[0][0], line[-1][1]
    captions = _captions(text, line)
    listed = bool(_LIST_MARK.match(text, first))
    for place, (start, end) in enumerate(line):
        begin = _after_prefix(text, start, end) if start == first else start
        if end - begin > 2 and text[end - 1] in '"“' and text[end - 2].isspace():
            end = begin + len(text[begin : end - 1].rstrip())  # noqa: PLW2901 - what it opens is cut
        piece = text[begin:end]
        is_caption, alone = place >= len(line) - captions, end - start == last - first
        yield Sentence(offset + begin, offset + end, piece, is_caption, listed, alone)


def _after_prefix(text: str, start: int, end: int) -> int:
    """Where a line begins after its bullet, number or dateline."""
    if text[start] in "-–—" and _BYLINE.match(text, start, end):
        return start
    for _ in range(3):
        if not _MAY_LEAD.match(text, start, end):
            break
        prefix = _PREFIX.match(text, start, end)
        if not prefix:
            break
        start = prefix.end()
    return start


def _captions(text: str, line: Sequence[Span]) -> int:
    """How many of a line's last sentences describe a picture: its credit ends the line."""
    start, end = line[-1]
    if text[end - 1] not in _LAST_MARKS:
        tail = text[max(start, end - 40) : end]
        if "Hide Caption" in tail:
            return len(line)
        if _CREDIT.search(tail):
            return LONGEST_CAPTION + 1
    start, end = line[0]
    is_file = text[start : start + 2].isupper() and _FILE_PHOTO.match(text, start, end)
    return len(line) if is_file else 0


def _kind(text: str, listed: bool, alone: bool) -> Kind:
    if gives_orders(text):
        return Kind.ORDER
    if _LABEL.match(text):
        return Kind.LINK
    if "/" in text[:60] and _CREDIT_FIRST.match(text):
        return Kind.CAPTION
    tokens = text.split()
    furniture = _furniture()
    for token in furniture.keys() & tokens:
        for kind, pattern in furniture[token]:
            if pattern.search(text):
                return kind
    if _ENDED.search(text, len(text) - 12 if len(text) > 12 else 0):
        return _kind_of_ended(text, tokens)
    return _kind_of_unended(text, listed, alone)


def is_short(text: str) -> bool:
    """Whether a text has too few words to state anything; one word of Korean says much."""
    return sizes(text) < MIN_WORDS and hangul_pairs(text) < MIN_WORDS


def _kind_of_ended(text: str, tokens: Sequence[str]) -> Kind:
    """The kind of what ends as a sentence does."""
    if _ASKED.search(text, max(len(text) - 6, 0)):
        return Kind.QUESTION
    if "|" in text or "\t" in text:
        return Kind.TABLE
    if is_short(text) or not _BEGINS.match(text) or is_torn(tokens[-1]):
        return Kind.FRAGMENT
    if text.isupper():
        return Kind.HEADING
    if len(tokens) > 1:
        tokens = _after_label(tokens)
    clause = is_clause(tokens) or ("—" in text and is_clause(text.replace("—", " — ").split()))
    return Kind.SENTENCE if clause or may_be_foreign(text) else Kind.FRAGMENT


def _after_label(tokens: Sequence[str]) -> Sequence[str]:
    """The words after a label: "Details: 8 p.m.", but "He said: ..." has none."""
    if tokens[0].endswith(":"):
        return tokens[1:]
    says = tokens[1][:-1].endswith(("ed", "s", "said", "wrote", "told", "is", "are"))
    return tokens[2:] if tokens[1].endswith(":") and not says else tokens


def _kind_of_unended(text: str, listed: bool, alone: bool) -> Kind:
    """The kind of what lacks the mark that ends a sentence."""
    if _ADDRESS.match(text):
        return Kind.LINK
    if _DATE_LINE.match(text):
        return Kind.DATELINE
    if _BYLINE.match(text):
        return Kind.BYLINE
    if "|" in text or "\t" in text or _figures(text) * 4 > len(text):
        return Kind.TABLE
    if listed:
        return Kind.LIST_ITEM
    heading = alone and len(text.split()) <= LONGEST_HEADING
    return Kind.HEADING if heading else Kind.FRAGMENT


def _figures(text: str) -> int:
    return sum(map(str.isdigit, text))


@lru_cache(maxsize=1)
def _furniture() -> dict[str, list[tuple[Kind, re.Pattern[str]]]]:
    """The patterns of `furniture.txt` and what each shows, by the word that must be there."""
    patterns: dict[str, list[tuple[Kind, re.Pattern[str]]]] = {}
    kind = Kind.LINK
    source = files("bot.extraction").joinpath("furniture.txt").read_text(encoding="utf-8")
    for line in source.splitlines():
        if line.startswith("["):
            kind = Kind(line.strip("[]"))
        elif line and not line.startswith("#"):
            word, pattern = line.split(" ", 1)
            for token in _as_tokens(word):
                patterns.setdefault(token, []).append((kind, re.compile(pattern)))
    return patterns


def _as_tokens(word: str) -> Iterator[str]:
    """How a word may be written between blanks; to look these up is quicker than to cut words."""
    for form in {word, word.upper(), word.capitalize()}:
        yield from (form + mark for mark in ("", ":", ".", ",", ")", ").", ".)", "?", "!", ";"))
        yield from ("(" + form, "(" + form + ")", '"' + form, "“" + form)
