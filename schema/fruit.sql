-- fruit.sql: the data of the example apps.
--
--     sqlite3 fruit.db < fruit.sql
--
-- 5,000 points in four categories, x and y normally distributed with mean 0
-- and deviation 1.  The same file comes out everywhere: the random numbers
-- are two multiplicative generators modulo 2^31 - 1 (whose products stay
-- within SQLite's 64-bit integers), made normal by the Box-Muller transform
-- and rounded, so that mathematical libraries need not agree on the last
-- bits.  Needs SQLite's mathematical functions.

BEGIN;

CREATE TABLE points (
	id INTEGER PRIMARY KEY,
	category TEXT NOT NULL,
	x REAL NOT NULL,
	y REAL NOT NULL
) STRICT;

WITH RECURSIVE
category(name, first, last) AS (
	VALUES
		('apples', 1, 500),
		('oranges', 501, 1500),
		('figs', 1501, 3500),
		('pineapples', 3501, 5000)
),
draw(id, radius, angle) AS (
	VALUES (0, 20011, 40009)
	UNION ALL
	SELECT id + 1, radius * 48271 % 2147483647, angle * 69621 % 2147483647
	FROM draw
	WHERE id < 5000
),
normal(id, x, y) AS (
	SELECT
		id,
		sqrt(-2 * ln(radius / 2147483647.0))
			* cos(2 * pi() * angle / 2147483647.0),
		sqrt(-2 * ln(radius / 2147483647.0))
			* sin(2 * pi() * angle / 2147483647.0)
	FROM draw
	WHERE id > 0
)
INSERT INTO points(id, category, x, y)
SELECT normal.id, category.name, round(normal.x, 6), round(normal.y, 6)
FROM normal
JOIN category ON normal.id BETWEEN category.first AND category.last
ORDER BY normal.id;

CREATE INDEX points_by_category ON points(category);

ANALYZE;

COMMIT;
