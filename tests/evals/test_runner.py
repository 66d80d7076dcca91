"""Runs: in order, taken up where they stopped, never of two gold files."""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from bot.answer import Answer, Status
from evals.gold.format import Gold
from evals.run.runner import finished, run
from index.errors import StoreError
from tests.conftest import Dateline
from tests.standins.openai_server import KEY, MODEL, PROMPT_TOKENS, running, says

GOLD = [
    {"id": "one", "question": "How many soldiers share one interpreter?"},
    {"id": "two", "question": "Who won the 2018 World Cup?", "answerable": False},
    {
        "id": "three",
        "question": "How many years of close relations did China and North Korea mark?",
    },
]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, GOLD)), encoding="utf-8")
    return path


def ids(run: Path) -> list[str]:
    return [json.loads(line)["id"] for line in run.read_text(encoding="utf-8").splitlines()]


def test_a_run_answers_all_in_order(
    inside: Dateline, gold: Path, seeds_store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.jsonl"
    done = inside("eval", "run", gold, "--store", seeds_store, "--out", out)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert ids(out) == ["one", "two", "three"]
    row = json.loads(out.read_text(encoding="utf-8").splitlines()[0])
    assert {"status", "answer", "confidence", "citations", "passages", "seconds"} <= row.keys()


def test_other_processes_give_the_same_answers_in_the_same_order(
    inside: Dateline,
    gold: Path,
    seeds_store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("evals.run.answering.FEW", 1)
    runs = []
    for workers in (1, 2):
        out = tmp_path / f"{workers}.jsonl"
        typed = ("--store", seeds_store, "--out", out, "--workers", workers)
        done = inside("eval", "run", gold, *typed)
        assert done.returncode == 0, done.stderr
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        assert all(row.pop("seconds") > 0 for row in rows)
        runs.append(rows)
    assert runs[0] == runs[1]


def test_a_torn_run_is_taken_up(
    inside: Dateline, gold: Path, seeds_store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.jsonl"
    kept = json.dumps({"id": "one", "status": "answered", "answer": "kept as it was"}) + "\n"
    out.write_text(kept + '{"id": "two", "ans', encoding="utf-8")
    done = inside("eval", "run", gold, "--store", seeds_store, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "1 of 3 questions are answered already" in done.stderr
    assert out.read_text(encoding="utf-8").startswith(kept)
    assert ids(out) == ["one", "two", "three"]


def test_another_gold_files_run_is_left_alone(
    inside: Dateline, gold: Path, seeds_store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.jsonl"
    out.write_text('{"id": "other"}\n', encoding="utf-8")
    done = inside("eval", "run", gold, "--store", seeds_store, "--out", out)
    assert done.returncode == 2
    assert "choose another --out" in done.stderr
    assert out.read_text(encoding="utf-8") == '{"id": "other"}\n'


def header_of(run: Path) -> dict[str, Any]:
    path = run.with_name(f"{run.stem}.header.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_the_header_says_what_made_the_run_and_no_secret(
    dateline: Dateline, gold: Path, seeds_store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.jsonl"
    secrets = {
        "OPENAI_API_KEY": "sk-hidden",
        "DISCORD_TOKEN": "tok-hidden",
        "CHAT_OPTIONS": '{"api_key": "opt-hidden"}',
        "OPENAI_BASE_URL": "http://me:pass-hidden@127.0.0.1:9/v1?key=url-hidden",
    }
    places = ("--store", seeds_store, "--out", out, "--as-of", "2024-11-01")
    done = dateline("eval", "run", gold, *places, **secrets)
    assert done.returncode == 0, done.stderr
    text = out.with_name("run.header.json").read_text(encoding="utf-8")
    assert "hidden" not in text + done.stderr
    header = header_of(out)
    assert header["gold"]["questions"] == 3
    assert header["gold"]["sha256"] == hashlib.sha256(gold.read_bytes()).hexdigest()
    assert header["configuration"]["as_of"] == "2024-11-01"
    assert header["configuration"]["openai_base_url"] == "http://127.0.0.1:9/v1"
    assert (header["store"]["articles"], len(header["store"]["fingerprint"])) == (2, 64)
    assert header["model"] == "quotes"
    assert {"dateline", "python", "tantivy"} <= header["versions"].keys()
    assert header["started"] <= header["finished"]


@pytest.mark.usefixtures("socket_enabled")
def test_a_language_model_writes_and_is_paid_for_once(
    inside: Dateline,
    gold: Path,
    seeds_store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "run.jsonl"
    run_it = ("eval", "run", gold, "--store", seeds_store, "--out", out, "--concurrency", "2")
    with running() as server:
        server.fallback = lambda _: says("Each group of 30 soldiers", " gets one interpreter [1].")
        settings = {"CHAT_MODEL": MODEL, "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
        for key, value in (settings | {"CHAT_PRICE": "1000/0"}).items():
            monkeypatch.setenv(key, value)
        done = inside(*run_it)
        assert done.returncode == 0, done.stderr
        first = header_of(out)["usage"]
        torn(out)
        assert inside(*run_it).returncode == 0
    header = header_of(out)
    assert MODEL in header["model"] and "answer" in header["prompts"]
    requests = len(server.requests) + len(server.judged)
    assert first["requests"] < header["usage"]["requests"] == requests
    assert header["usage"]["prompt_tokens"] == PROMPT_TOKENS * requests
    assert header["usage"]["dollars"] == pytest.approx(0.011 * requests)
    assert f"{first['prompt_tokens']} tokens read" in done.stderr
    assert f"${first['dollars']:.4f}" in done.stderr
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert rows[1]["status"] == "abstained" and rows[1]["model"] == "quotes"


def torn(out: Path) -> None:
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    out.write_text(lines[0] + lines[1][:20], encoding="utf-8")


def test_a_run_goes_on_on_its_own_day_and_to_the_same_answers(
    inside: Dateline, gold: Path, seeds_store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.jsonl"
    places = ("--store", seeds_store, "--out", out)
    inside("eval", "run", gold, *places, "--as-of", "2024-11-01")
    whole = out.read_text(encoding="utf-8")
    torn(out)
    assert inside("eval", "run", gold, *places).returncode == 0
    assert header_of(out)["configuration"]["as_of"] == "2024-11-01"

    def untimed(text: str) -> list[dict[str, Any]]:
        return [json.loads(line) | {"seconds": 0} for line in text.splitlines()]

    assert untimed(out.read_text(encoding="utf-8")) == untimed(whole)


def test_a_run_of_other_settings_or_articles_is_not_gone_on_with(
    inside: Dateline, gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, news = tmp_path / "run.jsonl", tmp_path / "news"
    news.mkdir()
    (news / "bridge.txt").write_text("Bridge\n\nThe bridge is closed.\n")
    command = ("eval", "run", gold, "--articles", news, "--store", tmp_path, "--out", out)
    assert inside(*command).returncode == 0
    torn(out)
    kept = out.read_text(encoding="utf-8").splitlines(keepends=True)[0]

    def refused(*more: str) -> str:
        done = inside(*command, *more)
        assert (done.returncode, out.read_text(encoding="utf-8")) == (2, kept)
        return done.stderr

    assert "of two kinds (configuration.as_of was" in refused("--as-of", "2020-01-01")
    with monkeypatch.context() as patch:
        patch.setenv("DATELINE_THRESHOLD", "0.9")
        assert "(configuration.threshold was None, is 0.9)" in refused()
    (news / "bridge.txt").write_text("Bridge\n\nThe bridge is open.\n")
    assert "(store.fingerprint was" in refused()


def test_a_finished_run_is_left_as_it_is(
    inside: Dateline, gold: Path, seeds_store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.jsonl"
    inside("eval", "run", gold, "--store", seeds_store, "--out", out)
    before = header_of(out), out.read_bytes()
    again = inside("eval", "run", gold, "--store", seeds_store, "--out", out)
    assert again.returncode == 0
    assert "all 3 questions are answered already" in again.stderr
    assert (header_of(out), out.read_bytes()) == before


def test_a_folder_that_is_not_there(inside: Dateline, gold: Path, tmp_path: Path) -> None:
    done = inside("eval", "run", gold, "--out", tmp_path / "no" / "run.jsonl")
    assert done.returncode == 2
    assert "make it, or choose another --out" in done.stderr


async def test_many_at_a_time_are_written_in_order(tmp_path: Path) -> None:
    """Answers that come late hold back those after them, and never more than asked for."""
    under_way: set[str] = set()
    most = 0

    class Slow:
        async def ask(self, question: str, *_: object) -> Answer:
            nonlocal most
            under_way.add(question)
            most = max(most, len(under_way))
            await asyncio.sleep(0.03 if question in ("q0", "q5") else 0.001)
            under_way.remove(question)
            return Answer(Status.ANSWERED, question, 0.5, question)

    gold = [Gold(str(n), f"q{n}", (), (), "answerable") for n in range(12)]
    seen: list[str] = []
    await run(
        gold,
        Slow(),  # type: ignore[arg-type]
        tmp_path / "run.jsonl",
        concurrency=4,
        on_record=lambda record: seen.append(record.gold.id),
    )
    assert ids(tmp_path / "run.jsonl") == seen == [g.id for g in gold]
    assert most == 4


async def test_what_is_answered_is_kept_when_a_question_fails(tmp_path: Path) -> None:
    class Failing:
        async def ask(self, question: str, *_: object) -> Answer:
            if question == "q2":
                raise StoreError("gone")
            await asyncio.sleep(0)
            return Answer(Status.ANSWERED, question, 0.5, question)

    gold = [Gold(str(n), f"q{n}", (), (), "answerable") for n in range(5)]
    with pytest.raises(StoreError, match="gone"):
        await run(gold, Failing(), tmp_path / "run.jsonl", concurrency=3)  # type: ignore[arg-type]
    assert ids(tmp_path / "run.jsonl") == ["0", "1"]
    assert finished(tmp_path / "run.jsonl", gold) == 2
