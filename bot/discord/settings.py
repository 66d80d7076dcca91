"""What each server has set for itself, and how many questions it has asked today.

Kept in one SQLite file in the store. It knows servers, channels, roles and people by their
numbers at Discord alone; server 0 stands for direct messages.
"""

import json
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.database import Database, Schema

FILE = "servers.sqlite"
"""In the store."""
DIRECT = 0
"""In place of a server's number in direct messages."""
_SCHEMA = Schema(
    "the settings of Discord's servers",
    """
CREATE TABLE servers (
    server INTEGER PRIMARY KEY,
    settings TEXT NOT NULL      -- a JSON object of what differs from ServerSettings()
);
CREATE TABLE spent (
    day INTEGER NOT NULL,       -- since 1970, in UTC
    server INTEGER NOT NULL,
    person INTEGER NOT NULL,
    questions INTEGER NOT NULL,
    PRIMARY KEY (day, server, person)
);
""",
    1,
)
_DAY = 24 * 60 * 60


class History(StrEnum):
    """Whose earlier questions a question is read in the light of."""

    USER = "user"
    THREAD = "thread"


class Budget(StrEnum):
    """A day's questions: each person's, or all of a server's."""

    PERSON = "person"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What a server has set; as it is made, what holds until then.

    No `channels` or `roles` means that all may ask. Budgets are questions a day (UTC), without
    end if None. `threads` has a mention answered in a thread. `language` is that of the bot's
    own words; None takes the server's. `own_articles`: the server has a folder of its own.
    """

    channels: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    threads: bool = False
    history: History = History.USER
    language: str | None = None
    person_budget: int | None = None
    server_budget: int | None = None
    own_articles: bool = False

    def allow(self, places: Collection[int], roles: Collection[int]) -> bool:
        """Whether somebody of these roles may ask in a channel.

        `places` are the channel and what it is in: a thread's channel, a channel's category.
        """
        here = not self.channels or not self.channels.isdisjoint(places)
        return here and (not self.roles or not self.roles.isdisjoint(roles))


class Servers:
    """The settings of every server. Methods raise StoreError when the file cannot be used."""

    def __init__(self, db: Database, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock
        self._known: dict[int, ServerSettings] = {}

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        path: Path | None,
        notify: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> AsyncIterator["Servers"]:
        """The settings kept at `path`; without a path, such as are not kept."""
        async with Database.open(path, _SCHEMA, notify) as db:
            servers = cls(db, clock)
            for server, kept in await db.rows("SELECT server, settings FROM servers"):
                servers._known[server] = _settings(json.loads(kept))
            yield servers

    def __getitem__(self, server: int | None) -> ServerSettings:
        """A server's settings; those of direct messages for None."""
        return self._known.get(server or DIRECT, ServerSettings())

    async def change(self, server: int, **changes: Any) -> ServerSettings:
        """Change some of a server's settings; all of them as they now are."""
        changed = replace(self[server], **changes)
        await self._db.change(
            "INSERT OR REPLACE INTO servers (server, settings) VALUES (?, ?)",
            (server, json.dumps(_differing(changed))),
        )
        self._known[server] = changed
        return changed

    async def spend(self, server: int | None, person: int) -> Budget | None:
        """Count a question, unless a budget is used up; which one, if it is not counted."""
        settings, day = self[server], self._today()
        place = (day, server or DIRECT)
        await self._db.change("DELETE FROM spent WHERE day < ?", (day,))
        counted = await self._db.change(
            # One statement, so that no other question gets between looking and counting.
            "INSERT INTO spent (day, server, person, questions) SELECT ?1, ?2, ?3, 1"
            " WHERE (?4 IS NULL OR ?4 > (SELECT coalesce(sum(questions), 0) FROM spent"
            "  WHERE day = ?1 AND server = ?2 AND person = ?3))"
            " AND (?5 IS NULL OR ?5 > (SELECT coalesce(sum(questions), 0) FROM spent"
            "  WHERE day = ?1 AND server = ?2))"
            " ON CONFLICT DO UPDATE SET questions = questions + 1",
            (*place, person, settings.person_budget, settings.server_budget),
        )
        if counted:
            return None
        [(asked,)] = await self._db.rows(
            "SELECT coalesce(sum(questions), 0) FROM spent"
            " WHERE day = ? AND server = ? AND person = ?",
            (*place, person),
        )
        limit = settings.person_budget
        return Budget.PERSON if limit is not None and asked >= limit else Budget.SERVER

    async def give_back(self, server: int | None, person: int) -> None:
        """Take back a question that was counted today and could not be answered."""
        await self._db.change(
            "UPDATE spent SET questions = questions - 1"
            " WHERE day = ? AND server = ? AND person = ? AND questions > 0",
            (self._today(), server or DIRECT, person),
        )

    async def spent(self, server: int | None) -> int:
        """How many questions the server has asked today."""
        [(asked,)] = await self._db.rows(
            "SELECT coalesce(sum(questions), 0) FROM spent WHERE day = ? AND server = ?",
            (self._today(), server or DIRECT),
        )
        return int(asked)

    def renewal(self) -> float:
        """When the budgets begin anew, in seconds since 1970."""
        return float((self._today() + 1) * _DAY)

    def _today(self) -> int:
        return int(self._clock() // _DAY)


def _differing(settings: ServerSettings) -> dict[str, Any]:
    """What is not as ever, as JSON; what a later version makes the default reaches the rest."""
    usual = asdict(ServerSettings())
    return {
        key: sorted(value) if isinstance(value, frozenset) else value
        for key, value in asdict(settings).items()
        if value != usual[key]
    }


def _settings(kept: dict[str, Any]) -> ServerSettings:
    """What was kept; settings that this version does not know are left out."""
    known = {f.name for f in fields(ServerSettings)}
    read = {"channels": frozenset, "roles": frozenset, "history": History}
    return ServerSettings(
        **{key: read.get(key, lambda v: v)(value) for key, value in kept.items() if key in known}
    )
