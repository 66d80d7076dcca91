"""The command as a person or a script meets it: statuses, streams and what they carry."""

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from bot.answer import Answer, Status, Turn
from bot.cli.app import app, run

if TYPE_CHECKING:
    from tests.conftest import Dateline
    from tests.terminal import Terminal

QUESTION = "How many North Korean soldiers are there in each group that gets an interpreter?"
UNANSWERABLE = "Who won the 1998 football World Cup in France?"
DATELINE = Path(sys.executable).with_name("dateline")
SOURCE = "004_ce89ec9d11cecf6f.txt"
HEAVY = ("asyncio", "chromadb", "dotenv", "numpy", "rich.markdown", "tantivy", "wordllama")


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from bot.cli.app import run; status = run(['--help']);"
        f" print(status, [m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stderr.strip() == "0 []"


def test_help_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"]).stdout
    for command in ("index", "ask", "chat", "search", "sources", "show", "eval", "articles"):
        assert f"\n  {command} " in shown


@pytest.mark.parametrize("command", ["index", "ask", "chat", "search", "sources", "show", "doctor"])
def test_every_command_has_the_common_options(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"]).stdout
    for option in ("--articles PATH", "--store DIR", "--json", "--as-of YYYY-MM-DD"):
        assert option in shown


def test_version(environment: dict[str, str]) -> None:
    installed = [str(DATELINE), "--version"]
    done = subprocess.run(installed, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("dateline 0.")


def test_no_command_shows_the_help_on_stderr(dateline: "Dateline") -> None:
    done = dateline()
    assert (done.returncode, done.stdout) == (2, "")
    assert "Commands:" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["ask"],
        ["ask", ""],
        ["ask", "  \n"],
        ["ask", "x" * 4001],
        ["ask", "who?", "--limit", "3"],
        ["ask", "who?", "--as-of", "tomorrow"],
        ["search", "who", "--limit", "0"],
        ["show", "nothing-like-it.txt"],
        ["show", "\udcff"],
        ["show", SOURCE, "--quote", "words that stand nowhere"],
        ["show", SOURCE, "--start", "9", "--end", "3"],
    ],
    ids=lambda arguments: " ".join(arguments)[:30],
)
def test_wrong_usage_is_one_line_and_status_2(
    dateline: "Dateline", seeds_store: Path, arguments: list[str]
) -> None:
    done = dateline(*arguments, DATELINE_STORE=str(seeds_store))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(lines(done.stderr)) == 1
    assert done.stderr.startswith("dateline: ")


def test_a_bad_setting_names_its_key(dateline: "Dateline") -> None:
    done = dateline("ask", "who?", DATELINE_THRESHOLD="7")
    assert done.returncode == 2
    assert "DATELINE_THRESHOLD" in done.stderr and "0 to 1" in done.stderr
    done = dateline("ask", "who?", DATELINE_EMBEDDING="magic")
    assert done.returncode == 2
    assert "DATELINE_EMBEDDING" in done.stderr and "static" in done.stderr


@pytest.mark.parametrize("part", ["bm25/*.idx", "manifest.sqlite3"])
def test_a_damaged_index_is_mended_before_it_answers(
    dateline: "Dateline", seeds_store: Path, tmp_path: Path, part: str
) -> None:
    store = tmp_path / "store"
    shutil.copytree(seeds_store, store)
    [path, *_] = store.glob(f"*/1/{part}")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    done = dateline("ask", QUESTION, "--store", store)
    assert done.returncode == 0
    assert "30 North Korean soldiers" in done.stdout
    assert "had to be made again" in done.stderr


def test_missing_articles_are_one_line_and_status_1(inside: "Dateline", tmp_path: Path) -> None:
    done = inside("ask", "who?", "--articles", tmp_path / "none", "--store", tmp_path / "s")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(lines(done.stderr)) == 1
    assert str(tmp_path / "none") in done.stderr


def test_a_store_that_cannot_be_made_is_one_line_and_status_1(
    inside: "Dateline", tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    done = inside("ask", "who?", "--store", tmp_path / "file" / "store")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(lines(done.stderr)) == 1


def test_an_answer_is_on_stdout_without_colour(dateline: "Dateline", seeds_store: Path) -> None:
    done = dateline("ask", QUESTION, "--store", seeds_store)
    assert (done.returncode, done.stderr) == (0, "")
    assert "30 North Korean soldiers" in done.stdout and SOURCE in done.stdout
    assert "\x1b" not in done.stdout


def test_ask_builds_its_index_and_says_so_on_stderr(dateline: "Dateline", tmp_path: Path) -> None:
    done = dateline("ask", QUESTION, "--store", tmp_path, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "answered"
    assert lines(done.stderr) == ["dateline: indexing 2 files", "dateline: indexed"]


def test_options_may_stand_before_the_question(inside: "Dateline", seeds_store: Path) -> None:
    done = inside("ask", "--json", "--store", seeds_store, "--as-of", "2024-11-01", QUESTION)
    assert json.loads(done.stdout)["status"] == "answered"


def test_a_question_from_standard_input(dateline: "Dateline", seeds_store: Path) -> None:
    done = dateline("ask", "-", "--json", "--store", seeds_store, stdin=f"{QUESTION}\n")
    assert json.loads(done.stdout)["query"].startswith(QUESTION)
    done = dateline("ask", "-", "--store", seeds_store, stdin="x" * 1_000_000)
    assert done.returncode == 2


def test_words_need_no_quotation_marks(inside: "Dateline", seeds_store: Path) -> None:
    words = QUESTION.rstrip("?").split()
    answered = json.loads(inside("ask", *words, "--store", seeds_store, "--json").stdout)
    assert answered["query"] == " ".join(words)
    found = inside("search", "interpreter", "officers", "--store", seeds_store, "--json").stdout
    joined = inside("search", "interpreter officers", "--store", seeds_store, "--json").stdout
    assert found == joined


def test_a_quote_is_printed_where_it_is_wanted(inside: "Dateline", seeds_store: Path) -> None:
    plain = inside("ask", QUESTION, "--store", seeds_store).stdout
    quoted = inside("ask", QUESTION, "--quotes", "--store", seeds_store).stdout
    assert (plain.count("one interpreter"), quoted.count("one interpreter")) == (1, 2)


def test_a_whole_passage_is_printed_where_it_is_wanted(
    inside: "Dateline", seeds_store: Path
) -> None:
    searched = ("search", "interpreter", "--limit", "1", "--store", seeds_store)
    short, full = lines(inside(*searched).stdout), lines(inside(*searched, "--full").stdout)
    assert short[0] == full[0] and "interpreter" in short[1]
    assert short[1].strip(" …") in full[1] and len(short[1]) <= 160 < len(full[1])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sources", "--match", "zzz"], "no article is so"),
        (["sources", "--problems"], "everything was read"),
        (["memory", "list"], "no conversation is kept"),
    ],
)
def test_an_empty_list_says_so(
    inside: "Dateline", seeds_store: Path, arguments: list[str], said: str
) -> None:
    done = inside(*arguments, "--store", seeds_store)
    assert (done.returncode, done.stdout) == (0, "")
    assert said in done.stderr and len(lines(done.stderr)) == 1


@pytest.mark.parametrize("command", [["eval"], ["eval", "run"], ["memory", "list"], ["articles"]])
def test_a_short_h_is_enough(inside: "Dateline", command: list[str]) -> None:
    done = inside(*command, "-h")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == inside(*command, "--help").stdout


def test_declining_is_status_3(inside: "Dateline", seeds_store: Path) -> None:
    done = inside("ask", UNANSWERABLE, "--store", seeds_store)
    assert done.returncode == 3
    assert done.stdout and not done.stderr


@pytest.mark.parametrize(("status", "code"), [*zip(Status, (0, 0, 3, 4, 0), strict=True)])
def test_each_status_has_its_exit_status(
    seeds_store: Path, monkeypatch: pytest.MonkeyPatch, status: Status, code: int
) -> None:
    async def ask(
        self: Any, question: str, history: Sequence[Turn] = (), as_of: date | None = None
    ) -> Answer:
        return Answer(status, "Which one?", 0.5, question)

    monkeypatch.setattr("bot.answerer.Answerer.ask", ask)
    assert run(["ask", "who?", "--store", str(seeds_store)]) == code


def test_what_nobody_foresaw_is_one_line_and_status_1(
    seeds_store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def ask(self: Any, question: str, history: Any = (), as_of: Any = None) -> Answer:
        raise ZeroDivisionError("over\nnothing")

    monkeypatch.setattr("bot.answerer.Answerer.ask", ask)
    assert run(["ask", "who?", "--store", str(seeds_store)]) == 1
    said = capsys.readouterr().err
    assert len(lines(said)) == 1 and "ZeroDivisionError: over nothing" in said
    monkeypatch.setenv("DATELINE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(["ask", "who?", "--store", str(seeds_store)])


def test_search_ranks_passages(inside: "Dateline", seeds_store: Path) -> None:
    done = inside("search", "interpreter officers", "--limit", "1", "--store", seeds_store)
    assert done.returncode == 0
    assert SOURCE in lines(done.stdout)[0] and "interpreter" in done.stdout
    found = json.loads(inside("search", "interpreter", "--json", "--store", seeds_store).stdout)
    assert [p["score"] for p in found] == sorted((p["score"] for p in found), reverse=True)
    assert found[0]["source"] == SOURCE


def test_sources_lists_articles(inside: "Dateline", seeds_store: Path) -> None:
    done = inside("sources", "--store", seeds_store)
    assert [line.split("\t")[-1] for line in lines(done.stdout)] == [
        "000_5047d988fdd05312.txt",
        SOURCE,
    ]
    rows = json.loads(inside("sources", "--json", "--store", seeds_store).stdout)
    assert {"source", "title", "published", "words", "passages"} <= set(rows[0])


def test_show_marks_a_quote(inside: "Dateline", seeds_store: Path) -> None:
    done = inside("show", SOURCE, "--quote", "one  interpreter", "--store", seeds_store)
    assert "»one interpreter«" in done.stdout
    marked = json.loads(
        inside(
            "show", SOURCE, "--quote", "one interpreter", "--json", "--store", seeds_store
        ).stdout
    )
    assert marked["text"][marked["start"] : marked["end"]] == "one interpreter"


def test_an_unknown_source_brings_the_nearest(inside: "Dateline", seeds_store: Path) -> None:
    done = inside("show", SOURCE.replace("9d", "90"), "--store", seeds_store)
    assert done.returncode == 2
    assert f"did you mean {SOURCE}" in done.stderr


def test_index_reports_and_remembers(inside: "Dateline", tmp_path: Path) -> None:
    news, store = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    (news / "a.txt").write_text("A title\n\nThe mayor of Hamm is Ada Lind.\n", encoding="utf-8")
    done = inside("index", news, "--store", store)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 article in 1 passage: 1 added")
    assert f"now answered from news: {news};" in done.stderr
    again = json.loads(inside("index", "--json", "--store", store).stdout)
    assert (again["added"], again["unchanged"]) == (0, 1)
    assert "Ada Lind" in inside("ask", "Who is the mayor of Hamm?", "--store", store).stdout


def test_index_says_how_to_go_back(inside: "Dateline", tmp_path: Path) -> None:
    news, store = tmp_path / "news", tmp_path / "my store"
    news.mkdir()
    (news / "a.txt").write_text("A title\n\nThe mayor of Hamm is Ada Lind.\n", encoding="utf-8")
    told = inside("index", news, "--store", store).stderr
    [command] = re.findall(r"`dateline (.+)` goes back", told)
    done = inside(*shlex.split(command))
    assert done.returncode == 0 and "answered from shipped" in done.stdout
    assert SOURCE in inside("sources", "--store", store).stdout
    assert inside("index", "--store", store).stderr == ""


def test_what_cannot_be_read_is_told_and_the_rest_indexed(
    inside: "Dateline", tmp_path: Path
) -> None:
    news, store = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    (news / "good.txt").write_text("A title\n\nSome words.\n")
    for number in range(12):
        (news / f"bad{number}.txt").write_bytes(b"\x00\xff\xfe\x00\x01" * 100)
    done = inside("index", news, "--store", store)
    assert done.returncode == 0
    said = [line for line in lines(done.stderr) if "bad" in line]
    assert len(said) == 10 and "and 2 more" in done.stderr
    listed = inside("sources", "--problems", "--store", store)
    assert len(lines(listed.stdout)) == 12
    assert len(json.loads(inside("sources", "--problems", "--json", "--store", store).stdout)) == 12
    (news / "good.txt").unlink()
    done = inside("index", news, "--store", tmp_path / "other")
    assert (done.returncode, done.stdout) == (1, "")


def test_the_last_good_index_answers_when_its_articles_are_gone(
    inside: "Dateline", tmp_path: Path
) -> None:
    news, store = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    (news / "a.txt").write_text("A title\n\nThe mayor of Hamm is Ada Lind.\n", encoding="utf-8")
    assert inside("index", news, "--store", store).returncode == 0
    news.rename(tmp_path / "moved")
    done = inside("ask", "Who is the mayor of Hamm?", "--store", store)
    assert done.returncode == 0
    assert "Ada Lind" in done.stdout
    assert len(lines(done.stderr)) == 1 and "answering from the articles indexed" in done.stderr
    named = inside("ask", "Who?", "--store", store, "--articles", news)
    assert named.returncode == 1


def test_an_answer_says_that_not_all_was_read(inside: "Dateline", tmp_path: Path) -> None:
    news, store = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    (news / "a.txt").write_text("A title\n\nThe mayor of Hamm is Ada Lind.\n", encoding="utf-8")
    (news / "b.txt").write_bytes(b"\xff\xfe")
    asked = ("ask", "Who is the mayor of Hamm?", "--articles", news, "--store", store)
    assert lines(inside(*asked).stderr) == [
        "dateline: indexing 2 files",
        "dateline: indexed",
        "dateline: 1 thing could not be read; `dateline sources --problems` lists what and why",
    ]
    assert inside(*asked).stderr == ""


def test_what_fails_while_indexing_is_not_called_indexed(
    inside: "Dateline", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news, store = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    (news / "a.txt").write_text("A title\n\nThe mayor of Hamm is Ada Lind.\n", encoding="utf-8")
    inside("index", news, "--store", store)
    (news / "b.txt").write_text("Another\n\nIts deputy is Bo Berg.\n", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.engines.chroma.VectorIndex.add", full)
    done = inside("ask", "Who is the mayor of Hamm?", "--store", store)
    assert done.returncode == 0
    first, second = lines(done.stderr)
    assert first == "dateline: indexing 1 file"
    assert second.endswith("; answering from the articles indexed before")


def test_what_is_closed_or_empty_is_one_line(
    environment: dict[str, str], seeds_store: Path
) -> None:
    command = f"'{DATELINE}' ask - --store '{seeds_store}' <&-"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(lines(done.stderr)) == 1 and "the question is empty" in done.stderr


def test_a_folder_that_may_not_be_read_is_one_line_and_status_1(
    inside: "Dateline", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_, **__: False)

    def refused(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.scandir", refused)
    done = inside("ask", "who?", "--articles", tmp_path, "--store", tmp_path / "s")
    assert (done.returncode, done.stdout) == (1, "")
    assert lines(done.stderr) == [
        f"dateline: cannot read {tmp_path}: permission denied; allow it, or name another folder"
    ]


def test_a_reader_who_leaves_is_no_error(environment: dict[str, str], seeds_store: Path) -> None:
    command = f"'{DATELINE}' show {SOURCE} --store '{seeds_store}' | head -c 5"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.stdout, done.stderr) == ("North", "")


def test_interrupting_leaves_the_store_whole(
    dateline: "Dateline", environment: dict[str, str], tmp_path: Path
) -> None:
    news, store = tmp_path / "news.jsonl", tmp_path / "store"
    filler = "The council of Hamm met again and spoke of roads and of schools. " * 12
    rows = (
        {
            "id": str(n),
            "title": f"Day {n}",
            "url": None,
            "published": None,
            "text": f"{filler}\n\nOn day {n} the mayor was Ada{n} Lind.",
        }
        for n in range(2500)
    )
    news.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [str(part) for part in (DATELINE, "index", news, "--store", store)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as running:
        assert running.stderr
        assert "indexing" in running.stderr.readline()
        while not any(store.rglob("manifest.sqlite3")):  # until it writes
            assert running.poll() is None
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()
    assert running.returncode == 130
    assert said == "dateline: stopped\n"
    done = dateline("search", "mayor Ada2499", "--articles", news, "--store", store, "--json")
    assert json.loads(done.stdout)[0]["source"] == "2499", done.stderr


def test_a_terminal_gets_colour_and_its_width(terminal: "Terminal", seeds_store: Path) -> None:
    terminal.enter(f"dateline ask '{QUESTION}' --store {seeds_store}; echo done $?")
    shown = terminal.wait_for("done 0", colours=True)
    assert "\x1b[1m\x1b[32m[1]" in shown
    assert re.search(r"\x1b\[32m(\x1b\[49m)?confidence", shown)


def test_a_terminal_shows_a_quote_in_its_article(terminal: "Terminal", seeds_store: Path) -> None:
    terminal.enter(
        f"dateline show {SOURCE} --quote 'one interpreter' --store {seeds_store}; echo done $?"
    )
    shown = terminal.wait_for("done 0", colours=True)
    assert "\x1b[1;7mone interpreter\x1b[0m" in shown


class Room:
    """An entry point to a command of another room that repeats what it is given."""

    @staticmethod
    def load() -> typer.Typer:
        room = typer.Typer(rich_markup_mode=None)

        @room.command("run")
        def repeat(words: list[str], *, out: str = "") -> None:
            typer.echo(f"{words} {out}")
            raise typer.Exit(5)

        @room.callback()
        def together() -> None:
            """Keep `run` a command of its own."""

        return room


def test_eval_is_another_rooms_command(inside: "Dateline", monkeypatch: pytest.MonkeyPatch) -> None:
    assert [found.name for found in entry_points(group="dateline.commands")] == ["eval"]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: [Room])
    done = inside("eval", "run", "gold", "--out=x", "--", "--odd")
    assert (done.returncode, done.stdout) == (5, "['gold', '--odd'] x\n")
    assert "dateline eval" in inside("eval", "--help").stdout
    refused = inside("eval", "run")
    assert refused.returncode == 2
    assert refused.stderr.endswith("see `dateline eval run --help`\n")


def test_completion_can_be_shown(dateline: "Dateline") -> None:
    done = dateline(
        "--show-completion", SHELL="/bin/bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1"
    )
    assert "dateline" in done.stdout + done.stderr
    done = dateline(_DATELINE_COMPLETE="complete_bash", COMP_WORDS="dateline sea", COMP_CWORD="1")
    assert done.stdout.split() == ["search"]
