"""Who may send what: host, origin, token, size and frequency of every request.

Answers of this server are for its own page and for programs. A page of another site may neither
read them nor have a browser ask for them, even where it has a name of its own for this machine.
"""

import hmac
import ipaddress
from collections.abc import Collection
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.config import Config
from bot.serve.problems import ProblemError, too_often
from bot.serve.rate import RateLimit

BODY = 256_000
"""The longest request, in bytes."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Guard:
    """Lets requests through to an app that may come, and adds the headers that protect.

    `open_paths` need no token, and `costly` ones count for the rate limit.
    """

    def __init__(
        self, app: ASGIApp, config: Config, open_paths: Collection[str], costly: Collection[str]
    ) -> None:
        self._app = app
        self._token = config.token
        self._open_paths = open_paths
        self._costly = costly
        self._rate = RateLimit(config.rate_limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        protected = _protecting(send)
        try:
            self._check(scope)
            await self._app(scope, _limited(receive), protected)
        except ProblemError as problem:
            await problem.response()(scope, receive, protected)

    def _check(self, scope: Scope) -> None:
        """Raise ProblemError where the request may not come."""
        headers = Headers(scope=scope)
        if not self._token and not is_loopback(_name(headers.get("host", ""))):
            raise ProblemError(
                HTTPStatus.MISDIRECTED_REQUEST, "this server answers to localhost only"
            )
        _check_origin(headers)
        if self._token and scope["path"] not in self._open_paths:
            _check_token(headers, self._token)
        if not headers.get("content-length", "0").isdecimal():
            raise ProblemError(HTTPStatus.BAD_REQUEST, "Content-Length is no number")
        if int(headers.get("content-length", "0")) > BODY:
            raise _too_large()
        if scope["path"] in self._costly and (seconds := self._rate.take(_client(scope))):
            raise too_often(seconds)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_origin(headers: Headers) -> None:
    origin, host = headers.get("origin"), headers.get("host", "")
    other = origin is not None and origin.partition("://")[2] != host
    if other or headers.get("sec-fetch-site") == "cross-site":
        raise ProblemError(HTTPStatus.FORBIDDEN, "pages of other sites may not ask here")


def _check_token(headers: Headers, token: str) -> None:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode(), token.encode())
    if scheme.lower() != "bearer" or not right:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "a token is needed: send Authorization: Bearer and the server's DATELINE_TOKEN",
            {"WWW-Authenticate": 'Bearer realm="dateline"'},
        )


def _limited(receive: Receive) -> Receive:
    """Receives a body up to its longest, whatever its length was said to be."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > BODY:
            raise _too_large()
        return message

    return limited


def _protecting(send: Send) -> Send:
    async def protected(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return protected


def _too_large() -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the request is longer than {BODY:,} bytes"
    )


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _client(scope: Scope) -> str:
    """Who asks; of one network's newer addresses, all are one."""
    host = str((scope.get("client") or ("", 0))[0])
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False))
