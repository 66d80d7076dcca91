"""The doctor looks at everything, changes nothing and tells no secret."""

import json
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.config import Config, load_config, setting_keys
from bot.doctor import Check, checks, misspelt_keys, options_checks
from tests.standins.openai_server import KEY, MODEL, running

if TYPE_CHECKING:
    from tests.conftest import Dateline


ROOT = Path(__file__).resolve().parents[2]


def look(name: str, config: Config, env_file: Path = Path("none")) -> Check:
    return next(check for check in checks(config, env_file) if check.name == name)


def test_a_sound_store_is_sound(dateline: "Dateline", seeds_store: Path) -> None:
    done = dateline("doctor", "--store", seeds_store)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert all(line[0] in "✓–!✗ " for line in done.stdout.splitlines())
    assert "2 articles" in done.stdout


def test_json_lists_the_checks(inside: "Dateline", seeds_store: Path) -> None:
    found = json.loads(inside("doctor", "--json", "--store", seeds_store).stdout)
    assert {"name", "level", "detail", "remedy"} == set(found[0])
    assert {check["level"] for check in found} == {"ok", "missing"}


def test_no_store_is_made(inside: "Dateline", tmp_path: Path) -> None:
    done = inside("doctor", "--store", tmp_path / "none" / "deep")
    assert done.returncode == 0
    assert "not built yet" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_chromadb_is_not_loaded_without_a_store(tmp_path: Path) -> None:
    script = (
        "import sys; from bot.cli.app import run;"
        f" run(['doctor', '--store', {str(tmp_path / 's')!r}]);"
        " sys.exit('chromadb' in sys.modules and 'it was loaded')"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False)
    assert done.returncode == 0


def test_missing_articles_fail(inside: "Dateline", tmp_path: Path) -> None:
    done = inside("doctor", "--store", tmp_path / "s", "--articles", tmp_path / "none")
    assert done.returncode == 1
    assert "✗ articles" in done.stdout and "--articles" in done.stdout


def test_a_store_that_is_a_file_fails(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("in the way")
    assert look("store", Config(store=path)).level == "fail"


def test_a_damaged_store_fails(inside: "Dateline", tmp_path: Path) -> None:
    assert inside("index", "--store", tmp_path).returncode == 0
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_bytes(b"damage" * 10)
    done = inside("doctor", "--store", tmp_path)
    assert done.returncode in (0, 1)
    assert "✓ index" not in done.stdout and "Traceback" not in done.stderr


def test_a_stale_index_is_told(inside: "Dateline", tmp_path: Path) -> None:
    news, store = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    (news / "a.txt").write_text("A title\n\nSome words.\n")
    assert inside("index", news, "--store", store).returncode == 0
    (news / "b.txt").write_text("Another title\n\nOther words.\n")
    check = look("index", Config(store=store))
    assert check.level == "warn" and check.remedy


def test_an_unknown_embedding_fails(tmp_path: Path) -> None:
    assert look("embedding", Config(store=tmp_path, embedding="magic")).level == "fail"


def test_a_language_model_that_answers(socket_enabled: None, tmp_path: Path) -> None:
    with running() as server:
        config = Config(
            store=tmp_path, chat_model=MODEL, openai_base_url=server.url, openai_api_key=KEY
        )
        check = look("language model", config)
    assert (check.level, check.detail) == ("ok", f"{MODEL} answers, 8,192 tokens at once")


def test_a_language_model_that_does_not(socket_enabled: None, tmp_path: Path) -> None:
    with running() as server:
        config = Config(
            store=tmp_path, chat_model=MODEL, openai_base_url=server.url, openai_api_key="sk-no"
        )
        check = look("language model", config)
    assert check.level == "fail" and "OPENAI_API_KEY" in check.detail and check.remedy


def test_a_language_model_that_cannot_be_opened(tmp_path: Path) -> None:
    check = look("language model", Config(store=tmp_path, chat_model="none.gguf"))
    assert check.level == "fail" and "no model file" in check.detail


@pytest.mark.parametrize("key", ["CHROMA_TOKEN", "OPENAI_API_KEY", "DISCORD_TOKEN"])
def test_secrets_are_told_apart_but_never_told(
    inside: "Dateline", monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    store = tmp_path / "s"
    assert f"{key}: not set" in inside("doctor", "--store", store).stdout
    monkeypatch.setenv(key, "hush-hush")
    done = inside("doctor", "--store", store)
    assert f"{key}: set" in done.stdout
    assert "hush-hush" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["language model", "judge", "settings", "index", "DISCORD_TOKEN"])
def test_what_is_missing_is_no_tick(tmp_path: Path, name: str) -> None:
    assert look(name, Config(store=tmp_path)).level == "missing"


def test_extras_are_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    needed = ["rich>=14", "nothing-like-it>=1; extra == 'one'", "rich>=1; extra == 'two'"]
    monkeypatch.setattr("bot.doctor.requires", lambda _: needed)
    check = look("extras", Config(store=tmp_path))
    assert (check.level, check.detail) == ("missing", "two; not installed: one")
    assert "--extra one" in check.remedy


def test_every_extra_is_looked_for(tmp_path: Path) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    told = look("extras", Config(store=tmp_path)).detail
    assert all(extra in told for extra in declared["optional-dependencies"])


def test_misspelt_settings_are_found(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("CHAT_MODLE=x\nchat_window=3\nDISCORD_NOTHING=1\nOPENAI_ORG_ID=o\nPATH=x\n")
    environ = {"DATELINE_STOER": "s", "DATELINE_DEBUG": "1", "CHAT_OTHER": "1"}
    assert misspelt_keys(environ, path) == [
        ("CHAT_MODLE", "CHAT_MODEL"),
        ("DATELINE_STOER", "DATELINE_STORE"),
        ("DISCORD_NOTHING", None),
        ("chat_window", "CHAT_WINDOW"),
    ]
    found = [c for c in checks(Config(store=tmp_path), path) if c.level == "warn"]
    assert [c.remedy for c in found if "CHAT_MODLE" in c.detail] == ["did you mean CHAT_MODEL?"]


def test_no_setting_is_called_misspelt(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("".join(f"{key}=x\n" for key in setting_keys()))
    assert misspelt_keys(dict.fromkeys(setting_keys(), "x"), path) == []


def test_the_settings_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("")
    assert str(path) in look("settings", Config(store=tmp_path), path).detail


def test_a_ray_cluster_is_looked_for(socket_enabled: None, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as head:
        config = Config(store=tmp_path, ray=f"127.0.0.1:{head.getsockname()[1]}")
        assert look("ray", config).level == "ok"
    away = look("ray", config)
    assert (away.level, away.remedy) == ("fail", "mend or unset DATELINE_RAY")
    assert "cannot be used (Connection refused)" in away.detail


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"READER_OPTIONS": '{"a": 1}', "DATELINE_ARTICLES": "llamaindex:a.B"}, "has a new name"),
        ({"DATELINE_ARTICLES_OPTIONS": '{"a": 1}'}, "DATELINE_ARTICLES names no class"),
        ({"DATELINE_READER_OPTIONS": '{"a": 1}'}, "DATELINE_READER names no class"),
        ({"DATELINE_READER_OPTIONS": "{}", "DATELINE_READER": "llamaindex:a.B"}, ""),
    ],
)
def test_options_that_are_mixed_up_are_found(
    written: dict[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in written.items():
        monkeypatch.setenv(key, value)
    found = [*options_checks(load_config({}, written, None), tmp_path / ".env")]
    assert [check.level for check in found] == ["warn"] * bool(said)
    assert all(said in check.detail for check in found)
