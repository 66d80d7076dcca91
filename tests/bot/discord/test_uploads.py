import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord import uploads as module
from bot.discord.uploads import LARGEST, GuildUploads, RejectedError, check_file, safe_name
from index.article import Article
from index.readers import Problem, confined, read_file

ARTICLE = b"Hamm elects a mayor\n\nThe mayor of Hamm is Ada Lind.\n"


@pytest.fixture
def uploads(tmp_path: Path) -> GuildUploads:
    return GuildUploads(tmp_path / "servers" / "1001")


def test_an_article_waits_until_it_is_accepted(uploads: GuildUploads) -> None:
    waiting = uploads.receive("hamm.txt", ARTICLE)
    assert [article.title for article in waiting.articles] == ["Hamm elects a mayor"]
    assert not waiting.replaces
    assert uploads.files() == []
    assert uploads.accept(waiting.ticket) == "hamm.txt"
    assert uploads.files() == ["hamm.txt"]
    assert (uploads.folder / "hamm.txt").read_bytes() == ARTICLE
    assert uploads.accept(waiting.ticket) is None


def test_what_waits_survives_a_restart(uploads: GuildUploads) -> None:
    waiting = uploads.receive("hamm.txt", ARTICLE)
    assert GuildUploads(uploads.folder).accept(waiting.ticket) == "hamm.txt"


def test_a_server_and_its_channels_share_the_space(
    uploads: GuildUploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROOM", 2 * len(ARTICLE))
    folders = [uploads.folder.with_name(name) for name in ("1001-5", "1001-6", "10012-5")]
    one, other, elsewhere = (GuildUploads(f, uploads.folder) for f in folders)
    for place in (one, uploads):
        place.accept(place.receive("hamm.txt", ARTICLE).ticket)
    with pytest.raises(RejectedError, match="add_full"):
        other.receive("hamm.txt", ARTICLE)
    stranger = GuildUploads(elsewhere.folder, uploads.folder.with_name("10012"))
    assert stranger.receive("hamm.txt", ARTICLE).name == "hamm.txt"


def test_what_is_refused_is_gone(uploads: GuildUploads) -> None:
    waiting = uploads.receive("hamm.txt", ARTICLE)
    uploads.refuse(waiting.ticket)
    assert uploads.accept(waiting.ticket) is None
    assert list(uploads.folder.rglob("*.txt")) == []


def test_what_nobody_accepts_is_deleted_one_day(uploads: GuildUploads) -> None:
    old = uploads.receive("old.txt", ARTICLE)
    [folder] = uploads.folder.glob(f".*/{old.ticket}")
    os.utime(folder, (time.time() - 100_000,) * 2)
    young = uploads.receive("young.txt", ARTICLE)
    assert uploads.accept(old.ticket) is None
    assert uploads.accept(young.ticket) == "young.txt"


def test_a_file_of_the_same_name_is_replaced_and_said_to_be(uploads: GuildUploads) -> None:
    uploads.accept(uploads.receive("hamm.txt", ARTICLE).ticket)
    again = uploads.receive("hamm.txt", ARTICLE + b"She won by far.\n")
    assert again.replaces
    uploads.accept(again.ticket)
    assert uploads.files() == ["hamm.txt"]
    assert b"by far" in (uploads.folder / "hamm.txt").read_bytes()


def test_articles_are_removed_by_name(uploads: GuildUploads) -> None:
    assert not uploads.remove("hamm.txt")
    uploads.accept(uploads.receive("hamm.txt", ARTICLE).ticket)
    outside = uploads.folder.parent / "other.txt"
    outside.write_bytes(ARTICLE)
    assert not uploads.remove("../other.txt")
    assert outside.exists()
    assert uploads.remove("hamm.txt")
    assert uploads.files() == []


def test_a_feed_dump_brings_several_articles(uploads: GuildUploads) -> None:
    rows = b'{"id": "1", "text": "One sails."}\n{"id": "2", "text": "Two sail."}\nnonsense\n'
    assert len(uploads.receive("feed.jsonl", rows).articles) == 2


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("virus.exe", ARTICLE, "add_kind"),
        ("no-ending", ARTICLE, "add_kind"),
        ("empty.txt", b"  \n", "add_unread"),
        ("binary.txt", b"\0" * 100, "add_unread"),
        ("garbled.md", "\ufffd\x85".encode() * 50, "add_unread"),
        ("rows.jsonl", b"nonsense\n", "add_unread"),
        ("long.txt", b"a " * (LARGEST // 2 + 1), "add_large"),
    ],
)
def test_what_cannot_be_read_is_not_kept(
    uploads: GuildUploads, name: str, data: bytes, why: str
) -> None:
    with pytest.raises(RejectedError) as rejected:
        uploads.receive(name, data)
    assert rejected.value.why == why
    assert [path for path in uploads.folder.rglob("*") if path.is_file()] == []


def test_a_servers_articles_may_take_so_much_room(
    uploads: GuildUploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROOM", 2 * len(ARTICLE))
    for name in ("a.txt", "b.txt"):
        uploads.accept(uploads.receive(name, ARTICLE).ticket)
    with pytest.raises(RejectedError, match="add_full"):
        uploads.receive("c.txt", ARTICLE)


@pytest.mark.parametrize("ticket", ["../..", "", "0" * 15, "0" * 16, ".", "*"])
def test_a_ticket_leads_nowhere_else(uploads: GuildUploads, ticket: str) -> None:
    uploads.accept(uploads.receive("hamm.txt", ARTICLE).ticket)
    uploads.refuse(ticket)
    assert uploads.accept(ticket) is None
    assert uploads.files() == ["hamm.txt"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\news\\Hamm wählt.txt", "Hamm-wählt.txt"),
        (".hidden.md", "hidden.md"),
        ("a\nb\x00c.txt", "a-b-c.txt"),
        ("x" * 200 + ".jsonl.gz", "x" * 51 + ".jsonl.gz"),
        ("...", "article"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from([".txt", ".md", ".jsonl", ".jsonl.gz"]))
def test_any_name_becomes_that_of_a_file_in_the_folder(name: str, ending: str) -> None:
    safe = safe_name(name + ending)
    assert 0 < len(safe) <= 60
    assert safe == safe_name(safe)
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    inside = name.replace("/", "").replace("\\", "")
    check_file(safe_name(f"a{inside}{ending}"), 1)


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.csv", "a.jsonl"])
def test_what_others_send_is_read_in_the_other_process(
    uploads: GuildUploads, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def read(module: str, path: Path, source: str) -> list[Article | Problem]:
        asked.append(module)
        return [Article(source, "T", "Text.")]

    monkeypatch.setattr(confined._WORKER, "read", read)
    assert [article.title for article in uploads.receive(name, ARTICLE).articles] == ["T"]
    assert len(asked) == 1


def test_front_matter_that_nests_ends_nothing(uploads: GuildUploads) -> None:
    waiting = uploads.receive(
        "a.md", b"---\ntitle: T\na: " + b"[" * 60_000 + b"\n---\nText here.\n"
    )
    assert [article.text for article in waiting.articles] == ["Text here."]


def test_a_text_is_read_there_as_it_is_here(uploads: GuildUploads) -> None:
    [there] = uploads.receive("hamm.txt", ARTICLE).articles
    path = uploads.folder / "here.txt"
    path.write_bytes(ARTICLE)
    assert [there] == list(read_file(path, "hamm.txt"))
