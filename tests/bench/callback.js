/*
 * callback.js: a small callback, and one that a cache hit of 1 KiB answers,
 * against a bare libfcgi loop and against Flask under gunicorn.
 *
 * The ratios are of the time that the kernel says the server's processes ran,
 * nginx among them, for each request: under full load that decides how many
 * requests a machine answers, and it is what other programs on the machine
 * disturb least.  Requests per second are in bench.json, too.
 */
"use strict";

const { compare, takeTurns } = require("./contest.js");
const { callback, withStand } = require("./stand.js");

const BARE = Buffer.from(String(callback("/", "greet", "greeting.children"))
    .replace("/_dash-update-component/greet", "/bare"));

/* [name in the table, callback, output, floor against bare, against a peer] */
const CALLBACKS = [
	["callback", "greet", "greeting.children", 0.85, 8],
	["cached", "recall", "recalled.children", 0.75, 12],
];

async function against(stand, name, request, other, floor, { turns,
    milliseconds }) {
	const [ours, others] = await takeTurns([
		{ request, pids: stand.lethe.pids }, other], turns,
	    (each) => stand.load(each.request, each.pids, { milliseconds }));

	return compare(name, "us of CPU/request", ours, others, "server",
	    { less: true, floor, labels: ["lethe", other.label] });
}

/* Both against the bare loop. */
function run(options) {
	return withStand({}, async (stand) => {
		const records = [];

		for (const [name, path, output, floor] of CALLBACKS) {
			const request = callback("/measured/", path, output);
			const other = { request: BARE, pids: stand.bare.pids,
				label: "bare" };
			const record = await against(stand, name, request, other,
			    floor, options);

			records.push(record);
		}
		return records;
	});
}

/* Both against gunicorn, with its cache in files and in Redis. */
function runPeer(options) {
	return withStand({ peers: true }, async (stand) => {
		const records = [];

		for (const [name, path, output, , floor] of CALLBACKS)
			for (const peer of [stand.files, stand.redisPeer]) {
				if (name === "callback" && peer !== stand.files)
					continue;

				const other = { label: `gunicorn-${peer.name}`,
					request: callback(`/${peer.name}/`, path, output),
					pids: [...peer.pids, stand.redis.child.pid] };

				records.push(await against(stand,
				    `peer-${name}${name === "cached" ?
				        `-${peer.name}` : ""}`,
				    callback("/measured/", path, output), other, floor,
				    options));
			}
		return records;
	});
}

module.exports = { run, runPeer };
