"""The line a person types: what is kept of it, what completes it, which keys end it."""

import asyncio
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.cli.chat import COMMANDS
from bot.cli.prompt import Commands, History, lines

SOURCES = ["a.txt", "news/Ferry.md"]


@pytest.fixture
def keyboard() -> Iterator[PipeInput]:
    with create_pipe_input() as keyboard, create_app_session(keyboard, DummyOutput()):
        yield keyboard


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "store" / "history", 30)


def typed(keyboard: PipeInput, history: History, keys: str) -> list[str]:
    keyboard.send_text(keys)
    with asyncio.Runner() as runner:
        return list(lines(runner, history, Commands(COMMANDS, lambda: SOURCES)))


def offered(text: str) -> list[str]:
    completions = Commands(COMMANDS, lambda: SOURCES)
    found = completions.get_completions(Document(text), CompleteEvent())
    return [completion.text for completion in found]


def kept(path: Path, days: float = 30) -> list[str]:
    return [*History(path, days).load_history_strings()]


def test_enter_ends_a_message_and_alt_enter_a_line(keyboard: PipeInput, history: History) -> None:
    said = typed(keyboard, history, "who?\rone\x1b\rtwo\rnever mind\x03and when?\r\x04")
    assert said == ["who?", "one\ntwo", "and when?"]
    assert kept(history.path) == ["and when?", "one\ntwo", "who?"]


def test_what_is_pasted_is_one_message(keyboard: PipeInput, history: History) -> None:
    assert typed(keyboard, history, "\x1b[200~one\ntwo\x1b[201~\r\x04") == ["one\ntwo"]


def test_what_was_typed_is_for_its_owner_alone(history: History) -> None:
    history.append_string("who?")
    path = history.path
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    history.append_string("and when?")
    assert path.stat().st_mode & 0o777 == 0o600


def test_old_lines_are_dropped(history: History) -> None:
    path = history.path
    path.parent.mkdir()
    old = datetime.now() - timedelta(days=40)
    path.write_text(f"\n# {old}\n+long ago\n\n# {datetime.now()}\n+# today\n")
    assert kept(path) == ["# today"]
    assert "long ago" not in path.read_text()
    assert kept(path) == ["# today"]


def test_forgetting_deletes_all(history: History) -> None:
    history.append_string("who?")
    history.forget()
    assert not history.path.exists() and history.get_strings() == []
    history.forget()


def test_a_disk_that_refuses_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    History(tmp_path / "file" / "history", 30).append_string("who?")
    if os.getuid():
        (tmp_path / "file").chmod(0)
        History(tmp_path / "file", 30).append_string("who?")


@given(st.lists(st.text(min_size=1, max_size=30), max_size=5))
def test_any_line_comes_back(tmp_path_factory: pytest.TempPathFactory, said: list[str]) -> None:
    path = tmp_path_factory.mktemp("history") / "history"
    history = History(path, 30)
    for line in said:
        history.append_string(line)
    known = [line.encode(errors="replace").decode() for line in said]
    assert [*map(_plain, reversed(kept(path)))] == [*map(_plain, known)]


def _plain(line: str) -> str:
    """The line as a text file keeps it: an end of a line is one whatever its kind."""
    return line.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    ("text", "offers"),
    [
        ("/s", ["/sources", "/show", "/search"]),
        ("/show ", SOURCES),
        ("/show ferry", ["news/Ferry.md"]),
        ("/search a", []),
        ("who", []),
        ("", []),
    ],
)
def test_commands_and_sources_are_completed(text: str, offers: list[str]) -> None:
    assert offered(text) == offers


def test_an_index_that_cannot_be_read_completes_nothing() -> None:
    def broken() -> list[str]:
        raise OSError(5, "broken")

    completions = Commands(COMMANDS, broken)
    assert [*completions.get_completions(Document("/show "), CompleteEvent())] == []
