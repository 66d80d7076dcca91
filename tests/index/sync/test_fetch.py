"""What stands at an address, over real sockets; and what is refused before any is opened."""

import gzip
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest

from index.sync import fetch
from index.sync.fetch import UNKNOWN, Fetched, Fetcher, FetchError, Validators, is_public
from tests.standins.web_server import Page, Site, running

PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
    *("fec0::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1"),
]
PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.fixture
def site(socket_enabled: None) -> Iterator[Site]:
    with running() as site:
        yield site


async def get(url: str, known: Validators = UNKNOWN, seconds: float = 30) -> Fetched | None:
    return await Fetcher(allow_private=True, seconds=seconds).fetch(url, known)


async def reason(url: str, seconds: float = 30) -> str:
    with pytest.raises(FetchError) as caught:
        await get(url, seconds=seconds)
    return str(caught.value)


@pytest.mark.parametrize(
    ("ip", "public"), [(i, False) for i in PRIVATE] + [(i, True) for i in PUBLIC]
)
def test_which_addresses_are_public(ip: str, public: bool) -> None:
    assert is_public(ip_address(ip)) is public


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:9/", "http://localhost/", "http://[::1]/", "http://2130706433/"),
        *(
            "http://0x7f.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::ffff:10.0.0.1]/",
        ),
    ],
)
async def test_private_addresses_are_refused(socket_enabled: None, url: str) -> None:
    with pytest.raises(FetchError, match="is in a private network"):
        await Fetcher().fetch(url)


async def test_a_redirect_into_a_private_network_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "is_public", lambda ip: str(ip) == "127.0.0.1")
    site.pages["/"] = Page(status=302, headers={"Location": site.url("/", "127.0.0.2")})
    with pytest.raises(FetchError, match="is in a private network"):
        await Fetcher().fetch(site.url("/"))
    assert site.paths == ["/"]


async def test_a_name_is_looked_up_once_and_sent_along(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = socket.getaddrinfo, []

    def rebinding(host: Any, *rest: Any, **how: Any) -> Any:
        if host == "news.example":
            asked.append(host)
            return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *rest, **how)
        return real(host, *rest, **how)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    site.put("/a", "Text.", "text/plain")
    assert await get(site.url("/a", "news.example"))
    assert len(asked) == 1
    assert site.requests[0][1]["Host"] == f"news.example:{site.port}"


@pytest.mark.parametrize(
    ("path", "type", "data", "ending"),
    [
        *(("/", "text/html; charset=utf-8", "<p>", ".html"), ("/a.rss", "", "x", ".rss")),
        *(("/a.pdf", "application/octet-stream", "x", ".pdf"), ("/a", "text/plain", "x", ".txt")),
        *(("/a.csv?x", "text/plain", "x", ".csv"), ("/a", "text/html", "<rss>", ".xml")),
        ("/a.jsonl.gz", "application/gzip", "x", ".jsonl.gz"),
    ],
)
async def test_the_kind_is_told_by_type_address_or_first_words(
    site: Site, path: str, type: str, data: str, ending: str
) -> None:
    fetched = await get(site.put(path, data, type))
    assert fetched
    assert (fetched.ending, fetched.data) == (ending, data.encode())


async def test_what_is_known_is_not_sent_again(site: Site) -> None:
    url = site.put("/", "<p>Text", ETag='"1"', Last_Modified="Thu, 24 Oct 2024 10:00:00 GMT")
    fetched = await get(url)
    assert fetched
    assert await get(url, fetched.validators) is None
    assert site.requests[1][1]["If-Modified-Since"] == "Thu, 24 Oct 2024 10:00:00 GMT"


async def test_redirects_are_followed_but_not_without_end(site: Site) -> None:
    for n in range(9):
        site.pages[f"/{n}"] = Page(status=301, headers={"Location": f"{n + 1}"})
    site.put("/9", "<p>Text")
    fetched = await get(site.url("/4"))
    assert fetched
    assert fetched.data == b"<p>Text"
    assert await reason(site.url("/3")) == "leads on to more than 5 other addresses"
    site.pages["/file"] = Page(status=302, headers={"Location": "file:///etc/passwd"})
    assert "does not begin with http://" in await reason(site.url("/file"))


async def test_what_comes_packed_is_bounded_when_unpacked(site: Site) -> None:
    small = site.put("/", gzip.compress(b"<p>Text"), Content_Encoding="gzip")
    fetched = await get(small)
    assert fetched
    assert fetched.data == b"<p>Text"
    bomb = gzip.compress(bytes(fetch.MAX_BYTES + 1))
    assert len(bomb) < 100_000
    url = site.put("/bomb", bomb, Content_Encoding="gzip")
    assert await reason(url) == "is longer than 25 MB"
    url = site.put("/cut", bomb[: len(bomb) // 2], Content_Encoding="gzip")
    assert await reason(url) == "breaks off before its end"
    url = site.put("/wrong", b"no gzip", Content_Encoding="gzip")
    assert (await reason(url)).startswith("is packed wrongly")
    url = site.put("/twice", gzip.compress(bomb), Content_Encoding="gzip, gzip")
    assert (await reason(url)).startswith("comes packed in a way")


async def test_size_time_and_status_are_bounded(site: Site) -> None:
    assert await reason(site.put("/", bytes(fetch.MAX_BYTES + 1))) == "is longer than 25 MB"
    site.pages["/slow"] = Page(b"<p>Text" * 100, pace=0.1)
    assert await reason(site.url("/slow"), seconds=1) == "does not come within 1 s"
    assert await reason(site.url("/none")) == "cannot be fetched (status 404)"
    url = site.put("/a.png", b"\x89PNG", "image/png")
    assert await reason(url) == "is no kind of file that is read (image/png)"


async def test_what_cannot_be_asked_for_is_said_in_a_line(site: Site) -> None:
    assert "password in its address" in await reason("http://ada:secret@127.0.0.1/")
    assert "secret" not in await reason("http://ada:secret@127.0.0.1/")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    for url in (f"http://127.0.0.1:{closed}/", "http://[", "http://", "http://\n", "http://a..b/"):
        assert "\n" not in await reason(url)
