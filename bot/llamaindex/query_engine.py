"""Dateline as a query engine of LlamaIndex, whose response is the verified answer."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import (
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import QueryBundle

from bot.answer import Answer
from bot.llamaindex.asking import Answers, Asking, OnDraft, pieces
from bot.llamaindex.nodes import answer_metadata, citation_nodes


class DatelineQueryEngine(BaseQueryEngine):  # type: ignore[misc]  # any type
    """Answers queries with what the articles say, every claim tied to a verbatim quote.

    `source_nodes` are the quotes: `[1]` in the response is the first node. `metadata` has
    `status` ("answered", "partial", "abstained", "clarify" or "reply"), `confidence`,
    `citations`, `options` to choose from where it asks back, and the other fields of the answer.

    With `streaming`, the verified answer is given word by word; a draft is not, because it is
    not verified. `on_draft` receives its pieces, if you want to show it. `today` returns the day
    against which "last week" is read.

    Async calls do not block the event loop. Sync calls work in any thread, but with a language
    model the answerer must be a `DatelineSession`.
    """

    def __init__(
        self,
        answerer: Answers,
        *,
        streaming: bool = False,
        today: Callable[[], date | None] = date.today,
        on_draft: OnDraft | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        self._asking = Asking(answerer, today, on_draft)
        self._streaming = streaming
        super().__init__(callback_manager)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}

    def _query(self, query_bundle: QueryBundle) -> Response | StreamingResponse:
        answer = self._asking.loop.run(self._asking.ask(query_bundle.query_str))
        if not self._streaming:
            return response_of(answer)
        return StreamingResponse(pieces(answer.text), **_about(answer))

    async def _aquery(self, query_bundle: QueryBundle) -> Response | AsyncStreamingResponse:
        answer = await self._asking.ask(query_bundle.query_str)
        if not self._streaming:
            return response_of(answer)
        return AsyncStreamingResponse(_apieces(answer.text), **_about(answer))


def response_of(answer: Answer) -> Response:
    """Return an answer as a response of LlamaIndex."""
    return Response(answer.text, **_about(answer))


def _about(answer: Answer) -> dict[str, Any]:
    return {"source_nodes": citation_nodes(answer), "metadata": answer_metadata(answer)}


async def _apieces(text: str) -> AsyncIterator[str]:
    for piece in pieces(text):
        yield piece
