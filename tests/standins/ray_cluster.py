"""A real Ray cluster of two nodes with a worker each, started by the commands of the docs.

Ray listens wherever this machine can be reached, so the cluster takes orders only from those
who know its token.
"""

import os
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PATIENCE = 180.0
PAGE = Path(__file__).resolve().parents[2] / "docs" / "deployment.md"
SMALL = "--num-cpus 1 --num-gpus 0 --object-store-memory 100000000 --include-log-monitor false"
HEAD = "--include-dashboard false --no-monitor"


class RayCluster:
    """Where it is, and the environment it takes to use it."""

    def __init__(self, address: str, variables: dict[str, str]) -> None:
        self.address = address
        self.variables = variables


@contextmanager
def running() -> Iterator[RayCluster]:
    """A cluster, until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster = RayCluster(
        f"127.0.0.1:{port}", {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    )
    # The paths of Ray's sockets must be short.
    with TemporaryDirectory(prefix="ray") as folder:
        nodes = []
        try:
            for number, command in enumerate(_commands(port, folder)):
                nodes.append(_Node(command, Path(folder) / f"{number}.log", cluster.variables))
                _wait_for(lambda: _listens(port), nodes)
            _wait_for(lambda: all(node.has_started() for node in nodes), nodes)
            yield cluster
        finally:
            for node in nodes:
                node.end()


class _Node:
    def __init__(self, command: list[str], log: Path, variables: Mapping[str, str]) -> None:
        self.log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **variables},
                start_new_session=True,
            )

    def has_started(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        return "Ray runtime started" in self.log.read_text()

    def end(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _commands(port: int, folder: str) -> tuple[list[str], list[str]]:
    """What the docs say, for small nodes on this machine that stay in the foreground."""
    head, other = re.findall(r"^ray start .*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert "--head" in head
    return (
        _here(f"{head} {SMALL} {HEAD} --temp-dir {folder} --block", port),
        _here(f"{other} {SMALL} --block", port),
    )


def _here(command: str, port: int) -> list[str]:
    command = re.sub(r"\b192\.0\.2\.10\b", "127.0.0.1", command).replace("6379", str(port))
    ray, *arguments = shlex.split(command)
    return [str(Path(sys.executable).with_name(ray)), *arguments]


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def _wait_for(condition: Callable[[], bool], nodes: Sequence[_Node]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, [node.log.read_text() for node in nodes]
        time.sleep(0.05)
