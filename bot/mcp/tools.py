"""The tools: what each is for, what it takes, and what it gives."""

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any, NamedTuple

from mcp_types import Tool, ToolAnnotations

from bot.answer import Answer, Draft
from bot.mcp.text import answer_text, article_text, found_text, list_text
from bot.service.beats import with_beats
from bot.service.requests import Ask, List, Search, Show
from bot.service.schemas import Schema, schema
from bot.service.service import Service
from index.sync.sync import Progress

BEAT = 2.0
"""Seconds after which a client that waits hears that work goes on."""

Report = Callable[[str], Awaitable[None]]
"""Tells the client one line about how far the work is."""


class Given(NamedTuple):
    """What a tool gives: the same for a model to read and for a program."""

    text: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DatelineTool:
    """One tool; `run` takes its arguments as the client sent them."""

    name: str
    title: str
    description: str
    output: Schema
    run: Callable[[Service, Mapping[str, Any], Report], Awaitable[Given]]

    def described(self) -> Tool:
        """The tool as the protocol lists it."""
        reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
        return Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=schema(self.name),
            output_schema=self.output,
            annotations=reads,
        )


async def _ask(service: Service, arguments: Mapping[str, Any], report: Report) -> Given:
    written = 0
    stage = "searching the articles"
    async with aclosing(with_beats(service.stream(Ask.read(arguments)), BEAT)) as events:
        async for event in events:
            if isinstance(event, Answer):
                brief = replace(event, passages=())
                return Given(answer_text(brief), brief.as_json())
            if isinstance(event, Progress):
                stage = _indexing(event)
            elif isinstance(event, Draft):
                written += len(event.text)
                stage = f"writing: {written:,} characters so far, to be checked"
            await report(stage)
    raise AssertionError("a stream ends with an answer")


async def _search(service: Service, arguments: Mapping[str, Any], _: Report) -> Given:
    found = await service.search(Search.read(arguments))
    return Given(found_text(found), found)


async def _sources(service: Service, arguments: Mapping[str, Any], _: Report) -> Given:
    found = await service.sources(List.read(arguments))
    return Given(list_text(found), found)


async def _show(service: Service, arguments: Mapping[str, Any], _: Report) -> Given:
    article = await service.show(Show.read(arguments))
    return Given(article_text(article), article)


def _indexing(so_far: Progress) -> str:
    if so_far.wanted:
        return f"indexing: {so_far.articles:,} of {so_far.wanted:,} articles"
    return f"reading: {so_far.files:,} of {so_far.total:,} files"


def _answer_schema() -> Schema:
    written: Schema = json.loads((files("bot") / "answer.schema.json").read_text(encoding="utf-8"))
    return written


TOOLS = {
    tool.name: tool
    for tool in (
        DatelineTool(
            "ask",
            "Ask the articles",
            "Answer a question from a collection of news articles. Every statement has a number"
            " that names a verbatim quote in an article; keep the numbers, and name the sources"
            " when you pass it on. If the articles do not hold the answer, it says so. Use it"
            " first. `passages` stays empty here; `search` gives them.",
            _answer_schema(),
            _ask,
        ),
        DatelineTool(
            "search",
            "Search the articles",
            "Find the passages of the articles for some words, best first. Use it to read around an"
            " answer, or when `ask` declines.",
            schema("found"),
            _search,
        ),
        DatelineTool(
            "show",
            "Read an article",
            "Read an article, or the part of it around a quote. `source` comes from a citation, a"
            " passage or the list.",
            schema("article"),
            _show,
        ),
        DatelineTool(
            "sources",
            "List the articles",
            "List the articles with their days, the newest first, or those that match some words or"
            " days.",
            schema("list"),
            _sources,
        ),
    )
}
