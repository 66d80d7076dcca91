"""Addresses fetched from a server on loopback, which is taken for a public one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.discord.incoming import fetched
from bot.discord.uploads import GuildUploads, RejectedError

pytestmark = pytest.mark.enable_socket
PAGE = """<!doctype html><html><head><title>Hamm elects a mayor</title></head><body><nav>Home</nav>
<article><h1>Hamm elects a mayor</h1><p>The mayor of Hamm is Ada Lind, who won the election by
far, with more than half of all the votes that were counted on Sunday.</p></article></body></html>
"""


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def picture(_: web.Request) -> web.Response:
        return web.Response(body=b"\x89PNG", content_type="image/png")

    app = web.Application()
    app.add_routes([web.get("/news/hamm-elects", page), web.get("/picture", picture)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.sync.fetch.is_public", lambda _: True)


@pytest.mark.usefixtures("public")
async def test_a_page_becomes_a_file_named_after_it(address: str, tmp_path: Path) -> None:
    incoming = await fetched(f" {address}/news/hamm-elects ")
    assert incoming.name == "127.0.0.1-hamm-elects.html"
    [article] = GuildUploads(tmp_path).receive(*incoming).articles
    assert article.title == "Hamm elects a mayor"
    assert "Home" not in article.text


@pytest.mark.usefixtures("public")
async def test_what_is_no_article_is_refused(address: str) -> None:
    for path, why in [("picture", "no kind of file"), ("nowhere", "status 404")]:
        with pytest.raises(RejectedError) as rejected:
            await fetched(f"{address}/{path}")
        assert why in str(rejected.value.details["problem"])


async def test_private_networks_are_not_reached_whatever_is_allowed(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_ALLOW_PRIVATE_ADDRESSES", "1")
    for inside in (f"{address}/news/hamm-elects", "file:///etc/passwd", "http://[::1]/"):
        with pytest.raises(RejectedError, match="add_unfetched") as rejected:
            await fetched(inside)
        assert "DATELINE" not in str(rejected.value.details)
