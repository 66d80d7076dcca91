"""What one server does not take, learnt from its refusals and not sent to it again."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bot.llm import responses_api
from bot.llm.protocol import Message, Sampling, Schema
from index.providers.openai_errors import Complaint
from prompts import Prompts

SYSTEM, STREAM, RESPONSES, VERSION = "system role", "stream", "responses", "/v1"
_NAMES = {
    "max_tokens": r"max_(?:completion_|output_|new_)?tokens|maxOutputTokens",
    "temperature": "temperature",
    "seed": "seed",
    "stream_options": "stream_options|include_usage",
    "store": "store",
    "response_format": r"response[ _]?format|json_schema|text\.format|structured[ _]outputs?"
    r"|guided_json|guided decoding|compiled grammar|json mode",
}
"""What a request can do without, or say otherwise, and what servers call it."""
_NAMED = re.compile(
    "|".join(rf"(?P<{name}>(?<![\w.])(?:{words})(?!\w))" for name, words in _NAMES.items()), re.I
)
_NO_STREAM = re.compile(
    r"(?:not|n't|un)\s?(?:yet )?(?:be )?(?:support|allow|available|enabled)\w*[^.]{0,40}"
    r"\bstream(?:ing|ed)?\b"
    r"|\bstream(?:ing|ed)?\b(?:[^.]{0,60}(?:\bnot\b|n't|unsupported|remove|false))"
    r"|verified to stream",
    re.I,
)
_NO_CHAT = re.compile(
    r"v1/responses|responses (?:api|endpoint)|not a chat model"
    r"|chatcompletion operation does not work",
    re.I,
)
_NO_SUCH_PATH = re.compile(r"unexpected endpoint|not found|cannot post|no route|method not", re.I)
_MOST = re.compile(r"(?:at most|<=|less than or equal to|maximum (?:value )?(?:of|is))\s*(\d{2,})")
_REFUSALS = (0, 400, 422)


class Wish(NamedTuple):
    """What a reply is asked for with."""

    messages: Sequence[Message]
    max_tokens: int
    schema: Schema | None
    sampling: Sampling


@dataclass
class Adaptation:
    """One server's ways. `options` go with every request; nothing takes their place."""

    options: Mapping[str, Any]
    prompts: Prompts
    refused: set[str] = field(default_factory=set)
    most_tokens: int | None = None

    def learn(self, complaint: Complaint, has_version: bool = True) -> bool:
        """Take note of what is refused. Say whether to ask again, without it."""
        if self._learn_most_tokens(complaint):
            return True
        found = self._refused(complaint, has_version)
        if found == "max_tokens" and found in self.refused:
            found = "max_completion_tokens"
        if found is None or found in self.refused or found in self.options:
            return False
        self.refused.add(found)
        return True

    def request(self, wish: Wish) -> dict[str, Any]:
        """The body of a request, but for the model's name."""
        schema = None if "response_format" in self.refused else wish.schema
        sent = {k: v for k, v in self._settings(wish).items() if k not in self.refused}
        sent |= self.options
        if RESPONSES in self.refused:
            return responses_api.request(self._messages(wish), sent, schema)
        if schema:
            format_ = {"name": "reply", "strict": True, "schema": schema}
            sent.setdefault("response_format", {"type": "json_schema", "json_schema": format_})
        return {"messages": [m._asdict() for m in self._messages(wish)], **sent}

    def _settings(self, wish: Wish) -> dict[str, Any]:
        tokens = min(wish.max_tokens, self.most_tokens or wish.max_tokens)
        limit = "max_completion_tokens" if "max_tokens" in self.refused else "max_tokens"
        sent = {limit: tokens, **wish.sampling._asdict()}
        if STREAM not in self.refused:
            sent |= {"stream": True, "stream_options": {"include_usage": True}}
        return sent

    def _messages(self, wish: Wish) -> Sequence[Message]:
        messages = wish.messages
        if wish.schema and "response_format" in self.refused:
            messages = with_schema(messages, wish.schema, self.prompts)
        return without_system(messages) if SYSTEM in self.refused else messages

    def _learn_most_tokens(self, complaint: Complaint) -> bool:
        words = complaint.words
        found = _MOST.search(words) if "max_" in words and not complaint.is_too_long else None
        if not found or complaint.status not in _REFUSALS:
            return False
        before, self.most_tokens = self.most_tokens, int(found[1])
        return before is None or self.most_tokens < before

    def _refused(self, complaint: Complaint, has_version: bool) -> str | None:
        if complaint.is_too_long or complaint.lacks_credit:
            return None
        if complaint.status < 500 and _NO_CHAT.search(complaint.words):
            return RESPONSES
        if not has_version and _has_no_such_path(complaint):
            return VERSION
        return self._refused_part(complaint)

    def _refused_part(self, complaint: Complaint) -> str | None:
        names = complaint.status in _REFUSALS
        if names and (blamed := self._named(" ".join(complaint.blamed))):
            return blamed
        if complaint.refuses_system_role:
            return SYSTEM
        if STREAM in complaint.blamed or _NO_STREAM.search(complaint.words):
            return STREAM
        return self._named(complaint.words) if names else None

    def _named(self, words: str) -> str | None:
        """The first thing named that is sent as things are."""
        found = [str(mark.lastgroup) for mark in _NAMED.finditer(words)]
        sent = (n for n in found if n not in self.refused or n == "max_tokens")
        return next(sent, None)


def with_schema(messages: Sequence[Message], schema: Schema, prompts: Prompts) -> list[Message]:
    """The messages, the last one asking in words for what `schema` describes."""
    *before, last = messages
    wish = prompts["json_reply"].fill(schema=json.dumps(schema))
    return [*before, last._replace(content=f"{last.content}\n\n{wish}")]


def without_system(messages: Sequence[Message]) -> list[Message]:
    """The messages with the rules at the head of what the user says, each role in its turn."""
    found: list[Message] = []
    for role, content in messages:
        said = Message("user" if role == "system" else role, content)
        if found and found[-1].role == said.role:
            said = said._replace(content=f"{found.pop().content}\n\n{said.content}")
        found.append(said)
    return found


def _has_no_such_path(complaint: Complaint) -> bool:
    if complaint.status in (404, 405):
        return not re.search(r"\bmodels?\b", complaint.words, re.I) or complaint.is_page
    return complaint.status in (0, 400) and bool(_NO_SUCH_PATH.search(complaint.words))
