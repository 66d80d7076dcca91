import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest

from bot.config import Config
from bot.logs import log_to

TOKEN, KEY = "MTIz.a-token.of-tests", "sk-a-key-of-tests"
Logged = Callable[..., list[Any]]


class Screen(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is for the whole process."""
    names = (None, "bot", "index")
    root, levels = logging.getLogger(), [logging.getLogger(name).level for name in names]
    handlers = root.handlers[:]
    yield
    root.handlers[:] = handlers
    for name, level in zip(names, levels, strict=True):
        logging.getLogger(name).setLevel(level)


def lines(stream: StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def logging_to(stream: StringIO, **settings: Any) -> logging.Logger:
    log_to(stream, Config(discord_token=TOKEN, openai_api_key=KEY, **settings))
    return logging.getLogger("bot.discord.bot")


def test_a_program_reads_one_object_a_line() -> None:
    stream = StringIO()
    log = logging_to(stream)
    log.warning("two\nlines, and “quotes”: %s", 7)
    try:
        raise ValueError("why")
    except ValueError:
        log.exception("it failed")
    said, failed = lines(stream)
    assert said["at"].endswith("+00:00")
    assert (said["level"], said["logger"]) == ("warning", "bot.discord.bot")
    assert said["message"] == "two\nlines, and “quotes”: 7"
    assert "ValueError: why" in failed["error"]


def test_a_person_reads_plain_lines() -> None:
    screen = Screen()
    logging_to(screen).info("connected")
    assert screen.getvalue().rstrip().endswith("INFO    bot.discord.bot: connected")


@pytest.mark.parametrize("stream", [StringIO(), Screen()], ids=["program", "person"])
def test_no_secret_is_logged(stream: StringIO) -> None:
    log = logging_to(stream, embedding_options={"api_key": "another-key"})
    log.info("with %s and %s", TOKEN, KEY)
    log.error("at https://discord.com/api/v10/webhooks/1234/aW50ZX.JhY3-Rpb24/messages/@original")
    try:
        raise ValueError(f"{TOKEN} another-key")
    except ValueError:
        log.exception("it failed")
    for secret in (TOKEN, KEY, "another-key", "aW50ZX"):
        assert secret not in stream.getvalue()
    assert "/webhooks/1234/[hidden]/messages/@original" in stream.getvalue()


def test_the_level_is_that_of_the_settings() -> None:
    stream = StringIO()
    log = logging_to(stream, log_level="error")
    log.warning("not this")
    logging.getLogger("discord.gateway").warning("nor this")
    log.error("this")
    assert [line["message"] for line in lines(stream)] == ["this"]


def test_what_people_write_is_not_logged_even_in_detail() -> None:
    stream = StringIO()
    log = logging_to(stream, log_level="debug")
    log.debug("in detail")
    logging.getLogger("discord.gateway").debug("For Shard ID None: WebSocket Event: hello")
    assert [line["message"] for line in lines(stream)] == ["in detail"]
