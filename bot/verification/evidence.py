"""The sentences of the passages that a language model was given, numbered as it sees them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.answer import Citation
from bot.extraction.orders import gives_orders
from bot.extraction.sentences import sentences_of
from index.article import Passage

_NUMBER = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True, order=True)
class EvidenceSentence:
    """Sentence `place` of passage `passage`, both counted from 1.

    `start` and `end` are character offsets into the article; only a `quotable` one is a whole
    sentence, and no heading or caption.
    """

    passage: int
    place: int
    start: int
    end: int
    text: str
    quotable: bool = True

    @property
    def number(self) -> str:
        """How a judge names it: "2.3" is the third sentence of the second passage."""
        return f"{self.passage}.{self.place}"


class Evidence:
    """Passages numbered from 1, and their sentences, but for those that give a machine orders.

    Cheap to make: it splits when first read.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = tuple(passages)

    @cached_property
    def _sentences(self) -> dict[str, EvidenceSentence]:
        found = (
            EvidenceSentence(n, place, s.start, s.end, s.text, s.quotable)
            for n, passage in enumerate(self.passages, 1)
            for place, s in enumerate(sentences_of(passage.text, passage.start), 1)
            if not gives_orders(s.text)
        )
        return {s.number: s for s in found}

    @cached_property
    def texts(self) -> tuple[Passage, ...]:
        """The passages with only what may serve as evidence in their text."""
        return tuple(
            replace(p, text="\n".join(s.text for s in self.of([n])))
            for n, p in enumerate(self.passages, 1)
        )

    def has(self, number: int) -> bool:
        """Whether there is a passage of this number."""
        return 1 <= number <= len(self.passages)

    def of(self, passages: Iterable[int]) -> tuple[EvidenceSentence, ...]:
        """The sentences of these passages, in order; numbers without a passage have none."""
        wanted = {*passages}
        return tuple(s for s in self._sentences.values() if s.passage in wanted)

    def named(self, numbers: Iterable[str]) -> tuple[EvidenceSentence, ...]:
        """The sentences that are named like "2.3", in order; what names none is passed over."""
        known = (_NUMBER.search(str(number)) for number in numbers)
        found = {s for k in known if k and (s := self._sentences.get(k[0]))}
        return tuple(sorted(found))

    def quotes(self, sentences: Iterable[EvidenceSentence]) -> tuple[Citation, ...]:
        """A verbatim quote for each run of neighbours; `n` is the number of its passage."""
        runs: list[list[EvidenceSentence]] = []
        for sentence in sorted(sentences):
            if runs and self._continues(runs[-1][-1], sentence):
                runs[-1].append(sentence)
            else:
                runs.append([sentence])
        return tuple(self._quote(run[0], run[-1]) for run in runs)

    def _continues(self, one: EvidenceSentence, other: EvidenceSentence) -> bool:
        return one.passage == other.passage and not self._between(one, other).strip()

    def _between(self, one: EvidenceSentence, other: EvidenceSentence) -> str:
        passage = self.passages[one.passage - 1]
        return passage.text[one.end - passage.start : other.start - passage.start]

    def _quote(self, first: EvidenceSentence, last: EvidenceSentence) -> Citation:
        passage = self.passages[first.passage - 1]
        return Citation(
            n=first.passage,
            source=passage.source,
            title=passage.title,
            published=passage.published,
            url=passage.url,
            quote=passage.text[first.start - passage.start : last.end - passage.start],
            start=first.start,
            end=last.end,
        )
