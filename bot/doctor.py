"""Whether everything Dateline needs is in place, and what to do where it is not.

It changes nothing, but for the grade of a judge in its exam, and prints no secret.
"""

import asyncio
import hashlib
import os
import platform
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.config import Config, env_file_values, renamed_keys, setting_keys
from bot.extraction.reader import ReaderError
from bot.factory import (
    NO_JUDGE,
    articles_named,
    articles_roots,
    chat_models,
    collection,
    dump_in,
    embedder,
    language_model,
    models,
    open_collection,
    store_directory,
)
from bot.storage.engine import PostgresServer
from index.embedding.static import StaticEmbedder
from index.errors import DatelineError, VectorsError, how_to_install
from index.providers.integration import PREFIX

if TYPE_CHECKING:
    from bot.generation.exam import Grade

PACKAGES = ("chromadb", "numpy", "onnxruntime", "tantivy", "tokenizers", "wordllama")
REINSTALL = "install dateline again"
LITTLE_SPACE = 500_000_000
NO_SPACE = 50_000_000
PATIENCE = 30
"""Seconds for a language model to say something."""
MOST_WORDS = 500

_PREFIXES = ("DATELINE_", "CHAT_", "CHROMA_", "DISCORD_")
_NO_SETTINGS = ("DATELINE_DEBUG", "OPENAI_API_BASE")
"""Keys that something else reads."""
_NEAR = 0.85
Level = Literal["ok", "missing", "warn", "fail"]
_EXTRA = re.compile(r"([\w.-]+).*; extra == ['\"]([\w-]+)['\"]")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `remedy` says what to do unless all is well.

    The level "missing" is that of what is not there and need not be.
    """

    name: str
    level: Level
    detail: str
    remedy: str = ""


def checks(config: Config, env_file: Path = Path(".env")) -> Iterator[Check]:
    """Look at everything, one check after another."""
    yield _python()
    yield _packages()
    yield _extras()
    yield _embedding(config)
    yield _reader(config)
    yield from _articles(config)
    yield from _store(config)
    yield from _ray(config)
    yield _database(config)
    yield _env_file(env_file)
    yield from _misspelt(env_file)
    yield from options_checks(config, env_file)
    model = _language_model(config)
    yield model
    if model.level != "fail":
        yield _judge(config)
    yield _secret("CHROMA_TOKEN", config.chroma_token)
    yield _secret("OPENAI_API_KEY", config.openai_api_key)
    yield _secret("DISCORD_TOKEN", config.discord_token)


def _python() -> Check:
    return Check("python", "ok", platform.python_version())


def _packages() -> Check:
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        return Check("packages", "fail", f"missing: {', '.join(missing)}", REINSTALL)
    return Check("packages", "ok", ", ".join(f"{name} {_version(name)}" for name in PACKAGES))


def _extras() -> Check:
    """Which extras are installed in full, and how to install the others."""
    needed: dict[str, list[str]] = {}
    for found in filter(None, map(_EXTRA.fullmatch, requires("dateline") or [])):
        package, extra = found.groups()
        needed.setdefault(extra, []).append(package)
    missing = [extra for extra, packages in needed.items() if not all(map(_is_there, packages))]
    there = ", ".join(extra for extra in needed if extra not in missing) or "none"
    if not missing:
        return Check("extras", "ok", there)
    return Check(
        "extras",
        "missing",
        f"{there}; not installed: {', '.join(missing)}",
        how_to_install(missing[0]),
    )


def _is_there(package: str) -> bool:
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(unknown version)"


def _embedding(config: Config) -> Check:
    try:
        chosen = embedder(config)
        if isinstance(chosen, StaticEmbedder):
            with chosen.model_file().open("rb") as model:
                if hashlib.file_digest(model, "sha256").hexdigest() != chosen.sha256:
                    return Check("embedding", "fail", f"{model.name} is damaged", REINSTALL)
    except (DatelineError, OSError) as problem:
        return Check("embedding", "fail", str(problem), REINSTALL)
    return Check("embedding", "ok", chosen.name)


def _reader(config: Config) -> Check:
    try:
        reader = models(config).reader
        if reader is None:
            return Check("reader", "ok", "none; sentences are chosen by their words")
        reader.scores("Does it read?", ["It reads."])
    except DatelineError as problem:
        return Check("reader", "fail", str(problem), "correct or unset DATELINE_READER")
    except ReaderError as problem:
        remedy = "correct or unset DATELINE_READER" if config.reader else REINSTALL
        return Check("reader", "fail", str(problem), remedy)
    return Check("reader", "ok", reader.name)


def _articles(config: Config) -> Iterator[Check]:
    for root in articles_named(config):
        if isinstance(root, str):
            fetched = dump_in(config, root).exists()
            yield Check("articles", "ok", f"{root}{'' if fetched else ' (not fetched yet)'}")
        elif not os.access(root, os.F_OK):  # `exists` may raise when a folder above is closed
            yield Check("articles", "fail", f"{root} is missing", "name others with --articles")
        elif not os.access(root, os.R_OK | (os.X_OK if root.is_dir() else 0)):
            yield Check("articles", "fail", f"{root} may not be read", f"chmod -R u+rX {root}")
        else:
            yield Check("articles", "ok", str(root))


def _store(config: Config) -> Iterator[Check]:
    directory = store_directory(config)
    present = next(path for path in (directory, *directory.parents) if os.access(path, os.F_OK))
    if not present.is_dir():
        yield Check("store", "fail", f"{present} is not a directory", "name another with --store")
        return
    if not os.access(present, os.R_OK | os.W_OK | os.X_OK):
        yield Check("store", "fail", f"{present} may not be written", "name another with --store")
        return
    yield Check("store", "ok", f"{directory}{'' if present == directory else ' (not made yet)'}")
    yield _space(present)
    yield _index(config)


def _space(directory: Path) -> Check:
    free = shutil.disk_usage(directory).free
    level: Level = "fail" if free < NO_SPACE else "warn" if free < LITTLE_SPACE else "ok"
    remedy = "" if level == "ok" else f"free some space on the disk of {directory}"
    return Check("disk", level, f"{free / 1e9:.1f} GB free", remedy)


def _index(config: Config) -> Check:
    directory = collection(config)
    if not directory.exists():
        return Check(
            "index", "missing", "not built yet; `dateline index` or any question builds it"
        )
    try:
        with open_collection(config) as store:
            if damaged := store.damaged_files():
                what = f"{', '.join(damaged[:3])}: not as written by `dateline index`"
                return Check("index", "fail", what, "`dateline index` makes it again")
            articles, passages = store.counts()
            held = f"{articles:,} articles in {passages:,} passages"
            if store.is_stale(articles_roots(config)):
                remedy = "`dateline index` or any question brings it up to date"
                return Check("index", "warn", f"{held}, not up to date", remedy)
            store.generation.vectors.count()
    except (DatelineError, OSError) as problem:
        remedy = "`dateline index` makes it again"
        if config.chroma_url and isinstance(problem, VectorsError):
            remedy = "see to the Chroma server, or unset CHROMA_URL"
        return Check("index", "fail", str(problem), remedy)
    return Check("index", "ok", held)


def _database(config: Config) -> Check:
    if not config.database_url:
        return Check("database", "ok", "none; conversations are kept in the store")
    from bot.storage.postgres import version as database_version  # noqa: PLC0415  (an extra)

    try:
        server = PostgresServer(config.database_url)
        return Check("database", "ok", asyncio.run(database_version(server)))
    except DatelineError as problem:
        return Check("database", "fail", str(problem), "mend or unset DATELINE_DATABASE_URL")


def _ray(config: Config) -> Iterator[Check]:
    if not config.ray:
        return
    from index.sync.ray_workers import RayWorkers  # noqa: PLC0415  (few have one)

    try:
        RayWorkers(config.ray).check()
    except DatelineError as problem:
        yield Check("ray", "fail", str(problem), "mend or unset DATELINE_RAY")
    else:
        yield Check("ray", "ok", f"somebody listens at {config.ray}")


def _env_file(path: Path) -> Check:
    if path.is_file():
        return Check("settings", "ok", f"{path.absolute()} is read")
    return Check("settings", "missing", "no .env in this folder")


def misspelt_keys(
    environ: Mapping[str, str] = os.environ, env_file: Path = Path(".env")
) -> list[tuple[str, str | None]]:
    """The keys that look like settings and are none, each with the one that may be meant.

    In a file, every key that begins as ours does looks like one.
    """
    known, found = setting_keys(), []
    read = {*known, *renamed_keys(), *_NO_SETTINGS}
    written = dict.fromkeys(env_file_values(env_file), _PREFIXES)
    for key, prefixes in (dict.fromkeys(environ, ("DATELINE_",)) | written).items():
        near = get_close_matches(key.upper(), known, n=1, cutoff=_NEAR)
        if key not in read and (near or key.startswith(prefixes)):
            found.append((key, near[0] if near else None))
    return sorted(found)


def _misspelt(path: Path) -> Iterator[Check]:
    for key, meant in misspelt_keys(env_file=path):
        remedy = f"did you mean {meant}?" if meant else ".env.example lists the settings"
        yield Check("settings", "warn", f"{key} is no setting, and is not read", remedy)


def options_checks(config: Config, path: Path) -> Iterator[Check]:
    """Find options under an old name, and options of a class that nothing names."""
    written = {**env_file_values(path), **os.environ}
    for old, new in renamed_keys().items():
        if old in written:
            yield Check("settings", "warn", f"{old} has a new name", f"call it {new}")
    options = (
        ("DATELINE_ARTICLES", config.reader_options, map(str, config.articles)),
        ("DATELINE_READER", config.reranker_options, [config.reader or ""]),
    )
    for key, given, names in options:
        if given and not any(name.startswith(PREFIX) for name in names):
            said = f"{key}_OPTIONS is set, but {key} names no class ({PREFIX}CLASS)"
            remedy = "readers of articles have DATELINE_ARTICLES_OPTIONS, rerankers "
            yield Check("settings", "warn", said, f"{remedy}DATELINE_READER_OPTIONS")


def _language_model(config: Config) -> Check:
    if not config.chat_model:
        return Check("language model", "missing", "none, answers are quotes; CHAT_MODEL names one")
    try:
        return Check("language model", "ok", asyncio.run(_first_words(config)))
    except TimeoutError:
        detail = f"{config.chat_model} has not answered in {PATIENCE} s"
    except DatelineError as problem:
        detail = str(problem)
    return Check("language model", "fail", detail, "mend CHAT_MODEL and what belongs to it")


def _judge(config: Config) -> Check:
    """Hold the exam for judges, unless that was done before."""
    if not config.chat_model or config.judge == NO_JUDGE:
        said = "none; written answers are quoted where they are doubtful"
        return Check("judge", "missing", said)
    try:
        name, grade = asyncio.run(_graded(config))
    except DatelineError as problem:
        return Check("judge", "fail", str(problem), "mend DATELINE_JUDGE and what belongs to it")
    if grade.passed:
        return Check("judge", "ok", f"{name} passed the exam for judges: {grade}")
    advice = "name a stronger model as DATELINE_JUDGE; until then doubtful sentences are quoted"
    return Check("judge", "warn", f"{name} failed the exam for judges: {grade}", advice)


async def _graded(config: Config) -> "tuple[str, Grade]":
    async with chat_models(config) as chat:
        assert chat
        assert chat.judge
        return chat.judge.judge.llm.name, await chat.judge.take()


async def _first_words(config: Config) -> str:
    from bot.llm import Message  # noqa: PLC0415  (only where a model is configured)

    async with asyncio.timeout(PATIENCE), language_model(config) as model:
        assert model
        reply = model.stream([Message("user", "Say hello.")], max_tokens=MOST_WORDS)
        async with aclosing(reply):  # what comes after its first words is not waited for
            await anext(aiter(reply))
        return f"{model.name} answers, {model.window:,} tokens at once"


def _secret(key: str, value: str | None) -> Check:
    return Check(key, "ok", "set") if value else Check(key, "missing", "not set")
