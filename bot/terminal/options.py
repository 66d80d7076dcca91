"""The options that several commands take, and what they mean."""

from typing import Annotated

import typer

from index.errors import UsageError

# Paths stay text until they are settings: as a path, "" would be the folder worked in.
Articles = Annotated[
    list[str] | None,
    typer.Option(
        "--articles",
        metavar="PATH",
        help="Folder, file or address to answer from; may be repeated. Default: the articles"
        " indexed last, else those that ship with Dateline.",
    ),
]
StoreDirectory = Annotated[
    str | None,
    typer.Option("--store", metavar="DIR", help="Where the index is kept."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="YYYY-MM-DD", help="The day to take as today."),
]
PromptsDirectory = Annotated[
    str | None,
    typer.Option(
        "--prompts", metavar="DIR", help="Prompts for the language model, in place of Dateline's."
    ),
]


def name_of(typed: str | None) -> str | None:
    """A name as it was typed; a shell passes any bytes on, and not all of them are text."""
    if typed is None:
        return None
    name = typed.encode(errors="replace").decode().strip()
    if not name:
        raise UsageError("the name is empty")
    return name


ConversationName = Annotated[
    str | None,
    typer.Argument(metavar="[CONVERSATION]", callback=name_of, help="Its name; default: all."),
]
Person = Annotated[
    str | None,
    typer.Option("--person", metavar="ID", callback=name_of, help="Only what this person asked."),
]
