"""Scores the sentences of the evidence: how well each answers the question.

Cheap features choose a few sentences of many passages; the reader reads those; a linear model
joins its score with what the reader cannot know: days, figures, and the rank of the passage.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile

import numpy as np

from bot.extraction.answer_kind import Kind, answers_kind, kind_of
from bot.extraction.language import is_foreign
from bot.extraction.reader import Reader, ReaderError
from bot.extraction.sentences import Kind as SentenceKind
from bot.extraction.sentences import Sentence, candidate_sentences, is_short
from bot.extraction.weights import Floats, Weights
from index.embedding.static import StaticEmbedder
from index.search.ranking import Hit, named
from index.search.retriever import Evidence, Query
from index.storage.records import Candidate
from index.text.analyzer import terms, terms_of_word
from index.text.scripts import plain_letters, sizes

PASSAGES = 24
"""Passages whose sentences are candidates: the answer is among them for 19 questions of 20."""
READ = 4
"""Sentences the reader reads for a question, some 25 ms of one core each. Eight find no more."""
READ_FOR_TOPIC = 8
"""Sentences it reads for a topic, which needs several."""
FIRST = 2
"""Sentences it reads at first; it reads the others only where none of these surely answers."""
SURE = -1.0
"""The logit from which a sentence surely answers: then reading on finds no better one."""
EARLIER = 3
"""Sentences before one that tell whom "he" means in it."""
LEAD = 800
"""Characters into an article after which a sentence counts half as one of its beginning."""
LONG = 40
"""Words from which a sentence counts as long."""
UNREAD = "The sentences were chosen without the reader ({})."


Piece = tuple[int, int, Sentence]
"""A passage's place in the evidence, a text's place in the passage, and the text."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of the evidence, the one at `place` in its passage.

    `hit` is the place of its passage in the evidence. `cover` is the share of the question's
    weight that the sentence and its title name, `logit` what the reader gave it, and `score` how
    well it answers: higher is better.
    """

    hit: int
    candidate: Candidate
    place: int
    sentence: Sentence
    has_kind: bool
    cover: float = 0.0
    cosine: float = 0.0
    logit: float = 0.0
    score: float = 0.0

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        return self.sentence.text

    @property
    def start(self) -> int:
        """Where it starts, in characters of its article."""
        return self.sentence.start

    @property
    def end(self) -> int:
        """Where it ends, in characters of its article."""
        return self.sentence.end

    @property
    def earlier(self) -> tuple[str, ...]:
        """The last whole sentences before it in its passage, next to it and to each other."""
        before = candidate_sentences(self.candidate)[: self.place]
        run = takewhile(lambda s: s.quotable, reversed(before))
        return tuple(s.text for s in islice(run, EARLIER))[::-1]


@dataclass(frozen=True, eq=False)
class ScoredSentences:
    """The sentences that were read, best first, and the evidence, its passages reordered.

    `weights` are those they were scored with, which differ where no reader read them; `note`
    says why it did not, if it failed.
    """

    evidence: Evidence
    kind: Kind
    sentences: tuple[ScoredSentence, ...]
    weights: Weights
    note: str | None = None


class SentenceScorer:
    """Scores sentences with a reader, or without one. Safe to share between threads."""

    def __init__(self, reader: Reader | None, embedder: StaticEmbedder, weights: Weights) -> None:
        self._reader, self._embedder, self._weights = reader, embedder, weights

    def score(self, evidence: Evidence, read: int = READ, first: int = FIRST) -> ScoredSentences:
        """Read the evidence's most promising sentences, and order all by it.

        Reads `first` of them, and as many as `read` where none of those surely answers.
        Blocking: some hundred milliseconds.
        """
        return ranked(self.read(evidence, read, first))

    def read(self, evidence: Evidence, read: int = READ, first: int = FIRST) -> ScoredSentences:
        """Read the most promising sentences, and leave the order as it is."""
        kind = kind_of(evidence.query.meant)
        found = self._with_cheap_features(evidence, kind)
        promise = self._weights.prefilter.scores(features(evidence, kind, found))
        order = np.argsort(-promise, kind="stable")
        chosen = _chosen([found[i] for i in order], read)
        if not chosen:
            return ScoredSentences(evidence, kind, (), self._weights)
        try:
            logits = self._logits(evidence, chosen, first)
        except ReaderError as problem:
            note = UNREAD.format(problem)
            return ScoredSentences(evidence, kind, chosen, self._weights.without_reader, note)
        if logits is None:
            return ScoredSentences(evidence, kind, chosen, self._weights.without_reader)
        pairs = zip(chosen, logits.tolist(), strict=False)  # the others were not read
        chosen = tuple(replace(s, logit=logit) for s, logit in pairs)
        return ScoredSentences(evidence, kind, chosen, self._weights)

    def _with_cheap_features(self, evidence: Evidence, kind: Kind) -> list[ScoredSentence]:
        """All pieces of the passages that are long enough, whole sentences or not."""
        found = [*_pieces(evidence)]
        vectors = self._embedder.embed([evidence.query.meant, *(s.text for _, _, s in found)])
        cosines = (vectors[1:] @ vectors[0]).tolist()
        return [
            ScoredSentence(hit, evidence.hits[hit].candidate, place, s, *cheap)
            for (hit, place, s), *cheap in zip(
                found, _kinds(evidence, kind, found), _covers(evidence, found), cosines, strict=True
            )
        ]

    def _logits(
        self, evidence: Evidence, chosen: Sequence[ScoredSentence], first: int
    ) -> Floats | None:
        """The reader's scores of the chosen sentences, or of the first ones alone."""
        if self._reader is None or is_foreign(evidence.query.meant):
            return None  # it reads English alone
        question = plain_letters(_asked_of_reader(evidence.query))
        texts = [plain_letters(s.text) for s in chosen]
        logits = self._reader.scores(question, texts[:first])
        if len(texts) <= first or logits.max() >= SURE:
            return logits
        return np.concatenate([logits, self._reader.scores(question, texts[first:])])


def ranked(read: ScoredSentences) -> ScoredSentences:
    """Order the sentences that were read, and the passages, by the weights."""
    if not read.sentences:
        return read
    hits = read.evidence.hits
    scores = read.weights.sentence.scores(features(read.evidence, read.kind, read.sentences))
    scored = [replace(s, score=x) for s, x in zip(read.sentences, scores.tolist(), strict=True)]
    passage = read.weights.passage.scores(passage_features(hits, scored))
    order = np.argsort(-passage, kind="stable").tolist()
    place = {old: new for new, old in enumerate(order)}
    best = sorted((replace(s, hit=place[s.hit]) for s in scored), key=lambda s: -s.score)
    moved = tuple(replace(hits[i], score=float(passage[i])) for i in order)
    return replace(read, evidence=replace(read.evidence, hits=moved), sentences=tuple(best))


def _asked_of_reader(query: Query) -> str:
    """The question, and whom it means; a follow-up alone, or the one before is answered again."""
    return " ".join([*query.context[:1], query.meant]) if query.is_explained else query.meant


def features(evidence: Evidence, kind: Kind, found: Sequence[ScoredSentence]) -> dict[str, Floats]:
    """The features of sentences, by name; each has the shape `(len(found),)`."""
    hits = evidence.hits
    # A reason is as often found deep in an article.
    leads = 0.0 if kind is Kind.REASON else 1.0
    columns = {
        "passage": [hits[s.hit].score - hits[0].score for s in found],
        "rank": [np.log1p(s.hit) for s in found],
        "cosine": [s.cosine for s in found],
        "cover": [s.cover for s in found],
        "has_kind": [s.has_kind for s in found],
        "lead": [leads / (1 + s.start / LEAD) for s in found],
        "length": [min(LONG, sizes(s.text)) / LONG for s in found],
        "reader": [s.logit / 4 for s in found],
    }
    return {name: np.array(column, dtype=np.float32) for name, column in columns.items()}


def passage_features(hits: Sequence[Hit], scored: Sequence[ScoredSentence]) -> dict[str, Floats]:
    """The features of passages, by name: their own score, and that of their best sentence."""
    least = min(s.score for s in scored)
    best = np.full(len(hits), least, dtype=np.float32)
    for s in scored:
        best[s.hit] = max(best[s.hit], s.score)
    scores = np.array([hit.score for hit in hits], dtype=np.float32)
    return {"passage": scores, "sentence": best - max(s.score for s in scored)}


def _pieces(evidence: Evidence) -> Iterator[Piece]:
    for hit, found in enumerate(evidence.hits):
        for place, s in enumerate(candidate_sentences(found.candidate)):
            if not is_short(s.text):
                yield hit, place, s


def _chosen(found: Sequence[ScoredSentence], read: int) -> tuple[ScoredSentence, ...]:
    """The first sentences that may be quoted; other pieces where the evidence holds none."""
    whole = tuple(islice((s for s in found if s.sentence.quotable), read))
    return whole or tuple(islice((s for s in found if _may_do(s.sentence.kind)), read))


def _may_do(kind: SentenceKind) -> bool:
    """Whether such a text may be quoted where the articles hold no whole sentence."""
    never = (SentenceKind.LINK, SentenceKind.BOILERPLATE, SentenceKind.BYLINE, SentenceKind.ORDER)
    return kind not in never


def _kinds(evidence: Evidence, kind: Kind, found: Sequence[Piece]) -> list[bool]:
    """Whether each text holds the kind of answer that is asked for, beyond the question's words."""
    asked = frozenset(evidence.sought.attention)
    return [
        any(not asked.issuperset(terms_of_word(a)) for a in answers_kind(s.text, kind))
        for _, _, s in found
    ]


def _covers(evidence: Evidence, found: Sequence[Piece]) -> list[float]:
    """The share of the question's weight that each text names, with its article's title."""
    importance = evidence.sought.importance
    total = sum(importance.values()) or 1.0
    titles = [{*terms(hit.candidate.title)} for hit in evidence.hits]
    each = [named(evidence.sought, titles[hit] | {*terms(s.text)}) for hit, _, s in found]
    return [sum(importance[t] * sure for t, sure in some.items()) / total for some in each]
