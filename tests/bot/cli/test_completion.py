"""A shell completes what the store holds, and trouble only means that there is nothing."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.standins.openai_server import KEY, OpenAIServer, Scripted

if TYPE_CHECKING:
    from tests.conftest import Dateline

ARTICLES = ["000_5047d988fdd05312.txt", "004_ce89ec9d11cecf6f.txt"]


def completed(dateline: "Dateline", *words: str, **variables: str) -> list[str]:
    typed = {"COMP_WORDS": " ".join(["dateline", *words]), "COMP_CWORD": str(len(words))}
    done = dateline(_DATELINE_COMPLETE="complete_bash", **typed, **variables)
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


def test_sources(dateline: "Dateline", seeds_store: Path) -> None:
    store = {"DATELINE_STORE": str(seeds_store)}
    assert completed(dateline, "show", "", **store) == ARTICLES
    assert completed(dateline, "show", "004", **store) == ARTICLES[1:]
    assert completed(dateline, "show", "--store", str(seeds_store), "0") == ARTICLES


def test_conversations_are_one_word(dateline: "Dateline", tmp_path: Path) -> None:
    store = {"DATELINE_STORE": str(tmp_path)}
    assert completed(dateline, "chat", "--conversation", "", **store) == []
    assert list(tmp_path.iterdir()) == []
    said = "Who met whom?\n"
    dateline("chat", "--conversation", "North Korea", "--store", tmp_path, stdin=said)
    for words in (["chat", "--conversation"], ["memory", "export"], ["memory", "forget"]):
        assert completed(dateline, *words, "", **store) == ["'North Korea'"]


def test_collections_and_paths(dateline: "Dateline", tmp_path: Path) -> None:
    store = {"DATELINE_STORE": str(tmp_path / "store")}
    (tmp_path / "news").mkdir()
    (tmp_path / "next.txt").write_text("A title\n\nSome words.\n")
    assert completed(dateline, "articles", "use", "", **store) == ["shipped"]
    found = completed(dateline, "ask", "--articles", f"{tmp_path}/ne", **store)
    assert found == [f"{tmp_path}/news/", f"{tmp_path}/next.txt"]
    assert "shipped" in completed(dateline, "ask", "--articles", "s", **store)


def test_models(dateline: "Dateline", socket_enabled: None, server: OpenAIServer) -> None:
    server.replies.append(Scripted(200, {"data": [{"id": "small"}, {"id": "large"}]}))
    known = {"CHAT_MODEL": "mine", "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
    assert completed(dateline, "ask", "--model", "", **known) == ["none", "mine", "large", "small"]
    assert server.requests[0].path.endswith("/models")
    server.replies.append(Scripted(500))
    assert completed(dateline, "ask", "--model", "", **known) == ["none", "mine"]


@pytest.mark.parametrize("words", [["show", ""], ["ask", "--model", ""]])
def test_trouble_completes_nothing(dateline: "Dateline", words: list[str]) -> None:
    assert completed(dateline, *words, DATELINE_THRESHOLD="seven") == []


def test_no_model_is_a_model(inside: "Dateline", seeds_store: Path) -> None:
    asked = ("ask", "How many soldiers share one interpreter?", "--store", seeds_store, "--json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAT_MODEL", "none.gguf")
        assert "no model file" in inside(*asked).stderr
        assert json.loads(inside(*asked, "--model", "none").stdout)["model"] == "quotes"
