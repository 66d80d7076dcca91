"""Tokens: how many a text will take, how many were used, and what they cost.

It knows no model's tokenizer and no provider's price.
"""

import math
import re
from dataclasses import dataclass
from typing import NamedTuple

BYTES_A_TOKEN = 3.5
"""English prose has four; fewer, so that a text hardly ever takes more than is estimated."""
TOKENS_A_MESSAGE = 8
"""What a model's chat template puts around a message, at most."""
_SINGLE = re.compile(r"[\d\W_]")
_SPACE = re.compile(r"\s+")


class Price(NamedTuple):
    """Dollars for a million tokens, read and written."""

    prompt: float
    completion: float


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked of a model."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.requests + other.requests,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )

    def cost(self, price: Price) -> float:
        """In dollars."""
        read, written = self.prompt_tokens, self.completion_tokens
        return (read * price.prompt + written * price.completion) / 1e6


def estimated_tokens(text: str) -> int:
    """About how many tokens `text` takes, rather too many than too few."""
    text = _SPACE.sub(" ", text)
    singles = len(_SINGLE.findall(text.replace(" ", "")))  # each may be a token of its own
    return math.ceil((len(text.encode(errors="replace")) - singles) / BYTES_A_TOKEN) + singles
