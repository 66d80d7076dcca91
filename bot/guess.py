"""Which words the answer may hold, guessed from where words stand in what was read.

A small linear model, fitted by `python -m evals.fit`: names that several articles repeat near
the question's words are likely, and numbers where a number is asked for. It knows nothing of
how sentences are chosen by them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.question import Kind, answers_kind, focus_of
from bot.reading import Floats, Reading
from index.lexicon import NO_TERM, Numbers
from index.terms import terms

Marks = NDArray[np.bool_]

WORD_WEIGHTS = {
    "votes": 0.49,
    "articles": 0.63,
    "rarity": 2.20,
    "number": 0.93,
    "name_asked": 2.20,
    "number_asked": 2.17,
    "date_asked": 3.37,
    "like_focus": 7.03,
    "like_question": -3.46,
    "name_unasked": 0.53,
    "chance": 0.51,
    "in_title": 2.47,
    "near": 1.54,
    "unit": 2.54,
    "title_asked": 1.66,
    "calendar_unasked": -1.53,
}

_NEARBY = 4
"""Terms at which nearness to a word of the question has fallen to a third."""

_QUOTED = re.compile(r"[\"“‘]([^\"“”‘’]{2,60})[\"”’]")
_ASKS_TITLE = re.compile(
    r"\b(?:titled?|called|named?|song|single|album|film|movie|show|series|book|play|game)\b",
    re.IGNORECASE,
)
_CALENDAR = frozenset(
    """
    january february march april may june july august september october november december
    monday mondays tuesday tuesdays wednesday wednesdays thursday thursdays friday fridays
    saturday saturdays sunday sundays yesterday today tonight tomorrow week weeks month months
    year years day days morning mornings evening evenings night nights
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, eq=False)
class SeenWords:
    """The words that might be an answer: one entry of each field a word.

    `columns` are their places among the reading's terms, and `forms` how each is written
    where it stands best. It has one vote an article, as strong as its best sentence with it,
    and `articles` counts these. `chance` is how likely those sentences answer, all together.
    `near` is 1 where it stands beside a word of the question in a sure sentence, and `in_title`
    1 where the best article's title has it, less for those after it. `is_name` says that it
    mostly stands capitalised, the beginnings of sentences left aside; `is_title` that a title is
    asked for and it stands in quotation marks; `counts` that what is asked for follows it.
    """

    columns: Numbers
    forms: list[str]
    votes: Floats
    articles: Floats
    chance: Floats
    near: Floats
    in_title: Floats
    is_name: Marks
    is_title: Marks
    counts: Marks


def guessed(reading: Reading, likely: Floats) -> Floats:
    """How likely each of the reading's terms is in the answer; 0 where that is a clause."""
    worth = np.zeros(len(reading.terms), dtype=np.float32)
    if reading.kind is Kind.REASON:
        return worth
    seen = words_seen(reading, likely)
    chances = softmax(word_features(reading, seen) @ vector(WORD_WEIGHTS))
    # A word that only says again what the question says is no answer to it.
    numbers = reading.lexicon.numbers(seen.forms)
    echo = reading.evidence.alike.to(numbers).max(axis=1, initial=0)
    worth[seen.columns] = chances * (1 - echo)
    return worth


def word_features(reading: Reading, seen: SeenWords) -> Floats:
    """One row a word seen, columns in the order of WORD_WEIGHTS."""
    kind, lexicon = reading.kind, reading.lexicon
    question = reading.evidence.query.meant
    wanted = np.stack([lexicon.direction(text) for text in (focus_of(question), question)])
    numbers = lexicon.numbers(seen.forms)
    like = lexicon.vectors[numbers] @ wanted.T / lexicon.lengths[numbers, np.newaxis]
    rare = reading.evidence.idf.of(reading.terms[seen.columns], numbers)
    number = np.array([form[0].isdigit() for form in seen.forms], dtype=bool)
    none = np.zeros(len(number), dtype=bool)
    dated = kind in (Kind.DATE, Kind.YEAR)
    columns = {
        "votes": np.log(seen.votes + 0.01),
        "articles": np.log(seen.articles),
        "rarity": np.minimum(rare, 9.0) / 9,
        "number": number,
        "name_asked": seen.is_name if kind is Kind.NAME else none,
        "number_asked": number if _numeric(kind) else none,
        "date_asked": [any(answers_kind(form, kind)) for form in seen.forms] if dated else none,
        "like_focus": like[:, 0],
        "like_question": like[:, 1],
        "name_unasked": seen.is_name if kind is Kind.OTHER else none,
        "chance": np.log(seen.chance + 1e-4),
        "in_title": seen.in_title,
        "near": seen.near,
        "unit": number & seen.counts,
        "title_asked": seen.is_title,
        "calendar_unasked": none if dated else [form.lower() in _CALENDAR for form in seen.forms],
    }
    return np.array([columns[name] for name in WORD_WEIGHTS], dtype=np.float32).T


def words_seen(reading: Reading, likely: Floats) -> SeenWords:
    """The words that might be an answer.

    `likely` says of each sentence how likely it answers.
    """
    asked = reading.lexicon.term_numbers(reading.evidence.sought.attention)
    seen = np.flatnonzero(~np.isin(reading.terms, asked))
    number = np.full(len(reading.terms) + 1, NO_TERM)
    number[seen] = np.arange(len(seen))
    words = number[reading.columns(reading.spoken)]  # NO_TERM is that of the last one
    here = np.flatnonzero(words != NO_TERM)
    word, sentence = words[here], reading.spoken.text[here]
    forms = [reading.forms[i] for i in here]
    hit = np.array([s.hit for s in reading.sentences], dtype=np.intp)[sentence]
    weight = _support(reading)[sentence]
    best = np.argsort(-weight, kind="stable")
    _, first = np.unique(word[best], return_index=True)
    votes, articles = _votes(reading, word, sentence, weight)
    near, counts = _neighbours(reading, number, likely)
    return SeenWords(
        columns=seen,
        forms=[forms[i] for i in best[first]],
        votes=votes,
        articles=articles,
        chance=_sum(len(seen), word, likely[sentence]),
        near=near,
        in_title=_most(len(seen), word, reading.titled[:, seen][hit, word] / (1 + hit)),
        is_name=_names(reading, word, sentence, forms) > 1 / 2,
        is_title=np.isin(reading.terms[seen], _quoted(reading)),
        counts=counts,
    )


def _support(reading: Reading) -> Floats:
    """How much a word in each sentence counts, from 0 to 1."""
    hits = reading.evidence.hits
    passage = np.array([hits[s.hit].score - hits[0].score for s in reading.sentences])
    support = np.exp(passage + 3 * reading.share(reading.exact) + 2 * reading.share(reading.near))
    return np.asarray(support / support.max(), dtype=np.float32)


def _votes(
    reading: Reading, word: Numbers, sentence: Numbers, weight: Floats
) -> tuple[Floats, Floats]:
    """Each word's votes, and how many articles give them; copies of one are one witness."""
    stories = [s.candidate.story for s in reading.sentences]
    every, story = np.unique(stories, return_inverse=True)
    best = np.full((int(word.max(initial=-1)) + 1, len(every)), -1.0, dtype=np.float32)
    np.maximum.at(best, (word, story[sentence]), weight)
    return np.maximum(best, 0).sum(axis=1), (best >= 0).sum(axis=1).astype(np.float32)


def _names(reading: Reading, word: Numbers, sentence: Numbers, forms: Sequence[str]) -> Floats:
    """How often each word stands capitalised within a sentence, of the times it stands in one."""
    texts = [s.text for s in reading.sentences]
    capital = [
        form[0].isupper() and not texts[i].startswith(form)
        for form, i in zip(forms, sentence.tolist(), strict=True)
    ]
    count = int(word.max(initial=-1)) + 1
    return _sum(count, word, np.array(capital)) / _sum(count, word, np.ones(len(word)))


def _neighbours(reading: Reading, number: Numbers, likely: Floats) -> tuple[Floats, Marks]:
    """How near each word stands to one of the question's, and whether what is counted follows.

    `number` has the word for each of the reading's terms, or NO_TERM for the question's own.
    """
    columns = reading.columns(reading.texts)
    told = np.flatnonzero(columns != NO_TERM)
    words, text = number[columns[told]], reading.texts.text[told]
    mine = np.flatnonzero(words != NO_TERM)
    distance = _distances(text, np.flatnonzero(words == NO_TERM))[mine]
    nearness = np.sqrt(likely[text[mine]]) * np.exp(-distance / _NEARBY)
    counts = np.zeros(int(number.max(initial=-1)) + 1, dtype=bool)
    if _numeric(reading.kind):
        focus = reading.lexicon.term_numbers(terms(focus_of(reading.evidence.query.meant)))
        counted = np.flatnonzero(np.isin(reading.lexicon.terms[reading.texts.words[told]], focus))
        for before in (1, 2):
            place = counted[counted >= before]
            place = place[text[place] == text[place - before]] - before
            counts[words[place][words[place] != NO_TERM]] = True
    return _most(len(counts), words[mine], nearness), counts


def _distances(text: Numbers, places: Numbers) -> Floats:
    """How far each token is from the nearest of `places` in its text; infinite where none is."""
    distance = np.full(len(text), np.inf)
    if len(places):
        tokens = np.arange(len(text))
        after = np.searchsorted(places, tokens)
        for neighbour in (np.maximum(after - 1, 0), np.minimum(after, len(places) - 1)):
            place = places[neighbour]
            far = np.where(text[place] == text, np.abs(place - tokens), np.inf)
            distance = np.minimum(distance, far)
    return distance.astype(np.float32)


def _quoted(reading: Reading) -> Numbers:
    """The terms that stand in quotation marks, where a title is asked for."""
    found: list[str] = []
    if _ASKS_TITLE.search(reading.evidence.query.meant):
        quoted = (text for s in reading.sentences for text in _QUOTED.findall(s.text))
        found = [term for text in quoted for term in terms(text)]
    return reading.lexicon.term_numbers(found)


def _sum(count: int, word: Numbers, values: NDArray[Any]) -> Floats:
    """The sum of the values of each of `count` words."""
    return np.bincount(word, values, count).astype(np.float32)


def _most(count: int, word: Numbers, values: Floats) -> Floats:
    """The largest value of each of `count` words, at least 0."""
    most = np.zeros(count, dtype=np.float32)
    np.maximum.at(most, word, values)
    return most


def _numeric(kind: Kind) -> bool:
    return kind in (Kind.NUMBER, Kind.MONEY, Kind.SHARE)


def vector(weights: dict[str, float]) -> Floats:
    """A model's weights in order."""
    return np.array(list(weights.values()), dtype=np.float32)


def softmax(scores: Floats) -> Floats:
    """Shares of 1 that grow with the scores."""
    if not len(scores):
        return scores
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
