"""A sentence's words with what matters to what it says: clauses, negation, certainty, roles.

Rules of thumb for English news, without a parser: they read small words, endings and places.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from bot.differences.tokens import Certainty, Sort, Token
from bot.verification.days import Day, days
from bot.verification.figures import Number, numbers
from bot.wording import lines_of, listed, phrases, stem, words_in
from index.text.analyzer import STOP


@dataclass(frozen=True, slots=True)
class Clauses:
    """A sentence as tokens, in order."""

    text: str
    tokens: tuple[Token, ...]
    quotes: tuple[str, ...] = field(default=())


_WORD = re.compile(r"(?:[A-Z]\.){2,}|[^\W\d_]+(?:[’'][^\W\d_]+)*|[^\s\w]|\d+\w*")
_POSSESSIVE = re.compile(r"(?<=\w)[’']s?$")
_STRONG = listed(
    ', ; : — – ( ) “ ” " but because although though while whereas after before when until unless '
    "if who which whose whom where since despite"
)
_WEAK = listed("and or that as")
_NEGATIONS = words_in("negation")
_NEEDS_TO = listed("fail failed fails refuse refused refuses declined")
_OPEN = words_in("open")
PLANS = listed("plan plans planned propose proposed consider considered expected due")
_ASKS = listed("how why when where whether what who which")
_PREPOSITIONS = listed("on in at of from during by with for near")
_OPEN_ADVERBS = words_in("open adverb")
_ADVERB_REACH = 6
"""How many words on an adverb still governs."""
_AHEAD = listed("agree agreed agrees will ’ll 'll shall")
SPEECH = words_in("speech")
ACTS = words_in("speech act")
"""They say what somebody says as well, with what follows as their object."""
_BE = listed("is are was were be been being get gets got")
_AUXILIARY = _BE | listed(
    "am do does did has have had having will would can could may might must shall should to "
    "not n't never"
)
_BEFORE_NOUN = listed(
    "a an the this that these those his her its their our my your no some any every each all of in "
    "on at for from with by into about"
)
PASTS = words_in("past")
_VERBS = words_in("verb")


@lru_cache(maxsize=1)
def _verb_stems() -> frozenset[str]:
    return frozenset(map(stem, PASTS | _VERBS))


def may_be_verb(token: Token) -> bool:
    """Whether a word is used as a verb, or is listed as one."""
    return token.verb or token.stem in _verb_stems()


@lru_cache(maxsize=4096)
def clauses(text: str) -> Clauses:
    """Read a sentence. The tokens are shared: treat them as constants."""
    dates = days(text)
    marks: list[Day | Number] = [*dates, *numbers(text, dates)]
    figures = {m.start: m for m in marks}
    taken = [(m.start, m.end) for m in marks]
    tokens: list[Token] = []
    for match in _WORD.finditer(text):
        start = match.start()
        if mark := figures.get(start):
            tokens.append(_figure(text, mark))
        elif not (taken and any(a <= start < b for a, b in taken)):
            tokens += _words(match)
    return Clauses(text, tuple(_govern(_joined(tokens))))


def _figure(text: str, mark: Number | Day) -> Token:
    said = text[mark.start : mark.end]
    if isinstance(mark, Day):
        return Token(said, said.lower(), Sort.DAY, mark.start, mark.end, day=mark)
    return Token(said, said.lower(), Sort.NUMBER, mark.start, mark.end, number=mark)


def _words(match: re.Match[str]) -> list[Token]:
    word, start = match[0], match.start()
    if word.lower().endswith(("n't", "n’t")):
        return [
            Token(word[:-3], word[:-3].lower(), Sort.SMALL, start, start + len(word) - 3),
            Token("not", "not", Sort.SMALL, start + len(word) - 3, match.end()),
        ]
    bare = _POSSESSIVE.sub("", word) or word
    low = bare.lower()
    sort = Sort.WORD
    if not bare[0].isalpha() or (low in STOP and bare != "US"):
        sort = Sort.SMALL
    elif bare[0].isupper() and not (start == 0 and low in _NEGATIONS):
        sort = Sort.NAME
    term = low if sort is Sort.SMALL else stem(bare)
    return [Token(bare, term, sort, start, match.end())]


def _joined(tokens: list[Token]) -> list[Token]:
    """With two words that mean one thing as one."""
    known = phrases()
    joined: list[Token] = []
    for token in tokens:
        pair = (joined[-1].text.lower(), token.text.lower()) if joined else ("", "")
        if pair in known:
            one = joined.pop()
            word = known[pair]
            sort = Sort.SMALL if word == "-" else Sort.WORD
            joined.append(
                Token(word, stem(word), sort, one.start, token.end, verb=sort is Sort.WORD)
            )
        else:
            joined.append(token)
    return joined


@lru_cache(maxsize=1)
def _seats() -> dict[str, str]:
    lines = (line.split(": ") for line in lines_of("seat"))
    return {name: state for state, names in lines for name in names.split()}


def _find_seats(tokens: list[Token]) -> None:
    """Say of each name which state it means, if it does more than say where."""
    seats = _seats()
    for place, token in enumerate(tokens):
        if token.sort is not Sort.NAME or _says_where(tokens, place):
            continue
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        pair = f"{token.text}-{after.text}".lower() if after else ""
        if after and pair in seats:
            token.seat = after.seat = seats[pair]
        token.seat = token.seat or seats.get(token.text.lower(), "")


def _says_where(tokens: list[Token], place: int) -> bool:
    before = [t.text.lower() for t in tokens[max(0, place - 2) : place] if t.text != "the"]
    return bool(before) and before[-1] in _WHERE


_WHERE = listed("in at near outside across")


def _govern(tokens: list[Token]) -> list[Token]:
    """Say of each token which clause it is in and what governs it."""
    _find_verbs(tokens)
    _find_seats(tokens)
    first = next((k for k, t in enumerate(tokens) if t.text[0].isalnum()), 0)
    state = _State(tokens)
    for place, token in enumerate(tokens):
        state.reach(place, token.text.lower())
        token.clause = state.clause
        token.negated = state.negated
        token.certainty = state.certainty
        token.said = state.said
        token.initial = place <= first
        state.leave(place, token.text.lower())
    _reach_back(tokens)
    return tokens


class _State:
    """What governs the word that is being read."""

    def __init__(self, tokens: list[Token]) -> None:
        self.clause = 0
        self.negated: bool | None = False
        self.certainty = Certainty.FACT
        self.said = False
        self._tokens = tokens
        self._denial = ""
        self._since = 0
        self._relative: int | None = None
        self._adverb: tuple[int, Certainty] | None = None
        self._reported = False

    def reach(self, place: int, low: str) -> None:
        """End what does not govern the word at `place`."""
        if self._adverb and place > self._adverb[0] + _ADVERB_REACH:
            self.certainty, self._adverb = self._adverb[1], None
        if low in _STRONG:
            self.clause += 1
            self.negated = False
            self.certainty = self.certainty if low in _PASSED else Certainty.FACT
        elif low in _WEAK:
            self.clause += 1
        self._end_relative(place, low)
        if low == "and" and _verb_follows(self._tokens, place):
            self.negated = False
            if _finite_follows(self._tokens, place):
                self.certainty = Certainty.FACT
        elif low in _ASKS and self.negated:
            self.negated, self.certainty = False, Certainty.OPEN  # "did not say how it will pay"
        elif low in _PREPOSITIONS and self.negated and self._denial == "no":
            self.negated = None  # "no guard rails on the road"
        if low in _TURNS and not self._reported:
            self.said = False
        if self._denial == "not" and low in _FINITE and self._since:
            self.negated = False  # "what was not urgent was put off"
        self._since += self._tokens[place].sort is not Sort.SMALL

    def _end_relative(self, place: int, low: str) -> None:
        """A clause with "who" ends where the sentence's own verb comes: "who fell was found"."""
        if low in _RELATIVE:
            self._relative = place
        elif self._relative is not None and low in _FINITE:
            inside = self._tokens[self._relative + 1 : place]
            if any(t.verb or t.text.lower() in _FINITE for t in inside):
                self.clause += 1
                self._relative = None

    def leave(self, place: int, low: str) -> None:
        """Begin what the word at `place` governs."""
        if (
            low in _NEGATIONS
            and self._tokens[place].sort is not Sort.NAME
            and not _harmless(self._tokens, place)
        ) or _warns_off(self._tokens, place):
            self.negated, self._denial, self._since = True, low, 0
        self.said = self.said or low in ACTS
        if low in _OPEN_ADVERBS:
            if self.certainty is not Certainty.OPEN:
                self._adverb = place, self.certainty
            self.certainty = Certainty.OPEN
        elif low in _OPEN:
            self._adverb = None
            told = low == "would" and self.said
            self.certainty = Certainty.AHEAD if told else Certainty.OPEN
        elif (
            low in _AHEAD
            or _is_due(self._tokens, place)
            or (low in _TO_BE and _is_to(self._tokens, place))
        ):
            self.certainty = min(self.certainty, Certainty.AHEAD)
        if low in SPEECH and not (place and self._tokens[place - 1].text.lower() in _BE):
            self.said = True
            self._reported = low not in _TOLD_IN_PART
            self.clause += 1


_PASSED = listed(', “ ” " ( )')
"""What is uncertain stays so past these."""
_RELATIVE = listed("who which whose whom")
_TURNS = listed("but while whereas ;")
_TO_BE = listed("is are was were set")
_TOLD_IN_PART = listed("warned warn called call calls described")
"""After these, "but" turns to what nobody needs to have said."""


def _find_verbs(tokens: list[Token]) -> None:
    verbs = _verb_stems()
    for place, token in enumerate(tokens):
        if token.sort is not Sort.WORD:
            continue
        before = tokens[place - 1].text.lower() if place else ""
        low = token.text.lower()
        inflected = len(low) > 4 and low.endswith(("ed", "ing"))
        inflected = inflected or (token.stem in verbs and not _may_be_noun(tokens, place))
        if before in _AUXILIARY and low not in ("to",):
            token.verb = inflected or before not in _BE
        else:
            token.verb = token.verb or (inflected and before not in _BEFORE_NOUN)


def _may_be_noun(tokens: list[Token], place: int) -> bool:
    """Whether a verb's plain form is used as a noun: "a 7 percent raise"."""
    if tokens[place].text.lower() not in _VERBS:
        return False
    before = tokens[place - 1] if place else None
    return before is None or not (
        before.sort is Sort.NAME or before.text.endswith("s") or before.text.lower() in _SUBJECTS
    )


_SUBJECTS = listed("i you we they who which that")
_FINITE = listed("had has have was were is are did does do")


def _finite_follows(tokens: list[Token], place: int) -> bool:
    """Whether "and" goes on with what was, not with more of what may be."""
    after = tokens[place + 1].text.lower() if place + 1 < len(tokens) else ""
    return after in _FINITE or after.endswith("ed")


def _verb_follows(tokens: list[Token], place: int, reach: int = 2) -> bool:
    after = tokens[place + 1 : place + 1 + reach]
    return any(t.verb or t.text.lower() in _AUXILIARY for t in after)


def _harmless(tokens: list[Token], place: int) -> bool:
    """Whether a word that negates otherwise does not here: "not only", "no more than"."""
    low = tokens[place].text.lower()
    after = tokens[place + 1].text.lower() if place + 1 < len(tokens) else ""
    if low in _NEEDS_TO:
        return after != "to"
    if low in ("instead", "short"):
        return after != "of"
    than = place + 2 < len(tokens) and tokens[place + 2].text.lower() == "than"
    return low in ("not", "no") and (after in _NOT_DENIED or than)


def _warns_off(tokens: list[Token], place: int) -> bool:
    """Whether "against" says what is not to be done: "warned against drawing"."""
    after = tokens[place + 1].text if place + 1 < len(tokens) else ""
    return tokens[place].text.lower() == "against" and after.endswith("ing")


def _is_due(tokens: list[Token], place: int) -> bool:
    """Whether something is "due to happen", and not "due to" a cause."""
    after = tokens[place + 1 : place + 3]
    return tokens[place].text.lower() == "due" and len(after) > 1 and after[1].verb


_NOT_DENIED = listed("only doubt sure certain clear just merely")


def _is_to(tokens: list[Token], place: int) -> bool:
    after = [t.text.lower() for t in tokens[place + 1 : place + 3]]
    return (after[:1] == ["to"] and after != ["to", "blame"]) or after == ["set", "to"]


def _reach_back(tokens: list[Token]) -> None:
    """What "…, she said" and "… but did not do so" say of the words before them."""
    for place, token in enumerate(tokens):
        low = token.text.lower()
        told = low in SPEECH and tokens[place - 1].text.lower() not in _BE
        if told and place > 3 and _ends_soon(tokens, place) and _nothing_follows(tokens, place):
            before = [t for t in tokens[:place] if t.text in (",", "”", '"')]
            if before or low in ("according", "said"):
                for earlier in tokens[:place]:
                    earlier.said = True
                token.certainty = Certainty.FACT
        if low == "not" and _says_nothing_new(tokens, place):
            for earlier in tokens[:place]:
                earlier.negated = None


def _nothing_follows(tokens: list[Token], place: int) -> bool:
    """Whether no verb comes after a word of saying, or it is "according", after which one may."""
    return tokens[place].text.lower() == "according" or not _verb_follows(
        tokens, place, len(tokens)
    )


def _ends_soon(tokens: list[Token], place: int) -> bool:
    return sum(t.sort is not Sort.SMALL for t in tokens[place:]) <= 5


def _says_nothing_new(tokens: list[Token], place: int) -> bool:
    """Whether "not" only refers back: "but did not", "and has not done so"."""
    rest = []
    for token in tokens[place + 1 :]:
        if token.text in (",", ";", "."):
            break
        rest.append(token)
    return all(t.sort is Sort.SMALL or t.text.lower() in ("done", "yet") for t in rest)
