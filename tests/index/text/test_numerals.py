"""Numbers in words and in figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.numerals import figures_for, words_for


@pytest.mark.parametrize(
    ("text", "written", "figures"),
    [
        ("seventy-five years of what?", "seventy-five", ["75"]),
        ("Seventy five ships", "Seventy five", ["75"]),
        ("about three thousand men", "three thousand", ["3,000", "3000"]),
        ("a hundred boats", "a hundred", ["100"]),
        ("two million people", "two million", ["2,000,000", "2000000"]),
    ],
)
def test_words_have_figures(text: str, written: str, figures: list[str]) -> None:
    assert [(text[a:b], f) for a, b, f in figures_for(text)] == [(written, figures)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("75 years", ["seventy-five"]),
        ("3,000 men", ["three thousand", "3000"]),
        ("3000 men", ["three thousand", "3,000"]),
        ("12 boats", ["twelve"]),
    ],
)
def test_figures_have_words(text: str, words: list[str]) -> None:
    found = [others for _, _, others in words_for(text)]
    if text.startswith("3000"):
        words = ["three thousand", "3,000"]
    assert found == [words]


@pytest.mark.parametrize("text", ["in 1998", "$75", "7.5", "75%", "COVID-19", "at 3:15", "one man"])
def test_years_shares_and_parts_of_others_stay_as_they_are(text: str) -> None:
    assert [*words_for(text), *figures_for(text)] == []


@given(st.integers(2, 99))
def test_small_numbers_come_back(number: int) -> None:
    [(_, _, [words])] = words_for(str(number))
    assert [f for _, _, f in figures_for(words)] == [[str(number)]]


@given(st.text())
def test_what_is_found_is_in_the_text(text: str) -> None:
    for start, end, others in [*figures_for(text), *words_for(text)]:
        assert 0 <= start < end <= len(text)
        assert others
