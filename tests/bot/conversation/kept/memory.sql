PRAGMA user_version = 1;
BEGIN TRANSACTION;
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
INSERT INTO "exchanges" VALUES(1,'evening talk',NULL,'seeds-1',1700000000.0,'Who closed the bridge?','The town did. [1]','answered','[{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}]');
INSERT INTO "exchanges" VALUES(2,'1/2 7','7',NULL,1700000000.0,'What of the bridge, number 0?','It closed, number 0. [1]','answered','[{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}]');
INSERT INTO "exchanges" VALUES(3,'direct 7','7',NULL,1700000060.0,'What of the bridge, number 1?','It closed, number 1. [1]','answered','[{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}]');
INSERT INTO "exchanges" VALUES(4,'1/2 8','8',NULL,1700000120.0,'What of the bridge, number 2?','It closed, number 2. [1]','answered','[{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}]');
INSERT INTO "exchanges" VALUES(5,'1/2 7','7',NULL,1700000180.0,'What of the bridge, number 3?','It closed, number 3. [1]','answered','[{"n": 1, "source": "harbour.txt", "title": "The harbour bridge", "published": "2023-11-10", "url": null, "quote": "The bridge closed on Monday.", "start": 20, "end": 48}]');
CREATE INDEX exchanges_of_conversation ON exchanges (conversation, id);
CREATE INDEX exchanges_by_time ON exchanges (at);
COMMIT;
