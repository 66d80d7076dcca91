"""Settings come from flags, the environment and `.env`, in that order, or are refused."""

import os
import re
from datetime import date
from pathlib import Path

import pytest

from bot.config import Config, load_config, setting_keys
from index.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    path.write_text("DATELINE_THRESHOLD=0.1\nDATELINE_STORE=/from/file\nOPENAI_API_KEY=a$b\n")
    return path


def test_nothing_set_gives_the_defaults() -> None:
    assert load_config({}, {}, None) == Config()


def test_the_example_lists_every_key_and_sets_none() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^# ([A-Z_]+)=", text, re.M)) == set(setting_keys())
    assert all(line.startswith("#") for line in text.splitlines() if line)


def test_the_example_is_accepted_once_uncommented(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    path = tmp_path / ".env"
    path.write_text(re.sub(r"^# (?=[A-Z_]+=)", "", text, flags=re.M), encoding="utf-8")
    assert load_config({}, {}, path).threshold == 0.5


def test_environment_wins_over_file_and_flag_over_both(env_file: Path) -> None:
    environ = {"DATELINE_STORE": "/from/environment"}
    assert load_config({}, {}, env_file).store == Path("/from/file")
    assert load_config({}, environ, env_file).store == Path("/from/environment")
    assert load_config({"store": Path("/flag")}, environ, env_file).store == Path("/flag")


def test_empty_values_count_as_not_set(env_file: Path) -> None:
    config = load_config(
        {"articles": [""], "store": "", "as_of": ""}, {"DATELINE_THRESHOLD": ""}, env_file
    )
    assert (config.articles, config.as_of, config.threshold) == ((), None, 0.1)
    assert config.store == Path("/from/file")


@pytest.mark.parametrize(
    ("written", "ids"), [("0-1/4", [0, 1]), ("3/4", [3]), (" 0/1 ", [0]), ("0-3/4", [0, 1, 2, 3])]
)
def test_shards_are_some_of_so_many(written: str, ids: list[int]) -> None:
    shards = load_config({}, {"DISCORD_SHARDS": written}, None).discord_shards
    assert shards and [*shards.ids] == ids
    heard = [number for number in range(shards.total) if shards.has(number << 22)]
    assert heard == ids
    assert shards.has(None) == (0 in ids)


@pytest.mark.parametrize("written", ["4/4", "2-1/4", "1", "0/0", "a/b", "0-/2", "-1/2", "0-1/4/5"])
def test_shards_that_there_cannot_be(written: str) -> None:
    with pytest.raises(UsageError, match="DISCORD_SHARDS"):
        load_config({}, {"DISCORD_SHARDS": written}, None)


def test_a_database_that_is_none_is_refused_unseen() -> None:
    with pytest.raises(UsageError, match="DATELINE_DATABASE_URL") as caught:
        load_config({}, {"DATELINE_DATABASE_URL": "mysql://me:secret@host/db"}, None)
    assert "secret" not in str(caught.value)


def test_articles_are_separated_as_in_path_and_a_tilde_is_home() -> None:
    config = load_config({}, {"DATELINE_ARTICLES": f"~/news{os.pathsep}b.jsonl"}, None)
    assert config.articles == (Path.home() / "news", Path("b.jsonl"))


@pytest.mark.parametrize(
    "address",
    [
        *("https://example.org", "HTTP://example.org:8080/feed.xml?a=b", "http://[::1]:80/x"),
        *("http://127.0.0.1:8/", "https://example.org:443"),
    ],
)
def test_the_colons_of_an_address_separate_nothing(address: str) -> None:
    written = os.pathsep.join(["~/news", address, "b.jsonl", address])
    config = load_config({}, {"DATELINE_ARTICLES": written}, None)
    assert config.articles == (Path.home() / "news", address, Path("b.jsonl"), address)
    assert load_config({"articles": [address]}, {}, None).articles == (address,)


@pytest.mark.parametrize(("written", "meant"), [("1", True), ("Yes", True), ("false", False)])
def test_yes_and_no_are_read(written: str, meant: bool) -> None:
    config = load_config({}, {"DATELINE_ALLOW_PRIVATE_ADDRESSES": written}, None)
    assert config.allow_private_addresses is meant
    with pytest.raises(
        UsageError, match=r"PRIVATE_ADDRESSES: 'maybe' will not do; it takes 1 or 0"
    ):
        load_config({}, {"DATELINE_ALLOW_PRIVATE_ADDRESSES": "maybe"}, None)


def test_a_home_of_nobody_is_refused() -> None:
    with pytest.raises(UsageError, match="--store: '~nobody-of-this-name/x' will not do"):
        load_config({"store": "~nobody-of-this-name/x"}, {}, None)


def test_a_day_is_read() -> None:
    assert load_config({"as_of": "2024-10-24"}, {}, None).as_of == date(2024, 10, 24)


@pytest.mark.parametrize(
    "day", ["2024-13-01", "yesterday", "9999-12-31", "20241024", "2024-W10-1", "24-10-2024"]
)
def test_a_bad_day_is_refused(day: str) -> None:
    with pytest.raises(UsageError, match=r"--as-of: .*YYYY-MM-DD"):
        load_config({"as_of": day}, {}, None)


@pytest.mark.parametrize("share", ["1.5", "-0.1", "nan", "inf", "half"])
def test_a_bad_threshold_is_refused(share: str) -> None:
    with pytest.raises(UsageError, match=r"DATELINE_THRESHOLD: .* a number from 0 to 1"):
        load_config({}, {"DATELINE_THRESHOLD": share}, None)


def test_settings_of_a_language_model_are_read() -> None:
    environ = {
        "CHAT_OPTIONS": '{"model": "small"}',
        "CHAT_PRICE": "0.4/1.6",
        "OPENAI_BASE_URL": "http://127.0.0.1:8080/v1/",
        "OPENAI_API_KEY": "sk-1\n",
    }
    config = load_config({}, environ, None)
    assert (config.chat_options, config.chat_price) == ({"model": "small"}, (0.4, 1.6))
    assert (config.openai_base_url, config.openai_api_key) == ("http://127.0.0.1:8080/v1", "sk-1")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("CHAT_WINDOW", "100"),
        ("CHAT_WINDOW", "8k"),
        ("CHAT_TIMEOUT", "0"),
        ("CHAT_TIMEOUT", "nan"),
        ("CHAT_PRICE", "1"),
        ("CHAT_PRICE", "-1/2"),
        ("CHAT_PRICE", "1/inf"),
        ("OPENAI_BASE_URL", "127.0.0.1:8080"),
    ],
)
def test_a_bad_setting_of_a_language_model_is_refused(key: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"{key}: '{value}' will not do"):
        load_config({}, {key: value}, None)


def test_the_address_of_a_ray_cluster_is_read() -> None:
    assert load_config({}, {"DATELINE_RAY": "[::1]:6379"}, None).ray == "[::1]:6379"
    for bad in ("ray.example.org", "ray://127.0.0.1:10001", "127.0.0.1:0", "host:port", ":6379"):
        with pytest.raises(UsageError, match=r"DATELINE_RAY: '.*' will not do; it takes HOST:PORT"):
            load_config({}, {"DATELINE_RAY": bad}, None)


@pytest.mark.parametrize("key", ["CHAT_OPTIONS", "DATELINE_EMBEDDING_OPTIONS"])
@pytest.mark.parametrize("value", ['{"api_key": "hush"', '["hush"]'])
def test_bad_options_are_not_repeated(key: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"{key}: what it is set to will not do") as told:
        load_config({}, {key: value}, None)
    assert "hush" not in str(told.value)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"DATELINE_STORE=\xff\n")
    with pytest.raises(UsageError, match=r"\.env cannot be read \(it is not UTF-8"):
        load_config({}, {}, path)


def test_secrets_stay_out_of_the_repr_and_the_environment(env_file: Path) -> None:
    before = dict(os.environ)
    config = load_config({}, {"DISCORD_TOKEN": "hush"}, env_file)
    assert config.openai_api_key == "a$b"
    assert "a$b" not in repr(config) and "hush" not in repr(config)
    assert dict(os.environ) == before
