"""Whether the names of a claim stand in the lines it rests on, or in what these refer to.

It knows nothing of what is said of them.
"""

import re
from collections.abc import Sequence

from bot.verification.alignment import MATCH, Line, before
from bot.verification.clauses import Sort, Token, clauses
from bot.verification.reference import TITLES, refers_back
from bot.verification.verdict import Case, Reason, Unsupported


def names(case: Case) -> Unsupported | None:
    """Every name must stand in the lines, or be what they refer to."""
    for k, token in case.each(Sort.NAME):
        if case.alignment.best(k) >= MATCH or token not in case.aligner.names(case.tokens):
            continue
        if _is_acronym(case, token) or _spelled_out(case, k):
            continue
        if case.strict or not _reached(case, k):
            return Unsupported(Reason.NAME, f"“{token.text}” does not stand in {case.named}")
        if not any(_may_refer(case, line, k) for line in case.lines):
            return Unsupported(
                Reason.NAME, f"{case.named} does not say this of “{token.text}”".capitalize()
            )
    return _mixed_names(case)


def _is_acronym(case: Case, token: Token) -> bool:
    """Whether a short name is given or made of initials in the passages: "(TU)"."""
    letters = token.text.replace(".", "")
    if not letters.isupper() or len(letters) < 2:
        return False
    for n in case.numbers:
        text = case.passages[n - 1].text
        capitals = re.findall(r"\b[A-Z]", re.sub(r"\b(?:of|the|and|for|in)\b", "", text))
        if f"({letters})" in text or letters in "".join(capitals):
            return True
    return False


def _spelled_out(case: Case, k: int) -> bool:
    """Whether the name is part of one that the passages give by its initials."""
    run = [t for t in _run(case.tokens, k) if t.sort is Sort.NAME]
    initials = "".join(t.text[0] for t in run)
    held = " ".join(case.passages[n - 1].text for n in case.numbers)
    return len(run) > 1 and bool(re.search(rf"\b{initials}\b", held))


def _run(tokens: Sequence[Token], k: int) -> list[Token]:
    """The capitalised words, with small ones between, that stand together with token `k`."""
    first = last = k
    while first and _joins(tokens[first - 1]):
        first -= 1
    while last + 1 < len(tokens) and _joins(tokens[last + 1]):
        last += 1
    return [*tokens[first : last + 1]]


def _joins(token: Token) -> bool:
    return token.sort is Sort.NAME or token.text in ("of", "the", "for", "and", "'", "-", ".")


def _reached(case: Case, k: int) -> bool:
    """Whether the name stands in the passages of the lines, or in the title of one."""
    token = case.tokens[k]
    sources = {line.passage.source for line in case.lines}
    numbers = [n for n in case.numbers if case.passages[n - 1].source in sources]
    held = (t for n in numbers for line in case.aligner.lines(n) for t in line.clauses.tokens)
    titles = " ".join(case.passages[n - 1].title for n in numbers)
    return any(_says_name(token, t) for t in held) or any(
        _says_name(token, t) for t in clauses(titles).tokens
    )


def _says_name(one: Token, other: Token) -> bool:
    return other.sort in (Sort.NAME, Sort.WORD) and one.stem == other.stem


def _may_refer(case: Case, line: Line, k: int) -> bool:
    """Whether `line` can be about the name though it does not hold it."""
    lines = case.aligner.lines(line.number)
    earlier = [*before(lines, line, 3)]
    named_before = any(_says_name(case.tokens[k], t) for e in earlier for t in e.clauses.tokens)
    topic = [*lines[:1], *earlier]
    titled = any(_says_name(case.tokens[k], t) for t in clauses(line.passage.title).tokens)
    is_topic = titled or any(_says_name(case.tokens[k], t) for e in topic for t in e.clauses.tokens)
    if refers_back(line):
        return named_before or is_topic
    return is_topic and not _rivals(case, line)


def _rivals(case: Case, line: Line) -> bool:
    """Whether the line names somebody or something that the claim does not."""
    said = {t.stem for t in case.tokens}
    return any(
        t.sort is Sort.NAME
        and not t.initial
        and t.stem not in said
        and t.text.lower() not in TITLES
        for t in line.clauses.tokens
    )


def _mixed_names(case: Case) -> Unsupported | None:
    """Two names that the claim gives as one must stand together somewhere."""
    held = [line.clauses.tokens for n in case.numbers for line in case.aligner.lines(n)]
    for k, one in case.each(Sort.NAME):
        after = case.tokens[k + 1 : k + 2]
        if not after or after[0].sort is not Sort.NAME or after[0].start - one.end > 1:
            continue
        other = after[0]
        if {one.text.lower(), other.text.lower()} & TITLES:
            continue
        spots = [
            (
                [j for j, t in enumerate(tokens) if _says_name(one, t)],
                [j for j, t in enumerate(tokens) if _says_name(other, t)],
            )
            for tokens in held
        ]
        both = any(a for a, _ in spots) and any(b for _, b in spots)
        if both and not any(a and b for a, b in spots):
            return Unsupported(Reason.NAME, f"“{one.text} {other.text}” is nobody in {case.named}")
    return _mixed_titles(case, held)


def _mixed_titles(case: Case, held: Sequence[Sequence[Token]]) -> Unsupported | None:
    """What the passages only call "Secretary of Defense" is no "Secretary of State"."""
    for one, of, other in zip(case.tokens, case.tokens[1:], case.tokens[2:], strict=False):
        if not (one.sort is other.sort is Sort.NAME and of.text == "of") or one.initial:
            continue
        seconds = [
            after[1].stem
            for tokens in held
            for j, token in enumerate(tokens)
            if _says_name(one, token)
            and len(after := tokens[j + 1 : j + 3]) == 2
            and after[0].text == "of"
            and after[1].sort is Sort.NAME
        ]
        if seconds and other.stem not in seconds:
            return Unsupported(
                Reason.NAME, f"“{one.text} of {other.text}” does not stand in {case.named}"
            )
    return None
