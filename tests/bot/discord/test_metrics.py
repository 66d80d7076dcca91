"""Real requests to a real port."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.discord.metrics import Metrics
from index.errors import UsageError
from tests.bot.discord.eventually import eventually

pytestmark = pytest.mark.enable_socket
HOST = "127.0.0.1"


class Bot:
    """What is measured of a bot: not connected, nothing indexed, nobody waiting."""

    def __init__(self) -> None:
        self.waiting = 0
        self.latency: float | None = None
        self.synced: float | None = None
        self.answers = False
        self.metrics = Metrics(
            waiting=lambda: self.waiting,
            gateway=lambda: self.latency,
            synced=lambda: self.synced,
            answers=lambda: self.answers,
        )

    def number(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"dateline_{name}", labels)


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
def port(socket_enabled: None) -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        number: int = free.getsockname()[1]
        return number


@asynccontextmanager
async def getting(bot: Bot, port: int) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        bot.metrics.served(HOST, port),
        aiohttp.ClientSession(f"http://{HOST}:{port}") as web,
    ):
        yield web


async def test_numbers_are_told_as_prometheus_reads_them(bot: Bot, port: int) -> None:
    bot.waiting, bot.latency, bot.synced = 3, 0.04, time.time() - 60
    bot.metrics.settled("answered", 0.3)
    bot.metrics.settled("answered", 70.0)
    bot.metrics.settled("cooldown")
    async with getting(bot, port) as web, web.get("/metrics") as response:
        assert response.status == 200
        assert response.content_type == "text/plain"
        families = {f.name: f for f in text_string_to_metric_families(await response.text())}
    questions = {
        s.labels["outcome"]: s.value
        for s in families["dateline_questions"].samples
        if s.name.endswith("_total")
    }
    assert questions == {"answered": 2, "cooldown": 1}
    assert bot.number("answer_seconds_count") == 2
    assert bot.number("answer_seconds_bucket", le="0.5") == 1
    assert families["dateline_queue_length"].samples[0].value == 3
    assert families["dateline_gateway_connected"].samples[0].value == 1
    assert families["dateline_gateway_latency_seconds"].samples[0].value == 0.04
    assert 60 <= families["dateline_sync_age_seconds"].samples[0].value < 3600


async def test_it_is_ready_once_it_is_connected_and_has_articles(bot: Bot, port: int) -> None:
    async with getting(bot, port) as web:
        for latency, answers, status, said in [
            (None, False, 503, "Discord is not connected\n"),
            (0.1, False, 503, "the articles are not indexed yet\n"),
            (0.1, True, 200, "ready\n"),
            (None, True, 503, "Discord is not connected\n"),
        ]:
            bot.latency, bot.answers = latency, answers
            async with web.get("/readyz") as response:
                assert (response.status, await response.text()) == (status, said)
            async with web.get("/healthz") as response:
                assert response.status == 200


async def test_a_stalled_loop_is_noticed(bot: Bot) -> None:
    async with bot.metrics.watching():
        await eventually(lambda: bot.number("loop_stall_seconds_count"))
        time.sleep(0.3)  # noqa: ASYNC251  (the stall)
        await eventually(lambda: (bot.number("loop_stall_max_seconds") or 0) >= 0.2)
    counted = bot.number("loop_stall_seconds_count")
    await asyncio.sleep(0.2)
    assert bot.number("loop_stall_seconds_count") == counted


async def test_a_port_that_is_taken_is_told_of(bot: Bot, port: int) -> None:
    async with bot.metrics.served(HOST, port):
        with pytest.raises(UsageError, match=f"DATELINE_METRICS_PORT.*{HOST}:{port}"):
            async with Bot().metrics.served(HOST, port):
                pass


async def test_it_is_let_go_of_at_the_end(bot: Bot, port: int) -> None:
    for _ in range(2):
        async with bot.metrics.served(HOST, port):
            pass
