"""Texts into the word pieces of a tokenizer, by their numbers, quicker than it finds them.

It is for tokenizers such as Llama's, which put characters together over the whole of a text and
yet never a space with what is before it. So a text's pieces are those of its words, one after
another, and each word is given to the tokenizer once. The end of a line is put together with
nothing, so that what begins a line is a word as well, its "\n" included.
"""

from collections.abc import Sequence
from itertools import compress
from secrets import randbits
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.text.hashing import Numbering, Places, WordHashes, mixed

KEPT = 400_000
"""Words that are remembered, some 50 bytes each: some ten thousand articles' worth."""
TOGETHER = 100
"""Words that the tokenizer is given as one text: more take it longer, fewer need more calls."""
SPACE = "▁"
"""What the tokenizer makes of a space; it puts one before every text, too."""
LINE_END = "\n"

UNKNOWN = -1

Numbers = NDArray[np.int32]


class Pieces:
    """The word pieces of texts; may be used from any thread."""

    def __init__(self, tokenizer: Any) -> None:
        """For a tokenizer of the library `tokenizers`, of the kind described above."""
        self._tokenizer = tokenizer
        self._begins = np.full(tokenizer.get_vocab_size(), UNKNOWN, dtype=np.int8)
        self._begins[self._encoded([LINE_END])[0][-1]] = True
        marks = tokenizer.get_added_tokens_decoder().values()
        special = (SPACE, "  ", f" {LINE_END}", *(mark.content for mark in marks))
        self._special = [text.encode() for text in special]
        self._hashes = WordHashes(2 * randbits(63) + 1)  # no article can have words of one hash
        self._lock = Lock()
        self._forget()

    def of(self, texts: Sequence[str]) -> list[Numbers]:
        """Each text's word pieces, in order."""
        all_are_plain = self._is_plain(" ".join(texts))
        are_plain = [all_are_plain or self._is_plain(text) for text in texts]
        plain = iter(self._of_words([*compress(texts, are_plain)]))
        return [
            next(plain) if is_plain else self._encoded([text])[0]
            for text, is_plain in zip(texts, are_plain, strict=True)
        ]

    def of_each(self, texts: Sequence[str]) -> list[list[int]]:
        """The same, by number, and no word is remembered: quick for a hundred words or a few texts.

        They take the tokenizer's model alone a third of the time that the tokenizer takes, which
        looks for its marks first.
        """
        model, normalizer = self._tokenizer.model, self._tokenizer.normalizer
        return [
            [token.id for token in model.tokenize(normalizer.normalize_str(text))]
            if self._is_plain(text)
            else self._encoded([text])[0].tolist()
            for text in texts
        ]

    def _is_plain(self, text: str) -> bool:
        """Whether it is words with single spaces between them, and no mark of the tokenizer."""
        if text.isalnum():
            return True  # a word: most texts are one, or a passage
        if not text or text[0] in f" {LINE_END}" or text[-1] == " ":
            return False
        letters = text.encode()  # in which Python finds what is not ASCII sooner
        return not any(special in letters for special in self._special)

    def _of_words(self, texts: Sequence[str]) -> list[Numbers]:
        """The pieces of texts that are plain."""
        if not texts:
            return []
        letters = " ".join(texts).encode()
        starts, ends = _words(letters)
        with self._lock:
            if len(self._words) > KEPT:
                self._forget()
            units = np.frombuffer(letters, dtype=np.uint8) + np.uint64(1)
            words, new = self._words.of(mixed(self._hashes.of(units, starts, ends)))
            spans = zip(starts[new].tolist(), ends[new].tolist(), strict=True)
            try:
                self._learn([letters[start:end].decode() for start, end in spans])
            except BaseException:  # words with a number and no pieces
                self._forget()
                raise
            pieces, bounds = self._pieces, self._bounds
        lengths = bounds[words + 1] - bounds[words]
        last = lengths.cumsum()
        # The place of each piece among those of all words: its word's place, and so many on.
        at = np.arange(last[-1]) + np.repeat(bounds[words] - last + lengths, lengths)
        sizes = np.array([text.count(" ") + text.count(LINE_END) + 1 for text in texts])
        return np.split(pieces[at], last[sizes.cumsum() - 1][:-1])

    def _forget(self) -> None:
        """Know no word."""
        self._words = Numbering()
        self._pieces = np.zeros(0, dtype=np.int32)
        self._bounds = np.zeros(1, dtype=np.int64)
        """The pieces of word n are those from bound n to bound n + 1."""

    def _learn(self, words: Sequence[str]) -> None:
        """Find the pieces of the words that have got the last numbers."""
        if not words:
            return
        known = len(self._words) - len(words)
        found = self._found(words)
        first = int(self._bounds[known])
        self._pieces = _with(self._pieces, first, found)
        bounds = np.append(self._beginnings(found), len(found))
        self._bounds = _with(self._bounds, known, first + bounds)

    def _found(self, words: Sequence[str]) -> Numbers:
        """The pieces of words, one after another."""
        together = [
            " ".join(words[at : at + TOGETHER]).replace(f" {LINE_END}", LINE_END)
            for at in range(0, len(words), TOGETHER)
        ]
        # A line's end has no space before it but where it begins a text.
        return np.concatenate(
            [
                pieces[text.startswith(LINE_END) :]
                for text, pieces in zip(together, self._encoded(together), strict=True)
            ]
        )

    def _beginnings(self, pieces: Numbers) -> NDArray[np.intp]:
        """Where words begin among their pieces."""
        for number in np.unique(pieces[self._begins[pieces] == UNKNOWN]).tolist():
            self._begins[number] = self._tokenizer.id_to_token(number).startswith(SPACE)
        return np.flatnonzero(self._begins[pieces])

    def _encoded(self, texts: Sequence[str]) -> list[Numbers]:
        found = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [np.array(encoded.ids, dtype=np.int32) for encoded in found]


def _words(letters: bytes) -> tuple[Places, Places]:
    """Where words start and end in a plain text."""
    units = np.frombuffer(letters, dtype=np.uint8)
    is_space = np.ones(len(units) + 1, dtype=bool)  # as if one stood before it
    np.equal(units, ord(" "), out=is_space[1:])
    starts = np.flatnonzero((is_space[:-1] | (units == ord(LINE_END))) & ~is_space[1:])
    ends = np.append(starts[1:] - is_space[starts[1:]], len(units))
    return starts, ends


def _with(array: NDArray[Any], at: int, new: NDArray[Any]) -> NDArray[Any]:
    """The array with this from `at` on; with room for more, as so much is seldom copied."""
    if (size := at + len(new)) > len(array):
        array = np.concatenate([array[:at], np.zeros(2 * size - at, dtype=array.dtype)])
    array[at:size] = new
    return array
