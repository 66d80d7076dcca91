"""The bench measures real steps in processes of their own, and lays their figures out."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from evals.bench.crowd import Crowd, crowd
from evals.bench.peers import Corpus
from evals.bench.step import Measured, measured
from evals.bench.tables import plots, tables

QUESTIONS = ["Why was the bridge closed?", "Where is the fish market?"]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    dump = tmp_path / "news.jsonl.gz"
    texts = ["The bridge was closed for rust.", "The fish market moved to the old station."]
    with gzip.open(dump, "wt", encoding="utf-8") as rows:
        for n, text in enumerate(texts):
            row = {"id": str(n), "title": "News", "url": None, "published": None, "text": text}
            rows.write(json.dumps(row) + "\n")
    return Corpus(dump, tmp_path / "store", date(2024, 10, 25))


def test_steps_are_taken_and_timed(corpus: Corpus, tmp_path: Path) -> None:
    ours = measured("index", "Dateline", corpus, tmp_path / "unused")
    raw = measured("index", "only tantivy", corpus, tmp_path / "raw")
    assert ours.done == raw.done == 2
    assert ours.seconds > 0 < raw.cpu
    assert ours.memory > raw.memory / 10
    asked = measured("ask", "only tantivy", corpus, tmp_path / "raw", QUESTIONS)
    assert (asked.done, len(asked.each)) == (2, 2)
    found = crowd(corpus, QUESTIONS)
    assert len(found.waits) == 2
    assert max(found.waits) <= found.together


def test_a_step_that_fails_says_why(corpus: Corpus, tmp_path: Path) -> None:
    missing = corpus._replace(articles=tmp_path / "nothing.jsonl.gz")
    with pytest.raises(SystemExit, match=r"nothing\.jsonl\.gz"):
        measured("index", "Dateline", missing, tmp_path)


def test_figures_become_tables_and_plots() -> None:
    slow, quick = Measured(8.0, 4.0, 10**9, 100), Measured(2.0, 1.0, 10**8, 50)
    asked = Measured(0.3, 0.2, 10**8, 3, (0.1, 0.1, 0.1))
    indexing = {"Dateline": [quick, quick], "LlamaIndex starter": [slow, slow]}
    text = "\n".join(tables(indexing, {"Dateline": [asked]}, [Crowd(2.0, 1.0, (0.5, 1.0))]))
    assert "| Dateline | 50 | 2.0 (2.0–2.0) | 4.0 (4.0–4.0) | 1.0 | 100 |" in text
    assert "| Dateline | 100.0 | 100.0 | 66.7 | 100 |" in text
    assert "| times the throughput of one at a time | 2.00 |" in text
    assert all("<svg" in drawn for _, drawn in plots(indexing, {"Dateline": [asked]}))
