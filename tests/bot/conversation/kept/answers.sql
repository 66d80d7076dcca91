PRAGMA user_version = 4;
BEGIN TRANSACTION;
CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    person BIGINT NOT NULL,
    answered DOUBLE PRECISION NOT NULL, -- seconds since 1970
    content TEXT NOT NULL       -- the record as JSON
, conversation TEXT);
INSERT INTO "answers" VALUES('record-0',7,1700000000.01,'{"id": "record-0", "person": 7, "server": 1, "conversation": "1/2 7", "private": false, "asked": 1699999999.0, "answered": 1700000000.01, "question": "What of the bridge, number 0?", "answer": "It closed, number 0. [1]", "status": "answered", "citations": [{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}], "confidence": 0.9, "model": "quotes", "notes": [], "conflicts": [], "options": [], "left_out": [], "nearest": null, "follows": null, "article": null, "since": null}','1/2 7');
INSERT INTO "answers" VALUES('record-1',7,1700000060.01,'{"id": "record-1", "person": 7, "server": null, "conversation": "direct 7", "private": true, "asked": 1700000059.0, "answered": 1700000060.01, "question": "What of the bridge, number 1?", "answer": "It closed, number 1. [1]", "status": "answered", "citations": [{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}], "confidence": 0.9, "model": "quotes", "notes": [], "conflicts": [], "options": [], "left_out": [], "nearest": null, "follows": null, "article": null, "since": null}','direct 7');
INSERT INTO "answers" VALUES('record-2',8,1700000120.01,'{"id": "record-2", "person": 8, "server": 1, "conversation": "1/2 8", "private": false, "asked": 1700000119.0, "answered": 1700000120.01, "question": "What of the bridge, number 2?", "answer": "It closed, number 2. [1]", "status": "answered", "citations": [{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}], "confidence": 0.9, "model": "quotes", "notes": [], "conflicts": [], "options": [], "left_out": [], "nearest": null, "follows": null, "article": null, "since": null}','1/2 8');
INSERT INTO "answers" VALUES('record-3',7,1700000180.01,'{"id": "record-3", "person": 7, "server": 1, "conversation": "1/2 7", "private": false, "asked": 1700000179.0, "answered": 1700000180.01, "question": "What of the bridge, number 3?", "answer": "It closed, number 3. [1]", "status": "answered", "citations": [{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}], "confidence": 0.9, "model": "quotes", "notes": [], "conflicts": [], "options": [], "left_out": [], "nearest": null, "follows": "record-0", "article": null, "since": null}','1/2 7');
INSERT INTO "answers" VALUES('hello',7,1700000180.01,'{"id": "hello", "person": 7, "server": 1, "conversation": "1/2 7", "private": false, "asked": 1700000179.0, "answered": 1700000180.01, "question": "Hi", "answer": "Hello!", "status": "reply", "citations": [], "confidence": 0.9, "model": "quotes", "notes": [], "conflicts": [], "options": [], "left_out": [], "nearest": null, "follows": "record-0", "article": null, "since": null}','1/2 7');
CREATE TABLE events (
    id BIGINT PRIMARY KEY,
    at DOUBLE PRECISION NOT NULL,
    place TEXT                  -- where the answer is awaited; none once it is there
, server BIGINT NOT NULL DEFAULT 0);
INSERT INTO "events" VALUES(5,1700000180.0,'message en 1',1);
INSERT INTO "events" VALUES(6,1700000180.0,NULL,0);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO "facts" VALUES('commands','a digest');
INSERT INTO "facts" VALUES('visit 7','2023-11-14');
CREATE TABLE messages (
    id BIGINT PRIMARY KEY,
    answer TEXT NOT NULL REFERENCES answers ON DELETE CASCADE
);
INSERT INTO "messages" VALUES(100,'record-0');
INSERT INTO "messages" VALUES(200,'record-0');
INSERT INTO "messages" VALUES(101,'record-1');
INSERT INTO "messages" VALUES(201,'record-1');
INSERT INTO "messages" VALUES(102,'record-2');
INSERT INTO "messages" VALUES(202,'record-2');
INSERT INTO "messages" VALUES(103,'record-3');
INSERT INTO "messages" VALUES(203,'record-3');
CREATE TABLE opinions (
    answer TEXT NOT NULL REFERENCES answers ON DELETE CASCADE,
    person BIGINT NOT NULL,
    liked BIGINT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (answer, person)
);
INSERT INTO "opinions" VALUES('record-0',8,1,'');
INSERT INTO "opinions" VALUES('record-2',7,0,'too short');
CREATE TABLE watches (
    id TEXT PRIMARY KEY,
    person BIGINT NOT NULL,
    server BIGINT NOT NULL,     -- 0 for direct messages
    channel BIGINT NOT NULL,    -- 0 where the person is told in a direct message
    language TEXT NOT NULL,
    question TEXT NOT NULL,
    record TEXT NOT NULL,
    since DOUBLE PRECISION NOT NULL
, after BIGINT);
INSERT INTO "watches" VALUES('aaaaaaaaaaaaaaaa',7,1,2,'en','When does it open?','record-3',1700000180.0,12);
INSERT INTO "watches" VALUES('bbbbbbbbbbbbbbbb',8,0,0,'de','Wann?','gone',1700000180.0,NULL);
CREATE INDEX answers_by_time ON answers (answered);
CREATE INDEX messages_of_answer ON messages (answer);
COMMIT;
