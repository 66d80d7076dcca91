"""A real Chroma server in a process of its own, and a gate before it that wants a token."""

import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.standins.threads import serving

TOKEN = "ck-test-81d2"
PATIENCE = 30.0


class ChromaProcess:
    """`chroma run` on a folder and a port of its own, to be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = str(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self._process:
            return
        chroma = Path(sys.executable).with_name("chroma")
        self._process = subprocess.Popen(
            [chroma, "run", "--path", self._folder, "--host", "127.0.0.1", "--port", self._port],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, "chroma run has ended"
            assert time.monotonic() < deadline, "chroma run does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False


@contextmanager
def running(folder: Path) -> Iterator[ChromaProcess]:
    """A server, until the end of the block."""
    server = ChromaProcess(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


class Gate(ThreadingHTTPServer):
    """Lets requests with the token through to `behind`; `replies` go out in their place."""

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Porter)
        self.behind = behind
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.replies: list[tuple[int, bytes]] = []
        self.silent = threading.Event()
        self.asked = 0


class _Porter(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gate

    def _pass_on(self) -> None:
        self.server.asked += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.silent.is_set():
            time.sleep(PATIENCE)
        if self.server.replies:
            self._answer(*self.server.replies.pop(0))
        elif self.headers.get("X-Chroma-Token") != TOKEN:
            self._answer(401, b'{"error": "AuthError", "message": "no"}')
        else:
            request = urllib.request.Request(
                self.server.behind + self.path,
                body or None,
                {"Content-Type": "application/json"},
                method=self.command,
            )
            try:
                with urllib.request.urlopen(request) as response:
                    self._answer(response.status, response.read())
            except urllib.error.HTTPError as problem:
                self._answer(problem.code, problem.read())

    do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def gate(behind: str) -> Iterator[Gate]:
    """A gate before the server at `behind`, until the end of the block."""
    server = Gate(behind)
    with serving(server):
        yield server
