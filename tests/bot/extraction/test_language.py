"""English is told from other languages, and questions in these ask for the same things."""

import pytest

from bot.extraction.answer_kind import Kind, answers_kind, kind_of
from bot.extraction.language import is_foreign, may_be_foreign
from bot.extraction.sentences import Kind as SentenceKind
from bot.extraction.sentences import sentences_of


@pytest.mark.parametrize(
    "text",
    [
        "Wer ist Petra Groessl?",
        "Qui est le maire ?",
        "¿Quién es el alcalde?",
        "Hvem er borgmester?",
        "谁是市长？",
        "Кто мэр города?",
        "시장은 누구인가요?",
        "Die Brücke ist seit Montag gesperrt.",
    ],
)
def test_other_languages(text: str) -> None:
    assert is_foreign(text)


@pytest.mark.parametrize(
    "text",
    ["Who is Zoë Müller?", "Why did the actor die?", "Who directed La La Land?", "Las Vegas", ""],
)
def test_english(text: str) -> None:
    assert not is_foreign(text)


@pytest.mark.parametrize(
    ("question", "kind", "answer"),
    [
        ("Warum wurde die Brücke gesperrt?", Kind.REASON, "Sie ist zu, weil sie einen Riss hat."),
        ("Wie viel kostet ein Fahrschein?", Kind.MONEY, "Ein Fahrschein kostet zwei Euro."),
        ("Quand est le concert ?", Kind.DATE, "Le concert est le samedi à la tour."),
        ("渡轮为什么停航？", Kind.REASON, "修理的原因是螺旋桨损坏。"),
        ("票价是多少？", Kind.MONEY, "每人十二元。"),
        ("次の演奏会はいつですか？", Kind.DATE, "次の演奏会は六月三日に開かれる。"),
    ],
)
def test_questions_ask_for_a_kind(question: str, kind: Kind, answer: str) -> None:
    assert kind_of(question) is kind
    assert [*answers_kind(answer, kind)]
    assert not [*answers_kind("The tower is tall.", kind)]


@pytest.mark.parametrize(
    "sentence",
    [
        "La reforma cuesta nueve millones de coronas, dijo el arquitecto Iván Peña.",
        "Arbejdet koster ni millioner kroner, siger arkitekt Åse Bækgård.",
        "Die Läden bleiben geöffnet.",
        "Bussarna kör genom tunneln.",
        "입장료는 9천 원이다.",
    ],
)
def test_short_sentences_of_other_languages_may_be_quoted(sentence: str) -> None:
    assert [s.kind for s in sentences_of(sentence)] == [SentenceKind.SENTENCE]


@pytest.mark.parametrize(
    "text", ["The café, a façade, was shut.", "Café Zoë", "Ångström units only."]
)
def test_a_letter_does_not_make_a_text_foreign(text: str) -> None:
    assert not may_be_foreign(text)


@pytest.mark.parametrize("money", ["38,000 crowns", "9 zlotys", "¥500", "CHF 20", "20 kroner"])
def test_money_has_many_names(money: str) -> None:
    assert [*answers_kind(f"It cost the town {money}.", Kind.MONEY)]
    assert not [*answers_kind("Of 38,000 runners 20 won medals.", Kind.MONEY)]


def test_sentences_of_other_languages_may_be_quoted() -> None:
    text = "渡轮恢复航行。票价保持不变！谁是市长？\n\nDie Brücke ist seit Montag gesperrt. 渡轮恢复"
    assert [sentence.kind for sentence in sentences_of(text)] == [
        SentenceKind.FRAGMENT,
        SentenceKind.FRAGMENT,
        SentenceKind.QUESTION,
        SentenceKind.SENTENCE,
        SentenceKind.FRAGMENT,
    ]
