"""Articles that are named by addresses of the web: feeds, and single pages.

What is fetched from an address is kept as a feed dump in the store, which is read like any other:
a question needs no network, and an article stays when its feed has moved on.
"""

import asyncio
import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from index.article import Article
from index.errors import ArticlesError, StoreError
from index.paths import address_of, dump_of, is_address
from index.readers import Problem
from index.readers.kinds import read_untrusted
from index.sync.fetch import UNKNOWN, Fetched, Fetcher, FetchError, Validators
from index.sync.files import replace_file
from index.text.splitter import words

FEEDS = {".xml", ".json"}
TEASER = 150
"""Words below which a feed's entry is taken for a teaser of the page that it links to."""
PAGES = 200
"""Linked pages fetched in one go; those that remain have their turn the next time."""
AT_ONCE = 4

Row = dict[str, Any]
Reasons = dict[str, str]


def fetch_all(store: Path, addresses: Sequence[str], allow_private: bool) -> None:
    """Bring the dumps of these addresses up to date; not to be called where a loop runs.

    Raises ArticlesError when one that was never fetched cannot be; where one was, a line in
    its dump says what went wrong. Raises StoreError when the store cannot be written.
    """
    asyncio.run(_fetch_all(store, addresses, Fetcher(allow_private)))


async def _fetch_all(store: Path, addresses: Sequence[str], fetcher: Fetcher) -> None:
    for address in addresses:
        await _update(address, dump_of(store, address), fetcher)


async def _update(address: str, dump: Path, fetcher: Fetcher) -> None:
    rows = _rows(dump)
    try:
        fetched = await fetcher.fetch(address, _validators(dump))
    except FetchError as error:
        if _is_new(dump):
            raise ArticlesError(f"{address} {error}") from error
        why = f"{error}; what was fetched before is kept"
        _write(dump, {}, [{"url": address, "problem": why}], UNKNOWN, address)
        return
    if fetched is None:
        _sign(dump, address)
        return
    found = await _read(fetched, address)
    if fetched.ending in FEEDS:
        new, reasons = await _entries(address, found, rows, fetcher)
    else:
        new = {item.source: _row(item) for item in found if isinstance(item, Article)}
        reasons = {item.source: item.reason for item in _failures(found)}
    problems: list[Row] = [{"url": name, "problem": why} for name, why in reasons.items()]
    problems += (
        {"url": address, "problem": item.reason, "doubtful": True}
        for item in found
        if isinstance(item, Problem) and item.doubtful
    )
    # What went wrong may go well the next time, so nothing must keep it from being tried.
    _write(dump, new, problems, UNKNOWN if reasons else fetched.validators, address)


# Feeds


async def _entries(
    address: str, found: Sequence[Article | Problem], rows: Mapping[str, Row], fetcher: Fetcher
) -> tuple[dict[str, Row], Reasons]:
    """The rows of entries that are new or changed, and what went wrong with others."""
    entries = [e for e in found if isinstance(e, Article) or not e.doubtful]
    changed = [e for e in entries if _known(e, rows).get("entry") != _digest(e)]
    teasers = [e for e in changed if _is_teaser(e)]
    new = {
        _key(e): _row(e, _digest(e))
        for e in changed
        if isinstance(e, Article) and not _is_teaser(e)
    }
    reasons = {e.source: e.reason for e in changed if isinstance(e, Problem) and not _is_teaser(e)}
    gate = asyncio.Semaphore(AT_ONCE)
    pages = await asyncio.gather(*(_page(e.source, fetcher, gate) for e in teasers[:PAGES]))
    for entry, page in zip(teasers, pages, strict=False):
        name = _key(entry)
        if isinstance(page, Article):
            new[name] = _row(_fuller(entry, page), _digest(entry))
            continue
        reasons[entry.source] = page.reason
        if isinstance(entry, Article) and not _known(entry, rows):
            new[name] = _row(entry)
            reasons[entry.source] += "; the feed's own words are kept"
    if left := teasers[PAGES:]:
        reasons[address] = f"links to {len(left):,} more pages; fetch again for the next of them"
    return new, reasons


def _failures(found: Sequence[Article | Problem]) -> list[Problem]:
    return [item for item in found if isinstance(item, Problem) and not item.doubtful]


def _known(entry: Article | Problem, rows: Mapping[str, Row]) -> Row:
    """The row of an entry that was fetched before; it may have had no id then."""
    return rows.get(_key(entry)) or rows.get(entry.source) or {}


def _key(entry: Article | Problem) -> str:
    """What tells an entry from others of its feed."""
    guid = entry.entry if isinstance(entry, Article) else None
    return f"{entry.source}#{guid}" if guid else entry.source


def _is_teaser(entry: Article | Problem) -> bool:
    short = isinstance(entry, Problem) or words(entry.text) < TEASER
    return short and is_address(entry.source)


def _fuller(entry: Article | Problem, page: Article) -> Article:
    """The page under what the feed says of it, or the entry where that says more."""
    if isinstance(entry, Problem):
        return page
    page = replace(page, source=entry.source)
    if words(page.text) <= words(entry.text):
        return entry
    return replace(
        page,
        entry=entry.entry,
        title=entry.title,
        published=entry.published or page.published,
        author=entry.author or page.author,
    )


async def _page(address: str, fetcher: Fetcher, gate: asyncio.Semaphore) -> Article | Problem:
    """The article at an address, or why there is none."""
    try:
        async with gate:
            fetched = await fetcher.fetch(address)
    except FetchError as error:
        return Problem(address, f"the page {error}")
    if fetched is None or fetched.ending in FEEDS:
        return Problem(address, "the page is no article")
    return _whole(await _read(fetched, address))


def _whole(found: Sequence[Article | Problem]) -> Article | Problem:
    """What a page holds, as one article where that is several, such as the posts of a live blog."""
    articles = [item for item in found if isinstance(item, Article)]
    if len(articles) < 2:
        return found[0]
    text = "\n\n".join(f"{article.title}\n\n{article.text}" for article in articles)
    return replace(articles[0], text=text, places=())


async def _read(fetched: Fetched, source: str) -> list[Article | Problem]:
    """What the file that was fetched holds, or a problem where that is nothing."""
    with tempfile.TemporaryDirectory(prefix="dateline-") as folder:
        path = Path(folder) / f"page{fetched.ending}"
        path.write_bytes(fetched.data)
        found = await asyncio.to_thread(lambda: list(read_untrusted(path, source)))
    return found or [Problem(source, "holds no article")]


# The dump


def _row(article: Article, entry: str | None = None) -> Row:
    """An article as a line of a dump; `entry` is the digest of the feed's entry it is of."""
    return {
        "url" if is_address(article.source) else "id": article.source,
        "title": article.title,
        "published": article.published and date.isoformat(article.published),
        "author": article.author,
        "text": article.text,
        "places": article.places,
        "guid": article.entry,
        "entry": entry,
    }


def _digest(entry: Article | Problem) -> str:
    return hashlib.sha256(repr(entry).encode()).hexdigest()[:16]


def _rows(dump: Path) -> dict[str, Row]:
    """The articles fetched before, by their sources."""
    try:
        lines = dump.read_bytes().splitlines() if dump.exists() else []
    except OSError as error:
        raise StoreError(f"cannot read {dump}: {error.strerror}") from error
    rows = []
    for line in lines:
        with suppress(ValueError):
            rows.append(json.loads(line))
    return {_key_of(row): row for row in rows if "text" in row}


def _key_of(row: Row) -> str:
    name, guid = row.get("url") or row.get("id"), row.get("guid")
    return f"{name}#{guid}" if guid else str(name)


def _is_new(dump: Path) -> bool:
    return not dump.exists()


def _validators(dump: Path) -> Validators:
    try:
        noted = json.loads(_notes(dump).read_bytes())
        return Validators(noted["etag"], noted["modified"])
    except (OSError, ValueError, TypeError, KeyError):
        return UNKNOWN


def _sign(dump: Path, address: str) -> None:
    """Note the address beside a dump of which it is not known where it comes from."""
    if address_of(dump) is None:
        _write(dump, {}, None, _validators(dump), address)


def _notes(dump: Path) -> Path:
    return dump.with_suffix(".json")


def _write(
    dump: Path,
    new: Mapping[str, Row],
    problems: Sequence[Row] | None,
    validators: Validators,
    address: str,
) -> None:
    """Add it all to the dump at once, and leave one that says the same as it is.

    What another process has added since this one began to fetch stays. Where `problems` is
    None, nothing but the notes beside the dump is written.
    """
    from filelock import FileLock  # noqa: PLC0415  (folders need none)

    try:
        dump.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(dump.with_suffix(".lock")):
            rows = _rows(dump)
            for name, row in new.items():
                if row.get("guid") and name not in rows:  # it was fetched before ids were kept
                    rows.pop(row.get("url") or "", None)
                rows[name] = row
            lines = (
                json.dumps(row).encode() + b"\n" for row in (*rows.values(), *(problems or ()))
            )
            data = b"".join(lines)
            if problems is not None and (not dump.exists() or dump.read_bytes() != data):
                replace_file(dump, data)
            noted = validators._asdict() | {"address": address}
            replace_file(_notes(dump), json.dumps(noted).encode())
    except OSError as error:
        raise StoreError(f"cannot write the store in {dump.parent}: {error.strerror}") from error
