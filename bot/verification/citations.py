"""One text of what may be said, its citations numbered in order of first use."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answer import Citation
from bot.verification.claims import Claim, Kind
from bot.verification.evidence import Evidence, EvidenceSentence

_LOOKS_LIKE_A_MARK = re.compile(r"\[(\d+)\]")
_ENDED = re.compile(r"[.!?…]\W*(?:\[\d+\])*\s*$")
_JOINS = re.compile(r"(?:though|although|but|while|and|yet|however),?\s+(?=\w)")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a draft, as it may be said, and the sentences it rests on.

    `why` is why it was left out, or why its sentences are `quoted` in its place; "" if it is said.
    A heading rests on nothing.
    """

    claim: Claim
    sentences: tuple[EvidenceSentence, ...] = ()
    why: str = ""
    quoted: bool = False

    @property
    def text(self) -> str:
        """The words that are said."""
        return " ".join(s.text for s in self.sentences) if self.quoted else self.claim.text

    @property
    def is_said(self) -> bool:
        """Whether it has what it needs to be said."""
        return bool(self.sentences) and (self.quoted or not self.why)

    @property
    def says_what_is_missing(self) -> bool:
        """Whether it says what the articles do not, and may stay as it is."""
        return self.claim.kind is Kind.ABSENCE and not self.why


def numbered(parts: Sequence[Part], evidence: Evidence) -> tuple[str, tuple[Citation, ...]]:
    """Return the text of what is said, and one citation a distinct quote, n counting from 1.

    Sentences that stand together in an article are one quote. A heading stays if something under
    it is said; lists stay lists; the marks of sentences that share them are given once.
    """
    quotes = evidence.quotes({s for part in parts if part.is_said for s in part.sentences})
    known: dict[int, Citation] = {}
    text = line = ""
    shown = [*_laid_out(parts)]
    cites = [_cited(part, quotes, known) for part, _ in shown]
    for k, (part, before) in enumerate(shown):
        after = shown[k + 1 : k + 2]
        goes_on = bool(after) and "\n" not in after[0][1] and cites[k + 1] == cites[k]
        line = before if text else before.lstrip()
        said = part.text if text and not _ENDED.search(text) else _begun(part.text)
        text += line + _marked(_LOOKS_LIKE_A_MARK.sub(r"(\1)", said), cites[k], goes_on)
    return text, tuple(known.values())


def _begun(text: str) -> str:
    """What was the rest of a sentence, as one of its own: "though he left" is "He left"."""
    found = _JOINS.match(text)
    return text[found.end() :][:1].upper() + text[found.end() + 1 :] if found else text


def _laid_out(parts: Sequence[Part]) -> Iterator[tuple[Part, str]]:
    """The parts that are said, each with the layout before it."""
    line = ""
    for k, part in enumerate(parts):
        before = part.claim.before
        before = before if "\n" in before else line or before or " "
        if part.is_said or part.says_what_is_missing or _leads(parts, k):
            line = ""
            yield part, before
        else:  # what follows in its line begins the line instead
            line = before if "\n" in before else ""


def _leads(parts: Sequence[Part], k: int) -> bool:
    """Whether a heading has something said under it, before the next one."""
    if parts[k].claim.kind is not Kind.HEADING or parts[k].why:
        return False
    for part in parts[k + 1 :]:
        if part.is_said or part.claim.kind is Kind.HEADING:
            return part.is_said
    return False


def _cited(part: Part, quotes: Iterable[Citation], known: dict[int, Citation]) -> tuple[int, ...]:
    """The numbers of the quotes that a part rests on; new ones are added to `known`."""
    own = [q for q in quotes if any(_holds(q, s) for s in part.sentences)]
    for quote in own:
        if quote.start not in (c.start for c in known.values() if c.source == quote.source):
            known[len(known) + 1] = replace(quote, n=len(known) + 1)
    places = {(q.source, q.start) for q in own}
    return tuple(n for n, c in known.items() if (c.source, c.start) in places)


def _holds(quote: Citation, sentence: EvidenceSentence) -> bool:
    same = quote.n == sentence.passage
    return same and quote.start <= sentence.start and sentence.end <= quote.end


def _marked(text: str, cites: Sequence[int], goes_on: bool) -> str:
    """The text with its marks after it, in a table's row within the last cell."""
    marks = "".join(f"[{n}]" for n in cites)
    if text.endswith("|"):
        return f"{text[:-1].rstrip()} {marks} |" if marks else text
    return text if goes_on or not marks else f"{text} {marks}"
