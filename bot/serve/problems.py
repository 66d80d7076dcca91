"""What went wrong, as problem details (RFC 9457)."""

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from bot.service.errors import BusyError, InvalidError, NotFoundError, shown
from index.errors import ArticlesError, ModelError, StoreError, UsageError

MEDIA_TYPE = "application/problem+json"
_STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (InvalidError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UsageError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (BusyError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ArticlesError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ModelError, HTTPStatus.BAD_GATEWAY),
)
RETRY = 5
"""Seconds after which it may be tried again where too many ask."""


class ProblemError(Exception):
    """A request that is refused: with which status, why, and with which further headers."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
        field: str = "",
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.field = field

    def as_json(self) -> dict[str, Any]:
        """The problem as RFC 9457 writes it; `field` names what is wrong in the request."""
        about = {"type": "about:blank", "title": self.status.phrase, "status": int(self.status)}
        field = {"field": self.field} if self.field else {}
        return about | {"detail": self.detail} | field

    def response(self) -> Response:
        """The response that says so."""
        body = json.dumps(self.as_json()).encode()
        return Response(body, self.status, self.headers, MEDIA_TYPE)


def problem_of(error: Exception) -> ProblemError:
    """The problem behind an error; what nobody foresaw is logged, and said in one line."""
    if isinstance(error, ProblemError):
        return error
    status = next((s for kind, s in _STATUS if isinstance(error, kind)), None)
    headers = {"Retry-After": str(RETRY)} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    field = error.field if isinstance(error, InvalidError) else ""
    return ProblemError(status or HTTPStatus.INTERNAL_SERVER_ERROR, shown(error), headers, field)


def too_often(seconds: float) -> ProblemError:
    """One client asks too often, and may go on in so many seconds."""
    headers = {"Retry-After": str(math.ceil(seconds))}
    detail = f"too many requests; try again in {math.ceil(seconds)} s"
    return ProblemError(HTTPStatus.TOO_MANY_REQUESTS, detail, headers)
