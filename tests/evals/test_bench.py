"""The bench measures real steps in processes of their own, and lays their figures out."""

import gzip
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from psutil import Process

from evals.bench.__main__ import main as bench
from evals.bench.crowd import Crowd, crowd
from evals.bench.peers import Corpus
from evals.bench.step import Measured, measured
from evals.bench.tables import tables
from evals.bench.tree import cpu, peak
from evals.bench.wanted import STAGES

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
    found = crowd(corpus, QUESTIONS, QUESTIONS[:1])
    assert len(found.waits) == 2
    assert max(found.waits) <= found.together


def test_a_step_does_not_take_what_the_bench_takes(corpus: Corpus, tmp_path: Path) -> None:
    held = b"1" * 500_000_000
    step = measured("index", "only reading and splitting", corpus, tmp_path)
    assert step.memory < len(held)


def test_a_step_that_fails_says_why(corpus: Corpus, tmp_path: Path) -> None:
    missing = corpus._replace(articles=tmp_path / "nothing.jsonl.gz")
    with pytest.raises(SystemExit, match=r"nothing\.jsonl\.gz"):
        measured("index", "Dateline", missing, tmp_path)


def test_a_bench_of_one_peer_writes_its_tables_and_plots(corpus: Corpus, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    rows = ({"id": q, "question": q, "answers": ["rust"], "kind": "answerable"} for q in QUESTIONS)
    gold.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    options = ["--rounds", "1", "--only", "only tantivy", "--out", str(tmp_path / "out")]
    bench([str(corpus.articles), str(gold), *options])
    text = (tmp_path / "out" / "bench.md").read_text(encoding="utf-8")
    assert "| Dateline's answers | " in text
    assert "| only tantivy | 2 | " in text
    assert "LlamaIndex" not in text
    drawn = [(tmp_path / "out" / f"{name}.svg").read_text() for name in ("indexing", "asking")]
    assert all("<svg" in svg for svg in drawn)


def test_figures_are_reckoned_round_by_round() -> None:
    slow, quick = Measured(8.0, 4.0, 10**9, 100), Measured(2.0, 1.0, 10**8, 50)
    asked, raw = (Measured(0.3, 0.2, 10**8, 3, (wait,) * 3) for wait in (0.03, 0.01))
    stages = {name: [quick, slow] for name in STAGES}
    indexing = {"Dateline": [quick, slow], "LlamaIndex starter": [slow, slow], **stages}
    asking = {n: [asked] for n in ("Dateline's passages", "Dateline's answers")}
    asking |= {n: [raw] for n in ("only Chroma", "only tantivy")}
    text = "\n".join(tables(indexing, asking, [Crowd(2.0, 2.5, 1.0, (0.5, 1.0))]))
    assert "times as fast as the LlamaIndex starter | 2.5 (1.0–4.0) | ≥ 4 |" in text
    assert "the slowest stage alone (only reading and splitting) | 1.00 (1.00–1.00) |" in text
    assert "times Chroma and tantivy one after the other | 1.5 | ≤ 2 |" in text
    assert "times the throughput of one at a time | 2.00 | ≥ 1.6 |" in text
    assert "| Dateline | 50 | 5.0 (2.0–8.0) | 2.5 (1.0–4.0) | 2.5 (1.0–4.0) | 1,000 |" in text
    assert "| Dateline's passages | 30.0 | 30.0 | 66.7 | 100 |" in text


def test_children_count() -> None:
    code = "held = bytearray(60_000_000); print(flush=True); import sys; sys.stdin.read()"
    before = cpu()
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        with peak(os.getpid()) as most:
            assert child.stdout and child.stdout.readline() == b"\n"
        held = Process().memory_info().rss
        assert most[0] >= held / 2 + 60_000_000
        assert cpu() > before
        child.communicate()
