"""Whether two answers from articles can be the same, or are of one thing at one time."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bot.differences.alignment import SURE, Aligner, Alignment, Line
from bot.differences.clauses import SPEECH
from bot.differences.comparable import nearly_one
from bot.differences.tokens import Sort, Token
from bot.verification.days import Day, may_be_one_day
from bot.verification.figures import Bound, Number, agree
from bot.wording import is_light, listed

_ROUNDING = 0.1
_SPANS = listed("day days week weeks month months year years hour hours daily annual annually")
_CHANGES = listed(
    "rise rises rose risen climb climbed grow grew grown increase increased jump jumped reach "
    "reached stand stands stood fall falls fell fallen drop dropped"
)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a line gives as an answer: its token at `place`, or the names of who does that."""

    line: Line
    place: int
    names: tuple[Token, ...] = ()

    @property
    def token(self) -> Token:
        """The answer's own token."""
        return self.line.clauses.tokens[self.place]

    @property
    def published(self) -> date | None:
        """The day of its article."""
        return self.line.passage.published

    @property
    def order(self) -> tuple[date, int, int]:
        """The oldest first, then as they were found."""
        return self.published or date.min, self.line.number, self.line.place

    @property
    def says(self) -> str:
        """The answer in the article's words."""
        if not self.names:
            return self.token.text
        return self.line.text[self.names[0].start : self.names[-1].end].removesuffix("’s")


def may_be_same(one: GivenAnswer, other: GivenAnswer) -> bool:
    """Whether two answers may well be the same."""
    if one.names:
        return not {t.stem for t in one.names}.isdisjoint(t.stem for t in other.names)
    a, b = one.token.number, other.token.number
    if a and b and (_rounded(a, b) or nearly_one(a, b)):
        return True
    return says_same(one.token, one.published, other.token, other.published)


def says_same(
    one: Token, published: date | None, other: Token, other_published: date | None
) -> bool:
    """Whether two tokens of articles of these days give the same number or date."""
    if one.number and other.number:
        return agree(one.number, other.number) or agree(other.number, one.number)
    if one.day and other.day:
        return may_be_one_day(one.day, published, other.day, other_published)
    return False


def _rounded(one: Number, other: Number) -> bool:
    """Whether one number is the other in fewer digits, or allows for it: "about", "less than"."""
    small, large = sorted((one, other), key=lambda n: n.value)
    if large.bound is Bound.MOST:
        return True
    far = (large.value - small.value) / large.value
    if Bound.ABOUT in (one.bound, other.bound) and far <= _ROUNDING:
        return True
    digits = min(_digits(one.value), _digits(other.value))
    rounded = {float(f"{n.value:.{digits - 1}e}") for n in (one, other)}
    return len(rounded) == 1 and far <= _ROUNDING / 2


def _digits(value: float) -> int:
    """How many digits of a number tell something: 2 of 1,400."""
    return len(f"{value:.6g}".partition("e")[0].replace(".", "").strip("0")) or 1


def of_one_sort(one: GivenAnswer, other: GivenAnswer) -> bool:
    """Whether both are sums of one unit, or dates as exact, and as surely asserted."""
    tokens = one.token, other.token
    if tokens[0].certainty is not tokens[1].certainty or any(t.negated for t in tokens):
        return False
    if tokens[0].number and tokens[1].number:
        return tokens[0].number.unit == tokens[1].number.unit
    days = tokens[0].day, tokens[1].day
    return not (days[0] and days[1]) or _is_exact(days[0]) == _is_exact(days[1])


def _is_exact(day: Day) -> bool:
    """Whether a date is that of a single day."""
    return day.day is not None or day.weekday is not None or day.step == "day"


def at_one_time(one: GivenAnswer, other: GivenAnswer) -> bool:
    """Whether what both tell of can be of one time, as far as they say."""
    if one.token.day:
        return True
    days = [_days_of_event(answer.line.clauses.tokens) for answer in (one, other)]
    return not (days[0] and days[1]) or any(
        may_be_one_day(d, one.published, e, other.published) for d in days[0] for e in days[1]
    )


def _days_of_event(tokens: Sequence[Token]) -> list[Day]:
    """The dates in a line, but for the day when it was said or had changed."""
    told = SPEECH | _CHANGES
    aside = clauses_with(tokens, told)
    return [
        t.day
        for place, t in enumerate(tokens)
        if t.day and t.day.step != "week" and t.clause not in aside
        if told.isdisjoint(near.text.lower() for near in tokens[max(0, place - 3) : place])
    ]


def clauses_with(tokens: Sequence[Token], words: Set[str]) -> set[int]:
    """The clauses, by number, that hold one of these words."""
    return {t.clause for t in tokens if t.text.lower() in words}


def same_names(aligner: Aligner, alignment: Alignment) -> bool:
    """Whether both lines have a name in common, if both have any."""
    own = [k for k, t in enumerate(alignment.claim.tokens) if t in aligner.names([t])]
    theirs = any(t.sort is Sort.NAME for line in alignment.lines for t in line.clauses.tokens)
    return not own or not theirs or any(alignment.best(k) >= SURE for k in own)


def same_noun(alignment: Alignment, place: int, other: int) -> bool:
    """Whether two figures count the same things, over the same span, if they say."""
    tokens, held = alignment.claim.tokens, alignment.lines[0].clauses.tokens
    if _span(tokens, place) != _span(held, other):
        return False
    one, two = (_noun(t, n) for t, n in ((tokens, place), (held, other)))
    return one is None or two is None or one.stem == two.stem or alignment.says(one, two)


def _noun(tokens: Sequence[Token], place: int) -> Token | None:
    after = tokens[place + 1 : place + 2]
    return after[0] if after and after[0].sort is Sort.WORD and not after[0].verb else None


def _span(tokens: Sequence[Token], place: int) -> str:
    """The span of time over which a figure is counted: "900 a day"."""
    after = [t.text.lower() for t in tokens[place + 1 : place + 5]]
    return next((w for a, w in pairwise(after) if a == "a" and w in _SPANS), "")


def same_verb(alignment: Alignment, k: int) -> bool:
    """Whether what the figure's clause says of it is said by the other line as well."""
    tokens = alignment.claim.tokens
    verbs = [
        j
        for j, t in enumerate(tokens)
        if t.verb and t.clause == tokens[k].clause and not is_light(t.stem)
    ]
    return all(alignment.best(j) >= SURE for j in verbs if tokens[j].text.lower() not in _CHANGES)


def shared_surroundings(alignment: Alignment, place: int, other: int) -> float:
    """How much of what surrounds a figure also surrounds the other, in [0, 1]."""
    whole = alignment.surroundings(place)
    return alignment.fit(place, 0, other) / whole if whole else 0.0
