"""Work done in other processes is what it is when done here."""

import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest

from index.embed import StaticEmbedder
from index.passages import PassageMaker, Text
from index.workers import AHEAD, FEW, OtherProcesses, ThisProcess

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


@pytest.mark.parametrize("count", [0, 1, 2])
def test_results_come_in_order_with_their_batches(count: int) -> None:
    assert [*OtherProcesses(count).map(doubled, MANY)] == [*ThisProcess().map(doubled, MANY)]
    assert [*OtherProcesses(count).map(prints, MANY)] == [(n, n) for n in MANY]
    assert [*OtherProcesses(count).map(doubled, [])] == []


def test_much_is_done_elsewhere_and_little_here() -> None:
    much = {pid for _, pid in OtherProcesses(2).map(process, MANY)}
    little = {pid for _, pid in OtherProcesses(2).map(process, range(FEW))}
    assert os.getpid() not in much
    assert little == {os.getpid()}


def test_processes_end_when_nothing_more_is_asked_for() -> None:
    work = OtherProcesses(1).map(process, MANY)
    _, pid = next(work)
    work.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_only_a_few_batches_are_drawn_ahead() -> None:
    drawn = []

    def batches() -> Iterator[int]:
        for number in range(100):
            drawn.append(number)
            yield number

    work = OtherProcesses(2).map(doubled, batches())
    for asked, _ in enumerate(work, start=1):
        assert len(drawn) <= max(FEW + 1, asked + 2 + AHEAD)


def test_what_fails_there_fails_here() -> None:
    work = OtherProcesses(1).map(only_small, MANY)
    with pytest.raises(ValueError, match=f"{FEW + 4} is too large"):
        for _ in work:
            pass


def test_what_a_killed_process_had_to_do_is_done_here() -> None:
    batches = [(number, os.getpid()) for number in MANY]
    assert [n for _, n in OtherProcesses(1).map(killed_there, batches)] == [*MANY]


def test_passages_made_elsewhere_are_the_same() -> None:
    maker = PassageMaker(StaticEmbedder())
    batches = [[Text(n, f"Title {n}", f"Word {n}. And another.\n\n" * n)] for n in MANY]
    there = [made for _, [made] in OtherProcesses(1).map(maker, batches)]
    here = [made for _, [made] in ThisProcess().map(maker, batches)]
    assert [made.spans for made in there] == [made.spans for made in here]
    assert all(np.array_equal(a.vectors, b.vectors) for a, b in zip(there, here, strict=True))
