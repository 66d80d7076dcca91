"""Questions are understood in the words of the collection."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.extraction.answerability import answerability_features
from bot.extraction.scoring import SentenceScorer
from bot.extraction.weights import shipped_weights
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.search.retriever import Evidence, Query, Retriever
from index.store import Store

TEXTS = {
    "envoy": "President Mirela Zovkovic met envoys from North Korea at the Palace of Tirnova. "
    "Zovkovic said that the government of Tirnova would send seamstresses to the fair.",
    "fair": "The United Nations opened its lantern fair in Tirnova. Some 75 stalls sold paper "
    "lanterns, and the president came with his interpreter.",
    "harbour": "The harbor of Quillan lay closed, said Quillan's mayor, Baldomero Estevez. "
    "Baldomero Estevez blamed a storm. The parliament of Quillan meets on Friday.",
    "tariff": "China raised its tariff on lanterns, officials in Beijing announced. Traders in "
    "Tirnova complained. President Zovkovic called the tariff unfair.",
}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    folder = tmp_path_factory.mktemp("articles")
    rows = [{"id": key, "title": key.capitalize(), "text": text} for key, text in TEXTS.items()]
    (folder / "news.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with Store.open(folder / "store", StaticEmbedder()) as store:
        store.sync([folder / "news.jsonl"])
        yield Retriever(store, Words(StaticEmbedder()))


def found(retriever: Retriever, question: str) -> Evidence:
    return retriever.retrieve(Query(question))


def names_missing(retriever: Retriever, question: str) -> float:
    scorer = SentenceScorer(None, StaticEmbedder(), shipped_weights())
    return answerability_features(scorer.score(found(retriever, question)))["names_missing"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what did mirela zovkovci say?", "what did mirela Zovkovic say?"),
        ("Who is Zovkovik?", "Who is Zovkovic?"),
        ("wat did the presdient say?", "what did the president say?"),
        ("waht did the interpretr do?", "what did the interpreter do?"),
        ("What did Baldomero Esteves blame?", "What did Baldomero Estevez blame?"),
        ("Did the DPRK send envoys?", "Did the North Korea send envoys?"),
        ("seventy-five stalls of what?", "75 stalls of what?"),
        ("Why is the harbour closed?", "Why is the harbor closed?"),
    ],
)
def test_the_question_is_put_in_the_words_of_the_collection(
    retriever: Retriever, typed: str, meant: str
) -> None:
    evidence = found(retriever, typed)
    assert evidence.query.meant == meant
    assert evidence.query.text == typed


@pytest.mark.parametrize(
    "question",
    [
        "What did Mirela Zovkovic say?",
        "What is the weather in Tirnova?",
        "Who painted the car?",
        "Did Marella Zupanc resign?",
        "What did the United Nations open?",
        "",
    ],
)
def test_words_that_are_right_or_of_something_else_stay(
    retriever: Retriever, question: str
) -> None:
    assert found(retriever, question).query.corrected is None


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("What did Zovkovci say?", "What did Zovkovic say?"),
        ("What did the UN open?", "What did the United Nations open?"),
        ("What did the DPRK's envoys do?", "What did North Korea's envoys do?"),
    ],
)
def test_a_name_written_otherwise_is_no_missing_name(
    retriever: Retriever, question: str, right: str
) -> None:
    asked, plain = (names_missing(retriever, q) for q in (question, right))
    assert asked <= plain + 0.01
    assert names_missing(retriever, "What did Przemyslaw open?") > 0.2


def test_a_capital_is_a_weaker_match_than_the_name(retriever: Retriever) -> None:
    sought = found(retriever, "Why does Quillan like Beijing?").sought
    assert sought.attention["china"] < sought.attention["beij"]
    assert "china" not in sought.importance


@given(st.text(max_size=60))
@example("AAAA\U00013460")  # a word to Python, and two to the word index
def test_any_text_is_understood(retriever: Retriever, text: str) -> None:
    assert isinstance(found(retriever, text).query.meant, str)
