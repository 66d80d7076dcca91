"""Asks a few questions in several languages, of short articles in the same or another language.

    python -m evals.bench.languages

For each language: how many of the questions that its articles answer are answered rightly, and how
many of all questions are declined where only English articles are there, and English questions of
its articles.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bot.api import Dateline
from bot.config import Config

ROWS = Path(__file__).with_suffix(".jsonl")
ENGLISH = "English"
SAID = ("answered", "partial")

Row = Mapping[str, Any]


class Figures(NamedTuple):
    """How many questions got the right answer, a wrong one, and none."""

    right: int
    wrong: int
    declined: int


def main() -> None:
    """Print the table of the docs."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for line in ROWS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows[row["language"]].append(row)
    print("| Language | right | wrong | declined | of English articles | English questions |")
    print("| --- | --- | --- | --- | --- | --- |")
    for language, own in rows.items():
        same = figures(own, own)
        across = [figures(rows[ENGLISH], own), figures(own, rows[ENGLISH])]
        cells = [str(n) for n in same]
        cells += [
            f"{f.declined} of {len(own)} declined" if language != ENGLISH else "" for f in across
        ]
        print(f"| {language} | {' | '.join(cells)} |")


def figures(articles: Sequence[Row], questions: Sequence[Row]) -> Figures:
    """What comes of asking these questions where only these articles are there."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        dump = Path(place) / "articles.jsonl"
        dump.write_text("\n".join(_dumped(articles)), encoding="utf-8")
        with Dateline(dump, config=Config(store=Path(place) / "store")) as news:
            outcomes = [_outcome(news, row) for row in questions]
    return Figures(*(outcomes.count(kind) for kind in Figures._fields))


def _dumped(articles: Sequence[Row]) -> list[str]:
    return [
        json.dumps({"id": str(n), "title": row["title"], "text": row["text"]})
        for n, row in enumerate(articles)
        if row["text"]
    ]


def _outcome(news: Dateline, row: Row) -> str:
    found = news.ask(row["question"])
    if found.status not in SAID:
        return "declined"
    return "right" if row["answer"] and row["answer"] in found.text else "wrong"


if __name__ == "__main__":
    main()
