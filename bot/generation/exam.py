"""The entrance exam of a judge: short cases with known verdicts, of all kinds of error.

A model is believed only if it judges nearly all of them rightly. What it reached is remembered
in a file, for as long as neither the model, the exam nor the judge's prompt changes.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from bot.generation.judge import Judge
from bot.verification.evidence import Evidence
from bot.verification.verdict import DraftSentence
from index.article import Passage

PASS = 0.9
"""The share of cases that a judge must get right to be believed."""
TOGETHER = 11
"""Cases in a request: about as many passages and sentences as a real draft has."""
TOKENS_A_CASE = 700
"""So many of a model's window go to each case, its rules and its reply included."""
_NEXT = DraftSentence("(Another answer begins here.)", judged=False)


@dataclass(frozen=True, slots=True)
class Grade:
    """How a judge did: `right` of the cases that were judged before the outcome was clear."""

    right: int
    judged: int
    of: int

    @property
    def passed(self) -> bool:
        """Whether the judge is to be believed."""
        return self.right >= PASS * self.of

    def __str__(self) -> str:
        wrong = self.judged - self.right
        return f"{self.right} of {self.of} right" if self.passed else f"{wrong} wrong of {self.of}"


@dataclass(frozen=True, slots=True)
class Case:
    """A claim to be judged, the sentence before it, and the passages it is judged by."""

    passages: tuple[Passage, ...]
    before: str
    claim: str
    supported: bool


class Examined:
    """A judge with its grade. Safe to share between tasks of one event loop.

    `records` is the file that remembers grades; without one, each process holds the exam. With
    `waits`, as for a model that takes minutes for it, only `take` does, and `grade` gives None.
    """

    def __init__(self, judge: Judge, records: Path | None = None, *, waits: bool = False) -> None:
        self.judge = judge
        self._records = records
        self._waits = waits
        self._grade: Grade | None = None
        self._lock = asyncio.Lock()

    async def grade(self) -> Grade | None:
        """Return the judge's grade; the first time, hold the exam. Raises a ModelError."""
        if self._grade is None and self._waits:
            self._grade = await asyncio.to_thread(self._remembered)
        return self._grade if self._waits else await self.take()

    async def take(self) -> Grade:
        """Hold the exam, unless this was done before, and return the grade."""
        async with self._lock:
            self._grade = self._grade or await asyncio.to_thread(self._remembered)
            if self._grade is None:
                self._grade = await examine(self.judge)
                await asyncio.to_thread(self._remember, self._grade)
            return self._grade

    @property
    def _key(self) -> str:
        made_of = f"{self.judge.llm.name}\n{self.judge.fingerprint}\n{_exam_fingerprint()}"
        return hashlib.sha256(made_of.encode()).hexdigest()[:16]

    def _remembered(self) -> Grade | None:
        with suppress(LookupError, TypeError):
            row = self._rows()[self._key]
            return Grade(row["right"], row["judged"], row["of"])
        return None

    def _rows(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            rows = json.loads(self._records.read_bytes()) if self._records else {}
            return rows if isinstance(rows, dict) else {}
        return {}

    def _remember(self, grade: Grade) -> None:
        """Add the grade to the file; a file that cannot be written costs an exam, no answer."""
        if self._records is None:
            return
        row = asdict(grade) | {"model": self.judge.llm.name, "on": date.today().isoformat()}
        written = json.dumps(self._rows() | {self._key: row}, indent=1)
        with suppress(OSError):
            self._records.parent.mkdir(parents=True, exist_ok=True)
            partial = self._records.with_suffix(".new")
            partial.write_text(written, encoding="utf-8")
            partial.replace(self._records)


async def examine(judge: Judge) -> Grade:
    """Return how well a judge judges the cases; stop as soon as it can no longer pass.

    One that gets nothing right at first is no judge: small models take long to say nothing.
    """
    every = cases()
    together = max(1, min(TOGETHER, judge.llm.window // TOKENS_A_CASE))
    right = judged = 0
    for start in range(0, len(every), together):
        some = every[start : start + together]
        right += sum(await _right(judge, some))
        judged += len(some)
        if not right or judged - right > len(every) * (1 - PASS):
            break
    return Grade(right, judged, len(every))


async def _right(judge: Judge, some: Sequence[Case]) -> list[bool]:
    """Whether each case is judged rightly; one without a verdict is not."""
    evidence = Evidence([p for case in some for p in case.passages])
    draft: list[DraftSentence] = []
    places: list[int] = []
    first = 1
    for case in some:
        cites = tuple(range(first, first + len(case.passages)))
        first += len(case.passages)
        before = [DraftSentence(case.before, judged=False)] if case.before else []
        draft += [_NEXT, *before, DraftSentence(case.claim, cites)]
        places.append(len(draft) - 1)
    asked = "Several questions about the news"
    verdicts = await judge.verdicts(asked, "", draft, evidence, attempts=1)
    pairs = zip(some, places, strict=True)
    return [p in verdicts and verdicts[p].supported is case.supported for case, p in pairs]


@cache
def cases() -> tuple[Case, ...]:
    """The cases of the exam, in the order in which they are asked."""
    return tuple(_cases(_exam_file().read_text(encoding="utf-8")))


def _cases(written: str) -> Iterator[Case]:
    for row in map(json.loads, written.splitlines()):
        passages = tuple(_passage(row["id"], n, p) for n, p in enumerate(row["passages"]))
        yield Case(passages, row["before"], row["claim"], row["supported"])


def _passage(name: str, number: int, row: dict[str, str]) -> Passage:
    text, day = row["text"], date.fromisoformat(row["published"])
    return Passage(f"{name}-{number}", row["title"], day, None, text, 0, len(text))


def _exam_file() -> Path:
    return Path(str(files("bot.generation") / "exam.jsonl"))


@cache
def _exam_fingerprint() -> str:
    return hashlib.sha256(_exam_file().read_bytes()).hexdigest()
