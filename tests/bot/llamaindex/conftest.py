"""A session on three small articles, without a reader so that it answers quickly."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.llamaindex import DatelineSession

ROWS: list[dict[str, str | None]] = [
    {
        "id": "lighthouse",
        "url": "https://coast.example/lighthouse",
        "title": "Lighthouse gets a new lamp",
        "published": "2024-05-02",
        "text": "The lighthouse of Sandholm got a new lamp on Thursday. It shines 31 kilometres "
        "far.\n\nThe keeper, Ruth Amsel, said the old lamp had burned since 1968.",
    },
    {
        "id": "harbour",
        "title": "Harbour closes for repairs",
        "published": "2024-05-20",
        "text": "The harbour of Sandholm closes for six weeks. A crane sank in a storm and blocks "
        "the entrance.\n\nFishermen will land their catch in Brunn.",
    },
    {
        "id": "choir",
        "title": "A choir sings on the pier",
        "text": "Sixty children sang on the pier of Sandholm. Their teacher, Olof Brandt, wrote "
        "the songs himself.",
    },
]


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dump = tmp_path_factory.mktemp("articles") / "news.jsonl"
    dump.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    return dump


@pytest.fixture(scope="session")
def session(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatelineSession]:
    store = tmp_path_factory.mktemp("store")
    with DatelineSession.open(articles, store=store, reader="none", threshold=0.3) as opened:
        yield opened
