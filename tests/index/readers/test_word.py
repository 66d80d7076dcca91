"""Word files are read as their last version is shown."""

from pathlib import Path

import pytest

from index.article import Article
from index.readers import read_file
from tests.standins.documents import archive

SPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "v": "urn:schemas-microsoft-com:vml",
    }.items()
)
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PACKAGE = "application/vnd.openxmlformats-package.relationships+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*inner: str) -> str:
    return f"<w:p>{''.join(x if x.startswith('<') else run(x) for x in inner)}</w:p>"


def deleted(text: str) -> str:
    return f"<w:del><w:r><w:delText>{text}</w:delText></w:r></w:del>"


def cell(*inner: str) -> str:
    return f"<w:tc>{''.join(inner)}</w:tc>"


def table(*rows: list[str]) -> str:
    made = (f"<w:tr>{''.join(cells)}</w:tr>" for cells in rows)
    return f"<w:tbl>{''.join(made)}</w:tbl>"


def controlled(inner: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>"


def related(*targets: tuple[str, str]) -> str:
    made = (
        f'<Relationship Id="r{n}" Type="{RELATION}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets)
    )
    return f'<Relationships xmlns="{RELATIONS}">{"".join(made)}</Relationships>'


def read(folder: Path, body: str, note: str = "") -> Article:
    parts = {"document.main": "document", "footnotes": "footnotes"}
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{KIND}.{kind}+xml"/>'
        for kind, name in parts.items()
    )
    defaults = f'<Default Extension="rels" ContentType="{PACKAGE}"/>'
    path = folder / "a.docx"
    path.write_bytes(
        archive(
            {
                "[Content_Types].xml": f'<Types xmlns="{TYPES}">{defaults}{types}</Types>',
                "_rels/.rels": related(("officeDocument", "word/document.xml")),
                "word/_rels/document.xml.rels": related(("footnotes", "footnotes.xml")),
                "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
                "word/footnotes.xml": f'<w:footnotes {SPACES}><w:footnote w:id="2">'
                f"{paragraph(note)}</w:footnote></w:footnotes>",
            }
        )
    )
    [article] = read_file(path, "a.docx")
    assert isinstance(article, Article), article
    return article


TITLE = paragraph("Tower sold")
EMPTY = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"


def merged(how: str | None = None) -> str:
    value = f' w:val="{how}"' if how else ""
    return f"<w:tcPr><w:vMerge{value}/></w:tcPr>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            paragraph("Sold on ", deleted("Friday"), f"<w:ins>{run('Monday')}</w:ins>", "."),
            "Sold on Monday.",
        ),
        (
            paragraph(
                f"<w:moveFrom>{run('was ')}</w:moveFrom>",
                "It is ",
                f"<w:moveTo>{run('sold')}</w:moveTo>",
            ),
            "It is sold",
        ),
        (
            paragraph("It is", "<w:r><w:tab/></w:r>", f"<w:hyperlink>{run('sold')}</w:hyperlink>"),
            "It is sold",
        ),
        (
            paragraph("<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>", "It is ") + paragraph("sold."),
            "It is sold.",
        ),
        (controlled(controlled(paragraph("It is ", controlled(run("sold"))))), "It is sold"),
        (table([cell(paragraph("A")), cell(paragraph("3")), cell(paragraph("3"))]), "A | 3 | 3"),
        (
            table([cell(table([cell(paragraph("9"))]), paragraph("")), cell(paragraph("2"))]),
            "9 | 2",
        ),
        (
            table([controlled(cell(paragraph("9"))), cell(paragraph("a"), paragraph("b"))]),
            "9 | a b",
        ),
        (
            table(
                [cell(merged("restart"), paragraph("A")), cell(paragraph("1"))],
                [cell(merged("continue"), paragraph("")), cell(paragraph("2"))],
                [cell(merged(), paragraph("")), cell(paragraph("3"))],
                [cell(paragraph("B")), cell(paragraph("4"))],
            ),
            "A | 1\n\nA | 2\n\nA | 3\n\nB | 4",
        ),
        (
            EMPTY.format(paragraph("Enter text"))
            + paragraph("It is ", EMPTY.format(run("x")), "sold"),
            "It is sold",
        ),
        (
            paragraph("<w:r><w:rPr><w:vanish/></w:rPr><w:t>no</w:t></w:r>", "It is sold"),
            "It is sold",
        ),
    ],
)
def test_what_is_shown_is_read(tmp_path: Path, body: str, text: str) -> None:
    article = read(tmp_path, TITLE + body)
    assert (article.title, article.text, article.author) == ("Tower sold", text, None)


def test_notes_and_boxes_are_read_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph('It has 112 steps.')}</w:txbxContent>"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    article = read(tmp_path, TITLE + paragraph("It is sold", note, ".", both), note="Since May.")
    assert article.text == "It is sold.\n\nSince May.\n\nIt has 112 steps."
