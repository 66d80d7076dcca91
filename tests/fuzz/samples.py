"""Whole files of every kind that is read, which damage begins with."""

import gzip

from tests.index.readers.test_bad_files import WHOLE
from tests.index.readers.test_letters import ODT
from tests.standins import documents

LIVE = """<html><head><title>Storm live</title><script type="application/ld+json">
{"@type": "LiveBlogPosting", "headline": "Storm live", "datePublished": "2024-10-24T08:00:00Z",
"liveBlogUpdate": [{"@type": "BlogPosting", "headline": "Trees fall", "datePublished":
"2024-10-24T09:00:00Z", "articleBody": "Two trees fell on the road to the harbour."}]}
</script></head><body><article><p>The storm reaches the coast this morning.</p></article></body>
</html>"""
MAIL = """From: Ada <ada@example.org>
Subject: =?utf-8?q?F=C3=A4hre?=
Date: Thu, 24 Oct 2024 10:00:00 +0200
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

The ferry sails =
again. F=E4hre.
--b
Content-Type: text/html

<p>The ferry sails again.</p>
--b--
"""
RTF = (
    r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title Ferry}{\author Ada}}"
    r"\pard The ferry\footnote It is old.} sails \'e4gain. \u8212? Yes.\par Prices rise.\par}"
)
MARKED = """---
title: "Ferry: it returns"
date: 2024-10-24
tags: [a, b]
authors:
  - name: Ada
---
# Background

The **ferry** [sails](https://example.org "x") again.[^1]

| Day | Sailings |
| --- | --- |
| Monday | 12 |

> It was old.

- One
- [[Two|two]] %% hidden %%

[^1]: Since July.
"""
JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "P", "items": [
{"id": "1", "url": "https://example.org/1", "title": "Ferry", "content_html": "<p>It sails.</p>",
"date_published": "2024-10-24T08:00:00+02:00", "authors": [{"name": "Ada"}]}]}"""
WIRE = """Ferry returns

HARBOUR, Oct 24 (Post) - The ferry sails again after a break
of three months, the har-
bour office said.

24 October 2024
"""
SAMPLES: list[tuple[str, bytes]] = [
    *WHOLE.items(),
    (".html", LIVE.encode()),
    (".html", documents.PAGE.encode("utf-16")),
    (".md", MARKED.encode()),
    (".md", b"+++\ntitle = 'Ferry'\n+++\nIt sails.\n"),
    (".eml", MAIL.encode()),
    (".rtf", RTF.encode()),
    (".odt", documents.archive({"content.xml": ODT})),
    (".json", JSON_FEED.encode()),
    (".txt", WIRE.encode()),
    (".txt", "Паром\n\nПаром снова ходит по понедельникам.\n".encode("cp1251")),
    (".tsv", b"sep=\t\ntitle\ttext\tdate\nFerry\tIt sails.\t24.10.2024\n"),
    (".jsonl.gz", gzip.compress(WHOLE[".jsonl"], mtime=0)),
]
