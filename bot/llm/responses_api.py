"""OpenAI's Responses API, for models that have no chat completions."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.llm.events import Part, usage
from bot.llm.protocol import Message, Schema
from index.errors import RefusalError
from index.providers.openai_api import ReplyError
from index.providers.openai_errors import Complaint

LEAST_TOKENS = 16
"""Fewer are refused."""
_DELTA = "response.output_text.delta"
_ENDS = ("response.completed", "response.incomplete", "response.failed")


def request(
    messages: Sequence[Message], settings: Mapping[str, Any], schema: Schema | None
) -> dict[str, Any]:
    """The body of a request, from what a chat completion is asked with."""
    body = {"input": [m._asdict() for m in messages], "store": False, **settings}
    tokens = body.pop("max_tokens", None) or body.pop("max_completion_tokens", None)
    for name in ("seed", "stream_options", "response_format", "max_completion_tokens"):
        body.pop(name, None)
    if tokens:
        body["max_output_tokens"] = max(tokens, LEAST_TOKENS)
    if schema:
        format_ = {"type": "json_schema", "name": "reply", "strict": True, "schema": schema}
        body["text"] = {"format": format_}
    if effort := body.pop("reasoning_effort", None):
        body["reasoning"] = {"effort": effort}
    return body


def part(event: Mapping[str, Any]) -> Part:
    """What an event adds, or the whole response where no stream came."""
    kind = event.get("type")
    if kind == _DELTA:
        return Part(event["delta"])
    if kind == "response.refusal.done":
        raise RefusalError(f"the model declines: {event.get('refusal')}")
    if kind in _ENDS:
        return _end(event["response"])
    if event.get("object") == "response":
        return _end(event)._replace(text=_text(event))
    return Part()


def _end(response: Mapping[str, Any]) -> Part:
    if response.get("status") == "failed":
        raise ReplyError(Complaint(500, response))
    used = response.get("usage") or {}
    why = (response.get("incomplete_details") or {}).get("reason")
    thinks = any(item.get("type") == "reasoning" for item in response.get("output") or ())
    tokens = usage(used.get("input_tokens"), used.get("output_tokens"))
    return Part(ended=why or "stop", usage=tokens, thinks=thinks)


def _text(response: Mapping[str, Any]) -> str:
    parts = [p for item in response.get("output") or () for p in item.get("content") or ()]
    return "".join(p["text"] for p in parts if p.get("type") == "output_text")
