"""Articles by their addresses and of every kind, from the command line to the citation."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.standins.documents import PAGE, pdf
from tests.standins.web_server import Site, running

if TYPE_CHECKING:
    from tests.conftest import Dateline

QUESTION = "When did the old ferry break down?"
BROKE = "The old ferry broke down in July, when its engine caught fire."
ALLOWED = ("DATELINE_ALLOW_PRIVATE_ADDRESSES", "1")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def feed(site: Site) -> str:
    entry = f"<item><title>Ferry returns</title><link>{site.put('/ferry', PAGE)}</link></item>"
    rss = f'<?xml version="1.0"?><rss version="2.0"><channel>{entry}</channel></rss>'
    return site.put("/feed.xml", rss, "text/xml")


def test_a_feed_is_fetched_to_index_and_never_to_ask(
    inside: "Dateline", store: Path, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as site:
        url = feed(site)
        refused = inside("index", url, "--store", store)
        assert refused.returncode == 1
        assert refused.stderr == (
            f"dateline: {url} is in a private network (127.0.0.1); "
            "DATELINE_ALLOW_PRIVATE_ADDRESSES=1 allows that\n"
        )
        monkeypatch.setenv(*ALLOWED)
        dry = inside("index", url, "--dry-run", "--store", store)
        assert "1 added" in dry.stdout, dry.stderr
        done = inside("index", url, "--store", store)
        assert done.stdout.startswith("1 article in 1 passage: 1 added")
    answer = json.loads(inside("ask", QUESTION, "--json", "--store", store).stdout)
    [citation] = [c for c in answer["citations"] if c["quote"] == BROKE]
    assert citation["source"] == citation["url"] == site.url("/ferry")
    assert citation["place"] == "§ Background"
    again = inside("index", "--store", store)
    assert again.returncode == 0
    assert "1 unchanged" in again.stdout
    assert "what was fetched before is kept" in again.stderr
    told = inside("sources", "--problems", "--store", store)
    assert told.stdout.startswith(f"{url}: cannot be fetched")
    assert f"{url}\n" in inside("doctor", "--store", store).stdout


def test_an_address_that_was_never_fetched_is_fetched_to_ask(
    inside: "Dateline", store: Path, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(*ALLOWED)
    with running() as site:
        url = feed(site)
        asked = inside("ask", QUESTION, "--articles", url, "--store", store)
        assert "§ Background" in asked.stdout
        site.requests.clear()
        assert inside("ask", QUESTION, "--articles", url, "--store", store).returncode == 0
        assert site.requests == []


def test_a_citation_names_the_page(inside: "Dateline", store: Path, tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "ferry.pdf").write_bytes(pdf(["It sails daily.", f"{BROKE} Nobody was hurt."]))
    (news / "torn.pdf").write_bytes(b"%PDF-1.7")
    asked = inside("ask", QUESTION, "--articles", news, "--store", store)
    assert asked.returncode == 0, asked.stderr
    assert "ferry.pdf · page 2" in asked.stdout
    assert "1 thing could not be read" in asked.stderr
    shown = inside("show", "ferry.pdf", "--json", "--articles", news, "--store", store)
    assert [place[2] for place in json.loads(shown.stdout)["places"]] == ["page 1", "page 2"]
