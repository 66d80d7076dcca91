from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.search.time_expressions import asks_for_newest, period_in

TODAY = date(2024, 5, 15)
"""A Wednesday."""
MEANT = {
    "Who resigned yesterday?": ("2024-05-14", "2024-05-14"),
    "What is in today's news?": ("2024-05-15", "2024-05-15"),
    "Who won last night?": ("2024-05-14", "2024-05-14"),
    "What happened last week?": ("2024-05-06", "2024-05-12"),
    "What happened this week?": ("2024-05-09", "2024-05-15"),
    "Who died last month?": ("2024-04-01", "2024-04-30"),
    "How many strikes were there this year?": ("2024-01-01", "2024-05-15"),
    "How many strikes were there last year?": ("2023-01-01", "2023-12-31"),
    "Who won last weekend?": ("2024-05-11", "2024-05-12"),
    "What burned in the past three days?": ("2024-05-12", "2024-05-15"),
    "What opened two weeks ago?": ("2024-04-28", "2024-05-04"),
    "What has the mayor said since Monday?": ("2024-05-13", "2024-05-15"),
    "Who spoke on Wednesday?": ("2024-05-15", "2024-05-15"),
    "Who spoke last Wednesday?": ("2024-05-08", "2024-05-08"),
    "What did Monday's strike close?": ("2024-05-13", "2024-05-13"),
    "What burned in October?": ("2023-10-01", "2023-10-31"),
    "What burned in April?": ("2024-04-01", "2024-04-30"),
    "What burned last October?": ("2023-10-01", "2023-10-31"),
    "Who may win in May?": ("2024-05-01", "2024-05-31"),
    "What has closed since March?": ("2024-03-01", "2024-05-15"),
    "What closed in early March 2020?": ("2020-03-01", "2020-03-31"),
    "Who resigned on 3 May?": ("2024-05-03", "2024-05-03"),
    "Who resigned on the 20th of May?": ("2023-05-20", "2023-05-20"),
    "Who resigned on May 3rd, 2023?": ("2023-05-03", "2023-05-03"),
    "Who resigned on 2023-10-24?": ("2023-10-24", "2023-10-24"),
    "Who resigned in 2019?": ("2019-01-01", "2019-12-31"),
    "What fell from 3 May to 9 May?": ("2024-05-03", "2024-05-09"),
    "What fell between March and April 2023?": ("2023-03-01", "2023-04-30"),
}


@pytest.mark.parametrize("question", MEANT)
def test_time_words_are_resolved_against_today(question: str) -> None:
    period = period_in(question, TODAY)
    assert period
    assert (period.start.isoformat(), period.end.isoformat()) == MEANT[question]
    assert period.words in question


@pytest.mark.parametrize(
    "question",
    [
        "Who won the 2018 World Cup?",
        "What may happen to May?",
        "When is the March of the Living?",
        "What opens next week?",
        "Who will retire in 2030?",
        "What was the music of the 1990s?",
        "Who paid 2019 dollars, ten people and 2019 dogs?",
        "When is 31 February?",
    ],
)
def test_other_words_are_no_time_that_articles_are_from(question: str) -> None:
    assert period_in(question, TODAY) is None


def test_without_today_only_what_names_its_year_is_told() -> None:
    assert period_in("Who resigned last week?", None) is None
    assert period_in("Who resigned in October?", None) is None
    period = period_in("Who resigned in October 2022?", None)
    assert period and period.start == date(2022, 10, 1)


def test_what_a_later_article_would_call_it_is_kept() -> None:
    period = period_in("Who resigned on 3 May 2024?", TODAY)
    assert period and set(period.named) == {"3", "may", "2024"}
    for unclear in ("last week", "on 3 May"):
        period = period_in(f"Who resigned {unclear}?", TODAY)
        assert period and period.named == ()


def test_the_newest_is_asked_for() -> None:
    assert asks_for_newest("What is the latest on the bridge?")
    assert asks_for_newest("Who won most recently?")
    assert not asks_for_newest("Who came last?")


WORDS = st.sampled_from(
    [
        *(
            "since",
            "in",
            "on",
            "last",
            "this",
            "past",
            "week",
            "weeks",
            "years",
            "ago",
            "yesterday",
        ),
        *("3", "29", "31", "0", "999", "2019", "May", "February", "October", "Monday", "and", "to"),
        *("9999-99-99", "2024-02-30"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=6).map(" ".join), st.dates() | st.none())
def test_any_words_give_days_that_have_begun_or_nothing(text: str, today: date | None) -> None:
    period = period_in(text, today)
    if period:
        assert period.start <= period.end
        assert period.words in text
        assert today is None or period.start <= today + timedelta(days=0)
