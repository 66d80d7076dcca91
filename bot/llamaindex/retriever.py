"""Dateline's search as a retriever of LlamaIndex, for its query engines, agents and evaluators.

Needs the extra `llamaindex`; nothing else here imports it. It knows nothing of answers: what
LlamaIndex writes from these passages is not verified.
"""

import asyncio
from collections.abc import Callable
from datetime import date

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from index.article import Passage
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.search.retriever import Query, Retriever
from index.store import Store

_PLACE = ("start", "end")
"""What a language model has no use for."""


class DatelineRetriever(BaseRetriever):  # type: ignore[misc]  # an extra: any type
    """Finds the `k` best passages of an open store, as nodes with scores, best first.

    A node's metadata are `source`, `title`, `published` (YYYY-MM-DD), `url`, `start` and `end`;
    the last two are character offsets into the article's text. `today` gives the day against
    which "last week" is read. Searching is safe from any thread, and async calls do not block
    the event loop. Whoever opened the store closes it.
    """

    def __init__(
        self, store: Store, k: int = 10, today: Callable[[], date | None] = date.today
    ) -> None:
        self._retriever = Retriever(store, Words(StaticEmbedder()))
        self._k = k
        self._today = today
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        query = Query(query_bundle.query_str, as_of=self._today())
        return [_node(passage) for passage in self._retriever.retrieve(query, self._k).passages()]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _node(passage: Passage) -> NodeWithScore:
    metadata = {
        "source": passage.source,
        "title": passage.title,
        "published": passage.published.isoformat() if passage.published else None,
        "url": passage.url,
        "start": passage.start,
        "end": passage.end,
    }
    node = TextNode(
        id_=f"{passage.source}#{passage.start}-{passage.end}",
        text=passage.text,
        metadata=metadata,
        excluded_llm_metadata_keys=[*_PLACE],
        excluded_embed_metadata_keys=[*_PLACE],
        start_char_idx=passage.start,
        end_char_idx=passage.end,
    )
    return NodeWithScore(node=node, score=passage.score)
