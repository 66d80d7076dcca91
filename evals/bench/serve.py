"""How soon `dateline serve` answers after its start, and how many at once.

    python -m evals.bench.serve [ARTICLES QUESTIONS] [--store DIR] [--workers N] [--at-once N]

ARTICLES is a feed dump, QUESTIONS gold questions about it; by default the shipped ones. The same
questions are asked one by one over HTTP, then all at once, while `/healthz` is asked as well. Only
ratios carry over to another machine.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from importlib.resources import files
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from evals.gold.format import load_gold

HOST = "127.0.0.1"
PATIENCE = 600.0
PAUSE = 0.05
"""Seconds between two looks at whether the server is well."""
SHIPPED = Path(str(files("evals") / "gold" / "seeds.jsonl"))


def main(arguments: Sequence[str]) -> None:
    """Measure, and print a line for each figure."""
    options = _parser().parse_args(arguments)
    gold = [g for g in load_gold(options.questions) if g.has_answer]
    questions = [*islice(cycle(g.question for g in gold), 2 * options.at_once)]
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as scratch:
        store = options.store or Path(scratch) / "store"
        named = ["--articles", str(options.articles)] if options.articles else []
        _index([*named, "--store", str(store)])
        with _server([*named, "--store", str(store)], options.workers) as port:
            _measure(port, questions, options.at_once)


def _measure(port: int, questions: Sequence[str], at_once: int) -> None:
    _show("start to the first answer", _first(port, questions[0]))
    alone = sorted(_asked(port, question) for question in questions[:at_once])
    _show("one at a time, median", median(alone))
    with ThreadPoolExecutor(at_once) as people:
        began = time.perf_counter()
        asked = [people.submit(_asked, port, question) for question in questions[at_once:]]
        light = []
        while not all(each.done() for each in asked):
            light.append(_healthy(port))
            time.sleep(PAUSE)
        waits, took = sorted(each.result() for each in asked), time.perf_counter() - began
    _show(f"{at_once} at once, median", median(waits))
    _show(f"{at_once} at once, p99", waits[round(0.99 * (at_once - 1))])
    print(f"{at_once} at once: {at_once / took:.1f} answers a second, all in {took:.2f} s")
    print(f"one at a time: {len(alone) / sum(alone):.1f} answers a second")
    light.sort()
    _show("/healthz meanwhile, median", median(light))
    _show("/healthz meanwhile, p99", light[round(0.99 * (len(light) - 1))])
    _show("/healthz meanwhile, worst", light[-1])


def _first(port: int, question: str) -> float:
    """Seconds until the first answer, from when the process is started."""
    began = time.perf_counter()
    while True:
        try:
            _asked(port, question)
        except ConnectionError:
            time.sleep(0.02)
        else:
            return time.perf_counter() - began


def _asked(port: int, question: str) -> float:
    began = time.perf_counter()
    _send(port, "POST", "/ask", json.dumps({"question": question}))
    return time.perf_counter() - began


def _healthy(port: int) -> float:
    began = time.perf_counter()
    _send(port, "GET", "/healthz", None)
    return time.perf_counter() - began


def _send(port: int, method: str, path: str, body: str | None) -> None:
    connection = HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        said = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise SystemExit(f"{path} gave status {response.status}: {said.decode()[:200]}")


def _index(named: Sequence[str]) -> None:
    """Make the index, which is not timed here."""
    done = subprocess.run([_dateline(), "index", *named], capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode())


@contextmanager
def _server(named: Sequence[str], workers: int) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DATELINE_")}
    more = {"DATELINE_RATE_LIMIT": "100000", "DATELINE_WORKERS": str(workers)}
    command = [_dateline(), "serve", "--port", str(port), *named]
    with subprocess.Popen(command, env=kept | more, stderr=subprocess.DEVNULL) as process:
        try:
            yield port
        finally:
            process.terminate()


def _dateline() -> str:
    return str(Path(sys.executable).with_name("dateline"))


def _show(name: str, seconds: float) -> None:
    print(f"{name:28}{1000 * seconds:10.0f} ms", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.bench.serve", description=__doc__)
    parser.add_argument("articles", type=Path, nargs="?", metavar="ARTICLES")
    parser.add_argument("questions", type=Path, nargs="?", default=SHIPPED, metavar="QUESTIONS")
    parser.add_argument("--store", type=Path, metavar="DIR")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--at-once", type=int, default=50)
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
