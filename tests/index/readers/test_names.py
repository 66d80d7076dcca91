"""Columns, keys and lines above a text are known in many languages, and from many programs."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.readers.names import flattened, named, plain_name
from tests.index.readers.conftest import Read

DAY = date(2025, 3, 14)
TEXT = "The harbour bridge was shut on Friday."


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("Titre;Texte de l'article;Date de publication", "14 mars 2025 à 9h15, heure de Paris"),
        ("TITRE;CORPS;DATE_DE_PARUTION", "14/03/2025"),
        ("Ueberschrift;Volltext;Veroeffentlicht am", "14. März 2025, 9:15 Uhr"),
        (
            "Título de la noticia;Cuerpo;Fecha de publicacion",
            "14 de marzo de 2025 a las 9:15 horas",
        ),
        ("Título;Corpo da notícia;Publicado em", "14/03/2025 às 09h15"),
        ("Titolo;Testo dell'articolo;Pubblicato il", "14 marzo 2025 alle ore 9:15"),
        ("Kop;Inhoud;Publicatiedatum", "14 maart 2025 om 9.15 uur"),
        ("Tytuł;Treść;Data publikacji", "14 marca 2025, godz. 9:15"),
        ("Rubrik;Brödtext;Publicerad", "den 14 mars 2025 kl. 09.15"),
        ("Overskrift;Brødtekst;Udgivet", "14. marts 2025"),
        ("Заголовок;Текст новости;Дата публикации", "14.03.2025 в 9:15 МСК"),
        ("Назва;Текст;Опубліковано", "14 березня 2025, 09:15"),
        ("BAŞLIK;İÇERİK;YAYIN TARİHİ", "14 Mart 2025 saat 09:15"),
        ("标题;正文;发布时间", "2025年3月14日 09:15"),
        ("記事タイトル;本文;公開日時", "2025/03/14 09:15"),
        ("기사 제목;기사 본문;작성일", "2025.03.14. 오전 9:15"),
        ("العنوان;نص المقال;تاريخ النشر", "14 مارس 2025"),
        ("post_title;post_content;post_date", "2025-03-14 09:15:00 Europe/Oslo"),
        ("webTitle;fields.bodyText;webPublicationDate", "2025-03-14T09:15:00Z"),
        ("headline.main;lead_paragraph;pub_date", "2025-03-14T09:15:00+0000"),
    ],
)
def test_columns_are_known_in_every_language(read: Read, head: str, day: str) -> None:
    [article] = read("a.csv", f"{head}\nBridge shut;{TEXT};{day}\n")
    assert article == Article("a.csv#1", "Bridge shut", TEXT, DAY)


@pytest.mark.parametrize(
    "saved",
    [
        {"response": {"results": [{"webTitle": "Bridge shut", "fields": {"bodyText": TEXT}}]}},
        {"response": {"docs": [{"headline": {"main": "Bridge shut"}, "lead_paragraph": TEXT}]}},
        {"hits": {"hits": [{"_source": {"title": "Bridge shut", "content": TEXT}}]}},
        [{"title": {"rendered": "Bridge shut"}, "content": {"rendered": f"<p>{TEXT}</p>"}}],
        {"title": "Bridge shut", "maintext": TEXT, "description": "Cracks."},
        [{"title": "Bridge shut", "contents": [{"content": TEXT}, None]}],
        [{"title": "Bridge shut", "text": "nan", "summary": TEXT}],
        [{"title": "Bridge shut", "content": f"{TEXT} [+2310 chars]"}],
    ],
)
def test_json_is_read_as_services_and_programs_give_it(read: Read, saved: Any) -> None:
    [article] = read("a.json", json.dumps(saved))
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("Bridge shut", TEXT)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.ndjson", "a.jl", "a.jsonlines"])
def test_lines_of_json_need_no_id(read: Read, name: str) -> None:
    rows = [{"_id": {"$oid": "f2"}, "body": TEXT, "at": 1}, {"title": "Pool", "body": "It opened."}]
    first, second = read(name, "\n".join(map(json.dumps, rows)))
    assert [a.source for a in (first, second)] == ["f2", f"{name}#2"]


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("By Ida Lund", "Ida Lund"),
        ("['Ida Lund', \"Bo O'Hara\"]", "Ida Lund, Bo O'Hara"),
        ([{"name": "Ida Lund"}, "Bo"], "Ida Lund, Bo"),
        (3, None),
    ],
)
def test_authors_are_names(read: Read, written: object, author: str | None) -> None:
    [article] = read("a.jsonl", json.dumps({"text": TEXT, "author": written}))
    assert isinstance(article, Article)
    assert article.author == author


@pytest.mark.parametrize(
    "above",
    [
        "Subject: Bridge shut\nDate: Fri, 14 Mar 2025 09:15 +0100\nFrom: Ida Lund <i@a.eu>\n\n",
        "Betreff: Bridge shut\nVon: Ida Lund\nGesendet: Freitag, 14. März 2025 09:15\nAn: alle\n\n",
        "HEADLINE: Bridge shut\nBYLINE: Ida Lund\nDATE: March 14, 2025 Friday\nBODY: ",
        "标题:Bridge shut\n日期:2025年3月14日\n作者:Ida Lund\n\n",
        "Titre : Bridge shut\nDate : 14 mars 2025\nAuteur : Ida Lund\n",
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_lines_above_a_text_are_its_fields(read: Read, above: str, name: str) -> None:
    [article] = read(name, f"{above}{TEXT}\n\nIt opens in May.\n")
    assert isinstance(article, Article)
    assert (article.title, article.published, article.author) == ("Bridge shut", DAY, "Ida Lund")
    assert article.text.split() == f"{TEXT} It opens in May.".split()


@pytest.mark.parametrize(
    "text",
    [
        "Host: Why was it shut?\nGuest: Of cracks.\n",
        "Note: It is shut.\n",
        "Date: 14 March 2025\n\nA.\n",
    ],
)
def test_other_lines_stay_in_the_text(read: Read, text: str) -> None:
    [article] = read("a.txt", text)
    assert isinstance(article, Article)
    assert article.text.split() == text.split()


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("Article Text", "content"), ["content", "Article Text"]),
        (("summary", "news_text"), ["news_text", "summary"]),
        (("text_length", "image_url"), None),
    ],
)
def test_the_fullest_name_counts_most(names: tuple[str, ...], text: list[str] | None) -> None:
    assert named(names).get("text") == text


@given(st.text(max_size=40))
def test_no_name_is_too_odd(name: str) -> None:
    assert plain_name(plain_name(name)) == plain_name(name)
    assert flattened({name: {name: 1}}) == ({name: 1} if name[:1] == "$" else {f"{name}.{name}": 1})
