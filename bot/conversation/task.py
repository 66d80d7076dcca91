"""What is to be done with a topic: "summarize the article about oil" asks for a summary of "oil".

The verbs and "the main points about" say nothing of the topic, so a search goes better without
them. The patterns are in `languages/`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from bot.conversation.phrases import fold, phrases

_LONGEST = 300
_OUTLET = re.compile(r"(?<!^)\bNews\b")
"""What is called so is a name, as of a newspaper."""


class TaskKind(StrEnum):
    """What is asked for."""

    SUMMARIZE = "summarize"
    COMPARE = "compare"
    LIST = "list"
    EXPLAIN = "explain"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of answer about a topic, the newest first where news is asked for.

    `about` is the topic, empty for all the articles or the one spoken of; it may be a time, such
    as "this week". Of a plain question (NONE) it is the question without "tell me".
    """

    kind: TaskKind
    about: str
    newest_first: bool = False

    @property
    def is_topic(self) -> bool:
        """Whether it names a topic, and asks no question that is answered or not."""
        return self.kind is not TaskKind.NONE or self.newest_first

    @property
    def is_of_everything(self) -> bool:
        """Whether it names no topic: all the articles are meant."""
        return self.is_topic and not self.about


def task_of(question: str) -> Task:
    """The task that a question sets; the question itself where it sets none."""
    text = re.sub(r"\s+", " ", question).strip()
    bare = text.rstrip(" ?!.").lstrip("¿¡ ")
    folded = fold(bare)
    for language in phrases().tables if len(bare) <= _LONGEST else ():
        for kind, pattern in _patterns(language):
            named = kind == "newest" and _OUTLET.search(bare)
            if not named and (found := pattern.fullmatch(folded)):
                return _task(kind, _topic(bare, found), language)
    return Task(TaskKind.NONE, text)


def _task(kind: str, topic: str, language: str) -> Task:
    """The task with its topic, where what is to be summarized may be news about something."""
    if kind == "plain":
        return Task(TaskKind.NONE, topic)
    news = [pattern for k, pattern in _patterns(language) if k == "newest"]
    inner = next((f for pattern in news if (f := pattern.fullmatch(fold(topic)))), None)
    about = _without_lead(_topic(topic, inner) if inner else topic, language)
    about = re.sub(r"^the (?=(?:week|month|year)$)", "this ", about)
    named = TaskKind.NONE if kind == "newest" else TaskKind(kind)
    return Task(named, about, newest_first=kind == "newest" or inner is not None)


def _topic(text: str, found: re.Match[str]) -> str:
    spans = [
        s for name in found.groupdict() if name.startswith("x") and (s := found.span(name))[0] >= 0
    ]
    return text[slice(*spans[0])].strip(" ,:;") if spans else ""


def _without_lead(topic: str, language: str) -> str:
    """The topic without "the article about" and the like; empty where it names none."""
    nothing, lead = _words(language)
    for part in (None, lead, lead):
        if nothing.fullmatch(fold(topic)):
            return ""
        if part and (found := part.match(fold(topic))) and found.end() < len(topic):
            topic = topic[found.end() :]
    return "" if nothing.fullmatch(fold(topic)) else topic


@cache
def _patterns(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    kinds = phrases().tables[language]["task"]["kinds"]
    return tuple((kind, _compiled(pattern)) for kind, said in kinds.items() for pattern in said)


@cache
def _words(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    task = phrases().tables[language]["task"]
    return _compiled(task["nothing"]), _compiled(task["lead"])


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fold(pattern).replace("'", "['’]?").replace("{x}", "(?P<x>.+)"))
