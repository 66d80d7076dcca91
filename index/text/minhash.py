"""How alike two texts are, from short signatures of them (MinHash).

The share of places at which two signatures agree estimates the share of runs of four words that
the texts have in common.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from index.text.hashing import FACTOR, MIX, Hashes, WordHashes, mixed

LENGTH = 120
"""Numbers in a signature: estimates are good to some four points in a hundred."""
BAND = 6
"""Numbers in a band. Of texts alike by 0.8, 998 in 1,000 share one; of those alike by 0.4, 8."""
RUN = 4
SEED = 1
STRETCH = 1 << 16
"""Characters of a text that are looked at together, which bounds the memory."""

Signature = NDArray[np.uint32]

_WEIGHTS = np.array([pow(FACTOR, n, 1 << 64) for n in range(1, BAND + 1)], dtype=np.uint64)
_PLACES = np.arange(LENGTH // BAND, dtype=np.uint64) * np.uint64(MIX)
"""Bands of the same numbers are kept apart by their place in the signature."""


def signature(text: str) -> Signature:
    """A signature of shape `(LENGTH,)`; case and punctuation make no difference."""
    from rensa import RMinHash  # noqa: PLC0415 - reading an index needs none

    runs = _runs(text)
    sketch = RMinHash.digest_matrix_from_flat_token_hashes(runs, [0, len(runs)], LENGTH, SEED)
    return np.array(sketch.to_rows()[0], dtype=np.uint32)


def bands(signature: Signature) -> list[int]:
    """Numbers that fit SQLite; texts that are much alike share at least one."""
    parts = signature.reshape(-1, BAND) @ _WEIGHTS + _PLACES
    numbers: list[int] = mixed(parts).view(np.int64).tolist()
    return numbers


def resemblance(one: Signature, other: Signature) -> float:
    """How alike two texts are, from 0 to 1, by their signatures."""
    return float((one == other).mean())


def _runs(text: str) -> Hashes:
    """A hash of each run of words; of all words where they are fewer than a run."""
    words = [_words(text[at : at + STRETCH]) for at in range(0, len(text), STRETCH)]
    hashes = np.concatenate(words) if words else np.zeros(1, dtype=np.uint64)
    size = min(RUN, len(hashes))
    runs = hashes[: len(hashes) - size + 1].copy()
    for at in range(1, size):
        runs *= np.uint64(MIX)
        runs += hashes[at : len(hashes) - size + 1 + at]
    return mixed(runs)


def _words(text: str) -> Hashes:
    """A hash of each word; a text without words is one itself."""
    letters, hashes = _tables()
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")
    found = letters.take(units, mode="clip")  # which is quicker than to raise an error
    inside = np.zeros(len(units) + 2, dtype=bool)
    np.not_equal(found, 0, out=inside[1:-1])
    if not inside.any():
        found, inside[1:-1] = units + np.uint64(1), True
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return hashes.of(found, edges[::2], edges[1::2])


@cache
def _tables() -> tuple[Hashes, WordHashes]:
    """Each letter in lower case, 0 for what is none; and what hashes words of them.

    Beyond the first 65,536 characters none counts as a letter: most are pictures.
    """
    every = map(chr, range(1 << 16))
    letters = [ord(c.lower()[0]) if c.isalnum() or c == "_" else 0 for c in every]
    return np.array(letters, dtype=np.uint64), WordHashes(FACTOR)
