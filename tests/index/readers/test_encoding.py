"""Files in the encodings that people have."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.readers import Problem
from index.readers.encoding import codec_of, declared_in, decode, guess, is_garbled
from tests.index.readers.conftest import Read

GERMAN = "Die Fähre nach Lindö fährt wieder, sagte „Käpt’n“ Größl – für 3 € am Tag."
POLISH = "Prom znów pływa: naprawiono śrubę, powiedziała kapitan Łucja Żak."
RUSSIAN = "Паром снова ходит по понедельникам, сказал капитан порта."
CHINESE = "渡轮从星期一起恢复航行，港务局长说。"
JAPANESE = "渡し船は月曜日から再び運航すると港長が述べた。"
KOREAN = "연락선이 월요일부터 다시 운항한다고 항만장이 말했다."
FEED = (
    "<rss version='2.0'><channel><title>Post</title><item><title>T</title>"
    "<link>https://a.example/1</link><description>{}</description></item></channel></rss>"
)


def split(found: list[Article | Problem]) -> tuple[Article, list[Problem]]:
    [article] = [item for item in found if isinstance(item, Article)]
    return article, [item for item in found if isinstance(item, Problem)]


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (GERMAN, "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (CHINESE, "gb18030"),
        (CHINESE.replace("轮从", "輪從").replace("务", "務"), "big5"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "cp949"),
    ],
)
def test_a_text_that_declares_nothing_is_guessed_and_told(
    read: Read, text: str, codec: str
) -> None:
    article, [doubt] = split(read("a.txt", f"Title\n\n{text}\n".encode(codec, "ignore")))
    assert text.encode(codec, "ignore").decode(codec) in article.text
    assert doubt.doubtful
    assert "guessed to be" in doubt.reason


def test_what_is_utf8_is_utf8_whatever_it_declares(read: Read) -> None:
    for head in ('<?xml version="1.0" encoding="windows-1251"?>', "<?xml version='1.0'?>", ""):
        article, problems = split(read("a.xml", (head + FEED.format(RUSSIAN)).encode()))
        assert (article.text, problems) == (RUSSIAN, [])
    page = f"<meta charset=iso-8859-1><article><h1>T</h1><p>{GERMAN}</p></article>"
    assert split(read("a.html", page.encode()))[0].text == GERMAN


@pytest.mark.parametrize("lead", [b"", b"\n", b"\r\n \r\n"])
@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-16"])
def test_a_feed_is_read_as_it_declares(read: Read, lead: bytes, charset: str) -> None:
    if lead and charset == "utf-16":
        pytest.skip("its mark comes first")
    feed = f'<?xml version="1.0" encoding="{charset}"?>{FEED.format(RUSSIAN)}'
    article, problems = split(read("a.rss", lead + feed.encode(charset)))
    assert (article.text, problems) == (RUSSIAN, [])


def test_latin_1_is_what_browsers_take_it_for(read: Read) -> None:
    page = f"<html><head><meta charset='latin1'></head><body><article><p>{GERMAN}</p>"
    article, problems = split(read("a.html", page.encode("cp1252")))
    assert (article.text, problems) == (GERMAN, [])


def test_a_table_may_come_from_excel(read: Read) -> None:
    rows = f'title;text;date\n"Fähre";"{GERMAN}";24.10.2024\n'
    article, [doubt] = split(read("a.csv", rows.encode("cp1252")))
    assert article.text == GERMAN
    assert "windows-1252" in doubt.reason
    article, problems = split(read("a.csv", rows.replace(";", "\t").encode("utf-16")))
    assert (article.title, problems) == ("Fähre", [])


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "cp1252"])
def test_a_dump_may_be_in_another_encoding(read: Read, codec: str) -> None:
    row = json.dumps({"id": "a", "title": "T", "text": GERMAN}, ensure_ascii=False)
    mark = "\ufeff" if codec == "utf-16-le" else ""
    article, problems = split(read("a.jsonl", f"{mark}{row}\n".encode(codec)))
    assert article.text == GERMAN
    assert len(problems) == (codec == "cp1252")


def test_a_few_bad_bytes_do_not_change_the_rest(read: Read) -> None:
    article, [doubt] = split(read("a.txt", f"Title\n\n{GERMAN}".encode() + b" \xff end"))
    assert GERMAN in article.text
    assert doubt.reason == "is not all UTF-8; what is lost of it: 1"


def test_a_text_full_of_what_cannot_be_read_is_a_problem(read: Read) -> None:
    for text in ("\x93Ferry\x94 \x80 \x99 " * 9, "F\ufffdhre f\ufffdhrt " * 9):
        [problem] = read("a.jsonl", json.dumps({"id": "a", "text": text}).encode())
        assert isinstance(problem, Problem)
        assert "letters cannot be read" in problem.reason
    assert not is_garbled(f"{GERMAN} \ufffd\ufffd")


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        *(("iso-8859-1", "cp1252"), ("ascii", "cp1252"), ("gb2312", "gb18030")),
        *(("x-sjis", "cp932"), ("euc-kr", "cp949"), ("UTF8", "utf-8"), ("nonsense", None)),
        *(("", None), (None, None)),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str | None, codec: str | None) -> None:
    assert codec_of(label) == codec


def test_what_is_declared_is_found() -> None:
    assert declared_in(b'\n<?xml version="1.0" encoding="koi8-r"?>') == "koi8-r"
    assert declared_in(b'<meta http-equiv=x content="text/html; charset=gbk">') == "gbk"
    assert declared_in(b"<p>charset=gbk</p>") is None


@given(st.binary(max_size=300), st.sampled_from([None, "gbk", "utf-16", "latin1", "nonsense"]))
def test_any_bytes_are_a_text_or_none(data: bytes, declared: str | None) -> None:
    found = decode(data, declared)
    if found:
        found[0].encode()
    guess(data)


@given(st.text(max_size=200))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    data = text.encode("utf-8", "replace")
    if b"\x1b" not in data and b"\0" not in data and not text.startswith("\ufeff"):
        assert decode(data, "windows-1251") == (data.decode(), None)
