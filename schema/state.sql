-- state.sql: state.db, the visitors' sessions, shared by all workers of an
-- app.
--
-- Unlike cache.db it cannot be computed again: back it up before touching it.
-- To look at it, stop nothing and ask a view:
--
--     sqlite3 state.db 'SELECT * FROM sessions'
--     sqlite3 state.db 'SELECT * FROM session_values'
--
-- A visitor's id is nowhere in here, only hashes of it: whoever reads the
-- file cannot take a session over.

-- One row for each session that has something to remember.
CREATE TABLE session (
	-- Never given twice: a request that runs may still have the number of a
	-- session that is over.
	number INTEGER PRIMARY KEY AUTOINCREMENT,
	-- What the session is called for as long as it lives, whatever its
	-- ids are: a hash of the first of them.
	name TEXT NOT NULL UNIQUE,
	-- Milliseconds of Unix time: when it began, when it was last used
	-- (to the minute), and when it last got a new id.
	created_ms INTEGER NOT NULL,
	seen_ms INTEGER NOT NULL,
	rotated_ms INTEGER NOT NULL,
	-- Bytes of its values and their names; kept by the triggers below.
	bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX session_by_use ON session(seen_ms);
CREATE INDEX session_by_age ON session(created_ms);

-- The ids that lead to a session, and those that must not do so any more.
CREATE TABLE session_id (
	-- BLAKE2b, 32 bytes, of the id.
	hash BLOB PRIMARY KEY,
	-- NULL: the session is over, and the id stays here until no visitor
	-- could come with it any more, lest it began a new one.
	session INTEGER REFERENCES session(number) ON DELETE SET NULL,
	-- When the server made it.
	issued_ms INTEGER NOT NULL,
	-- From when on it is not valid; NULL: as long as the session is.
	until_ms INTEGER,
	-- Has a browser come with it?
	used INTEGER NOT NULL DEFAULT 0,
	-- SipHash-2-4 of the session's name, keyed with the hash: by a row
	-- that is damaged nobody gets into another's session.  NULL: the row
	-- is from before version 3.
	checksum INTEGER,
	-- From when on this row need not be kept.
	keep_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_id_by_session ON session_id(session);
CREATE INDEX session_id_by_end ON session_id(keep_ms);

-- What the app's code put into a session.
CREATE TABLE session_value (
	id INTEGER PRIMARY KEY,
	session INTEGER NOT NULL REFERENCES session(number) ON DELETE CASCADE,
	-- 'value': named by the app; 'stored': the value of an output, of
	-- which the browser only has the name.
	kind TEXT NOT NULL CHECK (kind IN ('value', 'stored')),
	name TEXT NOT NULL,
	changed_ms INTEGER NOT NULL,
	size_bytes INTEGER NOT NULL,
	-- SipHash-2-4 of the value, keyed with the names of it and of its
	-- session: a value that other hands changed or moved is an error.
	-- NULL: the row is from before version 3.
	checksum INTEGER,
	-- JSON.
	value TEXT NOT NULL,
	UNIQUE (session, kind, name)
) STRICT;

-- The SQLite databases that sessions have for themselves, in the directory
-- "sessions"; NULL: the session is over, and the file is to be removed.
CREATE TABLE session_file (
	name TEXT PRIMARY KEY,
	session INTEGER REFERENCES session(number) ON DELETE SET NULL,
	-- When it was last opened.
	size_bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_file_by_session ON session_file(session);

-- What the limits are held against.
CREATE TABLE session_totals (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	sessions INTEGER NOT NULL,
	bytes INTEGER NOT NULL,
	-- Sessions that had to make room.
	evictions INTEGER NOT NULL,
	-- Ids of sessions that are over, and from when on an id must have
	-- been made to begin a session.
	ended_ids INTEGER NOT NULL,
	begin_ms INTEGER NOT NULL
) STRICT;
INSERT INTO session_totals VALUES (1, 0, 0, 0, 0, 0);

-- What a program remembers about the file.
CREATE TABLE session_meta (
	name TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- ------------------------------------------------------------------------
-- Nothing but triggers and views may follow: a program whose triggers or views
-- are others makes them anew when it opens the file.

CREATE TRIGGER session_inserted AFTER INSERT ON session BEGIN
	UPDATE session_totals SET sessions = sessions + 1;
END;
CREATE TRIGGER session_deleted AFTER DELETE ON session BEGIN
	UPDATE session_totals SET sessions = sessions - 1;
END;

CREATE TRIGGER session_id_inserted AFTER INSERT ON session_id
WHEN NEW.session IS NULL BEGIN
	UPDATE session_totals SET ended_ids = ended_ids + 1;
END;
CREATE TRIGGER session_id_ended AFTER UPDATE OF session ON session_id
WHEN NEW.session IS NULL AND OLD.session IS NOT NULL BEGIN
	UPDATE session_totals SET ended_ids = ended_ids + 1;
END;
CREATE TRIGGER session_id_deleted AFTER DELETE ON session_id
WHEN OLD.session IS NULL BEGIN
	UPDATE session_totals SET ended_ids = ended_ids - 1;
END;

CREATE TRIGGER session_value_inserted AFTER INSERT ON session_value BEGIN
	UPDATE session SET bytes = bytes + NEW.size_bytes
	WHERE number = NEW.session;
	UPDATE session_totals SET bytes = bytes + NEW.size_bytes;
END;
CREATE TRIGGER session_file_inserted AFTER INSERT ON session_file BEGIN
	UPDATE session_totals SET bytes = bytes + NEW.size_bytes;
END;
CREATE TRIGGER session_file_deleted AFTER DELETE ON session_file BEGIN
	UPDATE session_totals SET bytes = bytes - OLD.size_bytes;
END;
CREATE TRIGGER session_file_resized AFTER UPDATE OF size_bytes
ON session_file BEGIN
	UPDATE session_totals
	SET bytes = bytes + NEW.size_bytes - OLD.size_bytes;
END;
CREATE TRIGGER session_value_deleted AFTER DELETE ON session_value BEGIN
	UPDATE session SET bytes = bytes - OLD.size_bytes
	WHERE number = OLD.session;
	UPDATE session_totals SET bytes = bytes - OLD.size_bytes;
END;
CREATE TRIGGER session_value_resized AFTER UPDATE OF size_bytes
ON session_value BEGIN
	UPDATE session SET bytes = bytes + NEW.size_bytes - OLD.size_bytes
	WHERE number = NEW.session;
	UPDATE session_totals
	SET bytes = bytes + NEW.size_bytes - OLD.size_bytes;
END;

-- ------------------------------------------------------------------------
-- Views for people.

-- The sessions, last used first, with times as one reads them (UTC).
CREATE VIEW sessions AS
SELECT
	substr(name, 1, 8) AS session,
	strftime('%Y-%m-%dT%H:%M:%SZ', created_ms / 1000, 'unixepoch')
		AS created_at,
	created_ms / 1000.0 AS created,
	strftime('%Y-%m-%dT%H:%M:%SZ', seen_ms / 1000, 'unixepoch')
		AS last_seen_at,
	seen_ms / 1000.0 AS last_seen,
	CAST(strftime('%s', 'now') AS INTEGER) - seen_ms / 1000 AS idle_s,
	(SELECT count(*) FROM session_value
		WHERE session = number AND kind = 'value') AS "values",
	(SELECT count(*) FROM session_value
		WHERE session = number AND kind = 'stored') AS stored,
	bytes,
	coalesce((SELECT size_bytes FROM session_file
		WHERE session_file.session = number), 0) AS file_bytes
FROM session
ORDER BY seen_ms DESC, number DESC;

-- What the sessions hold.
CREATE VIEW session_values AS
SELECT
	substr(session.name, 1, 8) AS session,
	kind,
	CASE kind WHEN 'value' THEN session_value.name END AS name,
	size_bytes,
	strftime('%Y-%m-%dT%H:%M:%SZ', changed_ms / 1000, 'unixepoch')
		AS changed_at,
	value
FROM session_value JOIN session ON session.number = session_value.session
ORDER BY session_value.id DESC;
