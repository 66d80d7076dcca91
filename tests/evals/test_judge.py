"""The judge is asked about data only, is kept to its word, and is judged itself."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Dateline
from tests.standins.openai_server import (
    KEY,
    MODEL,
    PROMPT_TOKENS,
    OpenAIServer,
    Request,
    Scripted,
    fails,
    running,
    says,
)

NAMES = ("Ada", "Bert", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hedy")
WRONG = 2
"""Answers, the first ones, that are not what the gold says."""
Judge = Callable[..., Any]


def row(number: int, name: str) -> dict[str, Any]:
    said = f"It was {name if number >= WRONG else 'Zoe'}"
    citation = {"n": 1, "source": "a.txt", "title": "Work", "quote": f"{said}, who did it."}
    common = {"confidence": 0.9, "passages": [], "seconds": 0.1}
    answer = {"status": "answered", "answer": f"{said}. [1]", "citations": [citation]}
    return {"id": f"q{number}", **answer, **common}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    run, gold = tmp_path / "run.jsonl", tmp_path / "gold.jsonl"
    asked = [
        {"id": f"q{n}", "question": f"Who did {n}?", "answers": [a]} for n, a in enumerate(NAMES)
    ]
    declined = {"id": "none", "status": "abstained", "answer": "Nothing.", "citations": []}
    gold_rows = [*asked, {"id": "none", "question": "Why?", "answerable": False}]
    run_rows = [*(row(n, name) for n, name in enumerate(NAMES)), declined]
    for path, rows in ((run, run_rows), (gold, gold_rows)):
        path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return run, gold


def shown(request: Request) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(request.body["messages"][1]["content"])
    return data


def verdict(word: str) -> Scripted:
    return says(json.dumps({"why": "so it is", "verdict": word}))


def sound(request: Request) -> Scripted:
    """A judge that looks for the words."""
    data = shown(request)
    if "evidence" in data:
        held = data["answer"].removesuffix(". [1]") in data["evidence"][0]["text"]
        return verdict("faithful" if held else "unfaithful")
    return verdict("correct" if data["gold_answers"][0] in data["answer"] else "incorrect")


@pytest.fixture
def server(socket_enabled: None) -> Iterator[OpenAIServer]:
    with running() as server:
        server.fallback = sound
        yield server


@pytest.fixture
def judge(
    inside: Dateline,
    server: OpenAIServer,
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Judge:
    """Runs `eval judge` with the scripted server as the judge."""
    variables = {"CHAT_MODEL": MODEL, "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
    for key, value in variables.items():
        monkeypatch.setenv(key, value)
    return lambda *options: inside("eval", "judge", *files, *options)


def figures(done: Any) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_sound_judge_agrees_with_the_strings(judge: Judge, server: OpenAIServer) -> None:
    found = figures(judge("--json"))
    right = found["aspects"]["correctness"]
    assert right["share"]["value"] == 1 - WRONG / len(NAMES)
    assert right["share"]["n"] == len(NAMES)
    assert right["share"]["low"] < right["share"]["value"] <= right["share"]["high"]
    assert (right["controls"], right["spread"], right["unanimous"]) == (1, 0, 1)
    same = {"metric": "answer_hit", "n": len(NAMES), "share": 1, "kappa": 1}
    assert right["agreement"] == same
    kept = found["aspects"]["faithfulness"]
    assert kept["share"]["value"] == 1 and kept["controls"] == 1
    assert kept["agreement"]["kappa"] is None
    assert found["usage"]["prompt_tokens"] == PROMPT_TOKENS * len(server.requests)
    assert found["cost"] is None


def test_what_made_the_verdicts_is_written(
    judge: Judge, server: OpenAIServer, files: tuple[Path, Path]
) -> None:
    made = figures(judge("--json"))["judge"]
    assert (made["model"], made["temperature"], made["seeds"]) == (MODEL, 0, [0])
    assert made["prompts"].keys() == {"judge_correctness", "judge_faithfulness"}
    first = files[0].with_name("run.judge.jsonl").read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(first) == made
    assert {r.body["temperature"] for r in server.requests} == {0}


def test_repeats_vary_and_their_spread_is_told(judge: Judge, server: OpenAIServer) -> None:
    def moody(request: Request) -> Scripted:
        data = shown(request)
        late = request.body["seed"] == 2 and "evidence" not in data and "5" in data["question"]
        return verdict("incorrect") if late else sound(request)

    server.fallback = moody
    right = figures(judge("--json", "--repeat", 3))["aspects"]["correctness"]
    assert {r.body["seed"] for r in server.requests} == {0, 1, 2}
    assert {r.body["temperature"] for r in server.requests} == {0.5}
    assert right["repeats"] == [0.75, 0.75, 0.625]
    assert right["spread"] > 0 and right["unanimous"] == 1 - 1 / len(NAMES)
    assert right["agreement"]["kappa"] == 1


@pytest.mark.parametrize("words", [("correct", "faithful"), ("incorrect", "unfaithful")])
def test_a_judge_that_says_the_same_of_all_is_refused(
    judge: Judge, server: OpenAIServer, words: tuple[str, str]
) -> None:
    server.fallback = lambda request: verdict(words["evidence" in shown(request)])
    done = judge("--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{MODEL} calls everything {words[0]}" in done.stderr


def test_a_judge_that_lets_mismatches_pass_is_refused(judge: Judge, server: OpenAIServer) -> None:
    def flattering(request: Request) -> Scripted:
        data = shown(request)
        kind = "faithful" if "evidence" in data else "correct"
        against = {"faithful": "unfaithful", "correct": "incorrect"}
        return verdict(against[kind] if data["question"] == "Who did 7?" else kind)

    server.fallback = flattering
    done = judge()
    assert done.returncode == 1
    assert "mismatched answers pass" in done.stderr


@pytest.mark.parametrize(
    "reply",
    [
        says("It is correct."),
        says('{"why": "", "verdict": NaN}'),
        says('{"why": "", "verdict": "perhaps"}'),
        says('{"verdict": "correct"}'),
        says('{"why": "", "verd', finish="length"),
        fails(400, "no"),
    ],
)
def test_a_verdict_that_cannot_be_read_is_an_error(
    judge: Judge, server: OpenAIServer, reply: Scripted
) -> None:
    server.fallback = lambda r: reply if "Who did 3?" in str(r.body) else sound(r)
    done = judge("--concurrency", 1)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no verdict on the correctness of q3" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_it_is_taken_up_where_it_stopped(
    judge: Judge, server: OpenAIServer, files: tuple[Path, Path]
) -> None:
    server.fallback = lambda r: fails(400, "no") if "Who did 3?" in str(r.body) else sound(r)
    assert judge("--concurrency", 1, "--repeat", 2).returncode == 1
    out = files[0].with_name("run.judge.jsonl")
    kept = out.read_text(encoding="utf-8")
    out.write_text(kept + '{"aspect": "corr', encoding="utf-8")
    server.fallback, before = sound, len(server.requests)
    found = figures(judge("--json", "--repeat", 2))
    assert out.read_text(encoding="utf-8").startswith(kept)
    verdicts = len(out.read_text(encoding="utf-8").splitlines()) - 1
    assert len(server.requests) - before == verdicts - (len(kept.splitlines()) - 1)
    assert found["usage"]["requests"] == verdicts
    assert {r.body["temperature"] for r in server.requests} == {0.5}


def test_verdicts_of_other_making_are_left_alone(
    judge: Judge, files: tuple[Path, Path], tmp_path: Path
) -> None:
    assert judge().returncode == 0
    done = judge("--repeat", 2)
    assert done.returncode == 2
    assert "was judged otherwise (temperature, seeds)" in done.stderr
    assert judge("--out", files[1]).returncode == 2


def test_the_judge_sees_the_conversation(
    judge: Judge, server: OpenAIServer, files: tuple[Path, Path]
) -> None:
    first, *rest = files[1].read_text(encoding="utf-8").splitlines()
    turns = [{"role": "user", "content": "Who is she?"}, {"role": "assistant", "content": "Ada."}]
    changed = json.loads(first) | {"history": turns}
    files[1].write_text("\n".join([json.dumps(changed), *rest]), encoding="utf-8")
    assert judge().returncode == 0
    seen = [shown(r).get("conversation") for r in server.requests]
    assert turns in seen and None in seen


def test_prompts_may_be_replaced(judge: Judge, server: OpenAIServer, tmp_path: Path) -> None:
    mine = tmp_path / "prompts"
    mine.mkdir()
    (mine / "judge_correctness.md").write_text("Judge as you like.\n", encoding="utf-8")
    assert judge("--prompts", mine).returncode == 0
    asked = {r.body["messages"][0]["content"] for r in server.requests}
    assert "Judge as you like." in asked and len(asked) == 2


def test_the_cost_is_told_where_prices_are_known(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_PRICE", "100/100")
    done = judge()
    assert done.returncode == 0
    assert "Correctness" in done.stdout and "kappa" in done.stdout and "$0.0" in done.stdout


def test_it_needs_a_model_and_answers(
    judge: Judge, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = files[0]
    run.write_text(run.read_text(encoding="utf-8").splitlines()[-1] + "\n", encoding="utf-8")
    done = judge()
    assert done.returncode == 2 and "fewer than two answers" in done.stderr
    monkeypatch.delenv("CHAT_MODEL")
    done = judge()
    assert done.returncode == 2 and "name one in CHAT_MODEL" in done.stderr
