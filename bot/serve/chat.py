"""The API of OpenAI's chat completions, so that any chat client can ask.

What is streamed is the verified answer: a draft, once shown, could not be taken back.
"""

import json
import time
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.answer import Answer, Turn
from bot.llm.tokens import estimated_tokens
from bot.serve.events import ALIVE, BEAT, streamed
from bot.serve.markdown import answer_markdown, without_sources
from bot.serve.problems import ProblemError, problem_of
from bot.serve.reading import json_of, while_connected
from bot.service.beats import with_beats
from bot.service.errors import InvalidError
from bot.service.requests import Ask, newest
from bot.service.schemas import checked
from bot.service.service import Service
from bot.validation import clean_question

MODEL = "dateline"
DONE = "data: [DONE]\n\n"
PIECE = 200
"""Characters of an answer in one event."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion under way."""

    request: Ask
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The completion as one object."""
        message = {"role": "assistant", "content": answer_markdown(answer), "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        about = {"object": "chat.completion", "choices": [choice], "usage": self.usage(answer)}
        return self._about() | about | {"dateline": answer.as_json()}

    def chunk(self, delta: Mapping[str, Any], ended: bool = False, **more: Any) -> str:
        """One event of a stream."""
        choice = {"index": 0, "delta": delta, "finish_reason": "stop" if ended else None}
        about = {"object": "chat.completion.chunk", "choices": [choice]}
        return f"data: {json.dumps(self._about() | about | more)}\n\n"

    def usage(self, answer: Answer) -> dict[str, int]:
        """About how many tokens it took, as clients expect."""
        said = [self.request.question, *(turn.content for turn in self.request.history)]
        prompt, completion = sum(map(estimated_tokens, said)), estimated_tokens(answer.text)
        counts = {"prompt_tokens": prompt, "completion_tokens": completion}
        return counts | {"total_tokens": prompt + completion}

    def _about(self) -> dict[str, Any]:
        return {"id": self.id, "created": self.created, "model": MODEL}


async def complete(service: Service, request: Request) -> Response:
    """The answer to the last message, whole or streamed."""
    fields = checked("chat", await json_of(request))
    completion = Completion(_question(fields["messages"]))
    if fields.get("stream"):
        return streamed(_chunks(service, completion))
    answer = await while_connected(request, service.ask(completion.request))
    return JSONResponse(completion.whole(answer))


def models() -> Response:
    """The one model there is."""
    only = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}
    return JSONResponse({"object": "list", "data": [only]})


def refused(problem: ProblemError) -> Response:
    """A problem as clients of this API understand it."""
    wrong = problem.status < HTTPStatus.INTERNAL_SERVER_ERROR
    kind = "invalid_request_error" if wrong else "server_error"
    code = problem.status.name.lower()
    error = {"message": problem.detail, "type": kind, "param": problem.field or None, "code": code}
    return JSONResponse({"error": error}, problem.status, problem.headers)


async def _chunks(service: Service, completion: Completion) -> AsyncGenerator[str]:
    yield completion.chunk({"role": "assistant", "content": ""})
    try:
        async with aclosing(with_beats(service.stream(completion.request), BEAT)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    for piece in _pieces(completion, event):
                        yield piece
                elif event is None:
                    yield ALIVE
    except Exception as problem:
        error = json.loads(bytes(refused(problem_of(problem)).body))
        yield f"data: {json.dumps(error)}\n\n"
    yield DONE


def _pieces(completion: Completion, answer: Answer) -> list[str]:
    text = answer_markdown(answer)
    parts = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    last = completion.chunk(
        {}, ended=True, usage=completion.usage(answer), dateline=answer.as_json()
    )
    return [*(completion.chunk({"content": part}) for part in parts), last]


def _question(messages: Sequence[Mapping[str, Any]]) -> Ask:
    """The last message of the user, and those before it."""
    turns = [Turn(m["role"], _text(m)) for m in messages if m["role"] in ("user", "assistant")]
    if not turns or turns[-1].role != "user":
        raise InvalidError("the last message must be the user's", "messages")
    said = [turn for turn in turns[:-1] if turn.content.strip()]
    return Ask(clean_question(turns[-1].content), newest(said))


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, list):
        content = "\n".join(part.get("text", "") for part in content if part["type"] == "text")
    return without_sources(content) if message["role"] == "assistant" else content
