"""LlamaIndex's own query engine on top of Dateline's search."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from llama_index.core import MockEmbedding, Settings
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import MetadataMode, NodeRelationship, ObjectType
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from bot.llamaindex import DatelineRetriever
from index.embedding.static import StaticEmbedder
from index.errors import UsageError
from index.search.retriever import Retriever
from index.store import Store

QUESTION = "How many North Korean soldiers are there in each group that gets an interpreter?"
SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("store"), StaticEmbedder()) as store:
        store.sync([SEEDS])
        yield store


@pytest.fixture
def no_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    """LlamaIndex asks for OpenAI where nothing else was set."""
    monkeypatch.setattr(Settings, "_llm", MockLLM())
    monkeypatch.setattr(Settings, "_embed_model", MockEmbedding(embed_dim=2))


def test_nodes_are_the_passages_with_their_places(store: Store) -> None:
    nodes = DatelineRetriever(store, k=3).retrieve(QUESTION)
    assert len(nodes) == 3
    assert "one interpreter and three Russian officers" in nodes[0].text
    scores = [node.score for node in nodes]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)
    for one in nodes:
        told: dict[str, Any] = one.metadata
        article = store.article(told["source"])
        assert article
        assert article.text[told["start"] : told["end"]] == one.text
        assert told["title"] == article.title
        assert "url" not in told and None not in told.values()
        assert one.node.ref_doc_id == article.source
        assert one.node.relationships[NodeRelationship.SOURCE].node_type == ObjectType.DOCUMENT
        shown = one.node.get_content(MetadataMode.LLM)
        assert told["title"] in shown and "start" not in shown
    assert len({one.node_id for one in nodes}) == 3


def test_a_query_engine_answers_from_them(store: Store, no_openai: None) -> None:
    engine = RetrieverQueryEngine.from_args(DatelineRetriever(store), llm=MockLLM())
    response = engine.query(QUESTION)
    assert "one interpreter and three Russian officers" in str(response)  # it repeats its prompt
    assert response.source_nodes[0].metadata["source"].startswith("004_")


async def test_async_calls_leave_the_event_loop_free(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    real = Retriever.retrieve

    def seen(self: Retriever, *given: Any) -> Any:
        threads.append(threading.current_thread())
        return real(self, *given)

    monkeypatch.setattr(Retriever, "retrieve", seen)
    retriever = DatelineRetriever(store, today=lambda: date(2024, 11, 1))
    one, other = await asyncio.gather(*(retriever.aretrieve(QUESTION) for _ in range(2)))
    assert [n.node_id for n in one] == [n.node_id for n in other]
    assert len(threads) == 2 and threading.main_thread() not in threads


# Scopes


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Three hundred articles about one matter, of one a day."""
    folder = tmp_path_factory.mktemp("archive")
    rows = [
        {
            "id": f"{'north' if n % 2 else 'south'}/{n}.txt",
            "title": f"Report {n} on the ferry",
            "published": (date(2023, 1, 1) + timedelta(days=n)).isoformat() if n else None,
            "author": "Ida Lund" if n % 3 else None,
            "text": f"The ferry carried {n + 1000} passengers. The captain counted them twice.",
        }
        for n in range(300)
    ]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with Store.open(folder / "store", StaticEmbedder()) as store:
        store.sync([folder / "rows.jsonl"])
        yield store


def found(archive: Store, **scope: Any) -> list[dict[str, Any]]:
    retriever = DatelineRetriever(archive, k=400, today=lambda: None, **scope)
    return [node.metadata for node in retriever.retrieve("How many passengers did it carry?")]


def test_without_a_scope_all_articles_are_searched(archive: Store) -> None:
    assert len(DatelineRetriever(archive, k=10).retrieve("the ferry")) == 10


def test_only_articles_of_some_days_are_searched(archive: Store) -> None:
    days = {m["published"] for m in found(archive, since=date(2023, 3, 1), until="2023-03-04")}
    assert days == {"2023-03-01", "2023-03-02", "2023-03-03", "2023-03-04"}
    assert {m["published"] for m in found(archive, until="2023-01-02")} == {"2023-01-02"}
    assert found(archive, since="2030-01-01") == []
    with pytest.raises(UsageError, match="'last week' is no day"):
        found(archive, since="last week")


def test_only_articles_of_some_sources_are_searched(archive: Store) -> None:
    assert {m["source"] for m in found(archive, sources=["north/7.txt"])} == {"north/7.txt"}
    names = {m["source"] for m in found(archive, sources=["south/1?.txt", "none"])}
    assert names == {f"south/{n}.txt" for n in (10, 12, 14, 16, 18)}


def test_metadata_filters_are_understood(archive: Store) -> None:
    def one(key: str, value: Any, operator: str = "==") -> MetadataFilter:
        return MetadataFilter(key=key, value=value, operator=FilterOperator(operator))

    early = MetadataFilters(filters=[one("published", "2023-01-03", "<="), one("published", "")])
    early.condition = FilterCondition.OR
    assert {m["source"] for m in found(archive, filters=early)} == {"north/1.txt", "south/2.txt"}
    written = MetadataFilters(filters=[early, one("author", "Ida Lund")])
    assert len(found(archive, filters=written)) == 2
    unsigned = MetadataFilters(
        filters=[one("author", "Ida Lund"), one("source", "north", "text_match")],
        condition=FilterCondition.NOT,
    )
    names = {m["source"] for m in found(archive, filters=unsigned, until="2023-02-01")}
    assert names == {f"south/{n}.txt" for n in (6, 12, 18, 24, 30)}


def test_a_scope_of_many_passages_is_searched_until_enough_are_found(
    archive: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.search.retriever.COMPARED", 2)
    monkeypatch.setattr("index.search.retriever.BM25_CANDIDATES", 3)
    monkeypatch.setattr("index.search.retriever.DENSE_CANDIDATES", 3)
    names = {m["source"] for m in found(archive, sources=["*/29?.txt"])}
    assert len(names) >= 3
    assert names <= {f"{'north' if n % 2 else 'south'}/{n}.txt" for n in range(290, 300)}


def test_a_scope_follows_the_index(tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.txt").write_text("The mill\n\nThe mill grinds rye.", encoding="utf-8")
    with Store.open(tmp_path / "store", StaticEmbedder()) as store:
        store.sync([news])
        retriever = DatelineRetriever(store, sources=["*.txt"])
        assert len(retriever.retrieve("What does the mill grind?")) == 1
        (news / "b.txt").write_text("The other mill\n\nThe mill grinds oats.", encoding="utf-8")
        store.sync([news])
        assert len(retriever.retrieve("What does the mill grind?")) == 2


def test_scores_can_be_cut(store: Store) -> None:
    nodes = DatelineRetriever(store, k=10).retrieve(QUESTION)
    kept = SimilarityPostprocessor(similarity_cutoff=0.3).postprocess_nodes(nodes)
    assert 1 <= len(kept) < len(nodes)
    assert "one interpreter" in kept[0].text
    beside = DatelineRetriever(store, k=10).retrieve("Which recipe needs saffron and leeks?")
    assert not SimilarityPostprocessor(similarity_cutoff=0.3).postprocess_nodes(beside)


def test_the_question_is_embedded_as_the_articles_were(store: Store) -> None:
    assert DatelineRetriever(store)._retriever._words.embedder is store.embedder
