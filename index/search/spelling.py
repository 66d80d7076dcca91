"""Misspelled words of a question, and the words of the collection that are meant.

A word that no passage has is compared with the collection's terms that begin with the same
letter. Terms are stems, so how a word is written, and whether it is a name, is read in a few
passages that have its term.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock

from index.engines.bm25 import Bm25Index
from index.storage.manifest import Manifest
from index.text.analyzer import STOP, terms, terms_of_word

SHORTEST = 4
"""Letters of the shortest word that is compared: too many short words differ by one letter."""
TWO_WRONG = 8
"""Letters from which two may be wrong."""
TELLING = 7
"""Letters from which few words are spelled alike."""
COMPARED = 8
"""Terms whose passages are read."""
OTHER_FORM = 0.5
"""What counts as wrong where another form of the word is compared: "strikes" with "strike"."""
READ = 3
"""Passages read for each."""
_SHORTEST_STEM = 3
_LONGEST_ENDING = 5
_ENDINGS = """
e s es d ed y ies er ers ing ion ions ous al ly ment ments ity ive ent ents ant ants ence ance able
""".split()  # noqa: SIM905
_LONGEST = 30

SURE = 3.0
"""From this score on a word is taken to be meant; chosen, like LIKELY, on news of two years."""
LIKELY = 2.2
"""From this score on it may be meant."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word of the collection that is spelled much like another.

    `wrong` counts the letters to change, `share` is the share of the passages that have its
    term, and `support` says how much of the question some passage has beside it, in [0, 1].
    `adjoins` says that it follows or precedes the same word as in the question, `capitals` is
    the share of its places where it is capitalised, and `odd_case` says that the question
    would have written it otherwise. Few words resemble a long one in lower case: `telling`.
    """

    word: str
    wrong: float
    share: float
    support: float
    adjoins: bool
    capitals: float
    odd_case: bool
    telling: bool

    @property
    def is_name(self) -> bool:
        """Whether it is always capitalised."""
        return self.capitals == 1

    @property
    def score(self) -> float:
        """How likely it is meant: frequent words are, and those that fit what is around."""
        frequent = math.log10(1 + 40_000 * self.share)
        fits = 1.5 * self.support + 1.5 * self.adjoins
        case = 0.3 * self.is_name - 1.5 * self.odd_case
        return frequent + fits + case + 0.7 * self.telling - 2.0 * (self.wrong - 1)


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds a word in its question: the terms next to it, and what others weigh.

    `lowered` says that it is in lower case, and `capital` whether it is capitalised, where
    that tells names from other words.
    """

    before: str | None
    after: str | None
    weights: dict[str, float]
    capital: bool | None = None
    lowered: bool = False

    def support(self, found: Iterable[str]) -> float:
        """The share of the weight that these terms have, in [0, 1]."""
        held = sum(self.weights.get(term, 0.0) for term in set(found))
        return held / (sum(self.weights.values()) or 1.0)


class Spelling:
    """Compares words with those of one state of a collection. May be used by any thread."""

    def __init__(self, bm25: Bm25Index, count: int, manifest: Manifest) -> None:
        """`count` is how many passages the index has."""
        self._bm25, self._count, self._manifest = bm25, max(1, count), manifest
        self._lock = Lock()
        self._by_letter: dict[str, dict[str, int]] = {}

    def neighbours(self, word: str, around: Around) -> list[Neighbour]:
        """The words of the collection that are spelled much like `word`, the likeliest first."""
        low = word.lower()
        if not SHORTEST <= len(low) <= _LONGEST:
            return []
        counts = self._vocabulary(low[0])
        nearest = _nearest(low, counts)
        near = sorted(nearest, key=lambda t: (nearest[t], -counts[t]))[:COMPARED]
        passages = self._passages(near, around)
        found = [
            _neighbour(
                low, t, passages[t], around, nearest=nearest[t], share=counts[t] / self._count
            )
            for t in near
        ]
        return sorted((n for n in found if n), key=lambda n: -n.score)

    def _vocabulary(self, letter: str) -> dict[str, int]:
        """The terms that begin with a letter, with the number of passages that have each."""
        with self._lock:
            if letter not in self._by_letter:
                self._by_letter[letter] = self._bm25.vocabulary(letter)
            return self._by_letter[letter]

    def _passages(self, near: Sequence[str], around: Around) -> dict[str, list[str]]:
        """The texts of a few passages that have each term, those with more of the rest first."""
        rarest = sorted(around.weights, key=lambda t: -around.weights[t])[:COMPARED]
        rest = {
            t: w for t, w in around.weights.items() if t in {*rarest, around.before, around.after}
        }
        most = 10 * (sum(rest.values()) or 1.0)
        found = {
            term: [n for n, _ in self._bm25.search(rest | {term: most}, READ, latest=False)]
            for term in near
        }
        wanted = sorted({number for numbers in found.values() for number in numbers})
        texts = {c.id: f"{c.title}\n{c.text}" for c in self._manifest.candidates(wanted)}
        return {term: [texts[n] for n in numbers if n in texts] for term, numbers in found.items()}


def may_be_wrong(word: str) -> int:
    """How many letters of a word may be wrong."""
    return 2 if len(word) >= TWO_WRONG else 1


def function_word(word: str) -> str | None:
    """The common word that is misspelled: "what" for "waht"."""
    from rapidfuzz import process  # noqa: PLC0415 - most questions need none
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    if not word.islower() or len(word) < SHORTEST:
        return None
    near = process.extract(word, _LONG_STOP, scorer=OSA.distance, score_cutoff=1, limit=None)
    same = [stop for stop, _, _ in near if sorted(stop) == sorted(word)]
    return same[0] if same else None


def _nearest(low: str, counts: dict[str, int]) -> dict[str, float]:
    """The terms that a word may have been meant to have, with how many letters are wrong."""
    from rapidfuzz import process  # noqa: PLC0415 - most questions need none
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    most = may_be_wrong(low)
    nearest: dict[str, float] = {}
    for text in _stems(low):
        for term, wrong, _ in process.extract(
            text, counts.keys(), scorer=OSA.distance, score_cutoff=most, limit=None
        ):
            nearest[term] = min(wrong, nearest.get(term, wrong))
    for end in range(max(_SHORTEST_STEM, len(low) - _LONGEST_ENDING), len(low)):
        for term in (low[:end], low[: end - 1] + "i"):  # "jinp" of "jinpng", where the ending errs
            if term in counts:
                nearest.setdefault(term, most + OTHER_FORM)
    return nearest


def _stems(low: str) -> set[str]:
    """What the stem may be, as misspelled words are not always stemmed like right ones."""
    cut = {low.removesuffix(ending) for ending in _ENDINGS}
    return {stem for stem in {low, *cut, *terms_of_word(low)} if len(stem) >= _SHORTEST_STEM}


def _neighbour(
    low: str, term: str, texts: Sequence[str], around: Around, *, nearest: float, share: float
) -> Neighbour | None:
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - most questions need none

    most = may_be_wrong(low)
    written = _written(term, texts)
    wrong: dict[str, float] = {w: OSA.distance(low, w.lower()) for w in written}
    fitting = [w for w in written if 0 < wrong[w] <= most]
    if not fitting and nearest <= 1 and len(term) > SHORTEST:
        fitting = [*written]  # in these few passages it has other endings
        wrong = dict.fromkeys(fitting, nearest + OTHER_FORM)
    if not fitting:
        return None
    word = min(fitting, key=lambda w: (wrong[w], -written[w]))
    same = {w: n for w, n in written.items() if w.lower() == word.lower()}
    capitals = sum(n for w, n in same.items() if w[0].isupper()) / sum(same.values())
    found = [*map(terms, texts)]
    beside = {(around.before, term), (term, around.after)}
    return Neighbour(
        word=word,
        wrong=wrong[word],
        share=share,
        support=max(map(around.support, found)),
        adjoins=any(not beside.isdisjoint(pairwise(text)) for text in found),
        capitals=capitals,
        odd_case=capitals < 0.3 if around.capital else around.capital is False and capitals > 0.9,
        telling=around.lowered and len(low) >= TELLING,
    )


def _written(term: str, texts: Sequence[str]) -> Counter[str]:
    """How often each word is in the texts that has this term."""
    begins = re.compile(rf"\b[{term[0]}{term[0].upper()}][^\W_]*")
    counted = Counter(word for text in texts for word in begins.findall(text))
    return Counter({w: n for w, n in counted.items() if terms_of_word(w) == (term,)})


_LONG_STOP = sorted(word for word in STOP if len(word) >= SHORTEST)
