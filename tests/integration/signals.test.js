/*
 * signals.test.js: how workers end: soon, and never with a request in hand.
 */
"use strict";

const assert = require("node:assert/strict");
const childProcess = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { assertOutputs, outputOf } = require("./check.js");
const fastcgi = require("./fastcgi.js");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");

/*
 * Starts workers on one socket one by one, as a supervisor does: a shell that
 * spawn-fcgi gave the socket starts a worker for each line that it is sent.
 */
class Launcher {
	constructor(directory) {
		this.directory = directory;
		this.socket = path.join(directory, "app.sock");
		this.fifo = path.join(directory, "start");
		this.pids = [];
		this.output = "";
	}

	async open() {
		const state = helpers.workerDirectory(
		    path.join(this.directory, "state"));
		const user = helpers.IS_ROOT ? ["-u", helpers.WORKER_USER,
			"-g", helpers.WORKER_USER, "-U", helpers.WORKER_USER,
			"-G", helpers.WORKER_USER] : [];
		const script = "exec 3<&0 4<>\"$1\"\n" +
		    "while read -r _ <&4; do\n" +
		    "\t\"$2\" <&3 3<&- 4<&- & echo \"$!\"\n" +
		    "done\n";

		childProcess.execFileSync("mkfifo", ["-m", "666", this.fifo]);
		this.child = childProcess.spawn(helpers.program("spawn-fcgi"),
		    ["-n", "-s", this.socket, "-M", "0660", ...user, "--",
		        "/bin/sh", "-c", script, "sh", this.fifo, MISDEEDS],
		    { stdio: ["ignore", "pipe", "pipe"],
		        env: helpers.environment({ LETHE_STATE: state,
		            LETHE_LOG: path.join(state, "log") }) });
		this.child.stdout.on("data", (bytes) => {
			this.output += bytes;
		});
		this.child.stderr.on("data", (bytes) => {
			this.output += bytes;
		});
		await helpers.until(() => fs.existsSync(this.socket),
		    "spawn-fcgi listens");
		/* Opened for reading too, so that it never blocks. */
		this.start = fs.openSync(this.fifo, "r+");
		return this;
	}

	/* Starts a worker; its process id. */
	async add() {
		const lines = () => this.output.split("\n").slice(0, -1);
		const before = lines().length;

		fs.writeSync(this.start, "start\n");

		const line = await helpers.until(() => lines()[before],
		    "the shell starts a worker");

		assert.match(line, /^[0-9]+$/, this.output);
		this.pids.push(Number(line));
		return Number(line);
	}

	async close() {
		await helpers.endProcesses([...this.pids, this.child.pid]);
		fs.closeSync(this.start);
	}
}

async function withLauncher(use) {
	const directory = helpers.temporaryDirectory();
	const launcher = await new Launcher(directory).open();

	try {
		await use(launcher, directory);
	} finally {
		await launcher.close();
		helpers.removeDirectory(directory);
	}
}

/* Asks a worker through its socket; resolves to the response. */
function ask(launcher) {
	return fastcgi.exchange(launcher.socket,
	    fastcgi.request({ path: "/_dash-dependencies" }));
}

for (const name of ["SIGTERM", "SIGINT", "SIGUSR1"])
	test(`${name} lets a worker finish the request in hand`, async () => {
		const site = await helpers.startSite(MISDEEDS, { workers: 1 });

		try {
			await site.callbacks();

			const [pid] = site.pool.pids;

			await helpers.until(() => !helpers.isServing(pid),
			    "the worker is idle");

			const response = site.call("out-sleep_for.children", [600]);

			await helpers.until(() => helpers.isServing(pid),
			    "the worker serves");
			helpers.signal(pid, name);
			assert.equal(outputOf(await response), pid);
			await helpers.until(() => !helpers.isAlive(pid),
			    "the worker ends", 2000);
		} finally {
			await site.stop();
		}
	});

test("SIGTERM ends an idle worker at once, 50 times of 50", async () => {
	await withLauncher(async (launcher) => {
		for (let i = 0; i < 50; i++) {
			const pid = await launcher.add();

			assert.equal((await ask(launcher)).status, 200);
			helpers.signal(pid, "SIGTERM");
			await helpers.until(() => !helpers.isAlive(pid),
			    `worker ${i} ends`, 1000);
		}
	});
});

test("SIGTERM is not lost just before a request, 50 times of 50",
    async () => {
	await withLauncher(async (launcher) => {
		await launcher.add();
		for (let i = 0; i < 50; i++) {
			const [pid, next] = [launcher.pids[launcher.pids.length - 1],
				await launcher.add()];
			const requests = [ask(launcher), ask(launcher)];

			helpers.signal(pid, "SIGTERM");
			for (const response of await Promise.all(requests))
				assert.equal(response.status, 200);
			await helpers.until(() => !helpers.isAlive(pid),
			    `worker ${i} ends`, 1000);
			assert.ok(helpers.isAlive(next));
		}
	});
});

test("restarting 4 workers one after another under load loses no request",
    async () => {
	await withLauncher(async (launcher, directory) => {
		const nginx = new helpers.Nginx(directory);
		const site = new helpers.Site(directory, undefined, nginx, "/");
		const workers = [];
		let running = true, answers = 0;

		for (let i = 0; i < 4; i++)
			workers.push(await launcher.add());
		await nginx.start(await helpers.locations(MISDEEDS,
		    launcher.socket, {}));
		await site.callbacks();

		const client = async (name) => {
			for (let i = 0; running; i++) {
				const value = `${name}-${i}`;

				if (i % 2 === 0)
					assertOutputs(await site.call(
					    "out-echo.children", [value]),
					    { "out-echo": { children: value } });
				else
					outputOf(await site.call(
					    "out-sleep_for.children", [10]));
				answers++;
			}
		};
		const restart = async () => {
			try {
				for (let i = 0; i < 16; i++) {
					const old = workers.shift();
					const enough = answers + 20;

					await helpers.until(() => answers > enough,
					    "the workers answer");

					helpers.signal(old, "SIGTERM");
					workers.push(await launcher.add());
					await helpers.until(() => !helpers.isAlive(old),
					    "the worker ends", 3000);
				}
			} finally {
				running = false;
			}
		};

		try {
			await Promise.all([restart(), ...["a", "b", "c", "d", "e",
				"f", "g", "h"].map(client)]);
		} finally {
			running = false;
			await nginx.stop();
		}
	});
});

test("SIGTERM ends all workers of a pool", async () => {
	const site = await helpers.startSite(MISDEEDS, { workers: 4 });

	try {
		for (const pid of site.pool.pids)
			helpers.signal(pid, "SIGTERM");
		await helpers.until(() => site.pool.alive().length === 0,
		    "all workers end", 1000);
	} finally {
		await site.stop();
	}
});
