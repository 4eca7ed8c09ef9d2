-- The data frame of the recorded apps that use fruit.csv, as a table.  Run by
-- the sqlite3 shell in the directory of fruit.csv.
CREATE TABLE fruit (
	category TEXT NOT NULL,
	x REAL NOT NULL,
	y REAL NOT NULL
);
.mode csv
.import --skip 1 fruit.csv fruit
CREATE INDEX fruit_category ON fruit (category);
