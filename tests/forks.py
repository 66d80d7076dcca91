"""Commands as forks of one process that has imported what they need.

To start Python and to import that takes longer than most commands. `FORKS/dateline` takes the place
of the installed command: it hands its arguments, environment and streams to the process, passes
signals on, and ends as the fork ends.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

CLIENT = """#!{python} -IS
import json, os, signal, socket, sys

forks = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
forks.connect({address!r})
for passed_on in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(passed_on, lambda number, _: forks.send(bytes([number])))
asked = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)])
socket.send_fds(forks, [asked.encode()], [0, 1, 2])
status = int(forks.recv(8) or b"1")
if status < 0:
    signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
os._exit(status)
"""
ROOT = Path(__file__).resolve().parents[1]
LONGEST = 200_000
"""Bytes of the arguments and the environment."""


@contextmanager
def forking(folder: Path) -> Iterator[Path]:
    """A `dateline` that is a fork, in a folder to put first on the path."""
    address = folder / "forks"
    command = folder / "dateline"
    command.write_text(CLIENT.format(python=sys.executable, address=str(address)), encoding="utf-8")
    command.chmod(0o755)
    started = [sys.executable, "-m", "tests.forks", str(address)]
    environment = os.environ | {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        started, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        try:
            yield command
        finally:
            process.kill()


def main(address: str) -> NoReturn:
    """Fork for each command, until this process is ended."""
    preload()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as forks:
        forks.bind(address)
        forks.listen(100)
        print("ready", flush=True)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        gc.freeze()
        while True:
            asked, _ = forks.accept()
            if not os.fork():
                forks.close()
                attend(asked)
            asked.close()


def preload() -> None:
    """Import what most commands need, and no more: what runs threads could not be forked."""
    import chromadb  # noqa: F401
    import onnxruntime  # noqa: F401
    import openai  # noqa: F401
    import tantivy  # noqa: F401
    import tokenizers  # noqa: F401

    import bot.cli.lookup
    import bot.cli.opening
    import bot.discord.bot
    import bot.mcp.run
    import bot.serve.run  # noqa: F401
    from index.embedding import static

    static._load_wordllama = cache(static._load_wordllama)
    static.StaticEmbedder()._loaded()


def attend(asked: socket.socket) -> NoReturn:
    """Run a command in another fork, and say how it ended; without a client it is killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    message, streams, _, _ = socket.recv_fds(asked, LONGEST, 3)
    if not (command := os.fork()):
        asked.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.closerange(3, 256)
        run(*json.loads(message))
    ended = os.pidfd_open(command)
    while ended not in select.select([ended, asked.fileno()], [], [])[0]:
        passed_on = asked.recv(1)
        os.kill(command, passed_on[0] if passed_on else signal.SIGKILL)
        if not passed_on:
            break
    status = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
    with suppress(OSError):
        asked.send(str(status).encode())
    os._exit(0)


def run(arguments: list[str], folder: str, environment: dict[str, str]) -> NoReturn:
    """Be the command, from its streams to the end of its threads."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["dateline", *arguments]
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    status = ended_with(command())
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(status)


def command() -> Any:
    """Run the installed command; the status that it ends with."""
    from bot.__main__ import main as dateline

    try:
        dateline()
    except SystemExit as ended:
        return ended.code
    return 0


def ended_with(status: Any) -> int:
    """The status, once threads are done, as Python gives it when it ends."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    if status is None or isinstance(status, int):
        return status or 0
    print(status, file=sys.stderr)
    return 1


if __name__ == "__main__":
    main(sys.argv[1])
