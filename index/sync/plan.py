"""What has to be done so that the right articles answer, worked out before any of it is done.

It reads the manifest and writes nothing, so that it can be made for nobody but a person who wants
to know.
"""

import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from index.storage.manifest import Manifest
from index.storage.versions import (
    CURRENT,
    DUPLICATE,
    NEW,
    SUPERSEDED,
    VersionState,
    precedence,
    states_of,
)
from index.sync.ingest import Deliveries, Stored
from index.text.minhash import bands, resemblance

SIMILAR = 0.8
"""How alike the texts of two articles of the same days are that count as one witness."""
SAME_DAYS = 7
"""Days between them at most: a pattern is filled in again every month or year."""
IDENTICAL = 0.95
"""How alike they must be where one has no day, and may as well be a page made by a pattern."""
LOOKED_AT = 50
"""Articles that a new one is compared with at most; hundreds may be made by one pattern."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The sources of the articles that change, by how they do.

    `duplicates` and `superseded` are those that are so from now on.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    superseded: list[str] = field(default_factory=list)


class Plan:
    """What to do with the articles that are new or leaving, and those that it touches.

    `states` are what each article that stays will be; `leaving` go. `embed` are those whose
    passages have to be made, `take` says whose passages an article of the same words takes
    over, and `after` which articles answer until the one that gets passages can. `stories` has the
    new story numbers.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        stored = Deliveries(manifest).unsettled()
        self._staying = {s.version.id: s for s in stored if not s.leaving}
        self._leaving = {s.version.id: s for s in stored if s.leaving}
        self.leaving = [*self._leaving]
        self.states = states_of(s.version for s in self._staying.values())
        self.embed, self.take = self._passages()
        self._takers = {giver: taker for taker, giver in self.take.items()}
        self.after = self._succession()
        self.stories = self._stories()
        self.changes = self._changes()

    def taker(self, article_id: int) -> int | None:
        """The article that takes over the passages of this one."""
        return self._takers.get(article_id)

    def alters(self, article_id: int) -> bool:
        """Whether the article will be something else than it is."""
        stored = self._staying[article_id]
        return self.states[article_id] != VersionState(stored.state, stored.stand_in)

    def _answers(self, article_id: int) -> bool:
        return article_id in self.states and self.states[article_id].state == CURRENT

    def _wanting(self) -> list[Stored]:
        """Those that shall answer and have no passages, the most original first."""
        return [s for s in self._unplaced() if not s.answers]

    def _unplaced(self) -> list[Stored]:
        """Those that shall answer and did not so far, the most original first."""
        found = [s for n, s in self._staying.items() if self._answers(n)]
        found = [s for s in found if s.state == NEW or not s.answers]
        return sorted(found, key=lambda s: precedence(s.version))

    def _passages(self) -> tuple[list[int], dict[int, int]]:
        """Which articles to embed, and which ones take the passages of another."""
        spare = {
            s.version.body: n
            for n, s in (self._staying | self._leaving).items()
            if s.answers and not self._answers(n)
        }
        take = {s.version.id: spare.pop(s.version.body, 0) for s in self._wanting()}
        return (
            sorted(n for n, giver in take.items() if not giver),
            {n: giver for n, giver in take.items() if giver},
        )

    def _succession(self) -> dict[int, list[int]]:
        """For each article that gets passages, those that answer until then."""
        awaited = {*self.embed, *self.take}
        heirs: dict[str, int] = {}
        for n, s in self._staying.items():
            for name in filter(None, (s.version.url, s.version.source)):
                heirs[name] = n
        after: dict[int, list[int]] = defaultdict(list)
        for n, s in (self._staying | self._leaving).items():
            if not s.answers or self._answers(n):
                continue
            heir = n if n in self.states else heirs.get(s.version.source)
            heir = heir or heirs.get(s.version.url or "")
            last = self._last(heir) if heir else 0
            if last in awaited:
                after[last].append(n)
        return after

    def _last(self, article_id: int) -> int:
        """The article that answers in place of this one in the end."""
        while stand_in := self.states[article_id].stand_in:
            article_id = stand_in
        return article_id

    def _stories(self) -> dict[int, int]:
        """The stories of the articles that are new, and of those they resemble.

        What a sync that was stopped has found stays: it saw those of its articles together that
        are no more new by now.
        """
        stories: dict[int, int] = {}
        for s in self._unplaced():
            number = s.version.id
            if number in stories or (s.state == NEW and s.story):
                continue
            twin = self._most_alike(s, stories)
            if twin:
                twin_id, story = twin
                stories[number] = stories[twin_id] = story
        return stories

    def _most_alike(self, stored: Stored, stories: dict[int, int]) -> tuple[int, int] | None:
        """The answering article most like this one, and its story, if one is like it at all."""
        best: tuple[float, int, int] = (0.0, 0, 0)
        for number, state, story, published, blob in self._manifest.select(
            "SELECT id, state, story, published, signature FROM articles WHERE id != ? AND id IN"
            " (SELECT article_id FROM bands WHERE band IN (SELECT value FROM json_each(?)))"
            " LIMIT ?",
            (stored.version.id, json.dumps(bands(stored.version.signature)), LOOKED_AT),
        ):
            seen_to = number in self._staying or number in self._leaving
            if not (self._answers(number) if seen_to else state == CURRENT):
                continue
            alike = resemblance(stored.version.signature, np.frombuffer(blob, dtype=np.uint32))
            if alike < _enough(stored.version.published, published):
                continue
            kept = story if number in self._staying or not seen_to else None
            best = max(best, (alike, number, stories.get(number) or kept or number))
        return best[1:] if best[1] else None

    def _changes(self) -> Changes:
        names = {s.version.source for s in self._staying.values()}
        settled = {s.version.source for s in self._staying.values() if s.state != NEW}
        gone = {s.version.source: s for s in self._leaving.values() if s.state != NEW}
        homeless: dict[str, list[str]] = defaultdict(list)
        for source, s in gone.items():
            if source not in names:
                homeless[s.version.body].append(source)
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for n, s in self._staying.items():
            source, state = s.version.source, self.states[n].state
            if s.state != state:
                found[state][source] = None
            if s.state != NEW or source in found["added"]:
                continue
            if source in gone or source in settled:
                before = gone.get(source)
                if state != SUPERSEDED and not (before and before.sha256 == s.sha256):
                    found["changed"][source] = None
            elif homeless[s.version.body]:
                homeless[s.version.body].pop()
                found["moved"][source] = None
            else:
                found["added"][source] = None
        return Changes(
            added=[*found["added"]],
            changed=[*found["changed"]],
            moved=[*found["moved"]],
            removed=[source for rest in homeless.values() for source in rest],
            duplicates=[*found[DUPLICATE]],
            superseded=[*found[SUPERSEDED]],
        )


def _enough(one: str | None, other: str | None) -> float:
    """How alike articles of these days must be to tell the same story."""
    if one is None or other is None:
        return IDENTICAL
    apart = abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
    return SIMILAR if apart <= SAME_DAYS else math.inf
