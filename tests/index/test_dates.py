from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import find_date, parse_date

DAY = date(2024, 10, 24)


@pytest.mark.parametrize(
    "written",
    [
        "2024-10-24",
        "2024-10-24T23:59:00-05:00",
        "2024/10/24 10:31",
        "20241024",
        "24.10.2024",
        "24/10/2024",
        "10/24/2024",
        "24 October 2024",
        "October 24, 2024",
        "Oct. 24, 2024",
        "October 24th, 2024",
        "24-Oct-2024",
        "Thu, 24 Oct 2024 10:31:00 GMT",
        "Thursday, October 24, 2024 at 5:30 p.m. EDT",
        "Updated 10:31 AM ET, Thu October 24, 2024",
        "Published: 24 October 2024",
        "First published on October 24, 2024 10:31 AM",
        DAY,
        datetime(2024, 10, 24, 10, 31),
    ],
)
def test_dates_are_read(written: object) -> None:
    assert parse_date(written) == DAY


@pytest.mark.parametrize(
    "written",
    [
        "May 2022",
        "2022",
        "2022-10",
        "10:30",
        "Friday",
        "May 5",
        "5 May 22",
        "03/04/2022",
        "1 2 2022",
        "2022-13-04",
        "2022-02-30",
        "May 5 and 6 2022",
        "May 5-6, 2022",
        "3 of 5 May 2022",
        "May 5, 1066",
        "The war began on 5 May 2022",
        "Published May 5, 2022 by Jane",
        "",
        None,
        1666569600,
        ["2022-05-05"],
        "5 May 2022 " * 50,
    ],
)
def test_nothing_is_invented(written: object) -> None:
    assert parse_date(written) is None


@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2,8} [0-9]{1,4},? [0-9:/.-]{1,8}"))
def test_year_and_day_stand_in_the_text(text: str) -> None:
    found = parse_date(text)
    if found:
        assert str(found.year) in text
        assert str(found.day) in text


def test_a_line_near_the_top_gives_the_date() -> None:
    assert find_date("Title\n\nBy Jane\nOctober 24, 2024\n\nIt began on 5 May 2022.") == DAY


def test_published_counts_for_more_than_updated() -> None:
    assert find_date("Title\nUpdated: 2024-10-30\nPublished: 2024-10-24\n") == DAY


def test_a_date_in_a_sentence_or_far_down_is_none() -> None:
    assert find_date("Title\n\nIt began on 5 May 2022.") is None
    assert find_date("line\n" * 8 + "Published: 2024-10-24") is None
