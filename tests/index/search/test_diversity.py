"""Copies of one article are one witness among the passages found."""

from datetime import date

import numpy as np

from index.search.ranking import Hit, one_of_each, weights
from index.storage.records import Candidate

WORDS = "The council voted on Monday to close the harbour bridge to lorries until the spring."


def hit(
    number: int, text: str = WORDS, story: int = 1, day: str | None = None, score: float = 1.0
) -> Hit:
    published = date.fromisoformat(day) if day else None
    candidate = Candidate(
        number, number, story, f"{number}.txt", "Title", published, None, text, 0, len(text)
    )
    return Hit(candidate, score, np.zeros(len(weights()), dtype=np.float32))


def sources(hits: list[Hit]) -> list[str]:
    return [hit.candidate.source for hit in hits]


def test_a_copy_makes_room_for_another_passage() -> None:
    other = hit(4, "The ferry sails again.", story=4)
    assert sources(one_of_each([hit(1), hit(2), hit(3), other], 2)) == ["1.txt", "4.txt"]


def test_the_oldest_copy_is_named_in_the_place_of_the_best() -> None:
    late, early = hit(1, day="2024-10-26", score=3), hit(2, day="2024-10-25", score=1)
    [chosen] = one_of_each([late, early], 5)
    assert (chosen.candidate.source, chosen.score) == ("2.txt", 3)


def test_copies_that_differ_in_a_figure_are_both_shown() -> None:
    hits = [hit(1, f"{WORDS} It costs $2 million."), hit(2, f"{WORDS} It costs $3 million.")]
    assert one_of_each(hits, 5) == hits


def test_a_copy_that_says_more_is_shown_too() -> None:
    more = hit(2, f"{WORDS} Drivers protested loudly outside the town hall, where police waited.")
    assert sources(one_of_each([hit(1), more], 5)) == ["1.txt", "2.txt"]


def test_the_same_words_in_different_stories_are_both_shown() -> None:
    assert len(one_of_each([hit(1), hit(2, story=2)], 5)) == 2
