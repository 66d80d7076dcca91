"""The Python interface: what its page shows, errors, and folders named like our packages."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import dateline
from bot.config import Config
from dateline import Answer, AsyncDateline, Dateline, DatelineError, Draft, Status, Turn

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
QUESTION = "How many soldiers share one interpreter?"
MAIN = "from dateline.__main__ import main; main()"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(store=tmp_path / "store")


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_runs(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATELINE_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(ROOT)
    exec(compile(block, "docs/python.md", "exec"), {"__name__": "example"})
    assert capsys.readouterr().out


def test_every_public_name_is_there() -> None:
    assert all(getattr(dateline, name) for name in dateline.__all__)
    assert [*dateline.__all__] == sorted(dateline.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        dateline.nothing  # noqa: B018


def test_it_asks_streams_and_searches(config: Config) -> None:
    with Dateline(ROOT / "seeds", config=config) as news:
        answer = news.ask(QUESTION, as_of=date(2024, 11, 1))
        assert answer.status is Status.ANSWERED
        assert "thirty" in answer.text.lower() or "30" in answer.text
        assert answer.citations[0].quote in answer.text
        assert [type(event) for event in news.stream(QUESTION)] == [Answer]
        said = [Turn("user", QUESTION), Turn("assistant", answer.text)]
        assert "officer" in news.ask("And how many officers?", said).text
        assert len(news.search("interpreters", k=2)) == 2


def test_a_stream_may_be_left(config: Config) -> None:
    with Dateline(ROOT / "seeds", config=config) as news:
        for event in news.stream(QUESTION):
            assert isinstance(event, Answer | Draft)
            break
        assert news.ask(QUESTION).citations


async def test_it_answers_many_at_once(config: Config) -> None:
    import asyncio

    async with AsyncDateline(ROOT / "seeds", config=config) as news:
        answers = await asyncio.gather(*(news.ask(QUESTION) for _ in range(8)))
    assert len({answer.text for answer in answers}) == 1


async def test_the_other_class_is_for_event_loops(config: Config) -> None:
    with pytest.raises(RuntimeError, match="AsyncDateline"):
        Dateline(ROOT / "seeds", config=config).__enter__()


def test_what_is_wrong_is_one_line(config: Config, tmp_path: Path) -> None:
    with pytest.raises(DatelineError) as missing, Dateline(tmp_path / "none", config=config):
        pass
    assert "\n" not in str(missing.value)
    with (
        Dateline(ROOT / "seeds", config=config) as news,
        pytest.raises(DatelineError, match="empty"),
    ):
        news.ask("  ")
    with pytest.raises(RuntimeError, match="open it first"):
        news.ask(QUESTION)


@pytest.mark.parametrize(
    "start", [["-c", "from dateline.__main__ import main; main()"], ["-m", "dateline"]]
)
def test_a_folder_named_like_a_package_does_no_harm(start: list[str], tmp_path: Path) -> None:
    for name in ("bot", "index", "prompts", "seeds", "evals"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('not ours')")
    asked = [sys.executable, *start, "ask", "--json", "--store", "store", QUESTION]
    ran = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, '"answered"' in ran.stdout) == (0, True), ran.stderr


def test_another_package_of_a_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text("")
    ran = subprocess.run(
        [sys.executable, "-c", "import bot, dateline"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "import dateline before it" in ran.stderr


def test_the_names_for_llamaindex_are_those_of_its_package() -> None:
    import bot.llamaindex
    import dateline.llamaindex

    assert dateline.llamaindex.__all__ == bot.llamaindex.__all__
    every = dateline.llamaindex.__all__
    assert all(getattr(dateline.llamaindex, n) is getattr(bot.llamaindex, n) for n in every)


def test_a_reranker_of_llamaindex_takes_the_place_of_the_reader(config: Config) -> None:
    from llama_index.core.postprocessor import SimilarityPostprocessor

    reranker = SimilarityPostprocessor(similarity_cutoff=0.0)
    with Dateline(ROOT / "seeds", config=config, reranker=reranker) as news:
        assert news.ask(QUESTION).model == "quotes"
