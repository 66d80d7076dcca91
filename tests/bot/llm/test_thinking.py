"""Thinking in a reply, in whatever form and pieces it comes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.thinking import CLOSING, MARKS, OPENING, Aloud

PAIRS = [*zip(OPENING, CLOSING, strict=True)]
SPACE = st.text(" \n", max_size=3)
WORDS = st.text("abc <>/think[]|\n", max_size=30)
CUTS = st.lists(st.integers(0, 200))


def unmarked(text: str) -> str:
    while found := [mark for mark in MARKS if mark in text]:
        text = text.replace(found[0], "")
    return text


def heard(reply: str, cuts: list[int], thinks_first: bool = False) -> tuple[str, Aloud]:
    aloud = Aloud(thinks_first)
    places = sorted({0, len(reply), *(cut % (len(reply) + 1) for cut in cuts)})
    said = "".join(aloud.feed(reply[a:b]) for a, b in pairwise(places)) + aloud.finish()
    return said[aloud.withdrawn :], aloud


@given(st.sampled_from(PAIRS), SPACE, WORDS.map(unmarked), WORDS.map(unmarked), CUTS)
def test_only_the_answer_is_said(
    pair: tuple[str, str], space: str, thought: str, answer: str, cuts: list[int]
) -> None:
    opening, closing = pair
    said, aloud = heard(f"{space}{opening}{thought}{closing}{space}{answer}", cuts)
    assert said.strip() == answer.strip()
    assert not aloud.withdrawn


@given(WORDS.map(unmarked).map(lambda text: f"It {text}"), CUTS)
def test_a_reply_that_speaks_at_once_is_left_as_it_is(reply: str, cuts: list[int]) -> None:
    assert heard(unmarked(reply), cuts)[0] == unmarked(reply)


@given(WORDS.map(unmarked), CUTS)
def test_thoughts_that_do_not_end_are_not_said(thought: str, cuts: list[int]) -> None:
    assert heard(f"<think>{thought}", cuts)[0] == ""


@given(st.sampled_from(CLOSING), WORDS.map(unmarked), WORDS.map(unmarked), CUTS)
def test_a_thought_without_its_opening_is_withdrawn(
    closing: str, thought: str, answer: str, cuts: list[int]
) -> None:
    said, aloud = heard(f"{thought}{closing}{answer}", cuts)
    assert (said.strip(), aloud.unopened) == (answer.strip(), True)


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (
            "<|channel|>analysis<|message|>Hm.<|end|>"
            "<|start|>assistant<|channel|>final<|message|>It is open.<|return|>",
            "It is open.",
        ),
        ("<|channel|>final<|message|>It is open.", "It is open."),
        ("<|start|>assistant<|channel|>commentary<|message|>x<|end|>It is open.", "It is open."),
        ("analysisWe need to look at [1].assistantfinalIt is open.", "It is open."),
        ("analysisWe need to look at", ""),
        ("<think>one</think>\n<think>two</think>\n\nIt is open.", "It is open."),
        ("It is <think>but is it?</think>open.", "It is open."),
        ("It is open.<|im_end|>", "It is open."),
        ("Analysis of the budget shows a gap.", "Analysis of the budget shows a gap."),
        ("Let me in, he said.", "Let me in, he said."),
        ("[THINK]x[/THINK][1] says so.", "[1] says so."),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_forms_of_thinking(reply: str, answer: str, size: int) -> None:
    assert heard(reply, [*range(0, len(reply), size)])[0] == answer


def test_what_begins_as_a_thought_is_held_back_until_it_ends() -> None:
    aloud = Aloud()
    assert [aloud.feed("Okay, the user"), aloud.feed(" asks."), aloud.feed("</think>\nYes")] == [
        "",
        "",
        "Yes",
    ]
    assert (aloud.feed("."), aloud.unopened, aloud.withdrawn) == (".", True, 0)


def test_one_that_is_known_to_think_first_is_held_back_however_it_begins() -> None:
    aloud = Aloud(thinks_first=True)
    assert (aloud.feed("Bridges open."), aloud.feed("</think>Yes.")) == ("", "Yes.")
    assert heard("Bridges open.", [3], thinks_first=True)[0] == "Bridges open."


def test_an_answer_comes_piece_by_piece() -> None:
    aloud = Aloud()
    assert [aloud.feed(piece) for piece in ("It ", "is ", "open", " [1", "].")] == [
        "It ",
        "is ",
        "open",
        " [1",
        "].",
    ]
