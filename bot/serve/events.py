"""An answer as it comes about, as server-sent events."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.responses import StreamingResponse

from bot.answer import Answer, Draft
from bot.serve.problems import problem_of
from bot.service.beats import with_beats
from bot.service.requests import Ask
from bot.service.service import Service
from index.sync.sync import Progress

BEAT = 10.0
"""Seconds without an event after which the connection shows that it is alive."""
ALIVE = ": still here\n\n"
MEDIA_TYPE = "text/event-stream"


def streamed(lines: AsyncGenerator[str]) -> StreamingResponse:
    """A response of events, which no proxy holds back."""
    return StreamingResponse(lines, media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})


async def answer_events(service: Service, request: Ask) -> AsyncGenerator[str]:
    """Events `progress`, `draft`, not checked yet, and at the end `answer` or `problem`."""
    try:
        async with aclosing(with_beats(service.stream(request), BEAT)) as events:
            async for event in events:
                yield ALIVE if event is None else _event(event)
    except Exception as problem:
        yield written("problem", problem_of(problem).as_json())


def written(name: str, fields: dict[str, Any]) -> str:
    """One event."""
    return f"event: {name}\ndata: {json.dumps(fields)}\n\n"


def _event(event: Progress | Draft | Answer) -> str:
    if isinstance(event, Answer):
        return written("answer", event.as_json())
    if isinstance(event, Draft):
        return written("draft", {"text": event.text})
    return written("progress", event._asdict())
