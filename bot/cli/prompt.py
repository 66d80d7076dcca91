"""The line a person types in a chat: history across sessions, completion, several lines.

prompt_toolkit does it; it is imported when a chat begins in a terminal, and nowhere else.
"""

import os
import time
from asyncio import Runner
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

if TYPE_CHECKING:
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

PRIVATE = 0o600
MOST_OFFERED = 50
DAY = 86_400


class History(FileHistory):
    """Typed lines in a file that only its owner can read; those older than `days` are dropped."""

    def __init__(self, path: Path, days: float) -> None:
        self.path = path
        super().__init__(str(path))
        with suppress(OSError):
            self._tidy(time.time() - days * DAY)

    def store_string(self, string: str) -> None:
        """Add what was typed; a disk that refuses is no reason not to answer."""
        with suppress(OSError):
            self._private()
            super().store_string(string.encode(errors="replace").decode())

    def forget(self) -> None:
        """Delete all lines."""
        self._loaded_strings.clear()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _private(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT, PRIVATE))
        self.path.chmod(PRIVATE)

    def _tidy(self, since: float) -> None:
        if not self.path.is_file():
            return
        self._private()
        entries = self.path.read_text(encoding="utf-8", errors="replace").split("\n# ")[1:]
        kept = [entry for entry in entries if _typed_at(entry) >= since]
        if len(kept) < len(entries):
            self.path.write_text("".join(f"\n# {entry}" for entry in kept), encoding="utf-8")


def _typed_at(entry: str) -> float:
    try:
        return datetime.fromisoformat(entry.partition("\n")[0]).timestamp()
    except ValueError:
        return 0.0


class Commands(Completer):
    """Completes the commands, and after `/show` the sources; in a question it offers nothing."""

    def __init__(self, commands: Mapping[str, str], sources: Callable[[], Sequence[str]]) -> None:
        self._commands = commands
        self._find_sources = sources

    @cached_property
    def _sources(self) -> Sequence[str]:
        with suppress(Exception):  # whatever is wrong with the index, a person is typing
            return self._find_sources()
        return ()

    def get_completions(
        self, document: "Document", complete_event: "CompleteEvent"
    ) -> Iterable[Completion]:
        """What may follow."""
        typed = document.text_before_cursor
        command, space, rest = typed.partition(" ")
        if command == "/show" and space:
            near = (s for s in self._sources if rest.casefold() in s.casefold())
            for source, _ in zip(near, range(MOST_OFFERED), strict=False):
                yield Completion(source, -len(rest))
        elif typed.startswith("/") and not space:
            for name, does in self._commands.items():
                if name.startswith(typed):
                    yield Completion(name, -len(typed), display_meta=does)


def lines(runner: Runner, history: History, completer: Completer) -> Iterator[str]:
    """The lines that a person types, until Ctrl-D; Ctrl-C takes back the one begun."""
    session: PromptSession[str] = PromptSession(
        "> ",
        history=history,
        completer=completer,
        complete_in_thread=True,
        complete_while_typing=True,
        key_bindings=_keys(),
        multiline=True,
        prompt_continuation="  ",
    )
    while True:
        try:
            yield runner.run(session.prompt_async()).strip()
        except EOFError:
            return
        except KeyboardInterrupt:
            continue


def _keys() -> KeyBindings:
    """Enter ends a message, Alt-Enter a line of it."""
    keys = KeyBindings()

    @keys.add("enter")
    def send(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def newline(event: KeyPressEvent) -> None:
        event.current_buffer.newline()

    return keys
