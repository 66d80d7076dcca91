"""`dateline serve`: answers over HTTP until it is stopped."""

import asyncio
import sys

from bot.config import Config
from bot.logs import log_to
from bot.serve.app import app
from bot.serve.listen import address_of, check_token, listen
from bot.service.service import Service


def run(config: Config) -> None:
    """Serve until SIGINT or SIGTERM. Raises DatelineError when it cannot begin."""
    check_token(config)
    log_to(sys.stderr, config)
    asyncio.run(_serve(config))


async def _serve(config: Config) -> None:
    async with Service.open(config) as service:
        sys.stderr.write(f"dateline: listening at {address_of(config)}\n")
        await listen(app(service, config), config)
