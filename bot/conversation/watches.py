"""Questions that wait for an article that answers them, kept until one does.

A person who heard that the articles do not answer may wait for it. `watcher.py` asks again.
"""

from collections.abc import Callable, Sequence

from bot.conversation.record import Watch
from bot.storage.engine import Database, Row

MOST = 10
"""Questions of one person that wait at a time."""


class Watches:
    """Open watches. Methods raise StoreError when they cannot be read or written."""

    def __init__(self, db: Database, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock

    async def add(self, watch: Watch) -> bool:
        """Keep a watch; whether the person has room for it."""
        waiting = await self.of(watch.person)
        if any(other.record == watch.record for other in waiting):
            return True
        if len(waiting) >= MOST:
            return False
        await self._db.change(
            "INSERT INTO watches"
            " (id, person, server, channel, language, question, record, since, after, home)"
            " VALUES (:id, :person, :server, :channel, :language, :question, :record, :since,"
            " CAST(:after AS BIGINT), :home)",
            {
                "id": watch.id,
                "person": watch.person,
                "server": watch.server or 0,
                "channel": watch.channel or 0,
                "language": watch.language,
                "question": watch.question,
                "record": watch.record,
                "since": self._clock(),
                "after": watch.after,
                "home": watch.home or 0,
            },
        )
        return True

    async def of(self, person: int) -> list[Watch]:
        """What a person waits for, oldest first."""
        return [watch for watch in await self.all() if watch.person == person]

    async def all(self) -> list[Watch]:
        """What everybody waits for, oldest first."""
        rows = await self._db.rows(
            "SELECT id, person, server, channel, language, question, record, after, home"
            " FROM watches ORDER BY since"
        )
        return _watches(rows)

    async def set_after(self, watch: str, number: int) -> None:
        """Take only articles with a higher number for an answer from now on."""
        sql = "UPDATE watches SET after = :number WHERE id = :id"
        await self._db.change(sql, {"id": watch, "number": number})

    async def end(self, watch: str, person: int) -> bool:
        """Wait no more; whether the person did."""
        sql = "DELETE FROM watches WHERE id = :id AND person = :person"
        return bool(await self._db.delete(sql, {"id": watch, "person": person}))


def _watches(rows: Sequence[Row]) -> list[Watch]:
    return [
        Watch(
            name, who, server or None, channel or None, language, asks, record, after, home or None
        )
        for name, who, server, channel, language, asks, record, after, home in rows
    ]
