"""Words by number are told apart as a dictionary tells them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.text import hashing
from index.text.hashing import Hashes, Numbering, WordHashes, mixed

# Near each other, so that they want the same places, and far apart.
NUMBERS = st.integers(0, 40) | st.integers(0, 2**64 - 1)


def numbered(numbering: Numbering, numbers: list[int]) -> list[int]:
    return [int(number) for number in numbering.of(np.array(numbers, dtype=np.uint64))[0]]


@given(st.lists(st.lists(NUMBERS)))
def test_each_gets_the_next_number_when_it_is_first_seen(batches: list[list[int]]) -> None:
    numbering, known = Numbering(), dict[int, int]()
    for batch in batches:
        expected = [known.setdefault(max(1, number), len(known)) for number in batch]
        assert numbered(numbering, batch) == expected
        assert len(numbering) == len(known)


def test_the_places_of_the_new_ones_are_told() -> None:
    numbering = Numbering()
    assert numbering.of(np.array([7, 5, 7, 9], dtype=np.uint64))[1].tolist() == [0, 1, 3]
    assert numbering.of(np.array([5, 8, 7, 8], dtype=np.uint64))[1].tolist() == [1]


def test_there_is_room_for_any_number_of_them() -> None:
    numbering = Numbering()
    many = mixed(np.arange(1, 3 * hashing.ROOM, dtype=np.uint64))
    for _ in range(2):
        assert (numbering.of(many)[0] == np.arange(len(many))).all()


def letters(text: str) -> Hashes:
    return np.array([ord(c) for c in text], dtype=np.uint64)


def test_a_word_has_one_hash_wherever_it_stands() -> None:
    of_words = WordHashes(2 * 12345 + 1)
    starts, ends = np.array([0, 4, 8, 12]), np.array([3, 7, 11, 15])
    one, other, again, turned = of_words.of(letters("sea sun sea aes"), starts, ends).tolist()
    assert one == again
    assert len({one, other, turned}) == 3
    far = hashing.ROOM + 1
    [late] = of_words.of(letters(" " * far + "sea"), np.array([far]), np.array([far + 3])).tolist()
    assert late == one
