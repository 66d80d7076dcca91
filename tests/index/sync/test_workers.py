"""Work done in other processes is what it is when done here."""

import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest

from index.embedding.static import StaticEmbedder
from index.sync import workers
from index.sync.passages import PassageMaker, Text
from index.sync.workers import AHEAD, FEW, OtherProcesses, ThisProcess

MANY = range(FEW + 10)


def doubled(number: int) -> int:
    return 2 * number


def process(_: int) -> int:
    return os.getpid()


def only_small(number: int) -> int:
    if number > FEW + 3:
        raise ValueError(f"{number} is too large")
    return number


def killed_there(number_and_here: tuple[int, int]) -> int:
    number, here = number_and_here
    if number == FEW + 2 and os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def prints(number: int) -> int:
    os.write(1, b"not a result\n")
    return number


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def processes() -> Iterator[OtherProcesses]:
    made = OtherProcesses(1)
    yield made
    made.close()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_results_come_in_order_with_their_batches(count: int) -> None:
    processes = OtherProcesses(count)
    assert [*processes.map(doubled, MANY)] == [*ThisProcess().map(doubled, MANY)]
    assert [*processes.map(prints, MANY)] == [(n, n) for n in MANY]
    assert [*processes.map(doubled, [])] == []
    processes.close()


def test_much_is_done_elsewhere_and_little_here(processes: OtherProcesses) -> None:
    much = {pid for _, pid in processes.map(process, MANY)}
    little = {pid for _, pid in processes.map(process, range(FEW))}
    assert os.getpid() not in much
    assert little == {os.getpid()}


def test_processes_stay_for_what_comes_next_until_they_are_ended(processes: OtherProcesses) -> None:
    [pid] = {pid for _, pid in processes.map(process, MANY)}
    assert {pid for _, pid in processes.map(process, MANY)} == {pid}
    processes.close()
    assert is_gone(pid)
    assert not {pid for _, pid in processes.map(process, MANY)} & {pid, os.getpid()}


def test_processes_end_when_work_is_broken_off(processes: OtherProcesses) -> None:
    work = processes.map(process, MANY)
    _, pid = next(work)
    work.close()
    assert is_gone(pid)


def test_processes_end_by_themselves_when_nothing_comes(
    processes: OtherProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "IDLE", 0.5)
    assert [*processes.map(doubled, MANY)] == [*ThisProcess().map(doubled, MANY)]
    [member] = processes._members
    assert member._process
    assert member._process.wait(60) == 0
    assert [*processes.map(doubled, MANY)] == [*ThisProcess().map(doubled, MANY)]


def test_only_a_few_batches_are_drawn_ahead(processes: OtherProcesses) -> None:
    drawn = []

    def batches() -> Iterator[int]:
        for number in range(100):
            drawn.append(number)
            yield number

    for asked, _ in enumerate(processes.map(doubled, batches()), start=1):
        assert len(drawn) <= max(FEW + 1, asked + 1 + AHEAD)


def test_what_fails_there_fails_here(processes: OtherProcesses) -> None:
    work = processes.map(only_small, MANY)
    with pytest.raises(ValueError, match=f"{FEW + 4} is too large"):
        for _ in work:
            pass


def test_what_a_killed_process_had_to_do_is_done_here(processes: OtherProcesses) -> None:
    batches = [(number, os.getpid()) for number in MANY]
    assert [n for _, n in processes.map(killed_there, batches)] == [*MANY]


def test_passages_made_elsewhere_are_the_same(processes: OtherProcesses) -> None:
    maker = PassageMaker(StaticEmbedder())
    batches = [[Text(n, f"Title {n}", f"Word {n}. And another.\n\n" * n)] for n in MANY]
    there = [made for _, [made] in processes.map(maker, batches)]
    here = [made for _, [made] in ThisProcess().map(maker, batches)]
    assert [made.spans for made in there] == [made.spans for made in here]
    assert all(np.array_equal(a.vectors, b.vectors) for a, b in zip(there, here, strict=True))
