"""Answers that a language model writes: streamed, held up, away; and whose history it is shown."""

from itertools import pairwise

import pytest

from bot.discord.i18n import translations_for
from tests.bot.discord.answers import ANSWER, QUESTION, SENTENCE, answer_to, copying, reply_to
from tests.discord_bot import DiscordBot
from tests.standins.discord_server import DiscordServer
from tests.standins.discord_world import User
from tests.standins.openai_server import OpenAIServer, Scripted, fails, says

pytestmark = pytest.mark.enable_socket

SAY = translations_for("en")
FOLLOW_UP = "And how many Russian officers?"


@pytest.fixture(scope="module")
def writing_bot(stopped_bot: DiscordBot, model_settings: dict[str, str]) -> DiscordBot:
    stopped_bot.start(**model_settings)
    return stopped_bot


@pytest.fixture(autouse=True)
def copying_model(model: OpenAIServer, writing_bot: DiscordBot) -> None:
    """Each test begins with a model that copies, and that nobody has asked yet."""
    model.replies.clear()
    model.requests.clear()
    model.asked.clear()
    model.fallback = copying()


def was_shown(model: OpenAIServer, words: str) -> bool:
    """Whether the model read these words in any request."""
    return any(words in str(request.body) for request in model.requests)


def test_a_draft_is_shown_as_it_grows_and_makes_way_for_the_answer(
    discord: DiscordServer, model: OpenAIServer
) -> None:
    model.fallback = copying(pace=0.15)
    asked = discord.slash("ask", question=QUESTION, user=discord.user("patient"))
    answer = answer_to(discord, asked)
    shown = [(at, text) for at, text in answer.versions if SAY("draft") in text]
    assert len(shown) >= 2
    assert all(later - before > 0.9 for (before, _), (later, _) in pairwise(shown))
    assert all(len(a) < len(b) for (_, a), (_, b) in pairwise(shown))
    assert SAY("draft") not in answer.text
    assert SENTENCE in answer.text
    assert asked.answers == [answer]


def test_a_model_that_is_away_is_made_up_for_by_quotes(
    discord: DiscordServer, model: OpenAIServer
) -> None:
    model.fallback = lambda _: fails(503)
    answer = answer_to(discord, discord.slash("ask", question=QUESTION, user=discord.user("a")))
    assert ANSWER in answer.text
    assert "language model did not answer" in answer.text


def test_a_model_that_breaks_off(discord: DiscordServer, model: OpenAIServer) -> None:
    model.fallback = lambda _: says("For every group of", then="drop", finish=None)
    answer = answer_to(discord, discord.slash("ask", question=QUESTION, user=discord.user("b")))
    assert ANSWER in answer.text


def test_while_a_model_stalls_others_are_answered_and_the_heart_beats(
    discord: DiscordServer, model: OpenAIServer
) -> None:
    model.replies.append(Scripted(events=[], pause=2.0, then="drop"))
    held_up = discord.slash("ask", question=QUESTION, user=discord.user("unlucky"))
    discord.until(model.asked.is_set)
    others = [
        discord.slash("ask", question=QUESTION, user=discord.user(f"lucky {n}")) for n in range(3)
    ]
    for other in others:
        assert answer_to(discord, other).versions[-1][0] < held_up.created + 2
    assert ANSWER in answer_to(discord, held_up).text
    assert max(discord.heartbeat_gaps(held_up.created)) < 1.5


def test_a_reset_during_an_answer(discord: DiscordServer, model: OpenAIServer) -> None:
    model.fallback = copying(pause=0.5)
    asked = discord.slash("ask", question=QUESTION, user=discord.user("cut off"))
    discord.until(model.asked.is_set)
    resumed = len(discord.gateway.resumed)
    discord.resets()
    meanwhile = discord.slash("ask", question=QUESTION, user=discord.user("meanwhile"))
    for question in (asked, meanwhile):
        assert question.answers == [answer_to(discord, question)]
    assert len(discord.gateway.resumed) == resumed + 1


def test_each_person_has_a_history_of_their_own(
    discord: DiscordServer, model: OpenAIServer
) -> None:
    asker, other = discord.user("asker"), discord.user("other")

    def asks(person: User, question: str) -> None:
        reply_to(discord, discord.says(question, person, discord.world.dm(person)))

    asks(asker, QUESTION)
    model.requests.clear()
    asks(asker, FOLLOW_UP)
    assert was_shown(model, QUESTION)
    model.requests.clear()
    asks(other, FOLLOW_UP)
    reset = discord.slash("reset", user=asker, channel=discord.world.dm(asker))
    discord.until(lambda: reset.answers and not reset.answers[0].loading)
    asks(asker, FOLLOW_UP)
    assert not was_shown(model, QUESTION)


@pytest.mark.parametrize("how", ["mention", "option"])
def test_an_attached_text_is_read_with_the_question(
    discord: DiscordServer, model: OpenAIServer, how: str
) -> None:
    asker, marked = discord.user(f"attaching by {how}"), "The harbour report says otherwise."
    long = discord.attachment("report.txt", f"{marked} {'word ' * 2_000}".encode())
    image = discord.attachment("map.png", b"secret pixels")
    if how == "mention":
        message = discord.says(
            f"<@{discord.bot.id}> {QUESTION}", asker, files=[image, long], channel=None
        )
        reply_to(discord, message)
    else:
        answer_to(discord, discord.slash("ask", question=QUESTION, file=long, user=asker))
    assert was_shown(model, marked)
    assert not was_shown(model, "secret pixels")
    assert not was_shown(model, "word " * 500)
