"""Checks on the shipped articles and on the questions asked about them."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
ORIGINALS = ROOT.parent / "shared" / "seeds"
GOLD = ROOT / "evals" / "gold" / "seeds.jsonl"
KINDS = {"answerable", "partial", "unanswerable", "underspecified"}
RUN = 8


def words(text: str) -> list[str]:
    """Return the lower-cased words and numbers of a text."""
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> set[str]:
    """Return every run of RUN consecutive words in a text."""
    tokens = words(text)
    return {" ".join(tokens[i : i + RUN]) for i in range(len(tokens) - RUN + 1)}


def stands_in(gold: str, text: str) -> bool:
    """Tell whether the words of a gold string stand in a row in a text."""
    return bool(words(gold)) and f" {' '.join(words(gold))} " in f" {' '.join(words(text))} "


def gold_rows() -> list[dict[str, Any]]:
    """Read the gold questions, one per line."""
    return [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


def test_two_seeds_ship() -> None:
    """Both articles are there."""
    assert len(SEEDS) == 2


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.name)
def test_seed_has_title_and_body(seed: Path) -> None:
    """A seed is a title line, a blank line and paragraphs; the title comes once."""
    title, blank, *body = seed.read_text(encoding="utf-8").split("\n")
    assert title.strip() and not title.endswith(".")
    assert blank == ""
    assert len("\n".join(body).strip().split("\n\n")) > 3
    assert title not in body


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.name)
def test_seed_is_not_copied(seed: Path) -> None:
    """No run of eight words is shared with an original article."""
    originals = sorted(ORIGINALS.glob("*.txt"))
    if not originals:
        pytest.skip("needs the original articles in ../shared/seeds")
    own = runs(seed.read_text(encoding="utf-8"))
    for original in originals:
        assert not own & runs(original.read_text(encoding="utf-8")), original.name


def test_gold_ids_are_unique() -> None:
    """No two questions share an id."""
    counts = Counter(row["id"] for row in gold_rows())
    assert counts and max(counts.values()) == 1


def test_gold_rows_are_sound() -> None:
    """Each row has a known kind and gold strings that its sources bear out."""
    texts = {seed.name: seed.read_text(encoding="utf-8") for seed in SEEDS}
    for row in gold_rows():
        name, answers, sources = row["id"], row["answers"], row["sources"]
        assert row["question"].strip() and row["type"], name
        assert row["kind"] in KINDS, name
        assert set(sources) <= set(texts), name
        if row["kind"] in {"answerable", "partial"}:
            assert answers and sources, name
            for gold in answers:
                assert any(stands_in(gold, texts[s]) for s in sources), (name, gold)
            for source in sources:
                assert any(stands_in(gold, texts[source]) for gold in answers), (name, source)
        else:
            assert not answers and not sources, name
