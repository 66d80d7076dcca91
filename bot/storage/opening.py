"""The one way to open a database: a file, a server, or what ends with the process."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from bot.storage.engine import Database, Place, PostgresServer, Schema


def open_database(
    place: Place, schema: Schema, notify: Callable[[str], None]
) -> AbstractAsyncContextManager[Database]:
    """The database at a place, its tables made where they are not there yet.

    `notify` gets a line when a damaged file was moved aside.
    """
    if isinstance(place, PostgresServer):
        from bot.storage.postgres import PostgresDatabase  # noqa: PLC0415  (an extra)

        return PostgresDatabase.open(place, schema)
    from bot.storage.sqlite import SQLiteDatabase  # noqa: PLC0415  (where it is chosen)

    return SQLiteDatabase.open(place, schema, notify)
