/*
 * reload.test.js: workers that are told to load their program anew (SIGHUP,
 * and SIGUSR2, which multiwatch hands on) do so between two requests, and not
 * when the new program is broken.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { assertError, assertOutputs, outputOf } = require("./check.js");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");

/* How much load, and how often the program is built anew under it. */
const CLIENTS = 12;
const RELOADS = 12;

/* As linkers and installers do: a new file under the old name. */
function put(file, content) {
	fs.writeFileSync(`${file}.new`, content, { mode: 0o755 });
	fs.chmodSync(`${file}.new`, 0o755);
	fs.renameSync(`${file}.new`, file);
}

function build(file) {
	put(file, fs.readFileSync(MISDEEDS));
}

function inode(file) {
	return fs.statSync(file).ino;
}

/* Does the worker run the file that has this name now?  While it replaces
 * itself it runs none, for a moment. */
function runs(pid, file) {
	try {
		return inode(`/proc/${pid}/exe`) === inode(file);
	} catch (error) {
		return false;
	}
}

/* A site whose program is a file of its own; `name` is what it is run as. */
async function startSite(t, { name = "app", ...options } = {}) {
	const directory = helpers.temporaryDirectory();
	const app = path.join(directory, "app");

	t.after(() => helpers.removeDirectory(directory));
	build(app);
	if (name !== "app")
		fs.symlinkSync("app", path.join(directory, name));

	const site = await helpers.startSite(path.join(directory, name), options);

	t.after(() => site.stop());
	await site.callbacks();
	return { app, site, pids: site.pool.pids };
}

function tell(pids, name) {
	for (const pid of pids)
		helpers.signal(pid, name);
}

for (const name of ["SIGHUP", "SIGUSR2"])
	test(`${name} puts the new program in the old one's place`, async (t) => {
		const { app, site, pids } = await startSite(t);

		assert.ok(pids.every((pid) => runs(pid, app)));
		build(app);
		assert.ok(!pids.some((pid) => runs(pid, app)));
		tell(pids, name);
		await helpers.until(() => pids.every((pid) => runs(pid, app)),
		    "all workers run the new program");
		assert.deepEqual(site.pool.alive(), pids);
		assert.ok(pids.includes(outputOf(await site.call(
		    "out-sleep_for.children", [0]))));
		await site.pool.logLine("loads its program anew");
	});

test("a program that a link names is looked for by the link", async (t) => {
	const { app, site, pids } = await startSite(t, { name: "current" });
	const next = path.join(path.dirname(app), "next");

	build(next);
	fs.symlinkSync("next", `${site.pool.app}.new`);
	fs.renameSync(`${site.pool.app}.new`, site.pool.app);
	tell(pids, "SIGHUP");
	await helpers.until(() => pids.every((pid) => runs(pid, next)),
	    "all workers run what the link names now");
});

test("the request in hand is finished by the old program", async (t) => {
	const { app, site, pids: [pid] } = await startSite(t, { workers: 1 });
	const response = site.call("out-sleep_for.children", [600]);

	await helpers.until(() => helpers.isServing(pid), "the worker serves");
	build(app);
	tell([pid], "SIGHUP");
	assert.equal(outputOf(await response), pid);
	await helpers.until(() => runs(pid, app), "the new program runs");
});

test("no program that is broken takes the old one's place", async (t) => {
	const { app, site, pids } = await startSite(t,
	    { env: { LETHE_TIMEOUT: "1" } });
	const good = inode(`/proc/${pids[0]}/exe`);
	const broken = [
		["#!/bin/sh\necho 'no such table: fruit' >&2\nexit 1\n",
		    /status 1: no such table: fruit/],
		["#!/bin/sh\nkill -SEGV $$\n", /died of signal 11/],
		["#!/bin/sh\nexec sleep 100\n", /longer than 1000 ms/],
		["", /cannot be run: .*Exec format error/],
		[undefined, /cannot be run: .*No such file/],
	];

	for (const [content, message] of broken) {
		if (content === undefined)
			fs.unlinkSync(app);
		else
			put(app, content);
		tell(pids, "SIGHUP");
		await helpers.until(() => site.pool.logText().split("\n")
		    .filter((line) => /level=error/.test(line) &&
		        line.includes(app) && message.test(line))
		    .length === pids.length, `each worker says ${message}`);
		for (const pid of pids)
			assert.equal(inode(`/proc/${pid}/exe`), good);
		assertOutputs(await site.call("out-echo.children", ["here"]),
		    { "out-echo": { children: "here" } });
	}
	/* When it is mended, all is well. */
	build(app);
	tell(pids, "SIGHUP");
	await helpers.until(() => pids.every((pid) => runs(pid, app)),
	    "all workers run the mended program");
});

test("a check that does not end keeps no worker from ending", async (t) => {
	const { app, site, pids } = await startSite(t);

	put(app, "#!/bin/sh\nexec sleep 1000\n");
	tell(pids, "SIGHUP");

	/* Of all threads: one of them is outside of the sandbox. */
	const children = (pid) => fs.readdirSync(`/proc/${pid}/task`)
	    .map((task) => fs.readFileSync(
		`/proc/${pid}/task/${task}/children`, "utf8")).join("").trim();

	await helpers.until(() => pids.every((pid) => children(pid) !== ""),
	    "the checks run");

	const checks = pids.map((pid) => Number(children(pid)));

	tell(pids, "SIGTERM");
	await helpers.until(() => site.pool.alive().length === 0,
	    "the workers end", 2000);
	await helpers.until(() => !checks.some(helpers.isAlive),
	    "the checks end");
});

test("a worker that dies while it is to load the new program does it then",
    async (t) => {
	const { app, site, pids: [pid] } = await startSite(t,
	    { workers: 1, env: { LETHE_TIMEOUT: "1" } });
	const response = site.call("out-loop_forever.children", [1]);

	await helpers.until(() => helpers.isServing(pid), "the worker serves");
	build(app);
	tell([pid], "SIGHUP");
	assertError(await response, 504, /longer than/);
	await helpers.until(() => runs(pid, app), "the new program runs");
	assert.equal(outputOf(await site.call("out-sleep_for.children", [0])),
	    pid);
});

test("no request is lost under load, however often the program is replaced",
    async (t) => {
	const { app, site, pids } = await startSite(t, { workers: 3 });
	const lost = [];
	let answers = 0, running = true;

	const client = async (name) => {
		for (let i = 0; running; i++) {
			const value = `${name}-${i}`;

			try {
				if (i % 3 === 0)
					assert.ok(pids.includes(outputOf(
					    await site.call("out-sleep_for.children",
					    [15]))));
				else
					assertOutputs(await site.call(
					    "out-echo.children", [value]),
					    { "out-echo": { children: value } });
				answers++;
			} catch (error) {
				lost.push(error);
			}
		}
	};
	const reload = async () => {
		try {
			for (let i = 0; i < RELOADS; i++) {
				const enough = answers + 50;

				await helpers.until(() => answers > enough,
				    "the workers answer");
				build(app);
				tell(pids, i % 2 === 0 ? "SIGHUP" : "SIGUSR2");
				await helpers.until(() => pids.every((pid) =>
				    runs(pid, app)), "all run the new program");
			}
		} finally {
			running = false;
		}
	};

	await Promise.all([reload(), ...Array.from({ length: CLIENTS },
	    (_, i) => client(`client-${i}`))]);
	t.diagnostic(`${RELOADS} reloads of ${pids.length} workers under ` +
	    `${CLIENTS} clients: ${answers} requests answered, ` +
	    `${lost.length} lost`);
	assert.deepEqual(lost, []);
	assert.deepEqual(site.pool.alive(), pids);
});
