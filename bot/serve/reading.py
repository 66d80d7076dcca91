"""Bodies of requests, and work that ends when nobody waits for it."""

import asyncio
import json
from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

from starlette.requests import Request

from bot.serve.problems import ProblemError

T = TypeVar("T")


async def json_of(request: Request) -> Any:
    """The JSON in a request. Raises ProblemError where there is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send application/json")
    try:
        return json.loads(await request.body(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ProblemError(HTTPStatus.BAD_REQUEST, "the body is not valid JSON") from None


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What the work gives; it is cancelled when the client leaves, whose body has been read."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_left(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, "the client has left")
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.wait((working, leaving))


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
