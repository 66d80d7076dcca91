"""A real terminal to try the command in."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 30


class Terminal:
    """A shell in tmux, 80 columns wide, that knows the `dateline` command."""

    def __init__(self, socket: Path, environment: dict[str, str]) -> None:
        self._socket = socket
        scripts = Path(sys.executable).parent
        variables = {"PATH": f"{scripts}:{environment['PATH']}", "HOME": environment["HOME"]}
        shell = ["env", *(f"{k}={v}" for k, v in variables.items()), "PS1=$ ", "sh"]
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "50", *shell)

    def type(self, text: str) -> None:
        """Type some text."""
        self._tmux("send-keys", "-l", text)

    def enter(self, line: str) -> None:
        """Type a line and press Enter."""
        self.type(line)
        self.press("Enter")

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names for them, such as C-c."""
        self._tmux("send-keys", *keys)

    def wait_for(self, text: str, colours: bool = False) -> str:
        """The screen once `text` stands at the start of one of its lines."""
        self._wait(lambda lines: any(line.startswith(text) for line in lines), text)
        return self._tmux("capture-pane", "-p", "-S", "-", *["-e"] * colours)

    def wait_for_prompt(self, prompt: str) -> None:
        """Return once the last line is the prompt and nothing else."""
        self._wait(lambda lines: lines[-1:] == [prompt], prompt)

    def _wait(self, seen: Callable[[list[str]], bool], text: str) -> None:
        end = time.monotonic() + PATIENCE
        while not seen(self._tmux("capture-pane", "-p", "-S", "-").strip().splitlines()):
            assert time.monotonic() < end, f"{text!r} did not appear"
            time.sleep(0.05)

    def close(self) -> None:
        """End the shell and all that runs in it."""
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", str(self._socket), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
