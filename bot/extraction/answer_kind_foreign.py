"""What questions in other languages than English ask for, and what answers them."""

import re
from functools import lru_cache

from bot.extraction.language import languages


@lru_cache(maxsize=1)
def asks() -> dict[str, re.Pattern[str]]:
    """The signs of a question, by the kind of its answer."""
    return _compiled("asks")


@lru_cache(maxsize=1)
def answers() -> dict[str, re.Pattern[str]]:
    """The signs of an answer, by its kind."""
    return _compiled("answers")


def _compiled(table: str) -> dict[str, re.Pattern[str]]:
    signs = languages()[table]
    return {kind: re.compile("|".join(each), re.IGNORECASE) for kind, each in signs.items()}
