"""`dateline discord` as a process of its own, pointed at the stand-in for Discord."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.standins.discord_server import PATIENCE, DiscordServer

DATELINE = Path(sys.executable).with_name("dateline")


class DiscordBot:
    """The bot; `folder` keeps what it logs, and is where it works."""

    def __init__(
        self,
        discord: DiscordServer,
        store: Path,
        folder: Path,
        environment: Mapping[str, str] = os.environ,
        command: Path = DATELINE,
    ) -> None:
        self._discord = discord
        self.store = store
        self._folder = folder
        self._arguments = [str(command), "discord", "--store", str(store)]
        self._environment = {**environment, **discord.settings}
        self._log = folder / "log.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "DiscordBot":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def log(self) -> str:
        """What it wrote on standard error, in all its runs."""
        return self._log.read_text(encoding="utf-8") if self._log.is_file() else ""

    @property
    def memory(self) -> int:
        """Bytes that it has in memory; 0 when it does not run."""
        if not self.alive:
            return 0
        assert self._process
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) * 1024

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return bool(self._process and self._process.poll() is None)

    def launch(self, *arguments: object, **settings: str) -> None:
        """Start it, and do not wait."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._arguments, *map(str, arguments)],
                cwd=self._folder,
                env=self._environment | settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def start(self, *arguments: object, **settings: str) -> None:
        """Start it, and wait until Discord has it connected, with its commands."""
        before = self._discord.gateway.lines()
        self.launch(*arguments, **settings)
        self._discord.until(lambda: self._discord.is_ready(before) or not self.alive)
        assert self.alive, self.log

    def ended(self, seconds: float = PATIENCE) -> int:
        """Wait for its end; the exit status."""
        assert self._process
        return self._process.wait(seconds)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, and wait; the exit status."""
        self.send(number)
        return self.ended()

    def send(self, number: int) -> None:
        """Send it a signal."""
        assert self._process
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it at once."""
        if self._process:
            self._process.kill()
            self._process.wait()
