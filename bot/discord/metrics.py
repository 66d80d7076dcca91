"""What is measured of a running bot, and the local port that serves it.

`/metrics` is for Prometheus, `/healthz` says that the process lives, and `/readyz` whether it
answers questions now. Numbers only: no question, name or address is among them.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from index.errors import UsageError

BEAT = 0.05
"""Seconds between two looks at how late the event loop is."""
_ANSWER_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900)
_STALL_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """The numbers of one bot.

    `gateway` gives the seconds that Discord takes to answer, and None while there is no
    connection; `synced` when the common articles were last up to date, in seconds since 1970,
    and `answers` whether questions about them are answered at once.
    """

    def __init__(
        self,
        waiting: Callable[[], int],
        gateway: Callable[[], float | None],
        synced: Callable[[], float | None],
        answers: Callable[[], bool],
    ) -> None:
        self._gateway = gateway
        self._answers = answers
        self.registry = CollectorRegistry()
        self._outcomes = self._counter("questions", "Questions by what became of them", "outcome")
        self._seconds = Histogram(
            "dateline_answer_seconds",
            "From a question's arrival to its answer",
            buckets=_ANSWER_SECONDS,
            registry=self.registry,
        )
        self._stalls = Histogram(
            "dateline_loop_stall_seconds",
            "How late the event loop came to what was due",
            buckets=_STALL_SECONDS,
            registry=self.registry,
        )
        self._worst = self._gauge("loop_stall_max_seconds", "The longest of these since the start")
        self._gauge("queue_length", "Questions that wait for their turn").set_function(waiting)
        connected = self._gauge("gateway_connected", "1 while Discord is connected")
        connected.set_function(lambda: float(gateway() is not None))
        latency = self._gauge("gateway_latency_seconds", "What a heartbeat takes to and fro")
        latency.set_function(lambda: gateway() or 0.0)
        age = self._gauge("sync_age_seconds", "Since the common articles were last up to date")
        age.set_function(lambda: time.time() - (synced() or float("nan")))

    def settled(self, outcome: str, seconds: float | None = None) -> None:
        """Count a question, and how long its answer took where there is one."""
        self._outcomes.labels(outcome).inc()
        if seconds is not None:
            self._seconds.observe(seconds)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Measure how late the event loop is until this is left."""
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()

    @asynccontextmanager
    async def served(self, host: str, port: int) -> AsyncIterator[None]:
        """Serve them at an address until this is left. Raises UsageError when it is taken."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/metrics", self._metrics),
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
            ]
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await _listen(runner, host, port)
            yield
        finally:
            await runner.cleanup()

    async def _beat(self) -> None:
        worst = 0.0
        while True:
            due = time.perf_counter() + BEAT
            await asyncio.sleep(BEAT)
            late = max(0.0, time.perf_counter() - due)
            self._stalls.observe(late)
            worst = max(worst, late)
            self._worst.set(worst)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        if self._gateway() is None:
            return web.Response(text="Discord is not connected\n", status=503)
        if not self._answers():
            return web.Response(text="the articles are not indexed yet\n", status=503)
        return web.Response(text="ready\n")

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"dateline_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str) -> Gauge:
        return Gauge(f"dateline_{name}", what, registry=self.registry)


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as problem:
        number = problem.errno or 0  # below 0 where a name is not known
        reason = os.strerror(number) if number > 0 else problem.strerror
        raise UsageError(
            f"DATELINE_METRICS_PORT: cannot listen at {host}:{port} ({reason}); "
            "choose another port, or DATELINE_METRICS_HOST"
        ) from None
