from hypothesis import given
from hypothesis import strategies as st

from index.text.splitter import MAX_CHARS, MAX_WORDS, Span, passages, sentences, words

PIECES = (
    *("Mr. Smith", "said", "at 9:50 a.m.", "ET.", "“Who?”", "he asked.", "日本。", "U.S.", "3.5"),
    *("\n", "\n\n", " ", "\t", "\u2028", "\r\n", "é.", "# Head", "x" * 300, "word " * 60),
)
PROSE = st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join)


def check(text: str, spans: list[Span]) -> None:
    covered = 0
    for start, end in spans:
        assert covered <= start < end <= len(text)
        assert not text[covered:start].strip()
        assert text[start:end] == text[start:end].strip()
        covered = end
    assert not text[covered:].strip()


@given(st.text() | PROSE)
def test_sentences_hold_everything_but_white_space(text: str) -> None:
    spans = sentences(text)
    check(text, spans)
    assert not any("\n" in text[start:end] for start, end in spans)


@given(st.text() | PROSE)
def test_passages_hold_everything_and_are_short(text: str) -> None:
    spans = passages(text)
    check(text, spans)
    for start, end in spans:
        assert words(text[start:end]) <= MAX_WORDS
        assert end - start <= MAX_CHARS


@given(PROSE)
def test_passages_are_whole_sentences(text: str) -> None:
    starts, ends = zip(*sentences(text), strict=True) if sentences(text) else ((), ())
    if all(end - start < 500 for start, end in zip(starts, ends, strict=True)):
        assert all(start in starts and end in ends for start, end in passages(text))


def spelled(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_abbreviations_end_no_sentence() -> None:
    assert spelled("She died at 9:50 a.m. ET on Friday. Mr. Lee of the U.S. Army left.") == [
        "She died at 9:50 a.m. ET on Friday.",
        "Mr. Lee of the U.S. Army left.",
    ]


def test_a_question_in_quotes_goes_on() -> None:
    assert spelled("“Who?” he asked. Nobody knew.") == ["“Who?” he asked.", "Nobody knew."]


def test_a_heading_is_a_sentence_of_its_own() -> None:
    assert spelled("The heading\nThe text.") == ["The heading", "The text."]


def test_long_lines_without_spaces_are_split_quickly() -> None:
    assert len(sentences("日本語です。" * 20_000)) == 20_000


def test_sentences_are_packed_up_to_200_words() -> None:
    sentence = "one two three four five six seven eight nine ten."
    text = " ".join(sentence.capitalize() for _ in range(44))
    assert [words(text[start:end]) for start, end in passages(text)] == [200, 200, 40]
