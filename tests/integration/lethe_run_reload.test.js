/*
 * lethe_run_reload.test.js: `lethe-run --reload` has the lethe-run that serves
 * put new workers in the place of the old ones, and nobody notices.
 */
"use strict";

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");
const LETHE_RUN = helpers.built("fcgi/deploy/lethe-run");

/* How much load, and how often new workers come under it. */
const CLIENTS = 10;
const RELOADS = 6;

/* As installers do: a new file under the old name. */
function put(file, content) {
	fs.writeFileSync(`${file}.new`, content, { mode: 0o755 });
	fs.chmodSync(`${file}.new`, 0o755);
	fs.renameSync(`${file}.new`, file);
}

/* lethe-run with a program of the test's own. */
async function serve(t, ...args) {
	const directory = helpers.temporaryDirectory();
	const app = path.join(directory, "app");
	const site = path.join(directory, "site");

	put(app, fs.readFileSync(MISDEEDS));

	const child = spawn(LETHE_RUN, ["--dir", site, "--frontend",
		helpers.FRONTEND, ...args, app],
	    { stdio: ["ignore", "pipe", "pipe"], cwd: "/" });
	const run = { app, site, stdout: "", stderr: "" };
	const ended = new Promise((resolve) => child.on("close", resolve));

	child.stdout.on("data", (bytes) => run.stdout += bytes);
	child.stderr.on("data", (bytes) => run.stderr += bytes);
	t.after(async () => {
		child.kill("SIGTERM");
		await ended;
		helpers.removeDirectory(directory);
	});
	await helpers.until(() => {
		assert.equal(child.exitCode, null, run.stderr);
		return run.stdout.includes("\n");
	}, "lethe-run serves");
	run.url = /(http:\S+)/.exec(run.stdout)[1];
	return run;
}

async function call(run, name, value) {
	const response = await fetch(`${run.url}_dash-update-component`, {
		method: "POST", headers: { "content-type": "application/json" },
		body: JSON.stringify({ output: `out-${name}.children`,
			outputs: { id: `out-${name}`, property: "children" },
			inputs: [{ id: `in-${name}`, property: "value", value }],
			changedPropIds: [`in-${name}.value`] }),
	});
	const text = await response.text();

	assert.equal(response.status, 200, text);
	return JSON.parse(text).response[`out-${name}`].children;
}

function reload(directory, ...args) {
	return helpers.run(LETHE_RUN, ["--reload", "--dir", directory, ...args]);
}

/* Has it reload, and waits until it says that it has. */
async function reloaded(run) {
	const said = () => run.stderr.split("in the place of the old").length;
	const before = said();
	const result = await reload(run.site);

	assert.deepEqual([result.status, result.stdout, result.stderr],
	    [0, "", ""]);
	await helpers.until(() => said() > before, "new workers");
}

for (const args of [[], ["--supervise"]])
	test(`no request is lost under load ${args}`, async (t) => {
		const run = await serve(t, "--workers", "3", ...args);
		const lost = [];
		const seen = new Set();
		let answers = 0, running = true;

		const client = async (name) => {
			for (let i = 0; running; i++) {
				try {
					if (i % 2 === 0)
						seen.add(await call(run, "sleep_for", 20));
					else
						assert.equal(await call(run, "echo",
						    `${name}-${i}`), `${name}-${i}`);
					answers++;
				} catch (error) {
					lost.push(error);
				}
			}
		};
		const renew = async () => {
			try {
				for (let i = 0; i < RELOADS; i++) {
					const enough = answers + 30;

					await helpers.until(() => answers > enough,
					    "the workers answer");
					put(run.app, fs.readFileSync(MISDEEDS));
					await reloaded(run);
				}
			} finally {
				running = false;
			}
		};

		await Promise.all([renew(), ...Array.from({ length: CLIENTS },
		    (_, i) => client(`client-${i}`))]);
		t.diagnostic(`${RELOADS} reloads of 3 workers under ${CLIENTS} ` +
		    `clients: ${answers} requests answered, ${lost.length} lost`);
		assert.deepEqual(lost, []);

		/* Whoever is left runs the program as it is now. */
		const { ino } = fs.statSync(run.app);

		await helpers.until(() => [...seen].filter(helpers.isAlive)
		    .every((pid) => [ino, undefined].includes(fs.statSync(
		        `/proc/${pid}/exe`, { throwIfNoEntry: false })?.ino)),
		    "the old program ends");
		assert.doesNotMatch(run.stderr, /ended with/);
	});

test("an old worker finishes the request in hand", async (t) => {
	const run = await serve(t, "--workers", "1");
	const old = await call(run, "sleep_for", 0);
	const answer = call(run, "sleep_for", 1500);

	await helpers.until(() => helpers.isServing(old), "the worker serves");
	await reloaded(run);
	assert.notEqual(await call(run, "sleep_for", 0), old);
	assert.equal(await answer, old);
	await helpers.until(() => !helpers.isAlive(old), "the old worker ends");
});

test("a program that is broken leaves the old workers", async (t) => {
	const run = await serve(t, "--workers", "1");
	const old = await call(run, "sleep_for", 0);

	put(run.app, "#!/bin/sh\necho 'this is broken' >&2\nexit 1\n");
	assert.equal((await reload(run.site)).status, 0);
	await helpers.until(() => run.stderr.includes("the old workers stay"),
	    "word of it");
	assert.match(run.stderr, /this is broken/);
	assert.equal(await call(run, "sleep_for", 0), old);
	put(run.app, fs.readFileSync(MISDEEDS));
	await reloaded(run);
	assert.notEqual(await call(run, "sleep_for", 0), old);
});

test("where nobody serves, it says so", async () => {
	const directory = helpers.temporaryDirectory();

	try {
		/* Such as a run that was killed leaves. */
		fs.writeFileSync(path.join(directory, "lock"), `${process.pid}\n`);
		for (const place of [directory, path.join(directory, "none")]) {
			const result = await reload(place);

			assert.equal(result.status, 1);
			assert.match(result.stderr, /no lethe-run is serving from/);
		}
		assert.equal((await reload(directory, MISDEEDS)).status, 2);
	} finally {
		helpers.removeDirectory(directory);
	}
});
