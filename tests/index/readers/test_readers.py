import gzip
import json
import os
from datetime import date
from pathlib import Path

import pytest

from index.article import Article, Place
from index.errors import ArticlesError
from index.readers import Problem, find_files, read_file


def read(path: Path) -> list[Article | Problem]:
    return list(read_file(path, path.name))


def one(path: Path) -> Article:
    [article] = read(path)
    assert isinstance(article, Article)
    return article


def reason(path: Path) -> str:
    [problem] = read(path)
    assert isinstance(problem, Problem)
    return problem.reason


def row(**fields: object) -> str:
    return json.dumps({"id": "1", "title": "T", "url": "http://a/1", "text": "Text."} | fields)


def test_text_keeps_its_title_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfA title\r\n\r\nPublished: 24 October 2024\r\nText.\x07\r\n")
    text = "A title\n\nPublished: 24 October 2024\nText.\n"
    assert one(path) == Article("a.txt", "A title", text, date(2024, 10, 24))


def test_text_without_a_title_is_named_after_its_file(tmp_path: Path) -> None:
    path = tmp_path / "the_first-report.txt"
    path.write_text("It all began with a long sentence that ends in a full stop.\nThen more.\n")
    assert one(path).title == "the first report"


def test_markdown_front_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    fields = "title: T\ndate: 2024-10-24\nurl: http://a\nauthor: [Ada, Bo]\n"
    text = "# Head\n\n*Text*.\n"
    path.write_text(f"---\n{fields}---\n{text}")
    day, places = date(2024, 10, 24), (Place(0, 11, "§ Head"),)
    expected = Article("a.md", "T", "Head\n\nText.", day, "http://a", "Ada, Bo", places)
    assert one(path) == expected


@pytest.mark.parametrize("front", ["", "---\ntitle: [\n---\n", "---\n- a list\n---\n"])
def test_markdown_heading_is_the_title(tmp_path: Path, front: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"{front}# The heading #\n\nText.\n")
    assert (one(path).title, one(path).text) == ("The heading", "Text.")


def test_feed_text_is_kept_exactly(tmp_path: Path) -> None:
    text = "  One\r\n\x07two\x00 \ud800 three\t"
    path = tmp_path / "a.jsonl"
    path.write_text(row(text=text, published="2024-10-24T10:00:00Z") + "\n\n")
    article = one(path)
    assert article.text == "  One\n\x07two\ufffd \ufffd three\t"
    assert (article.source, article.published) == ("http://a/1", date(2024, 10, 24))


def test_feed_row_without_url_is_named_by_id(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(row(url=None, id=7, title=None, published="May 2022").encode()))
    assert one(path) == Article("7", "Text.", "Text.")


def test_bad_feed_lines_leave_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    bad = [
        b"{",
        b"[]",
        row(text=None).encode(),
        b"\xff",
        b"[" * 9999,
    ]
    path.write_bytes(b"\n".join([*bad, row().encode()]))
    *problems, article = read(path)
    assert [p.line for p in problems if isinstance(p, Problem)] == [1, 2, 3, 4, 5]
    assert isinstance(article, Article)


def test_truncated_gzip_gives_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    rows = "\n".join(row(id=str(n), url=None, text=os.urandom(50).hex()) for n in range(2000))
    path.write_bytes(gzip.compress(rows.encode())[:-5000])
    *articles, problem = read(path)
    assert len(articles) > 1000
    assert isinstance(problem, Problem)
    assert problem.incomplete
    path.write_bytes(b"not gzip")
    assert "gzip" in reason(path)


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_files_that_hold_no_text(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for data, expected in [
        (b"\x89PNG\x00\x01", "binary, not text"),
        ("\x93Ferry\x94 \x80 \x99 ".encode() * 9, "its letters cannot be read; save it as UTF-8"),
        (b"", "empty"),
        (b" \n\x07\n", "empty"),
    ]:
        path.write_bytes(data)
        assert reason(path) == expected
    path.unlink()
    assert reason(path) == "cannot be read: no such file or directory"


def test_a_file_too_long_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.plain.MAX_BYTES", 1000)
    monkeypatch.setattr("index.readers.dump.MAX_BYTES", 1000)
    path = tmp_path / "a.txt"
    path.write_text("x" * 1001)
    assert reason(path).startswith("longer than")
    feed = tmp_path / "a.jsonl"
    feed.write_text(row(text="x" * 2500) + "\n" + row() + "\n")
    problem, article = read(feed)
    assert isinstance(problem, Problem)
    assert problem.line == 1
    assert isinstance(article, Article)


def test_only_regular_files_of_known_kinds_are_found(tmp_path: Path) -> None:
    for name in ["b.txt", "A.TXT", "c d\n.md", "z.mp3", ".hidden.txt", "sub/x.jsonl", ".git/y.txt"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("Text")
    os.mkfifo(tmp_path / "fifo.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    sources = [source for _, source in find_files(tmp_path)]
    assert sources == ["A.TXT", "b.txt", "c d\n.md", "sub/x.jsonl"]


def test_a_name_that_is_not_utf8_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text")
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("Text")
    problems: list[Problem] = []
    assert [source for _, source in find_files(tmp_path, problems.append)] == ["a.txt"]
    assert problems == [Problem("caf?.txt", "its name is not UTF-8; rename it")]


def test_a_root_whose_name_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"caf\xe9")
    root.mkdir()
    (root / "a.txt").write_text("Text")
    with pytest.raises(ArticlesError, match="not UTF-8; rename it"):
        list(find_files(root))


def test_a_file_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Text")
    assert list(find_files(path)) == [(path, "a.txt")]


def test_a_root_without_articles_is_an_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    for root in (tmp_path, tmp_path / "a.txt", tmp_path / "missing"):
        with pytest.raises(ArticlesError, match=str(root)):
            list(find_files(root))


def test_what_is_no_regular_file_is_named_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text")
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    problems: list[Problem] = []
    assert [source for _, source in find_files(tmp_path, problems.append)] == ["a.txt"]
    assert {problem.source: problem.reason for problem in problems} == {
        "gone.txt": "a link that leads nowhere",
        "pipe.md": "no regular file, but a pipe, socket or device; left out",
        "zero.txt": "no regular file, but a pipe, socket or device; left out",
    }


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs the kernel's own files")
def test_the_kernel_s_own_files_are_left_out(tmp_path: Path) -> None:
    with pytest.raises(ArticlesError, match="part of the kernel"):
        list(find_files(Path("/proc")))
    (tmp_path / "a.txt").write_text("Text")
    (tmp_path / "proc").symlink_to("/proc")
    problems: list[Problem] = []
    assert [source for _, source in find_files(tmp_path, problems.append)] == ["a.txt"]
    assert [problem.source for problem in problems] == ["proc"]


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert reason(tmp_path / "a.txt") == "no regular file"


def test_letters_and_accents_become_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Zoe\u0308 sails\n\nZoe\u0308 Mu\u0308ller sails.\n")
    assert (one(path).title, one(path).text) == ("Zoë sails", "Zoë sails\n\nZoë Müller sails.\n")
