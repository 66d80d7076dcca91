"""Documents of every kind, made by the libraries that people make them with."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import docx
from fpdf import FPDF
from fpdf.enums import XPos, YPos

PAGE = """<!doctype html><html lang="en"><head><title>Ferry returns | The Harbour Post</title>
<meta name="author" content="Ada Byron"><link rel="canonical" href="https://example.org/ferry">
<meta property="article:published_time" content="2024-10-24T08:00:00Z">
<script>var hidden = "run me";</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav>
<article><h1>Ferry returns</h1>
<p>The ferry to the island sails again after a break of three months, the harbour office said
on Thursday. It carries <b>ninety</b> cars.</p>
<h2>Background</h2><p>The old ferry broke down in July, when its engine caught fire.</p>
<ul><li>Nobody was hurt.</li><li>The crossing takes <a href="/x">forty minutes</a>.</li></ul>
<table><tr><th>Day</th><th>Sailings</th></tr><tr><td>Monday</td><td>12</td></tr></table>
</article>
<aside>Subscribe to our letter now</aside><footer>© 2019 The Harbour Post</footer></body></html>"""

CONTAINER = """<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>
<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>"""
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Year at Sea</dc:title>
<dc:creator>Ada</dc:creator><dc:creator>Bo</dc:creator><dc:date>2023-05-04</dc:date></metadata>
<manifest><item id="two" href="two.xhtml"/><item id="one" href="part%201/one.xhtml"/>
<item id="out" href="../../../../etc/passwd"/></manifest>
<spine><itemref idref="one"/><itemref idref="out"/><itemref idref="two"/></spine></package>"""
BOOK = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/part 1/one.xhtml": "<html><head><title>x</title></head><body><h1>Spring</h1>"
    "<p>The sea was <i>calm</i> &amp; grey.</p></body></html>",
    "OEBPS/two.xhtml": "<html><body><h1>Winter</h1><p>Ice lay on it.</p></body></html>",
}

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Harbour Post</title>
<item><title>Ferry &amp; sea</title><link>https://example.org/ferry</link><dc:creator>Ada</dc:creator>
<pubDate>Thu, 24 Oct 2024 23:30:00 -0400</pubDate><description>It sails.</description>
<content:encoded><![CDATA[<p>The ferry sails again.</p><h2>Prices</h2><p>Five euros.
<script>steal()</script></p>]]></content:encoded></item>
<item><title>Teaser</title><link>https://example.org/teaser</link></item>
<item><guid>../../etc/passwd</guid><description>A text without an address.</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>The Harbour Post</title><entry>
<title type="html">The &lt;b&gt;ferry&lt;/b&gt;</title><id>urn:1</id>
<link href="https://example.org/ferry"/><updated>2024-10-24T10:00:00Z</updated>
<author><name>Ada</name></author><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>The ferry sails again.</p></div></content></entry></feed>"""


def pdf(pages: Sequence[str], title: str = "", password: str = "", picture: bool = False) -> bytes:
    """A PDF file with a running head and numbered pages; a page without text may be a picture."""

    class Paper(FPDF):
        def header(self) -> None:
            self.cell(0, 8, "The Harbour Post" if pages else "")
            self.ln(12)

        def footer(self) -> None:
            self.set_y(-15)
            self.cell(0, 8, str(self.page_no()) if pages else "")

    made = Paper() if any(pages) else FPDF()
    made.set_font("helvetica", size=12)
    if title:
        made.set_title(title)
    if password:
        made.set_encryption("owner", password)
    for text in pages:
        made.add_page()
        made.multi_cell(0, 6, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if picture and not text:
            made.rect(20, 20, 50, 50, style="F")
    return bytes(made.output())


def word(paragraphs: Sequence[str], title: str = "", author: str = "") -> bytes:
    """A Word file; a paragraph that begins with "# " is a heading."""
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = title, author
    for text in paragraphs:
        if text.startswith("# "):
            document.add_heading(text.removeprefix("# "))
        else:
            document.add_paragraph(text)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Cable", "rusted"
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def archive(files: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of files by their names."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return made.getvalue()
