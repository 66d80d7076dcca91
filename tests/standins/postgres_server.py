"""A real PostgreSQL server in a process of its own, on a cluster made for the tests alone.

It is reached by a socket in its folder. PostgreSQL refuses to run as root, so that it is another
user's where root runs the tests.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

USER, PASSWORD = "dateline", "pg-test-59c1"
PATIENCE = 60.0
QUICK = {"listen_addresses": "", "fsync": "off", "shared_buffers": "16MB"}


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; Debian leaves them out of the PATH."""
    found = shutil.which("initdb")
    folders = [*Path("/usr/lib/postgresql").glob("*/bin")]
    return Path(found).parent if found else max(folders, default=None)


class PostgresProcess:
    """A server on a folder of its own, to be stopped and started again."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder, self._data = folder, folder / "data"
        self._programs = programs
        self._user = pwd.getpwnam(_other_user()) if os.getuid() == 0 else None
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        made = self._run("initdb", "--no-sync", "-U", USER, "--auth", "scram-sha-256",
                         "--pwfile", secret, "--encoding", "UTF8", "--locale", "C.UTF-8",
                         "-D", self._data)  # fmt: skip
        assert made.wait() == 0

    @property
    def url(self) -> str:
        """The address of its one database."""
        return f"postgresql://{USER}:{PASSWORD}@/postgres?host={self._folder}"

    def emptied(self) -> str:
        """The address of its one database, which holds nothing now."""
        with psycopg.connect(self.url) as db:
            db.execute("DROP SCHEMA IF EXISTS dateline CASCADE")
        return self.url

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers.

        It ends at once while something of the one before is still there, and is started again.
        """
        options = [part for key, value in QUICK.items() for part in ("-c", f"{key}={value}")]
        arguments = ["-D", self._data, "-k", self._folder, *options]
        deadline = time.monotonic() + PATIENCE
        while not (self._process and self._answers()):
            assert time.monotonic() < deadline, "postgres does not answer"
            if not self._process or self._process.poll() is not None:
                self._process = self._run("postgres", *arguments)
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGINT) -> None:
        """End it, and every connection to it; SIGQUIT has it end without a word."""
        if self._process:
            self._process.send_signal(number)
            self._process.wait(PATIENCE)
            self._process = None

    def _run(self, program: str, *arguments: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._programs / program, *map(str, arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            user=self._user.pw_uid if self._user else None,
            group=self._user.pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
        )

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url).close()
            return True
        return False


@contextmanager
def running(programs: Path) -> Iterator[PostgresProcess]:
    """A server, until the end of the block."""
    # Not in the tests' own folder, which other users may not enter.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = PostgresProcess(Path(folder), programs)
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)


def _other_user() -> str:
    known = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
