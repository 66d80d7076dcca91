"""Scores between 0 and 1 that never rise from one passage to the next."""

from hypothesis import given
from hypothesis import strategies as st

from bot.llamaindex.scores import _falling


@given(st.lists(st.floats(0, 1)))
def test_each_is_the_highest_of_those_from_it_on(scores: list[float]) -> None:
    falling = _falling(scores)
    assert falling == [max(scores[place:]) for place in range(len(scores))]
