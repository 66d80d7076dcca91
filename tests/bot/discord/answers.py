"""What a question in Discord came to, waited for."""

from tests.standins.discord_interactions import Interaction
from tests.standins.discord_server import PATIENCE, DiscordServer
from tests.standins.discord_world import Channel, Message

QUESTION = "How many North Korean soldiers share one interpreter?"
ANSWER = "one interpreter"
SOURCE = "004_ce89ec9d11cecf6f.txt"
"""A question that the shipped articles answer, and where."""


def answer_to(discord: DiscordServer, asked: Interaction, seconds: float = PATIENCE) -> Message:
    """The answer to a command, once it has its buttons; the last message if it has several."""
    return discord.until(lambda: [m for m in asked.answers if m.components], seconds)[0]


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
    done = lambda: [m for m in replies(discord, asked, channel) if m.components]  # noqa: E731
    return discord.until(done, seconds)[0]
