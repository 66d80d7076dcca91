"""What each server has set for itself, and how many questions it has asked today.

It knows servers, channels, roles and people by their
numbers at Discord alone; server 0 means direct messages.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from bot.storage.engine import Database, Place, Schema
from bot.storage.opening import open_database
from index.errors import StoreError

FILE = "servers.sqlite"
"""In the store, where no database is named."""
DIRECT = 0
"""In place of a server's number in direct messages."""
_SCHEMA = Schema(
    "servers",
    "the settings of Discord's servers",
    (
        """
CREATE TABLE servers (
    server BIGINT PRIMARY KEY,
    settings TEXT NOT NULL      -- a JSON object of what differs from ServerSettings()
);
CREATE TABLE spent (
    day BIGINT NOT NULL,        -- since 1970, in UTC
    server BIGINT NOT NULL,
    person BIGINT NOT NULL,     -- 0 for all together
    questions BIGINT NOT NULL,
    PRIMARY KEY (day, server, person)
);
""",
        """
INSERT INTO spent (day, server, person, questions)
SELECT day, server, 0, sum(questions) FROM spent GROUP BY day, server;
""",
    ),
)
_DAY = 24 * 60 * 60
ALL = 0
"""In place of a person's number where a server's questions are counted."""
FRESH = 5.0
"""Seconds after which what another process has set holds here too."""


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
    own words; None takes the server's. `own_articles`: the server has a folder of its own, and so
    has each of `own_channels`. Messages that do not mention the bot are answered in
    `always_channels`, and in `sure_channels` where the answer is sure. New articles are posted in
    `digest_channel`, if there is one, from that hour of the day on.
    """

    channels: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    threads: bool = False
    history: History = History.USER
    language: str | None = None
    person_budget: int | None = None
    server_budget: int | None = None
    own_articles: bool = False
    own_channels: frozenset[int] = frozenset()
    sure_channels: frozenset[int] = frozenset()
    always_channels: frozenset[int] = frozenset()
    digest_channel: int | None = None
    digest_hour: int = 8
    digest_zone: str = "UTC"

    def allow(self, places: Collection[int], roles: Collection[int]) -> bool:
        """Whether somebody of these roles may ask in a channel.

        `places` are the channel and what it is in: a thread's channel, a channel's category.
        """
        here = not self.channels or not self.channels.isdisjoint(places)
        return here and (not self.roles or not self.roles.isdisjoint(roles))


class Servers:
    """The settings of every server. Methods raise StoreError when they cannot be used."""

    def __init__(self, db: Database, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock
        self._known: dict[int, ServerSettings] = {}

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        place: Place,
        notify: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> AsyncIterator["Servers"]:
        """The settings at a place; see `open_database`."""
        async with open_database(place, _SCHEMA, notify) as db:
            servers = cls(db, clock)
            await servers.refresh()
            following = asyncio.create_task(servers._follow())
            try:
                yield servers
            finally:
                following.cancel()
                await asyncio.wait([following])

    def __getitem__(self, server: int | None) -> ServerSettings:
        """A server's settings; those of direct messages for None."""
        return self._known.get(server or DIRECT, ServerSettings())

    def all(self) -> dict[int, ServerSettings]:
        """The settings of the servers that have set something."""
        return dict(self._known)

    async def refresh(self) -> None:
        """See what other processes have set."""
        kept = await self._db.rows("SELECT server, settings FROM servers")
        self._known = {server: _settings(written) for server, written in kept}

    async def change(self, server: int, **changes: Any) -> ServerSettings:
        """Change some of a server's settings; all of them as they now are."""
        sql = "SELECT settings FROM servers WHERE server = :server"
        while True:  # until nobody has changed others between reading and writing
            [(before,)] = await self._db.rows(sql, {"server": server}) or [(None,)]
            changed = replace(_settings(before or "{}"), **changes)
            written = await self._db.change(
                "INSERT INTO servers (server, settings) VALUES (:server, :settings)"
                " ON CONFLICT (server) DO UPDATE SET settings = excluded.settings"
                " WHERE servers.settings = :before",
                {"server": server, "settings": _differing(changed), "before": before},
            )
            if written:
                self._known[server] = changed
                return changed

    async def spend(self, server: int | None, person: int) -> Budget | None:
        """Count a question, unless a budget is used up; which one, if it is not counted."""
        settings, day = self[server], self._today()
        await self._db.change("DELETE FROM spent WHERE day < :day", {"day": day})
        if not await self._counted(server, person, settings.person_budget):
            return Budget.PERSON
        if not await self._counted(server, ALL, settings.server_budget):
            await self._take_back(server, (person,))
            return Budget.SERVER
        return None

    async def give_back(self, server: int | None, person: int) -> None:
        """Take back a question that was counted today and could not be answered."""
        await self._take_back(server, (person, ALL))

    async def spent(self, server: int | None) -> int:
        """How many questions the server has asked today."""
        found = await self._db.rows(
            "SELECT questions FROM spent WHERE day = :day AND server = :server AND person = :all",
            {"day": self._today(), "server": server or DIRECT, "all": ALL},
        )
        return int(found[0][0]) if found else 0

    async def _counted(self, server: int | None, person: int, limit: int | None) -> bool:
        """Count one more, unless the limit is reached; in one statement, so that it is exact."""
        return limit != 0 and bool(
            await self._db.change(
                "INSERT INTO spent (day, server, person, questions)"
                " VALUES (:day, :server, :person, 1) ON CONFLICT (day, server, person)"
                " DO UPDATE SET questions = spent.questions + 1"
                " WHERE CAST(:most AS BIGINT) IS NULL OR spent.questions < :most",
                {
                    "day": self._today(),
                    "server": server or DIRECT,
                    "person": person,
                    "most": limit,
                },
            )
        )

    async def _take_back(self, server: int | None, people: tuple[int, ...]) -> None:
        await self._db.change(
            "UPDATE spent SET questions = questions - 1 WHERE day = :day AND server = :server"
            " AND person IN (:one, :other) AND questions > 0",
            {
                "day": self._today(),
                "server": server or DIRECT,
                "one": people[0],
                "other": people[-1],
            },
        )

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(FRESH)
            with suppress(StoreError):  # what is known goes on holding
                await self.refresh()

    def renewal(self) -> float:
        """When the budgets begin again, in seconds since 1970."""
        return float((self._today() + 1) * _DAY)

    def _today(self) -> int:
        return int(self._clock() // _DAY)


_SETS = [f.name for f in fields(ServerSettings) if f.default == frozenset()]


def _differing(settings: ServerSettings) -> str:
    """What is not as ever, as JSON; what a later version makes the default reaches the rest."""
    usual = asdict(ServerSettings())
    differing = {
        key: sorted(value) if isinstance(value, frozenset) else value
        for key, value in asdict(settings).items()
        if value != usual[key]
    }
    return json.dumps(differing)


def _settings(written: str) -> ServerSettings:
    """What was kept; settings that this version does not know are left out."""
    kept: dict[str, Any] = json.loads(written)
    known = {f.name for f in fields(ServerSettings)}
    sets = dict.fromkeys(_SETS, frozenset)
    read: dict[str, Any] = sets | {"history": History}
    return ServerSettings(
        **{key: read.get(key, lambda v: v)(value) for key, value in kept.items() if key in known}
    )
