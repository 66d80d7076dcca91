"""Files made to do harm, and files that came to it: a clear problem or a good article, always."""

import gzip
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article
from index.readers import Problem, archive, dump, read_file, table
from index.readers.kinds import READERS
from tests.standins import documents
from tests.standins.documents import ATOM, BOOK, PAGE, RSS, pdf, word

EXACT = {".jsonl", ".jsonl.gz", ".csv"}
"""Kinds whose texts are kept to the letter."""
UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
WHOLE = {
    ".html": PAGE.encode(),
    ".pdf": pdf(["The ferry sails again.", "It carries ninety cars."], "Ferry"),
    ".docx": word(["Ferry", "# Prices", "Five euros."]),
    ".epub": documents.archive(BOOK),
    ".xml": RSS.encode(),
    ".atom": ATOM.encode(),
    ".csv": b"title,text,url\nFerry,It sails.,http://a/1\n",
    ".jsonl": b'{"id": "1", "text": "It sails.", "places": [[0, 2, "page 1"]]}\n',
    ".md": b"---\ntitle: Ferry\n---\nIt sails.\n",
}

Read = Callable[[str, bytes], list[Article | Problem]]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp("bad")

    def read(name: str, data: bytes) -> list[Article | Problem]:
        path = folder / name
        path.write_bytes(data)
        found = list(read_file(path, name))
        for item in found:
            assert_sound(item, clean=not any(name.endswith(kind) for kind in EXACT))
        return found

    return read


def assert_sound(item: Article | Problem, clean: bool) -> None:
    if isinstance(item, Problem):
        assert item.reason
        assert len(item.reason) < 300
        return
    assert item.source and item.title and item.text.strip()
    assert not (clean and UNCLEAN.search(item.title + item.text))
    item.text.encode()
    edges = [edge for place in item.places for edge in place[:2]]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(item.text) for edge in edges)
    assert all(place.label for place in item.places)


def reason(found: list[Article | Problem]) -> str:
    [problem] = found
    assert isinstance(problem, Problem), problem
    return problem.reason


quickly = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quickly
@given(st.sampled_from(sorted(READERS)), st.binary(max_size=300))
def test_any_bytes_are_articles_or_problems(read: Read, ending: str, data: bytes) -> None:
    read(f"a{ending}", data)


@quickly
@given(st.data())
def test_any_damage_leaves_articles_or_problems(read: Read, data: st.DataObject) -> None:
    ending = data.draw(st.sampled_from(sorted(WHOLE)))
    whole = WHOLE[ending]
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 50)))
    found = read(f"a{ending}", whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:])
    assert found or ending in (".csv", ".jsonl", ".xml", ".atom")


@quickly
@given(st.text(max_size=200), st.text(max_size=50))
def test_any_words_in_a_page_come_out_clean(read: Read, text: str, title: str) -> None:
    page = PAGE.replace("The old ferry", text.replace("<", "")).replace("Ferry returns", title)
    [article] = read("a.html", page.encode("utf-8", "surrogatepass"))
    assert article.source == "a.html"


def test_a_page_of_a_hundred_megabytes_is_not_taken_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    assert reason(list(read_file(path, "a.html"))) == "longer than 10 MB; split it"


@pytest.mark.parametrize("quoted", [b",", b'"\n",'])
def test_a_row_without_end_is_not_held(
    read: Read, monkeypatch: pytest.MonkeyPatch, quoted: bytes
) -> None:
    monkeypatch.setattr(table, "MAX_BYTES", 1_000_000)
    article, problem = read("a.csv", b"id,text\n1,Text.\n" + quoted * 1_000_001)
    assert article == Article("1", "Text.", "Text.")
    assert problem == Problem("a.csv", "not a table (a row of more than 1 MB)", incomplete=True)


def test_a_line_without_end_is_not_read_to_it(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "MAX_BYTES", 1_000)
    monkeypatch.setattr(dump, "MOST_SKIPPED", 10_000)
    good = b'{"id": "1", "text": "Text."}\n'
    for length, articles in [(5_000, 2), (50_000, 1)]:
        data = gzip.compress(good + bytes(length) + b"\n" + good.replace(b"1", b"2"))
        found = read("a.jsonl.gz", data)
        assert len([a for a in found if isinstance(a, Article)]) == articles
        assert Problem("a.jsonl.gz", "a line of more than 0 MB", 2, incomplete=True) in found


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_file_that_never_ends_is_read_to_where_it_ended(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    row = b'{"id": "%d", "text": "Text."}\n' if name == "a.jsonl" else b"%d,Text.\n"
    path.write_bytes((b"" if name == "a.jsonl" else b"id,text\n") + row % 1)
    found = []
    with path.open("ab") as stream:
        for item in read_file(path, name):
            found.append(item)
            stream.write(b"".join(row % n for n in range(2, 20_000)))
            stream.flush()
            assert len(found) < 3
    assert [item.source for item in found] == ["1"]


def test_a_line_that_is_being_written_is_left_for_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "1", "text": "Text."}\n{"id": "2", "te')
    rows = read_file(path, "a.jsonl")
    first = next(rows)
    with path.open("ab") as stream:
        stream.write(b'xt": "More."}\n')
    [doubt] = rows
    assert first.source == "1"
    assert doubt == Problem("a.jsonl", dump.GROWS, 2, doubtful=True)


def test_a_mark_of_an_encoding_within_a_table_is_none(read: Read) -> None:
    rows = b"title,text\nFerry,It sails.\n\xff\xfe\xe4,More.\n"
    found = read("a.csv", rows)
    assert [item.text for item in found if isinstance(item, Article)] == ["It sails.", "More."]


def test_a_column_of_problems_hides_no_article(read: Read) -> None:
    [article] = read("a.csv", b"text,problem\nIt sails.,none\n")
    assert isinstance(article, Article)
    assert article.text == "It sails."


def test_a_long_name_of_what_cannot_be_read_is_cut(read: Read) -> None:
    row = "{'id': '%s', 'text': '%s'}".replace("'", '"') % ("x" * 900, "\ufffd" * 50)
    assert len(reason(read("a.jsonl", row.encode()))) < 200


def test_what_turns_words_round_is_taken_out_of_plain_text(read: Read) -> None:
    [article] = read("a.txt", "Ferry\n\nIt \u202esails\u202c again.\n".encode())
    assert isinstance(article, Article)
    assert article.text.strip() == "Ferry\n\nIt sails again."


def test_a_reader_that_fails_keeps_no_other_file_from_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(path: Path, source: str) -> Iterator[Article | Problem]:
        yield Article("a", "A", "Text.")
        raise ValueError("nobody thought of it")

    monkeypatch.setitem(READERS, ".txt", fails)
    path = tmp_path / "a.txt"
    path.touch()
    article, problem = read_file(path, "a.txt")
    reason = "broken, or not what its name says (ValueError: nobody thought of it)"
    assert problem == Problem("a.txt", reason, incomplete=True)
    assert isinstance(article, Article)


def test_front_matter_is_short(read: Read) -> None:
    fields = "".join(f"k{n}: [[], {{}}]\n" for n in range(10_000))
    article, problem = read("a.md", f"---\ntitle: T\n{fields}---\nText.\n".encode())
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("T", "Text.")
    assert isinstance(problem, Problem)
    assert problem.reason.startswith("its front matter is longer than 20,000 characters")


def test_what_turns_words_round_is_taken_out(read: Read) -> None:
    page = PAGE.replace("ninety", "\u202enin\x07ety\u202c").replace("<title>", "<title>\u2066")
    [article] = read("a.html", page.encode())
    assert isinstance(article, Article)
    assert "It carries ninety cars." in article.text
    assert "run me" not in article.text


def packed(files: Iterator[tuple[str, bytes]]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED, compresslevel=1) as opened:
        for name, data in files:
            opened.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize("ending", [".docx", ".epub"])
def test_bombs_are_not_unpacked(read: Read, ending: str) -> None:
    size = archive.MAX_BYTES // 4 + 1
    bomb = packed((f"{n}.xml", bytes(size)) for n in range(4))
    assert len(bomb) < archive.MAX_BYTES // 100
    assert reason(read(f"a{ending}", bomb)) == "unpacks to more than 200 MB"


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(read: Read) -> None:
    size = 5_000_000
    honest = documents.archive(BOOK | {"OEBPS/two.xhtml": b"<p>" + b"x" * (size - 3)})
    lie = honest.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lie != honest
    assert reason(read("a.epub", lie)).startswith("broken, or not what its name says (BadZipFile")


@pytest.mark.parametrize("ending", [".docx", ".epub"])
def test_an_archive_in_an_archive_is_not_opened(read: Read, ending: str) -> None:
    nested = documents.archive({f"a{ending}": WHOLE[ending]})
    assert re.match("broken|no EPUB", reason(read(f"a{ending}", nested)))


def test_office_files_that_are_locked_are_reported(read: Read) -> None:
    assert reason(read("a.docx", archive.OLE + bytes(600))).startswith("protected by a password")


def test_a_chapter_named_over_and_over_is_read_once(read: Read) -> None:
    again = documents.PACKAGE.replace("</spine>", '<itemref idref="two"/>' * 100_000 + "</spine>")
    [article] = read("a.epub", documents.archive(BOOK | {"OEBPS/book.opf": again}))
    assert isinstance(article, Article)
    assert article.text.count("Ice lay on it.") == 1


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
LAUGHING = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}<!ENTITY file SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_feed_of_laughs_is_refused(read: Read, encoding: str) -> None:
    head, body = RSS.split("?>", 1)
    feed = f"{head}?>{LAUGHING}{body}".replace("Teaser", "&l12;&file;")
    if encoding != "utf-8":
        feed = feed.replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
    assert reason(read("a.xml", feed.encode(encoding))).startswith("defines entities")


@pytest.mark.parametrize("entity", ["l12", "file"])
def test_a_book_of_laughs_stays_small(read: Read, entity: str) -> None:
    package = documents.PACKAGE.replace("?>", f"?>{LAUGHING}", 1).replace("Year", f"&{entity};")
    [found] = read("a.epub", documents.archive(BOOK | {"OEBPS/book.opf": package}))
    shown = found.reason if isinstance(found, Problem) else found.title
    assert len(shown) < 200
    assert "root" not in shown


def test_places_that_are_not_well_written_are_left_out(read: Read) -> None:
    rows = [
        *('[[0, 99, "page 1"]]', '[[2, 1, "page 1"]]', "[[0, 1, 2]]", '[["a", "b", "c"]]', '"x"'),
        *('[[0, 2, "a"], [1, 3, "b"]]', "[[0]]", "[1]", '[[0.5, 1, "x"]]', "null"),
    ]
    lines = [f'{{"id": {n}, "text": "Text.", "places": {row}}}' for n, row in enumerate(rows)]
    found = read("a.jsonl", "\n".join(lines).encode())
    assert [a.places for a in found if isinstance(a, Article)] == [()] * len(rows)
