"""Embeddings configured by name: their vectors are checked, and never mixed with others."""

import pickle
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core.embeddings import MockEmbedding

from bot.config import Config
from bot.factory import embedder
from index.embedding.named import embedder_named
from index.embedding.remote import BATCH
from index.embedding.static import Embedder
from index.errors import (
    MalformedReplyError,
    ModelAwayError,
    ModelError,
    ModelRefusedError,
    UsageError,
)
from index.store import Store
from tests.standins.openai_server import (
    KEY,
    MODEL,
    OpenAIServer,
    Request,
    Scripted,
    embeds,
    fails,
    running,
)

HERE = f"llamaindex:{__name__}"
PAUSE = 0.3
SECRET = "sk-a-long-secret-key"


def numbered(request: Request) -> Scripted:
    """For a text that is a number, a vector that points there."""
    texts = request.body["input"]
    return embeds(*([float(t) if t.isdecimal() else len(t), 1.0] for t in texts), pause=PAUSE)


@pytest.fixture
def server(socket_enabled: None) -> Iterator[OpenAIServer]:
    with running() as server:
        server.fallback = numbered
        yield server


def at(server: OpenAIServer, key: str = KEY, **options: Any) -> Embedder:
    return embedder_named(f"openai:{MODEL}", options, server.url, key)


def test_many_texts_go_in_batches_at_once_and_come_back_in_order(server: OpenAIServer) -> None:
    texts = [str(n) for n in range(BATCH * 8 - 5)]
    chosen = at(server)
    chosen.embed(["first, to have all loaded"])
    began = time.monotonic()
    vectors = chosen.embed(texts)
    assert time.monotonic() - began < 8 * PAUSE
    assert len(server.requests) == 1 + 8
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(texts), 2)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.allclose(vectors[:, 0] / vectors[:, 1], np.arange(len(texts)), rtol=1e-4)


def test_nothing_needs_nobody(server: OpenAIServer) -> None:
    assert len(at(server).embed([])) == 0
    assert not server.requests


def test_options_are_sent_and_name_the_index(server: OpenAIServer) -> None:
    chosen = at(server, dimensions=2)
    chosen.embed(["1", ""])
    assert server.requests[0].body["dimensions"] == 2
    assert server.requests[0].body["input"] == ["1", " "]
    assert chosen.name == f'openai:{MODEL} {{"dimensions": 2}}'
    assert at(server).name == at(server, base_url="http://elsewhere/v1", api_key=SECRET).name


def test_the_pause_that_the_server_names_is_kept(server: OpenAIServer) -> None:
    server.replies.append(fails(429, headers={"retry-after": "1"}))
    began = time.monotonic()
    assert len(at(server).embed(["1"])) == 1
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (embeds([1.0, 2.0]), MalformedReplyError, "gave 1 vectors for 2 texts"),
        (embeds([1.0], [1.0, 2.0]), MalformedReplyError, "cannot be used"),
        (embeds([], []), MalformedReplyError, "cannot be used"),
        (embeds([float("nan")], [1.0]), MalformedReplyError, "cannot be used"),
        (Scripted(200, {"object": "list"}), MalformedReplyError, "does not reply as OpenAI"),
        (fails(400, "no\ngood"), ModelRefusedError, "no good"),
        (fails(500, headers={"x-should-retry": "false"}), ModelAwayError, r"fails \(500\)"),
    ],
)
def test_what_goes_wrong_is_told(
    server: OpenAIServer, reply: Scripted, kind: type[ModelError], words: str
) -> None:
    server.replies.append(reply)
    with pytest.raises(kind, match=words):
        at(server).embed(["1", "2"])


def test_a_wrong_key_is_not_repeated(server: OpenAIServer) -> None:
    with pytest.raises(ModelRefusedError, match="OPENAI_API_KEY") as told:
        at(server, key=SECRET).embed(["1"])
    assert SECRET not in str(told.value)


def test_an_index_is_made_again_with_another_embedding(
    server: OpenAIServer, tmp_path: Path
) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.txt").write_text("A title\n\nThe bridge is closed.\n")
    with Store.open(tmp_path / "store", embedder(Config())) as store:
        store.sync([news])
    remote = Config(embedding=f"openai:{MODEL}", openai_base_url=server.url, openai_api_key=KEY)
    with Store.open(tmp_path / "store", embedder(remote)) as store:
        assert store.is_stale([news])
        assert store.sync([news]).embedded == 1
        assert not store.is_stale([news])
        assert store.generation.vectors.query(store.embedder.embed(["x"])[0], 1)


class Broken(MockEmbedding):  # type: ignore[misc]
    """An integration whose client fails."""

    api_key: str

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        raise RuntimeError(f"the key {self.api_key}\nis wrong")


def test_a_class_of_llamaindex() -> None:
    name = "llamaindex:llama_index.core.embeddings.MockEmbedding"
    chosen = embedder_named(name, {"embed_dim": 5, "model_name": "m"})
    assert chosen.embed(["a", ""]).shape == (2, 5)
    assert chosen.name == f'{name} {{"model_name": "m"}}'


def test_another_process_makes_the_model_itself() -> None:
    chosen = embedder_named(
        "llamaindex:llama_index.core.embeddings.MockEmbedding", {"embed_dim": 5}
    )
    vectors = chosen.embed(["a"])
    sent = pickle.dumps(chosen)
    assert len(sent) < 200
    assert np.array_equal(pickle.loads(sent).embed(["a"]), vectors)


def test_a_class_that_fails_tells_no_secret() -> None:
    with pytest.raises(ModelError, match="RuntimeError: the key … is wrong"):
        embedder_named(f"{HERE}.Broken", {"embed_dim": 5, "api_key": SECRET}).embed(["a"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("openai:", "choose static, openai:MODEL or llamaindex:CLASS"),
        ("openai:text-embedding-3-small", "needs OPENAI_API_KEY"),
        ("llamaindex:llama_index.embeddings.none.None", "install its integration"),
        ("llamaindex:pathlib.Path", "is no llama_index.core.embeddings.BaseEmbedding"),
    ],
)
def test_an_embedding_that_will_not_do(name: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        embedder_named(name).embed(["a"])


def test_without_llamaindex_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_index.core.embeddings", None)
    with pytest.raises(UsageError, match="install dateline again"):
        embedder_named(f"{HERE}.Broken").embed(["a"])
