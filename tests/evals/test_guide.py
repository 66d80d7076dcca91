"""The guide to gold questions is true: its article, its questions and its commands go together."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "evals" / "README.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```(\w+)\n(.*?)^```\n", GUIDE, re.MULTILINE | re.DOTALL))
CHECKED = "0 errors, 0 warnings; 2 answerable, 1 partial, 1 unanswerable, 1 underspecified\n"


@pytest.fixture
def reader(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has the guide's article, and works in that folder."""
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "bridge.md").write_text(BLOCKS["markdown"], encoding="utf-8")
    (tmp_path / "gold.jsonl").write_text(BLOCKS["jsonl"], encoding="utf-8")
    kept = {key: value for key, value in environment.items() if not key.startswith("XDG_")}
    path = f"{Path(sys.executable).parent}:{environment['PATH']}"
    return kept | {"HOME": str(tmp_path), "PATH": path}


def test_its_commands_run(reader: dict[str, str]) -> None:
    printed = {}
    for command in BLOCKS["sh"].replace("uv run ", "").splitlines():
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=reader["HOME"],
            env=reader,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        printed[command] = done.stdout
    [checked] = [out for command, out in printed.items() if " check " in command]
    assert checked == CHECKED


def test_its_links_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", GUIDE) if "://" not in link]
    assert links
    assert all((ROOT / "evals" / link).is_file() for link in links)
