"""Questions about the articles as a collection, on a real store."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.answer import Answer, Status, Turn
from bot.answerer import Answerer
from bot.catalogue import LibraryQuestion, library_question
from bot.conversation.store import ConversationStore
from index.embedding.static import StaticEmbedder
from index.store import Store

ROWS = [
    ("bridge", "Harbour bridge reopens", "2024-03-05", "By Ines Calder and Tom Reed\n\n"
     "The harbour bridge reopened on Tuesday. Engineers replaced 14 cables. Mayor Otto Lind "
     "thanked the crews."),
    ("fares", "Ferry fares rise in Port Harrow", "2024-03-09",
     "A ticket now costs three dollars. The council voted on Friday. Mayor Otto Lind voted "
     "against it."),
    ("bakery", "Bakery turns one hundred", "2023-01-10",
     "The bakery has baked rye bread since 1923. Its oven burns beech wood. The mayor came."),
    ("trains", "Night trains return", "2024-03-10",
     "Night trains between Port Harrow and Elmsea return in May. Tickets are sold from Monday."),
    ("school", "School closes for repairs", "2024-02-28",
     "The school in Elmsea closes for repairs. Pupils move to the town hall until summer."),
    ("quotas", "Fishermen protest new quotas", "2024-03-08",
     "Fishermen blocked the harbour on Friday. Lind, whose first name is Otto, was not there."),
]  # fmt: skip
TODAY = date(2024, 3, 10)


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    folder = tmp_path_factory.mktemp("articles")
    keys = ("id", "title", "published", "text")
    lines = (json.dumps(dict(zip(keys, row, strict=True)) | {"url": None}) for row in ROWS)
    (folder / "news.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with Store.open(folder / "store", StaticEmbedder()) as store:
        store.sync([folder / "news.jsonl"])
        yield Answerer(store)


async def reply(
    answerer: Answerer, question: str, as_of: date | None = TODAY, history: tuple[Turn, ...] = ()
) -> str:
    answer = await answerer.ask(question, history, as_of)
    assert answer.status is Status.REPLY, answer.text
    assert not answer.citations and not answer.passages and answer.query == question
    return answer.text


def named(text: str) -> list[str]:
    """The sources of the articles in a list, in order."""
    return [line.rsplit(" · ", 1)[1] for line in text.splitlines() if line.startswith("- ")]


@pytest.mark.parametrize(
    "question",
    [
        "What articles do you have?",
        "hi! which articles do you have pls",
        "list the articles",
        "list all sources",
        "¿Qué artículos tienes?",
        "Welche Artikel hast du?",
        "Quels articles as-tu ?",
    ],
)
async def test_the_newest_of_many_articles_are_listed(answerer: Answerer, question: str) -> None:
    text = await reply(answerer, question)
    assert "6" in text.splitlines()[0]
    assert named(text) == ["trains", "fares", "quotas", "bridge", "school"]


async def test_articles_are_counted(answerer: Answerer) -> None:
    text = await reply(answerer, "How many articles are there?")
    assert text == "I have 6 articles. They were published from 2023-01-10 to 2024-03-10."


async def test_articles_of_later_days_are_not_known(answerer: Answerer) -> None:
    before = date(2024, 3, 5)
    assert "3 articles" in await reply(answerer, "how many articles do you have?", before)
    assert named(await reply(answerer, "what's new?", before)) == ["bridge", "school", "bakery"]
    assert "1 article mentions" in await reply(
        answerer, "how many articles mention Otto Lind?", before
    )
    assert "no article about" in await reply(
        answerer, "who wrote the article about quotas?", before
    )
    assert (
        await reply(answerer, "what articles do you have?", date(2020, 1, 1))
        == "I have no articles."
    )


@pytest.mark.parametrize(
    ("question", "sources"),
    [
        ("How many articles mention Otto Lind?", ["fares", "bridge"]),
        ("which articles mention otto lind", ["fares", "bridge"]),
        ("Which articles are about the quotas?", ["quotas"]),
        ("do you have any articles on trains?", ["trains"]),
        ("is Elmsea mentioned?", ["trains", "school"]),
        ("how many articles mention “rye bread”?", ["bakery"]),
        ("articles about bread rye", ["bakery"]),
        ("which articles mention penguins?", []),
        ("do both articles talk about Otto Lind?", ["fares", "bridge"]),
        ("which one is about the quotas", ["quotas"]),
        ("which article is the one with the rye bread in it", ["bakery"]),
        ("Welche Artikel erwähnen Otto Lind?", ["fares", "bridge"]),
    ],
)
async def test_mentions(answerer: Answerer, question: str, sources: list[str]) -> None:
    text = await reply(answerer, question)
    assert named(text) == sources
    head = text.splitlines()[0]
    assert str(len(sources)) in head if sources else head == "No article mentions “penguins”."


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Who wrote the article about the bridge?", "is by Ines Calder and Tom Reed."),
        ("who wrote the article about night trains", "(trains) does not say who wrote it."),
        (
            "When was the article about the bakery published?",
            "(bakery) was published on 2023-01-10.",
        ),
        ("what is the newest article?", "“Night trains return” (trains), of 2024-03-10."),
        ("the oldest article", "(bakery), of 2023-01-10."),
        ("Who wrote this?", "Which article do you mean?"),
    ],
)
async def test_single_articles(answerer: Answerer, question: str, said: str) -> None:
    assert said in await reply(answerer, question)


@pytest.mark.parametrize("question", ["who wrote this article?", "and who's the author?"])
async def test_this_is_the_article_quoted_last(answerer: Answerer, question: str) -> None:
    asked = "How many cables did engineers replace?"
    answer = await answerer.ask(asked, (), TODAY)
    assert "14 cables" in answer.text
    history = (Turn("user", asked), Turn("assistant", answer.text))
    assert "Ines Calder" in await reply(answerer, question, TODAY, history)
    assert "2024-03-05" in await reply(answerer, "when was it published?", TODAY, history)


@pytest.mark.parametrize(
    ("question", "sources"),
    [
        ("what happened today?", ["trains"]),
        ("What happened yesterday?", ["fares"]),
        ("what happened this week", ["trains", "fares", "quotas", "bridge"]),
        ("what's today's news", ["trains"]),
        ("news from last week", ["school"]),
        ("how many articles were published in February 2024?", ["school"]),
        ("Was ist gestern passiert?", ["fares"]),
    ],
)
async def test_days(answerer: Answerer, question: str, sources: list[str]) -> None:
    as_of = TODAY if "last week" not in question else date(2024, 3, 6)
    assert named(await reply(answerer, question, as_of)) == sources


async def test_days_without_articles_bring_the_newest(answerer: Answerer) -> None:
    text = await reply(answerer, "what happened today?", date(2024, 5, 1))
    assert text.startswith("I have no article of these days.") and named(text)[0] == "trains"
    assert named(await reply(answerer, "what happened today?", None)) == ["trains"]


@pytest.mark.parametrize(
    "question",
    [
        "summarize the articles",
        "What does the article say about oil?",
        "any news about Elmsea?",
        "What happened in Elmsea?",
        "Who wrote the constitution?",
        "Which articles mention it?",
        "How many articles of the treaty were broken?",
        "Which countries are mentioned?",
        "which articles mention Lind and who wrote them?",
        "Who published the report on the harbour?",
        "Which documents mention the mayor?",
        "When was the school published in the register?",
        "What new bridge happened to open this week?",
        "What is the latest price?",
    ],
)
def test_other_questions_are_left_alone(question: str) -> None:
    assert library_question(question) is None


def test_a_topic_is_as_it_was_typed() -> None:
    assert library_question("which articles mention the US?") == LibraryQuestion(
        "mentioned", "en", topic="the US"
    )
    assert library_question("which articles mention US?")
    assert library_question("which articles mention us?") is None
    asked = library_question("How many articles mention “Zoë Åkesson”?")
    assert asked == LibraryQuestion("mentioned", "en", topic="Zoë Åkesson")


async def test_a_collection_without_dates(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Snow in May\n\nSnow fell in May. By noon it was gone.\n")
    with Store.open(tmp_path / "store", StaticEmbedder()) as store:
        store.sync([tmp_path / "a.txt"])
        answerer = Answerer(store)
        for question in ("what's new?", "what happened today?", "what is the newest article?"):
            text = await reply(answerer, question)
            assert "do not say when" in text and named(text) == ["a.txt"]
        assert "does not say when" in await reply(answerer, "when was it published?")
        assert "does not say who" in await reply(answerer, "who wrote this?")
        assert await reply(answerer, "how many articles do you have") == "I have one article."


async def test_small_talk_changes_nothing_for_the_next_question(answerer: Answerer) -> None:
    async def asked(*messages: str) -> Answer:
        async with ConversationStore.open(None, 1, print) as memory:
            for message in messages:
                answer = await answerer.ask(message, await memory.turns("c"), TODAY)
                await memory.remember("c", message, answer)
            assert all(e.status != "reply" for e in await memory.export("c"))
        return answer

    first, last = "Which trains return?", "and when are tickets sold?"
    plain = await asked(first, last)
    for between in ("Thanks!", "lol", "what articles do you have?", "2+2?"):
        polite = await asked(first, between, last)
        assert (polite.text, polite.query) == (plain.text, plain.query)
