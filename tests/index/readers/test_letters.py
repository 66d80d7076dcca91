"""E-mail, rich text and OpenDocument."""

from datetime import date
from pathlib import Path

from index.article import Article
from index.readers import Problem, read_file
from tests.standins.documents import archive

RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title Caf\'e9 shut}{\author Ada}}"
    rb"\f0 {\b Caf\'e9 shut}\par The \u8220?Zo\'eb\u8221? is shut.\par"
    rb"\trowd\cellx1\cellx2 Mon\cell 6\cell\row}"
)
EML = (
    b"From: =?utf-8?q?Ada_L=C3=ADnd?= <ada@example.org>\r\nSubject: Ferry sails\r\n again\r\n"
    b"Date: Mon, 21 Oct 2024 08:00:00 +0200\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
    b"Content-Type: text/plain; charset=utf-8; format=flowed\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nThe b=C3=A2teau sails \r\nagain.\r\n\r\n"
    b"-- \r\nAda\r\n--x\r\nContent-Type: application/pdf\r\n"
    b"Content-Disposition: attachment; filename=a.pdf\r\n\r\nx\r\n--x--\r\n"
)
ODT = (
    '<o:document-content xmlns:o="o" xmlns:t="t" xmlns:b="b"><o:body><o:text><t:tracked-changes>'
    "<t:deletion><t:p>gone</t:p></t:deletion></t:tracked-changes><t:h>Tower sold</t:h><t:p>The "
    "<t:span>old</t:span><t:s/>tower<t:note><t:note-citation>1</t:note-citation><t:note-body>"
    "<t:p>A note.</t:p></t:note-body></t:note> is sold.</t:p><b:table><b:table-row><b:table-cell>"
    "<t:p>3</t:p></b:table-cell><b:table-cell><t:p>3</t:p></b:table-cell></b:table-row></b:table>"
    "</o:text></o:body></o:document-content>"
)


def read(folder: Path, name: str, data: bytes) -> list[Article | Problem]:
    path = folder / name
    path.write_bytes(data)
    return [*read_file(path, name)]


def test_rich_text(tmp_path: Path) -> None:
    text = "The “Zoë” is shut.\n\nMon | 6"
    assert read(tmp_path, "a.rtf", RTF) == [Article("a.rtf", "Café shut", text, author="Ada")]
    [problem] = read(tmp_path, "a.rtf", b"plain")
    assert isinstance(problem, Problem)


def test_footnotes_of_rich_text_come_at_its_end(tmp_path: Path) -> None:
    note = r"{\super\chftn{\footnote\pard\plain {\super\chftn} Built in 1912 \{sic\}.}}"
    written = (
        rf"{{\rtf1\ansi The bridge{note} is shut.\par It is old.{note.replace('1912', '1930')}}}"
    )
    [article] = read(tmp_path, "a.rtf", written.encode())
    assert isinstance(article, Article)
    first, second, *notes = article.text.split("\n\n")
    assert (first, second) == ("The bridge is shut.", "It is old.")
    assert notes == ["Built in 1912 {sic}.", "Built in 1930 {sic}."]
    for end in range(len(written)):  # broken off anywhere
        read(tmp_path, "a.rtf", written[:end].encode())


def test_a_letter(tmp_path: Path) -> None:
    letter, problem = read(tmp_path, "a.eml", EML)
    day = date(2024, 10, 21)
    assert letter == Article(
        "a.eml", "Ferry sails again", "The bâteau sails again.", day, author="Ada Línd"
    )
    assert problem == Problem("a.eml", "its attachments are not read: a.pdf")


def test_opendocument(tmp_path: Path) -> None:
    text = "The old tower is sold.\n\nA note.\n\n3 | 3"
    assert read(tmp_path, "a.odt", archive({"content.xml": ODT})) == [
        Article("a.odt", "Tower sold", text)
    ]
    [problem] = read(tmp_path, "a.odt", archive({"x": ""}))
    assert problem == Problem("a.odt", "no OpenDocument text; save it anew")


def test_other_endings_of_known_kinds(tmp_path: Path) -> None:
    [article] = read(tmp_path, "a.markdown", b"# Title\n\nText *here*.")
    assert isinstance(article, Article)
    assert article.text == "Text here."
