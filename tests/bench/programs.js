/*
 * programs.js: what the programs beside this one print, as records.
 */
"use strict";

const path = require("node:path");
const helpers = require("../integration/helpers.js");

const MINUTES_MS = 60 * 60000;

async function output(file, args) {
	const { status, stdout, stderr } = await helpers.run(file, args,
	    { deadline_ms: MINUTES_MS });

	if (status === null || status > 1 || /^Bail out!/m.test(stdout))
		throw new Error(`${file} failed: ${stdout}${stderr}`);
	return stdout;
}

/*
 * Lines of store_bench's table: rows, what is done, who does it, and of the
 * wall's clock and of the processors' the time and its ratio to that of the
 * bare statement; and then the ratios of the cache to Redis.
 */
const COSTS = /^# +(\d+) {2}(get|set|a new row) +(\S.*?) +([\d.]+) us +([\d.]+) +([\d.]+) us +([\d.]+)$/gm;
const TO_REDIS = /cache to Redis.*: get ([\d.]+) [\d.]+, set ([\d.]+) /;

/* { rows: { what: { who: { wall, ratio } } } } */
function costs(text) {
	const table = {};

	for (const [, rows, what, who, wall, ratio] of text.matchAll(COSTS))
		((table[rows] ??= {})[what] ??= {})[who] = { wall: Number(wall),
			ratio: Number(ratio) };
	return table;
}

function cost(name, row, other, ratio, floor) {
	return { name, ratio, floor, unit: "us", figure: "wall", figures: {
		lethe: { wall: row["the cache"].wall },
		[other]: { wall: row[other].wall } } };
}

/* Get and set against a bare statement, at more and more rows; and against
 * Redis, which answers over a Unix socket. */
async function store({ quick, check }) {
	const bench = helpers.built("tests/bench/store_bench");
	const most = check ? 1000 : quick ? 10000 : 1000000;
	const table = costs(await output(bench, [String(most), "200"]));
	const large = await output(bench, ["1000", "1024"]);
	const redis = large.match(TO_REDIS);
	const records = [];

	for (const [rows, row] of Object.entries(table))
		for (const [what, floor] of [["get", 0.7], ["set"]])
			records.push(cost(`${what}-${rows}`, row[what],
			    "bare SQLite", 1 / row[what]["the cache"].ratio,
			    floor));
	if (redis === null)
		throw new Error("store_bench found no redis-server");
	for (const [index, what, floor] of [[1, "get", 5], [2, "set"]])
		records.push(cost(`${what}-redis`, costs(large)[1000][what],
		    "Redis", 1 / Number(redis[index]), floor));
	return records;
}

const HITS = /^# (Zipf.*?) +the cache ([\d.]+), LRU ([\d.]+), FIFO ([\d.]+), soonest expiry ([\d.]+)/gm;

/* Hits against those of exact LRU.  The traces are the same in each run. */
async function hitRatio({ quick }) {
	const text = await output(helpers.built("tests/bench/store_bench"),
	    quick ? [] : ["1000"]);

	return [...text.matchAll(HITS)].map(([, trace, ...ratios], index) => {
		const [lethe, lru, fifo, soonest] = ratios.map(Number);

		return { name: `hit-ratio-${index + 1}`, ratio: lethe / lru,
			floor: 1, unit: "hits/request", trace, figure: "hits",
			figures: { lethe: { hits: lethe }, LRU: { hits: lru },
				FIFO: { hits: fifo }, soonest: { hits: soonest } } };
	});
}

const SEAL = /^# (\w+): ([\d.]+) us sealed, ([\d.]+) us unsealed, ratio ([\d.]+)/gm;

async function seal({ check, quick }) {
	const text = await output(process.execPath,
	    [path.join(__dirname, "seal_bench.js"),
	        check ? "1" : quick ? "10" : "40"]);

	return [...text.matchAll(SEAL)].map(([, name, ours, other, ratio]) => ({
		name: `sealed-${name}`, ratio: Number(ratio), floor: 0.98,
		unit: "us", figure: "cpu", figures: {
			lethe: { cpu: Number(ours) },
			unsealed: { cpu: Number(other) } } }));
}

module.exports = { hitRatio, seal, store };
