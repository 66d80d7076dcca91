"""Scripts without blanks are searched by pairs, and letters are found however they are typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.analyzer import terms
from index.text.scripts import other_letters, searchable, sizes


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("灯塔的价格是多少？", "灯塔的价格是三十一万元。"),
        ("灯台の価格はいくらですか？", "灯台の価格は三千万円だった。"),
        ("등대의 가격은 얼마인가요?", "등대의 가격은 3억 원이었다."),
        (unicodedata.normalize("NFD", "Zoë Größl"), "Zoë Grössl"),
        ("ราคาตั๋ว", "ราคาตั๋วเก้ามงกุฎ"),
    ],
)
def test_a_question_has_the_terms_of_its_answer(question: str, text: str) -> None:
    asked = {*terms(question)}
    assert asked
    assert asked <= {*terms(text)}


def test_words_that_only_join_are_no_terms() -> None:
    assert terms("渡轮为什么停航？") == ["渡轮", "停航"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [("Groessl", "Grössl"), ("Müller", "Mueller"), ("Kuestenwaechter", "Küstenwächter")],
)
def test_other_letters(typed: str, written: str) -> None:
    assert written in other_letters(typed)


def test_letters_without_another_way_have_none() -> None:
    assert [*other_letters("Hamm")] == []
    assert len([*other_letters("ae" * 50)]) < 10


@pytest.mark.parametrize(
    ("text", "size"),
    [("two words", 2), ("渡轮恢复航行", 3), ("the 渡轮", 2), ("", 0), ("가 나", 2)],
)
def test_sizes(text: str, size: int) -> None:
    assert sizes(text) == size


@given(st.text())
def test_no_letter_is_added(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert {*searchable(text)} <= {*composed, " "}
