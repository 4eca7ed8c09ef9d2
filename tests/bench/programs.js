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

/* A line of store_bench's table: rows, who, and us of get, set and new. */
const COSTS = /^# +(\d+) {2}(\S.*?) +([\d.]+) us +[\d.]+ +([\d.]+) us +[\d.]+ +([\d.]+) us/gm;

function costs(text) {
	const table = {};

	for (const [, rows, who, get, set, add] of text.matchAll(COSTS))
		(table[rows] ??= {})[who] = { get: Number(get), set: Number(set),
			new: Number(add) };
	return table;
}

function cost(name, table, rows, other, what, floor) {
	const [ours, theirs] = [table[rows]["the cache"], table[rows][other]];

	return { name, ratio: theirs[what] / ours[what], floor, unit: "us",
		figure: what, figures: { lethe: ours, [other]: theirs } };
}

/* Get, set and rows against a bare statement; get against Redis. */
async function store({ quick, check }) {
	const bench = helpers.built("tests/bench/store_bench");
	const most = check ? 1000 : quick ? 100000 : 1000000;
	const rows = costs(await output(bench, [String(most)]));
	const large = costs(await output(bench, ["1000", "1024"]));
	const records = [];

	for (const count of Object.keys(rows)) {
		records.push(cost(`get-${count}`, rows, count, "bare SQLite",
		    "get", 0.7));
		records.push(cost(`set-${count}`, rows, count, "bare SQLite",
		    "set"));
	}
	if (large[1000].Redis === undefined)
		throw new Error("install redis-server (apt-get install " +
		    "redis-server)");
	records.push(cost("get-redis", large, 1000, "Redis", "get", 5));
	records.push(cost("set-redis", large, 1000, "Redis", "set"));
	return records;
}

const HITS = /^# (Zipf.*?) +the cache ([\d.]+), LRU ([\d.]+), FIFO ([\d.]+), soonest expiry ([\d.]+)/gm;

/* Hits against those of exact LRU.  The traces are the same in each run. */
async function hitRatio({ check }) {
	const text = await output(helpers.built("tests/bench/store_bench"),
	    check ? [] : ["1000"]);

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
