"""The benches of growth and of Chroma's graph run, and tell of every size and choice."""

import gzip
import json
from pathlib import Path

import pytest

from evals.bench import growth, hnsw
from evals.bench.step import Measured


@pytest.fixture
def given(tmp_path: Path) -> list[str]:
    articles, gold = tmp_path / "news.jsonl.gz", tmp_path / "gold.jsonl"
    with gzip.open(articles, "wt", encoding="utf-8") as rows:
        for n, place in enumerate(("Harbour", "Kirkwall", "Wick")):
            text = f"In {place} the bridge was closed for rust. It costs {n}5 crowns to mend."
            row = {"id": str(n), "title": f"{place} news", "url": None, "published": "2024-10-24"}
            rows.write(json.dumps(row | {"text": f"{text}\n\nNobody in {place} is glad."}) + "\n")
    asked = {"id": "1", "question": "Why was the bridge closed?", "answers": ["rust"]}
    gold.write_text(json.dumps(asked | {"asked_on": "2024-10-25"}), encoding="utf-8")
    return [str(articles), str(gold), "--out", str(tmp_path / "out")]


def test_growth_tells_of_every_size(
    given: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(growth, "COLD", 1)
    growth.main([*given, "--passages", "120"])
    table = capsys.readouterr().out
    assert table == (tmp_path / "out" / "growth.md").read_text(encoding="utf-8")
    assert [line.split(" | ")[0][2:] for line in table.splitlines()[2:]] == [*growth.ROWS]
    [size] = json.loads((tmp_path / "out" / "growth.json").read_text(encoding="utf-8"))
    assert 100 < size["passages"] <= size["articles"]  # of so few sentences, some repeat
    assert size["changed"]["done"] >= size["passages"]
    for name in growth.PLOTS:
        assert "<svg" in (tmp_path / "out" / f"{name}.svg").read_text(encoding="utf-8")


def test_what_took_no_time_has_no_ratio(tmp_path: Path) -> None:
    nothing = Measured(0.1, 0.0, 10**8, 1, (0.1,))
    size = growth.Size(
        articles=1,
        passages=1,
        store=1,
        first=nothing,
        nothing=nothing,
        changed=nothing,
        cold=(0.1,),
        retrieval=nothing,
        answers=nothing,
        chroma=nothing,
        tantivy=nothing,
    )
    growth._write(tmp_path, [size])
    table = (tmp_path / "growth.md").read_text(encoding="utf-8")
    assert "| answers, CPU ms | 0.0 |  |" in table
    assert "| answers, p50 ms | 100.0 | 1.0 |" in table


def test_a_hundredth_of_the_articles_changes(tmp_path: Path) -> None:
    rows = [{"title": "News", "published": None, "text": "One passage of news in a few words."}]
    folder = growth.Folder(tmp_path / "news", rows)
    folder.grow(250)
    before = _texts(folder.path)
    folder.change()
    changed = [new for old, new in zip(before, _texts(folder.path), strict=True) if old != new]
    assert len(before) == folder.articles == 250
    assert len(changed) == 3


def _texts(folder: Path) -> list[str]:
    texts = []
    for path in sorted(folder.iterdir()):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"] for line in lines]
    return texts


def test_every_choice_for_the_graph_is_measured(given: list[str], tmp_path: Path) -> None:
    grid = ["--neighbors", "16,24", "--construction", "64", "--search", "50,60"]
    hnsw.main([*given, *grid, "--passages", "80"])
    rows = json.loads((tmp_path / "out" / "hnsw.json").read_text(encoding="utf-8"))
    asked = [(row["max_neighbors"], row["ef_search"]) for row in rows]
    assert asked == [(16, 50), (16, 60), (24, 50), (24, 60)]
    assert all(0.5 < row["recall"] <= 1 for row in rows)
    assert "<svg" in (tmp_path / "out" / "hnsw.svg").read_text(encoding="utf-8")
