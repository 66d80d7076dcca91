"""The object that `--json` prints is the one that `answer.schema.json` describes."""

import json
import re
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from bot.answer import Answer, Citation, Conflict, LeftOut, Option, Status
from index.article import Passage
from index.search.time_expressions import Period

if TYPE_CHECKING:
    from tests.conftest import Dateline

SCHEMA: dict[str, Any] = json.loads(files("bot").joinpath("answer.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
DEFINED = ("citation", "passage", "conflict", "option", "left_out")
OPTIONAL = {"notes", "place", "conflicts", "period", "recency", "options", "left_out", "nearest"}
QUESTIONS = [
    "How many North Korean soldiers are there in each group that gets an interpreter?",
    "Who won the 1998 football World Cup in France?",
    "Who is the president of China and what is the price of a kilo of rice in Lima?",
    "Good morning!",
    "What articles do you have?",
]


def ask(inside: "Dateline", store: Path, question: str) -> Any:
    done = inside("ask", question, "--json", "--store", store)
    assert done.stdout.count("\n") == 1, done.stderr
    return json.loads(done.stdout)


def test_the_schema_is_sound_and_describes_everything() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for thing in (SCHEMA, *(SCHEMA["$defs"][d] for d in DEFINED)):
        assert thing["additionalProperties"] is False
        assert set(thing["required"]) == set(thing["properties"]) - OPTIONAL
        assert all("description" in p or "$ref" in p for p in thing["properties"].values())


def test_every_status_has_a_place() -> None:
    assert SCHEMA["properties"]["status"]["enum"] == [status.value for status in Status]


def test_the_barest_answer_is_valid() -> None:
    barest = Answer(Status.CLARIFY, "Which one?", 0.0, "it")
    VALIDATOR.validate(barest.as_json())
    assert "notes" not in barest.as_json()
    VALIDATOR.validate(replace(barest, options=(Option("T", "a.txt"),)).as_json())
    VALIDATOR.validate(replace(barest, notes=("Something was left out.",)).as_json())
    left_out = (LeftOut("It rained.", "no passage says this"),)
    VALIDATOR.validate(replace(barest, left_out=left_out).as_json())


def test_a_citation_says_where_it_begins_if_that_has_a_name() -> None:
    citation = Citation(1, "a.pdf", "T", None, None, "Text.", 0, 5)
    answer = Answer(Status.ANSWERED, "Text. [1]", 1.0, "q", (citation,))
    VALIDATOR.validate(answer.as_json())
    assert "place" not in citation.as_json()
    placed = replace(citation, place="page 3")
    VALIDATOR.validate(replace(answer, citations=(placed,)).as_json())
    assert placed.as_json()["place"] == "page 3"


def test_a_conflict_names_the_citations_that_differ() -> None:
    conflict = Conflict(((1, "12"), (2, "15")), newest=2)
    answer = Answer(Status.CLARIFY, "It differs.", 0.5, "q", conflicts=(conflict,))
    VALIDATOR.validate(answer.as_json())
    VALIDATOR.validate(replace(answer, conflicts=(replace(conflict, newest=None),)).as_json())
    assert answer.as_json()["conflicts"][0]["statements"][1] == {"n": 2, "says": "15"}


def test_time_words_are_shown_with_what_they_moved() -> None:
    day = date(2024, 5, 6)
    passage = Passage("a.txt", "T", day, None, "Text.", 0, 5, 1.5, recency=-0.25)
    period = Period("last week", day, date(2024, 5, 12))
    answer = Answer(Status.ABSTAINED, "No.", 0.1, "q", (), (passage,), period=period).as_json()
    VALIDATOR.validate(answer)
    assert answer["period"] == {"words": "last week", "from": "2024-05-06", "to": "2024-05-12"}
    assert answer["passages"][0]["recency"] == -0.25
    plain = Answer(Status.ABSTAINED, "No.", 0.1, "q", (), (replace(passage, recency=None),))
    assert "recency" not in plain.as_json()["passages"][0]


@pytest.mark.parametrize("question", QUESTIONS)
def test_real_answers_are_valid(inside: "Dateline", seeds_store: Path, question: str) -> None:
    answer = ask(inside, seeds_store, question)
    VALIDATOR.validate(answer)
    used = list(dict.fromkeys(map(int, re.findall(r"\[(\d+)\]", answer["answer"]))))
    assert [c["n"] for c in answer["citations"]] == used == list(range(1, len(used) + 1))
    assert all(len(p["text"].split()) <= 200 for p in answer["passages"])


def test_quotes_stand_where_they_say(inside: "Dateline", seeds_store: Path) -> None:
    answer = ask(inside, seeds_store, QUESTIONS[0])
    assert answer["status"] == "answered" and answer["citations"]
    for citation in answer["citations"]:
        shown = inside("show", citation["source"], "--json", "--store", seeds_store)
        text = json.loads(shown.stdout)["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]
