"""Bytes into text: in UTF-8 where they are that, else as they declare, else by a guess.

What is valid UTF-8 is UTF-8 whatever it declares. Labels mean what browsers take them for:
"iso-8859-1" is windows-1252. A guess is told, so that a person can check it.
"""

import codecs
import re
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

SAMPLE = 20_000
"""Bytes that a guess looks at, at most."""
GARBLED = 0.05
"""The share of unreadable characters from which a text is no article."""

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_WIDER = {
    "shift_jis": "cp932",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
}
"""Python's codecs as wide as what browsers understand by these names."""
_HIGH = re.compile(rb"[\x80-\xff]")
_PLAIN = re.compile(rb"[a-zA-Z]")
_TAG = re.compile(rb"<[^<>]*>")
_UNREADABLE = re.compile("[\x80-\x84\x86-\x9f\ufffd]")
_KANA = re.compile("[\u3041-\u309e]")
_INSIDE = re.compile(r"(?<=[^\W\d_])[^\w\s'’·ʼ-](?=[^\W\d_])|(?<=[a-z])[^\W\d_a-z](?=[a-z])")

_COMMON = "–—‘’‚“”„«»…•·°§€£©®™\xa0\xad½¼×"
_WEST = "áàâäãåæçéèêëíìîïñóòôöõøœúùûüßÿ¿¡ªº"
_LATIN = {
    "cp1252": _WEST,
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžäöüßőűăâîţşđôľĺ",
    "cp1254": "çğıöşüâîû",
    "cp1257": "āčēģīķļņšūžąęėįųõäöüø",
    "mac_roman": _WEST,
    "cp850": _WEST,
}
"""Which letters beside a to z the texts have that come in these."""
_OTHER = [
    *("cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874", "gb18030", "big5", "cp932"),
    *("euc_jp", "cp949"),
]


class Encoding(NamedTuple):
    """A codec, and why a person should look at what was read with it."""

    codec: str
    doubt: str | None = None


def decode(data: bytes, declared: str | None = None) -> tuple[str, str | None] | None:
    """The text of these bytes, and any doubt; None where no encoding fits them."""
    encoding = encoding_of(data, declared)
    if encoding is None:
        return None
    text = data.decode(encoding.codec, "replace")
    lost = text.count("\ufffd") if encoding.codec.startswith("utf-8") and encoding.doubt else 0
    return text, f"{encoding.doubt}; what is lost of it: {lost:,}" if lost else encoding.doubt


def encoding_of(data: bytes, declared: str | None = None) -> Encoding | None:
    """How these bytes are to be decoded; `declared` is the label that they came with."""
    if codec := marked(data):
        return Encoding(codec)
    if data.count(b"\0", 0, SAMPLE) > min(len(data), SAMPLE) // 5:
        return _wide(data)
    if is_utf8(data):
        return Encoding("iso2022_jp" if b"\x1b$B" in data else "utf-8")
    codec = codec_of(declared)
    if codec and not codec.startswith(("utf", "iso2022")) and _fits(data, codec):
        return Encoding(codec)
    if _is_broken_utf8(data):
        return Encoding("utf-8", "is not all UTF-8")
    found = guess(data)
    said = f"is not in the encoding that it names ({declared})" if codec else "names no encoding"
    return Encoding(found, f"{said}; guessed to be {_shown(found)}") if found else None


def encoding_of_lines(lines: Iterable[bytes]) -> Encoding | None:
    """How a long file is to be decoded, by all of its lines; reads them once."""
    lines = iter(lines)
    first = next(lines, b"")
    if marked(first) or first.count(b"\0") * 5 > len(first):
        return encoding_of(first[: len(first) // 4 * 4])
    sample = _telling(line for line in chain([first], lines) if not is_utf8(line))
    # What begins a line within the file is no mark of its encoding.
    return encoding_of(b"\n" + sample) if sample else Encoding("utf-8")


def declared_in(data: bytes) -> str | None:
    """The encoding that an XML file or a page says it is in."""
    found = _XML.search(data[:1_000]) or _META.search(data[:4_096])
    return found[1].decode("ascii") if found else None


def codec_of(label: str | None) -> str | None:
    """Python's codec for what browsers understand by a label, or None."""
    from webencodings import lookup  # noqa: PLC0415 - most files need none

    known = lookup(label or "")
    if known is None or known.name in ("x-user-defined", "replacement"):
        return None
    name = known.name.removeprefix("x-")
    return _WIDER.get(name) or str(known.codec_info.name)


def is_utf8(data: bytes) -> bool:
    """Whether these bytes are valid UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_garbled(text: str) -> bool:
    """Whether a text is full of what nobody can read: it was decoded wrongly, here or before."""
    if text.isascii():
        return False
    wrong = len(_UNREADABLE.findall(text))
    return wrong > 4 and wrong > GARBLED * len(text)


def guess(data: bytes) -> str | None:
    """The codec that bytes seem to be in which say nothing and are no UTF-8."""
    sample = _TAG.sub(b" ", _telling(data.splitlines()))
    high, plain = len(_HIGH.findall(sample)), len(_PLAIN.findall(sample))
    if not high:
        return None
    latin = min(_LATIN, key=lambda codec: _strangeness(sample, codec))
    return latin if high < plain else _other(sample) or latin


def marked(data: bytes) -> str | None:
    """The codec whose byte order mark begins a text."""
    return next((codec for mark, codec in _MARKS.items() if data.startswith(mark)), None)


def _telling(lines: Iterable[bytes]) -> bytes:
    """The lines that have letters beside a to z, as many as a guess looks at."""
    kept, size = list[bytes](), 0
    for line in lines:
        if size < SAMPLE and not line.isascii():
            kept.append(line[:SAMPLE])
            size += len(line)
    return b"\n".join(kept)


def _wide(data: bytes) -> Encoding | None:
    """UTF-16 without a mark, as every second byte of a text in it is 0; else nothing."""
    even, odd = data[0:SAMPLE:2].count(0), data[1:SAMPLE:2].count(0)
    codec = "utf-16-be" if even > odd else "utf-16-le"
    text = data[: len(data) // 2 * 2].decode(codec, "replace")
    is_text = min(even, odd) * 20 < max(even, odd) > 3 and "\0" not in text
    return Encoding(codec) if is_text and not is_garbled(text) else None


def _fits(data: bytes, codec: str) -> bool:
    """Whether bytes are text in this codec, but for a few."""
    text = data.decode(codec, "replace")
    return text.count("\ufffd") * 100 <= len(text) and not is_garbled(text)


def _is_broken_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8 but for a few: cut within a letter, or pasted together."""
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    whole = sum(char > "\x7f" for char in text) - lost
    return lost * 4 <= whole


def _strangeness(sample: bytes, codec: str) -> float:
    """How many letters are none of the languages that use a codec, or out of place."""
    text = sample.decode(codec, "replace")
    letters = {*_LATIN[codec], *_LATIN[codec].upper(), *_COMMON}
    strange = sum(char > "\x7f" and char not in letters for char in text)
    return strange + len(_INSIDE.findall(re.sub(f"[{_LATIN[codec]}]", "e", text)))


def _other(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - costs start-up time

    japanese = sample.decode("euc_jp", "replace")
    if len(_KANA.findall(japanese)) * 10 > len(japanese) and "\ufffd" not in japanese[:-1]:
        return "euc_jp"
    best = from_bytes(sample, cp_isolation=_OTHER, threshold=0.4).best()
    return best.encoding if best else None


def _shown(codec: str) -> str:
    """A codec by the name that people know."""
    return re.sub(r"^cp(125\d)$", r"windows-\1", codec)
