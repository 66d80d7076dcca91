"""What becomes of a written draft in the answer: its parts, and what is said of the rest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.answer import LeftOut
from bot.generation.generative import Written
from bot.verification.citations import Part
from bot.verification.claims import Kind
from index.article import Article, Passage

LEFT_OUT = "{} of {} written sentences left out: the articles do not support them."
QUOTED = "{} of {} written sentences replaced by the passages they rest on: {}."
DOUBTFUL = "the articles do not say it so"
CUT = "The language model was stopped before it came to an end."
GONE = "the article has changed"


def still_held(written: Written, article: Callable[[str], Article | None]) -> list[Part]:
    """The parts of a draft; one whose sentences are no longer in their article is left out."""
    sources = {p.source for part in written.parts for p in _passages(written, part)}
    texts = {source: found.text for source in sources if (found := article(source))}

    def is_held(part: Part) -> bool:
        pairs = zip(_passages(written, part), part.sentences, strict=True)
        return all(texts.get(p.source, "")[s.start : s.end] == s.text for p, s in pairs)

    return [p if is_held(p) else replace(p, sentences=(), why=GONE) for p in written.parts]


def _passages(written: Written, part: Part) -> Iterator[Passage]:
    return (written.evidence.passages[s.passage - 1] for s in part.sentences)


def left_out(parts: Sequence[Part]) -> tuple[LeftOut, ...]:
    """The sentences that are not delivered in their words, and why."""
    return tuple(LeftOut(p.claim.text, p.why) for p in _claims(parts) if p.why)


def notes(parts: Sequence[Part], written: Written) -> list[str]:
    """What a reader should know about how the text was made: nothing, if nothing was lost."""
    claims = _claims(parts)
    lost = [p for p in claims if not p.is_said]
    quoted = [p for p in claims if p.is_said and p.quoted]
    why = written.why_unjudged or DOUBTFUL
    said = {
        LEFT_OUT.format(len(lost), len(claims)): lost,
        QUOTED.format(len(quoted), len(claims), why): quoted,
        CUT: written.cut,
    }
    return [note for note, holds in said.items() if holds]


def _claims(parts: Sequence[Part]) -> list[Part]:
    return [p for p in parts if p.claim.kind is Kind.CLAIM]
