"""Which questions need the turn before them."""

import pytest

from bot.conversation.followup import (
    hints_back,
    informativeness,
    is_complete,
    is_followup,
    leaves_unnamed,
    points_back,
    same_topic,
)
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder

WORDS = Words(StaticEmbedder())


@pytest.mark.parametrize(
    "question",
    [
        "Who is Lloyd Austin?",
        "Is Beijing angry?",
        "what does china buy from russia?",
        "Who won the Wimbledon final?",
        "Where is Kherson?",
        "Did Adele cancel?",
        "Which tennis champion announced before Wimbledon that she would retire?",
        "Does Russia have its own interpreters?",
        "Is there life on Mars?",
    ],
)
def test_a_sentence_that_names_its_matter_is_complete(question: str) -> None:
    assert is_complete(question, WORDS)
    assert not is_followup(question, WORDS)


@pytest.mark.parametrize(
    "question",
    [
        "And he?",
        "and the officers?",
        "why?",
        "Why not?",
        "How exactly?",
        "in 2023?",
        "What about Japan?",
        "What did he say?",
        "How many of them are there?",
        "Which summit was it?",
        "Who shot him?",
        "What else?",
        "When was the last time?",
        "From whom?",
        "Tell me more",
        "Which one announced that she would retire before Wimbledon?",
        "And which of them will have to pay for the damage?",
        "Did it have to be towed away by the tugboats of the harbour authority?",
    ],
)
def test_what_points_back_or_is_no_sentence_is_a_follow_up(question: str) -> None:
    assert is_followup(question, WORDS)
    assert not is_complete(question, WORDS)


@pytest.mark.parametrize(
    "question", ["When will the film house open again?", "Does the town library close too?"]
)
def test_what_is_named_before_again_is_no_follow_up(question: str) -> None:
    assert not is_followup(question, WORDS)


@pytest.mark.parametrize("question", ["When did the war begin?", "the oil supplies", "Is it rare?"])
def test_what_names_nothing_is_not_complete(question: str) -> None:
    assert not is_complete(question, WORDS)


@pytest.mark.parametrize(
    ("question", "hints"),
    [
        ("So who is the mayor of Reno?", True),
        ("Who paid for that bridge in Reno?", True),
        ("Who was elected in Reno this week?", False),
        ("Who is the mayor of Reno?", False),
    ],
)
def test_what_hints_at_the_turn_before(question: str, hints: bool) -> None:
    assert hints_back(question) is hints


def test_a_pronoun_needs_something_to_mean() -> None:
    assert points_back("Who bought it?", WORDS)
    assert not points_back("Has the Suez canal authority said when it will open?", WORDS)


def test_texts_that_share_rare_words_have_one_topic() -> None:
    ship = "Which container ship is stuck in the Suez canal?"
    assert same_topic(ship, "Who insures container ships?", WORDS)
    assert not same_topic(ship, "Who won the men's final at Wimbledon?", WORDS)
    assert not same_topic(ship, "", WORDS)


def test_rare_words_say_more() -> None:
    assert informativeness("", WORDS) == 0
    assert informativeness("What was it?", WORDS) < informativeness("Which canal?", WORDS)


@pytest.mark.parametrize(
    ("question", "unnamed"),
    [
        ("What is the population of the country?", True),
        ("When was the famous basketball player born?", True),
        ("Who wrote this novel?", True),
        ("What are the city's plans?", True),
        ("Which country has the largest population?", False),
        ("What did the president of France say?", False),
        ("Which team won this week?", False),
        ("What did the images show?", False),
        ("Is this intended for everybody?", False),
        ("How much did the country that hosted the cup spend?", False),
    ],
)
def test_what_is_left_unnamed(question: str, unnamed: bool) -> None:
    assert leaves_unnamed(question) is unnamed
