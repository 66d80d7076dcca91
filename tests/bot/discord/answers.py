"""Questions in Discord, what writes their answers, and what they came to, waited for."""

import re
from collections.abc import Callable
from typing import Any

from tests.standins.discord_interactions import Interaction
from tests.standins.discord_server import PATIENCE, DiscordServer
from tests.standins.discord_world import Channel, Message
from tests.standins.openai_server import Request, Scripted, says

QUESTION = "How many North Korean soldiers share one interpreter?"
ANSWER = "one interpreter"
TITLE = "North Korean Soldiers Join Russia"
"""A question that the shipped articles answer, and how the title of that article begins."""
SENTENCE = (
    "For every group of 30 North Korean soldiers, one interpreter and three Russian officers "
    "are needed so that operations can be coordinated"
)


def copying(sentence: str = SENTENCE, **how: Any) -> Callable[[Request], Scripted]:
    """A model that writes a sentence of the passages, word by word, with the passage's number.

    Where it is shown no passages, it is asked to word a question anew.
    """

    def reply(request: Request) -> Scripted:
        shown = "\n".join(message["content"] for message in request.body["messages"])
        if "<passage number" not in shown:
            return says(QUESTION)
        before = shown[: shown.index(sentence)]
        number = re.findall(r'<passage number="(\d+)"', before)[-1]
        return says(*re.findall(r"\S+\s*", f"{sentence} [{number}]."), **how)

    return reply


def answer_to(discord: DiscordServer, asked: Interaction, seconds: float = PATIENCE) -> Message:
    """The answer to a command, once it has its buttons; the last message if it has several."""
    return discord.until(lambda: [m for m in asked.answers if m.buttons], seconds)[0]


def replies(
    discord: DiscordServer, asked: Message, channel: Channel | None = None
) -> list[Message]:
    """The bot's messages after one that asked, in its channel or in another."""
    said = (channel or asked.channel).sent
    return [m for m in said if m.author is discord.bot and m.id > asked.id]


def reply_to(
    discord: DiscordServer,
    asked: Message,
    channel: Channel | None = None,
    seconds: float = PATIENCE,
) -> Message:
    """The answer to a message, once it has its buttons."""
    done = lambda: [m for m in replies(discord, asked, channel) if m.buttons]  # noqa: E731
    return discord.until(done, seconds)[0]
