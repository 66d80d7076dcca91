import gzip
import json
from pathlib import Path

import pytest

from evals import reader
from evals.reader.candidates import main
from evals.reader.labels import read_labels, read_texts

TEXT = (
    "The bridge at Holt was closed on Monday. Engineers found 14 cracked cables in it. It rained."
)
SHIPPED = Path(reader.__file__).with_name("labels.jsonl")
PLAIN = SHIPPED.with_name("plain.jsonl")


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl.gz"
    row = {"id": "1", "title": "Bridge", "url": "https://a.example/1", "text": TEXT}
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.write(json.dumps(row) + "\n")
    return path


def test_candidates_are_read_back_as_the_sentences_they_name(
    tmp_path: Path, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold, out = tmp_path / "gold.jsonl", tmp_path / "out.jsonl"
    asked = {"id": "q1", "question": "How many cables were cracked?", "answers": ["14"]}
    gold.write_text(json.dumps(asked | {"sources": [], "answerable": True}) + "\n")
    given = ["--articles", dump, "--store", tmp_path / "store", "--out", out]
    monkeypatch.setattr("sys.argv", ["candidates", str(gold), *map(str, given)])
    main()
    [labelled] = read_labels(out, read_texts([dump]))
    assert labelled.question == asked["question"]
    found = dict(zip(labelled.sentences, labelled.labels, strict=True))
    assert found["Engineers found 14 cracked cables in it."] == 1
    assert found["The bridge at Holt was closed on Monday."] == 0


def test_a_question_without_its_articles_is_left_out(dump: Path) -> None:
    assert read_labels(SHIPPED, read_texts([dump])) == []


def test_the_shipped_labels_are_well_formed() -> None:
    lines = [line for file in (SHIPPED, PLAIN) for line in file.read_text("utf-8").splitlines()]
    rows = [*map(json.loads, lines)]
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        for source, start, end, label in row["sentences"]:
            assert 0 <= source < len(row["sources"])
            assert 0 <= start < end
            assert label in (0, 0.3, 1)
