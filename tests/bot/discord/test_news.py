"""What is new, by story, and the digest of it over a clock that is moved."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.store import FILE, ConversationStore
from bot.discord.digest import Digest, zones
from bot.discord.i18n import translations_for
from bot.discord.news import by_story, new_articles, news_blocks
from bot.discord.pagination import length
from bot.discord.settings import ServerSettings
from index.storage.records import CatalogueRow

WORDS = translations_for("en")
TODAY = date(2024, 10, 24)
YESTERDAY = TODAY - timedelta(days=1)


def row(source: str, title: str, day: date | None = TODAY, state: str = "current") -> CatalogueRow:
    return CatalogueRow(source, title, day, f"https://n.example/{source}", 9, 1, state)


def test_what_is_old_undated_or_told_twice_is_not_new() -> None:
    rows = [
        row("a", "The bridge falls"),
        row("b", "The mayor speaks", YESTERDAY),
        row("c", "Long ago", YESTERDAY - timedelta(days=1)),
        row("d", "Undated", None),
        row("e", "The bridge falls", state="similar"),
        row("f", "Known already"),
    ]
    assert [r.source for r in new_articles(rows, YESTERDAY, {"f"})] == ["a", "b"]


def test_articles_of_one_story_are_together() -> None:
    rows = [
        row("a", "Bridge of Hamm falls in a storm"),
        row("b", "A mayor is elected"),
        row("c", "Storm: bridge of Hamm falls"),
    ]
    assert [[r.source for r in story] for story in by_story(rows)] == [["a", "c"], ["b"]]
    _, lines = news_blocks(rows, YESTERDAY, WORDS)
    assert [line[:4] for line in lines.splitlines()] == ["- [B", "  - ", "- [A"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=150), st.dates()), max_size=80))
def test_the_news_fit_into_a_card(items: Sequence[tuple[str, date]]) -> None:
    rows = [row(f"{n}.txt", title, day) for n, (title, day) in enumerate(items)]
    blocks = news_blocks(rows, YESTERDAY, WORDS)
    assert sum(map(length, blocks)) <= 4000
    assert all(block.strip() for block in blocks)


@dataclass
class Place:
    """A channel that keeps what is posted in it."""

    posted: list[str] = field(default_factory=list)

    async def send(self, *, view: Any) -> None:
        components = view.to_components()
        self.posted.append(
            "\n".join(c["content"] for c in components[0]["components"] if c["type"] == 10)
        )


def a_bot(records: ConversationStore, rows: list[CatalogueRow], place: Place) -> Any:
    async def store() -> Any:
        return SimpleNamespace(catalogue=lambda: iter(rows))

    return SimpleNamespace(
        conversations=records,
        indexes=SimpleNamespace(room=lambda *_: SimpleNamespace(store=store)),
        get_guild=lambda _: None,
        get_partial_messageable=lambda _: place,
    )


async def test_a_digest_is_posted_once_a_day_when_its_hour_has_come(tmp_path: Path) -> None:
    wanted = ServerSettings(digest_channel=5, digest_hour=8, digest_zone="Europe/Berlin")
    place, rows = Place(), [row("a", "The bridge falls")]
    now = datetime(2024, 10, 24, 5, 59, tzinfo=UTC)  # 07:59 in Berlin
    async with ConversationStore.open(tmp_path / FILE, 30, pytest.fail) as records:
        digest = Digest(a_bot(records, rows, place), lambda: now)
        assert not await digest.post_if_due(1, wanted)
        now += timedelta(minutes=1)
        assert await digest.post_if_due(1, wanted)
        assert "The bridge falls" in place.posted[0]
        assert not await digest.post_if_due(1, wanted)
        now += timedelta(days=1)
        assert not await digest.post_if_due(1, wanted)  # nothing is new
        rows.append(row("b", "The mayor speaks", TODAY + timedelta(days=1)))
        now += timedelta(days=1)
        assert await digest.post_if_due(1, wanted)
    assert len(place.posted) == 2
    assert "bridge" not in place.posted[1]


def test_time_zones_have_names() -> None:
    assert {"UTC", "Europe/Berlin"} <= set(zones())
