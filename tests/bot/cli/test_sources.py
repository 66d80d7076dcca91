"""Articles are listed with what they are to the answers, and found among many."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.cli.sources import day_of
from bot.service.listing import State, Wanted
from index.errors import UsageError
from index.storage.records import CatalogueRow

if TYPE_CHECKING:
    from tests.conftest import Dateline

STORY = " ".join(f"On day {n} the mayor opened bridge {n * 13}." for n in range(60))


@pytest.fixture
def news(tmp_path: Path) -> list[str]:
    root = tmp_path / "news"
    root.mkdir()
    front = "---\ntitle: Ferry\nurl: http://x/ferry\npublished: 2024-10-{}\n---\n"
    (root / "ferry.md").write_text(front.format(24) + "The ferry is late.")
    (root / "ferry-again.md").write_text(front.format(25) + "The ferry sails.")
    (root / "mayor.txt").write_text(f"Mayor busy\n\n{STORY}")
    (root / "mayor-copy.txt").write_text(f"Mayor busy\n\n{STORY}")
    (root / "opening.txt").write_text(f"Bridges open\n\n{STORY} More follows.")
    (root / "bad.txt").write_bytes(b"\0")
    return ["--articles", str(root), "--store", str(tmp_path / "store")]


def test_what_every_article_is(inside: "Dateline", news: list[str]) -> None:
    listed = inside("sources", "--json", *news)
    rows = {row["source"]: row for row in json.loads(listed.stdout)}
    assert {source: (row["state"], row["of"]) for source, row in rows.items()} == {
        "ferry-again.md": ("current", None),
        "ferry.md": ("superseded", "ferry-again.md"),
        "mayor-copy.txt": ("current", None),
        "mayor.txt": ("duplicate", "mayor-copy.txt"),
        "opening.txt": ("similar", "mayor-copy.txt"),
    }
    assert rows["mayor.txt"]["passages"] == 0 < rows["mayor-copy.txt"]["passages"]

    listed = inside("sources", "--state", "unreadable", *news)
    assert listed.stdout.split("\t")[0] == "binary, not text"
    assert "bad.txt" in listed.stdout
    listed = inside("sources", "--match", "FERRY", "--since", "2024-10-25", *news)
    assert [line.split("\t")[4:] for line in listed.stdout.splitlines()] == [
        ["current", "", "ferry-again.md"]
    ]

    shown = inside("show", "mayor.txt", "--json", *news)
    assert json.loads(shown.stdout)["copies"] == ["mayor-copy.txt"]
    shown = inside("show", "ferry-again.md", *news)
    assert "supersedes ferry.md" in shown.stdout.splitlines()
    shown = inside("show", "opening.txt", *news)
    assert "much like mayor-copy.txt" in shown.stdout.splitlines()
    refused = inside("show", "ferry.md", *news)
    assert refused.returncode == 2
    assert "superseded by ferry-again.md" in refused.stderr

    answered = inside("ask", "Is the ferry late, or does it sail?", "--json", *news)
    quoted = {passage["source"] for passage in json.loads(answered.stdout)["passages"]}
    assert "ferry-again.md" in quoted
    assert not quoted & {"ferry.md", "mayor.txt"}


def test_indexing_says_what_it_would_do_and_did(inside: "Dateline", news: list[str]) -> None:
    would = inside("index", "--dry-run", *news)
    assert "added      ferry.md" in would.stdout.splitlines()
    assert "duplicate  mayor.txt" in would.stdout.splitlines()
    counted = "5 added, 0 changed, 0 moved, 0 removed, 0 unchanged, 1 duplicate, 1 superseded"
    assert would.stdout.splitlines()[-1] == f"would be done: {counted}, 1 not readable"
    assert "bad.txt: binary" in would.stderr
    assert not json.loads(inside("index", "--dry-run", "--json", *news).stdout)["changes"]["moved"]

    done = inside("index", *news)
    assert counted in done.stdout
    told = json.loads(inside("index", "--json", *news).stdout)
    assert (told["unchanged"], told["added"], told["kept"]) == (5, 0, [])
    assert "changes" not in told
    refused = inside("index", "--watch", "--dry-run", *news)
    assert refused.returncode == 2


def test_a_source_that_was_emptied_is_kept_and_told(inside: "Dateline", tmp_path: Path) -> None:
    root = tmp_path / "news"
    root.mkdir()
    for number in range(12):
        (root / f"{number}.txt").write_text(f"Title {number}\n\nIt is {number}.")
    named = ["--articles", str(root), "--store", str(tmp_path / "store")]
    inside("index", *named)
    for number in range(11):
        (root / f"{number}.txt").unlink()
    done = inside("index", *named)
    assert "0 removed" in done.stdout
    assert "11 of 12 articles" in done.stderr and "--allow-empty" in done.stderr
    assert "11 removed" in inside("index", "--allow-empty", *named).stdout


def test_those_without_a_day_are_of_no_period() -> None:
    row = CatalogueRow("a", "A title", None, None, 1, 1)
    assert row in Wanted()
    assert row not in Wanted(since=date(2024, 1, 1))
    assert row not in Wanted(state=State.DUPLICATE)
    assert row in Wanted(match="TITLE")
    with pytest.raises(UsageError, match="2024-10-24"):
        day_of("yesterday")
