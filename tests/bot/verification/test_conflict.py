from datetime import date

import pytest

from bot.answer import Citation
from bot.verification.conflict import Conflict, conflicts, witnesses
from index.article import Passage
from index.embed import StaticEmbedder
from index.words import Words

WORDS = Words(StaticEmbedder())
LONG = "A ferry sank off Corin in heavy seas on Sunday night, and twelve people died in the water."


def quote(source: str, text: str, day: int) -> Citation:
    return Citation(1, source, source, date(2024, 1, day), None, text, 0, len(text))


def passage(source: str, text: str) -> Passage:
    return Passage(source, source, None, None, text, 0, len(text))


def between(one: str, other: str) -> list[Conflict]:
    return conflicts([quote("a", one, 3), quote("b", other, 1)], [], WORDS)


DIFFERENT = {
    "counts": (
        "The death toll from the earthquake in Sarano has risen to 15.",
        "An earthquake struck the province of Sarano, killing at least 12 people and injuring 30.",
    ),
    "in words": (
        "Twelve people died in the ferry accident off Corin.",
        "The ferry accident off Corin killed 15 people, police said.",
    ),
    "money": (
        "The bridge will cost 40 million euros to repair.",
        "Repairing the bridge will cost 55 million euros, the city said.",
    ),
    "passive": (
        "Police arrested five people after the riot in Lowen.",
        "Seven people were arrested over the riot in Lowen.",
    ),
}
ALIKE = {
    "the same": (
        "Twelve people died in the ferry accident off Corin.",
        "The ferry accident off Corin killed 12 people, police said.",
    ),
    "other verbs": (
        "The earthquake in Pell injured 30 people.",
        "The earthquake in Pell killed 12 people.",
    ),
    "other places": (
        "The ferry accident off Corin killed 12 people.",
        "The ferry accident off Tarn killed 15 people.",
    ),
    "other shares": (
        "Turnout was 71 percent in the north.",
        "The party won 38 percent of the vote in the north.",
    ),
    "other sums": (
        "The club paid 30 million euros for the striker.",
        "The striker earns 6 million euros a year at the club.",
    ),
    "other matters": (
        "The storm killed 12 people in Holt.",
        "A bus with 42 pilgrims fell into a ravine near Karsa.",
    ),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_different_figures_for_the_same_thing(case: str) -> None:
    [conflict] = between(*DIFFERENT[case])
    assert (conflict.older.source, conflict.newer.source) == ("b", "a")
    assert conflict.figures[0] in conflict.older.quote
    assert conflict.figures[1] in conflict.newer.quote


@pytest.mark.parametrize("case", ALIKE)
def test_no_conflict(case: str) -> None:
    assert between(*ALIKE[case]) == []
    assert between(*reversed(ALIKE[case])) == []


def test_articles_that_repeat_one_text_are_one_witness() -> None:
    copies = [passage("a", LONG), passage("b", f"Update. {LONG}"), passage("c", "All else fell.")]
    assert witnesses(copies) == {"a": "a", "b": "a", "c": "c"}
    one, other = (quote(s, t, 1) for s, t in zip("ab", DIFFERENT["in words"], strict=True))
    assert conflicts([one, other], copies[1:], WORDS)
    assert conflicts([one, other], copies, WORDS) == []


def test_one_article_does_not_contradict_itself() -> None:
    one, other = DIFFERENT["money"]
    assert conflicts([quote("a", one, 1), quote("a", other, 1)], [], WORDS) == []
