"""Tokens are counted, priced and guessed with care."""

from hypothesis import given
from hypothesis import strategies as st

from bot.llm import Price, Usage, estimated_tokens
from bot.llm.protocol import json_object


def test_usage_costs_what_the_price_says() -> None:
    used = Usage(1, 1_000_000, 500_000) + Usage(1, 0, 500_000)
    assert used.cost(Price(0.4, 1.6)) == 2.0


@given(st.text(), st.text())
def test_more_text_never_takes_fewer_tokens(one: str, two: str) -> None:
    assert 0 <= estimated_tokens(one) <= estimated_tokens(one + "a" + two)


@given(st.text())
def test_any_text_is_searched_for_an_object(text: str) -> None:
    assert json_object(text + '{"a": {"b": 1}}' + text, ["b"]) in (None, {"b": 1})
    assert json_object(text.replace("{", "") + ' {"a": 1}' + text, ["a"]) == {"a": 1}


def test_deep_nesting_is_no_object() -> None:
    assert json_object('{"a":' * 5_000) is None
