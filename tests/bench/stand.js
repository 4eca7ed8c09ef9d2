/*
 * stand.js: the servers that are compared, all behind one nginx, and what
 * they are asked for.
 *
 *	/measured/	apps/measured.c, under spawn-fcgi
 *	/bare		bare.c, under spawn-fcgi
 *	/files, /redis	peer.py under gunicorn, with its cache in files and in
 *			Redis
 */
"use strict";

const childProcess = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const helpers = require("../integration/helpers.js");

const LOAD = "tests/bench/load";
const APP = "tests/bench/apps/measured";
const BARE = "tests/bench/bare";

/* The HTTP request for a callback of measured.c; `value` is its input. */
function callback(base, name, output, value = "Charon") {
	const [id, property] = output.split(".");
	const body = Buffer.from(JSON.stringify({ output,
		outputs: { id, property },
		inputs: [{ id: "name", property: "value", value }],
		changedPropIds: ["name.value"],
		parsedChangedPropsIds: ["name.value"] }));

	return Buffer.concat([Buffer.from(
	    `POST ${base}_dash-update-component/${name} HTTP/1.1\r\n` +
	    "Host: localhost\r\nAccept: application/json\r\n" +
	    "Content-Type: application/json\r\n" +
	    `Content-Length: ${body.length}\r\n\r\n`), body]);
}

function get(target) {
	return Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
}

/* Seconds that processes have run, as the kernel counts them. */
function ranSeconds(pids) {
	return pids.reduce((sum, pid) => sum + Number(fs.readFileSync(
	    `/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e9, 0);
}

function childrenOf(pid) {
	return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
	    .split(" ").filter((each) => each !== "").map(Number);
}

/* Memory of one process in KiB: `what` is Pss, Private_Dirty, ... */
function memory(pid, what) {
	return [...fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")
	    .matchAll(new RegExp(`^${what}: +(\\d+) kB`, "gm"))]
	    .reduce((sum, match) => sum + Number(match[1]), 0);
}

/* Ends processes that keep nothing. */
async function kill(pids) {
	for (const pid of pids)
		helpers.signal(pid, "SIGKILL");
	await helpers.until(() => !pids.some(helpers.isAlive),
	    "killed processes end");
}

/* gunicorn with a Flask application; as Pool in helpers.js. */
class Peer {
	constructor(directory, name, workers, cache) {
		this.directory = directory;
		this.name = name;
		this.socket = path.join(directory, `${name}.sock`);
		this.workers = workers;
		this.cache = cache;
	}

	spawn() {
		this.child = childProcess.spawn(helpers.program("gunicorn"), [
			"--workers", String(this.workers),
			"--bind", `unix:${this.socket}`, "--umask", "7",
			"--worker-tmp-dir", "/dev/shm", "--log-level", "warning",
			"--chdir", __dirname, "peer:app"], {
			...helpers.workerIds(), cwd: this.directory,
			stdio: ["ignore", "ignore", "pipe"],
			env: { ...process.env, CACHE: this.cache,
				HOME: this.directory, PYTHONDONTWRITEBYTECODE: "1" } });
		this.stderr = "";
		this.child.stderr.on("data", (text) => {
			this.stderr += text;
		});
	}

	async start() {
		this.spawn();
		await helpers.until(() => {
			if (this.child.exitCode !== null)
				throw new Error(`gunicorn did not start: ${this.stderr}`);
			return helpers.canConnect(this.socket);
		}, "gunicorn listens", 60000);
		await helpers.until(() => this.pids.length === this.workers,
		    "gunicorn's workers run");
		return this;
	}

	get pids() {
		return childrenOf(this.child.pid);
	}

	/* At once: gunicorn waits for clients that say nothing. */
	async stop() {
		if (this.child !== undefined)
			await kill([this.child.pid, ...this.pids]);
	}
}

class Redis {
	constructor(directory) {
		this.directory = directory;
		this.socket = path.join(directory, "redis-server.sock");
	}

	async start() {
		this.child = childProcess.spawn(helpers.program("redis-server"), [
			"--port", "0", "--save", "", "--appendonly", "no",
			"--unixsocket", this.socket, "--unixsocketperm", "700",
			"--dir", this.directory],
		    { ...helpers.workerIds(), stdio: "ignore" });
		await helpers.until(() => {
			if (this.child.exitCode !== null)
				throw new Error("redis-server did not start");
			return helpers.canConnect(this.socket);
		}, "Redis listens");
		return this;
	}

	async stop() {
		if (this.child !== undefined)
			await kill([this.child.pid]);
	}
}

/* What is added to nginx's locations for those that are not Lethe. */
function bareLocation(socket, lethe) {
	/* The parameters and buffers are those that Lethe's location has. */
	const same = [...new Set(lethe.split("\n").filter((line) =>
	    /^\tfastcgi_(param|buffer|keep)|^\tclient_max/.test(line)))];

	return `location = /bare {\n\tfastcgi_pass unix:${socket};\n` +
	    `${same.join("\n")}\n}\n`;
}

function peerLocation(name, socket) {
	return `location /${name}/ {\n\tproxy_pass http://unix:${socket}:/;\n}\n`;
}

class Stand {
	/* { workers, peers: whether to start gunicorn, env: settings, points:
	 * how many are in the app's data }. */
	constructor({ workers = 2, peers = false, env = {}, points = 10 } = {}) {
		this.points = points;
		this.directory = helpers.workerDirectory(
		    helpers.temporaryDirectory());
		fs.chmodSync(this.directory, 0o755);
		this.nginx = new helpers.Nginx(this.directory);
		this.lethe = new helpers.Pool(this.directory, "measured",
		    helpers.built(APP), workers,
		    { LETHE_DATA: this.directory, ...env });
		this.bare = new helpers.Pool(this.directory, "bare",
		    helpers.built(BARE), workers, {});
		this.services = [this.lethe, this.bare];
		if (peers) {
			this.redis = new Redis(this.directory);
			this.files = new Peer(this.directory, "files", workers,
			    helpers.workerDirectory(path.join(this.directory,
			        "cache")));
			this.redisPeer = new Peer(this.directory, "redis", workers,
			    this.redis.socket);
			this.services.push(this.redis, this.files, this.redisPeer);
		}
	}

	async start() {
		await this.makeData();
		for (const service of this.services)
			await service.start();

		const lethe = await helpers.locations(this.lethe.app,
		    this.lethe.socket, this.lethe.env);
		const peers = this.redis === undefined ? [] :
		    [this.files, this.redisPeer];

		await this.nginx.start(lethe + bareLocation(this.bare.socket, lethe) +
		    peers.map(({ name, socket }) => peerLocation(name, socket))
		        .join(""));
		return this;
	}

	/* The app's data: so many points. */
	async makeData() {
		const file = path.join(this.directory, "points.db");
		const { status, stderr } = await helpers.run(
		    helpers.program("sqlite3"), ["-bail", file, `
			CREATE TABLE points (x REAL NOT NULL, y REAL NOT NULL);
			WITH RECURSIVE number (n) AS (
				SELECT 1 UNION ALL
				SELECT n + 1 FROM number WHERE n < ${this.points})
			INSERT INTO points SELECT n / 8.0, (n * 7919 % 10007) / 3.0
			FROM number`]);

		if (status !== 0)
			throw new Error(`sqlite3 failed: ${stderr}`);
		fs.chmodSync(file, 0o644);
	}

	/*
	 * Asks again and again; gives what load.c prints, and `cpu`: the
	 * microseconds that the processes `pids` ran for each request;
	 * `server`: those of nginx, too.
	 */
	async load(bytes, pids, { connections = 8, milliseconds = 500,
	    socket = this.nginx.socket } = {}) {
		const nginx = childrenOf(this.nginx.child.pid);
		const before = [ranSeconds(pids), ranSeconds(nginx)];
		const { status, stdout, stderr } = await helpers.run(
		    helpers.built(LOAD), [socket, String(connections),
		        String(milliseconds)], { input: bytes });

		if (status !== 0)
			throw new Error(`load failed: ${stderr}`);

		const result = JSON.parse(stdout);
		const cpu = (ranSeconds(pids) - before[0]) * 1e6 / result.answers;

		if (result.failures > 0 || result.answers === 0)
			throw new Error(`${result.failures} requests failed, ` +
			    `${result.answers} did not: ` +
			    `${bytes.subarray(0, 60)}...\n${this.lethe.logText()
			        .slice(-2000)}` +
			    fs.readFileSync(this.nginx.errorLog, "utf8").slice(-2000));
		return { ...result, cpu, server: cpu +
		    (ranSeconds(nginx) - before[1]) * 1e6 / result.answers };
	}

	/* Stops all that was started, even when some of it makes trouble. */
	async stop() {
		const results = await Promise.allSettled([this.nginx,
			...this.services].map((each) => each.stop()));
		const failed = results.find(({ status }) => status === "rejected");

		helpers.removeDirectory(this.directory);
		if (failed !== undefined)
			throw failed.reason;
	}
}

/* Runs `work` with a stand, which is stopped however that ends. */
async function withStand(options, work) {
	const stand = new Stand(options);

	try {
		return await work(await stand.start());
	} finally {
		await stand.stop();
	}
}

module.exports = { APP, BARE, LOAD, Peer, Stand, callback, childrenOf, get,
	memory, ranSeconds, withStand };
