"""The paths of the server, and what answers at each."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from importlib.resources import files

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.config import Config
from bot.serve import chat
from bot.serve.events import MEDIA_TYPE, answer_events, streamed
from bot.serve.guard import Guard
from bot.serve.openapi import description
from bot.serve.problems import ProblemError, problem_of
from bot.serve.reading import json_of, while_connected
from bot.service.requests import Ask, List, Search, Show, from_query
from bot.service.service import Service

PAGE = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
OPEN_PATHS = (*PAGE, "/healthz", "/openapi.json")
"""What everybody may have: nothing of it comes from an article."""
COSTLY = ("/ask", "/search", "/v1/chat/completions")

Handler = Callable[[Request], Awaitable[Response]]


class Api:
    """What answers at each path, from one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def ask(self, request: Request) -> Response:
        """The answer as JSON, or as events where the client takes those."""
        asked = Ask.read(await json_of(request))
        if MEDIA_TYPE in request.headers.get("accept", ""):
            return streamed(answer_events(self._service, asked))
        answer = await while_connected(request, self._service.ask(asked))
        return JSONResponse(answer.as_json())

    async def search(self, request: Request) -> Response:
        """The passages found."""
        asked = Search.read(from_query("search", request.query_params.multi_items()))
        return JSONResponse(await self._service.search(asked))

    async def sources(self, request: Request) -> Response:
        """A part of the list of articles."""
        asked = List.read(from_query("sources", request.query_params.multi_items()))
        return JSONResponse(await self._service.sources(asked))

    async def show(self, request: Request) -> Response:
        """An article, or a part of it."""
        asked = Show.read(from_query("show", request.query_params.multi_items()))
        return JSONResponse(await self._service.show(asked))

    async def complete(self, request: Request) -> Response:
        """The answer as OpenAI's API gives it."""
        return await chat.complete(self._service, request)

    async def models(self, _: Request) -> Response:
        """The models of OpenAI's API."""
        return chat.models()

    async def health(self, _: Request) -> Response:
        """Whether questions are answered."""
        return JSONResponse({"status": self._service.upkeep.state()})

    async def described(self, _: Request) -> Response:
        """The description of all this."""
        return JSONResponse(description())

    async def page(self, request: Request) -> Response:
        """The page to ask on, and its parts."""
        name, kind = PAGE[request.url.path]
        text = (files("bot.serve") / "page" / name).read_bytes()
        return Response(text, headers={"Content-Security-Policy": POLICY}, media_type=kind)


def app(service: Service, config: Config) -> ASGIApp:
    """The server's app, behind its guard."""
    api = Api(service)
    paths: list[tuple[str, str, Handler]] = [
        ("POST", "/ask", api.ask),
        ("GET", "/search", api.search),
        ("GET", "/sources", api.sources),
        ("GET", "/show", api.show),
        ("POST", "/v1/chat/completions", api.complete),
        ("GET", "/v1/models", api.models),
        ("GET", "/healthz", api.health),
        ("GET", "/openapi.json", api.described),
        *(("GET", path, api.page) for path in PAGE),
    ]
    routes = [Route(path, _excusing(handler), methods=[method]) for method, path, handler in paths]
    inner = Starlette(routes=routes, exception_handlers={HTTPException: _no_such})
    return Guard(inner, config, OPEN_PATHS, COSTLY)


def _excusing(handler: Handler) -> Handler:
    """The handler, whose errors become responses."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except Exception as problem:
            return _refused(request, problem_of(problem))

    return answered


async def _no_such(request: Request, error: Exception) -> Response:
    """What the router itself refuses."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    detail = f"{request.method} {request.url.path[:200]}: {status.description or status.phrase}"
    return _refused(request, ProblemError(status, detail, error.headers))


def _refused(request: Request, problem: ProblemError) -> Response:
    is_openai = request.url.path.startswith("/v1/")
    return chat.refused(problem) if is_openai else problem.response()
