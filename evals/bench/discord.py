"""How the bot in Discord bears up: how soon it reacts, what it stalls, what it keeps in memory.

    python -m evals.bench.discord [QUESTIONS]

Run it from a clone: the bot is a process of its own on the shipped articles, and its Discord is
the tests' stand-in (`tests/standins/discord_server.py`), in this process. Heartbeats every 50 ms
show when the bot's loop is held up. A machine that does other things at the time adds to every
figure; how much shows in a process that only sleeps for the same 50 ms. Memory is read after a
tenth of QUESTIONS and after all of them (10,000 where none are given).
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count, cycle, islice
from pathlib import Path
from statistics import median, quantiles

import evals.gold
from evals.gold.format import load_gold

try:
    from tests.discord_bot import DATELINE, DiscordBot
    from tests.standins.discord_description import description
    from tests.standins.discord_interactions import Interaction
    from tests.standins.discord_server import DiscordServer, running
except ModuleNotFoundError:
    sys.exit("The stand-in for Discord is not here: run this from a clone, in its folder")

QUESTIONS = 10_000
IDLE = 100
CROWD = 200
IN_FLIGHT = 20
HEARTBEAT = 0.05
PATIENCE = 300.0
SETTINGS = ("DATELINE_", "CHAT_", "OPENAI_", "DISCORD_")


class Sleeper:
    """A process that does nothing but sleep as long as there is between two heartbeats."""

    CODE = f"""
import sys, time
while True:
    began = time.monotonic()
    time.sleep({HEARTBEAT})
    print(time.monotonic(), time.monotonic() - began - {HEARTBEAT}, flush=True)
"""

    def __init__(self) -> None:
        command = [sys.executable, "-c", self.CODE]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._slept: list[tuple[float, float]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def late(self, since: float) -> list[float]:
        """Seconds for which it was not woken, from a monotonic time on."""
        return [seconds for at, seconds in list(self._slept) if at >= since]

    def end(self) -> None:
        """Let it sleep no more."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            at, late = map(float, line.split())
            self._slept.append((at, late))


class Crowd:
    """People who each ask a question of their own."""

    def __init__(self, discord: DiscordServer) -> None:
        self._discord = discord
        gold = load_gold(Path(evals.gold.__file__).with_name("seeds.jsonl"))
        self._questions = cycle([question.question for question in gold])
        self._numbers = count(1)

    def ask(self, people: int = 1) -> list[Interaction]:
        """So many questions at once."""
        return [
            self._discord.slash(
                "ask", question=question, user=self._discord.user(f"reader {next(self._numbers)}")
            )
            for question in islice(self._questions, people)
        ]


def main(arguments: Sequence[str]) -> int:
    """Print the table, and return the exit status."""
    questions = int(arguments[0]) if arguments else QUESTIONS
    with ready() as (discord, bot):
        crowd, sleeper = Crowd(discord), Sleeper()
        settled(discord, crowd.ask())  # what the first answer loads is not the loop's doing
        print(f"{'milliseconds':34}{'p50':>9}{'p99':>9}{'max':>9}")
        idle(discord, crowd, sleeper)
        all_at_once(discord, crowd, sleeper)
        sleeper.end()
        resuming(discord, crowd)
        report_problems(discord)
        memory(discord, bot, crowd, questions)
    return 0


@contextmanager
def ready() -> Iterator[tuple[DiscordServer, DiscordBot]]:
    """The stand-in, and the bot connected to it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(SETTINGS)}
    with (
        tempfile.TemporaryDirectory(prefix="dateline-bench-") as name,
        running(HEARTBEAT) as discord,
    ):
        folder = Path(name)
        index = [str(DATELINE), "index", "--store", str(folder / "store")]
        subprocess.run(index, cwd=folder, env=environment, check=True, capture_output=True)
        with DiscordBot(discord, folder / "store", folder, environment) as bot:
            bot.start()
            yield discord, bot


def idle(discord: DiscordServer, crowd: Crowd, sleeper: Sleeper) -> None:
    """One question after another."""
    begun = time.monotonic()
    asked: list[Interaction] = []
    for _ in range(IDLE):
        asked += crowd.ask()
        settled(discord, asked[-1:])
    row("to the deferral, idle", deferrals(asked))
    stalls(discord, "loop stall, idle", begun)
    row("a process that sleeps, meanwhile", sleeper.late(begun))


def all_at_once(discord: DiscordServer, crowd: Crowd, sleeper: Sleeper) -> None:
    """Many questions in the same moment."""
    begun = time.monotonic()
    asked = crowd.ask(CROWD)
    settled(discord, asked)
    took = time.monotonic() - begun
    row(f"to the deferral, {CROWD} at once", deferrals(asked))
    stalls(discord, f"loop stall, {CROWD} at once", begun)
    row("a process that sleeps, meanwhile", sleeper.late(begun))
    late = sum(interaction.expired for interaction in asked)
    print(f"{CROWD} at once: all answered in {took:.1f} s, {late} of them taken up too late")


def resuming(discord: DiscordServer, crowd: Crowd) -> None:
    """A connection that breaks off with questions under way and others coming."""
    before = len(discord.gateway.resumed)
    asked = crowd.ask(IN_FLIGHT)
    broken = time.monotonic()
    discord.resets()
    asked += crowd.ask(IN_FLIGHT)
    discord.until(lambda: len(discord.gateway.resumed) > before, PATIENCE)
    back = discord.gateway.resumed[before] - broken
    settled(discord, asked)
    print(f"resumed after a reset in {back * 1000:.0f} ms; all of {len(asked)} answered")


def report_problems(discord: DiscordServer) -> None:
    """What goes against Discord's own description of its API."""
    known, said = description(), discord.exchanges
    if known is None:
        print("not held against Discord's description, which is not at hand")
        return
    problems = known.problems(said)
    print(
        f"{len(problems)} problems in {len(said)} requests and answers", *problems[:5], sep="\n  "
    )


def memory(discord: DiscordServer, bot: DiscordBot, crowd: Crowd, questions: int) -> None:
    """What the bot holds in memory after a tenth of the questions, and after all."""
    done, sizes = len(discord.interactions()), {}
    for mark in (questions // 10, questions):
        while done < mark:
            asked = crowd.ask(min(IN_FLIGHT, mark - done))
            settled(discord, asked)
            done += len(asked)
            discord.forget()
        sizes[done] = bot.memory / 2**20
        print(f"memory after {done:,} questions: {sizes[done]:.0f} MiB", flush=True)
    first, last = min(sizes), max(sizes)
    print(f"ratio {sizes[last] / sizes[first]:.3f}")


def settled(discord: DiscordServer, asked: Sequence[Interaction]) -> None:
    """Wait until each has its answer."""
    discord.until(lambda: all(map(is_settled, asked)), PATIENCE)


def is_settled(interaction: Interaction) -> bool:
    """Whether it is answered: what comes before an answer has no buttons.

    One that the bot took up too late is answered elsewhere in the channel.
    """
    return interaction.expired or any(message.components for message in interaction.answers)


def deferrals(asked: Sequence[Interaction]) -> list[float]:
    """Seconds from each to the first response."""
    return [i.answered - i.created for i in asked if i.answered is not None]


def stalls(discord: DiscordServer, name: str, begun: float) -> None:
    """How much later than due heartbeats came."""
    gaps = discord.heartbeat_gaps(begun)
    row(name, [max(0.0, gap - HEARTBEAT) for gap in gaps])


def row(name: str, seconds: Sequence[float]) -> None:
    """A line of the table."""
    p99 = quantiles(seconds, n=100, method="inclusive")[98]
    figures = [1000 * figure for figure in (median(seconds), p99, max(seconds))]
    print(f"{name:34}" + "".join(f"{figure:9.1f}" for figure in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
