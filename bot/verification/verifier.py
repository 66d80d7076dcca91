"""What of a draft may be said, and on the strength of which sentences of the passages.

With a judge that is trusted, what it supports or corrects is said. Without one, only what repeats
a passage nearly word for word is; for the rest, the sentences it rests on are quoted.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from bot.verification.citations import Part
from bot.verification.claims import Claim, Kind
from bot.verification.evidence import Evidence, EvidenceSentence
from bot.verification.marks import without_marks
from bot.verification.repeats import repeats
from bot.verification.verdict import DraftSentence, Verdict
from bot.verification.vetoes import veto
from index.embedding.similarity import Words
from index.text.analyzer import terms

NEAR = 0.5
"""The share of a claim's weight that a sentence says and their cosine must add up to this for it
to be quoted in the claim's place."""
ADDS = 0.25
"""The share that a second sentence must add."""
LONGER = 100
"""Characters by which a correction may be longer than what it corrects."""
NO_VERDICT = "it could not be checked"
NO_EVIDENCE = "no passage says this"
LOST = "what it refers to was left out"
_REFERS_BACK = re.compile(
    r"(?:he|she|they|it|his|her|their|its|this|that|these|those|both|the (?:latter|former|two|"
    r"company|firm|group|party|minister|president|man|woman|couple|pair|agency|team))\b|"
    r"(?:\w+ ){1,2}also\b|(?:however|but|instead|meanwhile|similarly)\b",
    re.IGNORECASE,
)


class Verifier:
    """Checks one draft against the passages that its writer was given."""

    def __init__(self, evidence: Evidence, words: Words, today: date | None = None) -> None:
        self._evidence = evidence
        self._words = words
        self._today = today

    def to_judge(self, claims: Sequence[Claim]) -> list[DraftSentence]:
        """The draft as a judge is to see it, with what is surely wrong in it."""
        return [self._to_judge(claim) for claim in claims]

    def parts(self, claims: Sequence[Claim], verdicts: Mapping[int, Verdict]) -> list[Part]:
        """What may be said, given what a trusted judge says of the claims, by place from 0.

        For a claim without a verdict the strict way holds: near copies are said, the rest quoted.
        """
        parts: list[Part] = []
        for place, claim in enumerate(claims):
            verdict = verdicts.get(place)
            part = self._by_verdict(claim, verdict) if verdict else self._alone(claim)
            parts.append(self._joined_on(parts, part, verdict))
        return _each_once(parts)

    def _to_judge(self, claim: Claim) -> DraftSentence:
        if claim.kind is Kind.ABSENCE or (claim.kind is Kind.HEADING and "|" in claim.text):
            return DraftSentence(claim.text, judged=False)
        if claim.kind is Kind.HEADING:
            return DraftSentence(claim.text, judged=not self._says_nothing_new(claim))
        cited = [self._evidence.texts[n - 1] for n in self._cited(claim)]
        return DraftSentence(claim.text, claim.cited, veto(claim.text, cited, self._today))

    def _cited(self, claim: Claim) -> tuple[int, ...]:
        """The passages that a claim cites; all of them where it cites none that there is."""
        cited = tuple(n for n in claim.cited if self._evidence.has(n))
        return cited or tuple(range(1, len(self._evidence.passages) + 1))

    def _by_verdict(self, claim: Claim, verdict: Verdict) -> Part:
        text = self._correction(claim, verdict) or (claim.text if verdict.supported else "")
        said = replace(claim, text=text)
        if not text:
            return Part(claim, why=verdict.why or NO_EVIDENCE)
        if claim.kind is Kind.HEADING:
            return Part(said)
        sentences = verdict.evidence or self._nearest(said)
        if not sentences:
            return Part(claim, why=NO_EVIDENCE)
        numbers = {*(s.passage for s in sentences), *self._cited(claim)}
        why = veto(text, [self._evidence.texts[n - 1] for n in numbers], self._today)
        return Part(said, sentences, why, quoted=bool(why))

    def _correction(self, claim: Claim, verdict: Verdict) -> str:
        """The judge's correction, unless it is a text of another kind than what it corrects."""
        text = without_marks(verdict.corrected, len(self._evidence.passages))
        fits = len(text) <= 2 * len(claim.text) + LONGER and "|" not in text
        return text if fits and any(c.isalnum() for c in text) else ""

    def _joined_on(self, parts: Sequence[Part], part: Part, verdict: Verdict | None) -> Part:
        """The part, quoted instead if it refers back to a sentence that is not said."""
        before = parts[-1] if parts else None
        lost = before is not None and bool(before.why) and before.claim.kind is Kind.CLAIM
        corrected = verdict is not None and bool(verdict.corrected)
        refers = part.is_said and not part.quoted and _REFERS_BACK.match(part.text)
        if lost and refers and not corrected and "\n" not in part.claim.before:
            return replace(part, why=LOST, quoted=True)
        return part

    def _alone(self, claim: Claim) -> Part:
        """What may be said of a claim that nobody judged."""
        is_row = claim.text.startswith("|")
        if claim.kind is Kind.HEADING:  # a table's rows are quoted, so that its head heads nothing
            stays = not is_row and self._says_nothing_new(claim)
            return Part(claim, why="" if stays else NO_VERDICT)
        if claim.kind is Kind.ABSENCE:
            return Part(claim)
        if claim.text.endswith("?"):
            return Part(claim, why=NO_VERDICT)
        problem = veto(claim.text, self._evidence.texts, self._today)
        same = () if problem or is_row else self._repeated(claim)
        if same:
            return Part(claim, same)
        if nearest := self._nearest(claim):
            return Part(claim, nearest, problem or NO_VERDICT, quoted=True)
        return Part(claim, why=NO_EVIDENCE)

    def _repeated(self, claim: Claim) -> tuple[EvidenceSentence, ...]:
        """The sentence, or the two neighbours, that a claim repeats nearly word for word."""
        held = self._evidence.of(self._cited(claim))
        runs = [(s,) for s in held] + [
            (one, other) for one, other in pairwise(held) if one.passage == other.passage
        ]
        return next((r for r in runs if repeats(claim.text, " ".join(s.text for s in r))), ())

    def _nearest(self, claim: Claim) -> tuple[EvidenceSentence, ...]:
        """The one or two sentences of the cited passages that are nearest to a claim."""
        held = [s for s in self._evidence.of(self._cited(claim)) if s.quotable]
        weights = {t: self._words.idf(t) for t in {*terms(claim.text)}}
        total = sum(weights.values())
        if not held or not total:
            return ()
        vectors = self._words.embedder.embed([claim.text, *(s.text for s in held)])
        alike = dict(zip(held, (vectors[1:] @ vectors[0]).tolist(), strict=True))
        shared = {s: weights.keys() & {*terms(s.text)} for s in held}
        said = {s: sum(weights[t] for t in shared[s]) / total for s in held}
        best = max(held, key=lambda s: said[s] + alike[s])
        if said[best] + alike[best] < NEAR:
            return ()
        adds = {s: sum(weights[t] for t in shared[s] - shared[best]) / total for s in held}
        second = max(held, key=lambda s: adds[s])
        return tuple(sorted({best, second} if adds[second] >= ADDS else {best}))

    def _says_nothing_new(self, heading: Claim) -> bool:
        """Whether all telling words of a heading are in the passages."""
        held = " ".join(f"{p.title} {p.text}" for p in self._evidence.texts)
        return {*terms(heading.text)} <= {*terms(held)}


def _each_once(parts: Iterable[Part]) -> list[Part]:
    """The parts without those that say or quote only what was said before."""
    kept: list[Part] = []
    told: list[frozenset[str]] = []
    for part in parts:
        words = frozenset(terms(part.text))
        if part.is_said and words and any(words <= before for before in told):
            continue
        if part.is_said:
            told.append(words)
        kept.append(part)
    return kept
