"""What is packed and what is tracked. `.ci/run` builds the wheel and tries it."""

import re
import subprocess
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("dateline/", "bot/", "index/", "prompts/", "seeds/", "evals/")

# In a machine's own folders, and so of no use on any other.
MACHINE_PATH = re.compile(r"(?<![\w.~*:/-])/(?:work|home|root|tmp|opt|Users|private)/\w[^\s\"'`)]*")


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("needs the repository")
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for path in done.stdout.split("\0") if path and (ROOT / path).is_file()]


@pytest.fixture(scope="module")
def texts(tracked: list[str]) -> dict[str, str]:
    """Every tracked text but the lock."""
    paths = [path for path in tracked if path != "uv.lock"]
    return {path: (ROOT / path).read_text(encoding="utf-8", errors="replace") for path in paths}


@pytest.mark.parametrize("builder", [WheelBuilder, SdistBuilder])
def test_every_room_is_packed(
    builder: type[WheelBuilder | SdistBuilder], tracked: list[str]
) -> None:
    packed = {f.distribution_path for f in builder(str(ROOT)).recurse_included_files()}
    rooms = {path for path in tracked if path.startswith(ROOMS)}
    ours = {path for path in rooms if path.startswith(("evals/bench/", "evals/reader/"))}
    assert ours and rooms - packed == (ours if builder is WheelBuilder else set())
    assert "bot/answer.schema.json" in packed
    assert any(re.fullmatch(r"seeds/\w+\.txt", path) for path in packed)
    assert not [path for path in packed if "__pycache__" in path]


def test_the_sdist_can_be_built_and_tested(tracked: list[str]) -> None:
    packed = {f.distribution_path for f in SdistBuilder(str(ROOT)).recurse_included_files()}
    needed = {path for path in tracked if path.startswith("tests/")}
    beside = {"README.md", "LICENSE", "CHANGELOG.md", ".env.example", "Dockerfile", ".ci/run"}
    assert not (needed | beside) - packed


def test_every_dependency_has_a_lower_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert not [name for name in project["dependencies"] if ">=" not in name]


def test_every_entry_point_can_be_loaded() -> None:
    for point in entry_points(group="dateline.commands"):
        assert point.load()


def test_nothing_made_is_tracked(tracked: list[str]) -> None:
    assert not [path for path in tracked if re.search(r"__pycache__|\.pyc$|^dist/|^\.env$", path)]


def test_only_the_lock_names_package_registries(texts: dict[str, str]) -> None:
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = set(re.findall(r'(?:registry|url) = "https?://([^/"]+)', lock))
    assert hosts
    assert not [(path, host) for path, text in texts.items() for host in hosts if host in text]


def test_no_file_names_a_path_of_one_machine(texts: dict[str, str]) -> None:
    assert not [(path, found) for path in texts for found in MACHINE_PATH.findall(texts[path])]
