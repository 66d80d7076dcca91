"""Damages data at random, as disks, networks and attackers do."""

from collections.abc import Callable, Sequence
from io import BytesIO
from random import Random
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

MOST = 8
"""Mutations of one case, at most."""
LONGEST = 300_000
TOKENS = [
    *(b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1b$B", b"\x85", b"\xed\xa0\x80", b"\r\n"),
    *(b"<", b">", b"&#x110000;", b"&#0;", b"<![CDATA[", b"]]>", b"<!--", b"<!ENTITY a 'b'>"),
    *(b"{", b"}", b"[" * 200, b'{"a":' * 100, b'"', b"\\", b"\\u", b"\\ud800", b"\\'ff", b"\\u-3 "),
    *(b"---\n", b"+++\n", b"- - - - ", b"&a [*a]", b"<<: *a", b"!!python/object:os.system "),
    *(b"9" * 5_000, b"-1", b"1e999", b"NaN", b"0000-00-00", b"32.13.2024", b"24:00"),
    *(b"obj", b"endobj", b"stream", b"/Length 99999999", b"%%EOF", b"xref", b"<</Kids[1 0 R]>>"),
    *("\u202e".encode(), "e\u0301".encode() * 50, "\u0130".encode(), "\ufdfa".encode()),
]

Mutation = Callable[[Random, bytes], bytes]


def mutated(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """The data with some damage; a part of `others` may be in it. Archives may be opened for it."""
    if data[:2] == b"PK" and random.random() < 0.8:
        return _inside(random, data, others)
    for _ in range(random.randint(1, MOST)):
        data = random.choice(_MUTATIONS)(random, data)
        if random.random() < 0.1:
            data = _spliced(random, data, random.choice(others))
    return data[:LONGEST]


def _inside(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """An archive one of whose files is damaged."""
    made = BytesIO()
    try:
        with ZipFile(BytesIO(data)) as archive, ZipFile(made, "w", ZIP_DEFLATED) as new:
            files = {name: archive.read(name) for name in archive.namelist()}
            name = random.choice([*files])
            for each, content in files.items():
                new.writestr(each, mutated(random, content, others) if each == name else content)
    except (BadZipFile, ValueError):
        return data
    return made.getvalue()


def _place(random: Random, data: bytes) -> int:
    return random.randint(0, len(data))


def _part(random: Random, data: bytes) -> slice:
    start = _place(random, data)
    return slice(start, start + int(random.expovariate(1 / 30)) + 1)


def _flip(random: Random, data: bytes) -> bytes:
    changed = bytearray(data or b"\0")
    changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _put(random: Random, data: bytes) -> bytes:
    at = _place(random, data)
    return data[:at] + random.choice(TOKENS) + data[at:]


def _drop(random: Random, data: bytes) -> bytes:
    part = _part(random, data)
    return data[: part.start] + data[part.stop :]


def _double(random: Random, data: bytes) -> bytes:
    part = _part(random, data)
    times = random.choice((2, 3, 50))
    return data[: part.start] + data[part] * times + data[part.stop :]


def _cut(random: Random, data: bytes) -> bytes:
    return data[: _place(random, data)]


def _scatter(random: Random, data: bytes) -> bytes:
    part = _part(random, data)
    return data[: part.start] + random.randbytes(part.stop - part.start) + data[part.stop :]


_MUTATIONS: list[Mutation] = [_flip, _flip, _put, _put, _drop, _double, _scatter, _cut]


def _spliced(random: Random, data: bytes, other: bytes) -> bytes:
    return data[: _place(random, data)] + other[_place(random, other) :]
