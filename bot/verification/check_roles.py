"""Whether the same people do, suffer and say what the claim says.

Rules of thumb on the order of words; it knows no grammar beyond them.
"""

import re
from collections.abc import Sequence

from bot.verification.alignment import SURE, Aligner, Line
from bot.verification.clauses import SPEECH, Certainty, Clauses, Sort, Token
from bot.verification.reference import PRONOUNS, TITLES, by_whom, is_passive, refers_back
from bot.verification.verdict import Case, Reason, Unsupported
from bot.verification.wording import is_light, listed, stem

_CONTESTED = re.compile(
    r"\b(?:compan(?:y|ies)|firm|owners?|employers?|manufacturer|unions?|opposition|critics|rebels|"
    r"activists|campaigners|residents|neighbou?rs|witness(?:es)?|lawyers?|attorneys?|prosecutors?|"
    r"suspects?|defendants?|driver|victims?|supporters|opponents|rivals?|players?|group|party|"
    r"families|relatives|sources|analysts|economists|observers|he|she|they)\b",
    re.IGNORECASE,
)


def hearsay(case: Case) -> Unsupported | None:
    """What a person or a party to a matter says is not to be told as a fact."""
    if any(t.said for t in case.tokens) or not case.lines:
        return None
    verbs = [
        s
        for k, t in case.each(Sort.WORD)
        if t.verb and t.certainty is Certainty.FACT
        for s in case.alignment.apt(k)
        if s.line == 0
    ]
    if verbs and all(s.token.said for s in verbs):
        line = case.lines[verbs[0].line]
        who = _spoke(case, line.clauses.tokens)
        person = any(t.sort is Sort.NAME for t in who) and not _trails(line.clauses.tokens)
        if person or _CONTESTED.search(" ".join(t.text for t in who)):
            return Unsupported(
                Reason.SPEAKER, f"{case.named} only reports that somebody says so".capitalize()
            )
    return None


def _trails(tokens: Sequence[Token]) -> bool:
    """Whether who says so only comes after what is told: "…, the mayor said on Tuesday"."""
    places = [j for j, t in enumerate(tokens) if t.text.lower() in SPEECH]
    return bool(places) and places[0] > len(tokens) / 2 and tokens[0].said


Sides = tuple[list[Token], list[Token]]


def roles(case: Case) -> Unsupported | None:
    """Who does what to whom must be the same."""
    for k, token in case.each(Sort.WORD):
        if not token.verb or (token.text.endswith("ing") and not is_passive(case.tokens, k)):
            continue
        for spot in case.alignment.spots(k, SURE):
            if not spot.token.verb:
                continue
            held = case.lines[spot.line].clauses
            if frozenset((token.stem, spot.token.stem)) in _CONVERSES:
                continue
            doer, done = _sides(case.alignment.claim, k)
            held_doer, held_done = _sides(held, spot.place)
            if _swapped(doer, done, held_doer, held_done):
                return Unsupported(
                    Reason.ROLES,
                    f"{case.named} does not say who “{token.text}” whom so".capitalize(),
                )
            if others := _other_doer(case, k, held, spot.place):
                who = " ".join(others)
                return Unsupported(
                    Reason.SPEAKER, f"in {case.named} it is {who} of whom “{token.text}” is said"
                )
    return None


def _sides(sentence: Clauses, place: int) -> Sides:
    """Who does what the verb at `place` says, and to whom or what: content words."""
    tokens = sentence.tokens
    left = _args(tokens, range(place - 1, -1, -1), tokens[place].clause)
    right = _args(tokens, range(place + 1, len(tokens)), tokens[place].clause)
    if not left:
        left = [t for t in tokens[:place] if t.sort is Sort.NAME or t.sort is Sort.WORD][:4]
    if is_passive(tokens, place):
        by = by_whom(tokens, place)
        doers = _args(tokens, range(by + 1, len(tokens)), tokens[by].clause) if by else []
        return doers, left
    return left, right


def _args(tokens: Sequence[Token], places: range, clause: int) -> list[Token]:
    found: list[Token] = []
    for j in places:
        token = tokens[j]
        if token.clause != clause and found and token.text not in (",", "(", ")"):
            break
        if token.text in (";", ":") or token.text.lower() in ("because", "while", "but"):
            break
        if token.sort in (Sort.NAME, Sort.WORD):
            found.append(token)
    return found[:6]


_CONVERSES = frozenset(
    frozenset(map(stem, pair.split())) for pair in ("own belongs", "owned belongs", "buy sell")
)


def apart(case: Case) -> Unsupported | None:
    """Some line must say of the subject what the claim says of it."""
    for k, token in case.each(Sort.WORD):
        spots = case.alignment.spots(k, 1.0)
        if not token.verb or not spots or is_light(token.stem) or _reports(case.tokens, k):
            continue
        subject = [t for t in case.tokens[:k] if t.clause == token.clause]
        held = {
            s.line
            for j, t in enumerate(case.tokens)
            if any(t is o for o in subject)
            and t.sort in (Sort.NAME, Sort.WORD)
            and not (is_light(t.stem) or t.verb)
            for s in case.alignment.spots(j)
        }
        said = {s.line for s in spots}
        if held and not held & said and not any(_has_pronoun(case.lines[n]) for n in said):
            return Unsupported(
                Reason.ROLES, f"{case.named} does not say who “{token.text}” so".capitalize()
            )
    return None


def _has_pronoun(line: Line) -> bool:
    return refers_back(line) or any(t.text.lower() in PRONOUNS for t in line.clauses.tokens)


def _reports(tokens: Sequence[Token], k: int) -> bool:
    """Whether the verb only introduces what somebody says or finds."""
    after = tokens[k + 1].text.lower() if k + 1 < len(tokens) else ""
    return tokens[k].text.lower() in SPEECH or after == "that"


def speakers(case: Case) -> Unsupported | None:
    """Whoever a claim goes back to must be whom the line names as its speaker."""
    one = [t for t in _spoke(case, case.tokens) if t.text.lower() not in TITLES]
    if not one or not case.lines:
        return None
    line = case.lines[0]
    other = [t for t in _spoke(case, line.clauses.tokens) if t.text.lower() not in TITLES]
    known = {t.stem for t in other}
    if not other or any(t.stem in known for t in one):
        return None
    spots = [
        s
        for k, t in enumerate(case.tokens)
        if any(t is o for o in one)
        for s in case.alignment.spots(k)
        if s.line == 0
    ]
    if any(any(s.token is o for o in other) for s in spots):
        return None
    named = all(any(t.sort is Sort.NAME for t in side) for side in (one, other))
    elsewhere = any(not is_light(s.token.stem) for s in spots)
    nobody = not any(t.sort is Sort.NAME for t in one) and not spots
    if named or elsewhere or nobody:
        who = " ".join(t.text for t in other)
        return Unsupported(Reason.SPEAKER, f"in {case.named} it is {who} who says so")
    return None


def _spoke(case: Case, tokens: Sequence[Token]) -> list[Token]:
    """Whose words a sentence gives: names if there are any, else nouns."""
    for place, token in enumerate(tokens):
        low = token.text.lower()
        if low == "according":
            found = [*tokens[place + 1 : place + 8]]
        elif low in SPEECH and token.verb and not is_passive(tokens, place):
            found = _speaker(tokens, place)
        else:
            continue
        nouns = [t for t in found if t.sort in (Sort.WORD, Sort.NAME) and not t.verb]
        return case.aligner.names(found) or nouns
    return []


_PAUSES = frozenset([",", ";", ":", "“", "”", '"', "—", "–", "(", ")"])


def _speaker(tokens: Sequence[Token], place: int) -> list[Token]:
    """The words that stand as the subject of the verb of speech at `place`."""
    parts: list[list[Token]] = [[]]
    for token in reversed(tokens[:place]):
        if token.text in _PAUSES or token.text.lower() in _COORDINATES:
            parts.append([])
        else:
            parts[-1].insert(0, token)
    if any(t.text.lower() in PRONOUNS for t in parts[0]):
        return []
    closed = not any(t.sort is not Sort.SMALL for t in parts[0])
    spoken = [
        part
        for part in parts
        if any(t.sort is not Sort.SMALL for t in part) and part[0].text.lower() not in _RELATIVE
    ]
    after = [*tokens[place + 1 : place + 6]]
    if any(t.text in ("”", '"') for t in tokens[max(0, place - 2) : place]):
        return after
    # "Ilse Brandt, a senator, said": both parts say who.
    return [t for part in spoken[: 2 if closed else 1] for t in part] or after


_RELATIVE = listed("who which whose where")


def _swapped(
    doer: list[Token], done: list[Token], held_doer: list[Token], held_done: list[Token]
) -> bool:
    crossed = _shared(doer, held_done), _shared(done, held_doer)
    straight = _shared(doer, held_doer), _shared(done, held_done)
    if min(crossed) > 0 and sum(crossed) > sum(straight):
        return True
    return crossed[1] > 0.6 * _weight(held_doer) > 0 and not straight[0] and bool(doer)


def _other_doer(case: Case, k: int, held: Clauses, j: int) -> list[str]:
    """Who does it in the line, when the claim names somebody else."""
    if (is_passive(case.tokens, k) and not by_whom(case.tokens, k)) != (
        is_passive(held.tokens, j) and not by_whom(held.tokens, j)
    ):
        return []
    one, other = doers(case.aligner, case.tokens, k), doers(case.aligner, held.tokens, j)
    if one and other and not any(case.alignment.says(t, o) for t in one for o in other):
        return [t.text for t in other]
    return []


def doers(aligner: Aligner, tokens: Sequence[Token], place: int) -> list[Token]:
    """The names that may do what the verb at `place` says, or that it is done to by nobody."""
    by = by_whom(tokens, place)
    if by:
        return aligner.names(tokens[by + 1 : by + 6])
    if tokens[place].text.lower() in SPEECH:
        found = aligner.names(_speaker(tokens, place))
        return [t for t in found if t.text.lower() not in TITLES]
    cuts = [j for j in range(place) if tokens[j].text.lower() in _COORDINATES]
    own = aligner.names(tokens[cuts[-1] : place]) if cuts else []
    found = own or aligner.names(tokens[:place])
    return [t for t in found if t.text.lower() not in TITLES]


_COORDINATES = listed("; while whereas but and")


def _shared(one: list[Token], other: list[Token]) -> float:
    held = {t.stem for t in other}
    return _weight([t for t in one if t.stem in held])


def _weight(tokens: list[Token]) -> float:
    return sum(2.0 if t.sort is Sort.NAME else 1.0 for t in tokens if not is_light(t.stem))
