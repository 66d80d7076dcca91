"""Requests as they come, checked and read into types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from bot.answer import Turn
from bot.conversation.store import TOKENS
from bot.llm.tokens import estimated_tokens
from bot.service.errors import InvalidError
from bot.service.listing import State, Wanted
from bot.service.schemas import checked, definitions
from bot.validation import clean_question

FOUND, LISTED, CHARACTERS = 10, 50, 20_000
"""Passages, articles, and characters of an article that are given unless others are asked for."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, and what was said before it."""

    question: str
    history: tuple[Turn, ...] = ()
    as_of: date | None = None

    @classmethod
    def read(cls, written: object) -> Self:
        """The request in this JSON. Raises UsageError when it will not do."""
        fields = checked("ask", written)
        turns = [Turn(turn["role"], turn["content"]) for turn in fields.get("history", ())]
        return cls(clean_question(fields["question"]), newest(turns), _day(fields, "as_of"))


@dataclass(frozen=True, slots=True)
class Search:
    """Words to search for."""

    query: str
    limit: int = FOUND
    as_of: date | None = None

    @classmethod
    def read(cls, written: object) -> Self:
        """The request in this JSON. Raises UsageError when it will not do."""
        fields = checked("search", written)
        limit = int(fields.get("limit", FOUND))
        return cls(clean_question(fields["query"]), limit, _day(fields, "as_of"))


@dataclass(frozen=True, slots=True)
class List:
    """A part of the list of articles."""

    wanted: Wanted = field(default_factory=Wanted)
    by_source: bool = False
    limit: int = LISTED
    offset: int = 0

    @classmethod
    def read(cls, written: object) -> Self:
        """The request in this JSON. Raises UsageError when it will not do."""
        fields = checked("sources", written)
        state = State(fields["state"]) if "state" in fields else None
        since, until = _day(fields, "since"), _day(fields, "until")
        return cls(
            Wanted(state, since, until, fields.get("match")),
            fields.get("order") == "source",
            int(fields.get("limit", LISTED)),
            int(fields.get("offset", 0)),
        )


@dataclass(frozen=True, slots=True)
class Show:
    """An article, or a part of it; `offset` is None where what is marked decides."""

    source: str
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    offset: int | None = None
    length: int = CHARACTERS

    @classmethod
    def read(cls, written: object) -> Self:
        """The request in this JSON. Raises UsageError when it will not do."""
        fields = checked("show", written)
        numbers = {k: int(v) for k, v in fields.items() if k not in ("source", "quote")}
        return cls(fields["source"], fields.get("quote"), **numbers)


def from_query(name: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The fields of a request whose values all come as text. Raises InvalidError."""
    known = definitions()[name]["properties"]
    fields: dict[str, Any] = {}
    for key, text in pairs:
        if key in fields:
            raise InvalidError(f"{key} is given twice", key)
        is_number = known.get(key, {}).get("type") == "integer"
        fields[key] = _number(key, text) if is_number else text
    return fields


def newest(turns: Sequence[Turn], tokens: int = TOKENS) -> tuple[Turn, ...]:
    """The newest messages that fit in so many tokens, oldest first."""
    kept: list[Turn] = []
    for turn in reversed(turns):
        tokens -= estimated_tokens(turn.content)
        if tokens < 0:
            break
        kept.append(turn)
    return tuple(reversed(kept))


def _number(key: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidError(f"{key} must be a whole number", key)
    return int(text)


def _day(fields: Mapping[str, str], key: str) -> date | None:
    if key not in fields:
        return None
    try:
        return date.fromisoformat(fields[key])
    except ValueError:
        raise InvalidError(f"{key} is no day; write it as 2024-10-24", key) from None
