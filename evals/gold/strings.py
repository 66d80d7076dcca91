"""Gold answers as strings to look for in other texts."""

import re
import unicodedata
from functools import cache

SHORT = 12
"""Words of the longest gold answer that can be looked for as a string; a longer one is written
out as nobody else would write it."""


@cache
def flatten(text: str) -> str:
    """The words of `text`, in lower case with one space around each, so that `in` finds words."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    return f" {' '.join(words)} "
