"""Which of the articles that files deliver are current, and which are replaced by another one?

Versions of one article, by their source or url, give way to the newest; of articles with
the same words, the oldest answers for all. A version takes the place of another only within
one folder, dump or feed, or where it comes from a feed of the host that the link names: else
anybody's feed could have its own words answer under the address of somebody else's article.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from index.paths import is_address
from index.text.minhash import Signature, resemblance

NEW = "new"
CURRENT = "current"
DUPLICATE = "duplicate"
SUPERSEDED = "superseded"

REVISED = 0.3
"""How alike two versions of one url must be where their titles differ.

Some sites name one canonical url, their front page, in every article.
"""


class Version(NamedTuple):
    """An article as a file delivers it; `body` digests its title and text.

    `written_ns` is when its file was written, `ordinal` its place in that file. `origin` is the
    folder or file that was named, or the address of the feed.
    """

    id: int
    file_id: int
    ordinal: int
    source: str
    body: str
    signature: Signature
    title: str
    published: str | None
    url: str | None
    path: str
    written_ns: int
    origin: str = ""


class VersionState(NamedTuple):
    """What an article is, and the one that answers in its place where it does not."""

    state: str
    stand_in: int | None = None


def states_of(versions: Iterable[Version]) -> dict[int, VersionState]:
    """The state of each version, by id.

    The caller must give, with any version, all that share its source, url or body.
    """
    found: dict[int, VersionState] = {}
    left = _reduced([*versions], lambda v: v.source, _newest, found)
    left = _reduced(left, lambda v: v.url, _newest_of_url, found)
    left = _reduced(left, lambda v: v.body, _oldest, found)
    return found | {v.id: VersionState(CURRENT) for v in left}


def precedence(version: Version) -> tuple[object, ...]:
    """Sorts what says the same: the oldest first, then one with a plain url."""
    url = version.url
    return version.published or "9999", url is None, "?" in (url or ""), version.source, version.id


def _reduced(
    versions: Sequence[Version],
    key: Callable[[Version], Hashable],
    judge: Callable[[Sequence[Version]], dict[int, VersionState]],
    found: dict[int, VersionState],
) -> list[Version]:
    """The versions that no other one of the same key replaces."""
    groups: dict[Hashable, list[Version]] = defaultdict(list)
    for version in versions:
        groups[key(version)].append(version)
    for same, group in groups.items():
        if same is not None and len(group) > 1:
            found |= judge(group)
    return [version for version in versions if version.id not in found]


def _newest(versions: Sequence[Version]) -> dict[int, VersionState]:
    newest = max(_entitled(versions), key=_recency)
    return {v.id: VersionState(SUPERSEDED, newest.id) for v in versions if v is not newest}


def _entitled(versions: Sequence[Version]) -> Sequence[Version]:
    """Those that may answer under one source: its own host's, or else what was put in files.

    Of feeds that are all from elsewhere, it is the one whose address comes first.
    """
    if len({v.origin for v in versions}) == 1:
        return versions
    own = [v for v in versions if _is_own(v, v.source)]
    in_files = [v for v in versions if not is_address(v.origin)]
    first = min(v.origin for v in versions)
    return own or in_files or [v for v in versions if v.origin == first]


def _is_own(version: Version, address: str | None) -> bool:
    """Whether a version comes from a feed of the host that an address names."""
    hosts = [_host(text) for text in (version.origin, address or "") if is_address(text)]
    return len(hosts) == 2 and hosts[0] == hosts[1]


def _host(address: str) -> str:
    with suppress(ValueError):
        return re.sub(r"^(?:www|feeds?|rss|m)\.", "", urlsplit(address).netloc.lower())
    return address


def _newest_of_url(versions: Sequence[Version]) -> dict[int, VersionState]:
    if len({v.file_id for v in versions}) < len(versions):
        return {}  # a file that gives it several names holds parts of a page, not versions
    found: dict[int, VersionState] = {}
    for version in versions:
        rivals = [v for v in versions if v.origin == version.origin or _is_own(v, v.url)]
        newest = max(rivals, key=_recency)
        if _recency(newest) > _recency(version) and _is_revised(version, newest):
            found[version.id] = VersionState(SUPERSEDED, newest.id)
    return found


def _is_revised(old: Version, new: Version) -> bool:
    same_title = old.title.casefold() == new.title.casefold()
    return same_title or resemblance(old.signature, new.signature) >= REVISED


def _oldest(versions: Sequence[Version]) -> dict[int, VersionState]:
    oldest = min(versions, key=precedence)
    return {v.id: VersionState(DUPLICATE, oldest.id) for v in versions if v is not oldest}


def _recency(version: Version) -> tuple[object, ...]:
    """Sorts versions of one article: by day, then as they were delivered."""
    v = version
    return v.published or "", v.written_ns, v.path, v.ordinal, v.id
