/*
 * replay.test.js: `app check --replay FILE`: what it finds in an app that
 * remembers, and that it finds nothing in all others.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { archive, requestsOf } = require("../conformance/har.js");
const { readRecording, twinSettings } = require("../conformance/start.js");
const twins = require("../conformance/twins.js");
const helpers = require("./helpers.js");

const REMEMBERING = helpers.built("tests/integration/apps/remembering");

/*
 * Answers that differ whoever gives them: a layout that is another on each
 * load; a session's id, and times in what was computed for it.
 */
const UNSTABLE = { d1_session_data: 8, f_layout_function: 2 };

/* Runs the experiment with the text of a HAR file. */
async function replay(app, text, env = {}) {
	const directory = helpers.temporaryDirectory();
	const file = path.join(directory, "recorded.har");
	const temporary = helpers.workerDirectory(
	    path.join(directory, "tmp"));

	fs.writeFileSync(file, text);
	try {
		const result = await helpers.run(app, ["check", "--replay", file],
		    { asWorker: true, deadline_ms: 240000, env: {
		        LETHE_STATE: temporary, TMPDIR: temporary, ...env } });

		assert.deepEqual(fs.readdirSync(temporary), [],
		    "files were left behind");
		return result;
	} finally {
		helpers.removeDirectory(directory);
	}
}

/* A request for a callback of the app "remembering". */
function ask(name, value = 1) {
	return {
		method: "POST",
		path: "/_dash-update-component",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({
			output: `${name}.children`,
			outputs: { id: name, property: "children" },
			inputs: [{ id: "in", property: "value", value }],
			changedPropIds: ["in.value"],
		}),
	};
}

function counts(result) {
	const found = /: (\d+) requests? replayed: (\d+) answered .*, (\d+) not; (\d+) depend/
	    .exec(result.stdout);

	assert.ok(found, result.stdout + result.stderr);
	return { requests: Number(found[1]), same: Number(found[2]),
		remembered: Number(found[3]), unstable: Number(found[4]) };
}

test("a process that remembers is found", async () => {
	const result = await replay(REMEMBERING,
	    archive([ask("memoize"), ask("remember")]));

	assert.equal(result.status, 1, result.stdout);
	assert.deepEqual(counts(result),
	    { requests: 2, same: 1, remembered: 1, unstable: 0 });
	assert.match(result.stderr, /request 2 of 2, POST .*\(remember\.children\)/);
	assert.match(result.stderr, /had served 3 others .* the process remembers/);
	assert.match(result.stderr, /this worker: .*"children":2/);
	assert.match(result.stderr, /a new worker: .*"children":1/);
});

test("what the session and the cache hold is no memory of a process",
    async () => {
	const result = await replay(REMEMBERING, archive([
		ask("count_visits"), ask("memoize", "a"), ask("memoize", "b"),
		ask("count_visits"), { path: "/_dash-layout" }, { path: "/" }]));

	assert.equal(result.status, 0, result.stderr);
	assert.deepEqual(counts(result),
	    { requests: 6, same: 6, remembered: 0, unstable: 0 });
});

test("what depends on the time is told, and is no memory", async () => {
	const result = await replay(REMEMBERING,
	    archive([ask("tell_time"), ask("memoize")]));

	assert.equal(result.status, 0, result.stderr);
	assert.deepEqual(counts(result),
	    { requests: 2, same: 1, remembered: 0, unstable: 1 });
	assert.match(result.stderr,
	    /\(tell_time\.children\): new workers do not answer alike/);
});

test("a worker that ends in the middle is replaced", async () => {
	const result = await replay(REMEMBERING,
	    archive([ask("end"), ask("memoize")]));

	assert.equal(result.status, 0, result.stderr);
	assert.deepEqual(counts(result),
	    { requests: 2, same: 2, remembered: 0, unstable: 0 });
});

for (const [name, text, message] of [
    ["is no JSON", "{\"log\":", /is not JSON: .* at byte \d+/],
    ["is no recording", "{\"entries\":[]}", /has no log\.entries: record with/],
    ["has a bad entry", "{\"log\":{\"entries\":[7]}}", /has no request with/],
    ["is of another app", archive([{ path: "relative" }]),
        /has no request for \/: LETHE_PREFIX/]])
	test(`a file that ${name} is refused in words`, async () => {
		const result = await replay(REMEMBERING, text);

		assert.equal(result.status, 1, result.stdout);
		assert.match(result.stderr, message);
	});

test("a file that is missing is refused in words", async () => {
	const result = await helpers.run(REMEMBERING,
	    ["check", "--replay", "/nowhere.har"],
	    { env: { LETHE_STATE: "/tmp" }, asWorker: true });

	assert.equal(result.status, 1);
	assert.match(result.stderr, /\/nowhere\.har: No such file/);
});

/* Asks for all that an example app has, with values that mean something to
 * some of them; refusals are answers too. */
async function requestsFor(app) {
	const env = { LETHE_STATE: "/tmp" };
	const { prefix } = JSON.parse((await helpers.run(app, ["info"],
	    { env })).stdout);
	const dependencies = JSON.parse((await helpers.run(app,
	    ["dependencies"], { env })).stdout);
	const requests = ["_dash-layout", "_dash-dependencies"]
	    .map((target) => ({ path: prefix + target }));

	for (const value of ["apples", "oranges"])
		for (const { output } of dependencies)
			requests.push({
				method: "POST",
				path: `${prefix}_dash-update-component`,
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify(helpers.update(dependencies,
				    output, [value])),
			});
	return requests;
}

for (const name of fs.readdirSync(path.join(helpers.SOURCE, "handlers"))) {
	const app = path.join(helpers.BUILD, "handlers", name, name);

	if (!fs.existsSync(app))
		continue;
	test(`handlers/${name} does not remember`, async () => {
		const result = await replay(app,
		    archive(await requestsFor(app)),
		    { LETHE_DATA: path.join(helpers.BUILD, "data") });
		const { remembered, same } = counts(result);

		assert.equal(result.status, 0, result.stderr);
		assert.equal(remembered, 0);
		assert.ok(same > 2, result.stderr);
	});
}

/* What is slow with sanitizers shows no more with them than one app does. */
for (const [name, twin] of Object.entries(twins)
    .slice(0, helpers.isSanitized(REMEMBERING) ? 1 : Infinity))
	test(`${name} does not remember`, async () => {
		const recording = readRecording(name);
		const result = await replay(helpers.built(twin.program),
		    archive(requestsOf(recording)), {
		        ...twinSettings(name),
		        LETHE_PREFIX: recording.prefix });
		const { remembered, unstable } = counts(result);

		assert.equal(result.status, 0, result.stderr);
		assert.equal(remembered, 0);
		assert.equal(unstable, UNSTABLE[name] || 0, result.stderr);
	});
