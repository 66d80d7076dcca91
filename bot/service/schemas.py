"""The JSON Schemas of requests and results, and whether a value follows one."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match

from bot.service.errors import InvalidError

Schema = dict[str, Any]
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LIMITS = {
    "minLength": "{at} is empty",
    "maxLength": "{at} is longer than {limit:,} characters; shorten it",
    "maxItems": "{at} has more than {limit:,} entries; leave out the oldest",
    "minimum": "{at} is less than {limit:,}",
    "maximum": "{at} is more than {limit:,}",
    "pattern": "{at} is no day; write it as 2024-10-24",
}
_KINDS = {
    "object": "an object",
    "array": "a list",
    "integer": "a whole number",
    "string": "text",
    "boolean": "true or false",
    "null": "null",
}


@cache
def definitions() -> Mapping[str, Schema]:
    """Every schema by its name, the answer's and its parts' among them."""
    answer = json.loads((files("bot") / "answer.schema.json").read_text(encoding="utf-8"))
    parts = answer.pop("$defs")
    del answer["$schema"]
    own = json.loads((files("bot.service") / "schemas.json").read_text(encoding="utf-8"))
    return {"answer": answer, **parts, **own}


def schema(name: str) -> Schema:
    """A schema with all that it refers to, to be used by itself."""
    needed = _needed(name, {})
    return definitions()[name] | ({"$defs": needed} if needed else {})


def checked(name: str, value: object) -> Any:
    """The value, without halves of characters. Raises InvalidError unless it follows the schema."""
    if error := best_match(_validator(name).iter_errors(value)):
        raise InvalidError(_line(error), "/".join(map(str, error.absolute_path)))
    return _whole(value)


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name))


def _needed(name: str, found: dict[str, Schema]) -> dict[str, Schema]:
    for other in _references(definitions()[name]):
        if other not in found:
            found[other] = definitions()[other]
            _needed(other, found)
    return found


def _references(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        if "$ref" in part:
            yield part["$ref"].removeprefix("#/$defs/")
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def _line(error: ValidationError) -> str:
    """What is wrong, without repeating what was sent."""
    at = "/".join(map(str, error.absolute_path)) or "the request"
    rule: Any = error.validator
    limit: Any = error.validator_value
    if rule == "required":
        missing = next(key for key in limit if key not in _object(error.instance))
        return f"{'/'.join(map(str, [*error.absolute_path, missing]))} is missing"
    if rule == "additionalProperties":
        known = ", ".join(_object(error.schema)["properties"])
        return f"{at} has a field that is not known here; there are {known}"
    if rule == "type":
        kinds = [limit] if isinstance(limit, str) else limit
        return f"{at} must be {' or '.join(_KINDS[kind] for kind in kinds)}"
    if rule == "enum":
        return f"{at} must be one of {', '.join(map(str, limit))}"
    return _LIMITS.get(rule, "{at} will not do").format(at=at, limit=limit)


def _object(value: Any) -> dict[str, Any]:
    return dict(value)


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_whole(part) for part in value]
    if isinstance(value, dict):
        return {key: _whole(part) for key, part in value.items()}
    return value
