"""`dateline mcp`: serves one client on standard input and output, or many over HTTP."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.config import Config
from bot.logs import log_to
from bot.service.service import Service

# ruff: noqa: PLC0415  (the SDK takes seconds to load, and does so while the service opens)
if TYPE_CHECKING:
    from mcp.server import Server

PATH = "/mcp"
STOPPED = 130


def run_stdio(config: Config) -> None:
    """Serve until standard input ends. Raises DatelineError when it cannot begin."""
    log_to(sys.stderr, config)
    signal.signal(signal.SIGINT, _stop)
    asyncio.run(_serve_stdio(config))


def run_http(config: Config) -> None:
    """Serve at an address until stopped. Raises DatelineError when it cannot begin."""
    from bot.serve.listen import check_token

    check_token(config)
    log_to(sys.stderr, config)
    asyncio.run(_serve_http(config))


def _stop(*_: object) -> None:
    """End at once: the thread that reads standard input would be waited for."""
    os.write(2, b"dateline: stopped\n")
    os._exit(STOPPED)


async def _serve_stdio(config: Config) -> None:
    async with _opened(config) as server:
        from mcp.server.stdio import stdio_server

        # From here on, whatever anybody prints goes to standard error.
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())


async def _serve_http(config: Config) -> None:
    from bot.serve.guard import Guard
    from bot.serve.listen import address_of, listen

    async with _opened(config) as server:
        from mcp.server.transport_security import TransportSecuritySettings

        left_to_guard = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        app = server.streamable_http_app(
            streamable_http_path=PATH, transport_security=left_to_guard
        )
        sys.stderr.write(f"dateline: listening at {address_of(config)}{PATH}\n")
        await listen(Guard(app, config, (), (PATH,)), config)


@asynccontextmanager
async def _opened(config: Config) -> AsyncIterator["Server[Service]"]:
    logging.getLogger("mcp").setLevel(logging.WARNING)
    loading = asyncio.create_task(asyncio.to_thread(_load))
    async with Service.open(config) as service:
        await loading
        from bot.mcp.server import server

        yield server(service)


def _load() -> None:
    import bot.mcp.server  # noqa: F401
