"""A chat put together for who is there: a person at a terminal, or a pipe."""

import sys

from bot.cli.chat import COMMANDS, Ask, Chat, Talk, is_for_a_person, piped_lines
from bot.cli.lookup import Lookup
from bot.cli.render import console
from bot.config import Config
from bot.factory import store_directory

HISTORY = "chat_history"
"""The file in the store that keeps what people typed in chats."""


def talk_with(config: Config, ask: Ask, talk: Talk, lookup: Lookup, as_json: bool) -> None:
    """Hold a conversation until it ends."""
    out, notes = console(sys.stdout), console(sys.stderr)
    if as_json or not is_for_a_person():
        Chat(ask, talk, out, notes, as_json=as_json, lookup=lookup).run(piped_lines())
        return
    from bot.cli.prompt import Commands, History, lines  # noqa: PLC0415  (slow, and for people)

    history = History(store_directory(config) / HISTORY, config.memory_days)
    typed = lines(talk.runner, history, Commands(COMMANDS, lookup.sources))
    Chat(ask, talk, out, notes, lookup=lookup, forget_typed=history.forget).run(typed)
