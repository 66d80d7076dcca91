"""The tables of a manifest, and the longer questions that are put to them."""

FORMAT = 3
"""Raised with every change to the tables or to what stands beside the manifest."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    size INTEGER NOT NULL,      -- -1 until all its articles are in
    changed_ns INTEGER NOT NULL,
    written_ns INTEGER NOT NULL -- when its content was delivered
);
CREATE TABLE problems (
    file_id INTEGER,            -- NULL for what was found outside any file
    source TEXT NOT NULL,
    line INTEGER,
    reason TEXT NOT NULL
);
CREATE INDEX problems_of_file ON problems (file_id);
CREATE TABLE articles (         -- every version that a file delivers, whether it answers or not
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,   -- its place among the file's articles
    source TEXT NOT NULL,
    sha256 BLOB NOT NULL,       -- of everything that was read of it
    body TEXT NOT NULL,         -- of title and text, which its passages are made of
    state TEXT NOT NULL,        -- new until it has been seen to; then see index/standing.py
    stand_in INTEGER,           -- the article that answers in its place
    story INTEGER,              -- the same number for all that say nearly the same
    leaving INTEGER NOT NULL,   -- 1 when its file has it no more; it answers until it is dropped
    signature BLOB NOT NULL,    -- see index/resemblance.py
    title TEXT NOT NULL,
    published TEXT,
    url TEXT,
    author TEXT,
    words INTEGER NOT NULL,
    places TEXT,                -- JSON: [[start, end, label], …]
    text TEXT NOT NULL
);
CREATE INDEX articles_of_file ON articles (file_id, leaving, state);
CREATE INDEX articles_by_source ON articles (source, leaving);
CREATE INDEX articles_by_url ON articles (url) WHERE url IS NOT NULL;
CREATE INDEX articles_by_body ON articles (body);
CREATE INDEX articles_of_story ON articles (story) WHERE story IS NOT NULL;
CREATE INDEX articles_answering ON articles (published) WHERE state = 'current';
CREATE INDEX articles_unsettled ON articles (id) WHERE state = 'new' OR leaving = 1;
CREATE INDEX articles_stood_in_for ON articles (stand_in) WHERE stand_in IS NOT NULL;
CREATE TABLE bands (            -- articles that share one may say nearly the same
    band INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    PRIMARY KEY (band, article_id)
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY,     -- never given twice, see meta.next_passage
    article_id INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    text TEXT NOT NULL,
    vector BLOB NOT NULL        -- float16
);
CREATE INDEX passages_of_article ON passages (article_id);
CREATE TABLE garbage (passage_id INTEGER PRIMARY KEY);
"""


CATALOGUE = """
SELECT a.source, a.title, a.published, a.url, a.words,
    (SELECT count(*) FROM passages WHERE article_id = a.id),
    a.state,
    CASE a.state WHEN 'current' THEN (
        SELECT source FROM articles
        WHERE a.story IS NOT NULL AND story = a.story AND state = 'current'
        ORDER BY coalesce(published, '9999'), url IS NULL, instr(url, '?') > 0, source LIMIT 1
    ) ELSE (SELECT source FROM articles WHERE id = a.stand_in) END
FROM articles a
WHERE a.source > ? AND a.state != 'new'
    AND NOT EXISTS (SELECT 1 FROM articles WHERE id = a.stand_in AND source = a.source)
ORDER BY a.source LIMIT ?
"""


KIN = """
WITH entry AS (             -- what answers for the article: itself, or what it is a copy of
    SELECT id, source, story FROM articles WHERE id IN (
        SELECT CASE state WHEN 'duplicate' THEN stand_in ELSE id END FROM articles
        WHERE source = :source AND state IN ('current', 'duplicate')
    )
)
SELECT source, 'duplicate' FROM entry WHERE source != :source
UNION SELECT source, state FROM articles
    WHERE stand_in IN (SELECT id FROM entry) AND source != :source
UNION SELECT source, state FROM articles
    WHERE story IN (SELECT story FROM entry) AND state = 'current'
    AND source NOT IN (SELECT source FROM entry)
ORDER BY source
"""
