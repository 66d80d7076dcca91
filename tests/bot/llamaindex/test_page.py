"""The examples of the docs' page on LlamaIndex run, and print what they should."""

import re
from pathlib import Path

import pytest
from llama_index.core import MockEmbedding, Settings
from llama_index.core.llms import MockLLM

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "llamaindex.md").read_text("utf-8")
SECTION = re.compile(r"^## (.+?)$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
EXAMPLES = {
    title: found[0]
    for title, text in SECTION.findall(PAGE)
    if (found := re.findall(r"```python\n(.*?)```", text, re.DOTALL))
}
INTERPRETER = "one interpreter and three Russian officers"
PRINTS = {
    "Query engine": [INTERPRETER, "answered 0.", "North Korean Soldiers Join"],
    "Agents": ["China and North Korea share a historical relationship"],
    "Chat engine": [INTERPRETER],
    "Retriever": [INTERPRETER],
    "Documents": ["It shines 31 kilometres far. [1]"],
    "Evaluators": ["faithful 1.0 All sentences are supported.", "correct 1.0"],
}


@pytest.fixture
def user(seeds_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Somebody whose index has the shipped articles, and whose LlamaIndex asks for no key."""
    monkeypatch.setenv("DATELINE_STORE", str(seeds_store))
    monkeypatch.setenv("DATELINE_READER", "none")
    monkeypatch.setattr(Settings, "_llm", MockLLM())
    monkeypatch.setattr(Settings, "_embed_model", MockEmbedding(embed_dim=2))
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def test_every_example_is_known() -> None:
    assert [*EXAMPLES] == [*PRINTS]


@pytest.mark.parametrize("title", EXAMPLES)
def test_an_example_runs(
    title: str, user: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(EXAMPLES[title], f"docs/llamaindex.md: {title}", "exec"), {})
    printed = capsys.readouterr().out
    for words in PRINTS[title]:
        assert words in printed
