"""What a conversation adds to a question."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer import Turn
from bot.conversation.leaning import leans
from bot.conversation.rewrite import rewrite
from index.embed import StaticEmbedder
from index.retriever import Query
from index.words import Words

WORDS = Words(StaticEmbedder())
SHIP = "Which shipping company has its container ship stuck in the Suez canal?"
TENNIS = "Which tennis player won the men's final at Wimbledon for the fourth time in a row?"


def asked(*questions: str) -> list[Turn]:
    return [t for q in questions for t in (Turn("user", q), Turn("assistant", "So it is."))]


def rewritten(question: str, *before: str) -> Query:
    return rewrite(question, asked(*before), None, WORDS)


def test_a_first_question_stands_alone() -> None:
    query = rewrite("Who came?", [], date(2024, 10, 24), WORDS)
    assert (query.text, query.context, query.as_of) == ("Who came?", (), date(2024, 10, 24))
    assert str(query) == "Who came?"


def test_a_follow_up_takes_the_last_question_and_the_first() -> None:
    query = rewritten("And who left?", "Who hosts the summit?", "When is it?", "Who came?")
    assert query.context == ("Who came?", "Who hosts the summit?")
    assert str(query) == "And who left? [Who came? / Who hosts the summit?]"


def test_nothing_is_added_twice() -> None:
    assert rewritten("Who came?", "Who came?").context == ()
    assert rewritten("Who left?", "Who came?").context == ("Who came?",)


@pytest.mark.parametrize(
    "follow_up",
    [
        "How many sailors were there on board, and are they still on it?",
        "And which insurance company will have to pay for the damage to the cargo?",
        "What about the fishing boats that wait outside the harbour of Alexandria?",
        "Did it have to be towed away by the tugboats of the harbour authority?",
        "Why?",
    ],
)
def test_what_leans_on_the_conversation_takes_it_along(follow_up: str) -> None:
    assert leans(follow_up, WORDS)
    assert rewritten(follow_up, SHIP).context == (SHIP,)


def test_a_new_matter_leaves_the_old_behind() -> None:
    assert rewritten(TENNIS, SHIP).context == ()


def test_what_returns_to_a_matter_takes_that_alone() -> None:
    returning = "How much did tugboats at the Suez canal charge for towing the container ship?"
    assert rewritten(returning, SHIP, TENNIS).context == (SHIP,)


def test_a_pronoun_may_stand_for_what_the_question_itself_names() -> None:
    question = "Which tennis champion announced before Wimbledon that she would retire?"
    assert not leans(question, WORDS)
    assert leans("Which one announced that she would retire before Wimbledon?", WORDS)


@settings(deadline=None)
@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_will_do(question: str, before: list[str]) -> None:
    query = rewritten(question, *before)
    assert query.text == question
    assert set(query.context) <= {*before[-1:], *before[:1]} - {question}
