"""What the bot keeps of its answers: through restarts, for a while, until it is forgotten."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.answer import Answer, Citation, Status
from bot.conversation.record import Record, Watch, new_id
from bot.conversation.store import EVENTS_KEPT, FILE, ConversationStore
from bot.storage.engine import Place
from index.errors import StoreError
from tests.conftest import Dateline

DAYS = 30
DAY = 86_400.0
NOW = 1_700_000_000.0
QUOTE = Citation(1, "a.txt", "Title", date(2024, 10, 24), None, "A quote.", 0, 8)
RECORD = Record(
    id="the-record",
    person=7,
    server=None,
    conversation="direct",
    private=True,
    asked=NOW - 2,
    answered=NOW,
    question="Who?",
    answer="She did. [1]",
    status=Status.ANSWERED,
    citations=(QUOTE,),
)


class Clock:
    """A clock that somebody sets."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE


def refuse(line: str) -> None:
    raise AssertionError(line)


async def test_a_restart_loses_nothing(place: Place) -> None:
    async with ConversationStore.open(place, DAYS, refuse, Clock()) as records:
        await records.add(RECORD)
        await records.show(RECORD.id, [11, 12])
        await records.rate(RECORD.id, 8, False, "not what I asked")
        await records.keep_fact("commands", "digest")
        assert await records.claim(5, "message en 1", 9)
    async with ConversationStore.open(place, DAYS, refuse, Clock()) as records:
        assert await records.get(RECORD.id) == RECORD
        assert await records.shown_in(12) == RECORD
        assert await records.shown_in(13) is None
        assert await records.ratings() == [(RECORD, False, "not what I asked")]
        assert await records.fact("commands") == "digest"
        assert not await records.claim(5, "message en 1")
        assert await records.unsettled() == [(5, "message en 1", 9)]
        await records.settle(5)
        assert await records.unsettled() == []
        assert not await records.claim(5, "message en 1")


async def test_an_event_is_claimed_once(place: Place) -> None:
    async with (
        ConversationStore.open(place, DAYS, refuse) as one,
        ConversationStore.open(place, DAYS, refuse) as other,
    ):
        claims = [records.claim(5, "here") for records in (one, other) * 10]
        assert sum(await asyncio.gather(*claims)) == 1


async def test_only_the_last_opinion_of_an_answer_that_is_kept_counts(place: Place) -> None:
    async with ConversationStore.open(place, DAYS, refuse, Clock()) as records:
        await records.add(RECORD)
        await records.rate(RECORD.id, 8, False)
        await records.rate(RECORD.id, 8, True)
        await records.rate(new_id(), 8, True)
        assert await records.ratings() == [(RECORD, True, "")]


async def test_what_a_person_had_kept_is_in_no_file_afterwards(path: Path) -> None:
    secret = "what became of the harbour bridge"
    async with ConversationStore.open(path, DAYS, refuse, Clock()) as records:
        await records.add(replace(RECORD, question=secret))
        await records.add(replace(RECORD, id="another", person=8))
        await records.show(RECORD.id, [11])
        await records.rate("another", 7, False, secret)
        await records.rate(RECORD.id, 8, True)
        assert await records.forget(person="7") == (1, 1)
        left = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert secret.encode() not in left
        assert await records.get(RECORD.id) is None
        assert await records.shown_in(11) is None
        assert await records.ratings() == []
        assert await records.get("another")
        assert await records.forget(person="7") == (0, 0)


async def test_a_conversation_or_everything_is_forgotten(place: Place) -> None:
    async with ConversationStore.open(place, DAYS, refuse, Clock()) as records:
        for number in range(4):
            talk = f"talk {number % 2}"
            await records.add(replace(RECORD, id=str(number), conversation=talk))
        assert await records.forget(conversation="talk 1") == (2, 0)
        assert await records.get("1") is None
        assert await records.forget() == (2, 0)
        assert await records.get("0") is None


async def test_records_expire(place: Place) -> None:
    clock = Clock()
    async with ConversationStore.open(place, DAYS, refuse, clock) as records:
        await records.add(RECORD)
        await records.show(RECORD.id, [11])
        clock.now += DAYS * DAY - 1
        assert await records.get(RECORD.id)
        clock.now += 2
        assert await records.get(RECORD.id) is None
        assert await records.shown_in(11) is None
        await records.add(replace(RECORD, id="later", answered=clock.now))
        kept = await records._db.rows("SELECT id FROM answers")
    assert kept == [("later",)]


async def test_events_are_known_long_enough(place: Place) -> None:
    clock = Clock()
    async with ConversationStore.open(place, DAYS, refuse, clock) as records:
        assert await records.claim(5, "here")
        clock.now += EVENTS_KEPT - 1
        await records.add(replace(RECORD, answered=clock.now))
        assert not await records.claim(5, "here")
        clock.now += 2
        await records.add(replace(RECORD, id="later", answered=clock.now))
        assert await records.claim(5, "here")


async def test_others_cannot_read_the_file(path: Path) -> None:
    async with ConversationStore.open(path, DAYS, refuse, Clock()) as records:
        await records.add(RECORD)
        assert {file.stat().st_mode & 0o077 for file in path.parent.glob("*.sqlite*")} == {0}


async def test_who_runs_the_bot_reads_opinions_and_forgets(dateline: Dateline, path: Path) -> None:
    store = path.parent
    assert json.loads(dateline("memory", "opinions", "--store", store).stdout) == []
    async with ConversationStore.open(path, DAYS, refuse) as records:
        for number in (7, 8):
            answered = time.time()
            kept = replace(RECORD, id=str(number), person=number, answered=answered)
            await records.add(kept)
        await records.rate("8", 7, False, "too short")
    [opinion] = json.loads(dateline("memory", "opinions", "--store", store).stdout)
    assert opinion == {
        "question": RECORD.question,
        "answer": RECORD.answer,
        "liked": False,
        "reason": "too short",
    }
    done = dateline("memory", "forget", "--person", "7", "--store", store)
    assert done.stdout == "1 question forgotten\n"
    assert json.loads(dateline("memory", "opinions", "--store", store).stdout) == []
    assert dateline("memory", "forget", "--all", "--store", store).returncode == 0
    async with ConversationStore.open(path, DAYS, refuse) as records:
        assert await records.get("8") is None


async def fill(store: ConversationStore) -> None:
    """Keep a thing of each kind of two people."""
    for person in (7, 8):
        of = replace(RECORD, id=f"of {person}", person=person, conversation=f"talk {person}")
        answer = Answer(Status.ANSWERED, of.answer, 0.9, "query", (QUOTE,))
        await store.remember(of.conversation, of.question, answer, str(person), record=of)
        await store.remember(of.conversation, "And why?", answer, str(person))
        await store.add(replace(of, id=f"shared of {person}"))
        await store.rate(of.id, 15 - person, True)
        await store.keep_visit(person, date(2024, 10, 24))
        await store.watches.add(Watch(f"{person}", person, 1, 2, "en", "When?", of.id))
        await store.watches.add(Watch(f"other {person}", person, 1, 2, "en", "When?", "expired"))


async def rows_of(store: ConversationStore, person: int) -> list[int]:
    """How many rows of each kind are kept of a person."""
    wanted = {
        "exchanges": f"person = '{person}'",
        "answers": f"person = {person}",
        "opinions": f"person = {person}",
        "watches": f"person = {person}",
        "facts": f"name = 'visit {person}'",
    }
    return [
        (await store._db.rows(f"SELECT count(*) FROM {table} WHERE {condition}"))[0][0]
        for table, condition in wanted.items()
    ]


async def test_a_person_is_forgotten_wholly(place: Place) -> None:
    async with ConversationStore.open(place, DAYS, refuse, Clock()) as store:
        await fill(store)
        assert await rows_of(store, 7) == [2, 2, 1, 2, 1]
        # What has a record, what has none, what was shared, and what waits alone.
        assert await store.forget(person="7") == (4, 1)
        assert await rows_of(store, 7) == [0, 0, 0, 0, 0]
        assert await rows_of(store, 8) == [2, 2, 0, 2, 1]  # the rating was of a forgotten answer
        assert await store.forget() == (4, 0)
        assert await rows_of(store, 8) == [0, 0, 0, 0, 0]


async def test_forgetting_that_fails_in_the_middle_forgets_nothing(place: Place) -> None:
    async with ConversationStore.open(place, DAYS, refuse, Clock()) as store:
        await fill(store)
        await store._db.change("CREATE TABLE held (answer TEXT REFERENCES answers)")
        await store._db.change("INSERT INTO held VALUES ('shared of 7')")
        with pytest.raises(StoreError, match=r"held|FOREIGN"):
            await store.forget(person="7")
        assert await rows_of(store, 7) == [2, 2, 1, 2, 1]
        await store._db.change("DROP TABLE held")
        assert await store.forget(person="7") == (4, 1)


async def test_what_is_given_up_is_forgotten_wholly_or_not_at_all(place: Place) -> None:
    async with ConversationStore.open(place, DAYS, refuse, Clock()) as store:
        for turns in range(0, 60, 3):
            await fill(store)
            forgetting = asyncio.create_task(store.forget(person="7"))
            for _ in range(turns):
                await asyncio.sleep(0)
            forgetting.cancel()
            await asyncio.wait([forgetting])
            assert await rows_of(store, 7) in ([2, 2, 1, 2, 1], [0, 0, 0, 0, 0])
            await store.forget()


async def test_an_answer_and_its_turn_are_kept_together(place: Place) -> None:
    answer = Answer(Status.ANSWERED, RECORD.answer, 0.9, "query", (QUOTE,))
    async with ConversationStore.open(place, DAYS, refuse, Clock()) as store:
        await store.add(RECORD)
        with pytest.raises(StoreError):  # there is one of this id
            await store.remember("direct", "Who?", answer, "7", record=RECORD)
        assert await store.turns("direct") == []
        hello = Answer(Status.REPLY, "Hello!", 0.0, "")
        await store.remember("direct", "Hi", hello, "7", record=replace(RECORD, id="hello"))
        assert await store.turns("direct") == []
        assert await store.get("hello")


async def test_a_conversation_that_begins_again_keeps_its_answers(place: Place) -> None:
    async with ConversationStore.open(place, DAYS, refuse, Clock()) as store:
        await fill(store)
        await store.reset("talk 7")
        assert await store.turns("talk 7") == []
        assert await store.get("of 7")
