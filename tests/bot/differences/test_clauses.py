import pytest

from bot.differences.clauses import clauses
from bot.differences.tokens import Certainty, Token


def word(sentence: str, text: str) -> Token:
    return next(t for t in clauses(sentence).tokens if t.text == text)


NEGATED = {
    ("The ferries are not affected.", "affected"): True,
    ("The ferries are affected.", "affected"): False,
    ("No patients died.", "died"): True,
    ("She denied that help had come too late.", "come"): True,
    ("The government refused to intervene.", "intervene"): True,
    ("He did not resign but apologised.", "apologised"): False,
    ("It is not only large but costly.", "large"): False,
    ("They don't sail.", "sail"): True,
    ("The city has not said how it will pay.", "pay"): False,
    ("Operations that were not urgent were postponed.", "postponed"): False,
    ("They threatened to close it but did not.", "close"): None,
}
CERTAIN = {
    ("The mayor closed the bridge.", "closed"): Certainty.FACT,
    ("The mayor may close the bridge.", "close"): Certainty.OPEN,
    ("The mayor plans to close the bridge.", "close"): Certainty.OPEN,
    ("The mayor will close the bridge.", "close"): Certainty.AHEAD,
    ("He was arrested on suspicion of smuggling birds.", "smuggling"): Certainty.OPEN,
    ("She said repairs would take months.", "take"): Certainty.AHEAD,
    ("It may reopen; the road reopened.", "reopened"): Certainty.FACT,
}


@pytest.mark.parametrize(("sentence", "text"), NEGATED)
def test_what_is_denied(sentence: str, text: str) -> None:
    assert word(sentence, text).negated is NEGATED[sentence, text]


@pytest.mark.parametrize(("sentence", "text"), CERTAIN)
def test_how_certain_it_is(sentence: str, text: str) -> None:
    assert word(sentence, text).certainty is CERTAIN[sentence, text]


@pytest.mark.parametrize(
    "sentence",
    [
        "The mayor said the bridge fell.",
        "The bridge fell, the mayor said.",
        "According to the mayor, the bridge fell.",
        "The bridge fell, according to the mayor.",
    ],
)
def test_whose_words_it_is(sentence: str) -> None:
    assert word(sentence, "fell").said


def test_places_are_those_in_the_sentence() -> None:
    sentence = "Dr. Ana Ruiz's team paid $3.2 million on May 4, didn't it?"
    for token in clauses(sentence).tokens:
        assert sentence[token.start : token.end].startswith(token.text[:1]) or token.text == "not"
