"""Marks: at the words that are meant, and no letter of the text is lost."""

from hypothesis import given
from hypothesis import strategies as st

from evals.figures.metrics import holds_gold
from evals.gold.format import Gold
from evals.gold.strings import SHORT
from evals.report.marking import Pieces, in_context, marked, places

ARTICLE = f"{'Rain fell. ' * 60}The bridge was closed on Monday. {'Boats sail. ' * 60}"
QUOTE = "The bridge was closed on Monday."
TEXTS = st.text(st.sampled_from("abAB 12.,-’'İßé½\n"), max_size=60)


def bearing(mark: str, pieces: Pieces) -> list[str]:
    return [text for text, found in pieces if found == mark]


@given(TEXTS, st.lists(TEXTS, max_size=3), st.lists(st.integers(0, 60), min_size=2, max_size=2))
def test_pieces_are_the_whole_text(text: str, gold: list[str], cuts: list[int]) -> None:
    start, end = sorted(min(cut, len(text)) for cut in cuts)
    pieces = marked(text, gold, [(start, end)])
    assert "".join(piece for piece, _ in pieces) == text
    quoted = [piece for piece, mark in pieces if mark in ("quote", "both")]
    assert "".join(quoted) == text[start:end]


@given(st.lists(st.sampled_from(["Mauna Loa", "38", "U.S.", "don’t", "é", ".", "-"]), max_size=8))
def test_what_is_marked_is_what_is_counted_as_a_hit(words: list[str]) -> None:
    text = " ".join(words)
    for answer in ("mauna loa", "u s", "É", "loa 38", "3"):
        gold = Gold("1", "?", (answer,), (), "answerable")
        assert len(answer.split()) <= SHORT
        assert bool(places(answer, text)) == holds_gold(gold, text)


def test_whole_words_whatever_the_case_and_punctuation() -> None:
    text = "Squid Games? No: “SQUID-game”!"
    assert [text[start:end] for start, end in places("“Squid Game”", text)] == ["SQUID-game"]
    assert places("...", text) == []


def test_a_gold_answer_inside_a_quote_bears_both_marks() -> None:
    pieces = marked("It was closed on Monday, they said.", ["Monday"], [(0, 23)])
    assert (bearing("quote", pieces), bearing("both", pieces)) == (
        ["It was closed on "],
        ["Monday"],
    )


def test_a_quote_stands_in_its_neighbourhood() -> None:
    start = ARTICLE.index(QUOTE)
    citation = {"source": "a", "quote": QUOTE, "start": start, "end": start + len(QUOTE)}
    pieces, found = in_context(citation, [], {"a": ARTICLE}.get, [])
    whole = "".join(text for text, _ in pieces)
    assert found
    assert bearing("quote", pieces) == [QUOTE]
    assert whole.startswith("… ")
    assert whole.endswith(" …")
    assert len(whole) < 700


def test_the_place_named_decides_between_two_alike() -> None:
    text = f"First. {QUOTE} Then again. {QUOTE} Last."
    citation = {"source": "a", "quote": QUOTE, "start": text.rindex(QUOTE)}
    pieces, _ = in_context(citation, [], {"a": text}.get, [])
    assert pieces[0][0].endswith("Then again. ")


def test_a_passage_serves_where_the_article_is_not_at_hand() -> None:
    citation = {"source": "a", "quote": QUOTE}
    passages = [{"source": "b", "text": QUOTE}, {"source": "a", "text": f"So. {QUOTE} Yes."}]
    assert in_context(citation, passages, None, []) == (
        [("So. ", ""), (QUOTE, "quote"), (" Yes.", "")],
        True,
    )


def test_a_quote_that_stands_nowhere_is_shown_as_such() -> None:
    citation = {"source": "a", "quote": "Never said.", "start": 3}
    assert in_context(citation, [], {"a": ARTICLE}.get, []) == ([("Never said.", "quote")], False)
