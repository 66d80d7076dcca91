"""Proposed gold questions, and a person who decides about them in a real terminal."""

import json
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.gold.draft import GAP, Proposal, proposals, propose
from evals.gold.format import load_gold
from evals.gold.strings import flatten
from index.article import Article
from tests.conftest import Dateline
from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]
SEEDS = [Article(p.name, "", p.read_text(encoding="utf-8")) for p in (ROOT / "seeds").glob("*.txt")]


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "Mayor Ida Lund said the bridge would stay closed until the cables are replaced.",
            "Who said the bridge would stay closed until the cables are replaced?",
            "Mayor Ida Lund",
        ),
        (
            "The Harbour Company has ordered two new ferries from a yard in the north.",
            "Who or what has ordered two new ferries from a yard in the north?",
            "The Harbour Company",
        ),
        (
            "More than 1,400 people were brought across the bay on the first day.",
            "How many people were brought across the bay on the first day?",
            "1,400",
        ),
        (
            "After the storm, the old ferry sailed again on October 24, 2024, with few passengers.",
            f"What belongs in the gap: After the storm, the old ferry sailed again on {GAP}, with"
            " few passengers.",
            "October 24, 2024",
        ),
        (
            "A new cable for the bridge costs $2.4 million, and nobody has paid for it.",
            f"What belongs in the gap: A new cable for the bridge costs {GAP}, and nobody has paid"
            " for it.",
            "$2.4 million",
        ),
        (
            "When Ida Lund opened the bridge, the whole village walked over it to New Haven.",
            f"What belongs in the gap: When {GAP} opened the bridge, the whole village walked over"
            " it to New Haven.",
            "Ida Lund",
        ),
    ],
)
def test_a_sentence_becomes_a_question(sentence: str, question: str, answer: str) -> None:
    assert propose(Article("a.txt", "", sentence)) == [
        Proposal(question, answer, "a.txt", sentence)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "She said on October 24 that the bridge would stay closed for three more weeks.",
        "“The bridge will stay closed for 20 weeks,” said the mayor of the village by the bay.",
        "Ferries, bridges and boats of the bay as Ida Lund saw them in the year 1999",
        "The ferry sails at six in the morning and comes back before the sun goes down.",
        "Closed on May 3.",
    ],
)
def test_a_sentence_that_leans_or_says_little_is_left_out(text: str) -> None:
    assert propose(Article("a.txt", "", text)) == []


@given(st.text("Ida Lund said on May 3, 2024 that $5 million. Was ____?\n", max_size=300))
def test_every_answer_stands_in_its_article(text: str) -> None:
    for proposal in propose(Article("a.txt", "", text)):
        assert proposal.answer in proposal.sentence
        assert proposal.sentence in text
        assert (
            flatten(proposal.answer) not in flatten(proposal.question) or GAP in proposal.question
        )


def test_proposals_are_the_same_again_and_go_round_the_articles() -> None:
    first = list(islice(proposals(SEEDS), 6))
    assert first == list(islice(proposals(SEEDS[::-1]), 6))
    assert [p.source for p in first[:2]] != [p.source for p in first[1:3]]
    done = {p.id for p in first[:3]}
    assert list(islice(proposals(SEEDS, done), 3)) == first[3:]


def test_another_name_makes_a_question_that_no_article_answers() -> None:
    subjects = ("Ida Lund", "Per Holm", "Kai Berg", "Eva Dahl", "Ole Vik", "Siv Moe")
    articles = [
        Article(
            f"{n}.txt",
            "",
            f"{name} said repairs of the railway station in Port {'ABCDEF'[n]}stad cannot begin.",
        )
        for n, name in enumerate(subjects)
    ]
    articles.append(Article("far.txt", "", "Nobody has been fishing in New Haven since spring."))
    made = list(proposals(articles))
    [without] = [p for p in made if not p.answer]
    assert "New Haven" in without.question
    assert without.as_gold()["answerable"] is False
    assert without.as_gold()["sources"] == []


def test_proposals_as_json_are_gold(inside: Dateline, seeds_store: Path, tmp_path: Path) -> None:
    done = inside("eval", "draft", "--store", seeds_store, "--json", "--count", 8)
    assert done.returncode == 0, done.stderr
    gold = tmp_path / "gold.jsonl"
    gold.write_text(done.stdout, encoding="utf-8")
    assert len({g.id for g in load_gold(gold)}) == 8
    assert inside("eval", "check", gold, "--store", seeds_store).returncode == 0


def test_without_a_terminal_it_says_so(inside: Dateline, seeds_store: Path) -> None:
    done = inside("eval", "draft", "--store", seeds_store)
    assert done.returncode == 2
    assert "--json prints them" in done.stderr


def test_a_person_decides(terminal: Terminal, seeds_store: Path, tmp_path: Path) -> None:
    out = tmp_path / "gold.jsonl"
    command = f"dateline eval draft --store {seeds_store} --out {out}"
    first, second, third, fourth = islice(proposals(SEEDS), 4)

    terminal.enter(f"{command} --count 2")
    terminal.wait_for(f"question  {first.question[:40]}")
    terminal.wait_for_prompt(">")
    terminal.enter("e")
    terminal.wait_for("question: " + first.question[:40])
    terminal.enter(" Say its name.")
    terminal.wait_for_prompt(">")
    terminal.enter("a")
    terminal.wait_for(f"question  {second.question[:40]}")
    terminal.wait_for_prompt(">")
    terminal.enter("r")
    terminal.wait_for("answer: " + second.answer)
    terminal.enter(" or a tuba")
    terminal.wait_for(f"{second.source} does not hold")
    terminal.wait_for_prompt(">")
    terminal.enter("s")
    terminal.wait_for("dateline: accepted into")
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert rows == [first.as_gold() | {"question": f"{first.question} Say its name."}]

    with out.open("a", encoding="utf-8") as lines:
        lines.write('{"id": "torn')  # as by a power cut
    terminal.enter(command)
    terminal.wait_for(f"question  {third.question[:40]}")
    terminal.wait_for_prompt(">")
    terminal.enter("a")
    terminal.wait_for(f"question  {fourth.question[:40]}")
    terminal.wait_for_prompt(">")
    terminal.press("C-c")
    terminal.wait_for_prompt("$")
    _, torn, last = out.read_text(encoding="utf-8").splitlines()
    assert (torn, json.loads(last)) == ('{"id": "torn', third.as_gold())
