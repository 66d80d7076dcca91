"""The one door to language models: whatever is configured, it is spoken to as an `LLM`.

Nothing here reads settings or knows what a model is asked; `bot/factory.py` opens one.
"""

from bot.llm.protocol import LLM, Completion, Message, Reply, Sampling
from bot.llm.tokens import Price, Usage, estimated_tokens

__all__ = [
    "LLM",
    "Completion",
    "Message",
    "Price",
    "Reply",
    "Sampling",
    "Usage",
    "estimated_tokens",
]
