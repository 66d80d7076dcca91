"""Where articles give different figures for the same thing: "12 dead" and "15 dead".

It knows nothing of the question; it compares what was quoted from each article.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from bot.answer import Citation
from bot.verification.alignment import MATCH, SURE, Aligner, Alignment
from bot.verification.clauses import Sort, Token, clauses
from bot.verification.wording import is_light
from index.article import Passage
from index.words import Words

_SHINGLE = 5
_COPIED = 0.5
"""Passages of which the shorter shares this much with the other go back to one text."""
_SAME_THING = {True: 0.3, False: 0.4}
"""How much of a figure's surroundings the other's must say, for both to be of one thing: that
much of a count's, and more of a figure with a unit, for shares and sums are of many things."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two quotes that differ; `figures` are what each says, the older quote's first."""

    older: Citation
    newer: Citation
    figures: tuple[str, str]


def conflicts(
    quotes: Sequence[Citation], passages: Sequence[Passage], words: Words
) -> list[Conflict]:
    """The conflicts among `quotes`, each pair of quotes at most once.

    `passages` tell which articles only repeat each other: those count as one witness.
    """
    witness = witnesses(passages)
    aligner = Aligner([_as_passage(quote) for quote in quotes], words)
    found = []
    for one, other in combinations(range(len(quotes)), 2):
        sources = quotes[one].source, quotes[other].source
        if len({witness.get(s, s) for s in sources}) == 1:
            continue
        older, newer = sorted((one, other), key=lambda n: quotes[n].published or date.min)
        differing = next(_differing(aligner, quotes[older], newer + 1), None)
        if differing:
            found.append(Conflict(quotes[older], quotes[newer], differing))
    return found


def witnesses(passages: Sequence[Passage]) -> dict[str, str]:
    """Each source, and the first of the sources that have the same text."""
    shingles: dict[str, set[tuple[str, ...]]] = {}
    for passage in passages:
        found = _WORD.findall(passage.text.lower())
        runs = zip(*(found[n:] for n in range(_SHINGLE)), strict=False)
        shingles.setdefault(passage.source, set()).update(runs)
    first: dict[str, str] = {}
    for source, own in shingles.items():
        copied = (
            first[other]
            for other in first
            if len(own & shingles[other]) > _COPIED * max(1, min(len(own), len(shingles[other])))
        )
        first[source] = next(copied, source)
    return first


def _as_passage(quote: Citation) -> Passage:
    return Passage(
        quote.source, quote.title, quote.published, quote.url, quote.quote, quote.start, quote.end
    )


def _differing(aligner: Aligner, quote: Citation, other: int) -> Iterator[tuple[str, str]]:
    """Figures of `quote` for which the other quote has another one of the same thing."""
    reading = aligner.settled(clauses(quote.quote))
    alignment = aligner.align(reading, [other])
    if not _same_names(aligner, alignment):
        return
    for k, token in enumerate(reading.tokens):
        if token.number is None or alignment.best(k) >= MATCH or not _same_verb(alignment, k):
            continue
        rivals = [
            (_likeness(alignment, k, n, j), t.text)
            for n, line in enumerate(alignment.lines)
            for j, t in enumerate(line.clauses.tokens)
            if t.number and t.number.unit == token.number.unit and not _is_said(reading.tokens, t)
        ]
        likeness, said = max(rivals, default=(0.0, ""))
        if likeness >= _SAME_THING[not token.number.unit]:
            yield token.text, said


def _same_names(aligner: Aligner, alignment: Alignment) -> bool:
    """Whether both quotes have a name in common, if both have any."""
    own = [k for k, t in enumerate(alignment.claim.tokens) if t in aligner.names([t])]
    theirs = any(t.sort is Sort.NAME for line in alignment.lines for t in line.clauses.tokens)
    return not own or not theirs or any(alignment.best(k) >= SURE for k in own)


def _same_verb(alignment: Alignment, k: int) -> bool:
    """Whether what the figure's clause says of it is said by the other quote as well."""
    tokens = alignment.claim.tokens
    verbs = [
        j
        for j, t in enumerate(tokens)
        if t.verb and t.clause == tokens[k].clause and not is_light(t.stem)
    ]
    return all(alignment.best(j) >= SURE for j in verbs)


def _is_said(tokens: Sequence[Token], other: Token) -> bool:
    """Whether the quote itself has the other's figure too."""
    return any(
        t.number and other.number and t.number.value == other.number.value
        for t in tokens
        if t.sort is Sort.NUMBER
    )


def _likeness(alignment: Alignment, k: int, line: int, place: int) -> float:
    """How much of what surrounds a figure also surrounds another, in [0, 1]."""
    whole = alignment.surroundings(k)
    return alignment.fit(k, line, place) / whole if whole else 0.0
