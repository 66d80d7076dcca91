"""What a question's words say of its answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.extraction.answer_kind import Kind, answers_kind, kind_of, only_repeats, parts_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How much did the bidder pay?", Kind.MONEY),
        ("What percent of voters stayed at home?", Kind.SHARE),
        ("How many soldiers share an interpreter?", Kind.NUMBER),
        ("When did the talks begin?", Kind.DATE),
        ("Since what year have they been allies?", Kind.YEAR),
        ("Who sent the troops?", Kind.NAME),
        ("Which country is set to leave?", Kind.NAME),
        ("Why is Beijing worried?", Kind.REASON),
        ("Is Beijing worried?", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_kind(question: str, kind: Kind) -> None:
    assert kind_of(question) is kind


def test_a_sentence_has_the_kind_asked_for() -> None:
    assert [*answers_kind("It cost $3 million.", Kind.MONEY)]
    assert [*answers_kind("They met on Tuesday.", Kind.DATE)]
    assert [*answers_kind("Each group has thirty or 30 men.", Kind.NUMBER)] == ["30"]
    assert not [*answers_kind("They met.", Kind.DATE)]
    assert not [*answers_kind("They met on Tuesday.", Kind.OTHER)]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who came and who left?", ["Who came", "who left?"]),
        ("Who came? When did they leave?", ["Who came", "When did they leave?"]),
        ("Who came? thanks!", ["Who came"]),
        ("Who came? pls answer in one sentence", ["Who came"]),
        ("What links Russia and China?", ["What links Russia and China?"]),
        (
            "How many came, and how much were they paid?",
            ["How many came", "how much were they paid?"],
        ),
    ],
)
def test_parts(question: str, parts: list[str]) -> None:
    assert parts_of(question) == parts


@given(st.text(max_size=300))
def test_any_text_is_read(question: str) -> None:
    assert kind_of(question) in Kind
    assert all(part in question for part in parts_of(question))


@pytest.mark.parametrize(
    ("said", "question", "repeats"),
    [
        ("There are cracked cables.", "How many cables are cracked?", True),
        (
            "There are 14 cracked cables.",
            "How many cables are cracked?",
            False,
        ),
        ("The bridge was closed.", "Who closed the bridge?", True),
        ("The mayor closed the bridge.", "Who closed the bridge?", False),
        ("The bridge was closed.", "Was the bridge closed?", False),
    ],
)
def test_an_echo_is_no_answer(said: str, question: str, repeats: bool) -> None:
    assert only_repeats(said, question) is repeats
