"""Titles that say something, and titles that only name it."""

import pytest

from bot.extraction.clause import is_statement


@pytest.mark.parametrize(
    "title",
    [
        "Velden wins the valley cup",
        "Bank raises rates again",
        "Man arrested after fire in Velden",
        "Report: Mayor knew of the cracks - The Valley Post",
        "Ida Lund to visit Aldern",
        "Lund talks to the union",
        "Four officers were hurt in the flood",
    ],
)
def test_a_title_with_a_verb_is_a_statement(title: str) -> None:
    assert is_statement(title)


@pytest.mark.parametrize(
    "title",
    [
        "Concern in Velden",
        "Peace talks in Aldern",
        "How the bridge fell",
        "What to know about the flood",
        "Has the mayor lied?",
        "5 things to know this week",
        "The mayor's funeral",
        "Flood in Velden: live updates",
        "mayor-of-velden-opens-the-bridge",
        "Mayor says the bridge was ...",
        "",
    ],
)
def test_other_titles_are_none(title: str) -> None:
    assert not is_statement(title)
