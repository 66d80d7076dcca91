"""What a conversation adds to a question."""

from datetime import date

from bot.answer import Turn
from bot.rewrite import rewrite


def asked(*questions: str) -> list[Turn]:
    return [t for q in questions for t in (Turn("user", q), Turn("assistant", "So it is."))]


def test_a_first_question_stands_alone() -> None:
    query = rewrite("Who came?", [], date(2024, 10, 24))
    assert (query.text, query.context, query.as_of) == ("Who came?", (), date(2024, 10, 24))
    assert str(query) == "Who came?"


def test_a_follow_up_takes_the_last_question_and_the_first() -> None:
    query = rewrite(
        "And who left?", asked("Who hosts the summit?", "When is it?", "Who came?"), None
    )
    assert query.context == ("Who came?", "Who hosts the summit?")
    assert str(query) == "And who left? [Who came? / Who hosts the summit?]"


def test_nothing_is_added_twice() -> None:
    assert rewrite("Who came?", asked("Who came?"), None).context == ()
    assert rewrite("Who left?", asked("Who came?"), None).context == ("Who came?",)
