"""What every database offers.

SQL is written so that both engines take it: values are named (`:name`), columns are TEXT, BIGINT
or DOUBLE PRECISION, and a lone `INTEGER PRIMARY KEY` numbers the rows as they come. A value that
may be None is cast where it is compared with NULL: PostgreSQL asks for its type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

Row = tuple[Any, ...]


class Schema(NamedTuple):
    """What is kept together: its `key` in a database, its `name` for people, and its tables.

    `steps` are SQL that makes the tables, and then changes those of earlier versions: so many
    steps, so many versions. A step that is a schema adds its tables, with what earlier versions
    kept in them apart: under the schema's own key, or in a file `<key>.sqlite` beside ours.
    """

    key: str
    name: str
    steps: "tuple[str | Schema, ...]"


class Statement(NamedTuple):
    """One statement of SQL, and its values."""

    sql: str
    values: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A database on a PostgreSQL server; the URL may hold a password."""

    url: str = field(repr=False)


Place = Path | PostgresServer | None
"""A file, a server, or what ends with the process."""


class Database(Protocol):
    """An open database. Its methods raise StoreError when it cannot be read or written.

    Each statement is carried out wholly or not at all, whatever happens meanwhile.
    """

    async def change(self, sql: str, values: Mapping[str, object] = {}) -> int:
        """Carry out one statement; how many rows it changed."""

    async def delete(self, sql: str, values: Mapping[str, object] = {}) -> int:
        """Delete for good; how many rows it was."""

    async def transaction(
        self, statements: Sequence[Statement], *, for_good: bool = False
    ) -> list[int]:
        """Carry out all statements or none; how many rows each changed.

        What they delete `for_good` stays in no file.
        """

    async def rows(self, sql: str, values: Mapping[str, object] = {}) -> list[Row]:
        """All that a query finds."""
