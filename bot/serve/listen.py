"""Listen at an address, and serve an app there until stopped."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.config import Config
from bot.serve.guard import is_loopback
from index.errors import UsageError

GRACE = 5
"""Seconds to come to an end with what is being answered, when the server is stopped."""
WAITING = 1024
"""Connections that wait to be taken on."""


def check_token(config: Config) -> None:
    """Raise UsageError where others can reach the server and no token is asked of them."""
    if not config.token and not is_loopback(config.host):
        raise UsageError(
            f"{config.host} can be reached from other machines: set DATELINE_TOKEN, which every"
            " client then has to send"
        )


def address_of(config: Config) -> str:
    """Where the server is to be reached."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{config.port}"


async def listen(app: ASGIApp, config: Config) -> None:
    """Serve until SIGINT or SIGTERM. Raises UsageError when the address is taken."""
    with closing(_bound(config)) as listening:
        settings = uvicorn.Config(
            app,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            ws="none",
        )
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        await _Server(settings).serve([listening])


class _Server(uvicorn.Server):
    """A server that ends when it is stopped, and does not pass the signal on."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at the first signal, and at once at the second."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def _bound(config: Config) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((config.host, config.port))
        listening.listen(WAITING)
    except OSError as problem:
        listening.close()
        number = problem.errno or 0  # below 0 where a name is not known
        reason = os.strerror(number) if number > 0 else problem.strerror
        raise UsageError(
            f"cannot listen at {address_of(config)} ({reason}); choose another --host or --port"
        ) from None
    return listening
