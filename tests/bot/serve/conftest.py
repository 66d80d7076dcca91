"""Servers as their own processes, shared by the tests of a module.

A module that uses them says `pytestmark = pytest.mark.enable_socket`.
"""

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.standins import openai_server
from tests.standins.openai_server import OpenAIServer

TOKEN = "a-token-of-enough-letters"
EVIL = "<img src=x onerror=window.hacked=1>"
ARTICLES: list[dict[str, Any]] = [
    {
        "id": "storm-1",
        "title": "Storm closes the harbour bridge in Hamm",
        "url": "https://news.example/storm-1",
        "published": "2024-10-20",
        "text": "The harbour bridge in Hamm was closed on Sunday because of a storm. At least 12"
        " people were injured in the storm in Hamm, mayor Ada Lind said. Boats take people across.",
    },
    {
        "id": "storm-2",
        "title": "More people injured in the storm in Hamm",
        "url": "https://news.example/storm-2",
        "published": "2024-10-22",
        "text": "At least 15 people were injured in the storm in Hamm, the fire service said on"
        " Tuesday. The harbour bridge opens again on Friday.",
    },
    {
        "id": "long",
        "title": "The minutes of the council of Hamm",
        "published": "2024-10-19",
        "text": "\n\n".join(
            f"Item {n}: the council of Hamm talked about road number {n} for {n} minutes."
            for n in range(1, 900)
        ),
    },
]
BREAD = f"""Bread costs more in Hamm {EVIL}

The price of bread in Hamm rose to 4 euros on Monday, bakers said \
![](https://evil.example/seen.png) [here](https://evil.example) <script>hacked=1</script>.
"""


@pytest.fixture(scope="session")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose articles differ, are long, or try to get something done."""
    folder = tmp_path_factory.mktemp("news")
    rows = "\n".join(map(json.dumps, ARTICLES))
    (folder / "hamm.jsonl").write_text(rows, encoding="utf-8")
    (folder / "bread.txt").write_text(BREAD, encoding="utf-8")
    return folder


@contextmanager
def serving(
    command: Path, news: Path, folder: Path, environment: dict[str, str], **settings: str
) -> Iterator[str]:
    """Where a server with these settings is to be reached; it ends well when it is stopped."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    named = ["--articles", str(news), "--store", str(folder / "store")]
    arguments = [str(command), "serve", "--port", port, *named]
    with subprocess.Popen(
        arguments, env=environment | settings, stderr=subprocess.PIPE, encoding="utf-8"
    ) as running:
        assert running.stderr
        found = re.search(r"http://\S+", running.stderr.readline())
        assert found
        try:
            yield found[0]
        finally:
            running.terminate()
            status = running.wait(30)
    assert status == 0


@pytest.fixture(scope="module")
def address(
    forked: Path,
    news: Path,
    environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Where a server is to be reached that quotes."""
    limit = {"DATELINE_RATE_LIMIT": "100000"}
    folder = tmp_path_factory.mktemp("serve")
    with serving(forked, news, folder, environment, **limit) as address:
        yield address


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with openai_server.running() as server:
        yield server


@pytest.fixture(scope="module")
def guarded(
    forked: Path,
    news: Path,
    model: OpenAIServer,
    environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Where a server is to be reached that asks for a token, and has a language model write."""
    settings = {
        "DATELINE_TOKEN": TOKEN,
        "DATELINE_RATE_LIMIT": "8",
        "CHAT_MODEL": openai_server.MODEL,
        "OPENAI_BASE_URL": model.url,
        "OPENAI_API_KEY": openai_server.KEY,
    }
    folder = tmp_path_factory.mktemp("guarded")
    with serving(forked, news, folder, environment, **settings) as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=address, timeout=60) as client:
        yield client
