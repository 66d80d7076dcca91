"""Questions and places in an article are checked before anything is searched."""

import io

import pytest

from bot.validation import QUESTION_LIMIT, clean_question, find_range, read_question
from index.article import Article
from index.errors import UsageError

ARTICLE = Article("a.txt", "Title", "One fine day.\nTwo (fine) days.")


@pytest.mark.parametrize("text", ["", "  \n\t", "\x00\x1b", "\u200b\ufeff", "\udc80"])
def test_an_empty_question_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        clean_question(text)


def test_control_characters_and_lone_surrogates_become_blanks() -> None:
    assert clean_question(" a\x00b\x1b\x9bc\udcffd\te\r\nf ") == "a b  c d\te\nf"


def test_the_limit_is_exact() -> None:
    assert len(clean_question(" " + "é" * QUESTION_LIMIT + "\n")) == QUESTION_LIMIT
    with pytest.raises(UsageError, match="4,000"):
        clean_question("é" * (QUESTION_LIMIT + 1))


def test_a_stream_is_read_no_further_than_a_question_goes() -> None:
    stream = io.StringIO("x" * 100_000)
    with pytest.raises(UsageError, match="4,000"):
        read_question(stream)
    assert stream.tell() < QUESTION_LIMIT + 10


def test_a_stream_may_end_in_a_line_break() -> None:
    assert read_question(io.StringIO("x" * QUESTION_LIMIT + "\r\n")) == "x" * QUESTION_LIMIT


@pytest.mark.parametrize(
    ("quote", "marked"),
    [("fine", "fine"), ("day. Two  (fine)", "day.\nTwo (fine)"), ("(fine)", "(fine)")],
)
def test_a_quote_is_found_whatever_its_blanks(quote: str, marked: str) -> None:
    span = find_range(ARTICLE, quote, None, None)
    assert span is not None
    assert ARTICLE.text[slice(*span)] == marked


@pytest.mark.parametrize("quote", ["", "  ", "three", "One.fine"])
def test_a_quote_that_does_not_stand_there_is_refused(quote: str) -> None:
    with pytest.raises(UsageError, match=r"are not in a\.txt"):
        find_range(ARTICLE, quote, None, None)


def test_a_range_may_leave_out_an_end() -> None:
    assert find_range(ARTICLE, None, 4, None) == (4, len(ARTICLE.text))
    assert find_range(ARTICLE, None, None, 3) == (0, 3)
    assert find_range(ARTICLE, None, None, None) is None


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 2), (-1, 3), (0, 999)])
def test_a_range_outside_the_article_is_refused(start: int, end: int) -> None:
    with pytest.raises(UsageError, match="30 characters"):
        find_range(ARTICLE, None, start, end)
