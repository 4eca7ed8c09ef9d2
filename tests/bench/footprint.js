/*
 * footprint.js: what a worker takes of memory, and how soon it answers.
 */
"use strict";

const childProcess = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const fastcgi = require("../integration/fastcgi.js");
const helpers = require("../integration/helpers.js");
const { compare, takeTurns } = require("./contest.js");
const stand = require("./stand.js");

const WARM_MS = 500;
const BODY = JSON.stringify({ output: "greeting.children",
	outputs: { id: "greeting", property: "children" },
	inputs: [{ id: "name", property: "value", value: "Charon" }],
	changedPropIds: ["name.value"] });
const PATH = "/measured/_dash-update-component/greet";

/* KiB of each worker when it is warm: its own, and with its share of what it
 * has in common with others. */
async function measureMemory(place, request, service) {
	await place.load(request, service.pids, { milliseconds: WARM_MS });
	return service.pids.map((pid) => ({
		private: stand.memory(pid, "Private_(?:Clean|Dirty)"),
		pss: stand.memory(pid, "Pss") }));
}

function memory() {
	return stand.withStand({ peers: true }, async (place) => {
		const ask = (base, service) => measureMemory(place,
		    stand.callback(base, "recall", "recalled.children"), service);
		const ours = await ask("/measured/", place.lethe);
		const others = await ask("/files/", place.files);

		return compare("memory", "KiB", ours, others, "private",
		    { less: true, floor: 15, labels: ["lethe", "gunicorn"] });
	});
}

/* ------------------------------------------------------------------------
 * From exec to the first answer
 */

/* One worker without spawn-fcgi's pause, which it has when it forks. */
async function startLethe(directory) {
	const socket = path.join(directory, "first.sock");
	const child = childProcess.spawn(helpers.program("spawn-fcgi"),
	    ["-n", "-s", socket, "-M", "0600", "--",
	        helpers.built(stand.APP)], { ...helpers.workerIds(),
		    stdio: "ignore", env: helpers.environment({
		        LETHE_STATE: path.join(directory, "state"),
		        LETHE_LOG: path.join(directory, "log") }) });

	await soon(() => helpers.canConnect(socket));
	return { socket, child };
}

/* As until(), without its pauses: they would be measured. */
async function soon(condition) {
	const end = Date.now() + 60000;

	while (!await condition()) {
		if (Date.now() > end)
			throw new Error("a server did not start within a minute");
		await new Promise((resolve) => setImmediate(resolve));
	}
}

async function firstOfLethe(directory) {
	const { socket, child } = await startLethe(directory);
	const { status } = await fastcgi.exchange(socket, fastcgi.request({
		method: "POST", path: PATH, type: "application/json", body: BODY }));

	return { status, end: () => helpers.endProcesses([child.pid])
	    .then(() => fs.rmSync(socket, { force: true })) };
}

async function firstOfPeer(directory) {
	const peer = new stand.Peer(directory, "first-peer", 1,
	    helpers.workerDirectory(path.join(directory, "cache")));

	peer.spawn();
	await soon(() => helpers.canConnect(peer.socket));

	const { status } = await helpers.request(peer.socket, { method: "POST",
		path: "/_dash-update-component/greet", body: BODY,
		headers: { "content-type": "application/json" } });

	return { status, end: () => peer.stop() };
}

async function timeFirst(first, directory) {
	const begun = process.hrtime.bigint();
	const { status, end } = await first(directory);
	const ms = Number(process.hrtime.bigint() - begun) / 1e6;

	await end();
	if (status !== 200)
		throw new Error(`the first answer has status ${status}`);
	return { ms };
}

async function start({ turns }) {
	const directory = helpers.workerDirectory(helpers.temporaryDirectory());

	try {
		const [ours, others] = await takeTurns([firstOfLethe, firstOfPeer],
		    Math.min(turns, 7), (first) => timeFirst(first, directory));

		return compare("start", "ms", ours, others, "ms",
		    { less: true, floor: 20, labels: ["lethe", "gunicorn"] });
	} finally {
		helpers.removeDirectory(directory);
	}
}

async function run(options) {
	return [await memory(options), await start(options)];
}

module.exports = { run };
