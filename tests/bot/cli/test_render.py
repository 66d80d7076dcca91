"""What a person reads is laid out for the place it goes to, and only ever text."""

import io
import re
from dataclasses import replace
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
    excerpt,
    one_line,
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
        f"{QUOTE} [1]\n\n[1] Rates :smile: · 2024-05-02 · {URL}\n\nconfidence 0.88\n"
    )
    assert f"\n    “{QUOTE}”\n" in printed(answer_blocks(ANSWER, quotes=True), io.StringIO())


def test_an_article_is_one_line_with_its_numbers() -> None:
    first, more = ANSWER.citations[0], [("a.txt", "p. 1"), (URL, "p. 4"), (URL, "p. 4")]
    cited = [
        first,
        *(replace(first, n=n, source=s, place=at) for n, (s, at) in enumerate(more, start=2)),
    ]
    assert printed(citation_blocks(cited, quotes=False), io.StringIO()).splitlines() == [
        f"[1] [3] [4] Rates :smile: · 2024-05-02 · {URL} · p. 4",
        "[2] Rates :smile: · 2024-05-02 · a.txt · p. 1",
    ]
    quoted = printed(citation_blocks(cited), io.StringIO()).splitlines()
    assert [line[:9] for line in quoted[1:4]] == ["    [1] “", "    [3] “", "    [4] “"]
    assert quoted[5] == f"    “{QUOTE}”"


@pytest.mark.parametrize(
    ("status", "colour"), [("answered", 32), ("partial", 33), ("abstained", 31), ("clarify", 36)]
)
def test_an_outcome_has_its_colour(status: str, colour: int) -> None:
    shown = printed(answer_blocks(replace(ANSWER, status=Status(status))), Terminal())
    assert f"\x1b[1;{colour}m[1]" in shown


def test_a_title_is_a_link_in_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert f";{URL}\x1b\\" in printed(answer_blocks(ANSWER), Terminal())
    assert "\x1b]8" not in printed(answer_blocks(ANSWER), io.StringIO(), force_terminal=True)
    monkeypatch.setenv("TERM", "linux")
    assert "\x1b]8" not in printed(answer_blocks(ANSWER), Terminal())


def test_a_long_address_is_short_where_it_is_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = clean(printed(answer_blocks(ANSWER), Terminal())).splitlines()
    assert shown[2] == "[1] Rates :smile: · 2024-05-02 · example.org"
    long = replace(ANSWER.citations[0], title="Rates rose again in May " * 4)
    cut = clean(printed(citation_blocks([long], quotes=False), Terminal()))
    assert (len(cut), cut[-2:]) == (61, "…\n")
    assert URL in printed(answer_blocks(ANSWER), io.StringIO())
    monkeypatch.setenv("COLUMNS", "400")
    assert f"· {URL}" in clean(printed(answer_blocks(ANSWER), Terminal()))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a.b/\x1b\\x", "https://a.b/ü", ""])
def test_what_is_no_plain_address_is_no_link(url: str) -> None:
    cited = replace(ANSWER.citations[0], url=url)
    assert "\x1b]8" not in printed(citation_blocks([cited]), Terminal())


def test_a_models_markdown_is_laid_out_in_a_terminal() -> None:
    text = "**Rates** [rose](https://e.vil) <b>twice</b>: [1]\n\n- in May\n- in June"
    written, quoted = replace(ANSWER, text=text, model="gpt"), replace(ANSWER, text=text)
    shown = printed(answer_blocks(written), Terminal())
    assert "\x1b[1mRates\x1b[0m [rose](https://e.vil) <b>twice</b>: [1]" in shown
    assert " • " in shown and "**" not in shown
    assert "**Rates**" in printed(answer_blocks(quoted), Terminal())
    assert printed(answer_blocks(written), io.StringIO()).startswith(text)


def test_an_answer_fits_the_terminal() -> None:
    shown = printed(answer_blocks(ANSWER), Terminal(), no_color=False)
    assert "\x1b[1m" in shown
    assert all(cell_len(clean(line)) <= 60 for line in shown.splitlines())
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


def test_an_excerpt_is_where_the_words_are() -> None:
    text = "Rates fell. " * 50 + "Then the bank raised rates in May. " + "Prices rose. " * 50
    shown = excerpt(text, "when did the bank raise rates?", 100)
    assert "the bank raised rates in May" in shown
    assert shown.startswith("…") and shown.endswith("…") and len(shown) <= 102


@given(st.text(max_size=300), st.text(max_size=20), st.integers(10, 120))
def test_an_excerpt_is_part_of_the_text(text: str, query: str, columns: int) -> None:
    line = one_line(text)
    shown = excerpt(line, query, columns)
    assert shown.strip("…") in line and len(shown) <= columns + 2
    assert len(shown) > 2 or len(line) <= 2


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
