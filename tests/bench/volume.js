/*
 * volume.js: a dcc.Store of 10 MB on its way to a callback, and how much more
 * two workers do than one.
 */
"use strict";

const { compare, takeTurns } = require("./contest.js");
const { callback, withStand } = require("./stand.js");

const LETTERS = 10000000;
const ONE_AT_A_TIME = { connections: 1, milliseconds: 1 };

/* A callback with an input of 10 MB, against a loop that reads it. */
function payload({ quick, turns }) {
	const value = { name: "Charon", rest: "x".repeat(
	    quick ? LETTERS / 10 : LETTERS) };

	return withStand({}, async (stand) => {
		const records = [];
		const all = [["payload-field", "look", "looked.children"],
			["payload-unread", "ignore", "ignored.children"],
			["payload-passed", "hand_on", "handed-on.children"]];

		for (const [name, path, output] of all) {
			const request = callback("/measured/", path, output, value);
			const [ours, others] = await takeTurns([
				{ request, pids: stand.lethe.pids },
				{ request: bareOf(request, path), pids: stand.bare.pids }],
			    Math.min(turns, 7), (each) => stand.load(each.request,
			        each.pids, ONE_AT_A_TIME));

			records.push(compare(name, "us of CPU/request", ours, others,
			    "server", { less: true, labels: ["lethe", "bare"] }));
		}
		return records;
	});
}

/* The same request, but for the bare loop. */
function bareOf(request, name) {
	const end = request.indexOf(" HTTP/1.1");

	return Buffer.concat([Buffer.from("POST /bare"), request.subarray(end)]);
}

/* CPU-bound callbacks on one worker and on two. */
function workers({ milliseconds, turns }) {
	const request = callback("/measured/", "work", "worked.children");

	return withStand({ workers: 1 }, (one) => withStand({ workers: 2 },
	    async (two) => {
		const [ours, others] = await takeTurns([two, one], turns,
		    (stand) => stand.load(request, stand.lethe.pids,
		        { milliseconds: milliseconds * 2 }));

		return [compare("workers", "requests/s", ours, others, "per_second",
		    { floor: 1.8, labels: ["two", "one"] })];
	    }));
}

module.exports = { payload, workers };
