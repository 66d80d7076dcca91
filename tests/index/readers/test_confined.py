"""What a reader in a process of its own may do, it does to nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.article import Article, Place
from index.readers import confined
from index.readers.confined import Worker
from index.readers.problem import Problem

READ = Article("a", "T", "Text. \u2028\n", places=(Place(0, 5, "page 1"),))


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


def read(worker: Worker, name: str) -> list[Article | Problem]:
    return worker.read("tests.standins.bad_reader", Path("/nowhere") / name, "a")


def test_articles_come_through_whole(worker: Worker) -> None:
    assert read(worker, "fine") == [READ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("raises", "broken, or not what its name says (KeyError: 'no\\nsuch key')"),
        ("fills", "takes more than 1000 MB to read; split it"),
    ],
)
def test_an_error_is_a_problem(worker: Worker, name: str, reason: str) -> None:
    assert read(worker, name) == [READ, Problem("a", reason)]
    assert read(worker, "fine") == [READ]


def test_a_crash_is_a_problem(worker: Worker) -> None:
    reason = "broken in a way that no reader stands"
    assert read(worker, "crashes") == [Problem("a", reason, incomplete=True)]
    assert read(worker, "fine") == [READ]


def test_what_comes_to_no_end_is_a_problem(worker: Worker) -> None:
    worker._seconds = 0.5
    reason = "takes more than 0 s to read; split or simplify it"
    assert read(worker, "hangs") == [Problem("a", reason, incomplete=True)]
    worker._seconds = 60
    assert read(worker, "fine") == [READ]


def test_one_that_ends_just_when_it_is_asked_is_started_again(
    worker: Worker, tmp_path: Path
) -> None:
    path = tmp_path / "leaves"
    assert worker.read("tests.standins.bad_reader", path, "a") == [READ]
    assert path.exists()


def test_after_so_many_files_another_takes_its_place(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confined, "FILES", 2)
    first = [read(worker, "fine") and worker._process for _ in range(2)]
    assert first[0] is first[1]
    assert read(worker, "fine") == [READ]
    assert worker._process is not first[0]


def test_one_that_has_ended_by_itself_is_started_again(worker: Worker) -> None:
    assert read(worker, "fine") == [READ]
    assert worker._process
    worker._process.kill()
    worker._process.wait()
    assert read(worker, "fine") == [READ]


def test_an_answer_that_nobody_waited_for_is_not_the_next_one(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_: object) -> Article:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(confined, "_unpacked", stopped)
        read(worker, "raises")
    assert read(worker, "fine") == [READ]


def test_no_key_gets_there(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    _, told = read(worker, "asks")
    assert isinstance(told, Problem)
    assert "PATH" in told.reason
    assert "KEY" not in told.reason
