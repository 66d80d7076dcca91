"""What a person reads is laid out for the place it goes to, and only ever text."""

import io
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from bot.answer import Answer, Citation, Status
from bot.cli.render import (
    answer_blocks,
    article_blocks,
    citation_blocks,
    clean,
    column,
    console,
    emphasised,
    passage_blocks,
    print_blocks,
)
from index.article import Article, Passage

URL = "https://example.org/" + "long-path/" * 20
QUOTE = "Rates rose [bold]twice[/bold] in May."
ANSWER = Answer(
    status=Status.ANSWERED,
    text=f"{QUOTE} [1]",
    confidence=0.876,
    query="rates",
    citations=(Citation(1, URL, "Rates :smile:", date(2024, 5, 2), URL, QUOTE, 0, len(QUOTE)),),
)
NASTY = st.text(
    st.one_of(
        st.characters(codec="utf-8"), st.sampled_from("\x1b\x9b\x07\r\n\t[]/;m0K?\x00\x7f\x90\x9c")
    ),
    max_size=80,
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def printed(blocks: object, stream: io.StringIO, **options: object) -> str:
    out = Console(file=stream, markup=False, emoji=False, highlight=False, **options)  # type: ignore[arg-type]
    print_blocks(out, blocks)  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")


def test_a_piped_answer_is_plain_and_unbroken() -> None:
    assert printed(answer_blocks(ANSWER), io.StringIO()) == (
        f"{QUOTE} [1]\n\n[1] Rates :smile: · 2024-05-02 · {URL}\n    “{QUOTE}”\n\nconfidence 0.88\n"
    )


def test_an_answer_fits_the_terminal() -> None:
    shown = printed(answer_blocks(ANSWER), Terminal(), no_color=False)
    assert "\x1b[1m" in shown
    assert all(cell_len(re.sub(r"\x1b\[[\d;]*m", "", line)) <= 60 for line in shown.splitlines())
    assert "[bold]" in shown and ":smile:" in shown


def test_quotes_can_be_left_out() -> None:
    assert printed(citation_blocks(ANSWER.citations, quotes=False), io.StringIO()).count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "coloured"), [("FORCE_COLOR", "1", True), ("NO_COLOR", "1", False)]
)
def test_the_environment_decides_on_colour(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, coloured: bool
) -> None:
    monkeypatch.setenv(name, value)
    stream = io.StringIO()
    print_blocks(console(stream), answer_blocks(ANSWER))
    assert ("\x1b[" in stream.getvalue()) is coloured


def test_a_marked_range_is_reversed_or_signed() -> None:
    article = Article("a.txt", "T", "one two three", date(2024, 1, 2), URL)
    assert "one »two« three\n" in printed(article_blocks(article, (4, 7), True), io.StringIO())
    assert "\x1b[1;7mtwo" in printed(article_blocks(article, (4, 7), False), Terminal())


def test_words_of_the_query_are_emphasised() -> None:
    text = emphasised("The ministers met the Minister.", "which minister?")
    assert [text.plain[span.start : span.end] for span in text.spans] == ["ministers", "Minister"]


def test_passages_are_ranked() -> None:
    passage = Passage("a.txt", "T", None, None, "Rates\n\nrose.", 0, 13, 1.25)
    lines = printed(passage_blocks([passage, passage], "rates"), io.StringIO()).splitlines()
    assert lines[:3] == ["1. 1.250 T · a.txt", "    Rates rose.", ""]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\x1b[31mred\x1b[0m\r\n\tx", "red\n\tx"),
        ("\x1b]8;;http://e.vil\x07link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;never closed\nand on", "]0;never closed\nand on"),
        ("\x9b2Jgone\x7f\x00", "2Jgone"),
        ("over \u202etxet desrever\u202c", "over txet desrever"),
        ("\x1b\x1b[31m[31m", "[31m"),
    ],
)
def test_control_sequences_are_taken_out(text: str, kept: str) -> None:
    assert clean(text) == kept


@given(NASTY, NASTY, NASTY)
def test_no_control_character_of_an_article_survives(title: str, text: str, source: str) -> None:
    citation = Citation(1, source, title, None, source, text, 0, len(text))
    answer = Answer(Status.ANSWERED, text, 0.5, title, (citation,))
    passage = Passage(source, title, None, None, text, 0, len(text))
    article = Article(source, title, text, None, source)
    for blocks in (
        answer_blocks(answer),
        passage_blocks([passage], title),
        article_blocks(article, (0, len(text) // 2), True),
    ):
        assert not CONTROL.search(printed(blocks, io.StringIO()))


@given(NASTY, st.integers(0, 40))
def test_a_column_is_exactly_so_wide(text: str, width: int) -> None:
    assert cell_len(column(text, width)) == width
