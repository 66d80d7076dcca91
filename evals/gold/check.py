"""Holds a gold file against the articles it is about, before anyone measures with it.

An error makes figures wrong: a row that cannot be read or matched, an answer that nobody can
find. A warning is something to look at. It asks no question and needs no run.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from evals.gold.format import BadRow, Gold, read_gold
from evals.gold.strings import SHORT, flatten
from index.article import Article
from index.errors import UsageError
from index.store import Store

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the question on a line of the gold file, counted from 1."""

    level: Level
    line: int
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How many questions there are of each kind, and what was found, by line."""

    kinds: Mapping[str, int]
    findings: tuple[Finding, ...]

    def count(self, level: Level) -> int:
        """How many findings there are of a level."""
        return sum(finding.level == level for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Known:
    """What the articles say: the day of each source, and which sources hold a gold string.

    `holders` is keyed by the gold string as `flatten` makes it.
    """

    days: Mapping[str, date | None]
    holders: Mapping[str, Set[str]]


def check(path: Path, store: Store) -> Checked:
    """Everything wrong with a gold file.

    Raises UsageError when it cannot be read at all, or is about other articles.
    """
    rows = list(read_gold(path))
    if not rows:
        raise UsageError(f"{path} holds no questions")
    gold = [row for _, row in rows if isinstance(row, Gold)]
    known = look_up(gold, _articles(store))
    sources = {source for g in gold for source in g.sources}
    if sources and not sources & known.days.keys():
        raise UsageError(
            f"none of the sources in {path} is among these articles; name others with --articles"
        )
    findings = [*_duplicates(rows)]
    for line, row in rows:
        if isinstance(row, BadRow):
            findings.append(Finding("error", line, None, row.reason))
        else:
            findings += (Finding(level, line, row.id, why) for level, why in _wrong(row, known))
    return Checked(Counter(g.kind for g in gold), tuple(sorted(findings, key=lambda f: f.line)))


def look_up(gold: Iterable[Gold], articles: Iterable[Article]) -> Known:
    """Read every article once for all the gold strings."""
    by_word: dict[str, list[str]] = defaultdict(list)
    for phrase in {flatten(answer) for g in gold for answer in _strings(g)}:
        if words := phrase.split():
            by_word[max(words, key=len)].append(phrase)
    days: dict[str, date | None] = {}
    holders: dict[str, set[str]] = defaultdict(set)
    for article in articles:
        days[article.source] = article.published
        text = flatten(article.text)
        for word in by_word.keys() & set(text.split()):
            for phrase in by_word[word]:
                if phrase in text:
                    holders[phrase].add(article.source)
    return Known(days, holders)


def _articles(store: Store) -> Iterator[Article]:
    for row in store.catalogue():
        article = store.article(row.source)
        if article:
            yield article


def _strings(gold: Gold) -> list[str]:
    """The answers that are looked for as they are; longer ones are prose."""
    return [a for a in gold.answers if gold.has_answer and len(a.split()) <= SHORT]


def _duplicates(rows: Sequence[tuple[int, Gold | BadRow]]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for line, row in rows:
        if isinstance(row, Gold) and line != first.setdefault(row.id, line):
            reason = f"line {first[row.id]} has this id too; give each question its own"
            yield Finding("error", line, row.id, reason)


def _wrong(gold: Gold, known: Known) -> Iterator[tuple[Level, str]]:
    if gold.has_answer and not (gold.answers or gold.sources or gold.choices):
        yield "error", f"{gold.kind}, but it has neither answers nor sources; add them"
    if gold.answers and not gold.has_answer:
        yield "warning", f"{gold.kind}, but it has answers; they are not looked at"
    yield from _wrong_sources(gold, known)
    yield from _wrong_answers(gold, known)
    yield from _wrong_history(gold)


def _wrong_sources(gold: Gold, known: Known) -> Iterator[tuple[Level, str]]:
    for source in gold.sources:
        if source not in known.days:
            yield "error", f"no article is called {source}; `dateline sources` lists them"
    days = [known.days[source] for source in gold.sources if source in known.days]
    first = min((day for day in days if day), default=None)
    if gold.has_answer and gold.asked_on and first and None not in days and gold.asked_on < first:
        reason = f"asked on {gold.asked_on}, but no source is known before {first}"
        yield "error", f"{reason}; change asked_on, or name an earlier source"


def _wrong_answers(gold: Gold, known: Known) -> Iterator[tuple[Level, str]]:
    strings = _strings(gold)
    sources = set(gold.sources)
    missing = [a for a in strings if not known.holders.get(flatten(a))]
    if missing and len(missing) == len(gold.answers):
        yield "error", f"no article holds {_listed(missing)}; copy an answer from one"
    elif missing:
        yield "warning", f"no article holds {_listed(missing)}"
    held = [known.holders[flatten(a)] for a in strings if a not in missing]
    if held and sources and not any(holders & sources for holders in held):
        other = min(min(holders) for holders in held)
        yield "warning", f"its answers are in none of its sources, but in others, as {other}"


def _wrong_history(gold: Gold) -> Iterator[tuple[Level, str]]:
    roles = [turn.role for turn in gold.history]
    if roles != [("user", "assistant")[n % 2] for n in range(len(roles))]:
        yield "warning", "its history does not alternate between user and assistant"
    elif len(roles) % 2:
        yield "warning", "its history ends with a question; the answer to it comes before this one"


def _listed(strings: Sequence[str]) -> str:
    return " or ".join(f"“{string}”" for string in strings)
