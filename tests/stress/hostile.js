/*
 * hostile.js: requests that nobody in good faith would send: recorded ones
 * with changes in their bodies, in their parameters and in the FastCGI records
 * that carry them, straight to the workers' socket.
 *
 *	node hostile.js [COUNT [SEED]]
 *
 * No worker may die of them, each must be answered as far as it can be, and
 * descriptors and memory must be what they were.  The same seed makes the same
 * requests.  Prints TAP, and what was measured.
 */
"use strict";

const fs = require("node:fs");
const { bodyOf } = require("../conformance/har.js");
const { readRecording, twinSettings } = require("../conformance/start.js");
const twins = require("../conformance/twins.js");
const fastcgi = require("../integration/fastcgi.js");
const helpers = require("../integration/helpers.js");

const { Connection, TYPE, begin, pairs, params, record, stream } = fastcgi;
/* Of all kinds of arguments, outputs, ids, sessions and caches. */
const APPS = ["f_types", "f_pattern_match", "own_patterns", "own_answers",
	"f_patch", "d1_session_data", "f_state", "d1_caching_fs"];
const WORKERS = 2;
const AT_ONCE = 8;
const STATUSES = [200, 204, 400, 403, 404, 405, 413, 414, 415, 500, 503];
/* What a worker that dies, or is given up, leaves in the log. */
const DEATH = /crashed|starts anew|took longer|was ended|cannot start/;

const count = Number(process.argv[2] || 4000);
const seed = Number(process.argv[3] || Date.now() % 1000000);

/* ------------------------------------------------------------------------
 * Chance, and points
 */

let state = (seed * 2654435761 + 1) >>> 0;

/* Below `end` (xorshift). */
function draw(end) {
	state ^= state << 13;
	state ^= state >>> 17;
	state ^= state << 5;
	return (state >>> 0) % end;
}

function pick(list) {
	return list[draw(list.length)];
}

let points = 0;

function point(name, problem) {
	points++;
	console.log(`${problem ? "not ok" : "ok"} ${points} - ${name}`);
	if (problem) {
		console.log(`# ${String(problem).replace(/\n/g, "\n# ")}`);
		process.exitCode = 1;
	}
}

/* ------------------------------------------------------------------------
 * Changes
 */

const MORSELS = ["{", "}", "[", "]", "\"", ",", ":", "null", "true", "-1",
	"1e308", "9223372036854775808", "\\u0000", "\\ud800", "\0", "\xff",
	"[".repeat(600), "{\"a\":".repeat(200), "\"ALL\"", "[\"MATCH\"]",
	"{\"_dash_no_update\":1}", "..", "...", "@", "children", "%00", "\r\n",
	"../", "A".repeat(5000), "output", "changedPropIds"].map(
    (text) => Buffer.from(text, "latin1"));

/* One change of some bytes; `others` are where a piece may come from. */
function change(bytes, others) {
	const at = draw(bytes.length + 1);
	const size = draw(1 << draw(8));
	const before = bytes.subarray(0, at);
	const behind = bytes.subarray(Math.min(bytes.length, at + size));
	const other = pick(others);

	switch (draw(7)) {
	case 0: { /* another byte */
		const copy = Buffer.from(bytes);

		if (at < copy.length)
			copy[at] = draw(256);
		return copy;
	}
	case 1: /* a bit less */
		return Buffer.concat([before, behind]);
	case 2: /* only the beginning */
		return before;
	case 3: /* something twice */
		return Buffer.concat([bytes.subarray(0, Math.min(bytes.length,
		    at + size)), bytes.subarray(at)]);
	case 4: /* something of another's */
		return Buffer.concat([before, other.subarray(
		    draw(other.length + 1)), behind]);
	default:
		return Buffer.concat([before, pick(MORSELS), behind]);
	}
}

function changeMuch(bytes, others) {
	let changed = bytes;

	for (let i = draw(4); i >= 0; i--)
		changed = change(changed, others);
	return changed;
}

/* The parameters with one of them changed, taken away or added. */
function changeParams(values, others) {
	const changed = { ...values };
	const name = pick([...Object.keys(values), "HTTP_ORIGIN", "HTTP_REFERER",
		"HTTP_COOKIE", "HTTP_X_FORWARDED_FOR", "PATH_INFO", "HTTPS"]);
	const text = Buffer.from(changed[name] || "");

	if (draw(4) === 0)
		delete changed[name];
	else
		changed[name] = changeMuch(text, others);
	return changed;
}

/* ------------------------------------------------------------------------
 * Requests
 */

/* What is known of an app: parameters and bodies of recorded requests. */
class Material {
	constructor(recording) {
		this.requests = recording.exchanges.map((exchange) => ({
			method: exchange.request.method,
			path: exchange.request.path,
			type: (exchange.request.headers || {})["content-type"],
			body: Buffer.from(bodyOf(exchange) || "") }));
		this.bodies = this.requests.map((request) => request.body)
		    .filter((body) => body.length > 0);
		this.cookie = undefined;
	}

	values(request, body) {
		return params({ ...request, size: body.length, extra:
		    this.cookie === undefined || draw(2) === 0 ? {} :
		        { HTTP_COOKIE: this.cookie } });
	}

	/* As bytes on the wire, and whether they must be answered. */
	make() {
		const request = pick(this.requests);
		const kind = draw(10);
		const body = kind < 5 ? changeMuch(request.body, this.bodies) :
		    request.body;
		let values = this.values(request, body);

		if (kind >= 5 && kind < 8)
			values = changeParams(values, this.bodies);

		const pieces = [begin(), stream(TYPE.PARAMS, 1, pairs(values)),
			stream(TYPE.STDIN, 1, body)];

		if (kind < 5)
			return { bytes: Buffer.concat(pieces), answered: true };
		if (kind === 8)
			pieces.splice(draw(4), 0, record(draw(256), draw(3),
			    changeMuch(pick(pieces).subarray(0, 60000), pieces)
			        .subarray(0, 60000)));
		return { bytes: kind === 9 ?
		    changeMuch(Buffer.concat(pieces), pieces) :
		    Buffer.concat(pieces), answered: false };
	}
}

const tally = { statuses: {}, wrong: [] };

async function sendOne(socket, { bytes, answered }) {
	const connection = await Connection.open(socket);

	await connection.send(bytes);
	/* Whoever waits for more learns that nothing comes. */
	connection.endSending();

	const response = await connection.response();
	/* What is no request gets no answer, or just the end of one. */
	const status = response.ended && response.status || "none";

	tally.statuses[status] = (tally.statuses[status] || 0) + 1;
	if (status === "none" ? answered : !STATUSES.includes(status))
		tally.wrong.push(`${status}: ${bytes.toString("latin1")}`
		    .slice(0, 2000));
}

async function sendMany(socket, material, number) {
	let left = number;

	await Promise.all(Array.from({ length: AT_ONCE }, async () => {
		while (left-- > 0)
			await sendOne(socket, material.make());
	}));
}

/* ------------------------------------------------------------------------
 * An app
 */

/* Descriptors of idle workers, and memory that is nobody else's. */
async function usage(pids) {
	const sum = (list) => list.reduce((a, b) => a + b, 0);

	await helpers.until(() => !pids.some(helpers.isServing),
	    "the workers are idle");
	return {
		fds: sum(pids.map((pid) =>
		    fs.readdirSync(`/proc/${pid}/fd`).length)),
		kib: sum(pids.map((pid) => sum([...fs.readFileSync(
		    `/proc/${pid}/smaps_rollup`, "utf8")
		    .matchAll(/Private_(?:Clean|Dirty): *(\d+)/g)]
		    .map((match) => Number(match[1]))))),
	};
}

function hasGrown(before, after) {
	return after.fds > before.fds || after.kib > before.kib + 2048;
}

/*
 * Usage before and after the last of some rounds.  A worker opens its files
 * when they are first needed, which may be late for one of them; what leaks
 * grows in every round.
 */
async function settle(pids, round) {
	let before, after;

	await round();
	after = await usage(pids);
	for (let i = 0; i < 5; i++) {
		before = after;
		await round();
		after = await usage(pids);
		if (!hasGrown(before, after))
			break;
	}
	return [before, after];
}

async function attack(name, number) {
	const directory = helpers.temporaryDirectory();
	const recording = readRecording(name);
	const material = new Material(recording);
	const pool = new helpers.Pool(directory, "app",
	    helpers.built(twins[name].program), WORKERS, {
	        ...twinSettings(name), LETHE_PREFIX: recording.prefix,
	        LETHE_BODY_LIMIT: "64K", LETHE_READ_TIMEOUT: "1" });

	try {
		await pool.start();

		const { pids } = pool;
		const [cookie] = [(await fastcgi.exchange(pool.socket,
		    fastcgi.request({ path: `${recording.prefix}_dash-layout` })))
		    .headers["set-cookie"]];

		material.cookie = cookie && cookie.split(";")[0];

		const [before, after] = await settle(pids, () =>
		    sendMany(pool.socket, material, Math.ceil(number / 2)));
		const deaths = pool.logText().split("\n")
		    .filter((line) => DEATH.test(line));

		point(`${name}: no worker dies of ${number} hostile requests`,
		    pool.alive().length === pids.length ? deaths.slice(0, 5)
		        .join("\n") : `${pool.alive().length} are alive\n` +
		        pool.logText().split("\n").slice(-5).join("\n"));
		point(`${name}: no leak: ${before.fds} descriptors, then ` +
		    `${after.fds}; ${before.kib} KiB, then ${after.kib}`,
		    hasGrown(before, after) ? "there is more than before" :
		        undefined);
		point(`${name}: answers are complete`,
		    tally.wrong.slice(0, 3).join("\n"));
	} finally {
		await pool.stop();
		helpers.removeDirectory(directory);
	}
}

async function main() {
	const begun = Date.now();

	console.log(`# seed ${seed}`);
	for (const name of APPS) {
		tally.wrong = [];
		await attack(name, Math.ceil(count / APPS.length)).catch((error) =>
		    point(`${name}: the attack is over`, error.stack));
	}
	console.log(`# answers: ${JSON.stringify(tally.statuses)} in ` +
	    `${((Date.now() - begun) / 1000).toFixed(1)} s`);
	console.log(`1..${points}`);
}

main();
