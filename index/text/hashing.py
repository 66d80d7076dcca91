"""Many words at once as numbers: their hashes, and which is which.

A dictionary of some hundred thousand words takes several times as long, for each look-up waits for
the memory.
"""

import numpy as np
from numpy.typing import NDArray

FACTOR = 0x9E3779B97F4A7C15
MIX = 0xBF58476D1CE4E5B9
ROOM = 1 << 12
EMPTY = 0
NONE = -1

Hashes = NDArray[np.uint64]
Places = NDArray[np.intp]


class WordHashes:
    """A word's hash is the sum of its letters, each times a power of a factor."""

    def __init__(self, factor: int) -> None:
        """With an odd `factor`: who knows it can make words of one hash."""
        self._factors = factor, pow(factor, -1, 1 << 64)
        self._powers = self._powers_up_to(ROOM)

    def of(self, letters: Hashes, starts: Places, ends: Places) -> Hashes:
        """A hash of each word, from its start to its end among the letters, which are changed.

        Letters are not 0.
        """
        powers, back = self._powers
        if len(letters) > len(powers):
            powers, back = self._powers = self._powers_up_to(2 * len(letters))
        letters *= powers[: len(letters)]
        sums = np.zeros(len(letters) + 1, dtype=np.uint64)
        np.cumsum(letters, out=sums[1:])
        return (sums[ends] - sums[starts]) * back[starts]  # the same wherever it is

    def _powers_up_to(self, most: int) -> tuple[Hashes, Hashes]:
        """Those of the factor and of its inverse."""
        powers, back = (
            np.cumprod(np.full(most, factor, dtype=np.uint64), dtype=np.uint64)
            for factor in self._factors
        )
        return powers, back


def mixed(hashes: Hashes) -> Hashes:
    """As many numbers, in which every bit hangs on those of the first."""
    hashed = (hashes ^ (hashes >> np.uint64(32))) * np.uint64(FACTOR)
    return hashed ^ (hashed >> np.uint64(29))


class Numbering:
    """A number for each hash, from 0 on: a hash table with open places, all looked at together."""

    def __init__(self) -> None:
        self._count = 0
        self._keys = np.full(ROOM, EMPTY, dtype=np.uint64)
        self._numbers = np.full(ROOM, NONE, dtype=np.int32)

    def __len__(self) -> int:
        return self._count

    def of(self, hashes: Hashes) -> tuple[NDArray[np.int32], Places]:
        """The number of each hash, and the place of each that had none, in order of number."""
        hashes = np.maximum(hashes, 1)
        numbers = self._found(hashes)
        missing = np.flatnonzero(numbers == NONE)
        if not len(missing):
            return numbers, missing
        _, first = np.unique(hashes[missing], return_index=True)
        new = missing[np.sort(first)]
        while 2 * (self._count + len(new)) > len(self._keys):
            self._grow()
        self._put(hashes[new], np.arange(self._count, self._count + len(new), dtype=np.int32))
        self._count += len(new)
        numbers[missing] = self._found(hashes[missing])
        return numbers, new

    def _found(self, hashes: Hashes) -> NDArray[np.int32]:
        at = self._places(hashes)
        left = self._others(hashes, at, np.arange(len(hashes)))
        while len(left):
            at[left] = self._next(at[left])
            left = self._others(hashes, at, left)
        return self._numbers[at]

    def _others(self, hashes: Hashes, at: Places, which: Places) -> Places:
        """Which of these have another hash at their place."""
        held = self._keys[at[which]]
        return np.asarray(which[(held != hashes[which]) & (held != EMPTY)])

    def _put(self, hashes: Hashes, numbers: NDArray[np.int32]) -> None:
        """Put in hashes that are not there, each once."""
        at = self._places(hashes)
        left = np.arange(len(hashes))
        while len(left):
            free = left[self._keys[at[left]] == EMPTY]
            self._keys[at[free]] = hashes[free]  # of several at one place, the last one gets it
            self._numbers[at[free]] = numbers[free]
            left = left[self._keys[at[left]] != hashes[left]]
            at[left] = self._next(at[left])

    def _grow(self) -> None:
        keys, numbers = self._keys, self._numbers
        self._keys = np.full(4 * len(keys), EMPTY, dtype=np.uint64)
        self._numbers = np.full(4 * len(keys), NONE, dtype=np.int32)
        held = keys != EMPTY
        self._put(keys[held], numbers[held])

    def _places(self, hashes: Hashes) -> Places:
        return np.asarray((hashes & np.uint64(len(self._keys) - 1)).astype(np.intp))

    def _next(self, at: Places) -> Places:
        return np.asarray((at + 1) & (len(self._keys) - 1))
