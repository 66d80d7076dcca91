"""What a person may ask for: questions and places in an article are checked here first.

It searches nothing; a question it lets through may still make no sense.
"""

import re
from typing import TextIO

from index.article import Article
from index.errors import UsageError
from index.text.scripts import composed

QUESTION_LIMIT = 4000
"""The longest question, in characters."""

# C0 and C1 control characters but newline and tab, and halves of surrogate pairs.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]*")


def clean_question(text: str) -> str:
    """The question without control characters and outer blanks.

    Raises UsageError when nothing is left or it is longer than QUESTION_LIMIT.
    """
    question = composed(_UNPRINTABLE.sub(" ", text.replace("\r\n", "\n"))).strip()
    if _INVISIBLE.fullmatch(question):
        raise UsageError("the question is empty; write what you would like to know")
    if len(question) > QUESTION_LIMIT:
        raise _too_long()
    return question


def read_question(stream: TextIO) -> str:
    """The cleaned question from a stream; reads no more of it than a question can hold."""
    text = stream.read(QUESTION_LIMIT + len("\r\n") + 1)
    if len(text) > QUESTION_LIMIT + len("\r\n"):
        raise _too_long()
    return clean_question(text)


def find_range(
    article: Article, quote: str | None, start: int | None, end: int | None
) -> tuple[int, int] | None:
    """Where in the article the quote or the characters from `start` up to `end` are.

    A quote may differ from the article in its line breaks and blanks. None when neither is
    given; UsageError when there is no such place.
    """
    if quote is not None:
        found = re.search(r"\s+".join(map(re.escape, composed(quote).split())), article.text)
        if not found or not quote.strip():
            raise UsageError(f"these words are not in {article.source}: {quote!r}")
        return found.span()
    if start is None and end is None:
        return None
    length = len(article.text)
    first, last = start or 0, length if end is None else end
    if not 0 <= first < last <= length:
        raise UsageError(
            f"{article.source} has {length:,} characters; --start {first} --end {last}"
            " is no range in it"
        )
    return first, last


def _too_long() -> UsageError:
    return UsageError(f"the question is longer than {QUESTION_LIMIT:,} characters; shorten it")
