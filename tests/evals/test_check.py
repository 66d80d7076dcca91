"""Checking gold questions against articles, on a real store."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Dateline

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "eval" / "news-2022"

ARTICLES = {
    "bridge.md": ("2024-10-24", "The harbour bridge was closed because its cables had rusted."),
    "ferry.md": ("2024-11-02", "The ferry sails at six o'clock. Its captain is Ida Lund."),
}
GOOD = {
    "id": "good",
    "question": "Why was the bridge closed?",
    "answers": ["Cables had rusted!"],
    "sources": ["bridge.md"],
    "asked_on": "2024-10-25",
    "history": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
}


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two dated articles."""
    folder = tmp_path_factory.mktemp("village") / "articles"
    folder.mkdir()
    for name, (day, text) in ARTICLES.items():
        head = f"---\ntitle: {name}\npublished: {day}\n---\n"
        (folder / name).write_text(head + text + "\n", encoding="utf-8")
    return folder


def findings(inside: Dateline, village: Path, gold: Path, *rows: object) -> list[dict[str, Any]]:
    gold.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    places = ("--articles", village, "--store", village.parent / "store")
    done = inside("eval", "check", gold, *places, "--json")
    checked = json.loads(done.stdout)
    assert done.returncode == (1 if checked["errors"] else 0), done.stderr
    levels = [finding["level"] for finding in checked["findings"]]
    assert levels.count("error") == checked["errors"]
    assert levels.count("warning") == checked["warnings"]
    found: list[dict[str, Any]] = checked["findings"]
    return found


def test_nothing_is_wrong_with_a_good_question(
    inside: Dateline, village: Path, tmp_path: Path
) -> None:
    assert findings(inside, village, tmp_path / "gold.jsonl", GOOD) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"answers": "rust"}, ("error", "answers is")),
        ({"sources": ["bridge.md", "tunnel.md"]}, ("error", "no article is called tunnel.md")),
        ({"answers": ["cables had snapped"]}, ("error", "no article holds “cables had snapped”")),
        (
            {"answers": ["cables had snapped", "rusted"]},
            ("warning", "no article holds “cables had snapped”"),
        ),
        ({"answers": ["Ida Lund"]}, ("warning", "in others, as ferry.md")),
        ({"answers": [], "sources": []}, ("error", "neither answers nor sources")),
        ({"answerable": False}, ("warning", "unanswerable, but it has answers")),
        ({"asked_on": "2024-10-23"}, ("error", "no source is known before 2024-10-24")),
        ({"history": GOOD["history"][:1]}, ("warning", "ends with a question")),
        ({"history": GOOD["history"][1:]}, ("warning", "does not alternate")),
        ({"kind": "partial", "answerable": False}, ("error", "leave out one")),
    ],
)
def test_what_is_wrong_is_found(
    inside: Dateline,
    village: Path,
    tmp_path: Path,
    change: dict[str, Any],
    expected: tuple[str, str],
) -> None:
    level, said = expected
    rows = (GOOD, GOOD | {"id": "bad"} | change)
    [found] = findings(inside, village, tmp_path / "gold.jsonl", *rows)
    assert (found["level"], found["line"]) == (level, 2)
    assert said in found["reason"]


def test_every_bad_row_is_found(inside: Dateline, village: Path, tmp_path: Path) -> None:
    rows = ({"id": "a"}, GOOD, ["b"], GOOD)
    found = findings(inside, village, tmp_path / "gold.jsonl", *rows)
    assert [(f["line"], f["id"]) for f in found] == [(1, None), (3, None), (4, "good")]
    assert "line 2 has this id too" in found[2]["reason"]


def test_prose_and_questions_without_an_answer_are_not_looked_for(
    inside: Dateline, village: Path, tmp_path: Path
) -> None:
    prose = "It was closed on account of the cables, which had been rusting away unseen for years."
    rows = (
        GOOD | {"answers": [prose]},
        GOOD | {"id": "other", "answers": [], "sources": [], "answerable": False},
    )
    assert findings(inside, village, tmp_path / "gold.jsonl", *rows) == []


def test_the_wrong_articles_are_told_once(inside: Dateline, village: Path) -> None:
    seeds = ROOT / "evals" / "gold" / "seeds.jsonl"
    places = ("--articles", village, "--store", village.parent / "store")
    done = inside("eval", "check", seeds, *places)
    assert done.returncode == 2
    assert "name others with --articles" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_shipped_gold_is_in_order(inside: Dateline, seeds_store: Path) -> None:
    seeds = ROOT / "evals" / "gold" / "seeds.jsonl"
    done = inside("eval", "check", seeds, "--store", seeds_store)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("0 errors, 0 warnings; ")


def test_what_is_found_stands_in_columns(inside: Dateline, village: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(f"{json.dumps(GOOD)}\n{{}}\n{json.dumps(GOOD)}\n", encoding="utf-8")
    places = ("--articles", village, "--store", village.parent / "store")
    done = inside("eval", "check", gold, *places)
    assert done.stdout.splitlines() == [
        "error        2        it has no id; add one",
        "error        3  good  line 1 has this id too; give each question its own",
        "2 errors, 0 warnings; 2 answerable",
    ]


def test_a_year_of_news(dateline: Dateline, tmp_path: Path) -> None:
    articles, gold = SHARED / "articles.jsonl.gz", SHARED / "questions.jsonl"
    if not articles.exists():
        pytest.skip("needs ../shared/eval/news-2022")
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    sources = {source for row in rows[:20] for source in row["sources"]}
    few = tmp_path / "few.jsonl"
    with gzip.open(articles, "rt", encoding="utf-8") as lines:
        few.write_text("".join(line for line in lines if json.loads(line)["url"] in sources))
    part = tmp_path / "gold.jsonl"
    part.write_text("\n".join(map(json.dumps, rows[:20])), encoding="utf-8")
    done = dateline("eval", "check", part, "--articles", few, "--store", tmp_path / "store")
    assert done.returncode == 0, done.stdout
