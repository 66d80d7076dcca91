"""Small words of questions in other languages than English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.small_words import small_words, without_small_words


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Wer ist die Kapitänin der Fähre?", ["Kapitänin", "Fähre"]),
        ("Welche Ministerin will Lehrer einstellen?", ["Ministerin", "Lehrer", "einstellen"]),
        ("Quelle ministre recrute des enseignants ?", ["ministre", "recrute", "enseignants"]),
        ("¿Quién ganó la copa?", ["ganó", "copa"]),
        ("Сколько домов остались без света?", ["домов", "остались", "света"]),
        ("Por que a ponte foi fechada?", ["ponte", "fechada"]),
    ],
)
def test_small_words_are_left_out(question: str, kept: list[str]) -> None:
    assert without_small_words(question).strip("?¿ ").split() == kept


@pytest.mark.parametrize(
    "question",
    [
        "Will war in Iran end?",
        "Who is Der Spiegel's editor?",
        "When does Die Zeit open?",
        "los angeles la liga",
        "Die Hard actor",
        "Who is in the den?",
        "Wer ist die?",  # nothing would be left
        "誰が船長ですか？",
        "",
    ],
)
def test_english_and_what_is_unknown_stays_as_it_is(question: str) -> None:
    assert without_small_words(question) == question


@given(st.text(max_size=80))
def test_what_is_left_out_is_a_word_of_the_question(question: str) -> None:
    words = {word.lower() for word in question.replace("_", " ").split()}
    assert all(any(small in word for word in words) for small in small_words(question))
    assert set(without_small_words(question)) <= set(question)
