"""Each metric on one answer, and text compared as SQuAD compares it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.figures.metrics import (
    METRICS,
    chosen_choice,
    citation_verbatim,
    cited_claims,
    normalised,
    retrieval,
)
from evals.gold.format import Gold
from evals.gold.strings import flatten
from evals.run.runs import Record

BRIDGE = "The harbour bridge was closed on Monday after 12 cables had rusted through."


def gold(*answers: str, sources: tuple[str, ...] = ("a",), **more: Any) -> Gold:
    more = {"kind": "answerable" if answers else "unanswerable"} | more
    return Gold("q", "When was it closed?", answers, sources if answers else (), **more)


def cite(n: int, quote: str, **more: Any) -> dict[str, Any]:
    return {"n": n, "source": "a", "title": "Bridge", "published": "2024-10-24"} | {
        "quote": quote,
        **more,
    }


def record(g: Gold, text: str = f"{BRIDGE} [1]", **more: Any) -> Record:
    answer = {"status": "answered", "answer": text, "citations": [cite(1, BRIDGE)], "passages": []}
    return Record(g, answer | more)


def declined(g: Gold) -> Record:
    return record(g, "The articles do not answer this.", status="abstained", citations=[])


def passages(*sources: str) -> list[dict[str, Any]]:
    return [{"source": source, "text": f"text of {source}", "score": 1.0} for source in sources]


@pytest.mark.parametrize(
    ("metric", "found", "expected"),
    [
        ("answer_hit", record(gold("monday")), (1, 1)),
        ("answer_hit", record(gold("Mon")), (0, 1)),
        ("answer_hit", record(gold("Tuesday", "12 cables")), (1, 1)),
        ("answer_hit", declined(gold("monday")), (0, 1)),
        ("answer_hit", record(gold()), None),
        ("answer_hit", record(gold("a long answer " * 5)), None),
        ("answer_hit_when_answered", declined(gold("monday")), None),
        ("exact_match", record(gold("Monday"), "On Monday [1]"), (0, 1)),
        ("exact_match", record(gold("the Monday."), "Monday [1]"), (1, 1)),
        ("f1", record(gold("Monday"), "On Monday [1]"), (pytest.approx(2 / 3), 1)),
        ("f1", declined(gold("Monday")), (0, 1)),
        ("words", record(gold("Monday"), "On Monday [1]"), (3, 1)),
        ("words", declined(gold("Monday")), None),
        ("cited", record(gold("Monday")), (1, 1)),
        ("cited", record(gold("Monday"), citations=[]), (0, 1)),
        ("cited", declined(gold("Monday")), None),
        ("citation_precision", record(gold("Monday", sources=("b",))), (0, 1)),
        ("citation_recall", record(gold("Monday", sources=("a", "b"))), (1, 2)),
        ("answered", record(gold("Monday")), (1, 1)),
        ("answered", declined(gold("Monday")), (0, 1)),
        ("answered", record(gold()), None),
        ("decline_recall", declined(gold()), (1, 1)),
        ("decline_recall", record(gold()), (0, 1)),
        ("decline_precision", declined(gold("Monday")), (0, 1)),
        ("decline_precision", declined(gold()), (1, 1)),
        ("decline_precision", record(gold()), None),
        ("decline_precision", record(gold(), status="reply"), None),
        ("decline_recall", record(gold(), status="reply"), (1, 1)),
        ("answered", record(gold("Monday"), status="reply"), (0, 1)),
        ("asked_back", record(gold(kind="underspecified"), status="clarify"), (1, 1)),
        ("unclear_not_answered", record(gold(kind="underspecified")), (0, 1)),
        ("decline_precision", declined(gold(kind="underspecified")), None),
    ],
)
def test_one_answer(metric: str, found: Record, expected: tuple[float, float] | None) -> None:
    assert METRICS[metric](found) == expected


def test_the_first_passages_are_looked_at() -> None:
    found = record(gold("text of c"), passages=passages("a", "b", "c"))
    assert METRICS["answer_recall@1"](found) == (0, 1)
    assert METRICS["answer_recall@5"](found) == (1, 1)


def test_retrieval_by_sources_each_counted_once() -> None:
    g = gold("x", sources=("b", "z"))
    found = retrieval([record(g, passages=passages("a", "a", "b", "c")), record(gold())])
    assert found["mrr"] == [(0.5, 1), None]
    assert found["hit@1"] == [(0, 1), None]
    assert found["hit@5"] == [(1, 1), None]
    assert found["recall@5"] == [(0.5, 1), None]
    assert METRICS["capped_recall@1"](record(g, passages=passages("b"))) == (1, 1)


@pytest.mark.parametrize("name", ["a\ud800", "\udcff", "a\0b", "", "a" * 100_000])
def test_retrieval_by_sources_of_any_name(name: str) -> None:
    g = gold("Monday", sources=(name,))
    found = retrieval([record(g, passages=passages("b", name))])
    assert found["mrr"] == [(0.5, 1)]
    assert found["recall@5"] == [(1.0, 1)]


def test_retrieval_that_found_nothing_is_zero_and_not_left_out() -> None:
    found = retrieval([record(gold("x"), passages=[]), record(gold("x"), passages=passages("a"))])
    assert found["hit@5"] == [(0, 1), (1, 1)]
    assert found["mrr"] == [(0, 1), (1, 1)]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("It was Breaking Bad. [1]", "Breaking Bad"),
        ("It was breaking news about Squid Game. [1]", "“Squid Game”"),
        ("Breaking Bad and Squid Game. [1]", None),
        ("Neither. [1]", None),
    ],
)
def test_the_choice_an_answer_supports(text: str, chosen: str | None) -> None:
    g = gold("Squid Game", choices=("Breaking Bad", "“Squid Game”", "Friends"))
    assert chosen_choice(record(g, text)) == chosen
    assert METRICS["choice"](record(g, text)) == (chosen == "“Squid Game”", 1)


def test_choices_without_the_gold_answer_say_nothing() -> None:
    assert METRICS["choice"](record(gold("Other", choices=("A", "B")))) is None


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("One. [1] Two! [2][3]", [("One.", [1]), ("Two!", [2, 3])]),
        ("One [1]. Two [2].", [("One", [1]), ("Two", [2])]),
        ("Nobody cited this. This is cited. [1] Nor this.", [("This is cited.", [1])]),
        ("No citation.", []),
        ("[1]", []),
    ],
)
def test_claims_are_the_sentences_with_a_marker(
    text: str, claims: list[tuple[str, list[int]]]
) -> None:
    assert list(cited_claims(text)) == claims


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        (BRIDGE, 1),
        ("It was closed after 12 cables had rusted.", 1),
        ("It was closed after 13 cables had rusted.", 0),
        ("On 24 October 2024 the bridge was closed.", 1),
        ("On 25 October 2024 the bridge was closed.", 0),
        ("It was closed by Mayor Hill.", 0),
        ("It was closed on Monday.", 1),
        ("It was closed on Tuesday.", 0),
    ],
)
def test_a_quote_must_hold_numbers_names_and_dates(claim: str, supported: int) -> None:
    assert METRICS["citation_support"](record(gold("x"), f"{claim} [1]")) == (supported, 1)


def test_a_marker_without_citation_supports_nothing() -> None:
    assert METRICS["citation_support"](record(gold("x"), f"{BRIDGE} [2]")) == (0, 1)


def test_numbers_are_compared_without_their_commas() -> None:
    quoted = [cite(1, "More than1,750 people in the 79th year.")]
    found = record(gold("x"), "It was 1750 people in the 79th year. [1]", citations=quoted)
    assert METRICS["citation_support"](found) == (1, 1)


@pytest.mark.parametrize(
    ("more", "text", "stands"),
    [
        ({}, f"Rain.\n{BRIDGE}", 1),
        ({}, BRIDGE.replace(" closed", "\nclosed"), 1),
        ({}, BRIDGE.replace("12", "13"), 0),
        ({"start": 6, "end": 6 + len(BRIDGE)}, f"Rain. {BRIDGE}", 1),
        ({"start": 5, "end": 5 + len(BRIDGE)}, f"Rain. {BRIDGE}", 0),
        ({}, None, 0),
    ],
)
def test_a_quote_stands_in_its_article(more: dict[str, int], text: str | None, stands: int) -> None:
    found = record(gold("x"), citations=[cite(1, BRIDGE, **more)])
    assert citation_verbatim({"a": text}.get, found) == (stands, 1)


def test_an_empty_quote_stands_nowhere() -> None:
    assert citation_verbatim({"a": BRIDGE}.get, record(gold("x"), citations=[cite(1, "")])) == (
        0,
        1,
    )


def test_words_as_squad_compares_them() -> None:
    assert normalised("The “Squid Game”, a show!") == ["squid", "game", "show"]


@given(st.text())
def test_flat_text_is_words_with_a_space_around_each(text: str) -> None:
    flat = flatten(text)
    assert flat == f" {' '.join(flat.split())} "
    assert flatten(flat) == flat
    assert not flat.strip() or flat in flatten(f"x {text} y")
