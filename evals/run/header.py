"""What made a run: settings, store, versions and gold, kept beside it in RUN.header.json.

Whatever can change an answer is in here, and no secret. It knows neither answers nor figures.
"""

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bot.config import Config
from bot.factory import articles_roots
from bot.llm.opening import prompts
from evals.gold.format import Gold
from index.errors import UsageError
from index.store import Store

LIBRARIES = ("chromadb", "numpy", "openai", "sentencex", "tantivy", "wordllama")
"""Whose versions can change an answer."""

IRRELEVANT = (
    "model",
    "started",
    "finished",
    "usage",
    "gold.file",
    "store.directory",
    "configuration.store",
    "configuration.chroma_tenant",
    "configuration.chroma_database",
    "configuration.articles",
    "configuration.workers",
)
"""Two runs may differ in these and still be runs of the same thing: the time, how many processes
answered, where the files are (`gold.sha256` and `store.fingerprint` have their content), and the
model that answered in the end, which `configuration.chat_model` decides."""


@dataclass(frozen=True, slots=True)
class Header:
    """What made a run.

    `gold` holds file, sha256, questions (how many) and asked (a digest of what was asked);
    `store` holds directory, fingerprint, embedder, articles and passages (how many). `model` is
    what was to answer and, once finished, what did; `prompts` holds digests by name. `commit` is
    None where Dateline is not run from a checkout; `finished` is None until the last
    question is answered. Times are ISO 8601, UTC. `usage` is what a language model took.
    """

    gold: dict[str, Any]
    configuration: dict[str, Any]
    model: str
    prompts: dict[str, str]
    store: dict[str, Any]
    versions: dict[str, str]
    commit: str | None
    dirty: bool | None
    started: str
    finished: str | None = None
    usage: dict[str, float] = field(default_factory=dict)

    @property
    def as_of(self) -> str:
        """The day that was today, where a question does not say."""
        return str(self.configuration["as_of"])


def header_path(run: Path) -> Path:
    """Where the header of a run is kept: RUN.header.json beside RUN.jsonl."""
    return run.with_name(f"{run.name.removesuffix('.jsonl')}.header.json")


def read_header(run: Path) -> Header | None:
    """The header of a run, or None where there is none; UsageError when it is not readable."""
    path = header_path(run)
    try:
        return Header(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"{path} is not the header of a run ({error}); make the run again, or remove "
            "the header to go without it"
        ) from error


def write_header(run: Path, header: Header) -> None:
    """Write the header beside its run, at once or not at all."""
    path = header_path(run)
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(json.dumps(asdict(header), indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def describe(config: Config, store: Store, gold_file: Path, gold: Sequence[Gold]) -> Header:
    """The header of a run that starts now."""
    commit, dirty = _checkout()
    return Header(
        gold={
            "file": str(gold_file.resolve()),
            "sha256": digest(gold_file),
            "questions": len(gold),
            "asked": asked(gold),
        },
        configuration=_configuration(config),
        model=config.chat_model or "quotes",
        prompts=prompts(config).fingerprints() if config.chat_model else {},
        store={
            "directory": str(store.directory.resolve()),
            "fingerprint": store.fingerprint(),
            "embedder": store.embedder.name,
            **dict(zip(("articles", "passages"), store.counts(), strict=True)),
        },
        versions={"dateline": version("dateline"), "python": platform.python_version()}
        | {name: version(name) for name in LIBRARIES},
        commit=commit,
        dirty=dirty,
        started=now(),
    )


def digest(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def asked(gold: Sequence[Gold]) -> str:
    """A digest of what the questions ask; gold answers may be corrected without changing it."""
    rows = [(g.id, g.question, g.history, str(g.asked_on)) for g in gold]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def now() -> str:
    """This second, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def differences(one: Header, other: Header) -> dict[str, tuple[object, object]]:
    """Whatever could make the answers of two runs differ, by name, with both values."""
    a, b = (dict(flat(asdict(header))) for header in (one, other))
    return {
        name: (a.get(name), b.get(name))
        for name in dict.fromkeys([*a, *b])
        if name not in IRRELEVANT and a.get(name) != b.get(name)
    }


def same_or_refused(earlier: Header, now: Header, run: Path) -> Header:
    """The earlier header, to go on with; UsageError says what is not as it was."""
    if changed := differences(earlier, now):
        changes = "; ".join(
            f"{name} was {was!r}, is {now!r}" for name, (was, now) in changed.items()
        )
        raise UsageError(
            f"{run} cannot be continued, because its answers would be of two kinds ({changes}); "
            "choose another --out"
        )
    return replace(earlier, finished=None)


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every value with its dotted name: "store.articles"."""
    for name, value in values.items():
        if isinstance(value, Mapping) and f"{prefix}{name}" not in IRRELEVANT:
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _configuration(config: Config) -> dict[str, Any]:
    """The settings without any secret: of what may hold one, only whether it changes."""
    settings = {f.name: _plain(getattr(config, f.name)) for f in fields(config) if f.repr}
    for name in ("embedding_options", "chat_options"):
        if value := getattr(config, name):
            text = json.dumps(value, sort_keys=True)
            settings[name] = f"sha256 {hashlib.sha256(text.encode()).hexdigest()}"
    if config.openai_base_url:
        settings["openai_base_url"] = _without_login(config.openai_base_url)
    roots = [str(root.resolve()) for root in articles_roots(config)]
    return settings | {"articles": roots, "as_of": config.today.isoformat()}


def _without_login(url: str) -> str:
    """The address alone: a name, a password or a key in it are nobody's business."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _plain(value: object) -> object:
    """A setting as JSON has it; paths in full, so that they still lead there tomorrow."""
    if isinstance(value, Path):
        return str(value.resolve())
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _checkout() -> tuple[str | None, bool | None]:
    """The commit Dateline is run from, and whether files differ from it; None outside git."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None, None
    try:
        commit = _git(root, "rev-parse", "HEAD").strip()
        return commit, bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.CalledProcessError):
        return None, None


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout
