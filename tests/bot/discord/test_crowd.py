"""Two hundred people ask at once: each is answered, once, and the heart beats on."""

import pytest

from tests.bot.discord.answers import ANSWER, QUESTION, answer_to
from tests.discord_bot import DiscordBot
from tests.standins.discord_server import DiscordServer

pytestmark = pytest.mark.enable_socket

PEOPLE = 200
PATIENCE = 120.0


def test_all_are_answered_once(discord: DiscordServer, bot: DiscordBot) -> None:
    crowd = [discord.user(f"reader {n}") for n in range(PEOPLE)]
    asked = [discord.slash("ask", question=QUESTION, user=user) for user in crowd]
    for question in asked:
        assert ANSWER in answer_to(discord, question, PATIENCE).text
    assert [len(question.answers) for question in asked] == [1] * PEOPLE
    late = [q.user.name for q in asked if q.answered is None or q.answered - q.created > 3]
    assert late == []


def test_one_question_a_person(discord: DiscordServer, bot: DiscordBot) -> None:
    hasty = discord.user("hasty")
    first, second = (discord.slash("ask", question=QUESTION, user=hasty) for _ in range(2))
    assert ANSWER in answer_to(discord, first).text
    discord.until(lambda: second.answers)
    assert second.private and ANSWER not in second.answers[0].text
