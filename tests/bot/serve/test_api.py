"""The HTTP API: what it answers, in the forms it describes, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from bot.service.schemas import schema
from tests.bot.serve.conftest import EVIL
from tests.conftest import Dateline

pytestmark = pytest.mark.enable_socket

QUESTION = "How many people were injured in the storm in Hamm?"
NONE = "Who won the 2018 World Cup?"
CLOSED = "Why was the harbour bridge in Hamm closed?"


def valid(name: str, response: httpx2.Response) -> Any:
    """The JSON of a response, which follows a schema."""
    assert response.status_code == 200, response.text
    Draft202012Validator(schema(name)).validate(response.json())
    return response.json()


def events(text: str) -> list[tuple[str, Any]]:
    parts = [part.split("\n") for part in text.split("\n\n") if part.startswith("event: ")]
    return [(name[7:], json.loads(data[6:])) for name, data in parts]


def test_an_answer_names_its_quotes_and_what_differs(client: httpx2.Client) -> None:
    answer = valid("answer", client.post("/ask", json={"question": QUESTION}))
    assert answer["status"] == "answered"
    assert {s["says"] for c in answer["conflicts"] for s in c["statements"]} == {"12", "15"}
    for citation in answer["citations"]:
        about = {key: citation[key] for key in ("source", "start", "end")}
        article = valid("article", client.get("/show", params=about))
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_what_the_articles_do_not_hold_is_not_answered(client: httpx2.Client) -> None:
    answer = valid("answer", client.post("/ask", json={"question": NONE}))
    assert answer["status"] == "abstained"
    assert answer["citations"] == []


def test_events_end_with_the_same_answer(client: httpx2.Client) -> None:
    whole = client.post("/ask", json={"question": CLOSED}).json()
    accepted = {"Accept": "text/event-stream"}
    streamed = client.post("/ask", json={"question": CLOSED}, headers=accepted)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    name, last = events(streamed.text)[-1]
    assert name == "answer"
    assert last | {"seconds": 0} == whole | {"seconds": 0}


def test_a_follow_up_takes_its_history(client: httpx2.Client) -> None:
    said = client.post("/ask", json={"question": CLOSED}).json()["answer"]
    history = [{"role": "user", "content": CLOSED}, {"role": "assistant", "content": said}]
    asked = {"question": "When does it open again?", "history": history}
    answer = valid("answer", client.post("/ask", json=asked))
    assert "Friday" in answer["answer"]


def test_search_sources_and_show(client: httpx2.Client) -> None:
    found = valid("found", client.get("/search", params={"query": "harbour bridge", "limit": 1}))
    assert len(found["passages"]) == 1
    assert "harbour bridge" in found["passages"][0]["text"]
    listed = valid("list", client.get("/sources", params={"limit": 2}))
    assert [row["published"] for row in listed["sources"]] == ["2024-10-22", "2024-10-20"]
    assert (listed["articles"], listed["matched"]) == (4, 4)
    rest = valid("list", client.get("/sources", params={"limit": 2, "offset": 2}))
    assert [row["published"] for row in rest["sources"]] == ["2024-10-19", None]
    some = valid("list", client.get("/sources", params={"match": "BREAD"}))
    assert [row["title"] for row in some["sources"]] == [f"Bread costs more in Hamm {EVIL}"]


def test_a_long_article_comes_in_parts(client: httpx2.Client) -> None:
    quote = "the council of Hamm talked about road number 700 for 700 minutes"
    around = valid("article", client.get("/show", params={"source": "long", "quote": quote}))
    assert len(around["text"]) <= 20_000 < around["characters"]
    start, end = (around[key] - around["offset"] for key in ("start", "end"))
    assert around["text"][start:end] == quote
    text, offset = "", 0
    while offset < around["characters"]:
        part = client.get("/show", params={"source": "long", "offset": offset}).json()
        text, offset = text + part["text"], offset + len(part["text"])
    assert text.count("Item ") == 899


ASK: dict[str, Any] = {"question": CLOSED}
Wrong = tuple[str, str, dict[str, Any], int, str]
WRONG: list[Wrong] = [
    ("POST", "/ask", {"json": {}}, 422, "question is missing"),
    ("POST", "/ask", {"json": {"question": "\u200b"}}, 422, "the question is empty"),
    ("POST", "/ask", {"json": ASK | {"x": 1}}, 422, "not known here"),
    ("POST", "/ask", {"json": ASK | {"history": [{"role": "system"}]}}, 422, "history/0"),
    ("POST", "/ask", {"json": ASK | {"as_of": "2024-02-31"}}, 422, "no day"),
    ("POST", "/ask", {"json": []}, 422, "must be an object"),
    ("POST", "/ask", {"content": b"{"}, 415, "application/json"),
    ("POST", "/ask", {"json": {"question": "x" * 300_000}}, 413, "longer than"),
    ("GET", "/ask", {}, 405, "GET /ask"),
    ("GET", "/show", {"params": {"source": "none"}}, 404, "there is no article"),
    ("GET", "/show", {"params": {"source": "long", "quote": "no such"}}, 422, "are not in"),
    ("GET", "/show", {"params": {"source": "long", "start": -1}}, 422, "whole number"),
    ("GET", "/search", {"params": {"query": "x", "limit": 51}}, 422, "more than 50"),
    ("GET", "/sources", {"params": {"state": "gone"}}, 422, "must be one of"),
    ("GET", "/../etc/passwd", {}, 404, "GET /etc/passwd"),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case[1]}-{case[3]}")
def test_a_wrong_request_gets_problem_details(client: httpx2.Client, case: Wrong) -> None:
    method, path, sent, status, line = case
    response = client.request(method, path, **sent)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    Draft202012Validator(schema("problem")).validate(problem)
    assert line in problem["detail"]
    assert "\n" not in problem["detail"]


def test_bad_json_is_refused(client: httpx2.Client) -> None:
    kind = {"Content-Type": "application/json"}
    for body in (b"", b"{", b'{"question": NaN}', b"\xff", b"[" * 100_000):
        assert client.post("/ask", content=body, headers=kind).status_code == 400


def test_a_body_that_hides_its_length_is_stopped(client: httpx2.Client) -> None:
    pieces = (b" " * 10_000 for _ in range(100))
    kind = {"Content-Type": "application/json"}
    assert client.post("/ask", content=pieces, headers=kind).status_code == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:80"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_other_sites_may_not_ask(
    client: httpx2.Client, headers: dict[str, str], status: int
) -> None:
    for response in (
        client.post("/ask", json=ASK, headers=headers),
        client.get("/sources", headers=headers),
    ):
        assert response.status_code == status
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("path", ["/", "/page.js", "/sources", "/nowhere", "/ask"])
def test_every_response_protects(client: httpx2.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "server" not in headers


@pytest.fixture
def chat(address: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}/v1", api_key="none", timeout=60, max_retries=0)


def test_a_chat_client_gets_citations_in_the_text(chat: openai.OpenAI) -> None:
    assert [m.id for m in chat.models.list()] == ["dateline"]
    asked: Any = [{"role": "system", "content": "Rhyme."}, {"role": "user", "content": CLOSED}]
    whole = chat.chat.completions.create(model="dateline", messages=asked)
    text = whole.choices[0].message.content or ""
    assert "because of a storm. [1]" in text
    assert "\n1. [Storm closes the harbour bridge in Hamm](https://news.example/storm-1)" in text
    chunks = list(chat.chat.completions.create(model="dateline", messages=asked, stream=True))
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == text
    assert chunks[-1].choices[0].finish_reason == "stop"
    asked += [{"role": "assistant", "content": text}]
    asked += [{"role": "user", "content": [{"type": "text", "text": "When does it open again?"}]}]
    again = chat.chat.completions.create(model="dateline", messages=asked)
    assert "Friday" in (again.choices[0].message.content or "")


def test_an_articles_own_marks_are_escaped(chat: openai.OpenAI) -> None:
    asked: Any = [{"role": "user", "content": "How much does bread cost in Hamm?"}]
    whole = chat.chat.completions.create(model="dateline", messages=asked)
    text = whole.choices[0].message.content or ""
    assert "4 euros" in text
    inline = [t for block in MarkdownIt().parse(text) for t in block.children or ()]
    assert not {t.type for t in inline} & {"image", "link_open", "html_inline"}
    assert EVIL in MarkdownIt().render(text).replace("&lt;", "<").replace("&gt;", ">")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": []},
        {"messages": [{"role": "assistant", "content": "x"}]},
        {"messages": [{"role": "user", "content": " "}]},
        {"messages": [{"role": "user", "content": "x"}], "n": 2},
    ],
)
def test_a_wrong_chat_gets_an_error_of_its_kind(client: httpx2.Client, body: Any) -> None:
    response = client.post("/v1/chat/completions", json=body)
    assert response.status_code == 422
    Draft202012Validator(schema("refusal")).validate(response.json())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_others_need_a_token(dateline: Dateline, host: str) -> None:
    done = dateline("serve", "--host", host)
    assert done.returncode == 2
    assert "set DATELINE_TOKEN" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_port_in_use_is_one_line(dateline: Dateline, address: str, news: Path) -> None:
    port = address.rpartition(":")[2]
    done = dateline("serve", "--port", port, "--articles", news)
    assert done.returncode == 2
    assert "choose another --host or --port" in done.stderr.splitlines()[-1]
