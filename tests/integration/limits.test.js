/*
 * limits.test.js: what a request may cost: each limit just kept, just
 * overstepped, and the worker the same afterwards.
 */
"use strict";

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { assertError, assertOutputs, outputOf } = require("./check.js");
const { exchange, request } = require("./fastcgi.js");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");
const BODY = 8 * 1024 * 1024;
const DEPTH = 20;
const PARAMETERS = 8192;
const RESPONSE = 65536;
let site;

before(async () => {
	site = await helpers.startSite(MISDEEDS, { workers: 1, env: {
		LETHE_BODY_LIMIT: "8M",
		LETHE_DEPTH_LIMIT: String(DEPTH),
		LETHE_INPUT_LIMIT: "8M",
		LETHE_PARAMETER_LIMIT: "8K",
		LETHE_RESPONSE_LIMIT: "64K",
		LETHE_TIMEOUT: "2",
	} });
});

after(async () => {
	/* No limit has cost the worker its life. */
	assert.deepEqual(site.pool.alive(), site.pool.pids);
	await site.stop();
});

/* The call with this input. */
function call(name, input) {
	return site.call(`out-${name}.children`, [input]);
}

/* A call's body of so many bytes. */
async function bodyOf(size) {
	const known = await site.callbacks();
	const body = (text) => JSON.stringify(helpers.update(known,
	    "out-ignore_input.children", [text]));

	return body("x".repeat(size - body("").length));
}

test("a body may be as large as LETHE_BODY_LIMIT", async () => {
	assert.equal((await site.post(await bodyOf(BODY))).status, 200);
});

test("a body that is a byte larger is a 413: from nginx, whose limit is " +
    "printed from the setting, and from the worker", async () => {
	const body = await bodyOf(BODY + 1);
	const options = { method: "POST", path: "/_dash-update-component",
		type: "application/json" };

	assertError(await site.post(body), 413, /LETHE_BODY_LIMIT/);
	assertError(await exchange(site.pool.socket,
	    request({ ...options, body })), 413, /LETHE_BODY_LIMIT/);
});

test("a body may be nested as deep as LETHE_DEPTH_LIMIT, no deeper",
    async () => {
	/* The value is inside of the body, its list and an input. */
	const nested = (depth) => depth === 0 ? 1 : [nested(depth - 1)];

	assert.deepEqual(outputOf(await call("echo", nested(DEPTH - 3))),
	    nested(DEPTH - 3));
	assertError(await call("echo", nested(DEPTH - 2)), 400,
	    /nested too deep.*LETHE_DEPTH_LIMIT/);
});

test("values may take as much memory as LETHE_INPUT_LIMIT once parsed, more " +
    "is a 413", async () => {
	const rows = (count) => Array(count).fill({});

	assert.equal(outputOf(await call("echo", rows(9000))).length, 9000);
	assertError(await call("echo", rows(40000)), 413, /LETHE_INPUT_LIMIT/);
	/* What nobody asks for is not parsed. */
	assert.equal((await call("ignore_input", rows(40000))).status, 200);
});

test("parameters may have as many bytes as LETHE_PARAMETER_LIMIT, more is a " +
    "431", async () => {
	const get = (size) => exchange(site.pool.socket, request({
		path: "/_dash-layout", extra: { HTTP_X_LONG: "x".repeat(size) } }));

	assert.equal((await get(PARAMETERS - 1024)).status, 200);
	assertError(await get(PARAMETERS), 431, /LETHE_PARAMETER_LIMIT/);
	/* Within what nginx takes of a head. */
	assertError(await site.get("_dash-layout", { headers: {
		"x-a": "a".repeat(5000), "x-b": "b".repeat(5000) } }), 431);
});

test("a response may have as many bytes as LETHE_RESPONSE_LIMIT, more is a " +
    "500", async () => {
	const overhead = (await call("echo", "")).body.length;

	assert.equal((await call("echo", "x".repeat(RESPONSE - overhead - 1)))
	    .body.length, RESPONSE - 1);
	assertError(await call("echo", "x".repeat(RESPONSE)), 500,
	    /LETHE_RESPONSE_LIMIT/);
});

test("a request may take LETHE_TIMEOUT, more is a 504", async () => {
	assert.equal((await call("sleep_for", 1000)).status, 200);
	assertError(await call("sleep_for", 10000), 504,
	    /sleep_for took longer than 2000 ms and was stopped/);
	assertOutputs(await call("echo", 1), { "out-echo": { children: 1 } });
});

/*
 * Two ask for the same value, and the worker that computes it is stopped
 * meanwhile.  Gives both answers; that of the second is 200 when the worker
 * was stopped before it began.
 */
async function waitInVain(own, key) {
	const compute = () => own.call("out-count_computation.children", [key]);
	let computing;

	await helpers.until(() => !own.pool.pids.some(helpers.isServing),
	    "nobody serves");
	try {
		const first = compute();

		computing = await helpers.until(() =>
		    own.pool.pids.find(helpers.isServing), "one computes");
		helpers.signal(computing, "SIGSTOP");

		const second = await compute();

		helpers.signal(computing, "SIGCONT");
		return [await first, second];
	} finally {
		if (computing !== undefined)
			helpers.signal(computing, "SIGCONT");
	}
}

test("to wait for another's computation is to take time, too", async () => {
	const own = await helpers.startSite(MISDEEDS, { workers: 2,
		env: { LETHE_TIMEOUT: "1" } });
	let key = 0;

	try {
		await own.callbacks();

		const [, second] = await helpers.until(async () => {
			const answers = await waitInVain(own, key++);

			return answers[1].status !== 200 && answers;
		}, "a worker is stopped while it computes");

		assertError(second, 504, /another worker is computing the value/);
	} finally {
		await own.stop();
	}
});

test("a worker starts anew after LETHE_REQUESTS, and no request is lost",
    async () => {
	const own = await helpers.startSite(MISDEEDS, { workers: 1,
		env: { LETHE_REQUESTS: "5" } });
	const line = /level=info message="the worker answered 5 requests/g;

	try {
		await own.callbacks();

		const [pid] = own.pool.pids;
		const values = [...Array(60).keys()];
		const answers = await Promise.all(values.map((value) =>
		    own.call("out-echo.children", [value])));

		answers.forEach((answer, value) => assertOutputs(answer,
		    { "out-echo": { children: value } }));
		/* The first of all asked for the callbacks. */
		assert.equal(own.pool.logText().match(line).length,
		    Math.floor((values.length + 1) / 5));
		assert.deepEqual(own.pool.alive(), [pid]);
	} finally {
		await own.stop();
	}
});
