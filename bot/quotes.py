"""A short answer made of verbatim sentences, without a language model.

Two small linear models, fitted by `python -m evals.fit`: one scores sentences, the other
guesses which words the answer holds (names that several articles repeat near the question's
words, numbers where a number is asked for). Sentences are then taken one by one, each for
the guessed words that it adds. It knows nothing of stores or of how passages were found.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.question import Kind, answers_kind, focus_of
from bot.reading import Floats, Reading, Sentence
from index.manifest import Candidate
from index.terms import terms, terms_of_word
from index.words import Words

MAX_WORDS = 67
"""Of a whole answer, its citation marks included."""
MAX_SENTENCES = 5
_SAME = 0.8
"""Sentences that share this much of the shorter one's terms say the same."""
_LEAST_WORTH = 0.05
"""A sentence worth less than this share of the first one is left out."""
_SEEN_WORTH = 0.15
"""What a guessed word is still worth once a chosen sentence holds it."""
_THRIFT = 0.8
"""How strongly short sentences are preferred: 0 not at all, 1 worth is counted a word."""
_SENTENCE_SHARE = 2.0
"""How much a sentence's own probability counts beside the words it adds."""

SENTENCE_WEIGHTS = {
    "passage": 0.31,
    "meaning": 0.69,
    "with_neighbours": 1.66,
    "with_title": 0.94,
    "phrases": -0.13,
    "cosine": 3.56,
    "has_kind": 1.80,
    "lead": 1.61,
    "fresh_month": 2.23,
    "is_question": -4.99,
    "news": 1.16,
}
WORD_WEIGHTS = {
    "votes": 0.47,
    "articles": 0.62,
    "rarity": 2.18,
    "number": 0.96,
    "name_asked": 2.25,
    "number_asked": 2.19,
    "date_asked": 3.52,
    "like_focus": 6.91,
    "like_question": -3.34,
    "name_unasked": 0.52,
    "chance": 0.55,
    "in_title": 2.46,
    "near": 1.46,
    "unit": 2.38,
    "title_asked": 1.86,
    "calendar_unasked": -1.53,
}

_NEARBY = 4
"""Terms at which nearness to a word of the question has fallen to a third."""

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"[\"“‘]([^\"“”‘’]{2,60})[\"”’]")
_ASKS_TITLE = re.compile(
    r"\b(?:titled?|called|named?|song|single|album|film|movie|show|series|book|play|game)\b",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|January|February|March|April|May|June|July|"
    r"August|September|October|November|December|yesterday|today|tonight|tomorrow|weeks?|months?|"
    r"years?|days?|mornings?|evenings?|nights?)$",
    re.IGNORECASE,
)
_NAMELIKE = re.compile(r"\b(?:[A-Z][\w’'-]*|\d[\d,.]*)")
_CLOSING = re.compile(r"""[\s"'”’)\]]+$""")


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim run of an article, and the candidate passage it comes from."""

    candidate: Candidate
    start: int
    end: int
    text: str


def choose_quotes(reading: Reading, words: Words, room: int = MAX_WORDS) -> list[Quote]:
    """The sentences that answer best, best article first, in reading order within it.

    At most `room` words (a first sentence longer than that is still taken whole), each once;
    adjacent sentences become one quote. Empty when no sentence is fit to quote.
    """
    if not reading.sentences:
        return []
    likely = likelihood(reading)
    guess = _guess(reading, likely, words)
    return _in_reading_order([reading.sentences[i] for i in _take(reading, likely, guess, room)])


def likelihood(reading: Reading) -> Floats:
    """How likely each sentence answers, of 1 in all."""
    return _softmax(sentence_features(reading) @ _vector(SENTENCE_WEIGHTS))


def _guess(reading: Reading, likely: Floats, words: Words) -> dict[str, float]:
    """How likely each word is to be in the answer; none where the answer is a clause."""
    if reading.kind is Kind.REASON:
        return {}
    seen = words_seen(reading, likely)
    chances = _softmax(word_features(reading, seen, words) @ _vector(WORD_WEIGHTS))
    # A word that only says again what the question says is no answer to it.
    return {
        term: float(chance * (1 - reading.echo[reading.vocabulary[word.form.lower()]]))
        for (term, word), chance in zip(seen.items(), chances, strict=True)
    }


def sentence_features(reading: Reading) -> Floats:
    """One row a sentence, columns in the order of SENTENCE_WEIGHTS."""
    sought, hits = reading.evidence.sought, reading.evidence.hits
    places = [s.hit for s in reading.sentences]
    # Why something is so stands as often deep in an article, in a sentence without names.
    leads = 0.0 if reading.kind is Kind.REASON else 1.0
    titles = np.array(
        [[t in title for t in reading.sought] for title in reading.titles], np.float32
    )
    columns = {
        "passage": [hits[s.hit].score - hits[0].score for s in reading.sentences],
        "meaning": reading.share(reading.match),
        "with_neighbours": reading.share(reading.near),
        "with_title": reading.share(np.maximum(reading.exact, titles[places])),
        "phrases": [sought.phrase_share(s.tokens) for s in reading.sentences],
        "cosine": reading.cosines,
        "has_kind": [s.has_kind for s in reading.sentences],
        "lead": [leads / (1 + s.start / 800) for s in reading.sentences],
        "fresh_month": [hits[s.hit].feature("fresh_month") for s in reading.sentences],
        "is_question": [_CLOSING.sub("", s.text).endswith("?") for s in reading.sentences],
        "news": [
            leads * len(_names(s.text) - sought.attention.keys()) / 10 for s in reading.sentences
        ],
    }
    return np.array([columns[name] for name in SENTENCE_WEIGHTS], dtype=np.float32).T


def word_features(reading: Reading, seen: "Mapping[str, SeenWord]", words: Words) -> Floats:
    """One row a word seen, columns in the order of WORD_WEIGHTS."""
    evidence, kind = reading.evidence, reading.kind
    question = evidence.query.text
    wanted = np.array([_mean(words, focus_of(question)), _mean(words, question)])
    rows = [reading.vocabulary[w.form.lower()] for w in seen.values()]
    like = reading.vectors[rows] @ wanted.T
    numeric = kind in (Kind.NUMBER, Kind.MONEY, Kind.SHARE)
    dated = kind in (Kind.DATE, Kind.YEAR)
    counted = set(terms(focus_of(question)))
    every = [*seen.values()]
    number = [w.is_number for w in every]
    none = [False] * len(every)
    name = [w.is_name for w in every] if kind in (Kind.NAME, Kind.OTHER) else none
    columns = {
        "votes": np.log([w.votes + 0.01 for w in every]),
        "articles": np.log([len(w.articles) for w in every]),
        "rarity": [min(evidence.idf(term, w.form), 9.0) / 9 for term, w in seen.items()],
        "number": number,
        "name_asked": name if kind is Kind.NAME else none,
        "number_asked": number if numeric else none,
        "date_asked": [bool(answers_kind(w.form, kind)) for w in every] if dated else none,
        "like_focus": like[:, 0],
        "like_question": like[:, 1],
        "name_unasked": name if kind is Kind.OTHER else none,
        "chance": np.log([w.chance + 1e-4 for w in every]),
        "in_title": [w.in_title for w in every],
        "near": [w.near for w in every],
        "unit": [w.is_number and not w.followers.isdisjoint(counted) for w in every]
        if numeric
        else none,
        "title_asked": [w.is_title for w in every],
        "calendar_unasked": none if dated else [bool(_CALENDAR.match(w.form)) for w in every],
    }
    return np.array([columns[name] for name in WORD_WEIGHTS], dtype=np.float32).T


def words_seen(reading: Reading, likely: Floats) -> "dict[str, SeenWord]":
    """The words that might be an answer, by term, with where they stand.

    `likely` says of each sentence how likely it answers.
    """
    asked = reading.evidence.sought.attention
    hits = reading.evidence.hits
    titled = bool(_ASKS_TITLE.search(reading.evidence.query.text))
    passage = np.array([hits[s.hit].score - hits[0].score for s in reading.sentences])
    support = np.exp(passage + 3 * reading.share(reading.exact) + 2 * reading.share(reading.near))
    support /= support.max()
    seen: dict[str, SeenWord] = defaultdict(SeenWord)
    for s, weight, chance in zip(reading.sentences, support.tolist(), likely.tolist(), strict=True):
        quoted = {t for found in _QUOTED.findall(s.text) for t in terms(found)} if titled else ()
        title = reading.titles[s.hit]
        for word in s.words:
            for term in terms_of_word(word):
                if term not in asked:
                    found = seen[term]
                    found.add(word, s, weight, chance)
                    found.is_title |= term in quoted
                    if term in title:
                        found.in_title = max(found.in_title, 1 / (1 + s.hit))
        _see_neighbours(s.tokens, asked, math.sqrt(chance), seen)
    return seen


def _see_neighbours(
    tokens: Sequence[str], asked: Mapping[str, float], weight: float, seen: "dict[str, SeenWord]"
) -> None:
    """Note how near each word stands to one of the question's, and what follows it."""
    places = [i for i, token in enumerate(tokens) if token in asked]
    for i, token in enumerate(tokens):
        found = seen.get(token)
        if found is None:
            continue
        found.followers.update(tokens[i + 1 : i + 3])
        if places:
            distance = min(abs(i - place) for place in places)
            found.near = max(found.near, weight * math.exp(-distance / _NEARBY))


class SeenWord:
    """Where a word stands among the sentences.

    `chance` is how likely those with it answer, all together; `in_title` is 1 where the best
    article's title has it, less for those after it; `near` is 1 where it stands beside a word
    of the question in a sure sentence. `is_title` says that a title is asked for and the word
    stands in quotation marks. `followers` are the terms that come next after it.
    """

    __slots__ = (
        "_best", "_capitals", "_sentences", "articles", "chance", "followers", "form", "in_title",
        "is_title", "near",
    )  # fmt: skip

    def __init__(self) -> None:
        self.form = ""
        self.articles: dict[int, float] = defaultdict(float)
        self.chance = 0.0
        self.in_title = 0.0
        self.near = 0.0
        self.is_title = False
        self.followers: set[str] = set()
        self._best = -1.0
        self._sentences = 0
        self._capitals = 0

    def add(self, form: str, sentence: Sentence, weight: float, chance: float) -> None:
        """Count the word, as written in a sentence of this weight that so likely answers."""
        article = sentence.candidate.story  # copies of one article are one witness
        self.articles[article] = max(self.articles[article], weight)
        self.chance += chance
        self._sentences += 1
        self._capitals += form[0].isupper() and not sentence.text.startswith(form)
        if weight > self._best:
            self._best, self.form = weight, form

    @property
    def votes(self) -> float:
        """One vote an article, as strong as its best sentence with the word."""
        return sum(self.articles.values())

    @property
    def is_number(self) -> bool:
        """Whether it begins with a digit."""
        return self.form[0].isdigit()

    @property
    def is_name(self) -> bool:
        """Whether it mostly stands capitalised, the beginnings of sentences left aside."""
        return self._capitals > self._sentences / 2


def _take(reading: Reading, likely: Floats, guess: Mapping[str, float], room: int) -> list[int]:
    """Greedy choice: the most expected worth a word, until the room or the worth is used up."""
    found = reading.sentences
    worth = dict(guess)
    taken: list[int] = []
    least = 0.0
    while len(taken) < MAX_SENTENCES:
        open_ = [
            i
            for i, s in enumerate(found)
            if (not taken or s.length < room) and not any(_same(s, found[j]) for j in taken)
        ]
        if not open_:
            break
        most, best = max((_worth(found[i], float(likely[i]), worth), i) for i in open_)
        if most < least:
            break
        least = least or _LEAST_WORTH * most
        taken.append(best)
        room -= found[best].length + 1
        for term in found[best].terms & worth.keys():
            worth[term] *= _SEEN_WORTH
    return taken


def _worth(sentence: Sentence, likely: float, worth: dict[str, float]) -> float:
    added = sum(worth[t] for t in sentence.terms if t in worth)
    return float((added + _SENTENCE_SHARE * likely) / sentence.length**_THRIFT)


def _same(one: Sentence, other: Sentence) -> bool:
    shared = len(one.terms & other.terms)
    return shared > _SAME * min(len(one.terms), len(other.terms))


def _in_reading_order(chosen: Sequence[Sentence]) -> list[Quote]:
    order = {s.candidate.article_id: i for i, s in reversed(list(enumerate(chosen)))}
    quotes: list[Quote] = []
    for s in sorted(chosen, key=lambda s: (order[s.candidate.article_id], s.start)):
        quote = Quote(s.candidate, s.start, s.end, s.text)
        joined = _joined(quotes[-1], quote) if quotes else None
        if joined:
            quotes[-1] = joined
        else:
            quotes.append(quote)
    return quotes


def _joined(one: Quote, other: Quote) -> Quote | None:
    """Both as one quote when only a space stands between them."""
    c = one.candidate
    if c.id != other.candidate.id or other.start - one.end != 1:
        return None
    text = c.text[one.start - c.start : other.end - c.start]
    return Quote(c, one.start, other.end, text) if "\n" not in text else None


def _names(text: str) -> set[str]:
    return {term for word in _NAMELIKE.findall(text) for term in terms_of_word(word)}


def _mean(words: Words, text: str) -> Floats:
    """The direction of a text's words, of length 1."""
    total = words.vectors([w.lower() for w in _WORD.findall(text)]).sum(axis=0)
    return np.asarray(total / (np.linalg.norm(total) or 1.0), dtype=np.float32)


def _vector(weights: dict[str, float]) -> Floats:
    return np.array(list(weights.values()), dtype=np.float32)


def _softmax(scores: Floats) -> Floats:
    if not len(scores):
        return scores
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
