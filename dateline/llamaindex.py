"""Dateline for LlamaIndex: engines, a retriever, evaluators and documents (`bot/llamaindex/`)."""

from typing import TYPE_CHECKING

import bot.llamaindex

if TYPE_CHECKING:
    from bot.llamaindex import (
        DatelineChatEngine,
        DatelineFaithfulnessEvaluator,
        DatelineQueryEngine,
        DatelineRetriever,
        DatelineSession,
        save_documents,
    )

__all__ = [
    "DatelineChatEngine",
    "DatelineFaithfulnessEvaluator",
    "DatelineQueryEngine",
    "DatelineRetriever",
    "DatelineSession",
    "save_documents",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'dateline.llamaindex' has no attribute {name!r}")
    return getattr(bot.llamaindex, name)


def __dir__() -> list[str]:
    return __all__
