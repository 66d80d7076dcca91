CREATE SCHEMA dateline;
CREATE TABLE dateline.answers (
    id text NOT NULL,
    person bigint NOT NULL,
    answered double precision NOT NULL,
    content text NOT NULL,
    conversation text
);
CREATE TABLE dateline.events (
    id bigint NOT NULL,
    at double precision NOT NULL,
    place text,
    server bigint DEFAULT 0 NOT NULL
);
CREATE TABLE dateline.exchanges (
    id bigint NOT NULL,
    conversation text NOT NULL,
    person text,
    articles text,
    at double precision NOT NULL,
    question text NOT NULL,
    answer text NOT NULL,
    status text NOT NULL,
    citations text NOT NULL
);
ALTER TABLE dateline.exchanges ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME dateline.exchanges_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE dateline.facts (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE dateline.messages (
    id bigint NOT NULL,
    answer text NOT NULL
);
CREATE TABLE dateline.opinions (
    answer text NOT NULL,
    person bigint NOT NULL,
    liked bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL
);
CREATE TABLE dateline.versions (
    key text NOT NULL,
    made_as bigint
);
CREATE TABLE dateline.watches (
    id text NOT NULL,
    person bigint NOT NULL,
    server bigint NOT NULL,
    channel bigint NOT NULL,
    language text NOT NULL,
    question text NOT NULL,
    record text NOT NULL,
    since double precision NOT NULL,
    after bigint
);
INSERT INTO dateline.answers VALUES ('record-0', 7, 1700000000.01, '{"id": "record-0", "person": 7, "server": 1, "conversation": "1/2 7", "private": false, "asked": 1699999999.0, "answered": 1700000000.01, "question": "What of the bridge, number 0?", "answer": "It closed, number 0. [1]", "status": "answered", "citations": [{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}], "confidence": 0.9, "model": "quotes", "notes": [], "conflicts": [], "options": [], "left_out": [], "nearest": null, "follows": null, "article": null, "since": null}', '1/2 7');
INSERT INTO dateline.answers VALUES ('record-1', 7, 1700000060.01, '{"id": "record-1", "person": 7, "server": null, "conversation": "direct 7", "private": true, "asked": 1700000059.0, "answered": 1700000060.01, "question": "What of the bridge, number 1?", "answer": "It closed, number 1. [1]", "status": "answered", "citations": [{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}], "confidence": 0.9, "model": "quotes", "notes": [], "conflicts": [], "options": [], "left_out": [], "nearest": null, "follows": null, "article": null, "since": null}', 'direct 7');
INSERT INTO dateline.answers VALUES ('record-2', 8, 1700000120.01, '{"id": "record-2", "person": 8, "server": 1, "conversation": "1/2 8", "private": false, "asked": 1700000119.0, "answered": 1700000120.01, "question": "What of the bridge, number 2?", "answer": "It closed, number 2. [1]", "status": "answered", "citations": [{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}], "confidence": 0.9, "model": "quotes", "notes": [], "conflicts": [], "options": [], "left_out": [], "nearest": null, "follows": null, "article": null, "since": null}', '1/2 8');
INSERT INTO dateline.answers VALUES ('record-3', 7, 1700000180.01, '{"id": "record-3", "person": 7, "server": 1, "conversation": "1/2 7", "private": false, "asked": 1700000179.0, "answered": 1700000180.01, "question": "What of the bridge, number 3?", "answer": "It closed, number 3. [1]", "status": "answered", "citations": [{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}], "confidence": 0.9, "model": "quotes", "notes": [], "conflicts": [], "options": [], "left_out": [], "nearest": null, "follows": "record-0", "article": null, "since": null}', '1/2 7');
INSERT INTO dateline.answers VALUES ('hello', 7, 1700000180.01, '{"id": "hello", "person": 7, "server": 1, "conversation": "1/2 7", "private": false, "asked": 1700000179.0, "answered": 1700000180.01, "question": "Hi", "answer": "Hello!", "status": "reply", "citations": [], "confidence": 0.9, "model": "quotes", "notes": [], "conflicts": [], "options": [], "left_out": [], "nearest": null, "follows": "record-0", "article": null, "since": null}', '1/2 7');
INSERT INTO dateline.events VALUES (5, 1700000180, 'message en 1', 1);
INSERT INTO dateline.events VALUES (6, 1700000180, NULL, 0);
INSERT INTO dateline.exchanges OVERRIDING SYSTEM VALUE VALUES (1, 'evening talk', NULL, 'seeds-1', 1700000000, 'Who closed the bridge?', 'The town did. [1]', 'answered', '[{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}]');
INSERT INTO dateline.exchanges OVERRIDING SYSTEM VALUE VALUES (2, '1/2 7', '7', NULL, 1700000000, 'What of the bridge, number 0?', 'It closed, number 0. [1]', 'answered', '[{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}]');
INSERT INTO dateline.exchanges OVERRIDING SYSTEM VALUE VALUES (3, 'direct 7', '7', NULL, 1700000060, 'What of the bridge, number 1?', 'It closed, number 1. [1]', 'answered', '[{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}]');
INSERT INTO dateline.exchanges OVERRIDING SYSTEM VALUE VALUES (4, '1/2 8', '8', NULL, 1700000120, 'What of the bridge, number 2?', 'It closed, number 2. [1]', 'answered', '[{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}]');
INSERT INTO dateline.exchanges OVERRIDING SYSTEM VALUE VALUES (5, '1/2 7', '7', NULL, 1700000180, 'What of the bridge, number 3?', 'It closed, number 3. [1]', 'answered', '[{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}]');
INSERT INTO dateline.facts VALUES ('commands', 'a digest');
INSERT INTO dateline.facts VALUES ('visit 7', '2023-11-14');
INSERT INTO dateline.messages VALUES (100, 'record-0');
INSERT INTO dateline.messages VALUES (200, 'record-0');
INSERT INTO dateline.messages VALUES (101, 'record-1');
INSERT INTO dateline.messages VALUES (201, 'record-1');
INSERT INTO dateline.messages VALUES (102, 'record-2');
INSERT INTO dateline.messages VALUES (202, 'record-2');
INSERT INTO dateline.messages VALUES (103, 'record-3');
INSERT INTO dateline.messages VALUES (203, 'record-3');
INSERT INTO dateline.opinions VALUES ('record-0', 8, 1, '');
INSERT INTO dateline.opinions VALUES ('record-2', 7, 0, 'too short');
INSERT INTO dateline.versions VALUES ('memory', 1);
INSERT INTO dateline.versions VALUES ('answers', 4);
INSERT INTO dateline.watches VALUES ('aaaaaaaaaaaaaaaa', 7, 1, 2, 'en', 'When does it open?', 'record-3', 1700000180, 12);
INSERT INTO dateline.watches VALUES ('bbbbbbbbbbbbbbbb', 8, 0, 0, 'de', 'Wann?', 'gone', 1700000180, NULL);
SELECT pg_catalog.setval('dateline.exchanges_id_seq', 5, true);
ALTER TABLE ONLY dateline.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY dateline.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY dateline.exchanges
    ADD CONSTRAINT exchanges_pkey PRIMARY KEY (id);
ALTER TABLE ONLY dateline.facts
    ADD CONSTRAINT facts_pkey PRIMARY KEY (name);
ALTER TABLE ONLY dateline.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);
ALTER TABLE ONLY dateline.opinions
    ADD CONSTRAINT opinions_pkey PRIMARY KEY (answer, person);
ALTER TABLE ONLY dateline.versions
    ADD CONSTRAINT versions_pkey PRIMARY KEY (key);
ALTER TABLE ONLY dateline.watches
    ADD CONSTRAINT watches_pkey PRIMARY KEY (id);
CREATE INDEX answers_by_time ON dateline.answers USING btree (answered);
CREATE INDEX exchanges_by_time ON dateline.exchanges USING btree (at);
CREATE INDEX exchanges_of_conversation ON dateline.exchanges USING btree (conversation, id);
CREATE INDEX messages_of_answer ON dateline.messages USING btree (answer);
ALTER TABLE ONLY dateline.messages
    ADD CONSTRAINT messages_answer_fkey FOREIGN KEY (answer) REFERENCES dateline.answers(id) ON DELETE CASCADE;
ALTER TABLE ONLY dateline.opinions
    ADD CONSTRAINT opinions_answer_fkey FOREIGN KEY (answer) REFERENCES dateline.answers(id) ON DELETE CASCADE;
