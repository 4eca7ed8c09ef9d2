/*
 * cache.test.js: a memoized function runs once, for all workers and users.
 *
 * The computations of the app give a text of their own each time, and hand it
 * to at least one caller: as many different texts, as many computations.
 */
"use strict";

const assert = require("node:assert/strict");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { assertError, outputOf } = require("./check.js");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");
const WORKERS = 4;
let site;

before(async () => {
	site = await helpers.startSite(MISDEEDS, { workers: WORKERS });
	await site.callbacks();
});

after(() => site && site.stop());

function compute(name, value, own = site) {
	return own.call(`out-${name}.children`, [value]);
}

/* `count` calls at the same time. */
function computeMany(count, name, value) {
	return Promise.all(Array.from({ length: count },
	    () => compute(name, value)));
}

async function statistics(own = site) {
	const result = await helpers.run(MISDEEDS, ["store", "stats", "--json"],
	    { env: own.pool.env, asWorker: true });

	assert.equal(result.status, 0, result.stderr);
	return JSON.parse(result.stdout);
}

test("50 first requests at the same time are one computation", async () => {
	const before = await statistics();
	const texts = (await computeMany(50, "count_computation", "fifty"))
	    .map(outputOf);
	const afterwards = await statistics();

	assert.equal(new Set(texts).size, 1);
	assert.equal(afterwards.computations - before.computations, 1);
	assert.equal(afterwards.rows - before.rows, 1);
});

test("whoever asks later gets the same value", async () => {
	const first = outputOf(await compute("count_computation", "later"));
	const begun = Date.now();

	for (let i = 0; i < 3 * WORKERS; i++)
		assert.equal(outputOf(await compute("count_computation", "later")),
		    first);
	/* A single computation takes 250 ms. */
	assert.ok(Date.now() - begun < 3 * WORKERS * 80);
});

test("each argument has a value of its own", async () => {
	const values = [1, "1", 1.5, true, null, [], {}, [1], ["1"], { a: 1 },
		"", "\u2603"];
	const texts = [];

	for (const value of values)
		texts.push(outputOf(await compute("count_computation", value)));
	assert.equal(new Set(texts).size, values.length);
	assert.deepEqual(await Promise.all(values.map(async (value) =>
	    outputOf(await compute("count_computation", value)))), texts);
});

test("the order of an argument's members does not matter", async () => {
	assert.equal(
	    outputOf(await compute("count_computation", { a: 1, b: 2 })),
	    outputOf(await compute("count_computation", { b: 2, a: 1 })));
});

test("a value past its time is computed again", async () => {
	const first = outputOf(await compute("compute_brief", 1));

	assert.equal(outputOf(await compute("compute_brief", 1)), first);
	await helpers.until(async () =>
	    outputOf(await compute("compute_brief", 1)) !== first,
	    "the value expires", 5000);
});

test("a stale value is served at once and computed after the answer",
    async () => {
	const first = outputOf(await compute("compute_stale", 1));
	const own = await statistics();
	let slowest = 0;
	let next;

	await new Promise((resolve) => setTimeout(resolve, 1100));
	await helpers.until(async () => {
		const begun = Date.now();

		next = outputOf(await compute("compute_stale", 1));
		slowest = Math.max(slowest, Date.now() - begun);
		return next !== first;
	}, "the value is computed anew", 5000);
	/* Nobody waited for the computation of 250 ms, but who happened upon
	 * the worker that did it. */
	assert.ok((await statistics()).stale_hits > own.stale_hits);
	assert.ok(slowest < 1000, `${slowest} ms`);

	/* Many who get it stale at the same time are one computation. */
	await new Promise((resolve) => setTimeout(resolve, 1100));
	const before = await statistics();

	for (const response of await computeMany(20, "compute_stale", 1))
		assert.equal(outputOf(response), next);
	await helpers.until(async () =>
	    outputOf(await compute("compute_stale", 1)) !== next,
	    "it is computed anew again");
	assert.equal((await statistics()).computations - before.computations, 1);
});

test("a crash after the answer harms no visitor", async () => {
	const first = outputOf(await compute("compute_stale_crashing", 1));

	await new Promise((resolve) => setTimeout(resolve, 1100));
	for (let i = 0; i < 20; i++)
		assert.equal(outputOf(await compute("compute_stale_crashing", 1)),
		    first);
	assert.equal(site.pool.alive().length, WORKERS);
});

test("a value is there for workers that start later", async () => {
	const first = outputOf(await compute("count_computation", "kept"));
	const pool = new helpers.Pool(site.directory, "second", MISDEEDS, 1,
	    { LETHE_STATE: site.pool.state });
	const fastcgi = require("./fastcgi.js");

	await pool.start();
	try {
		assert.equal(outputOf(await fastcgi.exchange(pool.socket,
		    fastcgi.request({ method: "POST", type: "application/json",
		        path: "/_dash-update-component", body: JSON.stringify(
		        helpers.update(await site.callbacks(),
		        "out-count_computation.children", ["kept"])) }))), first);
	} finally {
		await pool.stop();
	}
});

test("a failure is handed to all who waited for it", async () => {
	const responses = await computeMany(20, "compute_failing", 1);
	const messages = new Set();

	for (const response of responses) {
		assertError(response, 500, /the instrument does not answer/);
		messages.add(response.json().error);
	}
	/* Whoever came just after the first failure tried once more. */
	assert.ok(messages.size < 5, `${messages.size} computations`);
});

test("a failure is not kept", async () => {
	const first = (await compute("compute_failing", 2)).json().error;

	await helpers.until(async () => {
		const again = (await compute("compute_failing", 2)).json().error;

		assert.match(again, /the instrument does not answer/);
		return again !== first;
	}, "the function is tried again by another worker");
});

test("a crash in a computation is an error for each caller, and no wait",
    async () => {
	const begun = Date.now();

	for (const response of await computeMany(8, "compute_crashing", 1))
		assertError(response, 500, /compute_crashing/);
	assert.ok(Date.now() - begun < 20000, `${Date.now() - begun} ms`);
	assert.equal(site.pool.alive().length, WORKERS);
});

test("a computation that asks for itself is an error, not a wait",
    async () => {
	const begun = Date.now();

	assertError(await compute("compute_circular", 1), 500, /circular/);
	assert.ok(Date.now() - begun < 5000, `${Date.now() - begun} ms`);
});

test("when the computing worker is killed, another computes", async () => {
	const own = await helpers.startSite(MISDEEDS, { workers: 2 });

	try {
		await own.callbacks();
		await helpers.until(() => !own.pool.pids.some(helpers.isServing),
		    "both workers are idle");

		const calls = [1, 2].map(() =>
		    compute("count_computation", "killed", own));

		await helpers.until(() => own.pool.pids.every(
		    helpers.isServing), "one computes and one waits");
		helpers.signal(own.pool.pids[0], "SIGKILL");

		const responses = await Promise.all(calls);
		const good = responses.filter((each) => each.status === 200);

		assert.equal(good.length, 1);
		assert.ok(outputOf(good[0]).startsWith(`${own.pool.pids[1]}-`));
	} finally {
		await own.stop();
	}
});

test("no more rows are kept than the threshold says", async () => {
	const own = await helpers.startSite(MISDEEDS,
	    { workers: 4, env: { LETHE_THRESHOLD: "5" } });

	try {
		await own.callbacks();
		await Promise.all(Array.from({ length: 16 }, (_, index) =>
		    compute("count_computation", index, own)));

		const { rows, evictions } = await statistics(own);

		assert.equal(rows, 5);
		assert.equal(evictions, 11);
	} finally {
		await own.stop();
	}
});

test("while nobody asks, a row is gone 5 s after its expiry at most",
    async () => {
	const own = await helpers.startSite(MISDEEDS, { workers: 2 });

	try {
		await own.callbacks();
		await compute("compute_brief", "idle", own);

		const made = Date.now();

		await helpers.until(async () => (await helpers.run(
		    helpers.program("sqlite3"), [
			path.join(own.pool.state, "cache.db"),
			"SELECT count(*) FROM cache"],
		    { asWorker: true })).stdout.trim() === "0",
		    "the row is deleted", 10000);
		/* It expires a second after it was made. */
		assert.ok(Date.now() - made < 6000, `${Date.now() - made} ms`);
	} finally {
		await own.stop();
	}
});

test("people can ask the cache with sqlite3", async () => {
	await compute("count_computation", "for people");

	const result = await helpers.run(helpers.program("sqlite3"), ["-json",
		path.join(site.pool.state, "cache.db"),
		"SELECT function, arguments FROM cache_entries " +
		"WHERE arguments LIKE '%for people%'"], { asWorker: true });

	assert.equal(result.status, 0, result.stderr);
	assert.deepEqual(JSON.parse(result.stdout),
	    [{ function: "slow", arguments: "\"for people\"" }]);
});
