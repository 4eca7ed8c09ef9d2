/*
 * served.js: workers under valgrind's memcheck while they serve.
 *
 *	node served.js [COUNT]
 *
 * Recorded requests, as they were and with bytes missing, are answered by one
 * worker of each app.  It must make no error, and lose no memory.  Prints TAP.
 */
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { bodyOf } = require("../conformance/har.js");
const { readRecording, twinSettings } = require("../conformance/start.js");
const twins = require("../conformance/twins.js");
const fastcgi = require("../integration/fastcgi.js");
const helpers = require("../integration/helpers.js");

/* Of all that the library does.  A worker that crashes is not among them: under
 * valgrind the kernel cannot run a program again in its own place. */
const APPS = ["d1_caching_fs", "d1_session_data", "own_patterns", "f_patch",
	"f_types"];
/* valgrind is slow, and the machine may be too. */
const DEADLINE_MS = 60000;

const count = Number(process.argv[2] || 150);
let points = 0;

function point(name, problem) {
	points++;
	console.log(`${problem ? "not ok" : "ok"} ${points} - ${name}`);
	if (problem) {
		console.log(`# ${String(problem).replace(/\n/g, "\n# ")}`);
		process.exitCode = 1;
	}
}

/* A program that runs the app under memcheck, with its findings in `logs`. */
function wrap(app, directory, logs) {
	const file = path.join(directory, path.basename(app));

	fs.writeFileSync(file, `#!/bin/sh\nexec ${helpers.program("valgrind")} ` +
	    "--leak-check=full --show-leak-kinds=definite,indirect " +
	    "--errors-for-leak-kinds=definite,indirect --num-callers=20 " +
	    `--log-file=${logs}/%p ${app}\n`, { mode: 0o755 });
	return file;
}

/* The bytes of a recorded exchange; every fifth lacks some of its body. */
function requestBytes(exchange, number) {
	const body = Buffer.from(bodyOf(exchange) || "");
	const at = number % 5 === 4 ? number * 7 % (body.length + 1) : body.length;

	return fastcgi.request({
		method: exchange.request.method,
		path: exchange.request.path,
		type: (exchange.request.headers || {})["content-type"],
		body: body.subarray(0, at) });
}

async function serve(pool, recording, number) {
	const { exchanges, prefix } = recording;
	const statuses = {};

	for (let i = 0; i < number; i++) {
		const bytes = i % 10 === 0 ?
		    fastcgi.request({ path: `${prefix}${i % 20 === 0 ? "" :
		        "_dash-layout"}` }) :
		    requestBytes(exchanges[i % exchanges.length], i);
		const { status } = await fastcgi.exchange(pool.socket, bytes,
		    { deadline_ms: DEADLINE_MS });

		statuses[status] = (statuses[status] || 0) + 1;
	}
	return statuses;
}

/* What memcheck found. */
function findings(logs) {
	const texts = fs.readdirSync(logs).map((name) =>
	    fs.readFileSync(path.join(logs, name), "utf8"));

	if (!texts.some((text) => /ERROR SUMMARY: /.test(text)))
		return `valgrind did not come to its end:\n${texts.join("\n")}`;
	return texts.filter((text) => /ERROR SUMMARY: [1-9]/.test(text))
	    .join("\n");
}

async function check(name, number) {
	const directory = helpers.temporaryDirectory();
	const logs = helpers.workerDirectory(path.join(directory, "valgrind"));
	const recording = readRecording(name);
	const app = helpers.built(twins[name].program);
	const pool = new helpers.Pool(directory, "app",
	    wrap(app, directory, logs), 1, { ...twinSettings(name),
	        LETHE_PREFIX: recording.prefix, LETHE_TIMEOUT: "60" });

	try {
		await pool.start();

		const statuses = await serve(pool, recording, number);

		await pool.stop();
		point(`${name}: ${number} requests, no error, no leak; answers ` +
		    JSON.stringify(statuses), findings(logs));
	} catch (error) {
		point(`${name}: ${number} requests`, `${error.stack}\n` +
		    `${pool.logText()}\n${findings(logs)}`);
		await pool.stop();
	} finally {
		helpers.removeDirectory(directory);
	}
}

async function main() {
	for (const name of APPS)
		await check(name, Math.ceil(count / APPS.length));
	console.log(`1..${points}`);
}

main();
