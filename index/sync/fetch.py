"""Fetches an address of the web, within bounds.

Somebody else chooses where links and redirects lead, so addresses within private networks are
refused: a host's name is looked up once, and what was found to be public is what is connected to,
at every redirect again. Time, redirects and bytes are bounded, and bytes once more when they are
unpacked.
"""

import asyncio
import socket
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from httpx2 import URL, AsyncClient, HTTPError, InvalidURL, Limits, Response, create_ssl_context

from index.errors import ArticlesError
from index.readers.encoding import declared_in, encoding_of, is_utf8
from index.readers.kinds import READERS, ending_of

MAX_BYTES = 25_000_000
SECONDS = 60.0
"""The longest that one address may take, redirects and all."""
REDIRECTS = 5
AGENT = "dateline/0.1 (reads articles for search)"
TYPES = {
    "application/atom+xml": ".xml",
    "application/epub+zip": ".epub",
    "application/feed+json": ".json",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/rdf+xml": ".xml",
    "application/rss+xml": ".xml",
    "application/rtf": ".rtf",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/xhtml+xml": ".html",
    "application/xml": ".xml",
    "message/rfc822": ".eml",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/rtf": ".rtf",
    "text/xml": ".xml",
}
"""The kinds of file that media types stand for; for others, the address's ending tells."""
TEXTS = {".xml", ".html", ".htm", ".txt", ".md", ".csv", ".tsv", ".json", ".jsonl", ".rss", ".atom"}
FEED_TAGS = (b"<rss", b"<feed", b"<rdf:RDF")
NAT64 = ip_network("64:ff9b::/96")

Address = IPv4Address | IPv6Address


class Validators(NamedTuple):
    """What a server gave to ask it with, whether anything has changed since."""

    etag: str | None = None
    modified: str | None = None


UNKNOWN = Validators()


class Fetched(NamedTuple):
    """What an address holds; `ending` is that of a file of its kind, such as ".html"."""

    data: bytes
    ending: str
    validators: Validators


class FetchError(ArticlesError):
    """It cannot be fetched; the line says why, without the address."""


class Fetcher:
    """Fetches one address after another, or several at once."""

    def __init__(self, allow_private: bool = False, seconds: float = SECONDS) -> None:
        self._allow_private = allow_private
        self._seconds = seconds
        self._tls = create_ssl_context()

    async def fetch(self, address: str, known: Validators = UNKNOWN) -> Fetched | None:
        """The content of an address, or None where that has not changed since `known`.

        Raises FetchError when it cannot be had, or is no kind of file that is read.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._fetch(address, known)
        except TimeoutError:
            raise FetchError(f"does not come within {self._seconds:.0f} s") from None
        except (HTTPError, InvalidURL, OSError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise FetchError(f"cannot be fetched ({reason})") from error

    async def _fetch(self, address: str, known: Validators) -> Fetched | None:
        headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}
        given = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
        headers |= {name: value for name, value in given.items() if value}
        url = URL(address)
        for _ in range(REDIRECTS + 1):
            async with self._answer(url, headers) as response:
                if response.status_code == 304:
                    return None
                if not response.has_redirect_location:
                    return await _received(response, url)
                url = url.join(response.headers["Location"])
        raise FetchError(f"leads on to more than {REDIRECTS} other addresses")

    @asynccontextmanager
    async def _answer(self, url: URL, headers: dict[str, str]) -> AsyncIterator[Response]:
        """The answer to one request; a host's next address is tried when one is not reached."""
        if url.scheme not in ("http", "https") or not url.host:
            raise FetchError("leads to an address that does not begin with http:// or https://")
        if url.userinfo:
            raise FetchError("has a password in its address; fetch it yourself, and index the file")
        # A client of its own, so that neither connections nor cookies are shared between hosts.
        async with AsyncClient(
            verify=self._tls,
            trust_env=False,
            timeout=self._seconds,
            limits=Limits(max_keepalive_connections=0),
        ) as client:
            refused: Exception | None = None
            for ip in await self._looked_up(url):
                request = client.build_request(
                    "GET",
                    url.copy_with(host=str(ip)),
                    headers=headers | {"Host": url.netloc.decode("ascii")},
                    extensions={"sni_hostname": url.raw_host.decode("ascii")},
                )
                try:
                    response = await client.send(request, stream=True)
                except (HTTPError, OSError) as error:
                    refused = error
                    continue
                try:
                    yield response
                finally:
                    await response.aclose()
                return
            raise refused or FetchError("has no host")

    async def _looked_up(self, url: URL) -> list[Address]:
        """The addresses of a host, all of them public unless others are allowed."""
        loop = asyncio.get_running_loop()
        port = url.port or (443 if url.scheme == "https" else 80)
        host = url.raw_host.decode("ascii")
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise FetchError(f"has a host that is not known ({host})") from None
        addresses = [ip_address(str(place[0]).partition("%")[0]) for *_, place in found]
        if not self._allow_private and not all(map(is_public, addresses)):
            raise FetchError(
                f"is in a private network ({host}); DATELINE_ALLOW_PRIVATE_ADDRESSES=1 allows that"
            )
        return list(dict.fromkeys(addresses))


def is_public(ip: Address) -> bool:
    """Whether an address belongs to the public internet, and to one host in it."""
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in NAT64:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast


async def _received(response: Response, url: URL) -> Fetched:
    if response.status_code != 200:
        raise FetchError(f"cannot be fetched (status {response.status_code})")
    data = await _body(response)
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    ending = TYPES.get(media_type) or ending_of(urlsplit(str(url)).path)
    if any(tag in data[:1000] for tag in FEED_TAGS):
        ending = ".xml"
    elif ending not in READERS and media_type == "text/plain":
        ending = ".txt"
    if ending not in READERS:
        raise FetchError(f"is no kind of file that is read ({media_type or 'of an unknown type'})")
    headers = response.headers
    if ending in TEXTS:
        data = _in_utf8(data, response.charset_encoding)
    return Fetched(data, ending, Validators(headers.get("ETag"), headers.get("Last-Modified")))


def _in_utf8(data: bytes, charset: str | None) -> bytes:
    """A text in the encoding that only its server names, in UTF-8."""
    if not charset or declared_in(data) or is_utf8(data):
        return data
    found = encoding_of(data, charset)
    return data.decode(found.codec, "replace").encode() if found and not found.doubt else data


async def _body(response: Response) -> bytes:
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise FetchError(f"comes packed in a way that was not asked for ({coding})")
    unpacker = None if coding == "identity" else zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    data = bytearray()
    try:
        async for chunk in response.aiter_raw():
            data += unpacker.decompress(chunk, MAX_BYTES + 1) if unpacker else chunk
            if len(data) > MAX_BYTES:
                raise FetchError(f"is longer than {MAX_BYTES // 1_000_000} MB")
    except zlib.error as error:
        raise FetchError(f"is packed wrongly ({error})") from None
    if unpacker and not unpacker.eof:
        raise FetchError("breaks off before its end")
    return bytes(data)
