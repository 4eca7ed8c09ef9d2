/*
 * systemd.test.js: the units for systemd.  systemd itself checks them; what
 * they run is run here by hand, for tests have no systemd to give orders to.
 */
"use strict";

const assert = require("node:assert/strict");
const childProcess = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { assertOutputs, outputOf } = require("./check.js");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");
const SERVICE = helpers.built("fcgi/deploy/lethe@.service");
const SOCKET = path.join(helpers.SOURCE, "fcgi/deploy/lethe@.socket");

/* From 0 (nothing can go wrong) to 10, in systemd's own judgement: 0.4 when
 * this was written.  In tenths. */
const MOST_EXPOSED = 10;

let directory, app, units, lines;

/* The values of a line of the service, for this app. */
function values(name) {
	return lines.filter((line) => line.startsWith(`${name}=`))
	    .map((line) => line.slice(name.length + 1));
}

/* Words of a command line, with what systemd would put in. */
function command(text, variables) {
	return text.replace(/\$\{?([A-Z]+)\}?/g, (_, name) => {
		assert.ok(name in variables, `${name} in ${text}`);
		return variables[name];
	}).split(" ");
}

function environment() {
	const state = path.join(directory, "state");

	return Object.fromEntries(values("Environment").join(" ").split(" ")
	    .map((each) => each.replace("%S/lethe/misdeeds", state).split("=")));
}

/* As installers do: a new file under the old name. */
function install() {
	fs.copyFileSync(MISDEEDS, `${app}.new`);
	fs.chmodSync(`${app}.new`, 0o755);
	fs.renameSync(`${app}.new`, app);
}

before(() => {
	directory = helpers.temporaryDirectory();
	app = path.join(directory, "misdeeds");
	units = path.join(directory, "units");
	install();
	helpers.workerDirectory(path.join(directory, "state"));
	fs.mkdirSync(units);

	const text = fs.readFileSync(SERVICE, "utf8");
	const [, programs] = /^ExecStart=.* (\/.*)\/%i$/m.exec(text);

	assert.doesNotMatch(text, /@[a-z]+@|\$\{prefix\}/);
	fs.writeFileSync(path.join(units, "lethe@.service"),
	    text.replaceAll(`${programs}/`, `${directory}/`));
	fs.copyFileSync(SOCKET, path.join(units, "lethe@.socket"));
	lines = text.replaceAll(`${programs}/`, `${directory}/`)
	    .replaceAll("%i", "misdeeds").split("\n");
});

after(() => helpers.removeDirectory(directory));

async function analyze(...args) {
	const result = await helpers.run(helpers.program("systemd-analyze"),
	    args, { env: { SYSTEMD_UNIT_PATH: `${units}:`, LC_ALL: "C",
		SYSTEMD_LOG_LEVEL: "notice" } });

	assert.equal(result.status, 0, result.stdout + result.stderr);
	return result;
}

for (const kind of ["service", "socket"])
	test(`systemd finds nothing wrong with the ${kind} unit`, async () => {
		const { stdout, stderr } = await analyze("verify", "--man=no",
		    `lethe@misdeeds.${kind}`);

		assert.doesNotMatch(stdout + stderr, /lethe@/);
	});

test("systemd thinks that the workers are confined well", async (t) => {
	const instance = path.join(units, "lethe@misdeeds.service");

	fs.copyFileSync(path.join(units, "lethe@.service"), instance);
	try {
		const { stdout } = await analyze("security", "--offline=true",
		    "--no-pager", `--threshold=${MOST_EXPOSED}`, instance);

		t.diagnostic(/exposure level.*: [0-9.]+/.exec(stdout)[0]);
	} finally {
		fs.unlinkSync(instance);
	}
});

test("the units go together", () => {
	const socket = fs.readFileSync(SOCKET, "utf8");

	assert.match(socket, /^ListenStream=\/run\/lethe\/%i\.sock$/m);
	assert.deepEqual(values("StandardInput"), ["socket"]);
	assert.deepEqual(values("Requires"), ["lethe@misdeeds.socket"]);
	assert.deepEqual(values("StateDirectory"), ["lethe/misdeeds"]);
});

test("the service's commands start, reload and stop the app", async () => {
	const socket = path.join(directory, "app.sock");
	const user = helpers.IS_ROOT ? ["-u", helpers.WORKER_USER, "-g",
		helpers.WORKER_USER, "-U", helpers.WORKER_USER, "-G",
		helpers.WORKER_USER] : [];
	const settings = environment();
	const start = command(values("ExecStart")[0], settings);
	const nginx = new helpers.Nginx(directory);
	const site = new helpers.Site(directory, undefined, nginx, "/");

	start[0] = helpers.program(start[0]);
	for (const each of values("ExecStartPre")) {
		const [file, ...args] = command(each, settings);
		const result = await helpers.run(file, args,
		    { env: settings, asWorker: true });

		assert.equal(result.status, 0, result.stdout + result.stderr);
	}

	/* spawn-fcgi puts the listening socket where systemd does. */
	const main = childProcess.spawn(helpers.program("spawn-fcgi"),
	    ["-n", "-s", socket, "-M", "0660", ...user, "--", ...start],
	    { stdio: ["ignore", "ignore", "pipe"],
		env: helpers.environment(settings) });
	let workers = [], log = "";

	main.stderr.on("data", (bytes) => {
		log += bytes;
	});
	try {
		workers = await helpers.until(() => {
			assert.equal(main.exitCode, null, log);

			const children = fs.readFileSync(
			    `/proc/${main.pid}/task/${main.pid}/children`,
			    "utf8").trim().split(" ").map(Number);

			return children.length === Number(settings.WORKERS) &&
			    children;
		}, "all workers run");
		await nginx.start(await helpers.locations(app, socket, {}));
		await site.callbacks();
		assert.ok(workers.includes(outputOf(await site.call(
		    "out-sleep_for.children", [0]))));

		/* With requests all the while: none is lost. */
		let running = true, answers = 0;
		const ask = async (name) => {
			while (running) {
				const value = `${name}-${answers++}`;

				assertOutputs(await site.call("out-echo.children",
				    [value]), { "out-echo": { children: value } });
			}
		};
		const reload = async () => {
			try {
				install();
				for (const each of values("ExecReload")) {
					const [file, ...args] = command(each,
					    { MAINPID: main.pid });
					const result = await helpers.run(
					    file.includes("/") ? file :
					    helpers.program(file), args,
					    { env: settings, asWorker: true });

					assert.equal(result.status, 0,
					    result.stdout + result.stderr);
				}
				await helpers.until(() => workers.every((pid) =>
				    fs.statSync(`/proc/${pid}/exe`).ino ===
				    fs.statSync(app).ino),
				    "all workers run the new program");
			} finally {
				running = false;
			}
		};

		await Promise.all([reload(), ask("a"), ask("b"), ask("c")]);
		assert.ok(answers > 3);
		helpers.signal(main.pid, "SIGTERM");
		await helpers.until(() => ![main.pid, ...workers]
		    .some(helpers.isAlive), "all ends");
	} finally {
		await nginx.stop();
		await helpers.endProcesses([main.pid, ...workers]);
	}
});
