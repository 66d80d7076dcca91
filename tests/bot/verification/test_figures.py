from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.verification.days import days, same_day
from bot.verification.figures import Bound, agree, numbers

PUBLISHED = date(2024, 10, 25)  # a Friday

NUMBERS = {
    "killed at least 12 people": [(12, "")],
    "twelve thousand workers": [(12_000, "")],
    "one hundred and forty pensioners": [(140, "")],
    "$3.2 million": [(3.2e6, "$")],
    "1.8 billion euros": [(1.8e9, "€")],
    "€45,000": [(45_000, "€")],
    "58 per cent": [(58, "%")],
    "half of them": [(50, "%")],
    "the third case": [(3, "ordinal")],
    "a 44-year-old man": [(44, "")],
    "a year and a half": [(18, "month")],
    "two and a half years": [(30, "month")],
    "a 48-hour strike": [(2, "day")],
    "60 to 80 million dollars": [(6e7, "$"), (8e7, "$")],
    "52 votes to 47": [(52, ""), (47, "")],
    "on October 24, 2024": [],
    "one of them": [],
}


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers(text: str) -> None:
    assert [(n.value, n.unit) for n in numbers(text)] == NUMBERS[text]


AGREE = {
    ("about 12,000", "11,870"): True,
    ("12,000", "11,870"): False,
    ("over 110,000", "112,000"): True,
    ("at least 12 years", "up to 12 years"): False,
    ("12 years", "up to 12 years"): False,
    ("18 months", "a year and a half"): True,
    ("4 percent", "4"): False,
    ("$5 million", "5 million euros"): False,
    ("nearly 3,000", "300"): False,
    ("some 99 people", "some 96 people"): False,
}


@pytest.mark.parametrize(("said", "held"), AGREE)
def test_whether_numbers_agree(said: str, held: str) -> None:
    [one], [other] = numbers(said), numbers(held)
    assert agree(one, other) is AGREE[said, held]


SAME_DAY = {
    ("24 October 2024", "October 24"): True,
    ("October 24, 2024", "Thursday"): True,
    ("Thursday", "24 October"): True,
    ("October 23", "Thursday"): False,
    ("in 2023", "last year"): True,
    ("in 2024", "last year"): False,
    ("yesterday", "Thursday"): True,
    ("in October", "October 24"): True,
    ("October 24", "in October"): False,
    ("4 November 2024", "November 4"): True,
}


@pytest.mark.parametrize(("said", "held"), SAME_DAY)
def test_whether_dates_are_the_same(said: str, held: str) -> None:
    [one], [other] = days(said), days(held)
    assert same_day(one, other, PUBLISHED) is SAME_DAY[said, held]


def test_how_a_number_is_bounded() -> None:
    texts = ("12", "about 12", "at least 12", "up to 12")
    bounds = [numbers(f"killed {text} people")[0].bound for text in texts]
    assert bounds == [Bound.EXACT, Bound.ABOUT, Bound.LEAST, Bound.MOST]


@given(st.integers(2, 10**12))
def test_digits_are_read_back(value: int) -> None:
    if 1500 <= value < 2100:
        return  # a year
    for text in (f"{value}", f"{value:,}"):
        [number] = numbers(f"They counted {text} of them.", [])
        assert number.value == value
        assert agree(number, number)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_dates_are_read_back(day: date) -> None:
    for text in (f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%B} {day.year}", f"{day}"):
        [found] = days(f"It was {text}.")
        assert (found.year, found.month, found.day) == (day.year, day.month, day.day)


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    spans = [(d.start, d.end) for d in days(text)] + [(n.start, n.end) for n in numbers(text)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
