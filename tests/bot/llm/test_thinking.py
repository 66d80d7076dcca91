"""Thinking at the beginning of a reply, in whatever pieces it comes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.llm.thinking import BEGIN, END, Aloud

SPACE = st.text(" \n", max_size=3)
WORDS = st.text("abc <>/think\n", max_size=30)


def spoken(reply: str, cuts: list[int]) -> str:
    aloud = Aloud()
    places = sorted({0, len(reply), *(cut % (len(reply) + 1) for cut in cuts)})
    return "".join(aloud.feed(reply[a:b]) for a, b in pairwise(places))


@given(SPACE, WORDS, SPACE, WORDS, st.lists(st.integers(0, 100)))
def test_only_the_answer_is_said(
    before: str, thought: str, between: str, answer: str, cuts: list[int]
) -> None:
    thought = thought.replace(END, "")
    reply = f"{before}{BEGIN}{thought}{END}{between}{answer}"
    assert spoken(reply, cuts) == (reply.split(END, 1)[1]).lstrip()


@given(WORDS.map(lambda text: f"It {text}"), st.lists(st.integers(0, 100)))
def test_a_reply_that_speaks_at_once_is_left_as_it_is(reply: str, cuts: list[int]) -> None:
    assert spoken(reply, cuts) == reply


@given(WORDS, st.lists(st.integers(0, 100)))
def test_thoughts_that_do_not_end_are_not_said(thought: str, cuts: list[int]) -> None:
    assert spoken(BEGIN + thought.replace(END, ""), cuts) == ""
