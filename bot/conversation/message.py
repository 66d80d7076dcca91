"""A message as words, and what is left of it once phrases of politeness are taken out.

Only the ends of a sentence are looked at, or a sentence as a whole: "thanks" inside a question
belongs to it. Words in quotation marks are never taken for a phrase.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from bot.conversation.phrases import NUMBER, Entry, Phrases, fold

WORDS_A_SENTENCE = 20
NEAR = 40
"""Words from either end of a sentence in which politeness is looked for."""

_WORD = re.compile(r"@?[^\W_]+(?:['’‘´`-][^\W_]+)*")
_ENDING = re.compile(r"[.!?…]+[\s)\]\"”»]*|\s*\n\s*|(?=[¿¡])")
_SOFT = re.compile(r"(?:\s|[,;:()~*]|—|(?<=\s)[-–]+(?=\s))+")
_ABBREVIATED = re.compile(r"[A-Z]|Dr|Mr|Mrs|Ms|No|Nr|St|Jr|Sr|Prof|Gen|Gov|Sen|Rep|vs|etc|approx")
_QUOTE = re.compile(r"[\"“”„«»‹›]")
_TRAILING = " \t\n,;:-–—~*("
_CALLED = frozenset({"dateline", "bot"})


class _Gap(Enum):
    BLANK = auto()
    SOFT = auto()  # a comma and the like
    HARD = auto()  # the end of a sentence
    OTHER = auto()


class _Match(NamedTuple):
    """Words `start` up to `end` are a phrase."""

    start: int
    end: int
    entry: Entry


class Message:
    """A message; `kept` leaves politeness out of it once."""

    def __init__(self, text: str, known: Phrases) -> None:
        self.left_out: list[Entry] = []
        self.max_sentences: int | None = None
        self._text = text
        self._known = known
        found = [*_WORD.finditer(text)]
        self._spans = [m.span() for m in found]
        self._words = [known.plain(m[0]) for m in found]
        self._gaps = [self._gap(n) for n in range(len(found))]
        self._joined = [gap in (_Gap.BLANK, _Gap.SOFT) for gap in self._gaps]
        self._ahead: dict[tuple[int, bool], _Match | None] = {}

    def kept(self) -> str:
        """What is left; the text itself where it holds no politeness."""
        if not self._words:
            return ""
        pieces = [*self._pieces()]
        whole = all(said == self._text[start:end].strip() for start, end, said in pieces)
        return self._text if whole else " ".join(said for *_, said in pieces if said)

    def _pieces(self) -> Iterator[tuple[int, int, str]]:
        """Every sentence: where it starts and ends in the text, and what is left of it."""
        first, start = 0, 0
        for n, gap in enumerate(self._gaps):
            if gap is _Gap.HARD:
                end = self._sentence_end(n)
                yield start, end, self._left(first, n + 1, self._text[start:end])
                first, start = n + 1, end

    def _left(self, first: int, after: int, sentence: str) -> str:
        """What is left of a sentence, which has the words `first` up to `after`."""
        if (covered := self._covered(first, after)) is not None:
            self._leave_out(covered)
            return ""
        opening = [*self._opening(first, after)]
        begin = opening[-1].end if opening else first
        self._leave_out(opening)
        if language := self._order(begin, after, sentence):
            self.left_out.append(Entry("talk.order", language))
            return ""
        closing = [*self._closing(begin, after)]
        stop = closing[-1].start if closing else after
        self._leave_out(closing)
        offset = self._spans[after - 1][1]
        tail = sentence[len(sentence) - (self._sentence_end(after - 1) - offset) :]
        said = sentence.removesuffix(tail) if tail else sentence
        if closing:
            said = said[: len(said) - (offset - self._spans[stop - 1][1])].rstrip(_TRAILING)
            tail = "?" * ("?" in tail or "?" in self._between(stop - 1))
        if opening:
            said = said[len(said) - (self._spans[stop - 1][1] - self._spans[begin][0]) :]
        return (said + tail).strip()

    def _covered(self, first: int, after: int) -> list[_Match] | None:
        """The phrases that the sentence consists of, if it is nothing else."""
        if after - first > NEAR:
            return None
        reached: dict[int, list[_Match]] = {first: []}
        for at in range(first, after):
            if at not in reached:
                continue
            for match in self._matches(at, after, at > first):
                if match.end == after or self._joined[match.end - 1]:
                    reached.setdefault(match.end, [*reached[at], match])
        return reached.get(after)

    def _opening(self, first: int, after: int) -> Iterator[_Match]:
        """The phrases before what is asked."""
        at, after = first, min(after, first + NEAR)
        while match := self._opens(at, after, at > first):
            yield match
            at = match.end

    def _opens(self, at: int, after: int, spoken: bool) -> _Match | None:
        """The phrase at a word, if it only leads up to what follows it."""
        if (at, spoken) not in self._ahead:
            found = (m for m in self._matches(at, after, spoken) if m.end < after)
            self._ahead[at, spoken] = next((m for m in found if self._leads_up(m, after)), None)
        return self._ahead[at, spoken]

    def _leads_up(self, match: _Match, after: int) -> bool:
        kind, gap, following = match.entry.kind, self._gaps[match.end - 1], self._words[match.end]
        if gap not in (_Gap.BLANK, _Gap.SOFT):
            return False
        if kind == "before_any" or (gap is _Gap.SOFT and not kind.startswith("talk.")):
            return True
        if self._opens(match.end, after, True):
            return True
        language = match.entry.language
        bare = kind in ("before_ask", "after") or kind.startswith("talk.")
        may = not bare or (gap is _Gap.SOFT and kind != "before_ask")
        return following in self._known.asks[language] or (
            may and following in self._known.may_ask[language]
        )

    def _closing(self, begin: int, after: int) -> Iterator[_Match]:
        """The phrases after what is asked, the last first."""
        while match := self._closes(begin, after):
            yield match
            after = match.start

    def _closes(self, begin: int, after: int) -> _Match | None:
        starts = range(max(begin + 1, after - NEAR // 2), after)
        found = (m for at in starts for m in self._matches(at, after, False) if m.end == after)
        return next((m for m in found if self._ends_with(m)), None)

    def _ends_with(self, match: _Match) -> bool:
        """Whether a phrase at the end of a sentence is no part of what is asked."""
        kind, gap = match.entry.kind, self._gaps[match.start - 1]
        after = kind == "after" or kind.startswith("length.")
        if gap is _Gap.SOFT:
            return after or kind in ("before_any", "called") or kind in self._known.at_end
        before = self._words[match.start - 1]
        return gap is _Gap.BLANK and after and before not in self._known.never_after

    def _matches(self, at: int, after: int, spoken: bool) -> Iterator[_Match]:
        """The phrases at a word, the longest first; names only where something is said to them."""
        for end, entry in self._known.matches(self._words[:after], at, self._joined):
            if (spoken or entry.kind != "name") and not (self._quoted(at) or self._quoted(end - 1)):
                yield _Match(at, end, entry)
        start, stop = self._spans[at]
        if self._words[at] in _CALLED or self._text[start] == "@":
            kind = "before_any" if self._text[start:stop].startswith("@") else "called"
            yield _Match(at, at + 1, Entry(kind, "en"))

    def _order(self, begin: int, after: int, sentence: str) -> str | None:
        """The language of an order to be or do something else, if the sentence is one."""
        said = sentence[len(sentence) - (self._sentence_end(after - 1) - self._spans[begin][0]) :]
        return self._known.order_in(self._words[begin], fold(said))

    def _leave_out(self, matches: list[_Match]) -> None:
        for match in matches:
            self.left_out.append(match.entry)
            if match.entry.kind.startswith("length."):
                self.max_sentences = self._length(match)

    def _length(self, match: _Match) -> int:
        """How many sentences a phrase such as "in fifty words" leaves room for."""
        unit = match.entry.kind.removeprefix("length.")
        if unit in ("one", "two"):
            return 1 if unit == "one" else 2
        number = next(n for n in range(match.start, match.end) if self._words[n] == NUMBER)
        start, end = self._spans[number]
        many = self._known.number(self._text[start:end])
        return max(1, many if unit == "sentences" else many // WORDS_A_SENTENCE)

    def _quoted(self, n: int) -> bool:
        """Whether a quotation mark is next to a word."""
        return bool(_QUOTE.search(self._between(n)) or _QUOTE.search(self._between(n - 1)))

    def _between(self, n: int) -> str:
        """The text between words n and n + 1."""
        start = self._spans[n][1] if n >= 0 else 0
        end = self._spans[n + 1][0] if n + 1 < len(self._spans) else len(self._text)
        return self._text[start:end]

    def _gap(self, n: int) -> _Gap:
        between, last = self._between(n), n + 1 == len(self._spans)
        if last or self._ends_sentence(n, between):
            return _Gap.HARD
        if between.isspace():
            return _Gap.BLANK
        return _Gap.SOFT if _SOFT.fullmatch(between) else _Gap.OTHER

    def _ends_sentence(self, n: int, between: str) -> bool:
        if re.search(r"[!?…\n¿¡]", between):
            return True
        start, end = self._spans[n]
        full_stop = re.match(r"\.+[)\]\"”»]*\s", between)
        return bool(full_stop) and not _ABBREVIATED.fullmatch(self._text[start:end])

    def _sentence_end(self, n: int) -> int:
        """Where the sentence whose last word is n ends in the text."""
        if n + 1 == len(self._spans):
            return len(self._text)
        ending = _ENDING.search(self._between(n))
        return self._spans[n][1] + (ending.end() if ending else 0)
