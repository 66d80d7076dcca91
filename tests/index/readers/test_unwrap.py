"""Lines that were broken to one width are joined; all others are left as they are."""

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.readers.unwrap import joined_lines, unwrapped, wrap_width

WIRE = """Ferry sails again after three weeks of repairs

NORVIK (Wire) - The ferry to the island sails again on Monday, the
harbour master said, after a log had broken its propeller and the
new one had to come from a yard in the south. It costs nine crowns
for grown people, and children under ten still travel for nothing.

From May there will be six sailings a day in place of four, and a
night boat on Saturdays.
"""
SHORT_WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=9)


def test_a_wire_is_read_in_whole_paragraphs() -> None:
    assert wrap_width(WIRE) == 66
    title, first, second = unwrapped(WIRE).strip().split("\n\n")
    assert title == "Ferry sails again after three weeks of repairs"
    assert "the harbour master said, after a log had broken its propeller and the new" in first
    assert "\n" not in first + second


@pytest.mark.parametrize(
    "text",
    [
        "One line a paragraph.\nAnother line that is a paragraph.\nA third one, quite short.\n",
        "The sea was calm,\nthe gulls were loud,\na ship went by,\nand then a cloud.\n",
        "Roses are red and violets are blue,\nSugar is sweet,\nAnd so, they say, are you.\n",
        "Menu\n\n- fish soup with rye bread\n- a potato salad with dill\n- cake with berries\n",
        "Name        Goals   Games\nAda Lind        3      14\nBo Ek          11      15\n",
        "Ada Lind\n12 Harbour Street\nNorvik\n",
        "A title of some length that could be a line\nBy Ada Lind\n\nText.\n",
    ],
)
def test_other_lines_stay(text: str) -> None:
    assert unwrapped(text) == text


def test_lists_headings_and_rows_stay_in_a_wrapped_text() -> None:
    rest = "\n\nPrices\n- nine crowns\n- free for children\n\nMon | 6\nSun | 2\n\nFrom: a\nTo: b\n"
    assert unwrapped(WIRE + rest).endswith(rest)


def test_an_indented_line_begins_a_paragraph() -> None:
    text = "\n".join(
        f"     {line}" if n in (0, 3) else line
        for n, line in enumerate(
            [
                "The choir has bought the tower on the point, and",
                "it wants to sing there from the summer on, since",
                "the echo in it is long.",
                "The next concert is in June, as its head said to",
                "us, and to hear it costs ten crowns for each.",
            ]
        )
    )
    assert [line.split()[0] for line in unwrapped(text).split("\n")] == ["The", "The"]


def test_letters_of_others_keep_their_marks() -> None:
    quoted = "\n".join(f"> {line}" for line in WIRE.split("\n\n")[1].split("\n"))
    [line] = unwrapped(quoted + "\n\n" + WIRE).split("\n\n")[0].split("\n")
    assert line.startswith("> NORVIK")
    assert line.count(">") == 1


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["the light-", "house"], "the lighthouse"),
        (["a well-", "known man"], "a well-known man"),
        (["Nord-", "Ostsee"], "Nord-Ostsee"),
        (["Ein-", "und Ausgang"], "Ein- und Ausgang"),
        (["渡轮恢复", "航行。"], "渡轮恢复航行。"),
        (["two", "words"], "two words"),
    ],
)
def test_hyphens_at_the_end_of_lines_are_undone(lines: list[str], expected: str) -> None:
    assert joined_lines(lines) == expected


@given(st.lists(st.lists(SHORT_WORDS, min_size=60, max_size=120), min_size=1, max_size=3))
@settings(max_examples=50, deadline=None)
def test_what_was_wrapped_is_as_it_was(paragraphs: list[list[str]]) -> None:
    whole = [" ".join(words).capitalize() + "." for words in paragraphs]
    wrapped = [textwrap.fill(text, 66, break_on_hyphens=False) for text in whole]
    assert unwrapped("\n\n".join(wrapped)).split("\n\n") == whole


@given(st.text(alphabet="aZ1é渡 .,\n\t>-|•", max_size=400))
@settings(deadline=None)
def test_no_word_is_lost_whatever_the_text(text: str) -> None:
    found = unwrapped(text, 30)
    kept = str.maketrans("", "", " \n\t>-")
    assert found.translate(kept) == text.translate(kept)


@given(st.text(max_size=300))
def test_any_text_has_a_width_or_none(text: str) -> None:
    assert wrap_width(text) is None or unwrapped(text)


def test_long_lines_take_no_time() -> None:
    assert unwrapped("a " * 500_000 + "\n" + "b" * 500_000) is not None
