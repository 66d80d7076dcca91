"""Dateline for LlamaIndex: engines, a retriever, evaluators and documents (`bot/llamaindex/`)."""

from bot import llamaindex
from bot.llamaindex import *  # noqa: F403

__all__: list[str] = []
__all__ += llamaindex.__all__
