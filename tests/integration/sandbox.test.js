/*
 * sandbox.test.js: handlers that try to leave something behind, in the
 * sandbox.  Each is stopped in words, and the same worker answers the next
 * request.
 */
"use strict";

const assert = require("node:assert/strict");
const childProcess = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { assertError, outputOf } = require("./check.js");
const { exchange, request } = require("./fastcgi.js");
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

/* ------------------------------------------------------------------------
 * What the app declares, and what it does not
 */

const DATA = path.join(helpers.BUILD, "data");
const SANDBOXED = helpers.built("tests/integration/apps/sandboxed");

/* A server that answers each connection with "pong"; stopped by the caller. */
async function answerOn(where) {
	const server = net.createServer((socket) => socket
	    .on("error", () => {}).once("data", () => socket.end("pong")));

	await new Promise((resolve) => server.listen(where, resolve));
	return server;
}

/* Files and sockets for the app: some it may have, some it may not. */
async function makePlaces() {
	const directory = helpers.temporaryDirectory();
	const at = (name) => path.join(directory, name);
	const places = { directory, readable: at("readable"),
		writable: helpers.workerDirectory(at("writable")),
		closed: helpers.workerDirectory(at("closed")),
		socket: at("open.sock"), closedSocket: at("closed.sock") };

	fs.mkdirSync(places.readable);
	for (const each of [places.readable, places.writable, places.closed])
		fs.writeFileSync(path.join(each, "file"), "text", { mode: 0o666 });
	fs.chmodSync(places.closed, 0o777);
	places.servers = [await answerOn(places.socket),
		await answerOn(places.closedSocket),
		await answerOn({ port: 0, host: "127.0.0.1" }),
		await answerOn({ port: 0, host: "127.0.0.1" })];
	fs.chmodSync(places.socket, 0o666);
	fs.chmodSync(places.closedSocket, 0o666);
	places.port = places.servers[2].address().port;
	places.closedPort = places.servers[3].address().port;
	places.env = { TEST_READS: places.readable,
		TEST_WRITES: places.writable, TEST_UNIX: `unix:${places.socket}`,
		TEST_TCP: `tcp:127.0.0.1:${places.port}` };
	return places;
}

function removePlaces(places) {
	for (const server of places.servers)
		server.close();
	helpers.removeDirectory(places.directory);
}

/* [name, callback, input, output or status and message] */
const DECLARED = [
	["what .reads has is read", "read_file",
	    (places) => `${places.readable}/file`, "text"],
	["what .reads has is not written", "write_file",
	    (places) => `${places.readable}/file`, /EACCES/],
	["what .writes has is written", "write_file",
	    (places) => `${places.writable}/new`, "pid"],
	["what .writes has is read", "read_file",
	    (places) => `${places.writable}/file`, "text"],
	["what .writes has is removed", "remove_file",
	    (places) => `${places.writable}/new`, "pid"],
	["what is not declared is not read", "read_file",
	    (places) => `${places.closed}/file`, /EACCES/],
	["what is not declared is not made", "write_file",
	    (places) => `${places.closed}/new`, /EACCES/],
	["what is not declared is not removed", "remove_file",
	    (places) => `${places.closed}/file`, /EACCES/],
	["another process's memory is not read", "read_file",
	    () => `/proc/${process.pid}/maps`, /EACCES/],
	["a socket that .connects has is connected to", "connect_unix",
	    (places) => places.socket, "pong"],
	["another socket is not", "connect_unix",
	    (places) => places.closedSocket,
	    /connected to unix:\/\S*closed\.sock, which the app's \.connects/],
	["a port that .connects has is connected to", "connect_port",
	    (places) => places.port, "pong"],
	["another port is not", "connect_port",
	    (places) => places.closedPort,
	    /connected to tcp:127\.0\.0\.1:\d+, which the app's \.connects/],
	["a datagram with an address is not sent", "send_datagram",
	    (places) => places.port, /called sendmsg\(\), .*\.connects/],
	["nobody listens", "wait_for_others", () => 0, /called listen\(\)/],
	["files of time zones are read", "read_file",
	    () => "/usr/share/zoneinfo/Australia/Lord_Howe", "TZif"],
	["local time has its zone", "tell_time", () => 0, 22],
	["SQLite sorts more than its cache holds", "sort_rows", () => 20000,
	    "99999"],
	["the cache is written", "use_cache", () => 0, "pid"],
	["a handler maps and unmaps memory of its own", "map_own", () => 0,
	    "pid"],
	["all signals but the worker's are blocked and put back",
	    "block_and_restore", () => 0, "1100 0"],

	["sealed memory is not written by its file", "write_memory", () => 0,
	    /EACCES/],
	["a path is not truncated", "truncate_file",
	    (places) => `${places.writable}/file`,
	    /called truncate\(\), .*ftruncate/],
	["modes are not changed", "change_mode",
	    (places) => `${places.writable}/file`,
	    /called fchmodat\(\), which the sandbox refuses: marks on files/],
	["sealed memory is not unmapped", "unmap_sealed", () => 0,
	    /called munmap\(\), which the sandbox refuses: memory/],
	["sealed memory is not forgotten", "forget_sealed", () => 0,
	    /called madvise\(\), which the sandbox refuses: memory/],
	["sealed memory is not moved", "move_sealed", () => 0,
	    /called mremap\(\), which the sandbox refuses: memory/],
	["sealed memory is not unsealed", "unseal", () => 0,
	    /called mprotect\(\), which the sandbox refuses: memory/],
	["no memory is had at a fixed address", "map_fixed", () => 0,
	    /called mmap\(\), which the sandbox refuses: .*fixed address/],
	["nor at one that is asked for", "map_hinted", () => 0,
	    /called mmap\(\), which the sandbox refuses: .*fixed address/],
	["no keys are kept", "add_key", () => 0,
	    /called add_key\(\), which the sandbox refuses: .*dcc\.Store/],
	["no keyring is looked at", "find_keys", () => 0,
	    /called keyctl\(\), which the sandbox refuses/],
	["nobody is traced", "trace", () => 0,
	    /called ptrace\(\), which the sandbox refuses/],
	["no value waits with a signal", "queue_signal", () => 0,
	    /called rt_sigqueueinfo\(\), which the sandbox refuses/],
	["nobody waits for signals", "wait_for_signal", () => 0,
	    /called rt_sigsuspend\(\), which the sandbox refuses/],
	["nobody stops the watchdog", "disarm_watchdog", () => 0,
	    /called timer_settime\(\), which the sandbox refuses: timers/],
	["nor deletes it", "delete_watchdog", () => 0,
	    /called timer_delete\(\), which the sandbox refuses: timers/],
	["nobody waits with signals blocked", "select_masked", () => 0,
	    /called pselect6\(\), which the sandbox refuses: signals/],
	["a handler waits without", "select_unmasked", () => 0, "pid"],
	["the listening socket's flags stay", "block_listening", () => 0,
	    /called fcntl\(\), which the sandbox refuses: it changes the/],
	["in both ways", "clear_listening", () => 0, /EPERM/],
	["a handler sets those of its own", "unblock_own", () => 0, "pid"],
	["a refused call is answered with all signals blocked",
	    "block_and_call", () => 0, /called memfd_create\(\)/],
	["a crash is answered with all signals blocked", "block_and_crash",
	    () => 0, /segmentation fault/],
];

let places, site;

before(async () => {
	if (SKIP)
		return;
	places = await makePlaces();
	site = await helpers.startSite(SANDBOXED, { workers: 1, env: {
		...places.env, LETHE_SANDBOX: "require", LETHE_TIMEOUT: "4",
		TZ: "Australia/Lord_Howe",
		LETHE_DATA: DATA } });
});

after(async () => {
	if (site !== undefined)
		await site.stop();
	if (places !== undefined)
		removePlaces(places);
});

for (const [name, callback, input, expected] of DECLARED)
	test(name, { skip: SKIP }, async () => {
		const [worker] = site.pool.pids;
		const response = await site.call(`out-${callback}.children`,
		    [input(places)]);

		if (expected instanceof RegExp)
			assertError(response, 500, expected);
		else
			assert.equal(outputOf(response),
			    expected === "pid" ? worker : expected);
		assert.equal(outputOf(await site.call("out-map_own.children",
		    [0])), worker);
	});

test("the watchdog ends a loop with all signals blocked", { skip: SKIP },
    async () => {
	assertError(await site.call("out-block_and_loop.children", [0]), 504,
	    /took longer than 4000 ms/);
});

/*
 * The connection waits for a server that is stopped, with its queue full: the
 * call that is made in place of the handler's must not keep the watchdog out.
 */
test("the watchdog ends a connection that takes too long", { skip: SKIP },
    async () => {
	const socket = places.socket;

	await new Promise((resolve) => places.servers[0].close(resolve));

	const child = childProcess.spawn(process.execPath, ["-e",
		"require('node:net').createServer().listen({ path: " +
		`${JSON.stringify(socket)}, backlog: 1 }, () => ` +
		"process.stdout.write('x'))"]);

	try {
		await new Promise((resolve) => child.stdout.once("data", resolve));
		fs.chmodSync(socket, 0o666);
		child.kill("SIGSTOP");
		for (let full = false; !full;)
			full = await new Promise((resolve) => net.connect(socket)
			    .on("connect", () => resolve(false))
			    .on("error", () => resolve(true)).unref());
		assertError(await site.call("out-connect_unix.children",
		    [socket]), 504, /took longer than 4000 ms/);
	} finally {
		child.kill("SIGKILL");
	}
});

test("a sort that takes too much memory fails, and the worker stays",
    { skip: SKIP }, async () => {
	const small = await helpers.startSite(SANDBOXED, { workers: 1, env: {
		...places.env, LETHE_SANDBOX: "require",
		LETHE_MEMORY_LIMIT: "16M",
		LETHE_DATA: DATA } });

	try {
		const [worker] = small.pool.pids;

		assertError(await small.call("out-sort_rows.children", [90000]),
		    500, /out of memory/);
		assert.equal(outputOf(await small.call("out-map_own.children",
		    [0])), worker);
	} finally {
		await small.stop();
	}
});

/* [setting, value, message] */
const NONSENSE = [
	["TEST_READS", "tests", /\.reads has "tests": it must begin with '\/'/],
	["TEST_READS", "/no/such/file", /\.reads has "\/no\/such\/file": No such/],
	["TEST_READS", undefined, /"\$TEST_READS", and there is no such envir/],
	["TEST_WRITES", "writable", /\.writes has "writable": it must begin/],
	["TEST_WRITES", "//", /\.writes has "\/\/": this is every file/],
	["TEST_WRITES", "/.", /\.writes has "\/\.": this is every file/],
	["TEST_WRITES", "/usr/..", /"\/usr\/\.\.": this is every file/],
	["TEST_UNIX", "/run/socket", /"\/run\/socket": it must be unix:\/PATH/],
	["TEST_UNIX", "unix:socket", /"unix:socket": after unix: comes the path/],
	["TEST_TCP", "tcp:localhost:80", /the address must be a number/],
	["TEST_TCP", "tcp:127.0.0.1:0", /the port must be from 1 to 65535/],
	["TEST_TCP", "tcp:65536", /the port must be from 1 to 65535/],
	["TEST_TCP", "", /"\$TEST_TCP", and there is no such|has an empty/],
];

for (const [variable, value, message] of NONSENSE)
	test(`${variable} cannot be ${value}`, { skip: SKIP }, async () => {
		const env = { ...places.env, [variable]: value,
			LETHE_STATE: helpers.workerDirectory(
			    path.join(places.directory, "state")) };

		if (value === undefined)
			delete env[variable];

		const check = await helpers.run(SANDBOXED, ["check"], { env });

		assert.equal(check.status, 1);
		assert.match(check.stderr + check.stdout, message);
		await assert.rejects(helpers.startSite(SANDBOXED, { workers: 1,
			env }), /exited|started|status|nginx failed/);
	});

/* ------------------------------------------------------------------------
 * What is missing
 */

test("what is missing is told by check and in the log", { skip: SKIP },
    async () => {
	const env = { ...places.env, LETHE_SANDBOX_ABI: "0", LETHE_DATA: DATA,
		LETHE_STATE: helpers.workerDirectory(
		    path.join(places.directory, "less")) };
	const check = await helpers.run(SANDBOXED, ["check"], { env });

	assert.equal(check.status, 0, check.stderr);
	assert.match(check.stderr + check.stdout,
	    /the sandbox is not whole: without Landlock/);

	const less = await helpers.startSite(SANDBOXED, { workers: 1, env });

	try {
		await less.pool.logLine("the sandbox is not whole");

		const health = await exchange(less.pool.socket,
		    request({ path: "/_lethe/health" }));

		assert.match(JSON.parse(health.body).sandbox,
		    /the sandbox is not whole: without Landlock/);
		/* The other half is there. */
		assertError(await less.call("out-add_key.children", [0]), 500,
		    /called add_key\(\)/);
		assert.equal(outputOf(await less.call("out-read_file.children",
		    [`${places.closed}/file`])), "text");
	} finally {
		await less.stop();
	}
});

test("threads that began before are missing from the sandbox",
    { skip: SKIP }, async () => {
	const env = { ...places.env, TEST_THREAD: "1", LETHE_DATA: DATA,
		LETHE_STATE: helpers.workerDirectory(
		    path.join(places.directory, "threads")) };
	const check = await helpers.run(SANDBOXED, ["check"], { env });
	const strict = await helpers.run(SANDBOXED, ["check"],
	    { env: { ...env, LETHE_SANDBOX: "require" } });

	assert.equal(check.status, 0, check.stderr);
	assert.match(check.stderr + check.stdout, /threads that began before/);
	assert.equal(strict.status, 1);
	assert.match(strict.stderr + strict.stdout,
	    /"require", but .*threads that began before/);
});

test("a state directory that is made later is used", { skip: SKIP },
    async () => {
	const state = path.join(places.directory, "later", "state");
	const later = await helpers.startSite(SANDBOXED, { workers: 1,
		env: { ...places.env, LETHE_SANDBOX: "require",
			LETHE_STATE: state } });

	try {
		const [worker] = later.pool.pids;

		assert.equal(outputOf(await later.call("out-map_own.children",
		    [0])), worker);
		fs.mkdirSync(path.dirname(state));
		helpers.workerDirectory(state);
		await later.pool.logLine("the state directory is there now");
		await helpers.until(() => fs.existsSync(
		    path.join(state, "cache.db")), "a cache in it");
		assert.equal(outputOf(await later.call("out-use_cache.children",
		    [0])), worker);
	} finally {
		await later.stop();
	}
});
