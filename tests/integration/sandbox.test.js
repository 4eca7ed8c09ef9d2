/*
 * sandbox.test.js: handlers that try to leave something behind, in the
 * sandbox.  Each is stopped in words, and the same worker answers the next
 * request.
 */
"use strict";

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { assertError, outputOf } = require("./check.js");
const helpers = require("./helpers.js");

const LEFTOVERS = helpers.built("tests/integration/apps/leftovers");
const SKIP = helpers.isSanitized(LEFTOVERS) &&
    "a sanitizer makes system calls of its own";

/* What to call, and what the answer must say. */
const WAYS = [
	["start_thread", /called clone\(\), which the sandbox refuses: threads/],
	["start_child", /called (clone|fork)\(\), which the sandbox refuses/],
	["start_daemon", /called (clone|fork)\(\), which the sandbox refuses/],
	["start_alarm", /called (alarm|setitimer)\(\), which the sandbox refuses/],
	["start_timer", /called timer_create\(\), which the sandbox refuses/],
	["open_memory", /called memfd_create\(\), .* dcc\.Store/],
	["map_shared", /called mmap\(\), which the sandbox refuses/],
	["map_file", /no file/],
	["attach_memory", /called shmget\(\), .* dcc\.Store/],
	["change_directory", /called chdir\(\), which the sandbox refuses/],
	["change_umask", /called umask\(\), which the sandbox refuses/],
	["default_signal", /called rt_sigaction\(\), which the sandbox refuses/],
	["change_signal_stack", /called sigaltstack\(\), which the sandbox/],
	["change_priority", /called setpriority\(\), which the sandbox refuses/],
	["change_limit", /called prlimit64\(\), which the sandbox refuses/],
	["change_name", /called prctl\(\), which the sandbox refuses/],
];

/* Versions of Landlock; those that this kernel lacks are its newest. */
for (const version of ["1", "2", "3", "1000"]) {
	let site;

	before(async () => {
		if (!SKIP)
			site = await helpers.startSite(LEFTOVERS, { workers: 1,
				env: { LETHE_SANDBOX: "require",
					LETHE_SANDBOX_ABI: version } });
	});

	after(() => site && site.stop());

	for (const [name, message] of WAYS)
		test(`${name} is stopped, with Landlock ${version} at most`,
		    { skip: SKIP }, async () => {
			const [worker] = site.pool.pids;

			assertError(await site.call(`out-${name}.children`, [0]),
			    500, message);
			assert.equal(outputOf(await site.call(
			    "out-print.children", [0])), worker);
		});
}

test("what requires the sandbox does not start without Landlock", async () => {
	const directory = helpers.temporaryDirectory();
	const { status, stderr } = await helpers.run(LEFTOVERS, ["check"],
	    { env: { LETHE_STATE: directory, LETHE_SANDBOX: "require",
		LETHE_SANDBOX_ABI: "0" } });

	assert.notEqual(status, 0);
	assert.match(stderr, /LETHE_SANDBOX is "require", but/);
});
