"""Write the parts of the docs that come from the code, each time MkDocs builds them.

A page asks for a part with a comment: `<!-- generated: commands -->`, `settings` or `files`.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import Field, fields
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import typer

from bot.cli.app import app
from bot.config import Config

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("dateline", "bot", "index", "prompts", "seeds", "evals")
PLACE = re.compile(r"<!-- generated: (\w+) -->")
SETTING = re.compile(r"^((?:# .*\n)+?)((?:# [A-Z_]+=.*\n)+)", re.MULTILINE)
KEY = re.compile(r"^# ([A-Z_]+)=(.*)$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill every place of a page that asks for a generated part."""
    return PLACE.sub(lambda place: PARTS[place[1]](), markdown)


def commands() -> str:
    """Describe every command as its `--help` does."""
    return "\n\n".join(map(_described, _contexts()))


def settings() -> str:
    """Describe every setting: what it does, what it takes, what it is when nobody sets it."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return "\n\n".join(_setting(said, keys) for said, keys in SETTING.findall(text))


def files() -> str:
    """List every module by its folder, with the first line of its docstring."""
    return "\n\n".join(_folder(folder) for package in PACKAGES for folder in _folders(package))


PARTS: dict[str, Callable[[], str]] = {"commands": commands, "settings": settings, "files": files}


def _contexts() -> Iterator[Any]:
    root: Any = typer.main.get_command(app)
    [found] = entry_points(group="dateline.commands", name="eval")
    root.commands["eval"] = typer.main.get_command(found.load())
    context = root.context_class(root, info_name="dateline")
    for name, command in root.commands.items():
        yield from _below(command.context_class(command, info_name=name, parent=context))


def _below(context: Any) -> Iterator[Any]:
    """A command, or the commands of a group."""
    below = getattr(context.command, "commands", None)
    if below is None:
        yield context
        return
    for name, command in below.items():
        yield from _below(command.context_class(command, info_name=name, parent=context))


def _described(context: Any) -> str:
    usage = context.command.get_usage(context).removeprefix("Usage: ")
    said = " ".join((context.command.help or "").split("\n\n")[0].split())
    more = (context.command.help or "").split("\n\n")[1:]
    rows = [p.get_help_record(context) for p in context.command.get_params(context)]
    table = [f"| `{_cell(name)}` | {_cell(does)} |" for name, does in filter(None, rows)]
    head = ["| Argument or option | What it does |", "| --- | --- |"]
    parts = [f"## {context.command_path}", said, *more, f"```text\n{usage}\n```"]
    return "\n\n".join([*parts, "\n".join([*head, *table])])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _setting(said: str, keys: str) -> str:
    named = {f.metadata["setting"].key: f for f in fields(Config)}
    prose = " ".join(line.removeprefix("# ") for line in said.splitlines())
    parts = [_key(key, example, named[key]) for key, example in KEY.findall(keys)]
    return "\n\n".join([parts[0][0], prose, parts[0][1], *(p for two in parts[1:] for p in two)])


def _key(key: str, example: str, field: "Field[Any]") -> tuple[str, str]:
    takes = f"Takes {field.metadata['setting'].allowed}. Default: {_default(field)}."
    shown = f"\n\n```ini\n{key}={example}\n```" if example else ""
    return f"## {key}", takes + shown


def _default(field: "Field[Any]") -> str:
    value = getattr(Config(), field.name)
    if value in (None, (), {}):
        return "none"
    return f"`{value:g}`" if isinstance(value, (int, float)) else f"`{value}`"


def _folders(package: str) -> list[Path]:
    """A package and the packages inside it, by name."""
    return sorted(path.parent for path in (ROOT / package).rglob("__init__.py"))


def _folder(folder: Path) -> str:
    modules = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
    rows = [f"| `{path.name}` | {_cell(first_line(path))} |" for path in modules]
    parts = [f"### {folder.relative_to(ROOT).as_posix()}/", first_line(folder / "__init__.py")]
    if rows:
        parts.append("\n".join(["| File | What it does |", "| --- | --- |", *rows]))
    return "\n\n".join(parts)


def first_line(path: Path) -> str:
    """The first line of a module's docstring; an empty text where it has none."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return said.partition("\n")[0] if said else ""
