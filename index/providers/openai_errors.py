"""What a server behind OpenAI's API says in an error, in whatever form it says it.

Servers put their errors in many shapes: OpenAI's, FastAPI's, Google's, a bare string, or a web
page of some proxy before them. Here each shape is read for its message and for what it blames.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

SHOWN = 200
_MESSAGES = ("message", "msg")
_OTHERWISE = ("detail", "error", "error_msg", "title", "description", "reason")
_BLAMED = ("param", "field", "loc")
_TITLE = re.compile(r"<(?:title|h1)[^>]*>([^<]+)<", re.I)
_PAGE = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml)", re.I)
_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|maximum context|exceed_context_size|prompt is too long"
    r"|input (?:is|was) too long|too many (?:input )?tokens|tokens \+ `?max_new_tokens"
    r"|request too large|maximum (?:prompt|input) (?:length|tokens)|input token count",
    re.I,
)
_NO_CREDIT = re.compile(
    r"insufficient[_ ](?:quota|balance|credits?|funds)|credit balance is too low"
    r"|billing_(?:hard_limit|not_active)|requires more credits|out of credits|payment required",
    re.I,
)
_ROLE = re.compile(
    r"system (?:role|message|prompt|instruction)s? (?:is |are |was )?(?:not|un|only|must)"
    r"|(?:not|n't) support[\w\s]* system|'system' (?:with|role)|got:? '?\"?system"
    r"|role[^.]{0,40}\bsystem\b[^.]{0,40}(?:not|in)|developer instruction is not"
    r"|roles? must alternate|messages\[\d\]\.role",
    re.I,
)


@dataclass(frozen=True)
class Complaint:
    """An error of a server: the HTTP status it came with, if any, and its body."""

    status: int
    body: Any

    @classmethod
    def read(cls, status: int, text: str) -> "Complaint":
        """Read the body of a response."""
        try:
            return cls(status, json.loads(text))
        except ValueError:
            return cls(status, text)

    @cached_property
    def words(self) -> str:
        """Everything it says, in one text."""
        return " ".join(text for _, text in self._leaves)

    @cached_property
    def blamed(self) -> tuple[str, ...]:
        """The parts of the request that it names in fields made for that."""
        return tuple(text for key, text in self._leaves if key in _BLAMED)

    @property
    def message(self) -> str:
        """What it says to a person, in one short line."""
        if self.is_page:
            title = _TITLE.search(self.words)
            return f"a web page: {_line(title[1])}" if title else "a web page"
        said = [text for key, text in self._leaves if key in _MESSAGES and text]
        other = [text for key, text in self._leaves if key in _OTHERWISE and text]
        line = (said or other or [self.words])[-1]  # the innermost is the one that knows
        places = [text for key, text in self._leaves if key == "loc" and not text.isdigit()]
        return _line(f"{places[-1]}: {line}" if places else line)

    @property
    def is_page(self) -> bool:
        """Whether a web page came in place of JSON."""
        return isinstance(self.body, str) and bool(_PAGE.match(self.body))

    @property
    def is_too_long(self) -> bool:
        """Whether the model was given more text than it takes."""
        return self.status == 413 or bool(_TOO_LONG.search(self.words))

    @property
    def lacks_credit(self) -> bool:
        """Whether somebody has to pay before the server answers again."""
        return self.status == 402 or bool(_NO_CREDIT.search(self.words))

    @property
    def refuses_system_role(self) -> bool:
        """Whether the model takes no rules from anybody but its user."""
        return bool(_ROLE.search(self.words))

    @property
    def is_final(self) -> bool:
        """Whether the same request fails again, however long one waits."""
        return self.lacks_credit or self.refuses_system_role

    @cached_property
    def _leaves(self) -> list[tuple[str, str]]:
        return list(_leaves(self.body))


def _leaves(body: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a body with the key it is under; JSON inside a text is opened."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from _leaves(value, str(name))
    elif isinstance(body, list):
        for value in body:
            yield from _leaves(value, key)
    elif isinstance(body, str) and body.lstrip()[:1] in ("{", "["):
        try:
            yield from _leaves(json.loads(body), key)
        except ValueError:
            yield key, body
    elif body is not None:
        yield key, str(body)


def _line(text: str) -> str:
    return " ".join(text.split())[:SHOWN]
