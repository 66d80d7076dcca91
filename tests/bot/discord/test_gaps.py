"""What the articles lack, by what was declined or rated down."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer import Status
from bot.discord.gaps import gaps_blocks, gaps_in
from bot.discord.i18n import translations_for
from bot.discord.pagination import length
from bot.discord.records import FILE, Record, Records
from tests.bot.discord.records import citation, record

WORDS = translations_for("en")


def asked(question: str, status: Status = Status.ABSTAINED) -> Record:
    return record("It fell. [1]", citation(1), question=question, status=status)


def test_questions_that_ask_for_the_same_are_one_gap() -> None:
    found = gaps_in(
        [
            (asked("Who is the mayor of Ulm?"), False),
            (asked("When was the bridge built?", Status.ANSWERED), True),
            (asked("How tall is the tower?", Status.ANSWERED), False),
            (asked("who is mayor of Ulm"), True),
        ]
    )
    assert [(len(g.questions), g.declined, g.rated_down) for g in found] == [(2, 2, 1), (1, 0, 1)]
    _, lines = gaps_blocks(found, WORDS)
    assert lines.splitlines()[0] == "- Who is the mayor of Ulm? · declined: 2, rated down: 1"
    assert "tower" not in lines
    assert gaps_blocks([], WORDS) == [WORDS("gaps_none")]


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=300), max_size=60))
def test_the_gaps_fit_into_a_card(questions: list[str]) -> None:
    blocks = gaps_blocks(gaps_in([(asked(question), False) for question in questions]), WORDS)
    assert sum(map(length, blocks)) <= 4000


async def test_what_was_asked_privately_or_elsewhere_is_no_gap_of_a_server(tmp_path: Path) -> None:
    async with Records.open(tmp_path / FILE, 30, pytest.fail, lambda: 100.0) as records:
        here = asked("Here?")
        await records.add(here)
        await records.add(replace(here, id="private", private=True))
        await records.add(replace(here, id="elsewhere", server=2))
        await records.rate(here.id, 8, liked=False)
        assert await records.asked_in(1) == [(here, True)]
