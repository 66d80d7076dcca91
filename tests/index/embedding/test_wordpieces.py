"""Word pieces found word by word are those that the tokenizer finds in whole texts."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embedding import wordpieces
from index.embedding.static import StaticEmbedder, _load_wordllama
from index.embedding.wordpieces import Pieces

TEXTS = [
    "The ferry sails again. It costs $4.50, he said — “twice as much”.\n\nNobody paid.",
    " two  spaces, and   three  ",
    "a mark </s> of the tokenizer, and its ▁ for a space",
    "snake_case, x², ²), __init__(), \r\n \u00a0\u00a0 ;\r and \u3000",
    "Ferries ferries FERRIES ferries",
    "The first line\nends.\n\nThe next\n one <0x0A> and\ttwo \nthree\n",
    "\n\nlines \n ends\n\n",
    "漢字仮名交じり文 🙂 ẞ e\u0301",
    "\n",
    "",
]


@cache
def tokenizer() -> Any:
    return _load_wordllama(StaticEmbedder.model_file().parent.parent).tokenizer


def as_found_whole(texts: list[str]) -> list[list[int]]:
    found = tokenizer().encode_batch_fast(texts, add_special_tokens=False)
    return [encoded.ids for encoded in found]


def as_found_by_words(known: Pieces, texts: list[str]) -> list[list[int]]:
    return [numbers.tolist() for numbers in known.of(texts)]


def test_no_piece_goes_past_the_end_of_a_word() -> None:
    assert not [p for p in tokenizer().get_vocab() if "▁" in p.lstrip("▁")]
    assert not [p for p in tokenizer().get_vocab() if "\n" in p]


def test_pieces_are_those_of_the_tokenizer() -> None:
    known = Pieces(tokenizer())
    assert as_found_by_words(known, TEXTS) == as_found_whole(TEXTS)
    assert as_found_by_words(known, TEXTS[::-1]) == as_found_whole(TEXTS[::-1])
    assert known.of([]) == []


def test_forgotten_words_are_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordpieces, "KEPT", 3)
    known = Pieces(tokenizer())
    for text in TEXTS * 2:
        assert as_found_by_words(known, [text]) == as_found_whole([text])


def test_breaking_off_leaves_no_word_half_known(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Pieces(tokenizer())
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(known, "_found", _interrupted)
        known.of(TEXTS)
    assert as_found_by_words(known, TEXTS) == as_found_whole(TEXTS)


def _interrupted(_: object) -> None:
    raise KeyboardInterrupt


@given(st.lists(st.text() | st.text("ab._² \n▁<s>/0xA"), max_size=4))
def test_pieces_of_any_text_are_those_of_the_tokenizer(texts: list[str]) -> None:
    known = Pieces(tokenizer())
    assert as_found_by_words(known, texts) == known.of_each(texts) == as_found_whole(texts)
