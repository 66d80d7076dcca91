"""What the docs take from the code: every command, every setting and every module is in it."""

import importlib.util
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
import typer

from bot.cli.app import app
from bot.config import Config, setting_keys

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PACKAGES = ("dateline", "bot", "index", "prompts", "seeds", "evals")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
SENTENCE = re.compile(r"(?!.*[.?!] [A-Z])\S.*[.?]")


def loaded() -> ModuleType:
    """The hooks of MkDocs, which lie in no package."""
    spec = importlib.util.spec_from_file_location("hooks", DOCS / "hooks.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hooks = loaded()


def test_every_generated_part_is_asked_for_by_one_page() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    assert sorted(hooks.PLACE.findall(pages)) == sorted(hooks.PARTS)


def test_a_page_is_filled_in() -> None:
    page = "# Settings\n\n<!-- generated: settings -->\n\nEnd\n"
    filled = hooks.on_page_markdown(page, page=None, config=None, files=None)
    assert filled == f"# Settings\n\n{hooks.settings()}\n\nEnd\n"


def test_every_command_is_described() -> None:
    described = re.findall(r"^## dateline (.+)$", hooks.commands(), re.MULTILINE)
    root = typer.main.get_command(app)
    assert isinstance(root, typer.core.TyperGroup)
    assert {name.split()[0] for name in described} == set(root.commands)
    assert {"eval run", "eval compare", "memory forget"} < set(described)
    assert len(described) == len(set(described))


def test_a_command_is_described_as_its_help_does() -> None:
    part = hooks.commands().split("## dateline index\n")[1].split("\n## ")[0]
    assert "\nBring the index up to date" in part
    assert re.search(r"^\| `--dry-run` \| .+ \|$", part, re.MULTILINE)
    assert re.search(r"^\| `--articles PATH` \| .+ \|$", part, re.MULTILINE)


def test_every_setting_is_described() -> None:
    described = re.findall(r"^## ([A-Z_]+)$", hooks.settings(), re.MULTILINE)
    assert sorted(described) == sorted(setting_keys())


def test_a_setting_says_what_it_takes_and_what_it_is() -> None:
    part = hooks.settings().split("## DATELINE_MEMORY_DAYS\n")[1].split("\n## ")[0]
    assert f"Takes a number of days above 0. Default: `{Config().memory_days:g}`." in part
    assert "DATELINE_MEMORY_DAYS=30" in part
    assert "Default: none." in hooks.settings().split("## CHAT_MODEL\n")[1].split("\n## ")[0]


def test_every_module_is_listed_with_what_it_does() -> None:
    listed = set()
    for part in re.split(r"^### ", hooks.files(), flags=re.MULTILINE)[1:]:
        folder = part.partition("/\n")[0]
        listed |= {f"{folder}/{name}" for name in re.findall(r"^\| `(\S+\.py)` \| \S", part, re.M)}
        listed.add(f"{folder}/__init__.py")
    assert listed == {path.relative_to(ROOT).as_posix() for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_begins_with_a_sentence(path: Path) -> None:
    assert SENTENCE.fullmatch(hooks.first_line(path)), "say what it does in one line"


def test_no_page_is_missing_in_the_menu() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    assert sorted(re.findall(r"- (\S+\.md)$", menu, re.M)) == sorted(
        p.name for p in DOCS.glob("*.md")
    )


def test_every_file_of_the_docs_is_tracked() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("needs the repository")
    done = subprocess.run(["git", "ls-files", "docs"], cwd=ROOT, capture_output=True, check=True)
    tracked = set(done.stdout.decode().split())
    here = {
        p.relative_to(ROOT).as_posix() for p in DOCS.rglob("*.*") if "__pycache__" not in p.parts
    }
    assert here <= tracked
