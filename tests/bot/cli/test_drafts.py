"""What a person sees of a draft: marked while it is written, and gone once it is settled."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.cli.drafts import MARK, Waiting
from tests.standins.openai_server import KEY, MODEL, OpenAIServer, says

if TYPE_CHECKING:
    from tests.conftest import Dateline
    from tests.terminal import Terminal

QUESTION = "How many North Korean soldiers share one interpreter?"
TRUE = "Each group of 30 soldiers gets one interpreter [1]. "
INVENTED = "They are paid 900 dollars [1]."
DIM = "\x1b[2m"
PIECES = (TRUE, *(INVENTED[n : n + 3] for n in range(0, len(INVENTED), 3)))


@pytest.fixture
def server(server: OpenAIServer) -> OpenAIServer:
    server.replies.append(says(*PIECES, pace=0.2))
    server.fallback = lambda _: says("Zorro robbed a bank.")
    return server


def settings(server: OpenAIServer) -> dict[str, str]:
    return {"CHAT_MODEL": MODEL, "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}


def typed(server: OpenAIServer) -> str:
    return " ".join(f"{key}={value}" for key, value in settings(server).items())


def test_a_model_that_reads_for_long_is_told_to_read() -> None:
    now = [0.0]
    waiting = Waiting(lambda: now[0])
    assert waiting.__rich__().plain == ""
    now[0] = 61.4
    assert waiting.__rich__().plain == "the language model reads… 61 s"
    waiting.add("Each group")
    assert waiting.__rich__().plain == f"{MARK}Each group"
    now[0] = 70.4
    assert waiting.__rich__().plain == f"{MARK}Each group\nchecking the draft… 9 s"


def test_a_person_sees_that_it_reads(
    terminal: "Terminal", server: OpenAIServer, seeds_store: Path
) -> None:
    server.replies[0].pause = 4
    terminal.enter(f"{typed(server)} dateline ask '{QUESTION}' --store {seeds_store}; echo done $?")
    terminal.wait_for("the language model reads…")
    assert "reads…" not in terminal.wait_for("done 0")


def test_a_draft_is_dim_until_it_is_settled(
    terminal: "Terminal", server: OpenAIServer, seeds_store: Path
) -> None:
    terminal.enter(f"{typed(server)} dateline ask '{QUESTION}' --store {seeds_store}; echo done $?")
    drafting = terminal.wait_for(MARK.strip(), colours=True)
    assert f"{DIM}{MARK}Each group of 30" in drafting
    settled = terminal.wait_for("done 0")
    assert MARK.strip() not in settled and "900" not in settled
    assert "Each group of 30 soldiers gets one interpreter. [1]" in settled
    assert "1 of 2 written sentences left out" in settled


def test_a_stopped_draft_leaves_the_screen_and_the_model(
    terminal: "Terminal", server: OpenAIServer, seeds_store: Path
) -> None:
    terminal.enter(f"{typed(server)} dateline chat --store {seeds_store}; echo done $?")
    terminal.wait_for_prompt(">")
    terminal.enter(QUESTION)
    terminal.wait_for(MARK.strip())
    terminal.press("C-c")
    assert MARK.strip() not in terminal.wait_for("stopped")
    assert server.requests[0].gone.wait(5)
    terminal.wait_for_prompt(">")
    terminal.press("C-d")
    terminal.wait_for("done 0")


def test_a_pipe_gets_the_answer_alone(
    dateline: "Dateline", server: OpenAIServer, seeds_store: Path
) -> None:
    done = dateline("ask", QUESTION, "--store", seeds_store, **settings(server))
    assert done.returncode == 0 and done.stderr == ""
    assert MARK.strip() not in done.stdout and "900" not in done.stdout
    assert done.stdout.startswith("Each group of 30 soldiers gets one interpreter. [1]")
    told = dateline("ask", QUESTION, "--json", "--store", seeds_store, **settings(server))
    assert json.loads(told.stdout)["notes"] and KEY not in told.stdout + done.stdout


def test_prompts_that_do_not_fit_are_told_in_one_line(
    dateline: "Dateline", server: OpenAIServer, seeds_store: Path, tmp_path: Path
) -> None:
    (tmp_path / "answer.md").write_text("{to_day}")
    options = ("--prompts", tmp_path, "--store", seeds_store)
    done = dateline("ask", QUESTION, *options, **settings(server))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "{today}" in done.stderr and not server.requests
