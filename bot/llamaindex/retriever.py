"""Dateline's search as a retriever of LlamaIndex, for its query engines, agents and evaluators.

What a query engine of LlamaIndex writes from these passages is not verified.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle
from llama_index.core.vector_stores.types import FilterCondition, MetadataFilters
from llama_index.core.vector_stores.utils import build_metadata_filter_fn

from bot.llamaindex.nodes import article_metadata, passage_node
from bot.llamaindex.scores import unit_scores
from bot.validation import clean_question
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.errors import UsageError
from index.search.retriever import Query, Retriever
from index.search.scope import Facts, Scope
from index.store import Store


class DatelineRetriever(BaseRetriever):  # type: ignore[misc]  # any type
    """Finds the `k` best passages of an open store, as nodes with scores, best first.

    Only articles published from `since` to `until`, both included, are searched; only those
    whose source is, or matches, one of `sources` ("2024/*.txt"); and only those whose metadata
    pass the `filters`. Metadata are `source`, `title`, `published` (YYYY-MM-DD), `url` and, for
    filters, `author`; what is not known has no key. Articles without a date have none in a range.

    A node also has `start` and `end`, the character offsets into its article's text, and its
    article as SOURCE, so that `ref_doc_id` is the source. A score says how likely the passage
    answers, from 0 to 1. `today` returns the day against which "last week" is read.

    The question is embedded with the store's own embedding. Safe to share between threads;
    async calls do not block the event loop. Close the store yourself.
    """

    def __init__(
        self,
        store: Store,
        k: int = 10,
        today: Callable[[], date | None] = date.today,
        *,
        since: date | str | None = None,
        until: date | str | None = None,
        sources: Sequence[str] = (),
        filters: MetadataFilters | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        static = store.embedder if isinstance(store.embedder, StaticEmbedder) else StaticEmbedder()
        self._retriever = Retriever(store, Words(static))
        self._k = k
        self._today = today
        self._scope = _scope(_day(since), _day(until), sources, filters)
        super().__init__(callback_manager)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        query = Query(clean_question(query_bundle.query_str), as_of=self._today())
        found = self._retriever.retrieve(query, self._k, self._scope)
        return [*map(passage_node, found.passages(), unit_scores(found))]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _day(written: date | str | None) -> date | None:
    try:
        return date.fromisoformat(written) if isinstance(written, str) else written
    except ValueError:
        raise UsageError(f"{written!r} is no day; write it YYYY-MM-DD") from None


def _scope(
    since: date | None,
    until: date | None,
    sources: Sequence[str],
    filters: MetadataFilters | None,
) -> Scope | None:
    """The articles to search; None for all."""
    if not (since or until or sources or filters):
        return None
    passes = _filter(filters)

    def allows(facts: Facts) -> bool:
        if not _is_between(facts.published, since, until):
            return False
        named = not sources or any(_matches(facts.source, source) for source in sources)
        return named and passes(facts)

    return Scope(allows)


def _is_between(day: date | None, since: date | None, until: date | None) -> bool:
    if not (since or until):
        return True
    return day is not None and (since or date.min) <= day <= (until or date.max)


def _matches(source: str, wanted: str) -> bool:
    return source == wanted or fnmatchcase(source, wanted)


def _filter(filters: MetadataFilters | None) -> Callable[[Facts], bool]:
    if filters is None:
        return lambda _: True
    passes = _conditions(filters)
    return lambda facts: passes(
        article_metadata(facts.source, facts.title, facts.published, facts.url, facts.author)
    )


def _conditions(filters: MetadataFilters) -> Callable[[Mapping[str, Any]], bool]:
    """Whether metadata pass the filters, which may be nested."""
    each = [
        _conditions(one)
        if isinstance(one, MetadataFilters)
        else build_metadata_filter_fn(_itself, MetadataFilters(filters=[one]))
        for one in filters.filters
    ]
    if filters.condition == FilterCondition.OR:
        return lambda known: any(passes(known) for passes in each)
    if filters.condition == FilterCondition.NOT:
        return lambda known: not any(passes(known) for passes in each)
    return lambda known: all(passes(known) for passes in each)


def _itself(known: Any) -> Any:
    return known
