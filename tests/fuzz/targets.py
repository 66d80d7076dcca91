"""What is fuzzed: readers of files, arguments of commands, settings and files of evaluations.

A target makes a case of a random generator, and tries it. A case that is tried well leaves nothing
but articles and problems, or an exit status with one line.
"""

import importlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from bot.cli.app import run
from bot.config import load_config, setting_keys
from index.article import Article
from index.errors import UsageError
from index.readers import Problem, confined, read_file
from index.readers.kinds import READ_HERE, READERS, ending_of
from tests.fuzz.mutations import mutated
from tests.fuzz.samples import SAMPLES
from tests.index.readers.test_bad_files import EXACT, assert_sound

BROKEN = "broken, or not"
"""How a problem begins that a reader did not foresee."""
CORPUS = "DATELINE_FUZZ_CORPUS"
"""The environment key of a folder of more files to begin with."""


class Case(NamedTuple):
    """Something to try: a file by its name, or arguments or settings as JSON."""

    name: str
    data: bytes


class Target(NamedTuple):
    """A part of Dateline: what makes a case, and what tries it in a folder."""

    make: Callable[[Random], Case]
    attempt: Callable[[Case, Path], None]


# Readers


def _files() -> list[Case]:
    cases = [Case(f"a{ending}", data) for ending, data in SAMPLES]
    folder = os.environ.get(CORPUS)
    more = sorted(Path(folder).rglob("*")) if folder else []
    return cases + [
        Case(f"a{ending_of(p.name)}", p.read_bytes())
        for p in more
        if p.is_file() and ending_of(p.name) in READERS
    ]


def _file(random: Random) -> Case:
    files = _files()
    chosen = random.choice(files)
    name = chosen.name if random.random() < 0.95 else f"a{random.choice([*READERS])}"
    return Case(name, mutated(random, chosen.data, [file.data for file in files]))


def _read(case: Case, folder: Path) -> None:
    # In this process, where nothing hides that it ends.
    confined._WORKER.read = _read_here  # type: ignore[method-assign]
    path = folder / case.name
    path.write_bytes(case.data)
    here = ending_of(case.name) in READ_HERE
    for item in read_file(path, case.name):
        assert_sound(item, clean=ending_of(case.name) not in {*EXACT, ".tsv", ".json"})
        assert not (here and isinstance(item, Problem) and item.reason.startswith(BROKEN))


def _read_here(module: str, path: Path, source: str) -> list[Article | Problem]:
    return [*confined._read(importlib.import_module(module).read, path, source)]


# Arguments

COMMANDS: dict[str, Sequence[str]] = {
    "ask": ("--json", "--as-of", "--history", "--explain", "--limit", "-"),
    "search": ("--json", "--limit", "--since", "--until", "--as-of"),
    "show": ("--json", "--at", "--around"),
    "sources": ("--json", "--state", "--since", "--until", "--match", "--problems", "--limit"),
    "index": ("--json", "--dry-run", "--allow-empty"),
    "articles": ("--json", "name", "use", "forget"),
    "memory": ("list", "show", "--json"),
    "eval": ("score", "compare", "report", "run", "draft", "--json"),
}
WORDS = (
    *("", " ", "-", "--", "---", "0", "-1", "9" * 400, "1e999", "NaN", "2024-02-30", "2024-10-24"),
    *("yesterday", "Why?", "a.txt", "gold.jsonl", "run.jsonl", "news", "\udcff", "\0", "\n", "[1]"),
    *("'; DROP TABLE articles; --", "%s%n", "{0.__class__}", "\u202eferry", "x" * 9_000, "ß" * 300),
    *("http://", "http://[", "http://127.0.0.1:1/feed", "llamaindex:os.system", "*", "(", "[a"),
    *("--articles", "--store", "--as-of", "--json", "--limit", "--nonsense", "--no-json", "-vvv"),
)


def _arguments(random: Random) -> Case:
    command = random.choice([*COMMANDS])
    pool = (*COMMANDS[command], *WORDS)
    return Case(
        "arguments", json.dumps([command, *random.choices(pool, k=random.randint(0, 6))]).encode()
    )


def _call(case: Case, folder: Path) -> None:
    arguments = json.loads(case.data)
    status, said = called(arguments, folder)
    assert status in (0, 1, 2, 3, 4), status
    lines = said.strip().splitlines()
    assert status in (0, 3, 4) or lines
    assert "Traceback" not in said


def called(arguments: Sequence[str], folder: Path) -> tuple[int, str]:
    """The exit status of a command in a folder of its own, and what it said beside the result."""
    _fill(folder)
    os.environ["DATELINE_DEBUG"] = "1"  # what nobody expected is raised
    os.environ["DATELINE_STORE"] = str(folder / "store")
    errors = StringIO()
    with chdir(folder), redirect_stdout(StringIO()), redirect_stderr(errors):
        status = run(["--" if "\0" in a else a for a in arguments])
    return status, errors.getvalue()


GOLD = (
    '{"id": "1", "question": "What returns?", "answers": ["ferry"], "sources": ["a.txt"],'
    ' "kind": "answerable"}\n'
    '{"id": "2", "question": "Who won?", "answers": [], "sources": [], "answerable": false}\n'
)
RUN = (
    '{"id": "1", "status": "answered", "answer": "The ferry [1].", "confidence": 0.9, "citations":'
    ' [{"n": 1, "source": "a.txt", "title": "Ferry", "published": "2024-10-24", "url": null,'
    ' "quote": "The ferry returns.", "start": 7, "end": 25}], "passages": [{"source": "a.txt",'
    ' "text": "The ferry returns.", "score": 1.0}], "query": "What returns?", "model": "quotes",'
    ' "seconds": 0.1}\n'
    '{"id": "2", "status": "abstained", "answer": "I do not know.", "confidence": 0.1,'
    ' "citations": [], "passages": [], "query": "Who won?", "model": "quotes", "seconds": 0.1}\n'
)


def _fill(folder: Path) -> None:
    if not (folder / "a.txt").exists():
        (folder / "a.txt").write_text("Ferry\n\nThe ferry returns.\n")
        (folder / "gold.jsonl").write_text(GOLD)
        (folder / "run.jsonl").write_text(RUN)


# Settings


def _settings(random: Random) -> Case:
    keys = random.sample([*setting_keys()], k=random.randint(1, 4))
    values = [str(mutated(random, b"1", [b"x"]), "latin-1") for _ in keys]
    words = [random.choice((value, random.choice(WORDS))) for value in values]
    return Case("settings", json.dumps(dict(zip(keys, words, strict=True))).encode())


def _set(case: Case, folder: Path) -> None:
    environ: Mapping[str, str] = json.loads(case.data)
    with suppress(UsageError):
        load_config({}, environ, None)
    file = folder / "settings.env"
    file.write_bytes("".join(f"{k}={v}\n" for k, v in environ.items()).encode("utf-8", "replace"))
    with suppress(UsageError):
        load_config({}, {}, file)


# Files of evaluations


def _evaluation(random: Random) -> Case:
    gold = (
        mutated(random, GOLD.encode(), [RUN.encode()]) if random.random() < 0.3 else GOLD.encode()
    )
    done = RUN.encode()
    if random.random() < 0.5:
        done = json.dumps(
            _replaced(random, [json.loads(line) for line in RUN.splitlines()])
        ).encode()
        done = b"\n".join(json.dumps(row).encode() for row in json.loads(done))
    else:
        done = mutated(random, done, [GOLD.encode()])
    return Case("evaluation", json.dumps([gold.decode("latin-1"), done.decode("latin-1")]).encode())


VALUES: Sequence[Any] = (
    *(None, True, -1, 0, 10**400, 1e308, "", "\ud800", "\0", "x" * 5_000, [], {}, [[]] * 50),
    *(
        "answered",
        "partial",
        "clarify",
        "reply",
        ["a"],
        [{"source": "\udcff", "text": "", "n": -5}],
    ),
    [{"source": "a.txt", "quote": "", "n": 10**30, "start": -7, "end": 10**40}],
)


def _replaced(random: Random, rows: list[Any]) -> list[Any]:
    """The rows with some values of theirs, or of what is in these, replaced."""
    for _ in range(random.randint(1, 4)):
        place = random.choice(rows)
        while isinstance(place, dict) and place:
            key = random.choice([*place])
            inner = place[key]
            if (
                isinstance(inner, list)
                and inner
                and isinstance(inner[0], dict)
                and random.random() < 0.7
            ):
                place = random.choice(inner)
                continue
            place[key] = random.choice(VALUES)
            break
    return rows


def _score(case: Case, folder: Path) -> None:
    gold, done = (text.encode("latin-1") for text in json.loads(case.data))
    _fill(folder)
    (folder / "fuzzed-gold.jsonl").write_bytes(gold)
    (folder / "fuzzed-run.jsonl").write_bytes(done)
    status, said = called(["eval", "score", "fuzzed-run.jsonl", "fuzzed-gold.jsonl"], folder)
    assert status in (0, 1, 2), status
    assert "Traceback" not in said


TARGETS = {
    "readers": Target(_file, _read),
    "arguments": Target(_arguments, _call),
    "settings": Target(_settings, _set),
    "evaluations": Target(_evaluation, _score),
}
