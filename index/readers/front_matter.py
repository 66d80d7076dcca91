"""The fields that a Markdown file bears above its text: YAML, TOML or JSON, or lines of names.

All values are text, lists or tables of text: nothing in them is made a number, and no alias or
merge is followed, so that a field can neither grow nor nest beyond what was written.
"""

import json
import re
import tomllib
from collections.abc import Callable
from typing import NamedTuple

from index.readers.facts import VALUES, Fields, lines_above, unquoted

LONGEST = 20_000
"""Characters of front matter; more are left unread, since YAML takes a second for some of these."""
DEEPEST = 50
"""Brackets that may be open at once."""

_FENCED = re.compile(
    r"\s*(?P<fence>---|\+\+\+|;;;)[ \t]*(?P<kind>yaml|toml|json)?[ \t]*\n"
    r"(?P<fields>(?:.*\n)*?)(?:(?P=fence)|\.\.\.)[ \t]*(?:\n|$)"
)
_JSON = re.compile(r"\s*(\{[ \t]*\n(?:.*\n){0,2000}?\}|\{[^\n]*\})[ \t]*\n\s*(?=\S)")
_SCALAR = re.compile(r"^(?P<name>[^\W\d][\w .-]*:[ \t]+)(?P<value>[^\s\[{>|&#].*?)[ \t]*$", re.M)
_FIELD = re.compile(r"(?P<name>[^\W\d][\w .-]{0,60}?)[\"']?[ \t]*[:=](?:[ \t]+(?P<value>.*)|$)")
_ITEM = re.compile(r"[ \t]*-[ \t]+(?P<value>.+)")


class FrontMatter(NamedTuple):
    """The fields by name in lower case, the text after them, and what is wrong with them."""

    fields: Fields
    body: str
    problem: str | None = None


def front_matter(text: str) -> FrontMatter:
    """Part a text from its front matter; never raises."""
    if fenced := _FENCED.match(text):
        kind = fenced["kind"] or {"+++": "toml", ";;;": "json"}.get(fenced["fence"], "yaml")
        written = fenced["fields"]
    elif (fenced := _JSON.match(text)) and '"' in fenced[1]:
        kind, written = "json", fenced[1]
    else:
        return FrontMatter(*(lines_above(text) or ({}, text)))
    body = text[fenced.end() :]
    problem = None
    if len(written) > LONGEST:
        problem = (
            f"its front matter is longer than {LONGEST:,} characters; its first lines are read"
        )
    elif _depth(written) > DEEPEST:
        problem = "its front matter nests too deeply; its plain lines are read"
    found = None if problem else _parsed(_PARSERS[kind], written)
    if found is None and kind == "yaml" and not problem:
        found = _parsed(_yaml, _SCALAR.sub(_quoted, written))
    fields = _by_line(written[:LONGEST]) if found is None else found
    return FrontMatter({str(name).strip(): v for name, v in fields.items()}, body, problem)


def _depth(written: str) -> int:
    """How many brackets are open at once, or how many dashes begin a line, at most."""
    depth = most = 0
    for mark in re.findall(r"[][{}]", written):
        depth = depth + 1 if mark in "[{" else max(0, depth - 1)
        most = max(most, depth)
    dashes = re.findall(r"^[ \t]*((?:[-?:][ \t]+){2,})", written, re.MULTILINE)
    return max([most, *(len(run.split()) for run in dashes)])


def _parsed(parse: Callable[[str], object], written: str) -> Fields | None:
    try:
        found = parse(written)
    except Exception:  # each of the formats has many ways to be wrong
        return None
    return found if isinstance(found, dict) else None


def _yaml(written: str) -> object:
    import yaml  # noqa: PLC0415 - costs start-up time

    # In Python, as what nests deeply ends the process in C; it makes nothing but text.
    return yaml.load(written, Loader=yaml.BaseLoader)  # noqa: S506


_PARSERS: dict[str, Callable[[str], object]] = {
    "yaml": _yaml,
    "toml": tomllib.loads,
    "json": lambda written: json.loads(written, parse_int=str, parse_float=str),
}


def _quoted(scalar: re.Match[str]) -> str:
    """A line whose value is no YAML as it is, such as a title with a colon in it."""
    return scalar["name"] + json.dumps(unquoted(scalar["value"]), ensure_ascii=False)


def _by_line(written: str) -> Fields:
    """The fields of what is no YAML, such as titles with a colon in them, one a line."""
    fields: Fields = {}
    name = ""
    for line in written.splitlines():
        if field := _FIELD.match(line):
            name = field["name"].strip()
            fields.setdefault(name, _value(field["value"] or ""))
        elif name and isinstance(fields[name] or [], list) and (item := _ITEM.match(line)):
            fields[name] = [*(fields[name] or []), unquoted(item["value"])][:VALUES]
        elif name and line[:1] in (" ", "\t") and isinstance(fields[name], str):
            begun = fields[name]
            fields[name] = f"{begun} {line.strip()}".strip()
    return fields


def _value(written: str) -> str | list[str]:
    written = written.strip()
    if written[:1] == "[" and written[-1:] == "]":
        return [unquoted(part) for part in written[1:-1].split(",")[:VALUES]]
    return unquoted(written)
