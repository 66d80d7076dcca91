"""Quoted answers: the sentence that answers comes first, and little else."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.task import Task, TaskKind
from bot.extraction.digest import first_sentences
from bot.extraction.extractive import PLAIN, SEVERAL, Room, choose_quotes, room_for
from bot.extraction.reader import built_in_reader
from bot.extraction.scoring import PASSAGES, ScoredSentences, SentenceScorer
from bot.extraction.weights import shipped_weights
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.search.retriever import Query, Retriever
from index.store import Store

ROWS = [
    {
        "id": "dam",
        "title": "Dam at Velsk is closed",
        "published": "2024-05-10",
        "text": "By Ada Mirelli\n\nDam at Velsk is closed\n\nEngineers closed the dam at Velsk on "
        "Thursday. They found 12 cracks in its wall. Mayor Ines Calder said that repairs would "
        "cost four million euros. She asked farmers to save water until June.\n\nREAD MORE: Dams "
        "of the region\n\nWhat will become of the lake?\n",
    },
    {
        "id": "lake",
        "title": "Lake below the dam runs dry",
        "published": "2024-05-12",
        "text": "The lake below the dam at Velsk has lost half of its water. Fishermen moved "
        "their boats to the river.\n",
    },
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("articles")
    (folder / "news.jsonl").write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    with Store.open(folder / "store", StaticEmbedder()) as opened:
        opened.sync([folder / "news.jsonl"])
        yield opened


@pytest.fixture(scope="module")
def scorer() -> SentenceScorer:
    return SentenceScorer(built_in_reader(), StaticEmbedder(), shipped_weights())


def score(store: Store, scorer: SentenceScorer, question: str) -> ScoredSentences:
    retriever = Retriever(store, Words(StaticEmbedder()))
    return scorer.score(retriever.retrieve(Query(question), PASSAGES))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many cracks were found in the dam?", "12 cracks"),
        ("What would repairs of the dam cost?", "four million euros"),
        ("Where did the fishermen move their boats?", "to the river"),
        ("Who is Ines Calder?", "Mayor Ines Calder"),
    ],
)
def test_the_first_quote_answers(
    store: Store, scorer: SentenceScorer, question: str, answer: str
) -> None:
    first, *_ = choose_quotes(score(store, scorer, question))
    assert answer in first.text


def test_what_is_no_sentence_is_not_quoted(store: Store, scorer: SentenceScorer) -> None:
    found = score(store, scorer, "What do we read about the dam at Velsk?")
    texts = {s.text for s in found.sentences}
    assert "Engineers closed the dam at Velsk on Thursday." in texts
    assert not texts & {"Dam at Velsk is closed", "What will become of the lake?"}
    assert not any("READ MORE" in text or "Mirelli" in text for text in texts)


def test_a_weekday_has_its_date_in_what_is_shown(store: Store, scorer: SentenceScorer) -> None:
    first, *_ = choose_quotes(score(store, scorer, "When did engineers close the dam?"))
    assert "on Thursday [9 May 2024]" in first.shown
    assert "[" not in first.text


def test_passages_are_ordered_by_their_best_sentence(store: Store, scorer: SentenceScorer) -> None:
    found = score(store, scorer, "Where did the fishermen move their boats?")
    assert found.evidence.hits[0].candidate.source == "lake"
    assert found.sentences[0].hit == 0


@settings(max_examples=40, deadline=None)
@given(
    words=st.integers(1, 120),
    sentences=st.integers(1, 6),
    question=st.sampled_from(["What about the dam?", "Who said what about repairs?", "lake"]),
)
def test_quotes_keep_to_their_room(
    store: Store, scorer: SentenceScorer, words: int, sentences: int, question: str
) -> None:
    quotes = choose_quotes(score(store, scorer, question), Room(words, sentences, 5.0))
    assert 1 <= len(quotes) <= sentences
    for quote in quotes:
        c = quote.candidate
        assert c.text[quote.start - c.start : quote.end - c.start] == quote.text
    assert len(quotes) == 1 or sum(len(q.text.split()) + 1 for q in quotes) <= words


def test_tasks_have_more_room_than_questions() -> None:
    assert room_for(Task(TaskKind.NONE, "the dam"), None) == PLAIN
    assert room_for(Task(TaskKind.SUMMARIZE, "the dam"), None) == SEVERAL
    assert room_for(Task(TaskKind.NONE, "the dam", newest_first=True), 2).sentences == 2


def test_a_digest_begins_with_the_newest(store: Store) -> None:
    every = first_sentences(store, None, SEVERAL)
    assert [q.candidate.source for q in every] == ["lake", "lake", "dam", "dam"]
    assert every[2].text == "Engineers closed the dam at Velsk on Thursday."
    early = first_sentences(store, date(2024, 5, 11), SEVERAL)
    assert {q.candidate.source for q in early} == {"dam"}


def test_without_a_reader_other_weights_are_used(store: Store) -> None:
    alone = SentenceScorer(None, StaticEmbedder(), shipped_weights())
    found = score(store, alone, "How many cracks were found in the dam?")
    assert found.weights is shipped_weights().unread
    assert "12 cracks" in choose_quotes(found)[0].text
