"""Dateline for LlamaIndex: engines, a retriever, evaluators and documents.

A name is loaded when it is first used, because LlamaIndex takes seconds to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.llamaindex.chat_engine import DatelineChatEngine
    from bot.llamaindex.documents import save_documents
    from bot.llamaindex.faithfulness import DatelineFaithfulnessEvaluator
    from bot.llamaindex.query_engine import DatelineQueryEngine
    from bot.llamaindex.retriever import DatelineRetriever
    from bot.llamaindex.session import DatelineSession

__all__ = [
    "DatelineChatEngine",
    "DatelineFaithfulnessEvaluator",
    "DatelineQueryEngine",
    "DatelineRetriever",
    "DatelineSession",
    "save_documents",
]

_HOME = {
    "DatelineChatEngine": "chat_engine",
    "DatelineFaithfulnessEvaluator": "faithfulness",
    "DatelineQueryEngine": "query_engine",
    "DatelineRetriever": "retriever",
    "DatelineSession": "session",
    "save_documents": "documents",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
