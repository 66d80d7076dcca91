"""The README and the docs are true: their commands run, and their answers are the real ones."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted((ROOT / "docs").glob("*.md")),
    ]
}
README = PAGES["README.md"]
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.MULTILINE | re.DOTALL)
BLOCKS = {page: found for page, text in PAGES.items() if (found := BLOCK.findall(text))}
UV = re.compile(r"(?:\.uv/bin/)?uv run (?:--no-dev )?")
LEFT_TO_CI = re.compile(r"python3 -m pip |(?:\.uv/bin/)?uv run (?:pytest|--group )|\.ci/run")
EXPECTED = re.compile(r"  # exit status (\d+)$")
NAMED = re.compile(r"`((?:bot|index|prompts|evals|tests|docs|\.ci)/[\w./-]*[\w/])`")
QUESTIONS = 4
"""Gold questions that the commands ask here."""
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def left_to_ci() -> list[str]:
    """The commands that would install something, or run these tests within themselves."""
    lines = [line for blocks in BLOCKS.values() for b, _ in blocks for line in b.splitlines()]
    return sorted({line for line in lines if LEFT_TO_CI.match(line)})


@pytest.fixture
def new_user(environment: dict[str, str], forked: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has the docs' articles and has never used Dateline."""
    news, feeds = tmp_path / "news", tmp_path / "feeds"
    news.mkdir()
    feeds.mkdir()
    [bridge] = re.findall(r"```markdown\n(.*?)^```", PAGES["docs/evaluation.md"], re.M | re.S)
    (news / "bridge.md").write_text(bridge, encoding="utf-8")
    row = {"id": "1", "title": "Bridge closed", "published": "2024-10-24", "text": bridge}
    with gzip.open(feeds / "world.jsonl.gz", "wt", encoding="utf-8") as feed:
        feed.write(json.dumps(row) + "\n")
    kept = {key: value for key, value in environment.items() if not key.startswith("XDG_")}
    folders = (forked.parent, Path(sys.executable).parent, environment["PATH"])
    path = os.pathsep.join(map(str, folders))
    return kept | {"HOME": str(tmp_path), "PATH": path}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What the commands need of a clone, and the gold questions of the docs."""
    clone = tmp_path / "clone"
    clone.mkdir()
    shutil.copy(ROOT / ".env.example", clone)
    shutil.copytree(ROOT / "seeds", clone / "seeds")
    shutil.copytree(ROOT / "evals" / "gold", clone / "evals" / "gold")
    seeds = clone / "evals" / "gold" / "seeds.jsonl"
    some = seeds.read_text(encoding="utf-8").splitlines(keepends=True)[:QUESTIONS]
    seeds.write_text("".join(some), encoding="utf-8")  # test_quality.py asks them all
    (clone / ".venv").symlink_to(sys.prefix)
    [gold] = re.findall(r"```jsonl\n(.*?)^```", PAGES["docs/evaluation.md"], re.M | re.S)
    (clone / "gold.jsonl").write_text(gold, encoding="utf-8")
    return clone


@pytest.mark.parametrize("page", BLOCKS)
def test_commands_run_from_top_to_bottom(page: str, new_user: dict[str, str], clone: Path) -> None:
    for block, shown in BLOCKS[page]:
        lines = [line for line in block.splitlines() if not LEFT_TO_CI.match(line)]
        printed = "".join(printed_by(line, new_user, clone) for line in lines)
        assert shown in ("", printed), f"the page shows another answer than this:\n{printed}"


def printed_by(line: str, user: dict[str, str], folder: Path) -> str:
    """What a command prints, which ends with the status that the page states."""
    expected = EXPECTED.search(line)
    done = subprocess.run(
        ["bash", "-c", UV.sub("", line)],
        cwd=folder,
        env=user,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    status = int(expected[1]) if expected else 0
    assert done.returncode == status, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("line", left_to_ci())
def test_ci_runs_the_same_commands(line: str) -> None:
    if line.startswith("python3 -m pip "):
        installed = re.fullmatch(r"python3 -m pip install --target \.uv (\w+)", line)
        assert installed
        assert re.search(rf"python3 -m pip install .*--target \S+ {installed[1]}$", CI, re.M)
    elif line == ".ci/run":
        assert os.access(ROOT / line, os.X_OK)
    else:
        command = line.removeprefix(".uv/bin/")
        assert re.search(rf"^ *stage \w+ {re.escape(command)}$", CI, re.MULTILINE)


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    assert not [link for link in LINK.findall(PAGES[page]) if not (folder / link).exists()]


@pytest.mark.parametrize("page", PAGES)
def test_files_named_in_the_text_are_there(page: str) -> None:
    assert not [path for path in NAMED.findall(PAGES[page]) if not (ROOT / path).exists()]
