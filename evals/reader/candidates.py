"""Writes the sentences that Dateline would read for each question, for somebody to label.

    python -m evals.reader.candidates GOLD.jsonl --articles DUMP.jsonl.gz --store DIR --out FILE

A row is as `labels.py` reads it, with the label 1 for a sentence that holds a gold answer.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.conversation.rewrite import readings
from bot.extraction.scoring import PASSAGES, ScoredSentence, SentenceScorer
from bot.extraction.weights import shipped_weights
from evals.fit import holds_answer, opened
from evals.gold.format import BadRow, Gold, read_gold
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.search.retriever import Retriever
from index.store import Store

SENTENCES = 12


class _Finder:
    """Finds the sentences of one collection that would be read for a question."""

    def __init__(self, store: Store, model: StaticEmbedder) -> None:
        self._words = Words(model)
        self._retriever = Retriever(store, self._words)
        self._scorer = SentenceScorer(None, model, shipped_weights())

    def row(self, gold: Gold) -> dict[str, Any]:
        """The question's row, without its sentences' texts."""
        [query, *_] = readings(gold.question, gold.history, gold.asked_on, self._words)
        evidence = self._retriever.retrieve(query, PASSAGES)
        found = self._scorer.read(evidence, SENTENCES).sentences
        sources = [*dict.fromkeys(s.candidate.source for s in found)]
        return {
            "id": gold.id,
            "question": gold.question,
            "asked_on": gold.asked_on and gold.asked_on.isoformat(),
            "sources": sources,
            "sentences": [[sources.index(s.candidate.source), *_labelled(s, gold)] for s in found],
        }


def _labelled(s: ScoredSentence, gold: Gold) -> tuple[int, int, int]:
    return s.start, s.end, int(gold.has_answer and holds_answer(gold, s.text))


def _rows(gold: Path, articles: Path, directory: Path) -> Iterator[dict[str, Any]]:
    model = StaticEmbedder()
    with opened(articles, directory, model) as store:
        finder = _Finder(store, model)
        for _, row in read_gold(gold):
            if not isinstance(row, BadRow):
                yield finder.row(row)


def main() -> None:
    """Write a row for each question of a gold file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    for name in ("--articles", "--store", "--out"):
        parser.add_argument(name, type=Path, required=True)
    options = parser.parse_args()
    with options.out.open("w", encoding="utf-8") as out:
        for row in _rows(options.gold, options.articles, options.store):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
