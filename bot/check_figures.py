"""Whether the numbers and dates of a claim stand in the lines, and of the same thing.

It knows nothing of how figures are written; `figures.py` does.
"""

import re
from collections.abc import Sequence

from bot.alignment import MATCH
from bot.clauses import Sort, Token
from bot.verdict import Case, Reason, Unsupported


def numbers(case: Case) -> Unsupported | None:
    """Every number must stand in the lines, in whatever form."""
    for k, token in case.each(Sort.NUMBER):
        if case.alignment.best(k) >= MATCH or _is_manner(case, k) or _is_counted(case, token):
            continue
        return Unsupported(Reason.NUMBER, f"“{token.text}” does not stand so in {case.named}")
    return None


def _is_manner(case: Case, k: int) -> bool:
    """Whether a number only orders or joins: "at first", "second,", "the two sides"."""
    token = case.tokens[k]
    after = case.tokens[k + 1].text.lower() if k + 1 < len(case.tokens) else ""
    earlier = case.tokens[k - 1].text.lower() if k else ""
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
        year_alone = token.day.year and not token.day.month
        if year_alone and not written and token.day.year in {p.year for p in published if p}:
            continue
        return Unsupported(
            Reason.DATE, f"the date “{token.text}” does not stand so in {case.named}"
        )
    return None


def bindings(case: Case) -> Unsupported | None:
    """A figure must be that of the thing it is said of, and not another thing's."""
    for k, token in case.each(Sort.NUMBER, Sort.DAY):
        own = [(s.line, s.place) for s in case.alignment.spots(k)]
        if not own:
            continue
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
        if _is_change(case.tokens, k) and _keeps_its_way(case, k, own):
            continue
        best = max(case.alignment.fit(k, *spot) for spot in own)
        n, j = max(rivals, key=lambda spot: case.alignment.fit(k, *spot))
        if case.alignment.fit(k, n, j) > 1.2 * best + 0.5:
            other = case.lines[n].clauses.tokens[j].text
            return Unsupported(
                Reason.BINDING, f"in {case.named} “{token.text}” is something else; cf. “{other}”"
            )
    return None


def _is_change(tokens: Sequence[Token], k: int) -> bool:
    """Whether a figure is one of two: "from 12 to 15"."""
    around = [t.text.lower() for t in (*tokens[max(0, k - 3) : k], *tokens[k + 1 : k + 4])]
    return "from" in around and "to" in around


def _keeps_its_way(case: Case, k: int, own: Sequence[tuple[int, int]]) -> bool:
    """Whether what the claim goes from is nowhere what a line goes to, and the other way."""
    ways = {"from": "to", "to": "from"}
    earlier = case.tokens[k - 1].text.lower() if k else ""
    held = [case.lines[n].clauses.tokens[j - 1].text.lower() if j else "" for n, j in own]
    return not any(h == ways.get(earlier) for h in held)


def _of_a_kind(one: Token, other: Token) -> bool:
    if one.number and other.number:
        return one.number.unit == other.number.unit
    return bool(one.day and other.day) and bool(
        one.day and other.day and (one.day.year is None) == (other.day.year is None)
    )
