/*
 * leftovers.test.js: handlers that leave something behind in the process.
 * Each is refused in words, and the next request finds nothing of it.  The
 * sandbox, which does not let them begin, is off.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const { after, before, test } = require("node:test");
const { assertError, outputOf } = require("./check.js");
const helpers = require("./helpers.js");

const LEFTOVERS = helpers.built("tests/integration/apps/leftovers");

/* What to call, with which input, and what the answer must say. */
const WAYS = [
	["open_file", 0, /left descriptor \d+ open \(the file \/dev\/zero\): close/],
	["open_high", 0, /left descriptor 200 open \(/],
	["open_socket", 0, /left descriptor \d+ open \(a socket\)/],
	["open_pipe", 0, /left descriptor \d+ open \(a pipe\)/],
	["open_memory", 0, /left descriptor \d+ open \(memory: \/memfd:kept/],
	["open_event", 0, /left descriptor \d+ open \(\[eventfd\]\)/],
	["open_store", 0, /left descriptor \d+ open \(the file .*\/cache\.db\)/],
	["query_store", 0, /opened .*\/mine\.db with SQLite: the state directory/],
	["close_one", 0, /closed descriptor 0, .* \(the listening socket\)/],
	["close_one", 1, /closed descriptor 1, .*standard output/],
	["close_one", 2, /closed descriptor 2, /],
	["close_store", 0, /closed descriptor \d+, .* \(a file of the store\)/],
	["start_thread", 0, /left 1 thread running: join/],
	["start_child", 0, /left a child process: wait/],
	["start_daemon", 0, /left a child process: wait/],
	["start_alarm", 0, /left a timer running \(alarm\(\)/],
	["start_timer", 0, /left a timer \(timer_create\(\)\)/],
	["map_shared", 0, /left a mapping of \/dev\/zero/],
	["map_file", 0, /left a mapping of \/tmp\/lethe-left/],
	["attach_memory", 0, /left a mapping of \/SYSV/],
	["change_directory", 0, /changed the working directory/],
	["change_umask", 0, /changed the umask to 135/],
	["block_signal", 0, /left signal 14 \(Alarm clock\) blocked/],
	["default_signal", 0, /changed what happens on signal 11 /],
	["change_signal_stack", 0, /changed the stack of the signal handlers/],
	["change_rounding", 0, /changed how floating-point numbers are rounded/],
	["change_locale", 0, /changed the locale/],
	/* A sanitized program has the variable, and that is sealed. */
	["change_environment", "x",
	    /changed the environment|the global variable __environ/],
	["overwrite_environment", 0, /changed the environment/],
	["change_priority", 0, /changed the priority/],
];

/* Those that are looked for in development only, for their cost. */
const THOROUGH = [
	["touch_store", 0, /opened and closed .*\/cache\.db, by which the store/],
	["change_limit", 0, /changed a limit of the process/],
	["change_name", 0, /changed the name of the process to remembered/],
];

let site, worker;

before(async () => {
	site = await helpers.startSite(LEFTOVERS,
	    { workers: 1, env: { LETHE_SANDBOX: "off" } });
	[worker] = site.pool.pids;
});

after(() => site && site.stop());

function call(to, name, input = 0) {
	return to.call(`out-${name}.children`, [input]);
}

/* Processes whose parent is the worker. */
function children(pid) {
	return fs.readdirSync("/proc").filter((each) => /^\d+$/.test(each))
	    .filter((each) => {
		try {
			return fs.readFileSync(`/proc/${each}/status`, "latin1")
			    .includes(`PPid:\t${pid}\n`);
		} catch (error) {
			return false; /* ended meanwhile */
		}
	});
}

for (const [name, input, message] of WAYS)
	test(`${name}(${input}) is refused, and nothing of it stays`,
	    async () => {
		const before = outputOf(await call(site, "look"));
		const id = assertError(await call(site, name, input), 500,
		    message);
		const line = await site.pool.logLine(id);

		assert.match(line, message);
		assert.match(line, new RegExp(`callback=${name}\\b`));
		assert.equal(outputOf(await call(site, "look")), before);
		assert.equal(outputOf(await call(site, "join_thread")), worker);
		assert.deepEqual(children(worker), []);
	});

for (const name of ["join_thread", "wait_child", "query_own", "print"])
	test(`${name} leaves nothing, and the worker stays`, async () => {
		const lines = site.pool.logText().split("\n").length;

		for (let i = 0; i < 20; i++)
			assert.equal(outputOf(await call(site, name)), worker);
		assert.equal(site.pool.logText().split("\n").length, lines);
	});

test("a crash takes its child, its directory and its umask along",
    async () => {
	const before = outputOf(await call(site, "look"));

	assertError(await call(site, "crash_elsewhere"), 500, /abort/);
	assert.equal(outputOf(await call(site, "look")), before);
	assert.deepEqual(children(worker), []);
});

/* A sanitizer's malloc ends the process when there is no memory. */
test("a request gets no more memory than LETHE_MEMORY_LIMIT",
    { skip: helpers.isSanitized(LEFTOVERS) }, async () => {
	const own = await helpers.startSite(LEFTOVERS,
	    { workers: 1, env: { LETHE_MEMORY_LIMIT: "64M" } });

	try {
		for (let i = 0; i < 3; i++) {
			assert.equal(outputOf(await call(own, "use_memory", 48)),
			    own.pool.pids[0]);
			assertError(await call(own, "use_memory", 80), 500,
			    /there is no memory for this/);
			/* A crash does not take the limit along. */
			assertError(await call(own, "crash_elsewhere"), 500);
		}
	} finally {
		await own.stop();
	}
});

test("a worker that keeps more memory than LETHE_KEPT_LIMIT starts anew",
    async () => {
	const own = await helpers.startSite(LEFTOVERS,
	    { workers: 1, env: { LETHE_KEPT_LIMIT: "16M" } });
	const [worker] = own.pool.pids;

	try {
		/* Either alone is allowed. */
		assert.equal(outputOf(await call(own, "lose_memory", 12)), worker);
		assert.equal(outputOf(await call(own, "lose_memory", 12)), worker);

		const line = await own.pool.logLine("LETHE_KEPT_LIMIT");
		const [, kept] = /level=warning .* kept (\d+) MiB/.exec(line);

		assert.ok(kept >= 24, line);
		assert.equal(outputOf(await call(own, "lose_memory", 12)), worker);
		assert.equal(own.pool.logText().split("LETHE_KEPT_LIMIT").length,
		    2);
	} finally {
		await own.stop();
	}
});

test("in development what is dear to find is refused too", async () => {
	const own = await helpers.startSite(LEFTOVERS,
	    { workers: 1, env: { LETHE_DEBUG: "1", LETHE_SANDBOX: "off" } });

	try {
		assert.equal(outputOf(await call(own, "restore_signal")),
		    own.pool.pids[0]);
		for (const [name, input, message] of THOROUGH) {
			const response = await call(own, name, input);

			assert.equal(response.status, 500, response.text);
			assert.match(response.text, message);
			assert.equal(outputOf(await call(own, "join_thread")),
			    own.pool.pids[0]);
		}
	} finally {
		await own.stop();
	}
});
