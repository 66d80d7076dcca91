"""Front matter is read in whatever form it comes, and hurts nobody."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.readers.facts import Facts, facts_of, texts
from index.readers.front_matter import LONGEST, front_matter

BODY = "The ferry sails again.\n"


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: Ferry sails\ndate: 2024-10-21\n---\n",
        "\n\n---\ntitle: Ferry sails\ndate: 2024-10-21\n...\n",
        '+++\ntitle = "Ferry sails"\ndate = 2024-10-21\n+++\n',
        '{\n"title": "Ferry sails",\n"date": "2024-10-21"\n}\n\n',
        ';;;\n{"title": "Ferry sails", "date": "2024-10-21"}\n;;;\n',
        "---\ntitle: 'Ferry sails'\ndate: '2024-10-21'\ntags: [a\n---\n",
        "Title: Ferry sails\nDate: 2024-10-21\n\n",
    ],
)
def test_fields_in_every_form(text: str) -> None:
    fields, body, problem = front_matter(text + BODY)
    assert facts_of(fields) == Facts("Ferry sails", date(2024, 10, 21))
    assert (body.strip(), problem) == (BODY.strip(), None)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("title: Breaking: ferry sails", "Breaking: ferry sails"),
        ('title: "Ferry" sails', '"Ferry" sails'),
        ("title: @ferry sails", "@ferry sails"),
        ("title: Ferry\n  sails: again", "Ferry sails: again"),
        ("title: 2024", "2024"),
        ("title: Yes", "Yes"),
        ("title: [", ""),
        ("title: 'It's shut: all of it'", "It's shut: all of it"),
        ("title: 'The owners' view: it's over'", "The owners' view: it's over"),
        ('title: "Ferry" and "bridge": a tale', '"Ferry" and "bridge": a tale'),
        ("titre : Pont fermé : pourquoi", "Pont fermé : pourquoi"),
        ("Überschrift: Brücke zu", "Brücke zu"),
    ],
)
def test_titles_as_people_write_them(line: str, title: str) -> None:
    assert facts_of(front_matter(f"---\n{line}\n---\n{BODY}").fields).title == title


@pytest.mark.parametrize(
    "written",
    [
        "authors: [Ada, Bo]",
        "authors:\n- Ada\n- Bo",
        "authors:\n  - name: Ada\n  - {name: Bo}",
        "x: a: b\nauthors:\n- Ada\n- Bo",
    ],
)
def test_authors_in_every_form(written: str) -> None:
    fields = front_matter(f"---\n{written}\n---\n{BODY}").fields
    assert [*texts(fields["authors"])] == ["Ada", "Bo"]


@pytest.mark.parametrize(
    "text", ["A text.\n\n---\n\nMore.\n", "--- a\n", "{a} text\n", "Note: x\n"]
)
def test_a_text_without_front_matter_is_whole(text: str) -> None:
    assert front_matter(text) == ({}, text, None)


@pytest.mark.parametrize(
    "written",
    [
        "a: " + "[" * 20_000,
        "a: " + "{a: " * 5_000,
        "- " * 9_000,
        "a0: &a0 {k: v}\n"
        + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 400)),
        "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a]\n" for n in range(700)),
        "a: " + "9" * 10_000,
        "a: 0x" + "f" * 10_000,
        "a: &a [*a]",
        "[a, b]: {c: d}",
    ],
)
def test_what_is_made_to_hurt_does_not(written: str) -> None:
    begun = time.perf_counter()
    fields, body, _ = front_matter(f"---\ntitle: T\n{written}\n---\n{BODY}")
    assert (facts_of(fields).title, body) == ("T", BODY)
    assert time.perf_counter() - begun < 20


def test_what_is_too_long_is_said_to_be() -> None:
    _, body, problem = front_matter("---\ntitle: T\n" + "k: v\n" * LONGEST + "---\n" + BODY)
    assert body == BODY
    assert problem
    assert "longer than" in problem


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#? \n\t0=+;.", max_size=300))
@settings(deadline=2000)
def test_nothing_in_it_raises(written: str) -> None:
    for fence in ("---", "+++", ";;;"):
        fields, _, _ = front_matter(f"{fence}\n{written}\n{fence}\n{BODY}")
        assert all(isinstance(name, str) for name in fields)
        for value in fields.values():
            assert all(isinstance(text, str) for text in texts(value))
