"""The README is true: its commands run, its answer is the real one, its files are there."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from bot.terminal.cli import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

BLOCKS = re.findall(
    r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", README, re.MULTILINE | re.DOTALL
)
LEFT_TO_CI = ("pip install ", "uv run pytest", "uv run --group ", ".ci/run")
EXPECTED = re.compile(r"  # exit status (\d+)$")
LISTED = re.compile(r"( *)(\S+)(?:  +(\S.*))?")
NAMED = re.compile(r"`([\w./]+\.(?:py|json|example))(?::(\w+))?`")

BRIDGE = "The harbour bridge was closed on Monday because two of its cables had rusted through."


def parts(block: str) -> list[str]:
    """The commands of a block, one by one."""
    return [part for line in block.splitlines() for part in line.split(" && ")]


def left_to_ci() -> list[str]:
    """The commands that would install something, or run these tests within themselves."""
    return [part for block, _ in BLOCKS for part in parts(block) if part.startswith(LEFT_TO_CI)]


@pytest.fixture
def new_user(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has articles and has never used Dateline."""
    news, feeds = tmp_path / "news", tmp_path / "feeds"
    news.mkdir()
    feeds.mkdir()
    head = "---\ntitle: Bridge closed\npublished: 2024-10-24\n---\n"
    (news / "bridge.md").write_text(f"{head}{BRIDGE} Boats take people across.\n")
    (news / "market.txt").write_text("Market moves\n\nThe fish market moves to the old station.\n")
    row = {"id": "1", "title": "Bridge closed", "published": "2024-10-24", "text": BRIDGE}
    with gzip.open(feeds / "world.jsonl.gz", "wt", encoding="utf-8") as feed:
        feed.write(json.dumps(row) + "\n")
    kept = {key: value for key, value in environment.items() if not key.startswith("XDG_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return kept | {"HOME": str(tmp_path), "PATH": path}


@pytest.mark.parametrize(
    ("block", "shown"), [pytest.param(b, s, id=b.splitlines()[0]) for b, s in BLOCKS]
)
def test_commands_run(block: str, shown: str, new_user: dict[str, str], tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    shutil.copy(ROOT / ".env.example", clone)
    shutil.copytree(ROOT / "evals" / "gold", clone / "evals" / "gold")
    printed = ""
    for part in parts(block):
        if part.startswith(LEFT_TO_CI):
            continue
        expected = EXPECTED.search(part)
        done = subprocess.run(
            ["bash", "-c", part.replace("uv run ", "")],
            cwd=clone,
            env=new_user,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        status = int(expected[1]) if expected else 0
        assert done.returncode == status, f"{part}\n{done.stdout}{done.stderr}"
        printed += done.stdout
    if shown:
        assert printed == shown, f"the README shows another answer than this:\n{printed}"


@pytest.mark.parametrize("part", left_to_ci())
def test_ci_runs_the_same_commands(part: str) -> None:
    if part.startswith("pip install "):
        assert re.search(rf"pip install .*\b{part.removeprefix('pip install ')}$", CI, re.MULTILINE)
    elif part == ".ci/run":
        assert os.access(ROOT / part, os.X_OK)
    else:
        assert re.search(rf"^stage \w+ {re.escape(part)}$", CI, re.MULTILINE)


def test_every_command_is_described() -> None:
    command = typer.main.get_command(app)
    assert isinstance(command, typer.core.TyperGroup)
    table = README.split("\n## Commands")[1].split("\n## ")[0]
    described = re.findall(r"^\| `(\w+)", table, re.MULTILINE)
    assert set(described) == set(command.commands)


def test_files_named_in_the_text_are_there() -> None:
    for path, name in NAMED.findall(README):
        assert (ROOT / path).is_file(), path
        if name:
            assert f"\n{name} = " in (ROOT / path).read_text(encoding="utf-8"), f"{path}:{name}"


def listed() -> dict[str, str]:
    """Every path of the README's list, with what is said of it."""
    block = re.search(r"^## Files\n\n```text\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert block
    found: dict[str, str] = {}
    folder = ""
    for line in block[1].splitlines():
        entry = LISTED.fullmatch(line)
        assert entry, line
        indent, name, said = entry.groups()
        if not indent:
            folder = name if name.endswith("/") else ""
        found[(folder if indent else "") + name] = said or ""
    return found


def test_listed_files_are_there_and_described() -> None:
    for path, said in listed().items():
        found = ROOT / path
        assert found.is_dir() if path.endswith("/") else found.is_file(), path
        assert said, f"{path}: say what it is"


def test_no_file_is_left_out() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("needs the repository")
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    here = [path for path in done.stdout.splitlines() if (ROOT / path).exists()]
    rooms = ("bot/", "index/", "prompts/", "evals/")
    code = {
        path
        for path in here
        if path.startswith(rooms) and path.endswith(".py") and Path(path).name != "__init__.py"
    }
    top = {path for path in here if "/" not in path}
    folders = {f"{path.split('/')[0]}/" for path in here if "/" in path and path[0] != "."}
    missing = (code | top | folders) - set(listed())
    assert not missing, f"list in README.md: {', '.join(sorted(missing))}"
