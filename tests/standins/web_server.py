"""A site of the web on loopback, whose pages are what a test says they are."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.standins.threads import serving


@dataclass
class Page:
    """What is sent for a path; with a `pace`, one byte after as many seconds each."""

    data: bytes = b""
    type: str = "text/html"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pace: float = 0.0


@dataclass
class Site:
    """The pages by their paths, and the requests that came: path and headers."""

    port: int
    pages: dict[str, Page] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def put(self, path: str, data: str | bytes, type: str = "text/html", **headers: str) -> str:
        """Have a page at `path`, whose address is given back."""
        raw = data.encode() if isinstance(data, str) else data
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Page(raw, type, headers=named)
        return self.url(path)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]


@contextmanager
def running() -> Iterator[Site]:
    """A site while it is needed."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.requests.append((self.path, dict(self.headers)))
            page = site.pages.get(self.path) or Page(b"gone", status=404)
            etag = page.headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                page = Page(status=304)
            self.send_response(page.status)
            for name, value in ({"Content-Type": page.type} | page.headers).items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # the reader has gone
                self._send(page)

        def _send(self, page: Page) -> None:
            if not page.pace:
                self.wfile.write(page.data)
            for byte in page.data if page.pace else b"":
                self.wfile.write(bytes([byte]))
                time.sleep(page.pace)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.block_on_close = False
    site = Site(server.server_address[1])
    with serving(server):
        yield site
