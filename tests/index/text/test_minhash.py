"""Signatures tell texts that say nearly the same from others."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from index.text.minhash import LENGTH, STRETCH, bands, resemblance, signature

STORY = " ".join(
    f"On day {n} the mayor of town {n * 7} opened bridge {n * 13} before {n * 17} guests."
    for n in range(40)
)


def test_case_and_punctuation_make_no_difference() -> None:
    assert resemblance(signature(STORY), signature(STORY.upper().replace(".", " !"))) == 1


def test_an_agency_s_changes_leave_texts_alike() -> None:
    edited = "OSLO (AP) — " + STORY.replace("On day 3 the mayor", "The mayor") + " More to follow."
    one, other = signature(STORY), signature(edited)
    assert resemblance(one, other) > 0.85
    assert set(bands(one)) & set(bands(other))


def test_different_texts_are_not_alike() -> None:
    other = " ".join(
        f"Minister {n} told the {n * 5} members that tax {n * 11} would rise." for n in range(40)
    )
    assert resemblance(signature(STORY), signature(other)) < 0.1


def test_signatures_stay_as_they_are() -> None:
    """Those of a store are compared with those of articles that come later."""
    digest = sha256(signature(STORY).tobytes() + repr(bands(signature(STORY))).encode())
    assert digest.hexdigest()[:16] == "915d64525a3d7c6a"


signature("A text.")  # makes tables, for longer than hypothesis allows a test


@given(st.text())
def test_any_text_has_a_signature_and_bands_that_sqlite_takes(text: str) -> None:
    assert signature(text).shape == (LENGTH,)
    assert all(-(2**63) <= band < 2**63 for band in bands(signature(text)))
    assert bands(signature(text)) == bands(signature(text))


def test_long_texts_are_alike_wherever_their_words_stand() -> None:
    long = " ".join(f"🙂 {STORY} number {n}." for n in range(60))
    assert len(long) > 2 * STRETCH
    assert resemblance(signature(long), signature("A new beginning. " + long)) > 0.9


def test_few_words_are_compared_as_a_whole_and_a_text_without_any_by_what_it_is() -> None:
    assert resemblance(signature("Bridge opens."), signature("bridge opens")) == 1
    assert resemblance(signature("Bridge opens."), signature("Bridge closes.")) < 0.1
    assert resemblance(signature("🙂 🙂"), signature("🎉 🎉")) < 0.1
