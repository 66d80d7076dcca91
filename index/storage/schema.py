"""The tables of a manifest, and the longer questions that are put to them."""

FORMAT = 4
"""Raised with every change to the tables or to what is kept beside the manifest."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    size INTEGER NOT NULL,      -- -1 until all its articles are in
    changed_ns INTEGER NOT NULL,
    written_ns INTEGER NOT NULL, -- when its content was delivered
    origin TEXT NOT NULL DEFAULT '' -- the folder or file that was named, or the feed's address
);
CREATE TABLE problems (
    file_id INTEGER,            -- NULL for what was found outside any file
    source TEXT NOT NULL,
    line INTEGER,
    reason TEXT NOT NULL,
    doubtful INTEGER NOT NULL DEFAULT 0 -- 1 where the article was read all the same
);
CREATE INDEX problems_of_file ON problems (file_id);
CREATE TABLE articles (         -- every version that a file delivers, whether it answers or not
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,   -- its place among the file's articles
    source TEXT NOT NULL,
    sha256 BLOB NOT NULL,       -- of everything that was read of it
    body TEXT NOT NULL,         -- of title and text, which its passages are made of
    state TEXT NOT NULL,        -- new until it has been seen to; then see index/storage/versions.py
    stand_in INTEGER,           -- the article that answers in its place
    story INTEGER,              -- the same number for all that say nearly the same
    leaving INTEGER NOT NULL,   -- 1 when its file has it no more; it answers until it is dropped
    signature BLOB NOT NULL,    -- see index/text/minhash.py
    title TEXT NOT NULL,
    published TEXT,
    url TEXT,
    author TEXT,
    words INTEGER NOT NULL,
    places TEXT,                -- JSON: [[start, end, label], …]
    text TEXT NOT NULL,
    name TEXT,                  -- its source, where other articles may be called so too,
    full_name TEXT              -- and its source where they are; see index/sync/naming.py
);
CREATE INDEX articles_by_name ON articles (name) WHERE name IS NOT NULL;
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

UPGRADES = {
    3: """
ALTER TABLE files ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE problems ADD COLUMN doubtful INTEGER NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN name TEXT;
ALTER TABLE articles ADD COLUMN full_name TEXT;
CREATE INDEX articles_by_name ON articles (name) WHERE name IS NOT NULL;
UPDATE articles SET name = source, full_name = (
    SELECT f.source FROM files f WHERE f.id = articles.file_id
) || '#' || source WHERE source IS NOT url
    AND source NOT LIKE 'http://%' AND source NOT LIKE 'https://%'
    AND NOT EXISTS (
        SELECT 1 FROM files f WHERE f.id = articles.file_id AND (f.source = articles.source
            OR substr(articles.source, 1, length(f.source) + 1) = f.source || '#')
    );
UPDATE articles SET state = 'new', stand_in = NULL WHERE state = 'superseded'
"""
}
"""What makes a manifest of an older format one of the next; passages stay as they are."""

SUPERSEDED_ROWS = """
SELECT f.source, a.source, a.title, a.published, b.source, b.published, g.source,
    f.origin = g.origin
FROM articles a JOIN files f ON f.id = a.file_id
    JOIN articles b ON b.id = a.stand_in JOIN files g ON g.id = b.file_id
WHERE a.state = 'superseded' ORDER BY f.source, a.ordinal
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


RELATED = """
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
