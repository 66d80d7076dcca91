"""Whether the lines assert what the claim asserts: not denied, no more certain, no bigger.

It knows nothing of who does or says it.
"""

from collections.abc import Sequence

from bot.verification.alignment import SURE, Spot
from bot.verification.clauses import PASTS, PLANS, SPEECH, Certainty, Sort, Token
from bot.verification.verdict import Case, Reason, Unsupported
from bot.verification.wording import is_light, listed, opposite, words_in


def negations(case: Case) -> Unsupported | None:
    """What the lines deny is not to be said, nor the other way round."""
    for k, token in case.each(Sort.WORD, Sort.NAME, Sort.NUMBER, Sort.DAY):
        if token.negated is None or (is_light(token.stem) and not token.verb):
            continue
        spots = _closest(case.alignment.apt(k))
        if _since_last(case, spots):
            continue
        if spots and all(
            s.token.negated is (not token.negated) and not _is_taken_away(case, s) for s in spots
        ):
            not_ = "is not denied" if token.negated else "is denied"
            return Unsupported(Reason.NEGATION, f"in {case.named} “{spots[0].token.text}” {not_}")
    return None


def _closest(spots: Sequence[Spot]) -> list[Spot]:
    """The same words rather than others that say the same."""
    return [s for s in spots if s.strength == 1] or [*spots]


def _since_last(case: Case, spots: Sequence[Spot]) -> bool:
    """Whether "not since 2018" stands for "last in 2018", or the other way."""
    said = {t.text.lower() for t in case.tokens}
    held = {t.text.lower() for s in spots for t in case.lines[s.line].clauses.tokens}
    return ("since" in said and "last" in held) or ("last" in said and "since" in held)


_TAKES_AWAY = listed("cut cutting lose lost loses losing stop stopped remove removed")


def _is_taken_away(case: Case, spot: Spot) -> bool:
    """Whether the line denies it with a verb: homes that lost power are without it."""
    near = case.lines[spot.line].clauses.tokens[max(0, spot.place - 3) : spot.place]
    return any(t.text.lower() in _TAKES_AWAY for t in near)


def opposites(case: Case) -> Unsupported | None:
    """Where the lines say one thing, its opposite is not to be said."""
    said = {t.stem for t in case.tokens}
    for k, token in case.each(Sort.WORD, Sort.SMALL):
        if token.text in ("for", "up", "down", "over", "under", "in", "with"):
            continue
        rivals = [
            (n, j, other)
            for n, line in enumerate(case.lines)
            for j, other in enumerate(line.clauses.tokens)
            if opposite(token.stem, other.stem) and (other.negated is token.negated)
        ]
        if not rivals:
            continue
        own = [case.alignment.fit(k, s.line, s.place) for s in case.alignment.spots(k, SURE)]
        own += [
            case.alignment.fit(k, n, j)
            for n, line in enumerate(case.lines)
            for j, other in enumerate(line.clauses.tokens)
            if token.sort is Sort.SMALL and other.stem == token.stem
        ]
        fits = [case.alignment.fit(k, n, j) / (1 + (o.stem in said)) for n, j, o in rivals]
        if max(fits) > max(1.5, 1.2 * max(own, default=0) + 0.5):
            other = rivals[fits.index(max(fits))][2]
            return Unsupported(
                Reason.OPPOSITE,
                f"{case.named} says “{other.text}”, not “{token.text}”".capitalize(),
            )
    return None


def certainties(case: Case) -> Unsupported | None:
    """What may be or will be is not to be told as a fact."""
    any_verb = any(t.verb and case.alignment.best(k) >= SURE for k, t in case.each(Sort.WORD))
    for k, token in case.each(Sort.WORD):
        if not token.verb or token.text.lower() in SPEECH or _is_aim(case.tokens, k):
            continue
        spots = _closest(case.alignment.apt(k))
        spots = [s for s in spots if s.token.verb] or spots
        held = [s.token for s in spots]
        if not held and not (is_light(token.stem) and any_verb):
            held = _verbs_between(case, k)
        if not held or (token.negated and all(t.negated is None for t in held)):
            continue  # "had threatened to, but did not"
        most = max(t.certainty for t in held)
        if most is Certainty.AHEAD and not _is_past(case.tokens, k):
            most = Certainty.FACT  # what will be is also told as what is
        if token.certainty > most:
            how = "still to come" if most is Certainty.AHEAD else "not certain"
            return Unsupported(Reason.CERTAINTY, f"in {case.named} “{held[0].text}” is {how}")
        if _will(case.tokens, k) and any(
            s.token.certainty is Certainty.FACT
            and _is_past(case.lines[s.line].clauses.tokens, s.place)
            for s in spots
        ):
            return Unsupported(
                Reason.CERTAINTY, f"in {case.named} “{held[0].text}” has happened already"
            )
    return None


def _is_aim(tokens: Sequence[Token], k: int) -> bool:
    """Whether a verb says what something is for: "needed to coordinate", "wants it to be kept"."""
    before = [t.text.lower() for t in tokens[max(0, k - 2) : k]]
    infinitive = before[-1:] == ["to"] or before == ["to", "be"]
    return infinitive and k > 2 and tokens[k].certainty is Certainty.FACT


def _will(tokens: Sequence[Token], k: int) -> bool:
    return any(t.text.lower() == "will" for t in tokens[max(0, k - 3) : k])


def _is_past(tokens: Sequence[Token], k: int) -> bool:
    """Whether the verb is told as over: "fell", "has fallen", "was cut"."""
    earlier = [t.text.lower() for t in tokens[max(0, k - 3) : k]]
    if {"is", "are", "being", "to"} & set(earlier):
        return False
    if {"was", "were", "has", "have", "had"} & set(earlier):
        return True
    return tokens[k].text.endswith("ed") or tokens[k].text.lower() in PASTS


def _verbs_between(case: Case, k: int) -> list[Token]:
    """The verbs that a line has where the claim has another one."""
    around = [
        s
        for j, t in enumerate(case.tokens)
        if t.clause == case.tokens[k].clause and j != k
        for s in case.alignment.spots(j, SURE)
        if s.line == 0
    ]
    if not around:
        return []
    first, last = min(s.place for s in around), max(s.place for s in around)
    tokens = case.lines[0].clauses.tokens
    said = {id(s.token) for j, t in enumerate(case.tokens) for s in case.alignment.spots(j)}
    verbs = [t for t in tokens[first : last + 3] if t.verb and id(t) not in said]
    least = min((t.certainty for t in verbs), default=Certainty.FACT)
    plans = any(t.text.lower() in PLANS for t in verbs)
    return [t for t in verbs if plans or t.certainty is least]


_DEGREE = words_in("degree")
_SAME_DEGREE = {
    "all": {"every", "whole", "entire", "both", "unanimous"}, "every": {"all", "each"},
    "only": {"just", "sole", "alone"}, "whole": {"all", "entire"}, "entire": {"all", "whole"},
    "several": {"some"}, "both": {"two"},
    "never": {"not", "no"}, "none": {"no", "not"}, "most": {"majority", "largest"},
    "largest": {"biggest", "greatest", "main"}, "biggest": {"largest", "greatest", "main"},
    "unanimously": {"unanimous", "all"},
}  # fmt: skip


def degrees(case: Case) -> Unsupported | None:
    """No "first", "all" or "largest" that the lines do not have."""
    held = {t.text.lower() for line in case.lines for t in line.clauses.tokens}
    for k, token in enumerate(case.tokens):
        low = token.text.lower()
        earlier = case.tokens[k - 1].text.lower() if k else ""
        if low not in _DEGREE or low in held or earlier == "at" or (low == "record" and token.verb):
            continue
        if low == "both" or not _SAME_DEGREE.get(low, set()).isdisjoint(held):
            continue
        if low == "all" and earlier in ("in", "of", "after", "at", "not"):
            continue
        return Unsupported(Reason.DEGREE, f"“{token.text}” does not stand in {case.named}")
    return None


_CAUSE = {
    "because": 1, "due": 1, "owing": 1, "thanks": 1, "caused": -1, "causing": -1, "causes": -1,
    "therefore": -1, "thus": -1, "hence": -1, "consequently": -1, "triggered": -1, "prompted": -1,
    "prompting": -1, "triggering": -1,
}  # fmt: skip
_LINKS = frozenset(_CAUSE) | words_in("cause")


def causes(case: Case) -> Unsupported | None:
    """That one thing is the cause of another must be said by one line that holds both."""
    for k, token in enumerate(case.tokens):
        way = _CAUSE.get(token.text.lower())
        due = token.text.lower() == "due" and any(t.verb for t in case.tokens[k + 1 : k + 3])
        if way is None or due or (case.tokens[k].sort is Sort.NAME and not token.initial):
            continue
        left, right = range(k), range(k + 1, len(case.tokens))
        if token.initial:
            comma = next((j for j in right if case.tokens[j].text == ","), len(case.tokens) - 1)
            left, right = range(comma, len(case.tokens)), range(k + 1, comma)
        if not any(_holds_both(case, n, left, right) for n in range(len(case.lines))):
            return Unsupported(Reason.CAUSE, f"{case.named} names no such cause".capitalize())
    return None


def _holds_both(case: Case, line: int, left: range, right: range) -> bool:
    links = any(t.text.lower() in _LINKS for t in case.lines[line].clauses.tokens)
    return links and all(_share_held(case, line, side) >= 0.4 for side in (left, right))


def _share_held(case: Case, line: int, side: range) -> float:
    """How much of a part of the claim a line says, in [0, 1]."""
    weights = case.alignment.weights
    held = [k for k in side if any(s.line == line for s in case.alignment.spots(k))]
    return float(weights[held].sum()) / max(1e-9, float(weights[list(side)].sum()))
