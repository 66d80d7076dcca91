"""The tables of the conversation store, and how those of earlier versions become these."""

from bot.storage.engine import Schema

_EXCHANGES = """
CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,
    person TEXT,
    articles TEXT,              -- the collection that was asked
    at DOUBLE PRECISION NOT NULL, -- seconds since 1970
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    status TEXT NOT NULL,
    citations TEXT NOT NULL     -- as in answer.schema.json
);
CREATE INDEX exchanges_of_conversation ON exchanges (conversation, id);
CREATE INDEX exchanges_by_time ON exchanges (at);
"""
ANSWERS = Schema(
    "answers",
    "what was kept of answers in Discord",
    (
        """
CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    person BIGINT NOT NULL,
    answered DOUBLE PRECISION NOT NULL, -- seconds since 1970
    content TEXT NOT NULL       -- the record as JSON
);
CREATE INDEX answers_by_time ON answers (answered);
CREATE TABLE messages (
    id BIGINT PRIMARY KEY,
    answer TEXT NOT NULL REFERENCES answers ON DELETE CASCADE
);
CREATE INDEX messages_of_answer ON messages (answer);
CREATE TABLE opinions (
    answer TEXT NOT NULL REFERENCES answers ON DELETE CASCADE,
    person BIGINT NOT NULL,
    liked BIGINT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (answer, person)
);
CREATE TABLE events (
    id BIGINT PRIMARY KEY,
    at DOUBLE PRECISION NOT NULL,
    place TEXT                  -- where the answer is awaited; none once it is there
);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
""",
        """
ALTER TABLE answers ADD COLUMN conversation TEXT; -- none where it is in the content alone
ALTER TABLE events ADD COLUMN server BIGINT NOT NULL DEFAULT 0;
""",
        """
CREATE TABLE watches (
    id TEXT PRIMARY KEY,
    person BIGINT NOT NULL,
    server BIGINT NOT NULL,     -- 0 for direct messages
    channel BIGINT NOT NULL,    -- 0 where the person gets a direct message
    language TEXT NOT NULL,
    question TEXT NOT NULL,
    record TEXT NOT NULL,
    since DOUBLE PRECISION NOT NULL
);
""",
        """
ALTER TABLE watches ADD COLUMN after BIGINT; -- see `Watch`
""",
    ),
)
"""Earlier versions kept these tables apart, in answers.sqlite."""
_RECORDS_OF_EXCHANGES = """
ALTER TABLE exchanges ADD COLUMN record TEXT; -- the id in answers, where the answer has buttons
UPDATE exchanges SET record = (
    SELECT id FROM answers
    WHERE CAST(answers.person AS TEXT) = exchanges.person
    AND answered >= at AND answered <= at + 30 -- both were kept one after the other
    ORDER BY answered LIMIT 1
);
"""
_HOMES_OF_WATCHES = """
ALTER TABLE watches ADD COLUMN home BIGINT NOT NULL DEFAULT 0; -- 0 for none
"""
CONVERSATIONS = Schema(
    "memory", "the memory", (_EXCHANGES, ANSWERS, _RECORDS_OF_EXCHANGES, _HOMES_OF_WATCHES)
)
