/*
 * bench.js: measures Lethe beside what it can be compared with, in turns on
 * the same machine, and prints ratios: more is better.
 *
 *	node bench.js [--quick | --check] [--list] [BENCHMARK...]
 *
 * Without names all benchmarks run.
 * --quick takes a minute; --check (for "make check") is shorter still, prints
 * TAP, and says whether all benchmarks can be run, whatever their figures.
 *
 * Writes bench.json into the current directory: a list of { name, ratio,
 * floor, spread, unit, figure, figures }.  "figures" has the medians of what
 * was measured of each contender; "figure" is the one that the ratio is of;
 * "spread" is the width of the middle half of the turns' ratios, as a part of
 * the ratio.  Exit status 1: a ratio is below its floor.
 */
"use strict";

const fs = require("node:fs");
const helpers = require("../integration/helpers.js");
const callback = require("./callback.js");
const footprint = require("./footprint.js");
const programs = require("./programs.js");
const volume = require("./volume.js");

const BENCHMARKS = {
	callback: callback.run,
	footprint: footprint.run,
	"hit-ratio": programs.hitRatio,
	payload: volume.payload,
	peer: callback.runPeer,
	seal: programs.seal,
	store: programs.store,
	workers: volume.workers,
};

/* Programs, and modules of Python, by the packages that bring them. */
const NEEDED = [
	["gunicorn", "gunicorn"], ["nginx", "nginx"],
	["redis-server", "redis-server"], ["spawn-fcgi", "spawn-fcgi"],
	["sqlite3", "sqlite3"],
];
const MODULES = [["flask", "python3-flask"],
	["flask_caching", "python3-flask-caching"], ["redis", "python3-redis"]];

async function checkPrograms() {
	const missing = NEEDED.filter(([name]) => {
		try {
			helpers.program(name);
			return false;
		} catch (error) {
			return true;
		}
	});

	for (const [name, from] of MODULES)
		if ((await helpers.run("/usr/bin/python3",
		    ["-c", `import ${name}`]).catch(() => ({}))).status !== 0)
			missing.push([name, from]);
	if (missing.length > 0)
		throw new Error("these Debian packages are missing: apt-get " +
		    "install --no-install-recommends " +
		    missing.map(([, from]) => from).join(" "));
}

/* ------------------------------------------------------------------------
 * What is printed
 */

function shortNumber(number) {
	return number >= 1000 ? number.toFixed(0) : number.toPrecision(3);
}

function isGood({ ratio, floor }) {
	return floor === undefined || ratio >= floor;
}

function row(record) {
	const { name, ratio, floor, spread, unit, figure, figures } = record;
	const values = Object.entries(figures).map(([label, each]) =>
	    `${label} ${shortNumber(each[figure])}`).join(", ");

	return [name, shortNumber(ratio),
		spread === undefined ? "" : `±${(spread * 50).toFixed(1)}%`,
		floor === undefined ? "" : String(floor),
		isGood(record) ? "" : "BELOW", `${values} ${unit}`];
}

function print(cells) {
	const widths = [22, 8, 8, 6, 6];

	console.log(cells.map((cell, index) => index === 0 ?
	    cell.padEnd(widths[0]) : index < 4 ? cell.padStart(widths[index]) :
	    cell.padEnd(widths[index] || 0)).join(" ").trimEnd());
}

function options(args) {
	const known = ["--quick", "--check", "--list"];
	const names = args.filter((each) => !each.startsWith("--"));
	const wrong = args.find((each) => each.startsWith("--") ?
	    !known.includes(each) : !(each in BENCHMARKS));

	if (wrong !== undefined)
		throw new Error(`there is no ${wrong}; usage: bench.js ` +
		    `[${known.join("] [")}] [${Object.keys(BENCHMARKS)
		        .join("] [")}]`);

	const check = args.includes("--check");
	const quick = check || args.includes("--quick");

	return { check, quick, list: args.includes("--list"),
		names: names.length > 0 ? names : Object.keys(BENCHMARKS),
		turns: check ? 1 : quick ? 5 : 15,
		milliseconds: check ? 50 : quick ? 200 : 500 };
}

/* ------------------------------------------------------------------------
 * The run
 */

function isWellFormed(record) {
	return typeof record.name === "string" && record.ratio > 0 &&
	    Number.isFinite(record.ratio) &&
	    Object.values(record.figures).every((each) =>
	        each[record.figure] >= 0);
}

async function runOne(name, chosen) {
	const records = await BENCHMARKS[name](chosen);
	const bad = records.find((record) => !isWellFormed(record));

	if (records.length === 0 || bad !== undefined)
		throw new Error(`the benchmark ${name} measured nothing: ` +
		    JSON.stringify(bad));
	return records;
}

async function runAll(chosen) {
	const all = [];

	print(["", "ratio", "spread", "floor", "", ""]);
	for (const name of chosen.names) {
		const records = await runOne(name, chosen);

		all.push(...records);
		for (const record of records)
			print(row(record));
	}
	fs.writeFileSync("bench.json", `${JSON.stringify(all, null, 2)}\n`);

	const below = all.filter((record) => !isGood(record));

	if (below.length > 0) {
		console.log(`${below.length} of ${all.length} ratios are below ` +
		    "their floors");
		process.exitCode = 1;
	}
}

async function checkAll(chosen) {
	let points = 0;

	for (const name of chosen.names) {
		let problem = "";

		try {
			for (const record of await runOne(name, chosen))
				console.log(`# ${row(record).join(" ")}`);
		} catch (error) {
			problem = error.stack;
			process.exitCode = 1;
		}
		console.log(`${problem ? "not ok" : "ok"} ${++points} - ` +
		    `the benchmark ${name} runs`);
		if (problem)
			console.log(`# ${problem.replace(/\n/g, "\n# ")}`);
	}
	console.log(`1..${points}`);
}

async function main() {
	const chosen = options(process.argv.slice(2));

	if (chosen.list)
		return console.log(Object.keys(BENCHMARKS).join("\n"));
	await checkPrograms();
	return chosen.check ? checkAll(chosen) : runAll(chosen);
}

main().catch((error) => {
	console.error(`bench: ${error.message}`);
	process.exit(2);
});
