"""What the articles lack, by what was declined or rated down."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer import Answer, Status
from bot.conversation.record import Record
from bot.conversation.store import FILE, ConversationStore
from bot.discord.gaps import asked_of, gaps_blocks
from bot.discord.i18n import translations_for
from bot.discord.pagination import length
from bot.service.gaps import Gap, gaps_in
from evals.gold.format import load_gold
from tests.bot.discord.records import citation, record
from tests.conftest import Dateline

WORDS = translations_for("en")


def asked(question: str, status: Status = Status.ABSTAINED) -> Record:
    return record("It fell. [1]", citation(1), question=question, status=status)


def gaps_of(*kept: tuple[Record, bool]) -> list[Gap]:
    return gaps_in([asked_of(record, rated_down) for record, rated_down in kept])


def test_questions_that_ask_for_the_same_are_one_gap() -> None:
    found = gaps_of(
        (asked("Who is the mayor of Ulm?"), False),
        (asked("When was the bridge built?", Status.ANSWERED), True),
        (asked("How tall is the tower?", Status.ANSWERED), False),
        (asked("who is mayor of Ulm"), True),
    )
    assert [(len(g.questions), g.declined, g.rated_down) for g in found] == [(2, 2, 1), (1, 0, 1)]
    _, lines = gaps_blocks(found, WORDS)
    assert lines.splitlines()[0] == "- Who is the mayor of Ulm? · declined: 2, rated down: 1"
    assert "tower" not in lines
    assert gaps_blocks([], WORDS) == [WORDS("gaps_none")]


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=300), max_size=60))
def test_the_gaps_fit_into_a_card(questions: list[str]) -> None:
    blocks = gaps_blocks(gaps_of(*((asked(question), False) for question in questions)), WORDS)
    assert sum(map(length, blocks)) <= 4000


async def test_what_was_asked_privately_or_elsewhere_is_no_gap_of_a_server(tmp_path: Path) -> None:
    async with ConversationStore.open(tmp_path / FILE, 30, pytest.fail, lambda: 100.0) as records:
        here = asked("Here?")
        await records.add(here)
        await records.add(replace(here, id="private", private=True))
        await records.add(replace(here, id="elsewhere", server=2))
        await records.rate(here.id, 8, liked=False)
        assert await records.public(1) == [(here, True)]
        assert {record.id for record, _ in await records.public()} == {here.id, "elsewhere"}


async def test_the_operator_lists_gaps_and_makes_gold_questions_of_them(
    dateline: Dateline, tmp_path: Path
) -> None:
    async with ConversationStore.open(tmp_path / FILE, 30, pytest.fail) as records:
        now = time.time()
        declined = replace(asked("Who is the mayor of Ulm?"), answered=now)
        await records.add(declined)
        await records.add(replace(declined, id="again", question="who is mayor of Ulm"))
        answered = replace(asked("When was the bridge built?", Status.ANSWERED), id="built")
        await records.add(replace(answered, answered=now))
        await records.rate("built", 8, liked=False)
    listed = dateline("gaps", "--store", tmp_path)
    assert listed.stdout.splitlines() == [
        "who is mayor of Ulm  (declined 2)",
        "  Who is the mayor of Ulm?",
        "When was the bridge built?  (rated down 1)",
    ]
    gold = tmp_path / "gold.jsonl"
    first = dateline("gaps", "--draft", gold, "--store", tmp_path)
    assert "2 questions added" in first.stderr, first.stderr
    assert "0 questions added" in dateline("gaps", "--draft", gold, "--store", tmp_path).stderr
    kinds = [(row.kind, row.question) for row in load_gold(gold)]
    assert kinds == [
        ("unanswerable", "who is mayor of Ulm"),
        ("answerable", "When was the bridge built?"),
    ]


def test_without_questions_there_are_no_gaps(dateline: Dateline, tmp_path: Path) -> None:
    done = dateline("gaps", "--store", tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "no question was declined or rated down" in done.stderr


async def test_named_chats_count_and_answers_to_people_in_discord_do_not_count_twice(
    dateline: Dateline, tmp_path: Path
) -> None:
    declined = Answer(Status.ABSTAINED, "No.", 0.1, "")
    async with ConversationStore.open(tmp_path / "memory.sqlite", 30, pytest.fail) as memory:
        await memory.remember("mine", "Who is the mayor of Ulm?", declined)
        await memory.remember("discord", "How tall is the tower?", declined, person="7")
    listed = dateline("gaps", "--store", tmp_path)
    assert listed.stdout == "Who is the mayor of Ulm?  (declined 1)\n"
