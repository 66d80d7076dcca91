"""Servers of the tests, each in a thread of its own for as long as a block lasts."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

PATIENCE = 20.0

Serve = Callable[[Callable[[], None], asyncio.Event], Coroutine[Any, Any, None]]
"""Calls the first once it is up, and serves until the second is set."""


@contextmanager
def looping(serve: Serve, loop: asyncio.AbstractEventLoop | None = None) -> Iterator[None]:
    """A server of asyncio, on `loop` or one of its own, which is closed."""
    loop = loop or asyncio.new_event_loop()
    stop, up = asyncio.Event(), threading.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=[serve(up.set, stop)])
    thread.start()
    assert up.wait(PATIENCE)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        loop.close()


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[None]:
    """A server of the standard library, which is closed."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
