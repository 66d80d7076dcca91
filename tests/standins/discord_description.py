"""Holds what was said over HTTP against Discord's own description of its API.

The description is not part of this project; where it is not at hand, `description()` is None.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.standins.discord_rest import Exchange

Body = dict[str, Any]
ROOT = Path(__file__).parents[2]


class Description:
    """An OpenAPI 3.1 document, ready to check with."""

    def __init__(self, document: Body) -> None:
        self._document = document
        self._registry: Registry[Any] = Registry().with_resources(
            [("urn:answer", _resource(document)), ("urn:request", _resource(_lenient(document)))]
        )
        self._paths = [
            (re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))), path)
            for path in sorted(document["paths"], key=lambda path: path.count("{"))
        ]
        self._validators: dict[str, Draft202012Validator] = {}

    def problems(self, exchanges: list[Exchange]) -> list[str]:
        """What does not fit, one line each; requests that nobody knows among them."""
        return [line for exchange in exchanges for line in self._check(exchange)]

    def _check(self, exchange: Exchange) -> list[str]:
        said = f"{exchange.method} {exchange.path}"
        path = next((path for p, path in self._paths if p.fullmatch(exchange.path)), "")
        operation = self._document["paths"].get(path, {}).get(exchange.method.lower())
        if operation is None:
            return [f"{said}: there is no such endpoint"]
        if exchange.broken:
            return [f"{said}: the stand-in broke: {exchange.broken}"]
        if not exchange.known:
            return [f"{said}: the stand-in does not know it"]
        here = f"#/paths/{_pointer(path)}/{exchange.method.lower()}"
        found = []
        if exchange.body is not None:
            where = f"{here}/requestBody/content/{_pointer('application/json')}/schema"
            if "requestBody" not in operation:
                found.append(f"{said}: a body where none is taken")
            else:
                found += self._fit(f"{said}: request", f"urn:request{where}", exchange.body)
        shape = self._answer(here, operation["responses"], exchange.status)
        if shape and exchange.answer:
            answer = json.loads(exchange.answer)
            found += self._fit(f"{said}: answer {exchange.status}", f"urn:answer{shape}", answer)
        elif not shape and 0 < exchange.status < 500:
            found.append(f"{said}: {exchange.status} is no answer to it")
        return found

    def _answer(self, here: str, responses: Body, status: int) -> str | None:
        """Where the schema of an answer with that status stands."""
        key = next((k for k in (str(status), f"{status // 100}XX") if k in responses), None)
        if key is None:
            return None
        response, where = responses[key], f"{here}/responses/{key}"
        if "$ref" in response:
            where = response["$ref"]
        return f"{where}/content/{_pointer('application/json')}/schema"

    def _fit(self, said: str, where: str, value: Any) -> list[str]:
        if where not in self._validators:
            schema = {"$ref": where}
            self._validators[where] = Draft202012Validator(schema, registry=self._registry)
        error = best_match(self._validators[where].iter_errors(value))
        return [f"{said}: {error.json_path}: {error.message[:300]}"] if error else []


def _resource(document: Body) -> Resource[Any]:
    return DRAFT202012.create_resource(document)


def _lenient(document: Body) -> Body:
    """The same for what is sent to Discord, which also takes ids as numbers."""
    parts = document["components"]
    schemas = parts["schemas"] | {"SnowflakeType": {"type": ["string", "integer"]}}
    return document | {"components": parts | {"schemas": schemas}}


def _pointer(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


@cache
def description() -> Description | None:
    """Discord's description, where it is at hand."""
    file = ROOT.parent / "shared" / "discord" / "openapi.json"
    return Description(json.loads(file.read_text("utf-8"))) if file.is_file() else None
