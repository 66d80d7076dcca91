"""`dateline gaps`: the questions that the articles do not answer."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.opening import kept_conversations
from bot.cli.options import AsJson, StoreDirectory
from bot.cli.output import count, note, print_json
from index.errors import UsageError

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from bot.conversation.record import Exchange
    from bot.service.gaps import Asked, Gap


def gaps(
    *,
    draft: Annotated[
        Path | None,
        typer.Option("--draft", metavar="GOLD.jsonl", help="Add them to gold questions."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 50,
    store: StoreDirectory = None,
    as_json: AsJson = False,
) -> None:
    """List the questions that were declined or rated down lately, alike ones together.

    They come from Discord and from named chats. Private answers are left out.
    """
    from bot.service.gaps import gaps_in

    found = gaps_in(_asked(store))[:limit]
    if draft:
        _write_draft(draft, found)
    elif as_json:
        print_json(found)
    else:
        _print_gaps(found)


def _asked(store: str | None) -> "list[Asked]":
    """What was asked in Discord where others could see it, and in named chats; newest first."""
    from bot.discord.gaps import asked_of

    with kept_conversations(store) as (conversations, runner):
        public = runner.run(conversations.public())
        exchanges = runner.run(conversations.export())
    in_discord = [asked_of(record, rated_down) for record, rated_down in public]
    return [*in_discord, *map(_asked_in_chat, reversed(_of_chats(exchanges)))]


def _of_chats(exchanges: "Sequence[Exchange]") -> "list[Exchange]":
    """Those of no person: the others are in Discord, and have records."""
    return [exchange for exchange in exchanges if exchange.person is None]


def _asked_in_chat(exchange: "Exchange") -> "Asked":
    from bot.answer import Status
    from bot.service.gaps import Asked

    sources = tuple(citation.source for citation in exchange.citations)
    return Asked(exchange.question, exchange.status == Status.ABSTAINED, sources=sources)


def _print_gaps(found: "Sequence[Gap]") -> None:
    from bot.cli.render import one_line

    if not found:
        note("no question was declined or rated down lately")
    for gap in found:
        facts = [f"declined {gap.declined}"] * bool(gap.declined)
        facts += [f"rated down {gap.rated_down}"] * bool(gap.rated_down)
        typer.echo(f"{one_line(gap.questions[0])}  ({', '.join(facts)})")
        for other in dict.fromkeys(gap.questions[1:]):
            if other != gap.questions[0]:
                typer.echo(f"  {one_line(other)}")


def _write_draft(path: Path, found: "Sequence[Gap]") -> None:
    """Append gold questions that are not there yet, for a person to complete."""
    known = _ids(path)
    rows = [row for row in map(_gold, found) if row["id"] not in known]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    try:
        with path.open("a", encoding="utf-8") as written:
            written.write(lines)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}; name another file") from error
    note(
        f"{count(len(rows), 'question')} added to {path}. Where an article holds the answer, fill"
        " in answers and sources and remove kind; then run `dateline eval check`"
    )


def _gold(gap: "Gap") -> dict[str, Any]:
    """The gold question of a gap: unanswerable where it was only declined.

    One that was answered, and rated down, may have an answer: `eval check` asks for it.
    """
    question = gap.questions[0]
    digest = hashlib.sha256(question.casefold().encode()).hexdigest()[:12]
    row = {"id": f"gap-{digest}", "question": question, "answers": [], "sources": []}
    facts = {"type": "gap", "declined": gap.declined, "rated_down": gap.rated_down}
    if gap.declined == len(gap.questions):
        return row | {"kind": "unanswerable"} | facts
    return row | {"kind": "answerable", "sources": list(gap.sources)} | facts


def _ids(path: Path) -> set[str]:
    """The ids in a gold file, as far as it can be read."""
    with suppress(FileNotFoundError):
        lines: Iterable[str] = path.read_text("utf-8", "replace").splitlines()
        return {found for line in lines if (found := _id(line))}
    return set()


def _id(line: str) -> str | None:
    with suppress(ValueError, AttributeError):
        return str(json.loads(line).get("id"))
    return None
