import re
from datetime import date, datetime
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.readers.dates import day_in_address, find_date, is_ahead, parse_date

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
        "Thu, 24 Oct 24 18:30:00 GMT",
        "24-Oct-24",
        "24 de outubro de 2024 às 08:00",
        "24/10/2024 às 10h",
        "2024-10-24 08:00 Europe/Paris",
        "Thu, 24 Oct 2024 08:00 America/Argentina/Salta",
        "24 octobre 2024 à 8h30, heure de Paris",
        "Jeudi 24 octobre 2024 - 8 heures",
        "24 октября 2024 в 8:00 МСК",
        "Thursday 24 October 2024 08.00 BST",
        "Mis à jour le 24/10/2024",
        "Опубликовано: 24.10.2024",
        "입력 2024.10.24 08:00",
        "更新:2024年10月24日",
        "الخميس 24 أكتوبر 2024",
        "10/24/24",
        "Thu, 24 Oct 2024 24:00:00 GMT",
        "Mon, 24 Oct 2024 10:31:00 +0200",
        "Ke, 24 Lok 2024 11:34:37 +0000",
        "Do, 24. Okt. 2024 um 10.31 Uhr",
        "24. Oktober 2024, 10:31 MESZ",
        "jeudi 24 octobre 2024 à 18h30",
        "jueves, 24 de octubre de 2024, a las 10:31 h",
        "2024年10月24日（木）09:00",
        "令和6年10月24日 午前9時5分",
        "发布时间：二〇二四年十月二十四日",
        "2024년 10월 24일 오전 9:00",
        "24.10.2024 18.30",
        "2024-10-24T10:31:00.123456789+05:30[Asia/Kolkata]",
        "Thu Oct 24 2024 10:31:00 GMT+0200 (Central European Summer Time)",
        "24/Oct/2024:10:31:00 +0200",
        "20241024T183000Z",
        20241024,
        "1729785600",
        1729785600,
        1729785600.5,
        1729785600123,
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
        "21.10.24",
        "2024-10-24 to 2024-10-26",
        "2024-W43",
        12345678,
        1.5,
        float("nan"),
        True,
        ["2022-05-05"],
        "5 May 2022 " * 50,
    ],
)
def test_nothing_is_invented(written: object) -> None:
    assert parse_date(written) is None


def test_a_weekday_tells_which_number_is_the_month() -> None:
    assert parse_date("Wed 03/04/2024") == date(2024, 4, 3)
    assert parse_date("Mon, 03/04/2024") == date(2024, 3, 4)


def test_a_tuesday_is_not_taken_for_march() -> None:
    assert parse_date("mar, 02 oct 2024 19:56:51 +0000") == date(2024, 10, 2)
    assert parse_date("02 mar 2024") == date(2024, 3, 2)


_WORDS = (
    "24 10 2024 24 9 Oct octobre Mai mar Thu 年 月 日 10:31 24:00 p.m. CET Z - / . , T + : ( ) de "
    "Published: Updated 1729785600 十 令和 the story"
)
_pieces = st.lists(st.sampled_from(_WORDS.split())).map(" ".join) | st.lists(
    st.sampled_from(_WORDS.split())
).map("".join)


@given(
    st.text(max_size=40) | _pieces | st.from_regex(r"[A-Z][a-z]{2,8} [0-9]{1,4},? [0-9:/.-]{1,8}")
)
def test_year_and_day_stand_in_the_text(text: str) -> None:
    found = parse_date(text)
    digits = re.sub(r"[^\d〇零一二三四五六七八九十元]", "", normalize("NFKC", text))
    assert found is None or len(digits) >= 4
    if found and not digits.isdecimal():
        return
    if found and len(digits) < 9:
        assert f"{found.year % 100:02}" in digits or "令和" in text
        assert str(found.day) in digits


@given(st.text(max_size=200) | _pieces | st.integers() | st.floats() | st.binary() | st.booleans())
def test_nothing_raises(value: object) -> None:
    parse_date(value)
    find_date(str(value))
    day_in_address(str(value))


@given(st.dates(date(1970, 1, 1), date(2068, 12, 31)))
def test_a_day_is_read_as_it_was_written(day: date) -> None:
    for form in ("%Y-%m-%d", "%a, %d %b %y 10:31:00 GMT", "%d %B %Y", "%B %d, %Y", "%d.%m.%Y"):
        assert parse_date(day.strftime(form)) == day
    assert parse_date(f"{day.year}年{day.month}月{day.day}日") == day
    assert day_in_address(f"https://a/{day:%Y/%m/%d}/title") == day


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("https://a/2024/10/24/ferry", DAY),
        ("https://a/news/2024/oct/24/ferry", DAY),
        ("https://a/ferry-20241024.html", DAY),
        ("https://a/2024-10-24-ferry", DAY),
        ("https://a/2024/10/ferry", None),
        ("https://a/ferry-12345678", None),
        ("https://a/20241399/ferry", None),
        (None, None),
    ],
)
def test_an_address_may_name_its_day(address: str | None, day: date | None) -> None:
    assert day_in_address(address) == day


def test_a_day_may_be_tomorrow_and_not_later() -> None:
    assert not is_ahead(date(2024, 10, 25), DAY)
    assert is_ahead(date(2024, 10, 26), DAY)
    assert not is_ahead(None, DAY)


def test_a_number_on_a_line_is_no_day() -> None:
    assert find_date("Title\n1729785600\n20241024\n24-Oct-24\n") is None
    assert find_date("题目\n二〇二四年十月二十四日\n") == DAY


def test_a_line_near_the_top_gives_the_date() -> None:
    assert find_date("Title\n\nBy Jane\nOctober 24, 2024\n\nIt began on 5 May 2022.") == DAY


def test_published_counts_for_more_than_updated() -> None:
    assert find_date("Title\nUpdated: 2024-10-30\nPublished: 2024-10-24\n") == DAY


def test_a_date_in_a_sentence_or_far_down_is_none() -> None:
    assert find_date("Title\n\nIt began on 5 May 2022.") is None
    assert find_date("line\n" * 8 + "Published: 2024-10-24") is None
