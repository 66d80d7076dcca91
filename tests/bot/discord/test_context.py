"""What a question is read in the light of, by where it is asked and what it replies to."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.conversation.store import FILE, ConversationStore
from bot.discord.events import context_of, conversation_of, following, preceding
from bot.discord.i18n import translations_for
from bot.discord.requests import NO_CONTEXT, Context, QuestionRequest
from bot.discord.settings import History, ServerSettings
from tests.bot.discord.records import record

PLAIN, SHARED = ServerSettings(), ServerSettings(history=History.THREAD)
ANSWER = replace(record("It fell."), asked=100.0, answered=110.0)


def asked(conversation: str, context: Context) -> QuestionRequest:
    words = translations_for("en")
    return QuestionRequest(
        event=1,
        awaited="",
        person=7,
        server=1,
        home=None,
        places=(),
        roles=(),
        conversation=conversation,
        private=False,
        question="Why?",
        words=words,
        context=context,
    )


def test_only_threads_and_direct_messages_are_conversations() -> None:
    assert conversation_of(PLAIN, 1, 7, None)[1] == NO_CONTEXT
    mine, context = conversation_of(PLAIN, 1, 7, 5)
    assert context == Context(in_conversation=True)
    assert conversation_of(PLAIN, 1, 8, 5)[0] != mine
    assert conversation_of(SHARED, 1, 7, 5) == conversation_of(SHARED, 1, 8, 5)
    _, lately = conversation_of(PLAIN, None, 7, None)
    assert lately.in_conversation and lately.since > 0


def test_a_reply_goes_on_from_the_answer_in_its_conversation_or_along_the_chain() -> None:
    thread, within = conversation_of(SHARED, 1, 7, 5)
    there = replace(ANSWER, conversation=thread)
    assert following(asked(thread, within), there).context == Context(True, until=110.0)
    assert preceding(asked(thread, within), there).context == Context(True, until=100.0)
    elsewhere = asked("discord 1 person 7", NO_CONTEXT)
    assert following(elsewhere, ANSWER).context == Context(follows=ANSWER.id)
    chained = replace(ANSWER, follows="earlier")
    assert preceding(elsewhere, chained).context == Context(follows="earlier")


def test_a_question_is_asked_again_in_the_light_it_was_asked_in() -> None:
    assert context_of(ANSWER) == NO_CONTEXT
    direct = replace(ANSWER, server=None, conversation="discord direct person 7")
    assert context_of(direct) == Context(True, 100.0 - 1800, 100.0)
    assert context_of(replace(direct, follows="earlier")) == Context(follows="earlier")


async def test_a_chain_of_replies_is_followed_back_as_far_as_it_is_kept(tmp_path: Path) -> None:
    async with ConversationStore.open(tmp_path / FILE, 30, pytest.fail, lambda: 110.0) as records:
        chain = [replace(ANSWER, id=f"r{n}", follows=f"r{n - 1}") for n in range(9)]
        for one in chain:
            await records.add(one)
        assert [one.id for one in await records.chain("r8", 3)] == ["r6", "r7", "r8"]
        assert [one.id for one in await records.chain("r1")] == ["r0", "r1"]
        assert await records.chain(None) == []
