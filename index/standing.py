"""Which of the articles that files deliver answer, and which stand back for another one.

Versions of one article, by their source or url, give way to the newest; of articles with
the same words, the oldest answers for all. It knows nothing of files, stores or passages.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple

from index.resemblance import Signature, resemblance

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

    `written_ns` is when its file was written, `ordinal` its place in that file.
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


class Standing(NamedTuple):
    """What an article is, and the one that answers in its place where it does not."""

    state: str
    stand_in: int | None = None


def standings(versions: Iterable[Version]) -> dict[int, Standing]:
    """The standing of each version, by id.

    Whoever asks must give, with any version, all that share its source, url or body.
    """
    found: dict[int, Standing] = {}
    left = _reduced([*versions], lambda v: v.source, _newest, found)
    left = _reduced(left, lambda v: v.url, _newest_of_url, found)
    left = _reduced(left, lambda v: v.body, _oldest, found)
    return found | {v.id: Standing(CURRENT) for v in left}


def precedence(version: Version) -> tuple[object, ...]:
    """Sorts what says the same: the oldest first, then one with a plain url."""
    url = version.url
    return version.published or "9999", url is None, "?" in (url or ""), version.source, version.id


def _reduced(
    versions: Sequence[Version],
    key: Callable[[Version], Hashable],
    judge: Callable[[Sequence[Version]], dict[int, Standing]],
    found: dict[int, Standing],
) -> list[Version]:
    """The versions that do not stand back for another one of the same key."""
    groups: dict[Hashable, list[Version]] = defaultdict(list)
    for version in versions:
        groups[key(version)].append(version)
    for same, group in groups.items():
        if same is not None and len(group) > 1:
            found |= judge(group)
    return [version for version in versions if version.id not in found]


def _newest(versions: Sequence[Version]) -> dict[int, Standing]:
    newest = max(versions, key=_recency)
    return {v.id: Standing(SUPERSEDED, newest.id) for v in versions if v is not newest}


def _newest_of_url(versions: Sequence[Version]) -> dict[int, Standing]:
    if len({v.file_id for v in versions}) < len(versions):
        return {}  # a file that gives it several names holds parts of a page, not versions
    newest = max(versions, key=_recency)
    return {
        v.id: Standing(SUPERSEDED, newest.id)
        for v in versions
        if v is not newest and _is_revised(v, newest)
    }


def _is_revised(old: Version, new: Version) -> bool:
    same_title = old.title.casefold() == new.title.casefold()
    return same_title or resemblance(old.signature, new.signature) >= REVISED


def _oldest(versions: Sequence[Version]) -> dict[int, Standing]:
    oldest = min(versions, key=precedence)
    return {v.id: Standing(DUPLICATE, oldest.id) for v in versions if v is not oldest}


def _recency(version: Version) -> tuple[object, ...]:
    """Sorts versions of one article: by day, then as they were delivered."""
    v = version
    return v.published or "", v.written_ns, v.path, v.ordinal, v.id
