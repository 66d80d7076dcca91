"""Time words move passages, and hide none."""

import json
from collections.abc import Iterator
from datetime import date

import pytest

from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.search.retriever import Evidence, Query, Retriever
from index.store import Store

TODAY = date(2024, 5, 15)
DAYS = {
    "old": "2022-05-10",
    "before": "2024-03-20",
    "then": "2024-05-08",
    "now": "2024-05-14",
    "undated": None,
}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    folder = tmp_path_factory.mktemp("articles")
    rows = [
        {
            "id": source,
            "title": f"Strike at the Harrow ferry {n}",
            "published": day,
            "text": f"Dockers at the Harrow ferry went on strike over pay, report {n} says.",
        }
        for n, (source, day) in enumerate(DAYS.items())
    ]
    rows.append(
        {
            "id": "look back",
            "title": "Ten years of the Harrow ferry",
            "published": "2024-05-14",
            "text": "Dockers at the Harrow ferry went on strike over pay in March 2021.",
        }
    )
    (folder / "news.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with Store.open(folder / "store", StaticEmbedder()) as store:
        store.sync([folder / "news.jsonl"])
        yield Retriever(store, Words(StaticEmbedder()))


def found(retriever: Retriever, question: str, as_of: date | None = TODAY) -> Evidence:
    return retriever.retrieve(Query(question, as_of=as_of))


def order(evidence: Evidence) -> list[str]:
    return [passage.source for passage in evidence.passages()]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Why did dockers strike at the Harrow ferry last week?", "then"),
        ("Why did dockers strike at the Harrow ferry in March?", "before"),
        ("Why did dockers strike at the Harrow ferry in 2022?", "old"),
        ("Why did dockers strike at the Harrow ferry yesterday?", "now"),
        ("Why did dockers strike at the Harrow ferry on 8 May?", "then"),
        ("Why did dockers strike at the Harrow ferry in March 2021?", "look back"),
    ],
)
def test_the_time_asked_about_comes_first(retriever: Retriever, question: str, first: str) -> None:
    evidence = found(retriever, question)
    assert order(evidence)[0] == first
    assert {*order(evidence)} == {*DAYS, "look back"}
    assert evidence.sought.period


def test_the_newest_comes_first_where_it_is_asked_for(retriever: Retriever) -> None:
    evidence = found(
        retriever, "What is the latest on the dockers' strike at the Harrow ferry?", None
    )
    moved = {p.source: p.recency for p in evidence.passages()}
    assert moved["now"] == 0
    assert order(evidence).index("now") < order(evidence).index("old")
    assert (moved["old"] or 0) < (moved["undated"] or 0) < 0


def test_without_time_words_nothing_is_moved(retriever: Retriever) -> None:
    evidence = found(retriever, "Why did dockers strike at the Harrow ferry?")
    assert evidence.sought.period is None
    assert all(p.recency is None for p in evidence.passages())


def test_what_is_far_from_the_time_asked_about_is_held_less_likely(retriever: Retriever) -> None:
    near, far = (
        found(retriever, f"Why did dockers strike at the Harrow ferry in {year}?").hits[0]
        for year in (2024, 1950)
    )
    assert far.score < near.score
    assert far.recency is not None and far.recency < -0.5
