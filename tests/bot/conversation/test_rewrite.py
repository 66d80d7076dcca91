"""What a conversation adds to a question."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer import Turn
from bot.conversation.rewrite import MARGIN, readings, surest
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.search.retriever import Query

WORDS = Words(StaticEmbedder())
SHIP = "Which shipping company has its container ship stuck in the Suez canal?"
TENNIS = "Which tennis player won the men's final at Wimbledon for the fourth time in a row?"


def asked(*questions: str) -> list[Turn]:
    return [t for q in questions for t in (Turn("user", q), Turn("assistant", "So it is."))]


def read(question: str, *before: str) -> tuple[Query, ...]:
    return readings(question, asked(*before), None, WORDS)


def contexts(question: str, *before: str) -> list[tuple[str, ...]]:
    return [query.context for query in read(question, *before)]


def test_a_first_question_stands_alone() -> None:
    [query] = readings("Who came?", [], date(2024, 10, 24), WORDS)
    assert (query.text, query.context, query.as_of) == ("Who came?", (), date(2024, 10, 24))
    assert str(query) == "Who came?"


def test_a_follow_up_takes_the_last_question_and_what_that_needs() -> None:
    [query] = read("And how many of them?", TENNIS, SHIP, "Who owns it?")
    assert query.context == ("Who owns it?", SHIP)
    assert str(query) == f"And how many of them? [Who owns it? / {SHIP}]"


def test_a_follow_up_goes_back_to_the_first_question_on_its_topic() -> None:
    insured = "Which company insured the container ship?"
    harbour = "Is the harbour of Alexandria closed to fishing boats?"
    assert contexts("And why?", SHIP, harbour, insured) == [(insured, SHIP)]
    assert contexts("And why?", TENNIS, harbour, insured) == [(insured,)]


def test_the_answer_can_show_that_the_topic_is_the_same() -> None:
    before = [Turn("user", "What is stuck at Suez?"), Turn("assistant", "A container ship. [1]")]
    before += asked("Who are the sailors on the container ship?")
    [query] = readings("Why?", before, None, WORDS)
    assert query.context == ("Who are the sailors on the container ship?", "What is stuck at Suez?")


def test_nothing_is_added_twice() -> None:
    assert contexts(SHIP, SHIP) == [()]


@pytest.mark.parametrize("courtesy", ["Thanks!", "ok cool", "Thank you so much.", "👍"])
def test_courtesies_between_two_turns_change_nothing(courtesy: str) -> None:
    assert read("Who owns it?", SHIP, courtesy) == read("Who owns it?", SHIP)


def test_a_complete_question_on_another_topic_takes_nothing() -> None:
    assert contexts(TENNIS, SHIP) == [()]
    assert contexts("Who is Lloyd Austin?", SHIP) == [()]


def test_a_complete_question_on_the_same_topic_is_tried_alone_first() -> None:
    returning = "How much did tugboats at the Suez canal charge for towing the container ship?"
    assert contexts(returning, TENNIS, SHIP) == [(), (SHIP,)]


def test_a_sentence_that_names_nothing_is_tried_alone_first() -> None:
    assert contexts("When did the war begin?", SHIP) == [(), (SHIP,)]


@pytest.mark.parametrize("question", ["the oil supplies", "So who insured the cargo in Egypt?"])
def test_what_goes_on_is_tried_with_the_turn_before_it_first(question: str) -> None:
    assert contexts(question, SHIP) == [(SHIP,), ()]


def test_another_reading_must_be_clearly_surer() -> None:
    assert surest([0.5, 0.5 + MARGIN / 2]) == 0
    assert surest([0.5, 0.6 + MARGIN]) == 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=2))
def test_one_reading_is_kept(confidences: list[float]) -> None:
    kept = surest(confidences)
    assert all(c - MARGIN <= confidences[kept] for c in confidences)


@settings(deadline=None)
@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_will_do(question: str, before: list[str]) -> None:
    queries = read(question, *before)
    assert 1 <= len(queries) <= 2
    assert len({*queries}) == len(queries)
    for query in queries:
        assert query.text == question
        assert set(query.context) <= {*before} - {question}
