"""`dateline memory`: what is kept of conversations."""

from contextlib import suppress
from typing import Annotated

import typer

from bot.cli.opening import kept_conversations, settings
from bot.cli.options import AsJson, ConversationName, Person, StoreDirectory
from bot.cli.output import count, note, print_json
from index.errors import UsageError

# ruff: noqa: PLC0415
app = typer.Typer(name="memory", help="What is remembered of conversations.")


@app.command("list")
def list_conversations(*, store: StoreDirectory = None, as_json: AsJson = False) -> None:
    """List the conversations that are kept."""
    with kept_conversations(store) as (conversations, runner):
        found = runner.run(conversations.conversations())
    if as_json:
        print_json([conversation._asdict() for conversation in found])
        return
    from bot.cli.render import one_line

    if not found:
        note("no conversation is kept; `dateline chat --conversation NAME` keeps one")
    for name, exchanges, _, last in found:
        asked = count(exchanges, "question")
        typer.echo(f"{one_line(name)}: {asked}, the last on {last.astimezone():%Y-%m-%d %H:%M}")


@app.command()
def export(
    conversation: ConversationName = None,
    *,
    person: Person = None,
    store: StoreDirectory = None,
) -> None:
    """Print what is kept, as JSON."""
    with kept_conversations(store) as (conversations, runner):
        found = runner.run(conversations.export(conversation, person))
    print_json([exchange.as_json() for exchange in found])


@app.command()
def forget(
    conversation: ConversationName = None,
    *,
    person: Person = None,
    everything: Annotated[bool, typer.Option("--all", help="Delete everything.")] = False,
    store: StoreDirectory = None,
) -> None:
    """Delete a conversation, or what a person said."""
    if everything == bool(conversation or person):
        raise UsageError("name a conversation, or a --person, or --all")
    with kept_conversations(store) as (conversations, runner):
        forgotten = runner.run(conversations.forget(conversation, person)).questions
    if not person:
        _forget_typed(store)
    if not forgotten and not everything:
        raise UsageError("nothing of that name is kept; `dateline memory list` lists what is")
    typer.echo(f"{count(forgotten, 'question')} forgotten")


@app.command()
def opinions(*, store: StoreDirectory = None) -> None:
    """Print what people in Discord thought of answers, as JSON."""
    with kept_conversations(store) as (conversations, runner):
        found = runner.run(conversations.ratings())
    print_json(
        [
            {"question": of.question, "answer": of.answer, "liked": liked, "reason": reason}
            for of, liked, reason in found
        ]
    )


def _forget_typed(store: str | None) -> None:
    """Delete the lines typed in chats, which name no conversation."""
    from bot.cli.talking import HISTORY
    from bot.factory import store_directory

    with suppress(OSError):
        (store_directory(settings(None, store, None)) / HISTORY).unlink(missing_ok=True)
