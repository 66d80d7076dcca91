"""Whether the numbers and dates of a claim stand in the lines, and of the same thing.

It knows nothing of how figures are written; `figures.py` does.
"""

import re
from collections.abc import Sequence

from bot.verification.alignment import MATCH, Spot
from bot.verification.clauses import Sort, Token
from bot.verification.figures import day_of, may_be_one_day
from bot.verification.verdict import Case, Reason, Unsupported
from bot.verification.wording import listed


def numbers(case: Case) -> Unsupported | None:
    """Every number must stand in the lines, in whatever form."""
    for k, token in case.each(Sort.NUMBER):
        if case.alignment.best(k) >= MATCH or _is_manner(case, k) or _is_counted(case, token):
            continue
        return Unsupported(Reason.NUMBER, f"“{token.text}” does not stand so in {case.named}")
    return None


def _is_manner(case: Case, k: int) -> bool:
    """Whether a number only orders, joins or cites: "second,", "the two sides", "passage 1"."""
    token = case.tokens[k]
    after = case.tokens[k + 1].text.lower() if k + 1 < len(case.tokens) else ""
    earlier = case.tokens[k - 1].text.lower() if k else ""
    if earlier in _ARTICLE:
        return token.text in map(str, case.numbers)
    if token.number and token.number.unit == "ordinal":
        return earlier == "at" or (token.initial and after == ",")
    both = token.text.lower() == "two" and earlier in ("the", "between", "these", "those", "its")
    return both and after in (
        "sides",
        "parties",
        "countries",
        "companies",
        "nations",
        "men",
        "women",
    )


def _is_counted(case: Case, token: Token) -> bool:
    """Whether a line lists just so many things: "Alder, Brent and Holt" are three."""
    if token.number is None or token.number.unit or token.text[0].isdigit():
        return False
    item = r"(?:[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)"
    for line in case.lines:
        for found in re.finditer(rf"{item}(?:, {item})*,? and {item}", line.text):
            if len(re.split(r", (?:and )?| and ", found[0])) == token.number.value:
                return True
    return False


def dates(case: Case) -> Unsupported | None:
    """Every date must stand in the lines, in whatever form."""
    published = {line.passage.published for line in case.lines}
    written = any(t.day and t.day.year for line in case.lines for t in line.clauses.tokens)
    for k, token in case.each(Sort.DAY):
        if case.alignment.best(k) >= MATCH or token.day is None:
            continue
        if _is_publication(case, k):
            continue
        year_alone = token.day.year and not token.day.month
        if year_alone and not written and token.day.year in {p.year for p in published if p}:
            continue
        return Unsupported(
            Reason.DATE, f"the date “{token.text}” does not stand so in {case.named}"
        )
    return None


_ARTICLE = listed("article articles report passage source story")


def _is_publication(case: Case, k: int) -> bool:
    """Whether a date is told as that of an article cited, and is: "a report of 3 May"."""
    day = case.tokens[k].day
    told = {t.text.lower() for t in case.tokens[max(0, k - 3) : k]}
    if day is None or day.day is None or told.isdisjoint(_ARTICLE | {"published", "dated"}):
        return False
    published = (case.passages[n - 1].published for n in case.numbers)
    return any(p and may_be_one_day(day, p, day_of(p), p) for p in published)


def bindings(case: Case) -> Unsupported | None:
    """A figure must be that of the thing it is said of, and not another thing's."""
    for k, token in case.each(Sort.NUMBER, Sort.DAY):
        own = [(s.line, s.place) for s in case.alignment.spots(k)]
        if not own:
            continue
        if token.number and all(_counts_others(case, k, *spot) for spot in own):
            return Unsupported(
                Reason.BINDING, f"in {case.named} “{token.text}” counts something else"
            )
        rivals = [
            (n, j)
            for n, line in enumerate(case.lines)
            for j, other in enumerate(line.clauses.tokens)
            if _of_a_kind(token, other)
            and (n, j) not in own
            and all(case.alignment.says_more(k, n, m) for m, _ in own)
        ]
        if not rivals:
            continue
        if _other_name(case, k, own):
            return Unsupported(
                Reason.BINDING, f"in {case.named} “{token.text}” is said of something else"
            )
        if _is_change(case.tokens, k):
            if not _keeps_its_way(case, k, own) or _runs_backwards(case, k):
                return Unsupported(
                    Reason.BINDING, f"{case.named} has it the other way round".capitalize()
                )
            continue
        if any(_same_head(case, k, *spot) for spot in own):
            continue
        best = max(case.alignment.fit(k, *spot) for spot in own)
        n, j = max(rivals, key=lambda spot: case.alignment.fit(k, *spot))
        if case.alignment.fit(k, n, j) > _MARGIN * best + 0.5:
            other = case.lines[n].clauses.tokens[j].text
            return Unsupported(
                Reason.BINDING, f"in {case.named} “{token.text}” is something else; cf. “{other}”"
            )
    return None


def _counts_others(case: Case, k: int, line: int, place: int) -> bool:
    """Whether a line counts other things by this number, and the claim's by another."""
    tokens = case.lines[line].clauses.tokens
    head, other = _counted(case.tokens, k), _counted(tokens, place)
    if head is None or other is None or case.alignment.says(head, other):
        return False
    heads = [s.place for s in _spots_of(case, head) if s.line == line]
    return any(_has_count(tokens, spot) for spot in heads)


def _counted(tokens: Sequence[Token], place: int) -> Token | None:
    """The noun that a number counts, past an adjective or two: "three Russian officers"."""
    token = tokens[place]
    if token.number is None or token.number.unit:
        return None
    for after in tokens[place + 1 : place + 4]:
        if after.sort is Sort.WORD and not after.verb and after.text.endswith("s"):
            return after
        if after.sort not in (Sort.WORD, Sort.NAME) or after.verb:
            return None
    return None


def _spots_of(case: Case, token: Token) -> Sequence[Spot]:
    place = next(k for k, t in enumerate(case.tokens) if t is token)
    return case.alignment.spots(place)


def _has_count(tokens: Sequence[Token], place: int) -> bool:
    before = tokens[max(0, place - 2) : place]
    return any(t.sort is Sort.NUMBER or t.text.lower() in ("one", "a", "an") for t in before)


_MARGIN = 2.0


def _same_head(case: Case, k: int, line: int, place: int) -> bool:
    """Whether a figure has its own noun or preposition beside it in the line as in the claim."""
    tokens, held = case.tokens, case.lines[line].clauses.tokens
    if k and place and tokens[k].day:
        return tokens[k - 1].text == held[place - 1].text and tokens[k - 1].text in _UNTIL
    heads = {t.stem for t in tokens[k + 1 : k + 3] if t.sort is Sort.WORD}
    own = {t.stem for t in held[place + 1 : place + 3] if t.sort is Sort.WORD} & heads
    others = [
        j
        for one in case.lines
        for j, t in enumerate(one.clauses.tokens)
        if t is not held[place]
        and _of_a_kind(tokens[k], t)
        and own & {h.stem for h in one.clauses.tokens[j + 1 : j + 3]}
    ]
    return bool(own) and not others


_UNTIL = listed("until since by from to before after")


def _other_name(case: Case, k: int, own: Sequence[tuple[int, int]]) -> bool:
    """Whether the line has the claim's name with another figure: "A in May and B in June"."""
    clause = case.tokens[k].clause
    said = {t.stem for t in case.tokens}
    for j, name in case.each(Sort.NAME):
        if name.clause != clause or abs(j - k) > 4:
            continue
        for line, place in own:
            tokens = case.lines[line].clauses.tokens
            here = [t for t in tokens if t.clause == tokens[place].clause]
            there = [t for t in tokens if t.stem == name.stem and t.clause != here[0].clause]
            if not there or any(t.stem == name.stem for t in here):
                continue
            rival = any(
                _of_a_kind(case.tokens[k], t) and t.clause in {o.clause for o in there}
                for t in tokens
            )
            taken = any(t.sort is Sort.NAME and t.stem not in said for t in here)
            if rival and taken and len({t.clause for t in there} | {here[0].clause}) > 1:
                return True
    return False


def _is_change(tokens: Sequence[Token], k: int) -> bool:
    """Whether a figure is one of two: "from 12 to 15"."""
    around = [t.text.lower() for t in (*tokens[max(0, k - 5) : k], *tokens[k + 1 : k + 6])]
    return "from" in around and "to" in around


def _keeps_its_way(case: Case, k: int, own: Sequence[tuple[int, int]]) -> bool:
    """Whether what the claim goes from is nowhere what a line goes to, and the other way."""
    ways = {"from": "to", "to": "from"}
    earlier = case.tokens[k - 1].text.lower() if k else ""
    held = [case.lines[n].clauses.tokens[j - 1].text.lower() if j else "" for n, j in own]
    return not any(h == ways.get(earlier) for h in held)


def _runs_backwards(case: Case, k: int) -> bool:
    """Whether a line that says neither "from" nor "to" has the two figures in other order."""
    pair = [j for j, t in case.each(Sort.NUMBER) if _of_a_kind(t, case.tokens[k])]
    if len(pair) != 2 or not case.lines:
        return False
    tokens = case.lines[0].clauses.tokens
    one, other = ([s.place for s in case.alignment.spots(j) if s.line == 0] for j in pair)
    if len(one) != 1 or len(other) != 1 or one[0] < other[0]:
        return False
    earlier = {tokens[place - 1].text.lower() for place in (*one, *other) if place}
    return earlier.isdisjoint(("from", "to", "than"))


def _of_a_kind(one: Token, other: Token) -> bool:
    if one.number and other.number:
        return one.number.unit == other.number.unit
    return bool(one.day and other.day) and bool(
        one.day and other.day and (one.day.year is None) == (other.day.year is None)
    )
