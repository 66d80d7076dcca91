"""Answerers on a small store whose answers a model of a loopback server writes."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.answerer import Answerer
from bot.factory import answerer_on, chat_models
from index.embedding.static import StaticEmbedder
from index.store import Store
from tests.bot.generation.drafts import INJECTED, settings
from tests.bot.test_answerer import ROWS
from tests.standins.openai_server import OpenAIServer


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("articles")
    dump = folder / "news.jsonl"
    dump.write_text("\n".join(map(json.dumps, [*ROWS, INJECTED])), encoding="utf-8")
    with Store.open(folder / "store", StaticEmbedder()) as store:
        store.sync([dump])
        yield store


@pytest.fixture
async def answerer(server: OpenAIServer, store: Store) -> AsyncIterator[Answerer]:
    config = settings(server)
    async with chat_models(config) as chat:
        yield answerer_on(store, config, chat)


@pytest.fixture
async def unjudged(server: OpenAIServer, store: Store) -> AsyncIterator[Answerer]:
    """An answerer whose written answers no model judges."""
    config = settings(server, judge="none")
    async with chat_models(config) as chat:
        yield answerer_on(store, config, chat)
