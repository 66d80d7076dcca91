"""What the tests share: the installed command, a terminal, an index of the shipped articles."""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.cli.app import run
from bot.extraction.reader import CrossEncoder, built_in_reader
from bot.storage.engine import Place, PostgresServer
from index.embedding import static
from tests.forks import forking
from tests.standins import postgres_server
from tests.standins.openai_server import OpenAIServer, running
from tests.standins.postgres_server import PostgresProcess
from tests.terminal import Terminal

Dateline = Callable[..., subprocess.CompletedProcess[str]]

DATELINE = Path(sys.executable).with_name("dateline")
SLOW = frozenset(("forked", "inside", "postgres", "seeds_store", "terminal"))
"""Fixtures of tests that take long."""
QUIET = (
    "DATELINE_",
    "CHAT_",
    "CHROMA_",
    "OPENAI_",
    "DISCORD_",
    "RAY_",
    "NO_COLOR",
    "FORCE_COLOR",
    "COLUMNS",
)


def pytest_configure() -> None:
    """Have Ctrl-C tried: a shell that runs the tests in its background has it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """Have half as many workers again as there are processors: many tests wait for processes."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files whose tests start processes, so that no long one is left for the end."""
    slow = Counter(item.path for item in items if SLOW.intersection(names_of(item)))
    items.sort(key=lambda item: -slow[item.path])


def names_of(item: pytest.Item) -> list[str]:
    """The fixtures that a test uses."""
    return getattr(item, "fixturenames", [])


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what tests remember out of the user data of the person who runs them."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session", autouse=True)
def models_loaded_once() -> Iterator[None]:
    """Share the installed models between tests: to load them takes longer than most tests."""
    built_in, load = built_in_reader(), CrossEncoder._loaded
    loaded = cache(lambda: load(built_in))

    def shared(reader: CrossEncoder) -> Any:
        same = (reader._folder, reader.sha256) == (built_in._folder, built_in.sha256)
        return loaded() if same else load(reader)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CrossEncoder, "_loaded", shared)
        patch.setattr(static, "_load_wordllama", cache(static._load_wordllama))
        yield


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment that holds no setting of the person who runs the tests."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(QUIET)}
    return kept | {"HOME": str(tmp_path_factory.mktemp("home")), "PYTHONUTF8": "1"}


@pytest.fixture(scope="session")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The command, without the seconds that it takes to import what it needs."""
    with forking(tmp_path_factory.mktemp("forks")) as command:
        yield command


@pytest.fixture(scope="session")
def dateline(
    environment: dict[str, str], forked: Path, tmp_path_factory: pytest.TempPathFactory
) -> Dateline:
    """Runs the command in a folder without settings, in a process of its own."""
    folder = tmp_path_factory.mktemp("work")

    def run(
        *arguments: object, stdin: str = "", seconds: float = 60, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [forked, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            cwd=folder,
            env=environment | variables,
            timeout=seconds,
            check=False,
        )

    return run


@pytest.fixture
def inside(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Dateline:
    """Runs the command in this process, where what it imports is there already."""
    for key in [key for key in os.environ if key.startswith(QUIET)]:
        monkeypatch.delenv(key)
    monkeypatch.chdir(tmp_path_factory.mktemp("work"))

    def run_inside(*arguments: object) -> subprocess.CompletedProcess[str]:
        typed = [str(argument) for argument in arguments]
        return subprocess.CompletedProcess(typed, run(typed), *capsys.readouterr())

    return run_inside


@pytest.fixture(scope="session")
def seeds_store(dateline: Dateline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the shipped articles."""
    store = tmp_path_factory.mktemp("store")
    done = dateline("index", "--store", store)
    assert done.returncode == 0, done.stderr
    return store


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path) -> Iterator[Terminal]:
    if not shutil.which("tmux"):
        pytest.skip("needs tmux")
    terminal = Terminal(tmp_path / "tmux", environment)
    terminal.wait_for_prompt("$")  # what is typed before the shell is there gets lost
    yield terminal
    terminal.close()


@pytest.fixture
def server(socket_enabled: None) -> Iterator[OpenAIServer]:
    """A stand-in for OpenAI's API, on loopback."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresProcess]:
    """A PostgreSQL server."""
    programs = postgres_server.programs()
    if not programs:
        pytest.skip("needs PostgreSQL's programs, such as Debian's package postgresql")
    with postgres_server.running(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def new_place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Place]:
    """Makes places to keep something in, of each kind in turn."""
    if request.param == "sqlite":
        return lambda: tmp_path_factory.mktemp("store") / "kept.sqlite"
    server: PostgresProcess = request.getfixturevalue("postgres")
    return lambda: PostgresServer(server.emptied())


@pytest.fixture
def place(new_place: Callable[[], Place]) -> Place:
    """A place to keep something in, of each kind in turn."""
    return new_place()
