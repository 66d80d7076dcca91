"""A server with a token and a language model: who may ask, how often, and what they see."""

import json
from collections.abc import Iterator

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.serve.markdown import SOURCES, escaped, without_sources
from bot.serve.rate import RateLimit
from tests.bot.serve.conftest import TOKEN
from tests.bot.serve.test_api import CLOSED, events
from tests.standins.openai_server import OpenAIServer, Scripted, says

PIECES = ("The harbour bridge in Hamm was closed ", "because of a storm. [1]")


@pytest.fixture
def asker(guarded: str) -> Iterator[httpx2.Client]:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    with httpx2.Client(base_url=guarded, timeout=60, headers=bearer) as client:
        yield client


@pytest.mark.enable_socket
class TestWithToken:
    def test_nothing_of_an_article_goes_out_without_it(self, guarded: str) -> None:
        for given_ in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {TOKEN}"}):
            with httpx2.Client(base_url=guarded, timeout=60, headers=given_) as client:
                for path in ("/sources", "/show?source=long", "/v1/models", "/nowhere"):
                    response = client.get(path)
                    assert response.status_code == 401
                    assert response.headers["www-authenticate"].startswith("Bearer")
                    assert "Hamm" not in response.text
                for path in ("/", "/page.js", "/page.css", "/healthz", "/openapi.json"):
                    assert client.get(path).status_code == 200

    def test_a_draft_is_seen_before_the_answer(
        self, asker: httpx2.Client, model: OpenAIServer
    ) -> None:
        model.fallback = lambda _: says(*PIECES)
        accepted = {"Accept": "text/event-stream"}
        response = asker.post("/ask", json={"question": CLOSED}, headers=accepted)
        heard = events(response.text)
        assert "".join(d["text"] for name, d in heard if name == "draft") == "".join(PIECES)
        assert heard[-1][0] == "answer"
        assert heard[-1][1]["model"] == "gpt-test"
        assert heard[-1][1]["citations"]

    def test_a_chat_client_never_sees_a_draft(
        self, asker: httpx2.Client, model: OpenAIServer
    ) -> None:
        model.fallback = lambda _: says("The bridge is made of cheese. [1]")
        messages = [{"role": "user", "content": CLOSED}]
        sent = {"messages": messages, "stream": True}
        response = asker.post("/v1/chat/completions", json=sent)
        chunks = [json.loads(part[6:]) for part in response.text.split("\n\n") if "{" in part]
        said = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks)
        assert "cheese" not in said.partition(SOURCES)[0].replace("*", "").split("\n")[0]
        assert response.text.endswith("data: [DONE]\n\n")

    def test_the_model_stops_when_the_client_leaves(
        self, asker: httpx2.Client, model: OpenAIServer
    ) -> None:
        model.fallback = lambda _: Scripted(events=[], pause=60.0, then="drop")
        before = len(model.requests)
        for headers in ({}, {"Accept": "text/event-stream"}):
            with pytest.raises(httpx2.TimeoutException):
                asker.post("/ask", json={"question": CLOSED}, headers=headers, timeout=3)
        for request in model.requests[before:]:
            assert request.gone.wait(20)
        assert len(model.requests) > before

    def test_who_asks_too_often_is_told_when(self, asker: httpx2.Client) -> None:
        for _ in range(20):
            response = asker.get("/search", params={"query": "bridge"})
            if response.status_code == 429:
                break
            assert response.status_code == 200
        assert response.status_code == 429
        assert 1 <= int(response.headers["retry-after"]) <= 8
        assert response.headers["content-type"] == "application/problem+json"
        assert asker.get("/sources").status_code == 200


@given(
    st.integers(1, 100),
    st.lists(st.floats(0, 100), min_size=1, max_size=200),
)
def test_no_client_gets_more_than_its_rate(a_minute: int, pauses: list[float]) -> None:
    now = 0.0
    limit = RateLimit(a_minute, lambda: now)
    taken: list[float] = []
    for pause in pauses:
        now += pause
        if not (wait := limit.take("one")):
            taken.append(now)
        else:
            assert 0 < wait <= 60 / a_minute
    for begin in taken:
        within = [t for t in taken if begin <= t < begin + 60]
        assert len(within) <= 2 * a_minute
    assert limit.take("another") == 0


@given(st.text())
def test_an_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert without_sources(escaped(text)) == text


@given(st.text(alphabet="[]()!<>`*_\\ a1", max_size=40))
def test_no_mark_is_left_unescaped(text: str) -> None:
    left = escaped(text).replace("\\\\", "")
    for mark in "`*_<>[]!|~#":
        assert left.count(mark) == left.count(f"\\{mark}")
