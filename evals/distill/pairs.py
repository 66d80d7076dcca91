"""Writes pairs of a question and a sentence, each with the score that the teacher gives it.

    python -m evals.distill.pairs --teacher FOLDER --store DIR --out PAIRS.jsonl \
        ARTICLES [GOLD] ...

Of a gold file only the questions are used, never the answers. Where an article set comes
without one, titles of its articles are taken as questions, half of them as people type them.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bot.extraction.reader import CrossEncoder
from bot.extraction.sentences import candidate_sentences
from evals.gold.format import BadRow, read_gold
from index.collection import collection_directory
from index.embed import StaticEmbedder
from index.retriever import Query, Retriever
from index.store import Store
from index.words import Words

PASSAGES = 8
SENTENCES = 14
"""Taken at random from the best passages of each question."""
QUESTIONS = 900
"""Of each set, at most."""


def main() -> None:
    """Write the pairs of every set named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True, help="a folder with its model.onnx")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("sets", type=Path, nargs="+", help="ARTICLES, each with its GOLD or none")
    options = parser.parse_args()
    teacher, chance = CrossEncoder(options.teacher), np.random.default_rng(0)
    with options.out.open("w", encoding="utf-8") as out:
        for articles, gold in _sets(options.sets):
            for question, sentences in _asked(options.store, articles, gold, chance):
                scores = teacher.scores(question, sentences)
                row = {"question": question, "sentences": sentences, "scores": scores.tolist()}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _sets(paths: Sequence[Path]) -> Iterator[tuple[Path, Path | None]]:
    named = [*paths]
    while named:
        articles = named.pop(0)
        has_gold = bool(named) and named[0].suffix == ".jsonl"
        yield articles, named.pop(0) if has_gold else None


def _asked(
    directory: Path, articles: Path, gold: Path | None, chance: np.random.Generator
) -> Iterator[tuple[str, list[str]]]:
    with Store.open(collection_directory(directory, [articles]), StaticEmbedder()) as store:
        if store.is_stale([articles]):
            store.sync([articles])
        questions = _questions(gold) if gold else _titles(store, chance)
        chance.shuffle(questions)
        retriever = Retriever(store, Words(store.embedder))
        for question in questions[:QUESTIONS]:
            hits = retriever.retrieve(Query(question), PASSAGES).hits
            found = [s.text for hit in hits for s in candidate_sentences(hit.candidate)]
            chance.shuffle(found)
            if found:
                yield question, found[:SENTENCES]


def _questions(gold: Path) -> list[str]:
    return [row.question for _, row in read_gold(gold) if not isinstance(row, BadRow)]


def _titles(store: Store, chance: np.random.Generator) -> list[str]:
    titles = [article.title for article in store.catalogue()]
    return [title if chance.random() < 0.5 else title.lower().rstrip("?!.") for title in titles]


if __name__ == "__main__":
    main()
