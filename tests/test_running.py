"""The Dockerfile, the systemd unit and the invitation do what the docs say of them."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "docs" / "discord.md").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
UNIT = (ROOT / "dateline.service").read_text(encoding="utf-8")
NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    read_message_history=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    add_reactions=True,
)


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


def test_the_invitation_asks_for_the_scopes_and_permissions_needed() -> None:
    found = re.search(r"https://discord\.com/oauth2/authorize\?\S+?(?=`)", GUIDE)
    assert found
    asked = parse_qs(urlsplit(found[0]).query)
    assert asked["scope"] == ["bot applications.commands"]
    assert asked["permissions"] == [str(NEEDED.value)]
    assert not NEEDED.administrator


def test_every_permission_is_explained_by_its_bit() -> None:
    table = GUIDE.split("| Permission | Bit |")[1].split("\n\n")[0]
    bits = [int(bit) for bit in re.findall(r"^\| [\w ]+ \| (\d+) \|", table, re.MULTILINE)]
    assert sum(1 << bit for bit in bits) == NEEDED.value


def test_the_container_holds_every_room_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rooms = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = [
        path for line in instructions("COPY") if "--from" not in line for path in line.split()[:-1]
    ]
    assert set(rooms) < set(copied)
    assert set(copied) - set(rooms) == {"pyproject.toml", "uv.lock", "README.md", "LICENSE"}
    assert all((ROOT / path).exists() for path in copied)


def test_the_container_runs_the_bot_as_nobody_in_particular() -> None:
    assert instructions("ENTRYPOINT") == ['["dateline"]']
    assert instructions("CMD") == ['["discord"]']
    assert instructions("USER")[-1] not in ("0", "root")
    assert not re.search(r"TOKEN|SECRET|API_KEY|\.env", DOCKERFILE)
    assert all(
        re.fullmatch(r"python:[\d.]+-slim-\w+( AS build)?", base) for base in instructions("FROM")
    )


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze")
    unit = tmp_path / "dateline.service"
    installed = re.sub(r"(?<=^ExecStart=)\S+", sys.executable, UNIT, flags=re.MULTILINE)
    unit.write_text(installed, encoding="utf-8")
    verify = ["systemd-analyze", "verify", "--man=no", str(unit)]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_runs_the_bot_without_rights() -> None:
    settings = dict(line.split("=", 1) for line in UNIT.splitlines() if re.match(r"\w+=", line))
    assert settings["ExecStart"].endswith("/bin/dateline discord")
    assert settings["DynamicUser"] == settings["NoNewPrivileges"] == "yes"
    assert settings["ProtectSystem"] == "strict"
    assert settings["CapabilityBoundingSet"] == ""
    assert "TOKEN" not in settings["Environment"]
