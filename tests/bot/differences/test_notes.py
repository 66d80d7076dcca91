"""What an answer says where the articles differ."""

import json
import re
from collections.abc import Iterator
from datetime import date

import pytest

from bot.answer import Citation, Conflict
from bot.answerer import Answerer
from bot.differences.conflicts import Stated
from bot.differences.notes import with_differences
from bot.factory import answerer_on, chat_models
from bot.generation.messages import in_order
from index.embedding.static import StaticEmbedder
from index.store import Store
from tests.bot.generation.drafts import settings
from tests.bot.test_answerer import check
from tests.standins.judge import supports_all
from tests.standins.openai_server import MODEL, OpenAIServer, says


def quote(source: str, day: int | None, n: int = 9) -> Citation:
    published = date(2024, 5, day) if day else None
    return Citation(n, source, source, published, None, "words", 0, 5)


QUOTED = quote("a", 3, n=1)


def test_the_other_is_cited_and_the_newest_marked() -> None:
    differing = [[Stated("12", QUOTED), Stated("15", quote("b", 5))]]
    said, citations, conflicts = with_differences("Twelve died. [1]", [QUOTED], differing)
    assert said == (
        "Twelve died. [1] The articles differ: 12 [1] (3 May 2024) and 15 [2] "
        "(5 May 2024, the newest)."
    )
    assert [(c.n, c.source) for c in citations] == [(1, "a"), (2, "b")]
    assert conflicts == (Conflict(((1, "12"), (2, "15")), newest=2),)


def test_new_citations_are_numbered_in_order_of_use() -> None:
    differing = [
        [Stated("12", quote("b", 1)), Stated("15", QUOTED), Stated("17", quote("c", 7))],
        [Stated("May", QUOTED), Stated("June", quote("c", 7))],
    ]
    said, citations, conflicts = with_differences("Fifteen died. [1]", [QUOTED], differing)
    assert [c.source for c in citations] == ["a", "b", "c"]
    assert re.findall(r"\[(\d)\]", said) == ["1", "2", "1", "3", "1", "3"]
    assert [c.newest for c in conflicts] == [3, 3]


def test_none_is_the_newest_where_dates_do_not_tell() -> None:
    for other in (quote("b", None), quote("b", 3)):
        said, _, [conflict] = with_differences(
            "", [QUOTED], [[Stated("12", QUOTED), Stated("15", other)]]
        )
        assert conflict.newest is None
        assert "newest" not in said


def test_one_difference_is_told_once_and_none_not_at_all() -> None:
    pair = [Stated("12", QUOTED), Stated("15", quote("b", 5))]
    said, citations, conflicts = with_differences("-", [QUOTED], [pair, pair, ()])
    assert (said.count("The articles differ"), len(citations), len(conflicts)) == (1, 2, 1)
    assert with_differences("-", [QUOTED], [()]) == ("-", (QUOTED,), ())


def test_a_list_is_left_to_end_before_it() -> None:
    pair = [Stated("12", QUOTED), Stated("15", quote("b", 5))]
    said, _, _ = with_differences("- one [1]\n- two [1]", [QUOTED], [pair])
    assert "two [1]\n\nThe articles differ" in said


TOLLS: list[dict[str, str | None]] = [
    {
        "id": "quake",
        "url": None,
        "title": "Quake hits Sarano",
        "published": "2024-05-03",
        "text": "An earthquake struck the province of Sarano on Thursday, killing at least 12 "
        "people and injuring 30. The railway to the coast is closed.",
    },
    {
        "id": "toll",
        "url": None,
        "title": "Sarano toll rises",
        "published": "2024-05-05",
        "text": "The death toll from the earthquake in Sarano has risen to 15, the governor said "
        "on Sunday. Schools will stay closed for a week.",
    },
]


@pytest.fixture(scope="module")
def tolls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of two articles that differ."""
    folder = tmp_path_factory.mktemp("tolls")
    (folder / "news.jsonl").write_text("\n".join(map(json.dumps, TOLLS)), encoding="utf-8")
    with Store.open(folder / "store", StaticEmbedder()) as store:
        store.sync([folder / "news.jsonl"])
        yield store


@pytest.mark.parametrize(
    "question",
    [
        "How many people died in the Sarano earthquake?",
        "How many people were killed by the quake in Sarano?",
        "What is the death toll of the earthquake in Sarano?",
    ],
)
async def test_articles_that_differ_are_both_quoted(tolls: Store, question: str) -> None:
    answer = await Answerer(tolls).ask(question)
    check(answer, *TOLLS)
    [conflict] = answer.conflicts
    by_n = {c.n: c for c in answer.citations}
    assert [said for _, said in conflict.says] == ["12", "15"]
    assert [by_n[n].source for n, _ in conflict.says] == ["quake", "toll"]
    assert all(said in by_n[n].quote for n, said in conflict.says)
    assert conflict.newest == conflict.says[1][0]
    assert "The articles differ: 12 [" in answer.text
    assert "(5 May 2024, the newest)" in answer.text
    assert answer.as_json()["conflicts"] == [conflict.as_json()]


async def test_articles_that_agree_are_not_said_to_differ(tolls: Store) -> None:
    answer = await Answerer(tolls).ask("How many people were injured by the quake in Sarano?")
    assert "30" in answer.text
    assert answer.conflicts == ()
    assert "conflicts" not in answer.as_json()


@pytest.mark.parametrize(
    "written",
    [
        "At least 12 people died in the Sarano earthquake [{quake}].",
        "The articles differ: one reports at least 12 deaths [{quake}], while the newest says that "
        "the death toll has risen to 15 [{toll}].",
        "The sources disagree on the death toll: at least 12 [{quake}] and 15 [{toll}].",
    ],
)
async def test_articles_that_differ_are_both_told_beside_what_is_written(
    tolls: Store, server: OpenAIServer, written: str
) -> None:
    answerer = Answerer(tolls)
    question = "How many people died in the Sarano earthquake?"
    shown = in_order((await answerer.ask(question)).passages)
    numbers = {p.source: n for n, p in enumerate(shown, 1)}
    server.judge = lambda request: says(supports_all(request.body))
    server.replies.append(says(written.format(**numbers)))
    async with chat_models(settings(server)) as chat:
        answer = await answerer_on(tolls, settings(server), chat).ask(question)
    check(answer, *TOLLS)
    assert (answer.model, answer.notes) == (MODEL, ())
    [conflict] = answer.conflicts
    assert {c.source for c in answer.citations} == {"quake", "toll"}
    assert [said for _, said in conflict.says] == ["12", "15"]
    assert "(5 May 2024, the newest)" in answer.text
