-- cache.sql: cache.db, the results of memoized functions, shared by all
-- workers of an app.
--
-- The file may be deleted at any time: everything in it can be computed
-- again.  To look at it, stop nothing and ask a view:
--
--     sqlite3 cache.db 'SELECT * FROM cache_entries'
--     sqlite3 cache.db 'SELECT * FROM cache_stats'

-- One row for each cached value.
CREATE TABLE cache (
	-- Order of insertion.  It is the queue in which eviction looks for
	-- values that nobody asks for; see cache_totals.hand.
	id INTEGER PRIMARY KEY,
	-- 4 bytes of a hash of the function, so that its keys lie together,
	-- and 12 of a BLAKE2b of function, owner and arguments.
	key BLOB NOT NULL UNIQUE,
	-- SipHash-2-4 of the value, keyed with the key.  A row whose value
	-- was edited by hand does not match any more and counts as missing.
	checksum INTEGER NOT NULL,
	-- When it was computed, in milliseconds of Unix time.
	created_ms INTEGER NOT NULL,
	-- Until when it is fresh; from then until it expires it is stale, and
	-- served while it is computed anew.  NULL: as expires_ms.
	fresh_until_ms INTEGER,
	-- From when on it is missing.  NULL: it never expires.
	expires_ms INTEGER,
	-- How long computing it took, in milliseconds.
	cost_ms REAL NOT NULL DEFAULT 0,
	-- Bytes that count against the limit: arguments and value.
	size_bytes INTEGER NOT NULL,
	-- Whose value it is; '' is shared by all.
	owner TEXT NOT NULL DEFAULT '',
	-- The memoized function's name and its arguments, as JSON.
	function TEXT NOT NULL,
	-- What the value is: JSON text, bytes, or the message of a failure
	-- that is remembered for a while.  (For an IN of three SQLite would
	-- build a table at each write.)
	kind TEXT NOT NULL DEFAULT 'json'
		CHECK (kind = 'json' OR kind = 'bytes' OR kind = 'failure'),
	arguments TEXT NOT NULL,
	-- Last, so that the other columns can be read without walking through
	-- a large value.
	value ANY NOT NULL CHECK (typeof(value) =
		CASE kind WHEN 'bytes' THEN 'blob' ELSE 'text' END)
) STRICT;

CREATE INDEX cache_by_expiry ON cache(expires_ms)
	WHERE expires_ms IS NOT NULL;
CREATE INDEX cache_by_owner ON cache(owner) WHERE owner <> '';

-- What the limits are held against; kept by the triggers below, in the same
-- transaction as the rows, so that it is right whenever a process dies.
CREATE TABLE cache_totals (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	rows INTEGER NOT NULL,
	bytes INTEGER NOT NULL,
	-- The id at which eviction goes on looking.
	hand INTEGER NOT NULL,
	-- Rows that had to make room, and rows that were deleted as expired.
	evictions INTEGER NOT NULL,
	expirations INTEGER NOT NULL
) STRICT;
INSERT INTO cache_totals VALUES (1, 0, 0, 0, 0, 0);

-- What the workers count in their shared memory (marks.map) and one of them
-- adds up here about once a second.
CREATE TABLE cache_counters (
	-- The memoized function; '' is all of them.
	function TEXT NOT NULL DEFAULT '',
	name TEXT NOT NULL,
	total INTEGER NOT NULL DEFAULT 0,
	-- How much of the shared memory's count is in the total already.
	folded INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (function, name)
) STRICT, WITHOUT ROWID;
INSERT INTO cache_counters(name) VALUES
	('hits'), ('misses'), ('computations'), ('failures'), ('waits'),
	('cost_spent_us'), ('cost_saved_us'), ('stale_hits');

-- What a program remembers about the file: 'map' is the shared memory that
-- cache_counters.folded speaks of, 'boot' the machine's start at which the
-- file was last checked.
CREATE TABLE cache_meta (
	name TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- ------------------------------------------------------------------------
-- Nothing but triggers and views may follow: a program whose triggers or views
-- are others makes them anew when it opens the file.

CREATE TRIGGER cache_row_inserted AFTER INSERT ON cache BEGIN
	UPDATE cache_totals
	SET rows = rows + 1, bytes = bytes + NEW.size_bytes;
END;

CREATE TRIGGER cache_row_deleted AFTER DELETE ON cache BEGIN
	UPDATE cache_totals
	SET rows = rows - 1, bytes = bytes - OLD.size_bytes;
END;

CREATE TRIGGER cache_row_resized AFTER UPDATE OF size_bytes ON cache
WHEN NEW.size_bytes <> OLD.size_bytes BEGIN
	UPDATE cache_totals
	SET bytes = bytes + NEW.size_bytes - OLD.size_bytes;
END;

-- ------------------------------------------------------------------------
-- Views for people.

-- The rows, newest first, with times as one reads them (UTC).
CREATE VIEW cache_entries AS
SELECT
	id,
	function,
	arguments,
	owner,
	kind,
	size_bytes - length(CAST(arguments AS BLOB)) AS value_bytes,
	round(cost_ms, 3) AS cost_ms,
	created_ms / 1000.0 AS created,
	strftime('%Y-%m-%dT%H:%M:%SZ', created_ms / 1000, 'unixepoch')
		AS created_at,
	fresh_until_ms / 1000.0 AS fresh_until,
	strftime('%Y-%m-%dT%H:%M:%SZ', fresh_until_ms / 1000, 'unixepoch')
		AS fresh_until_at,
	expires_ms / 1000.0 AS expires,
	strftime('%Y-%m-%dT%H:%M:%SZ', expires_ms / 1000, 'unixepoch')
		AS expires_at,
	strftime('%s', 'now') - created_ms / 1000 AS age_s,
	expires_ms / 1000 - strftime('%s', 'now') AS expires_in_s,
	coalesce(expires_ms / 1000 <= CAST(strftime('%s', 'now') AS INTEGER),
		0) AS expired,
	coalesce(fresh_until_ms / 1000 <=
		CAST(strftime('%s', 'now') AS INTEGER), 0) AS stale,
	-- Bytes are not for a terminal: see cache.value for them.
	CASE kind WHEN 'bytes' THEN NULL ELSE value END AS value
FROM cache
ORDER BY id DESC;

-- One line for each function, the one with the most bytes first.  The counts
-- are since the file was made, and at most a second or so old.
CREATE VIEW cache_functions AS
WITH held AS (
	SELECT
		function,
		count(*) AS rows,
		sum(size_bytes) AS bytes,
		sum(cost_ms) AS cost_ms,
		avg(cost_ms) AS mean_cost_ms,
		max(cost_ms) AS highest_cost_ms,
		sum(kind = 'failure') AS failures,
		min(created_ms) AS oldest_ms,
		max(created_ms) AS newest_ms
	FROM cache
	GROUP BY function
), counted AS (
	SELECT
		function,
		sum(total) FILTER (WHERE name = 'hits') AS hits,
		sum(total) FILTER (WHERE name = 'misses') AS misses,
		sum(total) FILTER (WHERE name = 'computations')
			AS computations,
		sum(total) FILTER (WHERE name = 'cost_spent_us')
			AS cost_spent_us,
		sum(total) FILTER (WHERE name = 'cost_saved_us')
			AS cost_saved_us
	FROM cache_counters
	WHERE function <> ''
	GROUP BY function
), known AS (
	SELECT function FROM held UNION SELECT function FROM counted
)
SELECT
	function,
	coalesce(rows, 0) AS rows,
	coalesce(bytes, 0) AS bytes,
	coalesce(hits, 0) AS hits,
	coalesce(misses, 0) AS misses,
	round(1.0 * hits / nullif(hits + misses, 0), 4) AS hit_ratio,
	coalesce(computations, 0) AS computations,
	-- What all computations took, and what all hits saved.
	coalesce(cost_spent_us, 0) / 1000.0 AS cost_spent_ms,
	coalesce(cost_saved_us, 0) / 1000.0 AS cost_saved_ms,
	-- What computing the rows that are there took.
	round(cost_ms, 3) AS cost_ms,
	round(mean_cost_ms, 3) AS mean_cost_ms,
	round(highest_cost_ms, 3) AS highest_cost_ms,
	coalesce(failures, 0) AS failures,
	oldest_ms / 1000.0 AS oldest,
	strftime('%Y-%m-%dT%H:%M:%SZ', oldest_ms / 1000, 'unixepoch')
		AS oldest_at,
	newest_ms / 1000.0 AS newest,
	strftime('%Y-%m-%dT%H:%M:%SZ', newest_ms / 1000, 'unixepoch')
		AS newest_at
FROM known LEFT JOIN held USING (function) LEFT JOIN counted USING (function)
ORDER BY bytes DESC, function;

-- One line about the whole.  The counts are at most a second or so old.
CREATE VIEW cache_stats AS
WITH counter AS (
	SELECT
		max(total) FILTER (WHERE name = 'hits') AS hits,
		max(total) FILTER (WHERE name = 'misses') AS misses,
		max(total) FILTER (WHERE name = 'computations')
			AS computations,
		max(total) FILTER (WHERE name = 'failures') AS failures,
		max(total) FILTER (WHERE name = 'waits') AS waits,
		max(total) FILTER (WHERE name = 'cost_spent_us')
			AS cost_spent_us,
		max(total) FILTER (WHERE name = 'cost_saved_us')
			AS cost_saved_us,
		max(total) FILTER (WHERE name = 'stale_hits')
			AS stale_hits
	FROM cache_counters
	WHERE function = ''
)
SELECT
	rows,
	bytes,
	hits,
	misses,
	round(1.0 * hits / nullif(hits + misses, 0), 4) AS hit_ratio,
	-- Of the hits, those that were served stale.
	stale_hits,
	computations,
	failures,
	waits,
	evictions,
	expirations,
	cost_spent_us / 1000.0 AS cost_spent_ms,
	cost_saved_us / 1000.0 AS cost_saved_ms
FROM cache_totals, counter;
