"""`dateline discord`: connects the bot, and keeps it running until it is stopped.

It decides what ends the process, and with which words.
"""

import asyncio
import signal
import sys

import aiohttp
import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.config import Config
from bot.discord.bot import DatelineBot
from bot.logs import log_to
from index.errors import DatelineError, UsageError

BAD_TOKEN, BAD_INTENTS = 4004, 4014
REFUSED = {
    BAD_TOKEN: "Discord refuses DISCORD_TOKEN; copy the token again from its developer portal",
    BAD_INTENTS: "Discord refuses the bot's intents, though none is privileged; is the token its?",
}
"""Codes with which the gateway ends a connection for good, in words."""


def run(config: Config) -> None:
    """Run the bot until SIGINT or SIGTERM. Raises DatelineError when it cannot go on."""
    if not config.discord_token:
        raise UsageError("the bot needs a token: set DISCORD_TOKEN (docs/discord.md)")
    log_to(sys.stderr, config)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it never speaks
    _point_at(config)
    try:
        asyncio.run(_serve(config, config.discord_token.strip()))
    except discord.LoginFailure:
        raise DatelineError(REFUSED[BAD_TOKEN]) from None
    except discord.PrivilegedIntentsRequired:
        raise DatelineError(REFUSED[BAD_INTENTS]) from None
    except discord.ConnectionClosed as problem:
        said = REFUSED.get(problem.code, f"Discord closed the connection (code {problem.code})")
        raise DatelineError(said) from None
    except (discord.HTTPException, discord.GatewayNotFound) as problem:
        raise DatelineError(f"Discord does not let the bot in ({problem})") from None
    except (aiohttp.ClientError, OSError) as problem:
        raise DatelineError(f"Discord cannot be reached ({problem})") from None


async def _serve(config: Config, token: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with DatelineBot(config) as bot:
        running = asyncio.create_task(bot.start(token))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not running.done():
            await bot.close()
        await running


def _point_at(config: Config) -> None:
    """Speak to another server than Discord's; the library has no other way to say which."""
    if config.discord_api:
        Route.BASE = config.discord_api
    if config.discord_gateway:
        DiscordWebSocket.DEFAULT_GATEWAY = URL(config.discord_gateway)
