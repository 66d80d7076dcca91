import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.discord.settings import _SCHEMA, FILE, Budget, History, Servers, ServerSettings
from bot.storage.engine import Place

HERE, THERE = 1001, 1002
ANN, BEN = 1, 2
NUMBERS = st.frozensets(st.integers(1, 2**63 - 1), max_size=3)
BUDGETS = st.none() | st.integers(0, 10_000)


class Clock:
    """Noon of a day, until it is set."""

    def __init__(self) -> None:
        self.now = 20_000 * 86_400.0 + 43_200

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def opened(place: Place = None, clock: Clock | None = None) -> AsyncIterator[Servers]:
    async with Servers.open(place, pytest.fail, clock or Clock()) as servers:
        yield servers


async def test_a_server_has_the_usual_settings_until_it_changes_them(place: Place) -> None:
    async with opened(place) as servers:
        assert servers[HERE] == servers[None] == ServerSettings()
        changed = await servers.change(HERE, language="de", channels=frozenset({5, 6}))
        assert changed == servers[HERE]
        await servers.change(HERE, history=History.THREAD)
        assert servers[THERE] == ServerSettings()
    async with opened(place) as servers:
        assert servers[HERE] == ServerSettings(
            channels=frozenset({5, 6}), history=History.THREAD, language="de"
        )
        assert servers[THERE] == ServerSettings()


async def test_others_cannot_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "store" / FILE
    async with opened(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.builds(
        ServerSettings,
        channels=NUMBERS,
        roles=NUMBERS,
        history=st.sampled_from(History),
        language=st.none() | st.sampled_from(["en", "de"]),
        person_budget=BUDGETS,
        server_budget=BUDGETS,
    )
)
async def test_all_settings_are_kept(
    new_place: Callable[[], Place], chosen: ServerSettings
) -> None:
    place = new_place()
    async with opened(place) as servers:
        await servers.change(HERE, **asdict(chosen))
    async with opened(place) as servers:
        assert servers[HERE] == chosen
        assert isinstance(servers[HERE].history, History)


async def test_settings_of_a_later_version_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / FILE
    async with opened(path) as servers:
        await servers.change(HERE, threads=True)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE servers SET settings = json_set(settings, '$.colour', 'red')")
    async with opened(path) as servers:
        assert servers[HERE] == ServerSettings(threads=True)


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        (ServerSettings(), True),
        (ServerSettings(channels=frozenset({10})), True),
        (ServerSettings(channels=frozenset({11})), True),
        (ServerSettings(channels=frozenset({12})), False),
        (ServerSettings(roles=frozenset({20})), True),
        (ServerSettings(roles=frozenset({21})), False),
        (ServerSettings(channels=frozenset({12}), roles=frozenset({20})), False),
    ],
)
def test_channels_and_roles_may_ask(settings: ServerSettings, allowed: bool) -> None:
    assert settings.allow(places=[10, 11], roles=[20]) is allowed


async def test_without_a_budget_all_may_ask(place: Place) -> None:
    async with opened(place) as servers:
        assert [await servers.spend(None, ANN) for _ in range(5)] == [None] * 5


async def test_budgets_are_each_persons_and_the_servers(place: Place) -> None:
    async with opened(place) as servers:
        await servers.change(HERE, person_budget=2, server_budget=3)
        assert [await servers.spend(HERE, ANN) for _ in range(3)] == [None, None, Budget.PERSON]
        assert [await servers.spend(HERE, BEN) for _ in range(2)] == [None, Budget.SERVER]
        assert await servers.spend(THERE, ANN) is None
        assert await servers.spent(HERE) == 3
        await servers.give_back(HERE, ANN)
        assert await servers.spend(HERE, BEN) is None
        assert await servers.spend(HERE, BEN) is Budget.PERSON
        await servers.change(HERE, person_budget=0)
        assert await servers.spend(HERE, 3) is Budget.PERSON


async def test_budgets_begin_anew_at_midnight_utc() -> None:
    clock = Clock()
    async with opened(None, clock) as servers:
        await servers.change(HERE, person_budget=1)
        await servers.spend(HERE, ANN)
        assert servers.renewal() == 20_001 * 86_400
        clock.now = servers.renewal() - 1
        assert await servers.spend(HERE, ANN) is Budget.PERSON
        clock.now += 1
        assert await servers.spend(HERE, ANN) is None


async def test_what_is_spent_survives_a_restart(place: Place) -> None:
    async with opened(place) as servers:
        await servers.change(HERE, person_budget=1)
        await servers.spend(HERE, ANN)
    async with opened(place) as servers:
        assert await servers.spend(HERE, ANN) is Budget.PERSON


async def test_budgets_are_exact_when_many_ask_at_once(place: Place) -> None:
    async with opened(place) as one, opened(place) as other:
        await one.change(HERE, server_budget=30)
        await other.refresh()
        asked = await asyncio.gather(
            *(servers.spend(HERE, person) for person in range(1, 26) for servers in (one, other))
        )
        assert asked.count(None) == 30
        assert asked.count(Budget.SERVER) == 20
        assert await one.spent(HERE) == 30


async def test_nothing_that_two_processes_set_at_once_is_lost(place: Place) -> None:
    async with opened(place) as one, opened(place) as other:
        await asyncio.gather(
            *(one.change(HERE, **{name: 7}) for name in ("person_budget", "server_budget")),
            *(other.change(HERE, **{name: True}) for name in ("threads", "own_articles")),
            other.change(THERE, language="fr"),
        )
        expected = ServerSettings(person_budget=7, server_budget=7, threads=True, own_articles=True)
        await one.refresh()
        await other.refresh()
        assert one[HERE] == other[HERE] == expected
        assert one[THERE].language == "fr"


async def test_what_another_process_sets_soon_holds_here(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.settings.FRESH", 0.01)
    async with opened(place) as one, opened(place) as other:
        await one.change(HERE, threads=True)
        for _ in range(3000):
            if other[HERE].threads:
                break
            await asyncio.sleep(0.01)
        assert other[HERE].threads


async def test_what_was_counted_before_there_were_sums_counts(tmp_path: Path) -> None:
    path = tmp_path / FILE
    clock = Clock()
    with sqlite3.connect(path) as db:
        db.executescript(f"{_SCHEMA.steps[0]} PRAGMA user_version = 1")
        db.execute("INSERT INTO spent VALUES (20000, ?, ?, 2)", (HERE, ANN))
        db.execute("INSERT INTO spent VALUES (20000, ?, ?, 3)", (HERE, BEN))
    async with opened(path, clock) as servers:
        assert await servers.spent(HERE) == 5
        await servers.change(HERE, person_budget=3)
        assert [await servers.spend(HERE, ANN) for _ in range(2)] == [None, Budget.PERSON]
