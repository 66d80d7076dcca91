"""Tasks and their topics."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.task import Task, TaskKind, task_of

SUMMARIZE, COMPARE = TaskKind.SUMMARIZE, TaskKind.COMPARE
LIST, EXPLAIN, NONE = TaskKind.LIST, TaskKind.EXPLAIN, TaskKind.NONE


@pytest.mark.parametrize(
    ("question", "kind", "about"),
    [
        ("Summarize the article about the ferry.", SUMMARIZE, "the ferry"),
        ("summarize this", SUMMARIZE, ""),
        ("summary of the articles", SUMMARIZE, ""),
        ("sum up everything about Otto Lind", SUMMARIZE, "Otto Lind"),
        ("give me the main points about fishing", SUMMARIZE, "fishing"),
        ("What are the key takeaways?", SUMMARIZE, ""),
        ("what is the article about?", SUMMARIZE, ""),
        ("Compare the ferry and the train", COMPARE, "the ferry and the train"),
        ("what is the difference between A and B?", COMPARE, "A and B"),
        ("list the consequences for Elmsea", LIST, "the consequences for Elmsea"),
        ("explain why the bridge closed", EXPLAIN, "why the bridge closed"),
        ("tell me more about the quotas", EXPLAIN, "the quotas"),
        ("What do the articles say about rye bread?", EXPLAIN, "rye bread"),
        ("tell me the price of a ticket", NONE, "the price of a ticket"),
        ("Who is the mayor?", NONE, "Who is the mayor?"),
        ("Which news agency wrote that?", NONE, "Which news agency wrote that?"),
        ("What is BBC News?", NONE, "What is BBC News?"),
        ("Fasse die Artikel zusammen", SUMMARIZE, ""),
        ("vergleiche die Fähre und den Zug", COMPARE, "die Fähre und den Zug"),
        ("explícame la huelga", EXPLAIN, "la huelga"),
        ("explique la grève", EXPLAIN, "la grève"),
    ],
)
def test_task(question: str, kind: TaskKind, about: str) -> None:
    assert task_of(question) == Task(kind, about)


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("any news about Elmsea?", "Elmsea"),
        ("anything on Elmsea?", "Elmsea"),
        ("what's been going on with Elmsea lately", "Elmsea"),
        ("catch me up on Elmsea", "Elmsea"),
        ("news about the quotas", "the quotas"),
        ("latest on the bridge", "the bridge"),
        ("What's the latest on the bridge?", "the bridge"),
        ("what's new in Elmsea", "Elmsea"),
        ("elmsea news", "elmsea"),
        ("Gibt es Neuigkeiten über Elmsea?", "Elmsea"),
    ],
)
def test_news_about_a_topic_comes_newest_first(question: str, about: str) -> None:
    assert task_of(question) == Task(NONE, about, newest_first=True)


def test_a_task_may_be_about_news() -> None:
    assert task_of("summarize the news about oil") == Task(SUMMARIZE, "oil", newest_first=True)
    assert task_of("summarize the news of the week").about == "this week"


@settings(deadline=None)
@given(st.text(max_size=80))
def test_a_topic_is_part_of_the_question(question: str) -> None:
    about = task_of(question).about
    assert about.removeprefix("this ") in " ".join(question.split())
