import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer import Citation
from bot.differences.conflicts import differing
from index.article import Passage
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.search.retriever import Query

WORDS = Words(StaticEmbedder())
PAIRS = [
    *map(json.loads, Path(__file__).with_name("conflicts.jsonl").read_text("utf-8").splitlines())
]
QUESTION = "How many people were killed in the ferry accident off Corin?"
OLD = "Twelve people died in the ferry accident off Corin."
NEW = "The ferry accident off Corin killed 15 people, police said."


def passage(source: str, text: str, day: int | None = None) -> Passage:
    published = date(2024, 1, day) if day else None
    return Passage(source, source, published, None, text, 0, len(text))


def whole(p: Passage) -> Citation:
    return Citation(1, p.source, p.title, p.published, p.url, p.text, p.start, p.end)


def says(passages: Sequence[Passage], quoted: int = 0, query: Query | None = None) -> list[str]:
    found = differing(query or Query(QUESTION), [whole(passages[quoted])], passages, WORDS)
    return [stated.says for stated in found]


@pytest.mark.parametrize("quoted", [0, 1])
@pytest.mark.parametrize("pair", PAIRS, ids=[pair["kind"] for pair in PAIRS])
def test_only_what_differs_is_told(pair: dict[str, Any], quoted: int) -> None:
    passages = [
        Passage(source, title, day and date.fromisoformat(day), None, text, 0, len(text))
        for source, (day, text, title) in zip("ab", (pair["one"], pair["other"]), strict=True)
    ]
    assert says(passages, quoted, Query(pair["question"])) == pair["says"]


def test_there_are_many_shapes_of_both() -> None:
    different = sum(bool(pair["says"]) for pair in PAIRS)
    assert different >= 20 and len(PAIRS) - different >= 20


def test_quotes_stand_in_their_articles() -> None:
    passages = [passage("a", f"Seas were high. {OLD}", 1), passage("b", NEW, 3)]
    own = Citation(1, "a", "a", date(2024, 1, 1), None, OLD, 16, 16 + len(OLD))
    older, newer = differing(Query(QUESTION), [own], passages, WORDS)
    assert (older.quote, newer.quote.source) == (own, "b")
    assert passages[1].text[newer.quote.start : newer.quote.end] == newer.quote.quote == NEW


def test_what_is_not_quoted_is_not_compared() -> None:
    passages = [passage("a", OLD), passage("b", NEW), passage("c", "Seas were high off Corin.")]
    assert says(passages, 2) == []


def test_several_that_say_the_same_are_told_once_by_the_newest() -> None:
    again = "In the ferry accident off Corin 15 people died."
    passages = [passage("a", OLD, 1), passage("b", NEW, 2), passage("c", again, 3)]
    found = differing(Query(QUESTION), [whole(passages[0])], passages, WORDS)
    assert [(s.says, s.quote.source) for s in found] == [("Twelve", "a"), ("15", "c")]


def test_no_more_than_three_are_told() -> None:
    more = [f"The ferry accident off Corin killed {n} people." for n in (15, 21, 34, 47)]
    passages = [passage("a", OLD, 1), *(passage(f"b{n}", t, n) for n, t in enumerate(more, 2))]
    assert says(passages) == ["Twelve", "34", "47"]


def test_a_follow_up_is_compared_on_what_was_asked_before() -> None:
    passages = [passage("a", OLD), passage("b", NEW), passage("c", "A storm in Pell killed 9.")]
    query = Query("How many people were killed?", ("What about the ferry accident off Corin?",))
    assert says(passages, 0, query) == ["Twelve", "15"]


TEXT = st.text(st.sampled_from("aAbB12 .,“”'’-()[]$%\nüé–"), max_size=60)
SENTENCE = st.sampled_from([p[side][1] for p in PAIRS for side in ("one", "other")])
ASKED = st.sampled_from([pair["question"] for pair in PAIRS])


@settings(max_examples=60, deadline=None)
@given(TEXT | ASKED, st.lists(TEXT | SENTENCE, min_size=2, max_size=4))
def test_whatever_is_told_stands_there(question: str, texts: list[str]) -> None:
    passages = [passage(str(n), text) for n, text in enumerate(texts)]
    found = differing(Query(question), [whole(passages[0])], passages, WORDS)
    assert len(found) != 1
    for stated in found:
        assert stated.says in stated.quote.quote in texts


def test_only_sentences_that_answer_are_compared() -> None:
    passages = [passage("a", OLD, 1), passage("b", NEW, 3)]
    own = [whole(passages[0])]
    assert differing(Query(QUESTION), own, passages, WORDS, lambda text: True)
    assert differing(Query(QUESTION), own, passages, WORDS, lambda text: text != NEW) == ()
