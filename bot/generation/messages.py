"""What a language model is given to write an answer from: the rules, the passages, the question."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bot.answer import Turn
from bot.conversation.condense import newest
from bot.conversation.task import TaskKind, task_of
from bot.llm import LLM, Message, estimated_tokens
from index.article import Passage
from index.errors import ContextLengthError
from index.search.retriever import Query
from prompts import Prompts, fenced

TOLD_BEFORE = 800
"""Tokens of the conversation before."""
_FORM = {
    TaskKind.LIST: "a list: a short line that leads into it, then one item a line after “- ”, each "
    "item a whole sentence with its mark",
    TaskKind.COMPARE: "a comparison: first what the one is or does, then the other, then where "
    "they differ; three to six sentences",
    TaskKind.SUMMARIZE: "a summary: three to six sentences, the most important first",
    TaskKind.EXPLAIN: "an explanation: two to five sentences, the answer first",
    TaskKind.NONE: "one to four sentences, the answer first",
}
_MARKS = re.compile(r"\s*\[\d+\]")


def in_order(passages: Sequence[Passage]) -> list[Passage]:
    """The passages by article, that of the best first, and within it as they follow each other."""
    first = {p.source: n for n, p in reversed([*enumerate(passages)])}
    return sorted(passages, key=lambda p: (first[p.source], p.start))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the conversation before it, and how long its answer may be."""

    query: Query
    history: Sequence[Turn] = ()
    max_sentences: int | None = None


def request(
    llm: LLM, prompts: Prompts, asked: Asked, passages: Sequence[Passage], max_tokens: int
) -> tuple[list[Message], list[Passage]]:
    """The messages, and the passages in them as they are numbered: as many as there is room for.

    `passages` are best first. Raises ContextLengthError where there is room for none.
    """
    told = newest(asked.history, min(TOLD_BEFORE, llm.window // 8))
    asked = replace(asked, history=told)

    def messages(some: Sequence[Passage]) -> list[Message]:
        return _messages(prompts, asked, some)

    room = llm.room(messages(()), max_tokens)
    fitting: list[Passage] = []
    for passage in passages:
        room -= estimated_tokens(shown([passage]))
        if room < 0:
            break
        fitting.append(passage)
    if not fitting:
        raise ContextLengthError(
            f"{llm.name} has no room for a passage beside the question; raise CHAT_WINDOW"
        )
    ordered = in_order(fitting)
    return messages(ordered), ordered


def _messages(prompts: Prompts, asked: Asked, passages: Sequence[Passage]) -> list[Message]:
    form = _FORM[task_of(asked.query.text).kind]
    if most := asked.max_sentences:
        form = "one sentence" if most == 1 else f"at most {most} sentences"
    rules = prompts["answer"].fill(today=asked.query.as_of or "not known", form=form)
    question = prompts["answer_question"].fill(
        passages=shown(passages),
        earlier="\n".join(f"{turn.role}: {_said(turn)}" for turn in asked.history) or "none",
        question=fenced(asked.query.text),
    )
    return [Message("system", rules), Message("user", question)]


def shown(passages: Sequence[Passage]) -> str:
    """The passages as the model sees them, numbered from 1, those of an article together."""
    return "\n".join(_articles(passages))


def _articles(passages: Sequence[Passage]) -> Iterator[str]:
    numbered = [*enumerate(passages, 1)]
    for _, group in groupby(numbered, key=lambda pair: pair[1].source):
        some = [*group]
        first = some[0][1]
        facts = {"title": first.title, "published": first.published or "unknown"}
        facts |= {"source": first.source}
        named = " ".join(f'{name}="{_attribute(value)}"' for name, value in facts.items())
        yield f"<article {named}>"
        for number, passage in some:
            yield f'<passage number="{number}">\n{fenced(passage.text)}\n</passage>'
        yield "</article>"


def _attribute(value: object) -> str:
    return " ".join(fenced(str(value)).replace('"', "”").split())


def _said(turn: Turn) -> str:
    """A turn without citation marks: their numbers are those of other passages."""
    return fenced(_MARKS.sub("", turn.content))
