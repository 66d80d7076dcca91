"""LlamaIndex's own query engine on top of Dateline's search."""

import asyncio
import re
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from llama_index.core import MockEmbedding, Settings
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import MetadataMode

from bot.llamaindex import DatelineRetriever
from index.embedding.static import StaticEmbedder
from index.search.retriever import Retriever
from index.store import Store

QUESTION = "How many North Korean soldiers are there in each group that gets an interpreter?"
SEEDS = Path(__file__).parents[3] / "seeds"
PAGE = Path(__file__).parents[3] / "docs" / "llamaindex.md"


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
    assert scores == sorted(scores, key=lambda score: -(score or 0))
    for found in nodes:
        told: dict[str, Any] = found.metadata
        article = store.article(told["source"])
        assert article
        assert article.text[told["start"] : told["end"]] == found.text
        assert (told["title"], told["published"], told["url"]) == (
            article.title,
            article.published and article.published.isoformat(),
            article.url,
        )
        shown = found.node.get_content(MetadataMode.LLM)
        assert told["title"] in shown and "start" not in shown
    assert len({found.node_id for found in nodes}) == 3


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


def test_the_example_of_the_docs_runs(
    no_openai: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    [example] = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    monkeypatch.setenv("DATELINE_STORE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    exec(compile(example, PAGE.name, "exec"), {})
    assert "one interpreter and three Russian officers" in capsys.readouterr().out
