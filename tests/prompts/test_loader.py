"""Prompts are Markdown files that users may replace; what is put in is never read again."""

import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import Prompt, PromptError, Prompts

ROOT = Path(__file__).resolve().parents[2]
ASK = Prompt("ask", 'Answer {question} from {passages}, as {"json": true} or {} or {Upper}.')


def test_every_shipped_prompt_is_read() -> None:
    names = {path.stem for path in (ROOT / "prompts").glob("*.md")}
    assert Prompts().fingerprints().keys() == names
    assert all(Prompts()[name].text for name in names)


@given(st.text(), st.text())
def test_values_stand_as_they_are(question: str, passages: str) -> None:
    filled = ASK.fill(question=question, passages=passages)
    assert filled == f'Answer {question} from {passages}, as {{"json": true}} or {{}} or {{Upper}}.'


def test_a_value_pulls_in_no_other() -> None:
    filled = ASK.fill(question="{passages} $passages %(passages)s", passages="secret")
    assert filled.count("secret") == 1


def test_missing_and_unknown_variables_are_named() -> None:
    told = "the prompt ask lacks {question} and does not know {answer}"
    with pytest.raises(PromptError, match=re.escape(told)):
        ASK.fill(passages="", answer="")


def test_a_missing_prompt_is_named() -> None:
    with pytest.raises(PromptError, match=r"no prompt none; there are: .*json_reply"):
        Prompts()["none"]


def test_a_file_of_the_user_wins(tmp_path: Path) -> None:
    words = "Antworte als JSON: {schema}"
    (tmp_path / "json_reply.md").write_text(f"{words}\n", encoding="utf-8")
    mine = Prompts(tmp_path)
    assert mine["json_reply"].fill(schema="x") == "Antworte als JSON: x"
    assert mine.fingerprints()["json_reply"] == hashlib.sha256(words.encode()).hexdigest()
    assert mine.fingerprints() != Prompts().fingerprints()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("jsonreply.md", b"{schema}", "replaces no prompt; name it one of: .*json_reply.md"),
        ("json_reply.md", b"no variable", r"lacks \{schema\}"),
        ("json_reply.md", b"{schema} {mine}", r"does not know \{mine\}"),
        ("json_reply.md", b"\xff", "not UTF-8"),
    ],
)
def test_a_file_that_will_not_do_is_named(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PromptError, match=words) as told:
        Prompts(tmp_path)
    assert str(tmp_path / name) in str(told.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="is not a folder of prompts"):
        Prompts(tmp_path / "none")
