"""Fits the linear models that rank passages, choose sentences and decide whether to answer.

    python -m evals.fit --store DIR ARTICLES GOLD [ARTICLES GOLD ...]

Prints the weights to be pasted into `index/rank.py`, `bot/quotes.py`, `bot/guess.py` and
`bot/gate.py`. Beside the questions as they are, the gate sees each dated one again without its
date, and each one asked of two tiny collections: articles near the matter that do not hold the
answer, and the same with one that does. It needs NumPy only.
"""

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bot import gate, guess, quotes
from bot.conversation.rewrite import readings
from bot.reading import Reading, read
from evals.figures.metrics import SHORT
from evals.gold.format import Gold, load_gold
from index import rank
from index.collection import collection_directory
from index.embed import StaticEmbedder
from index.retriever import Evidence, Query, Retriever
from index.store import Store
from index.terms import terms
from index.words import Words

Rows = NDArray[np.float32]
Marks = NDArray[np.bool_]

POOL = 200
"""Candidates that the ranker learns to order."""
QUOTED_FROM = 10
"""Hits that sentences are chosen from."""
FOLDS = 5
LONG = 20_000
"""Characters from which an article is too long for a tiny collection."""
TOO_EARLY = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Listing:
    """One question's rows to choose among, and which of them are right."""

    rows: Rows
    right: Marks


def fit_choice(listings: Sequence[Listing], l2: float = 1e-3, steps: int = 400) -> Rows:
    """Weights that make the softmax over each listing's rows put its mass on the right ones.

    Full-batch Adam on the log-likelihood of the right set, features standardised meanwhile.
    """
    used = [x for x in listings if x.right.any() and not x.right.all()]
    every = np.concatenate([x.rows for x in used])
    scale = every.std(axis=0) + 1e-6
    weights = np.zeros(every.shape[1])
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        slope = -l2 * weights
        for x in used:
            rows = x.rows / scale
            chance = _softmax(rows @ weights)
            right = np.where(x.right, chance, 0.0)
            slope += rows.T @ (right / right.sum() - chance) / len(used)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        weights += 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return np.asarray(weights / scale, dtype=np.float32)


def fit_promise(listings: Sequence[Listing], weights: Rows, first: int) -> Rows:
    """Weights of the first features that come nearest, within each listing, to all of them."""
    rows = np.concatenate([x.rows - x.rows.mean(axis=0) for x in listings])
    weighed, *_ = np.linalg.lstsq(rows[:, :first], rows @ weights)
    return np.asarray(weighed, dtype=np.float32)


def fit_odds(
    rows: Rows, right: Marks, weight: Rows, l2: float = 0.01, steps: int = 60
) -> tuple[Rows, float]:
    """Logistic regression by Newton's method: weights and intercept. `weight` counts each row."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    x = np.hstack([(rows - mean) / scale, np.ones((len(rows), 1))])
    beta = np.zeros(x.shape[1])
    ridge = l2 * weight.sum() * np.diag([1.0] * (x.shape[1] - 1) + [0.0])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-(x @ beta)))
        slope = x.T @ (weight * (right - chance)) - ridge @ beta
        curve = (x * (weight * chance * (1 - chance))[:, None]).T @ x + ridge
        beta += np.linalg.solve(curve + 1e-9 * np.eye(len(beta)), slope)
    weights = beta[:-1] / scale
    return np.asarray(weights, dtype=np.float32), float(beta[-1] - mean @ weights)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())


@dataclass(frozen=True, slots=True)
class Case:
    """A gold question with the evidence found for it."""

    gold: Gold
    evidence: Evidence


class Trials:
    """Questions for the gate, by the group they count in, each group and label as one."""

    def __init__(self) -> None:
        self._rows: list[list[float]] = []
        self._right: list[bool] = []
        self._groups: list[str] = []

    def add(self, group: str, reading: Reading, has_answer: bool) -> None:
        """One question, as it was read, and whether its articles hold an answer."""
        if reading.sentences:
            self._rows.append([*gate.gate_features(reading).values()])
            self._right.append(has_answer)
            self._groups.append(group)

    def fit(self) -> tuple[Rows, float]:
        """The gate's weights and intercept; says how well each group is told apart."""
        rows, right = np.array(self._rows, dtype=np.float32), np.array(self._right)
        groups = np.array(self._groups)
        weight = np.zeros(len(rows), dtype=np.float32)
        for group in np.unique(groups):
            for label in (True, False):
                chosen = (groups == group) & (right == label)
                weight[chosen] = 1 / max(1, chosen.sum())
        held_out = np.zeros(len(rows))
        fold = np.arange(len(rows)) % FOLDS
        for n in range(FOLDS):
            weights, intercept = fit_odds(rows[fold != n], right[fold != n], weight[fold != n])
            held_out[fold == n] = rows[fold == n] @ weights + intercept
        for group in np.unique(groups):
            yes, no = held_out[(groups == group) & right], held_out[(groups == group) & ~right]
            told = (yes[:, None] > no).mean() if len(yes) and len(no) else float("nan")
            print(
                f"# {group}: {len(yes)} + {len(no)}, auroc {told:.3f}, "
                f"answered {(yes >= 0).mean():.3f}, declined {(no < 0).mean():.3f}"
            )
        return fit_odds(rows, right, weight)


def main() -> None:
    """Fit all four models on the sets named on the command line and print the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True, help="where indexes are kept")
    parser.add_argument("sets", type=Path, nargs="+", help="ARTICLES GOLD pairs")
    options = parser.parse_args()
    model = StaticEmbedder()
    words = Words(model)
    trials = Trials()
    cases: list[Case] = []
    seen: set[str] = set()
    pairs = list(zip(options.sets[::2], options.sets[1::2], strict=True))
    gold_of = {}
    for articles, gold_file in pairs:
        gold_of[articles] = [g for g in load_gold(gold_file) if g.id not in seen]
        seen |= {g.id for g in gold_of[articles]}
        with _opened(articles, options.store, model) as store:
            cases += _cases(Retriever(store, words), gold_of[articles], words)
    listings = _passage_listings(cases)
    ranker = fit_choice(listings)
    _show("index/rank.py WEIGHTS", rank.WEIGHTS, ranker)
    promise = fit_promise(listings, ranker, len(rank.PROMISE))
    _show("index/rank.py PROMISE", rank.PROMISE, promise)
    rank.WEIGHTS.update(zip(rank.WEIGHTS, ranker.tolist(), strict=True))
    sentence = fit_choice([*_sentence_listings(cases)])
    _show("bot/quotes.py SENTENCE_WEIGHTS", quotes.SENTENCE_WEIGHTS, sentence)
    quotes.SENTENCE_WEIGHTS.update(zip(quotes.SENTENCE_WEIGHTS, sentence.tolist(), strict=True))
    word = fit_choice([*_word_listings(cases)])
    _show("bot/guess.py WORD_WEIGHTS", guess.WORD_WEIGHTS, word)
    for articles, _ in pairs:
        with _opened(articles, options.store, model) as store:
            _try_gate(store, _name(articles), gold_of[articles], words, trials)
    weights, intercept = trials.fit()
    print(f"# bot/gate.py INTERCEPT = {intercept:.3f}")
    _show("bot/gate.py WEIGHTS", gate.WEIGHTS, weights)


def _name(articles: Path) -> str:
    return articles.name if articles.is_dir() else articles.resolve().parent.name


def _opened(articles: Path, directory: Path, model: StaticEmbedder) -> Store:
    store = Store.open(collection_directory(directory, [articles]), model)
    if store.is_stale([articles]):
        store.sync([articles])
    return store


def _cases(retriever: Retriever, gold: Sequence[Gold], words: Words) -> Iterator[Case]:
    for g in gold:
        evidence = retriever.retrieve(readings(g.question, g.history, g.asked_on, words)[0], POOL)
        if g.has_answer and evidence.hits:
            yield Case(g, evidence)


def _passage_listings(cases: Sequence[Case]) -> list[Listing]:
    return [
        Listing(
            np.array([hit.features for hit in case.evidence.hits]),
            np.array([_holds(case.gold, hit) for hit in case.evidence.hits]),
        )
        for case in cases
    ]


def _sentence_listings(cases: Sequence[Case]) -> Iterator[Listing]:
    for gold, reading in _readings(cases):
        right = [_stands_in(gold, s.text) for s in reading.sentences]
        yield Listing(quotes.sentence_features(reading), np.array(right))


def _word_listings(cases: Sequence[Case]) -> Iterator[Listing]:
    for gold, reading in _readings(cases):
        wanted = reading.lexicon.term_numbers(t for answer in gold.answers for t in terms(answer))
        seen = guess.words_seen(reading, quotes.likelihood(reading))
        rows = guess.word_features(reading, seen)
        yield Listing(rows, np.isin(reading.terms[seen.columns], wanted))


def _readings(cases: Sequence[Case]) -> Iterator[tuple[Gold, Reading]]:
    """The questions with a short answer, read as with the ranker's weights."""
    weights = np.array([*rank.WEIGHTS.values()], dtype=np.float32)
    for case in cases:
        if _short(case.gold):
            hits = [replace(h, score=float(h.features @ weights)) for h in case.evidence.hits]
            best = sorted(hits, key=lambda h: -h.score)[:QUOTED_FROM]
            reading = read(replace(case.evidence, hits=tuple(best)))
            if reading.sentences:
                yield case.gold, reading


def _try_gate(store: Store, name: str, gold: Sequence[Gold], words: Words, trials: Trials) -> None:
    retriever = Retriever(store, words)

    def ask(group: str, g: Gold, as_of: date | None, has_answer: bool) -> Reading:
        reading = read(retriever.retrieve(readings(g.question, g.history, as_of, words)[0]))
        trials.add(f"{name}, {group}", reading, has_answer)
        return reading

    for n, g in enumerate(gold):
        if g.kind == "underspecified":
            continue
        ask("as asked", g, g.asked_on, g.has_answer)
        if g.asked_on is None:
            continue
        reading = ask("undated", g, None, g.has_answer)
        days = [found.published for s in g.sources if (found := store.article(s))]
        early = g.asked_on - TOO_EARLY
        if g.has_answer and days and all(day and day > early for day in days):
            ask("too early", g, early, False)
        if g.has_answer and n % 2:
            for tiny, held in _tiny(store, g, reading, words):
                trials.add(f"{name}, tiny", tiny, held)


def _tiny(store: Store, g: Gold, reading: Reading, words: Words) -> Iterator[tuple[Reading, bool]]:
    """Ask a collection of a few articles near the matter, without and with one that answers."""
    near = dict.fromkeys(hit.candidate.source for hit in reading.evidence.hits)
    found = [article for source in near if (article := store.article(source))]
    whole = [a for a in found if len(a.text) < LONG]
    holding = [a for a in whole if a.source in g.sources and _stands_in(g, a.text)][:1]
    others = [a for a in whole if a.source not in g.sources and not _stands_in(g, a.text)][:3]
    if not holding or not others:
        return
    for articles, has_answer in ((others, False), (others + holding, True)):
        with TemporaryDirectory() as folder:
            dump = Path(folder) / "articles.jsonl"
            rows = [{"id": a.source, "title": a.title, "text": a.text} for a in articles]
            dump.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
            with Store.open(Path(folder) / "store", store.embedder) as tiny:
                tiny.sync([dump])
                evidence = Retriever(tiny, words).retrieve(Query(g.question))
                yield read(evidence), has_answer


def _holds(gold: Gold, hit: rank.Hit) -> bool:
    """Whether a passage is a right one: by its gold string, or its source for long answers."""
    if _short(gold):
        return _stands_in(gold, hit.candidate.text)
    return hit.candidate.source in gold.sources


def _short(gold: Gold) -> bool:
    return all(len(answer.split()) <= SHORT for answer in gold.answers)


def _stands_in(gold: Gold, text: str) -> bool:
    flat = _flat(text)
    return any(_flat(answer) in flat for answer in gold.answers)


def _flat(text: str) -> str:
    return f" {' '.join(re.findall('[a-z0-9]+', text.lower()))} "


def _show(where: str, names: Sequence[str] | dict[str, float], weights: Rows) -> None:
    print(f"# {where}")
    for name, weight in zip(names, weights, strict=True):
        print(f'    "{name}": {weight:.2f},')


if __name__ == "__main__":
    main()
