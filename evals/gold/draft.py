"""Proposes gold questions about articles, for a person to accept, mend or skip.

Made from single sentences without a language model: one that begins with a name or a number
becomes a question about it, any other with a name, a number or a day in it gets a gap. Some
questions get the name of something else, so that no article can hold their answer. What is
proposed is always the same for the same articles. It does not know who decides
(`evals.gold.review`).
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from evals.gold.strings import flatten
from index.article import Article
from index.text.splitter import sentences

GAP = "____"
UNANSWERABLE_EVERY = 4
"""Of so many proposals, one is without an answer."""
TRIED = 50
"""Other names looked at for one question."""
LENGTHS = range(8, 33)
"""Words of a sentence that says enough and not too much."""

_WORD = r"[A-Z](?:[’'][A-Z])?[\w-]*\w"
_NAME = (
    r"(?!(?:When|Whe\w+|While|After|Before|If|As|In|On|At|For|From|With|Since|Although|Though|"
    r"Because|But|And|Or|Now|Then|Once|Until|Unless|Despite|Under|By|To)\b)"
    rf"{_WORD}(?: (?:(?:of|the|de|bin|al|van|von) )?{_WORD})+"
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_NUMBER = (
    r"(?:[$£€]\s?)?\d+(?:,\d{3})*(?:\.\d+)?(?:\s?%| (?:percent|thousand|million|billion|trillion))?"
)
_NAMES_WITHIN = re.compile(rf"\b(?P<before>[a-z]+,?) (?P<name>{_NAME})(?![\w-])")
_FACTS = re.compile(
    rf"{_MONTH} \d{{1,2}}(?:, \d{{4}})?(?!\d)|\d{{1,2}} {_MONTH}(?: \d{{4}})?(?!\d)"
    rf"|{_MONTH} \d{{4}}"
    rf"|(?<![\w.,$£€-]){_NUMBER}(?![\w-]|\.\d)"
    # A name that stands for itself, not one that says what sort of thing comes next.
    rf"|(?<![\w’'-]){_NAME}(?=[.,;’']| (?:is|was|has|had|will|would|and|or|in|on|at|to|for|of|with|"
    r"by|from|as|who|that|which|said|told|\w+ed)\b)"
)
_SAID = r"(?:said|says|told|added|wrote|argued|warned|announced|tweeted|testified)\b"
_WHO = re.compile(
    rf"(?P<answer>(?:The )?{_NAME})(?:, [^,]{{3,60}},)? (?P<rest>(?:{_SAID}|(?:has|had|was|is|will|"
    r"would|won|made|took|gave|became|began|left|led|held|met|found|[a-z]+ed)\b).+)\."
)
_HOW_MANY = re.compile(
    r"(?:At least |About |Around |Nearly |Almost |More than |Some |Over )?"
    rf"(?P<answer>{_NUMBER}) (?P<rest>[a-z][\w’'-]+ .+)\."
)
_UNFIT = re.compile(
    r"(?:He|She|It|They|We|I|You|This|That|These|Those|But|And|Or|So|There|Here|His|Her|Their|Its)\b"
    r"|[^A-Z\d]|.*(?:\b(?:I|we|my|our|you|your)\b|[“”\"?|:]|[^.]$)"
)
"""Sentences that lean on what is around them, or are none."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A gold question not yet agreed to, and the sentence of the article it is made from.

    Without an answer, it is meant to have none. `source` and `sentence` are then of the
    article it was near to.
    """

    question: str
    answer: str
    source: str
    sentence: str

    @property
    def id(self) -> str:
        """The same for every question from this sentence, so that it is proposed only once."""
        return f"draft-{hashlib.sha256(f'{self.source} {self.sentence}'.encode()).hexdigest()[:10]}"

    def as_gold(self) -> dict[str, Any]:
        """The row of a gold file."""
        return {
            "id": self.id,
            "question": self.question,
            "answers": [self.answer] if self.answer else [],
            "sources": [self.source] if self.answer else [],
            "answerable": bool(self.answer),
            "type": "draft",
        }


def proposals(articles: Sequence[Article], done: Set[str] = frozenset()) -> Iterator[Proposal]:
    """Proposals, those with ids in `done` left out, one article after another and round again."""
    ordered = sorted(articles, key=lambda article: _digest(article.source))
    names = _Names(ordered)
    answerable = 0
    for proposal in _in_turns(ordered):
        if proposal.id in done:
            continue
        answerable += 1
        if answerable >= UNANSWERABLE_EVERY and (swapped := names.swapped(proposal)):
            answerable = 0
            yield swapped
        else:
            yield proposal


def propose(article: Article) -> list[Proposal]:
    """One proposal for each sentence that is good for one, the best first."""
    text = flatten(article.text)
    found: list[tuple[tuple[bool, int, int], Proposal]] = []
    for number, (start, end) in enumerate(sentences(article.text)):
        sentence = article.text[start:end]
        if len(sentence.split()) in LENGTHS and not _UNFIT.match(sentence):
            for question, answer in _questions(sentence):
                if flatten(answer) in flatten(question):
                    continue
                # A gap is the last resort, and an answer said over and over is easily guessed.
                worth = (GAP in question, text.count(flatten(answer)), number)
                found.append((worth, Proposal(question, answer, article.source, sentence)))
                break
    return [proposal for _, proposal in sorted(found, key=lambda pair: pair[0])]


def _questions(sentence: str) -> Iterator[tuple[str, str]]:
    """Questions that a sentence answers, each with its answer, the most natural first."""
    if many := _HOW_MANY.fullmatch(sentence):
        yield f"How many {many['rest']}?", many["answer"]
    if who := _WHO.fullmatch(sentence):
        asks = "Who" if re.match(_SAID, who["rest"]) else "Who or what"
        yield f"{asks} {who['rest']}?", who["answer"]
    for fact in _FACTS.finditer(sentence):
        if fact.start():  # a name at the start may be a word that is no part of it
            gap = sentence[: fact.start()] + GAP + sentence[fact.end() :]
            yield f"What belongs in the gap: {gap}", fact.group()


def _in_turns(articles: Sequence[Article]) -> Iterator[Proposal]:
    """The best proposal of each article, then the second best of each, and so on."""
    waiting = []
    for article in articles:
        rest = propose(article)
        yield from rest[:1]
        waiting.append(rest[1:])
    while waiting := [rest for rest in waiting if rest]:
        for rest in waiting:
            yield rest.pop(0)


class _Names:
    """Which names are in which articles; found out when it is first asked for.

    Names after the same word ("in", "by") are taken to be of the same sort.
    """

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = {article.source: article for article in articles}

    @cached_property
    def _sources(self) -> Mapping[str, Mapping[str, Set[str]]]:
        """From the word before it to the name to the sources of the articles that have it so."""
        found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for article in self._articles.values():
            for before, name in _NAMES_WITHIN.findall(article.text):
                found[before][name].add(article.source)
        return found

    def swapped(self, proposal: Proposal) -> Proposal | None:
        """The question with a name in it replaced, so that no article answers it.

        No article that has the new name has half of the question's other long words. None where
        the question has a gap, holds no name, or no other name will do.
        """
        if GAP in proposal.question:
            return None
        for before, name in _NAMES_WITHIN.findall(proposal.question):
            rest = {w for w in flatten(proposal.question.replace(name, "")).split() if len(w) > 5}
            for other in self._others(before, name):
                holders = {s for names in self._sources.values() for s in names.get(other, ())}
                if rest and not any(self._holds(source, rest) for source in holders):
                    question = proposal.question.replace(name, other)
                    return replace(proposal, question=question, answer="")
        return None

    def _holds(self, source: str, words: Set[str]) -> bool:
        held = words & set(flatten(self._articles[source].text).split())
        return len(held) * 2 >= len(words)

    def _others(self, before: str, name: str) -> list[str]:
        """Other names after that word, in an order of their own for each name."""
        others = self._sources[before].keys() - {name}
        return sorted(others, key=lambda other: _digest(name + other))[:TRIED]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
