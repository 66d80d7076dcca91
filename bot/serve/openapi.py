"""The OpenAPI description, made from the schemas that requests are checked with."""

import json
from functools import cache
from importlib.metadata import version
from typing import Any

from bot.service.schemas import Schema, definitions

PROBLEMS = {
    "400": "The request is not valid HTTP, such as one of too long an address, or not valid JSON.",
    "401": "The token is missing or wrong.",
    "403": "A page of another site asks.",
    "413": "The request is too long.",
    "415": "The body is not application/json.",
    "422": "The request is not in the form described.",
    "429": "Too many requests; Retry-After says when to try again.",
    "500": "Something went wrong inside Dateline.",
    "502": "A remote model does not answer.",
    "503": "The articles cannot be read, or too many wait; Retry-After says when to try again.",
}
WITH_BODY = ("413", "415")
ANYWHERE = ("400", "401", "403", "413", "500")
ASKING = ("422", "429", "502", "503")
LISTING = ("422", "503")


@cache
def description() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Dateline",
            "version": version("dateline"),
            "description": "Ask your news articles; every answer quotes the article it came from.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],
        "paths": {
            "/ask": {"post": _ask()},
            "/search": {"get": _get("search", "found", "Find passages", *ASKING)},
            "/sources": {"get": _get("sources", "list", "List the articles", *LISTING)},
            "/show": {"get": _get("show", "article", "Read an article", "404", *LISTING)},
            "/v1/chat/completions": {"post": _chat()},
            "/v1/models": {"get": _openai("listModels", "List the model", "models")},
            "/healthz": {"get": _plain("health", "Whether questions are answered")},
            "/openapi.json": {"get": _plain(None, "This description")},
        },
        "components": {
            "schemas": _moved(dict(definitions())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _ask() -> Schema:
    answer = _content("answer")["content"]
    events: Schema = {"text/event-stream": {"schema": {"type": "string"}}}
    said = (
        "The answer. As events, where the client accepts text/event-stream: `progress`, `draft` in"
        " pieces that are not checked yet, then `answer` or `problem`."
    )
    good = {"description": said, "content": answer | events}
    return _operation("ask", "Ask a question", good, *WITH_BODY, *ASKING) | _body("ask")


def _chat() -> Schema:
    operation = _openai("complete", "Ask as with OpenAI's API", "completion", *WITH_BODY, *ASKING)
    operation["responses"]["200"]["content"]["text/event-stream"] = {"schema": {"type": "string"}}
    return operation | _body("chat")


def _get(name: str, result: str, summary: str, *statuses: str) -> Schema:
    return _operation(name, summary, _content(result), *statuses) | {"parameters": _query(name)}


def _openai(name: str, summary: str, result: str, *statuses: str) -> Schema:
    operation = _operation(name, summary, _content(result), *statuses)
    for status, response in operation["responses"].items():
        if status not in ("200", "401", "403", "413", "429"):  # which the guard gives
            response["content"] = {"application/json": {"schema": _reference("refusal")}}
        elif status == "413":
            response["content"]["application/json"] = {"schema": _reference("refusal")}
    return operation


def _plain(result: str | None, summary: str) -> Schema:
    good = _content(result) if result else _json({"type": "object"}, "The description.")
    name = result or "description"
    return _operation(name, summary, good) | {"security": []}


def _operation(name: str, summary: str, good: Schema, *statuses: str) -> Schema:
    bad = {status: _problem(status) for status in sorted({*ANYWHERE, *statuses})}
    return {"operationId": name, "summary": summary, "responses": {"200": good} | bad}


def _problem(status: str) -> Schema:
    content = {"application/problem+json": {"schema": _reference("problem")}}
    if status == "400":
        content["text/plain"] = {"schema": {"type": "string"}}
    return {"description": PROBLEMS.get(status, "There is no such article."), "content": content}


def _query(name: str) -> list[Schema]:
    wanted = definitions()[name]
    required = wanted.get("required", [])
    return [
        {
            "name": key,
            "in": "query",
            "required": key in required,
            "description": written.get("description", ""),
            "schema": _moved({k: v for k, v in written.items() if k != "description"}),
        }
        for key, written in wanted["properties"].items()
    ]


def _body(name: str) -> Schema:
    content = {"application/json": {"schema": _reference(name)}}
    return {"requestBody": {"required": True, "content": content}}


def _content(name: str) -> Schema:
    said = definitions()[name].get("description") or definitions()[name].get("title", name)
    return _json(_reference(name), said)


def _json(schema: Schema, said: str) -> Schema:
    return {"description": said, "content": {"application/json": {"schema": schema}}}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _moved(part: Schema) -> Any:
    """The schemas with references to where they are here."""
    return json.loads(json.dumps(part).replace("#/$defs/", "#/components/schemas/"))
