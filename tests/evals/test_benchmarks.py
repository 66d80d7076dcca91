"""Public benchmarks are read as they are published; the sentences here are our own."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.answer import Turn
from evals.gold.format import BadRow, Gold, load_gold, read_gold
from index.errors import UsageError
from index.readers import read_file
from tests.conftest import Dateline

QUIZ = {
    "question_id": "20240607_4",
    "question_date": "2024/06/06",
    "question_source": "Harbour Post",
    "question_url": "https://example.org/quiz/june-6",
    "question_sentence": "Which bird nested on the lighthouse this week?",
    "choices": ["A gull", "A puffin", "An owl", ""],
    "answer": ["1"],
    "evidence": 'Keepers saw <a href="https://example.org/puffin#top" target="_self">a puffin</a>'
    ' on <a href="https://example.org/lamp">the lamp</a>.',
}
PUFFIN = {
    "url": "https://example.org/puffin",
    "title": "Puffin moves in",
    "text": "A puffin has built its nest beside the lamp of the lighthouse.",
    "authors": ["Ida Lund"],
    "publish_date": "2024/06/05",
}
TASK: dict[str, Any] = {
    "conversation_id": "c1",
    "task_id": "c1<::>2",
    "task_type": "rag",
    "turn": "2",
    "contexts": [
        {
            "document_id": "ferry_17-0-210",
            "text": "The ferry sails at six.",
            "title": "Ferry",
            "score": 17.5,
            "feedback": {"relevant": {"someone": {"value": "yes"}}},
        }
    ],
    "input": [
        {"speaker": "user", "text": "Is there a ferry?", "metadata": {"author_type": "human"}},
        {"speaker": "agent", "text": "Yes, every day but Sunday.", "metadata": {}},
        {"speaker": "user", "text": "When does it sail?", "metadata": {}},
    ],
    "targets": [{"speaker": "agent", "text": "It sails at six.", "metadata": {}}],
    "Question Type": ["Factoid", "Explanation"],
    "Multi-Turn": ["Follow-up"],
    "Answerability": ["ANSWERABLE"],
    "Collection": "harbour-512-100",
}


def write(path: Path, *rows: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_realtimeqa(tmp_path: Path) -> None:
    assert load_gold(write(tmp_path / "20240607_qa.jsonl", QUIZ)) == [
        Gold(
            id="20240607_4",
            question="Which bird nested on the lighthouse this week?",
            answers=("A puffin",),
            choices=("A gull", "A puffin", "An owl"),
            sources=("https://example.org/puffin", "https://example.org/lamp"),
            kind="answerable",
            asked_on=date(2024, 6, 7),
            collection="Harbour Post",
        )
    ]


def test_realtimeqa_where_no_choice_is_right(tmp_path: Path) -> None:
    choices = {"choices": ["A gull", "An owl", "None of the above"], "answer": ["2"]}
    row = QUIZ | choices | {"question_id": "20240607_4_nota", "evidence": ""}
    [gold] = load_gold(write(tmp_path / "20240607_qa_nota.jsonl", row))
    assert (gold.answers, gold.sources, gold.has_answer) == ((), (), True)
    assert gold.choices == ("A gull", "An owl", "None of the above")


def test_realtimeqa_before_its_answers_are_published(tmp_path: Path) -> None:
    row = {k: v for k, v in QUIZ.items() if k not in ("choices", "answer")}
    [gold] = load_gold(write(tmp_path / "20240607_qa_gen_public.jsonl", row))
    assert (gold.answers, gold.choices) == ((), ())


def test_mtrag(tmp_path: Path) -> None:
    assert load_gold(write(tmp_path / "reference.jsonl", TASK)) == [
        Gold(
            id="c1<::>2",
            question="When does it sail?",
            answers=("It sails at six.",),
            sources=("ferry_17-0-210",),
            kind="answerable",
            history=(
                Turn("user", "Is there a ferry?"),
                Turn("assistant", "Yes, every day but Sunday."),
            ),
            collection="harbour-512-100",
            type="Factoid",
        )
    ]


@pytest.mark.parametrize(
    ("label", "kind", "answers"),
    [
        ("PARTIAL", "partial", 1),
        ("PARTIALLY_ANSWERABLE", "partial", 1),
        ("UNANSWERABLE", "unanswerable", 0),
        ("UNDERSPECIFIED", "underspecified", 0),
    ],
)
def test_mtrag_kinds(tmp_path: Path, label: str, kind: str, answers: int) -> None:
    row = TASK | {"Answerability": [label]}
    [gold] = load_gold(write(tmp_path / "reference.jsonl", row))
    assert (gold.kind, len(gold.answers), len(gold.sources)) == (kind, answers, answers)


def test_mtrag_as_older_files_have_it(tmp_path: Path) -> None:
    row = {k: v for k, v in TASK.items() if k not in ("Answerability", "Collection")}
    row |= {"answerability": ["UNANSWERABLE"], "collection": "old", "Question Type": float("nan")}
    [gold] = load_gold(write(tmp_path / "responses.jsonl", row))
    assert (gold.kind, gold.collection, gold.type) == ("unanswerable", "old", None)


def test_mtrag_small_talk_is_no_question(tmp_path: Path) -> None:
    rows = (TASK | {"Answerability": ["CONVERSATIONAL"], "task_id": "c1<::>3"}, TASK)
    assert [g.id for g in load_gold(write(tmp_path / "reference.jsonl", *rows))] == ["c1<::>2"]


def test_what_a_retriever_found_is_no_gold(tmp_path: Path) -> None:
    found = {"document_id": "gulls_3-0-90", "source": "", "score": 9.1, "text": "Gulls cry."}
    marked = TASK["contexts"][0] | {"reference": True}
    rows = (
        TASK | {"No. References": 1, "contexts": [found, marked]},
        TASK | {"No. References": 1, "contexts": [found]},
        TASK | {"contexts": [marked, found]},
    )
    path = write(tmp_path / "RAG.jsonl", *rows)
    assert [g.sources for g in load_gold(path)] == [("ferry_17-0-210",), (), ("ferry_17-0-210",)]


def test_beir(tmp_path: Path) -> None:
    rows = (
        {"_id": "c1<::>2", "text": "|user|: Is there a ferry?\n|user|: When does\nit sail?"},
        {"_id": "c1<::>3", "text": "|user|: Thank you"},
        {"_id": "q7", "text": "ferry times", "metadata": {}},
    )
    path = write(tmp_path / "harbour_questions.jsonl", *rows)
    qrels = tmp_path / "qrels" / "dev.tsv"
    qrels.parent.mkdir()
    judged = ("c1<::>2\tferry_17\t1", "c1<::>2\tferry_18\t2", "c1<::>2\tgulls\t0")
    lines = ("query-id\tcorpus-id\tscore", *judged, "q7\tferry_17\t1")
    qrels.write_text("\n".join(lines), encoding="utf-8")
    turn, alone = load_gold(path)
    assert (turn.question, turn.history) == (
        "When does\nit sail?",
        (Turn("user", "Is there a ferry?"),),
    )
    assert (turn.sources, alone.sources) == (("ferry_17", "ferry_18"), ("ferry_17",))
    assert alone.question == "ferry times"


def test_beir_without_judgements_says_where_they_go(tmp_path: Path) -> None:
    path = write(tmp_path / "harbour_questions.jsonl", {"_id": "q7", "text": "ferry times"})
    with pytest.raises(UsageError, match=r"without qrels: put them in .*/qrels"):
        load_gold(path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (QUIZ | {"answer": ["-1"]}, "broken row"),
        (QUIZ | {"answer": ["9"]}, "broken row"),
        (QUIZ | {"answer": ["A puffin"]}, "broken row"),
        (QUIZ | {"answer": 1}, "broken row"),
        (QUIZ | {"choices": {"0": "A gull"}}, "broken row"),
        (QUIZ | {"question_sentence": None}, "no question"),
        (TASK | {"input": []}, "broken row"),
        (TASK | {"input": "When?"}, "broken row"),
        (TASK | {"input": [{"speaker": "ghost", "text": "Boo"}]}, "broken row"),
        (TASK | {"contexts": [{"text": "The ferry sails at six."}]}, "broken row"),
        (TASK | {"contexts": ["ferry_17"]}, "broken row"),
        (TASK | {"targets": ["At six."]}, "broken row"),
        (TASK | {"Answerability": ["PERHAPS"]}, "use one of"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, row: object, said: str) -> None:
    [(_, bad)] = read_gold(write(tmp_path / "gold.jsonl", row))
    assert isinstance(bad, BadRow)
    assert said in bad.reason


def test_their_articles_are_read(tmp_path: Path) -> None:
    searched = {"question_id": "20240607_4", "search_time": "2024/06/07/16:34"}
    dense = {"doc_id": "301", "text": "Puffin / A puffin is a bird.", "publish_date": "2018/12/31"}
    rows: tuple[dict[str, object], ...] = (
        searched | {"search_result": [PUFFIN, dense]},
        searched | {"search_result": []},
        {"_id": "ferry_17-0-210", "id": "x", "url": "https://example.org/f", "text": "It sails."},
        {"id": "17", "title": "Ferry", "url": None, "published": "2024-06-01", "text": "At six."},
    )
    path = write(tmp_path / "articles.jsonl", *rows)
    found = [(a.source, a.published) for a in read_file(path, "articles.jsonl")]  # type: ignore[union-attr]
    assert found == [
        ("https://example.org/puffin", date(2024, 6, 5)),
        ("301", date(2018, 12, 31)),
        ("ferry_17-0-210", None),
        ("17", date(2024, 6, 1)),
    ]


def test_a_benchmark_is_run_as_it_was_downloaded(inside: Dateline, tmp_path: Path) -> None:
    gold = write(tmp_path / "20240607_qa.jsonl", QUIZ)
    found = {"question_id": "20240607_4", "search_result": [PUFFIN]}
    articles, run = write(tmp_path / "20240607_gcs.jsonl", found), tmp_path / "run.jsonl"
    done = inside("eval", "run", gold, "--articles", articles, "--store", tmp_path, "--out", run)
    assert done.returncode == 0, done.stderr
    answer = json.loads(run.read_text(encoding="utf-8").splitlines()[-1])
    assert answer["id"] == "20240607_4"
    assert [c["source"] for c in answer["citations"]] == ["https://example.org/puffin"]
