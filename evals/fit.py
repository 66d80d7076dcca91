"""Fits the linear models that rank passages, choose sentences and decide whether to answer.

    python -m evals.fit --store DIR --out weights.json ARTICLES GOLD [ARTICLES GOLD ...]

Writes the file that `bot/extraction/weights.py` reads, with the digests of what the weights were
fitted on, and prints how well each set does with weights fitted on the other sets alone. Beside the
questions as they are, the gate sees each dated one without its date, and before its answer was
published, and asked of two tiny collections: a few articles near the matter that do not hold the
answer, and the same with one that does. Gold of the type "contrast" is asked of its sources alone,
which do not answer it though they look as if they did.
"""

import argparse
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bot.conversation.rewrite import readings
from bot.extraction.answerability import answerability_features
from bot.extraction.extractive import choose_quotes
from bot.extraction.reader import Reader, reader_named
from bot.extraction.scoring import (
    PASSAGES,
    ScoredSentences,
    SentenceScorer,
    features,
    passage_features,
    ranked,
)
from bot.extraction.weights import Floats, Linear, Weights, shipped_weights
from evals.gold.format import BadRow, Gold, read_gold
from evals.gold.strings import SHORT
from evals.linear import Listing, Marks, Rows, fit_choice, fit_odds
from index.article import Article
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.paths import collection_directory
from index.search.retriever import Retriever
from index.store import Store

SENTENCE_GOLD = "sentence"
"""The type of gold whose answers are whole sentences of the articles."""
CONTRAST = "contrast"
"""The type of gold that is asked of its sources alone, which do not answer it."""
FOLDS = 5
QUESTIONS = 250
"""Of each set, taken at random."""
CAUTION = 0.05
"""How much larger a share of the questions without an answer must be treated rightly: a wrong
answer is worse than a decline."""
LONG = 20_000
"""Characters from which an article is too long for a tiny collection."""
TOO_EARLY = timedelta(days=45)
SENTENCE = ("passage", "rank", "cosine", "cover", "has_kind", "lead", "length")
PASSAGE = ("passage", "sentence")
ANSWERABLE = (
    "passage", "live", "fresh", "kind_missing", "cover_best", "names_missing", "term_missing",
)  # fmt: skip
READERS = ("reader_best", "reader_top", "reader_mean")


@dataclass(frozen=True, eq=False)
class Trial:
    """A question asked of some articles, with the sentences that were read for it."""

    set: str
    group: str
    gold: Gold
    has_answer: bool
    scored: ScoredSentences

    def again(self, weights: Weights) -> ScoredSentences:
        """The same sentences, ordered by other weights."""
        return ranked(replace(self.scored, weights=weights))


class Remembering:
    """A reader that reads each pair once."""

    def __init__(self, reader: Reader) -> None:
        self.name, self._reader = reader.name, reader
        self._known: dict[tuple[str, str], float] = {}

    def scores(self, question: str, sentences: Sequence[str]) -> Floats:
        """The reader's scores, new or remembered."""
        new = [s for s in dict.fromkeys(sentences) if (question, s) not in self._known]
        if new:
            scores = self._reader.scores(question, new).tolist()
            self._known |= {(question, s): v for s, v in zip(new, scores, strict=True)}
        return np.array([self._known[question, s] for s in sentences], dtype=np.float32)


def main() -> None:
    """Fit all models on the sets named on the command line and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True, help="where indexes are kept")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--reader", help="as DATELINE_READER")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("sets", type=Path, nargs="+", help="ARTICLES GOLD pairs")
    options = parser.parse_args()
    reader = reader_named(options.reader)
    assert reader, "there is nothing to fit without a reader"
    pairs = list(zip(options.sets[::2], options.sets[1::2], strict=True))
    trials = [*_trials(pairs, options.store, Remembering(reader), options.questions)]
    names = [*dict.fromkeys(t.set for t in trials)]
    figures = {name: _held_out(trials, name) for name in names if len(names) > 1}
    weights = fit(trials)
    digests = {_name(a, g): {"articles": _digest(a), "gold": _digest(g)} for a, g in pairs}
    written = {"reader": reader.name, "fitted_on": digests, "held_out": figures} | weights
    options.out.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def fit(trials: Sequence[Trial]) -> dict[str, object]:
    """Fit every model, with the reader and without; the object is what the weights file holds."""
    fitted = _fit(trials, (*SENTENCE, "reader"), READERS + ANSWERABLE)
    return fitted | {"unread": _fit(trials, SENTENCE, ANSWERABLE)}


def _fit(
    trials: Sequence[Trial], sentence: Sequence[str], answerable: Sequence[str]
) -> dict[str, object]:
    prefilter = _linear(SENTENCE, fit_choice([*_sentence_listings(trials, SENTENCE)]))
    chosen = _linear(sentence, fit_choice([*_sentence_listings(trials, sentence)]))
    zero = Weights(_of(prefilter), _of(chosen), Linear({"passage": 1.0}), Linear({}), 0.5)
    again = [t.again(zero) for t in trials]
    passage = _linear(PASSAGE, fit_choice([*_passage_listings(trials, again)]))
    again = [t.again(replace(zero, passage=_of(passage))) for t in trials]
    rows = np.array([[answerability_features(s)[n] for n in answerable] for s in again])
    right = np.array([t.has_answer for t in trials])
    odds, intercept = fit_odds(rows, right, _balance(trials))
    model = _linear(answerable, odds) | {"intercept": round(intercept, 3)}
    held = np.empty(len(trials))
    fold = np.array([_fold(t.gold.id) for t in trials])
    for n in range(FOLDS):
        w, b = fit_odds(rows[fold != n], right[fold != n], _balance(trials)[fold != n])
        held[fold == n] = rows[fold == n] @ w + b
    asked = np.array([t.group == "as asked" for t in trials])
    even = _even(held[asked], right[asked], _balance(trials)[asked])
    parts = {"prefilter": prefilter, "sentence": chosen, "passage": passage}
    return parts | {"answerable": model, "threshold": round(_chance(even), 3)}


def _held_out(trials: Sequence[Trial], name: str) -> dict[str, float]:
    """How well a set does with weights fitted on the others."""
    weights = Weights.from_json(fit([t for t in trials if t.set != name]))
    mine = [t for t in trials if t.set == name]
    found = _figures(mine, weights)
    found |= {f"{k}, no reader": v for k, v in _figures(mine, weights.without_reader).items()}
    print(name, json.dumps(found), flush=True)
    return found


def _figures(trials: Sequence[Trial], weights: Weights) -> dict[str, float]:
    again = [t.again(weights) for t in trials]
    logits = [_logit(s, weights.answerable) for s in again]
    asked = [
        (t, s, x) for t, s, x in zip(trials, again, logits, strict=True) if t.group == "as asked"
    ]
    short = [(t, s) for t, s, _ in asked if t.has_answer and _short(t.gold)]
    found: dict[str, float] = {}
    if short:
        for k in (1, 5, 10):
            found[f"recall@{k}"] = _mean(
                any(holds_answer(t.gold, h.candidate.text) for h in s.evidence.hits[:k])
                for t, s in short
            )
        quoted = [(t, " ".join(q.text for q in choose_quotes(s))) for t, s in short]
        found["hit"] = _mean(holds_answer(t.gold, text) for t, text in quoted)
        found["words"] = round(float(np.mean([len(text.split()) for _, text in quoted])), 1)
    for group in {t.group: 0 for t in trials}:
        mine = [(t.has_answer, x) for t, x in zip(trials, logits, strict=True) if t.group == group]
        yes = np.array([x for has, x in mine if has])
        no = np.array([x for has, x in mine if not has])
        least = np.log(weights.threshold / (1 - weights.threshold))
        if len(yes):
            found[f"answered {group}"] = _mean(yes >= least)
        if len(no):
            found[f"declined {group}"] = _mean(no < least)
        if len(yes) and len(no):
            found[f"auroc {group}"] = round(float((yes[:, None] > no).mean()), 3)
    return found


def _mean(found: Iterable[bool]) -> float:
    return round(float(np.mean([*found])), 3)


def _logit(scored: ScoredSentences, model: Linear) -> float:
    found = answerability_features(scored)
    return model.intercept + sum(w * found[name] for name, w in model.weights.items())


def _chance(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def _even(logits: NDArray[np.float64], right: Marks, weight: Rows) -> float:
    """The threshold at which nearly as large a share of either kind is treated rightly."""
    tried = np.quantile(logits, np.linspace(0.02, 0.98, 200))
    yes = [np.average(logits[right] >= x, weights=weight[right]) for x in tried]
    no = [np.average(logits[~right] < x, weights=weight[~right]) for x in tried]
    return float(tried[int(np.argmax(np.minimum(np.array(yes) + CAUTION, no)))])


def _balance(trials: Sequence[Trial]) -> Rows:
    """Weights with which every group of a set, and each label in it, counts the same."""
    keys = [(t.set, t.group, t.has_answer) for t in trials]
    counts = {key: keys.count(key) for key in {*keys}}
    return np.array([1 / counts[key] for key in keys], dtype=np.float32)


def _fold(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % FOLDS


def _linear(names: Sequence[str], weights: Rows) -> dict[str, object]:
    return {"weights": {n: round(float(w), 3) for n, w in zip(names, weights, strict=True)}}


def _of(written: Mapping[str, object]) -> Linear:
    return Linear(written["weights"])  # type: ignore[arg-type]


def _sentence_listings(trials: Sequence[Trial], names: Sequence[str]) -> Iterator[Listing]:
    for t in trials:
        if t.group == "as asked" and t.has_answer and _short(t.gold):
            s = t.scored
            columns = features(s.evidence, s.kind, s.sentences)
            right = [holds_answer(t.gold, one.text) for one in s.sentences]
            yield Listing(np.stack([columns[n] for n in names], axis=1), np.array(right))


def _passage_listings(
    trials: Sequence[Trial], again: Sequence[ScoredSentences]
) -> Iterator[Listing]:
    for t, s in zip(trials, again, strict=True):
        if t.group == "as asked" and t.has_answer:
            hits, place = (
                t.scored.evidence.hits,
                {h.candidate.id: i for i, h in enumerate(t.scored.evidence.hits)},
            )
            scored = [replace(one, hit=place[one.candidate.id]) for one in s.sentences]
            columns = passage_features(hits, scored)
            right = [_holds(t.gold, hit.candidate.source, hit.candidate.text) for hit in hits]
            yield Listing(np.stack([columns[n] for n in PASSAGE], axis=1), np.array(right))


def _name(articles: Path, gold: Path) -> str:
    name = articles.name if articles.is_dir() else articles.resolve().parent.name
    return name if gold.stem in (name, "questions") else f"{name}, {gold.stem}"


def _digest(path: Path) -> str:
    files = [path] if path.is_file() else sorted(p for p in path.iterdir() if p.suffix == ".txt")
    return hashlib.sha256(b"".join(p.read_bytes() for p in files)).hexdigest()


def opened(articles: Path, directory: Path, model: StaticEmbedder) -> Store:
    """Open the index of some articles in `directory`, brought up to date."""
    store = Store.open(collection_directory(directory, [articles]), model)
    if store.is_stale([articles]):
        store.sync([articles])
    return store


def _trials(
    pairs: Sequence[tuple[Path, Path]], directory: Path, reader: Reader, most: int
) -> Iterator[Trial]:
    model, seen = StaticEmbedder(), set[str]()
    for articles, gold_file in pairs:
        rows = [g for _, g in read_gold(gold_file) if not isinstance(g, BadRow)]
        gold = [g for g in rows if g.id not in seen and g.kind != "underspecified"]
        seen |= {g.id for g in gold}
        gold = [gold[i] for i in np.random.default_rng(0).permutation(len(gold))]
        with opened(articles, directory, model) as store:
            asking = _Asking(_name(articles, gold_file), store, model, reader)
            for n, g in enumerate(gold[:most]):
                yield from asking.trials(g, with_tiny=n % 4 == 0)
        print(_name(articles, gold_file), len(gold[:most]), flush=True)


class _Asking:
    """Asks the questions of one set in several ways, or those of the type "contrast" in one."""

    def __init__(self, name: str, store: Store, model: StaticEmbedder, reader: Reader) -> None:
        self._name, self._store, self._words = name, store, Words(model)
        self._scorer = SentenceScorer(reader, model, shipped_weights())

    def trials(self, g: Gold, *, with_tiny: bool) -> Iterator[Trial]:
        """One question as asked, without its date, too early, and of tiny collections."""
        if g.type == CONTRAST:
            sources = [self._store.article(source) for source in g.sources]
            few = [a for a in sources if a and len(a.text) < LONG]
            if few:
                yield from self._trial(CONTRAST, g, False, self._of_few(g, few))
            return
        first = self._scored(self._store, g, g.asked_on)
        yield from self._trial("as asked", g, g.has_answer, first)
        if g.asked_on is None:
            return
        yield from self._trial("undated", g, g.has_answer, self._scored(self._store, g, None))
        days = [found.published for s in g.sources if (found := self._store.article(s))]
        early = g.asked_on - TOO_EARLY
        if g.has_answer and days and all(day and day > early for day in days):
            yield from self._trial("too early", g, False, self._scored(self._store, g, early))
        if g.has_answer and with_tiny:
            for scored, held in self._tiny(g, first):
                yield from self._trial("tiny", g, held, scored)

    def _trial(self, group: str, g: Gold, has: bool, scored: ScoredSentences) -> Iterator[Trial]:
        if scored.sentences:
            yield Trial(self._name, group, g, has, scored)

    def _scored(self, store: Store, g: Gold, as_of: date | None) -> ScoredSentences:
        [query, *_] = readings(g.question, g.history, as_of, self._words)
        return self._scorer.read(Retriever(store, self._words).retrieve(query, PASSAGES))

    def _tiny(self, g: Gold, first: ScoredSentences) -> Iterator[tuple[ScoredSentences, bool]]:
        """Ask a few articles near the matter, without and with one that answers."""
        near = dict.fromkeys(hit.candidate.source for hit in first.evidence.hits)
        found = [article for source in near if (article := self._store.article(source))]
        whole = [a for a in found if len(a.text) < LONG]
        holding = [a for a in whole if a.source in g.sources and holds_answer(g, a.text)][:1]
        others = [a for a in whole if a.source not in g.sources and not holds_answer(g, a.text)][:3]
        if not holding or not others:
            return
        for articles, has_answer in ((others, False), (others + holding, True)):
            yield self._of_few(g, articles), has_answer

    def _of_few(self, g: Gold, articles: Sequence[Article]) -> ScoredSentences:
        """Ask a collection of these articles alone, without their days."""
        with TemporaryDirectory() as folder:
            dump = Path(folder) / "articles.jsonl"
            rows = [{"id": a.source, "title": a.title, "text": a.text} for a in articles]
            dump.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
            with Store.open(Path(folder) / "store", self._store.embedder) as few:
                few.sync([dump])
                return self._scored(few, g, None)


def _holds(gold: Gold, source: str, text: str) -> bool:
    """Whether a passage is a right one: by its gold string, or its source for long answers."""
    return holds_answer(gold, text) if _short(gold) else source in gold.sources


def _short(gold: Gold) -> bool:
    """Whether the gold answers are to be found in the text, and are not another wording of it."""
    return gold.type == SENTENCE_GOLD or all(
        len(answer.split()) <= SHORT for answer in gold.answers
    )


def holds_answer(gold: Gold, text: str) -> bool:
    """Whether a text has one of the gold answers in it, punctuation and capitals apart."""
    flat = _flat(text)
    return any(_flat(answer) in flat for answer in gold.answers)


def _flat(text: str) -> str:
    return f" {' '.join(re.findall('[a-z0-9]+', text.lower()))} "


if __name__ == "__main__":
    main()
