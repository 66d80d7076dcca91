"""Markdown is read as it is shown: without marks, comments and what only programs need."""

from datetime import date
from pathlib import Path

import pytest

from index.article import Article
from index.readers import Problem, read_file


def read(folder: Path, text: str, name: str = "a.md") -> Article:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    [article] = read_file(path, name)
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (
            "The [[Old tower|tower]] of [[Almby#Past]] *stays* ==shut==.",
            "The tower of Almby stays shut.",
        ),
        ("It ![[a.png]]stays %% price? %%here.<!-- check -->", "It stays here."),
        ("It %%\nhidden\n\nlines\n%% stays.", "It stays."),
        (
            "See [the plan](https://a.b/c 'T'), or [this][1].\n\n[1]: http://x.y",
            "See the plan, or this.",
        ),
        ("> [!note]- Box\n> It stays.", "Box\n\nIt stays."),
        ("- [x] done\n- [ ] open", "done\n\nopen"),
        ("Open[^1] now.\n\n[^1]: Since May.", "Open now.\n\nSince May."),
        ("Open^[since May] now.", "Open now.\n\nsince May"),
        ("The choir\nsings in\nthe tower.", "The choir sings in the tower."),
        ("Day | Boats\n--- | ---\nMon | 6", "Day | Boats\n\nMon | 6"),
        ("It stays.  \nFor now. ^name-1", "It stays.\nFor now."),
        ("{% include x %}It <b>stays</b>.{: .big}\n\n{{< fig >}}", "It stays."),
        ("```\na = [[1]]\n  %% b %%\n```", "a = [[1]]\n%% b %%"),
        (
            "The sea is calm\nThe gulls are loud\nThe ships go by",
            "The sea is calm\nThe gulls are loud\nThe ships go by",
        ),
        (
            "Prices rose by 5%% in May and 6%% in June.",
            "Prices rose by 5%% in May and 6%% in June.",
        ),
    ],
)
def test_marks_are_left_out(tmp_path: Path, written: str, shown: str) -> None:
    assert read(tmp_path, written).text == shown


def test_headings_are_places_and_the_first_one_the_title(tmp_path: Path) -> None:
    article = read(tmp_path, "Ferry *sails*\n=====\n\nIt sails.\n\n## Prices\n\nNine crowns.\n")
    assert (article.title, article.text) == ("Ferry sails", "It sails.\n\nPrices\n\nNine crowns.")
    assert [place.label for place in article.places] == ["§ Prices"]
    assert article.place_at(article.text.index("Nine")) == "§ Prices"


@pytest.mark.parametrize(
    "name", ["2024-10-21-ferry-sails.md", "2024-10-21-ferry-sails/index.markdown"]
)
def test_a_blog_s_file_bears_its_day(tmp_path: Path, name: str) -> None:
    article = read(
        tmp_path, "---\nlayout: post\n---\nIt sails again, and it costs nothing.\n\nMore.", name
    )
    assert article.published == date(2024, 10, 21)
    assert read(tmp_path, "---\ndate: 2020-01-02\n---\nIt.", name).published == date(2020, 1, 2)


def test_its_fields_are_the_article_s(tmp_path: Path) -> None:
    fields = "authors:\n- '[[Ada Lind]]'\n- {name: Bo}\nlink: https://a.b/c\nsource: Wire"
    article = read(tmp_path, f"---\ntitle: A: b\n{fields}\n---\nIt sails.")
    assert (article.title, article.author, article.url) == ("A: b", "Ada Lind, Bo", "https://a.b/c")
    assert read(tmp_path, "---\nurl: https://a.b/\n---\nIt sails.").url is None


def test_what_ends_others_ends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: T\na: " + "[" * 2_000 + "\n---\nText.\n\n" + "> " * 2_000 + "deep")
    article, problem = read_file(path, "a.md")
    assert isinstance(article, Article)
    assert (article.title, article.text[:5]) == ("T", "Text.")
    assert isinstance(problem, Problem)
    assert "nests too deeply" in problem.reason
