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
--
-- And a year's sales of the same fruit in three cities, as a shop may have
-- them: some were noted again, corrected.

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

-- The expensive query of an example: to count how many points of all
-- categories lie near a point, it looks at each of them.
CREATE VIEW neighbours AS
SELECT
	p.category,
	p.x,
	p.y,
	(
		SELECT count(*)
		FROM points AS q
		WHERE (q.x - p.x) * (q.x - p.x) + (q.y - p.y) * (q.y - p.y)
			< 0.25 * 0.25
	) AS density
FROM points AS p
ORDER BY p.id;

CREATE TABLE sales (
	id INTEGER PRIMARY KEY,
	city TEXT NOT NULL,
	fruit TEXT NOT NULL,
	day TEXT NOT NULL,
	amount INTEGER NOT NULL
) STRICT;

WITH RECURSIVE
city(name, size) AS (
	VALUES ('Montreal', 20), ('New York', 45), ('San Francisco', 30)
),
fruit(name, share, peak) AS (
	VALUES
		('apples', 1.0, 290),
		('oranges', 0.8, 20),
		('figs', 0.4, 240),
		('pineapples', 0.6, 130)
),
day(number) AS (
	SELECT 0 UNION ALL SELECT number + 1 FROM day WHERE number < 364
),
sale(city, fruit, day, amount, chance) AS (
	SELECT
		city.name,
		fruit.name,
		day.number,
		round(size * share
			* (1 + 0.7 * cos(2 * pi() * (day.number - peak) / 365))),
		(day.number * 48271 + size * 69621 + peak * 40009) % 2147483647 % 11
	FROM city, fruit, day
)
INSERT INTO sales(city, fruit, day, amount)
SELECT city, fruit, date('2025-01-01', day || ' days'), amount + chance
FROM sale
UNION ALL
SELECT city, fruit, date('2025-01-01', day || ' days'), amount + chance / 2
FROM sale
WHERE chance % 5 = 1;

ANALYZE;

COMMIT;
