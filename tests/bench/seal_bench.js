/*
 * seal_bench.js: what the seal costs each request.
 *
 *	node seal_bench.js [ROUNDS]
 *
 * Two workers of one app, one of them with unsealed.c preloaded, answer the
 * same requests in turns.  What counts is the time that the kernel says they
 * ran, which is less disturbed by other processes than the clock on the wall.
 * Prints TAP; the ratio is unsealed / sealed, so that 1 is no cost at all.
 */
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const fastcgi = require("../integration/fastcgi.js");
const helpers = require("../integration/helpers.js");

const APP = helpers.built("tests/stress/apps/stormy");
const TURN = 250;
const LEAST = 0.95;
const rounds = Number(process.argv[2] || 40);

/* A request for a callback of the app "stormy". */
function bytesFor(name, second) {
	return fastcgi.request({ method: "POST",
		path: "/_dash-update-component", type: "application/json",
		body: JSON.stringify({ output: `${name}.children`,
			outputs: { id: name, property: "children" },
			inputs: [
				{ id: "nonce", property: "value", value: "text" },
				{ id: "second", property: "value", value: second }],
			changedPropIds: ["nonce.value"] }) });
}

async function compile(directory) {
	const file = path.join(directory, "unsealed.so");
	const result = await helpers.run("/bin/sh", ["-c",
		`${process.env.CC || "cc"} -shared -fPIC -Wl,-z,now -o "$0" "$1"`,
		file, path.join(__dirname, "unsealed.c")]);

	if (result.status !== 0)
		throw new Error(result.stderr);
	return file;
}

/* Nanoseconds that the worker has run. */
function ran(pool) {
	return Number(fs.readFileSync(`/proc/${pool.pids[0]}/schedstat`, "utf8")
	    .split(" ")[0]);
}

/* Microseconds that a request takes of the worker. */
async function turn(pool, bytes) {
	const before = ran(pool);

	for (let i = 0; i < TURN; i++) {
		const { status } = await fastcgi.exchange(pool.socket, bytes);

		if (status !== 200)
			throw new Error(`status ${status}\n${pool.logText()}`);
	}
	return (ran(pool) - before) / TURN / 1000;
}

function median(list) {
	return list.toSorted((a, b) => a - b)[list.length >> 1];
}

async function measure(sealed, unsealed, name) {
	const bytes = bytesFor(name, 7);
	const times = [[], []];

	/* The first turn is for the caches of all kinds. */
	for (let i = 0; i <= rounds; i++)
		for (const which of i % 2 === 0 ? [0, 1] : [1, 0]) {
			const time = await turn([sealed, unsealed][which], bytes);

			if (i > 0)
				times[which].push(time);
		}

	const [one, other] = times.map(median);
	/* Of turns that followed each other, so that they had the same of the
	 * machine. */
	const ratio = median(times[0].map((time, i) => times[1][i] / time));

	console.log(`# ${name}: ${one.toFixed(1)} us sealed, ` +
	    `${other.toFixed(1)} us unsealed, ratio ${ratio.toFixed(3)} ` +
	    `(medians of ${rounds} turns of ${TURN} requests)`);
	return ratio;
}

async function main() {
	const directory = helpers.temporaryDirectory();
	const preload = await compile(directory);
	const pool = (name, env) => new helpers.Pool(directory, name, APP, 1,
	    { LETHE_STATE: helpers.workerDirectory(
	        path.join(directory, `state-${name}`)), ...env }).start();
	const sealed = await pool("sealed", {});
	const unsealed = await pool("unsealed", { LD_PRELOAD: preload });
	let points = 0;
	const point = (good, name) => {
		console.log(`${good ? "ok" : "not ok"} ${++points} - ${name}`);
		if (!good)
			process.exitCode = 1;
	};

	try {
		for (const name of ["echo", "memoize"])
			point(await measure(sealed, unsealed, name) >= LEAST,
			    `the seal costs ${name} nothing`);

		/* Were they what they are said to be? */
		const write = (each) => fastcgi.exchange(each.socket,
		    bytesFor("crash", 4));

		point((await write(sealed)).status === 500 &&
		    (await write(unsealed)).status === 200,
		    "a variable can be written in the unsealed worker alone");
	} finally {
		await sealed.stop();
		await unsealed.stop();
		helpers.removeDirectory(directory);
	}
	console.log(`1..${points}`);
}

main();
