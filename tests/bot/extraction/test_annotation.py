"""Notes beside a quote: right days, right persons, and the quote itself untouched."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.extraction.annotation import MOST_DATES, annotated
from bot.extraction.antecedents import antecedent, needs_antecedent

FRIDAY = date(2022, 9, 9)
PIECES = [
    "He ", "She ", "said ", "on ", "Thursday ", "Thursday, Sept. 8, ", "last week ", "this year’s ",
    "yesterday", "will meet ", "Friday", ". ", "“", "next month ", "every Monday ", "today ",
    "last weekend ", "[note] ",
]  # fmt: skip
QUOTES = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join))


@settings(deadline=None)
@given(QUOTES, st.none() | st.dates(), st.none() | st.just("Ida Lund"))
def test_without_its_notes_the_text_is_the_quote(
    quote: str, published: date | None, person: str | None
) -> None:
    marked = annotated(quote.replace("[", "("), published, person)
    notes = re.findall(r" \[[^\[\]]*\]", marked)
    assert len(notes) <= MOST_DATES + 1
    assert re.sub(r" \[[^\[\]]*\]", "", marked) == quote.replace("[", "(")


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("He spoke on Thursday.", "Thursday [8 September 2022]"),
        ("The council said Friday it had voted.", "Friday [9 September 2022]"),
        ("On Monday night, the river rose.", "Monday night [5 September 2022]"),
        ("The court will hear the case on Monday.", "Monday [12 September 2022]"),
        ("The vote is expected to be held Tuesday.", "Tuesday [13 September 2022]"),
        ("A meeting is scheduled for Wednesday.", "Wednesday [14 September 2022]"),
        ("She resigned yesterday.", "yesterday [8 September 2022]"),
        ("They leave tomorrow.", "tomorrow [10 September 2022]"),
        ("It fell last week.", "last week [29 August–4 September 2022]"),
        ("It fell this week.", "this week [5–11 September 2022]"),
        ("It fell last weekend.", "last weekend [3–4 September 2022]"),
        ("It opened this month.", "this month [September 2022]"),
        ("It opens next year.", "next year [2023]"),
        ("He won last year’s race.", "last year’s [2021]"),
        ("He spoke earlier today.", "earlier today [9 September 2022]"),
    ],
)
def test_days_are_written_out(quote: str, expected: str) -> None:
    assert expected in annotated(quote, FRIDAY)


@pytest.mark.parametrize(
    "quote",
    [
        "The shop was open every Thursday.",
        "Sales fell on Black Friday.",
        "He won on Super Tuesday.",
        "Services were held on Good Friday.",
        "The club met on Thursdays.",
        "He spoke on Thursday, September 8.",
        "He spoke on Sept. 8, a Thursday.",
        "The road was closed through Monday.",
        "It was shown on Saturday Night Live.",
        "The hall is open Monday through Friday.",
        "People today have more.",
        "It could rain on Monday.",
        "The last week was hard.",
        "“I saw him yesterday,” she said.",
        "In May he said that next month he would go.",
    ],
)
def test_what_is_unclear_or_dated_gets_no_note(quote: str) -> None:
    assert annotated(quote, FRIDAY) == quote


def test_without_a_date_of_publication_no_day_is_noted() -> None:
    assert annotated("He spoke on Thursday.", None) == "He spoke on Thursday."


def test_weeks_across_new_year_name_both_years() -> None:
    marked = annotated("It fell last week.", date(2023, 1, 3))
    assert "[26 December 2022–1 January 2023]" in marked


def test_a_day_named_twice_is_noted_once() -> None:
    marked = annotated("He came on Thursday and left on Thursday.", FRIDAY)
    assert marked == "He came on Thursday [8 September 2022] and left on Thursday."


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("He said no.", "He [Ida Lund] said no."),
        ("But she’s gone.", "But she’s gone."),
        ("Her term ends.", "Her [Ida Lund’s] term ends."),
        ("The mayor left.", "The mayor left."),
    ],
)
def test_a_person_is_noted_after_the_first_pronoun(quote: str, expected: str) -> None:
    assert annotated(quote, None, "Ida Lund") == expected.replace("she’s", "she [Ida Lund]’s")


@pytest.mark.parametrize(
    ("sentence", "needed"),
    [
        ("He said no.", True),
        ("But they left the town.", True),
        ("This has angered many.", True),
        ("The latter was sold.", True),
        ("It was built in haste.", True),
        ("It is likely that he will go.", False),
        ("It was unclear who paid.", False),
        ("This year was the worst.", False),
        ("Those who came were glad.", False),
        ("The decision was right.", False),
        ("Herman left the town.", False),
    ],
)
def test_words_that_point_back_are_known(sentence: str, needed: bool) -> None:
    assert needs_antecedent(sentence) is needed


@pytest.mark.parametrize(
    ("sentence", "earlier", "person"),
    [
        ("He left early.", ["Mayor Ole Dahl spoke in Velden."], "Ole Dahl"),
        ("She left early.", ["Ida Lund won the race.", "Lund thanked all voters."], "Ida Lund"),
        ("His plan failed.", ["“It is over,” said Ole Dahl, a banker."], "Ole Dahl"),
        ("He left early.", ["Ole Dahl met Per Holm in Velden."], None),
        ("He left early.", ["Ida Lund said her plan had failed."], None),
        ("He left early.", ["The White House said no."], None),
        ("He thanked Dahl.", ["Ole Dahl spoke in Velden."], None),
        ("They left early.", ["Ole Dahl spoke in Velden."], None),
        ("“He left early,” she said.", ["Ole Dahl spoke in Velden."], None),
        ("He left early.", [], None),
    ],
)
def test_only_a_sure_person_is_named(sentence: str, earlier: list[str], person: str | None) -> None:
    assert antecedent(sentence, earlier) == person


@settings(deadline=None)
@given(QUOTES, st.lists(QUOTES, max_size=3))
def test_any_text_can_be_asked_about(sentence: str, earlier: list[str]) -> None:
    person = antecedent(sentence, earlier)
    assert person is None or person in " ".join(earlier)
