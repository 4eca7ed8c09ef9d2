/*
 * lethe_run_dev.test.js: lethe-run --dev keeps up with a program that is
 * built again and again while its author looks at it.
 */
"use strict";

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const test = require("node:test");
const { FRONTEND, built, isAlive, until } = require("./helpers.js");

const MISDEEDS = built("tests/integration/apps/misdeeds");
const LETHE_RUN = built("fcgi/deploy/lethe-run");

/* A directory with a program of one's own, and lethe-run serving it. */
async function develop(t, { args = [] } = {}) {
	const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lethe-dev-"));
	const app = path.join(directory, "app");

	fs.chmodSync(directory, 0o755);
	build(app, MISDEEDS);

	const child = spawn(LETHE_RUN, ["--dev", "--dir",
	    path.join(directory, "site"), "--frontend", FRONTEND, ...args, app],
	    { stdio: ["ignore", "pipe", "pipe"], cwd: "/" });
	const run = { app, stdout: "", stderr: "" };
	const ended = new Promise((resolve) => child.on("close", resolve));

	child.stdout.on("data", (bytes) => run.stdout += bytes);
	child.stderr.on("data", (bytes) => run.stderr += bytes);
	t.after(async () => {
		child.kill("SIGTERM");
		await ended;
		fs.rmSync(directory, { recursive: true, force: true });
	});
	await until(() => {
		assert.equal(child.exitCode, null, run.stderr);
		return run.stdout.includes("\n");
	}, "lethe-run serves");
	run.url = /(http:\S+)/.exec(run.stdout)[1];
	return run;
}

/* As linkers do: a new file under the old name. */
function build(app, from) {
	fs.copyFileSync(from, `${app}.new`);
	fs.chmodSync(`${app}.new`, 0o755);
	fs.renameSync(`${app}.new`, app);
}

async function call(run, name, value) {
	return fetch(`${run.url}_dash-update-component`, {
		method: "POST", headers: { "content-type": "application/json" },
		body: JSON.stringify({ output: `out-${name}.children`,
			outputs: { id: `out-${name}`, property: "children" },
			inputs: [{ id: `in-${name}`, property: "value", value }],
			changedPropIds: [`in-${name}.value`] }),
	});
}

async function hash(run) {
	const response = await fetch(`${run.url}_reload-hash`);

	assert.equal(response.status, 200);
	return (await response.json()).reloadHash;
}

/* The worker that answers. */
async function worker(run) {
	const response = await call(run, "sleep_for", 0);

	return Object.values((await response.json()).response)[0].children;
}

test("a program that was built anew replaces the workers", async (t) => {
	const run = await develop(t);
	const before = await hash(run);
	const old = await worker(run);

	build(run.app, MISDEEDS);
	await until(async () => await hash(run) !== before, "another hash");
	await until(() => run.stderr.includes("new workers are in the place"),
	    "word of it");
	assert.notEqual(await worker(run), old);
	await until(() => !isAlive(old), "the old worker ends");
	assert.doesNotMatch(run.stderr, /ended with/);
	/* And is then left alone. */
	const now = await hash(run);

	await new Promise((resolve) => setTimeout(resolve, 800));
	assert.equal(await hash(run), now);
	assert.equal(run.stderr.split("new workers").length, 2);
});

test("a touched program replaces the workers, too, also under a supervisor",
    async (t) => {
	const run = await develop(t, { args: ["--supervise"] });
	const before = await hash(run);

	fs.utimesSync(run.app, new Date(), new Date(Date.now() + 5000));
	await until(async () => await hash(run) !== before, "another hash");
	assert.match((await (await call(run, "echo", "x")).text()), /"x"/);
});

test("a program that cannot be served leaves the old one running",
    async (t) => {
	const run = await develop(t);
	const before = await hash(run);
	const broken = `${run.app}.broken`;

	fs.writeFileSync(broken, "#!/bin/sh\necho 'this is broken' >&2\nexit 1\n");
	build(run.app, broken);
	await until(() => run.stderr.includes("the old workers stay"),
	    "word of it");
	assert.equal(await hash(run), before);
	build(run.app, MISDEEDS);
	await until(async () => await hash(run) !== before, "another hash");
});

test("requests are answered all the while", async (t) => {
	const run = await develop(t);
	const before = await hash(run);
	let changed = false, asked = 0;

	build(run.app, MISDEEDS);
	while (!changed) {
		const response = await call(run, "echo", asked++);

		assert.equal(response.status, 200, await response.text());
		changed = await hash(run) !== before;
	}
	assert.ok(asked > 1);
});

test("failures come as pages, and the log on the terminal", async (t) => {
	const run = await develop(t);
	const response = await call(run, "write_global", 1);

	assert.equal(response.status, 500);
	assert.match(await response.text(), /misdeeds\.c:\d+/);
	await until(() => /level=error.*callback=write_global.*misdeeds\.c:\d+/
	    .test(run.stderr), "the log's line");
});

test("whoever listens to all the world is warned", async (t) => {
	const run = await develop(t, { args: ["--listen", "0.0.0.0"] });

	await until(() => run.stderr.includes(
	    "--dev shows where the code failed to everyone"), "the warning");
	assert.doesNotMatch((await develop(t)).stderr, /--dev shows/);
});
