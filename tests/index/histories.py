"""Random histories of a folder of articles and of the store that follows it, beside a model.

`python -m tests.index.histories N` lives through N of them.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.answerer import Answerer
from index.engines import chroma
from index.errors import ArticlesError
from index.store import Store
from tests.index.crashing import probe_in_fork, run_killed
from tests.index.stores import CountingEmbedder
from tests.index.wholeness import check_after, check_between

NAMES = st.sampled_from([f"{letter}.txt" for letter in "abcd"] + ["sub/e.txt"])
STORIES = st.integers(0, 9)
BROKEN = "\0"
MOMENTS = 80
"""About as many things as a sync of these articles writes."""


def story(number: int) -> str:
    """A text that says what no other number's says."""
    return f"Story {number}\n\nThe council met for the {number}th time. All spoke of word{number}x"


class Histories(RuleBasedStateMachine):
    """What is delivered, changed and lost, and in between a sync that may be killed.

    `files` is what there is, by source. `states` begins with what the last sync to come to its
    end left; after it come those that syncs were killed on the way to.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="history-"))
        self.news = self.folder / "news"
        self.news.mkdir()
        self.files: dict[str, str] = {}
        self.states: list[dict[str, str]] = [{}]
        self.store = self._opened()

    # What happens to the files

    @rule(name=NAMES, number=STORIES)
    def deliver(self, name: str, number: int) -> None:
        """Add an article, or change it, or have it say what another one says."""
        self._write(name, story(number))

    @rule(name=NAMES)
    def break_(self, name: str) -> None:
        self._write(name, BROKEN)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        if self.files.pop(name, None) is not None:
            (self.news / name).unlink()

    @rule(old=NAMES, new=NAMES)
    def rename(self, old: str, new: str) -> None:
        if old in self.files:
            self.files[new] = self.files.pop(old)
            (self.news / new).parent.mkdir(exist_ok=True)
            (self.news / old).rename(self.news / new)

    @rule(old=NAMES, new=NAMES)
    def duplicate(self, old: str, new: str) -> None:
        if old in self.files:
            self._write(new, self.files[old])

    # What happens to the store

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = self._opened()

    @rule()
    def sync(self) -> None:
        if self._readable():
            self.store.sync([self.news])
            self._has_synced()
            return
        with suppress(ArticlesError):
            self.store.sync([self.news])

    @rule(at=st.integers(1, MOMENTS))
    def sync_elsewhere(self, at: int) -> None:
        """In another process, which is killed if it writes as much as that."""
        self.states.append(self._readable())
        if run_killed(self.folder / "store", self.news, at) is not None and self._readable():
            self._has_synced()

    @invariant()
    def nothing_is_lost_or_mixed(self) -> None:
        check_between(self.store, self.states)

    def teardown(self) -> None:
        """Make an end, and ask about everything that is held then."""
        self.sync()
        answerer = Answerer(self.store)
        for text in self.states[0].values():
            check_answer(answerer, self.states[0], text)
        self.store.close()
        shutil.rmtree(self.folder)

    def _readable(self) -> dict[str, str]:
        return {name: text for name, text in self.files.items() if text != BROKEN}

    def _has_synced(self) -> None:
        self.states = [self._readable()]
        check_after(self.store, self.news, self.states[0])

    def _opened(self) -> Store:
        return Store.open(self.folder / "store", CountingEmbedder())

    def _write(self, name: str, text: str) -> None:
        path = self.news / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.files[name] = text


def check_answer(answerer: Answerer, held: Mapping[str, str], text: str) -> None:
    """The answer about a text quotes it, or another one that is held, and nothing else."""
    answer = asyncio.run(answerer.ask(f"What did all speak of when {text.split(maxsplit=1)[0]}"))
    for citation in answer.citations:
        assert held[citation.source][citation.start : citation.end] == citation.quote


def live(histories: int, steps: int, **how: Any) -> None:
    """Live through so many histories of so many steps."""
    wanted = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # to find a shorter one takes longer than to read this one
        **how,
    )
    run_state_machine_as_test(Histories, settings=wanted)


if __name__ == "__main__":
    chroma._tried = probe_in_fork
    live(int(sys.argv[1]), 20, database=None, print_blob=True)
    print(f"{sys.argv[1]} histories: nothing lost, nothing mixed")
