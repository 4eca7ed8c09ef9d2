-- weather.sql: weather.db, the data of the example app "weather": Seattle's
-- weather from 2012 to 2015, day by day.  Run by the sqlite3 shell in the
-- directory of seattle-weather.csv, a file of the npm package vega-datasets.

CREATE TABLE weather (
	date TEXT PRIMARY KEY,
	precipitation REAL NOT NULL, -- millimetres
	temp_max REAL NOT NULL,	     -- degrees Celsius
	temp_min REAL NOT NULL,
	wind REAL NOT NULL, -- metres per second
	weather TEXT NOT NULL
) STRICT, WITHOUT ROWID;

.mode csv
.import --skip 1 seattle-weather.csv weather
