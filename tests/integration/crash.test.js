/*
 * crash.test.js: handlers that do what no handler may do, in a pool under
 * plain spawn-fcgi, which supervises nothing.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const { after, before, test } = require("node:test");
const { assertError, assertOutputs, outputOf } = require("./check.js");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");
let site, pids;

/* What to call, with which input, and what the answer must say. */
const CRASHES = [
	["write_global", 1, /visits/],
	["write_static_global", 1, /last_total/],
	["write_static_local", 1, /counter/],
	...(helpers.isSanitized(MISDEEDS) ? [] :
	    [["write_start_table", 1, /\.start hook/]]),
	["segfault", 0, /./],
	["segfault", 4096, /./],
	["abort_now", 1, /abort/i],
	["overflow_stack", 1, /stack/],
	["call_exit", 0, /exit/],
	["call_exit", 3, /exit/],
	["compute_crashing", 1, /abort/i],
	["loop_forever", 1, /longer than|took|seconds/],
];

before(async () => {
	site = await helpers.startSite(MISDEEDS,
	    { workers: 2, env: { LETHE_TIMEOUT: "1" } });
	pids = site.pool.alive();
});

after(() => site && site.stop());

for (const [name, input, message] of CRASHES)
	test(`${name}(${input}) is answered in words that name the callback`, async () => {
		const status = name === "loop_forever" ? 504 : 500;
		const id = assertError(await site.call(`out-${name}.children`,
		    [input]), status, message);
		const line = await site.pool.logLine(id);

		assert.match(line, new RegExp(`status=${status}`));
		assert.match(line, new RegExp(`callback=${name}\\b`));
		assert.match(line, message);
		assert.deepEqual(site.pool.alive(), pids);
	});

for (const [name] of CRASHES)
	test(`the message of ${name} names it`, async () => {
		const response = await site.call(`out-${name}.children`, [1]);

		assert.match(response.json().error, new RegExp(`\\b${name}\\b`));
	});

test("nothing that a handler tried to write is there afterwards",
    async () => {
	for (let i = 0; i < 4; i++) {
		const response = await site.call("out-write_global.children", [1]);

		assertError(response, 500, /visits/);
		if (!helpers.isSanitized(MISDEEDS))
			await site.call("out-write_start_table.children", [1]);
		assert.equal(outputOf(await site.call("out-read_table.children",
		    [3])), 9);
	}
});

test("after 100 crashes the pool is full, and other users saw none of it",
    async () => {
	const quick = CRASHES.filter(([name]) => name !== "loop_forever");
	let crashes = 0, answers = 0;

	const crash = async () => {
		while (crashes < 100) {
			const [name, input] = quick[crashes++ % quick.length];

			assertError(await site.call(`out-${name}.children`,
			    [input]), 500);
		}
	};
	const ask = async (user) => {
		while (crashes < 100) {
			const value = { user, answers: answers++ };

			assertOutputs(await site.call("out-echo.children", [value]),
			    { "out-echo": { children: value } });
		}
	};

	await site.callbacks();
	await Promise.all([crash(), crash(), ask("first"), ask("second")]);
	assert.ok(answers > 20, `${answers} answers`);
	assert.deepEqual(site.pool.alive(), pids);

	const seen = new Set();

	/* Both workers answer, not only one. */
	await helpers.until(async () => {
		for (const response of await Promise.all([1, 2, 3, 4].map(
		    () => site.call("out-sleep_for.children", [20]))))
			seen.add(outputOf(response));
		return seen.size === 2;
	}, "both workers answer");
	assert.deepEqual([...seen].sort(), [...pids].sort());
});

test("the log has the calls that led to a crash", async () => {
	const { headers } = await site.call("out-abort_now.children", [1]);
	const line = await site.pool.logLine(headers["x-request-id"]);

	assert.match(line, /[[ ]abort, libc\S* at 0x[0-9a-f]+ < /);
	assert.match(line, / < abort_now, misdeeds at 0x[0-9a-f]+ < /);

	/* The visitor is not told. */
	const response = await site.call("out-segfault.children", [0]);
	const id = response.headers["x-request-id"];

	assert.match(await site.pool.logLine(id),
	    helpers.isSanitized(MISDEEDS) ?
	        / < segfault, misdeeds at 0x[0-9a-f]+ < .*\]"$/ :
	        / \[segfault, misdeeds at 0x[0-9a-f]+ < .*\]"$/);
	assert.doesNotMatch(response.text, / at 0x.* < /);
});

test("the log tells each crash once", async () => {
	const response = await site.call("out-segfault.children", [0]);
	const id = response.headers["x-request-id"];

	await site.pool.logLine(id);
	assert.equal(site.pool.logText().split("\n")
	    .filter((line) => line.includes(id)).length, 1);
});

test("a worker that is killed loses its own request only, as a 502 in JSON",
    async () => {
	const own = await helpers.startSite(MISDEEDS, { workers: 2 });

	try {
		await own.callbacks();

		const [killed, other] = own.pool.pids;

		await helpers.until(() => !own.pool.pids.some(helpers.isServing),
		    "both workers are idle");

		const calls = [1, 2].map(() => own.call("out-sleep_for.children",
		    [1500]));

		await helpers.until(() => own.pool.pids.every(
		    helpers.isServing), "both workers serve");
		helpers.signal(killed, "SIGKILL");

		const responses = await Promise.all(calls);
		const lost = responses.filter((each) => each.status !== 200);

		assert.equal(lost.length, 1);
		assertError(lost[0], 502, /no worker answered/);
		assert.equal(outputOf(responses.find((each) =>
		    each.status === 200)), other);
		for (let i = 0; i < 10; i++)
			assert.equal(outputOf(await own.call(
			    "out-sleep_for.children", [0])), other);
	} finally {
		await own.stop();
	}
});

test("a handler that ends the process by _exit is a 502 in JSON",
    async () => {
	const own = await helpers.startSite(MISDEEDS, { workers: 2 });

	try {
		assertError(await own.call("out-call_underscore_exit.children",
		    [0]), 502, /no worker answered/);
		assertOutputs(await own.call("out-echo.children", [1]),
		    { "out-echo": { children: 1 } });
	} finally {
		await own.stop();
	}
});

/*
 * Misdeeds that are no crash: their request may be lost, but the worker has to
 * serve on, and to survive a crash and an endless loop as before.
 */
async function servesOnAfter(name, input) {
	const own = await helpers.startSite(MISDEEDS,
	    { workers: 1, env: { LETHE_TIMEOUT: "1" } });

	try {
		await own.call(`out-${name}.children`, [input]);
		for (const [misdeed, status, message] of [
		    ["abort_now", 500, /abort/],
		    ["loop_forever", 504, /longer than/]]) {
			assertOutputs(await own.call("out-echo.children", [1]),
			    { "out-echo": { children: 1 } });
			assertError(await own.call(`out-${misdeed}.children`, [0]),
			    status, message);
		}
		assertOutputs(await own.call("out-echo.children", [2]),
		    { "out-echo": { children: 2 } });
		assert.deepEqual(own.pool.alive(), own.pool.pids);
	} finally {
		await own.stop();
	}
}

for (const [name, input, what] of [
    ["close_descriptor", 0, "its listening socket is closed"],
    ["close_descriptor", 1, "its standard output is closed"],
    ["close_descriptor", 2, "its log is closed"],
    ["close_all_descriptors", 1, "all other descriptors are closed"],
    ["block_signals", 1, "all signals are blocked"]])
	test(`a worker serves on when ${what}`, () => servesOnAfter(name, input));

test("a child that returns from a handler neither answers nor serves",
    async () => {
	const own = await helpers.startSite(MISDEEDS,
	    { workers: 1, env: { LETHE_SANDBOX: "off" } });
	const [worker] = own.pool.pids;
	const children = () => fs.readdirSync("/proc")
	    .filter((each) => /^\d+$/.test(each)).filter((each) => {
		try {
			const status = fs.readFileSync(`/proc/${each}/status`,
			    "latin1");

			return status.includes(`PPid:\t${worker}\n`) &&
			    !/State:\tZ/.test(status);
		} catch (error) {
			return false; /* ended meanwhile */
		}
	});

	try {
		for (let i = 0; i < 5; i++)
			assertError(await own.call("out-fork_and_return.children",
			    [1]), 500, /left a child process/);
		await helpers.until(() => children().length === 0,
		    "the children end");
		assert.equal(outputOf(await own.call("out-sleep_for.children",
		    [0])), worker);
	} finally {
		await own.stop();
	}
});

/* A sanitizer's malloc keeps memory as it likes. */
test("memory that one large request took is given back",
    { skip: helpers.isSanitized(MISDEEDS) }, async () => {
	const own = await helpers.startSite(MISDEEDS, { workers: 1 });
	const [worker] = own.pool.pids;
	const memory_kb = () => Number(/VmRSS:\s+(\d+)/.exec(
	    fs.readFileSync(`/proc/${worker}/status`, "latin1"))[1]);
	const rows = (count) => Array(count).fill({});

	try {
		outputOf(await own.call("out-echo.children", [rows(250000)]));
		await helpers.until(() => memory_kb() < 64 * 1024,
		    "the worker gives the memory back");
		assertError(await own.call("out-echo.children",
		    [rows(1000000)]), 413, /LETHE_INPUT_LIMIT/);
		assertOutputs(await own.call("out-echo.children", [1]),
		    { "out-echo": { children: 1 } });
		assert.deepEqual(own.pool.alive(), [worker]);
	} finally {
		await own.stop();
	}
});

test("without any worker nginx answers in JSON", async () => {
	const own = await helpers.startSite(MISDEEDS, { workers: 1 });

	try {
		await own.callbacks();
		await own.pool.stop();
		assertError(await own.call("out-echo.children", [1]), 502,
		    /pool is not running/);
	} finally {
		await own.stop();
	}
});
