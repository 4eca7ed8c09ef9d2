/*
 * helpers.js: what the integration and conformance tests start and ask.
 *
 * A test starts real processes: a pool of workers under plain spawn-fcgi, and
 * a private nginx whose locations are what `app nginx` prints.  All sockets
 * and files are in a temporary directory of the test's own, so that nothing
 * needs a fixed port and tests can run side by side.
 *
 * As root the workers run as an ordinary user (WORKER_USER), as in real life.
 *
 * Settings: LETHE_BUILD is the build tree (default: the current directory),
 * LETHE_FRONTEND the front-end files (default: frontend in the build tree).
 */
"use strict";

const childProcess = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");

const SOURCE = path.resolve(__dirname, "../..");
const BUILD = path.resolve(process.env.LETHE_BUILD || ".");
const FRONTEND = path.resolve(process.env.LETHE_FRONTEND ||
    path.join(BUILD, "frontend"));
const IS_ROOT = process.getuid() === 0;
const WORKER_USER = IS_ROOT ? "www-data" : undefined;
const DEADLINE_MS = 15000;

/* ------------------------------------------------------------------------
 * Waiting
 */

/*
 * Calls `condition` until it gives something true, which is returned; fails
 * with `what` when that takes too long.
 */
async function until(condition, what, deadline_ms = DEADLINE_MS) {
	const end = Date.now() + deadline_ms;

	for (;;) {
		const result = await condition();

		if (result)
			return result;
		if (Date.now() > end)
			throw new Error(`waited ${deadline_ms} ms in vain: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/* ------------------------------------------------------------------------
 * Programs and processes
 */

/* The full name of a program; fails with what to install. */
function program(name) {
	const places = (process.env.PATH || "").split(":").concat(
	    "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin");

	for (const place of places) {
		const file = path.join(place, name);

		try {
			fs.accessSync(file, fs.constants.X_OK);
			return file;
		} catch (error) {
			/* Not here. */
		}
	}
	throw new Error(`the tests need the program ${name}: install it (on ` +
	    `Debian: apt-get install ${name})`);
}

/* A program of the build tree. */
function built(relative) {
	const file = path.join(BUILD, relative);

	if (!fs.existsSync(file))
		throw new Error(`${file} is missing: run make first, and set ` +
		    "LETHE_BUILD to the build tree");
	return file;
}

/*
 * Was the program built with AddressSanitizer?  That has a malloc of its own,
 * so that what a .start hook allocates cannot be sealed.
 */
function isSanitized(file) {
	return fs.readFileSync(file).includes("libasan.so");
}

/*
 * Does the process run?  One that ended and is not yet waited for does not.
 * Nor, for a moment, does the first thread of one that replaces itself.
 */
function isAlive(pid) {
	try {
		const status = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
		const fields = status.slice(status.lastIndexOf(")") + 2)
		    .split(" ");

		return fields[0] !== "Z" || Number(fields[17]) > 1;
	} catch (error) {
		return false;
	}
}

/*
 * Has the worker of a pool a connection in hand?  Beside the listening socket,
 * descriptor 0, and copies of it, it has no other sockets.
 */
function isServing(pid) {
	const directory = `/proc/${pid}/fd`;
	const target = (fd) => {
		try {
			return fs.readlinkSync(path.join(directory, fd));
		} catch (error) {
			return ""; /* closed meanwhile */
		}
	};
	const listening = target("0");

	return fs.readdirSync(directory).map(target).some((each) =>
	    each.startsWith("socket:") && each !== listening);
}

function signal(pid, name) {
	try {
		process.kill(pid, name);
	} catch (error) {
		if (error.code !== "ESRCH")
			throw error;
	}
}

/* Ends processes: with SIGTERM, and whoever stays with SIGKILL. */
async function endProcesses(pids) {
	for (const pid of pids)
		signal(pid, "SIGTERM");
	try {
		await until(() => !pids.some(isAlive), "processes end", 5000);
	} catch (error) {
		for (const pid of pids.filter(isAlive))
			signal(pid, "SIGKILL");
		await until(() => !pids.some(isAlive), "killed processes end");
		throw new Error(`processes did not end on SIGTERM: ${pids}`);
	}
}

/* What a failed test leaves behind goes with this process. */
const started = new Set();
const directories = new Set();

process.on("exit", () => {
	for (const pid of started)
		if (isAlive(pid))
			signal(pid, "SIGKILL");
	for (const directory of directories)
		removeDirectory(directory);
});

/*
 * Runs a program to its end.  Gives { status, signal, stdout, stderr }, the
 * outputs as text, or as bytes with { encoding: "buffer" }.
 */
function run(file, args = [], { env = {}, input = "", cwd, encoding = "utf8",
    deadline_ms = 60000, asWorker = false } = {}) {
	const child = childProcess.spawn(file, args, { cwd,
		env: environment(env), stdio: ["pipe", "pipe", "pipe"],
		...(asWorker ? workerIds() : {}) });
	const out = [[], []];

	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => {
			child.kill("SIGKILL");
			reject(new Error(`${file} ${args.join(" ")}: not done within ` +
			    `${deadline_ms} ms`));
		}, deadline_ms);

		child.stdout.on("data", (bytes) => out[0].push(bytes));
		child.stderr.on("data", (bytes) => out[1].push(bytes));
		/* The program may end without reading all of its input. */
		child.stdin.on("error", () => {});
		child.stdin.end(input);
		child.on("error", reject);
		child.on("close", (status, name) => {
			const [stdout, stderr] = out.map((pieces) => {
				const bytes = Buffer.concat(pieces);

				return encoding === "buffer" ? bytes :
				    bytes.toString(encoding);
			});

			clearTimeout(timer);
			resolve({ status, signal: name, stdout, stderr });
		});
	});
}

/* The environment without Lethe's settings, but for those given. */
function environment(settings) {
	const result = {};

	for (const [name, value] of Object.entries(process.env))
		if (!name.startsWith("LETHE_") && name !== "REQUEST_METHOD")
			result[name] = value;
	return { ...result, ...settings };
}

/* The worker user's ids, for programs that a test starts itself as root. */
function workerIds() {
	if (!IS_ROOT)
		return {};

	const fields = fs.readFileSync("/etc/passwd", "utf8").split("\n")
	    .map((line) => line.split(":"))
	    .find((entry) => entry[0] === WORKER_USER);

	if (fields === undefined)
		throw new Error(`the tests run as root need a user ${WORKER_USER} ` +
		    "for the workers: run them as an ordinary user, or install " +
		    "nginx, which makes it");
	return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/* ------------------------------------------------------------------------
 * Files
 */

/* Paths of sockets may have 107 bytes only. */
function temporaryRoot() {
	return os.tmpdir().length < 40 ? os.tmpdir() : "/tmp";
}

/* A directory of the test's own, which workers can enter. */
function temporaryDirectory() {
	const directory = fs.mkdtempSync(path.join(temporaryRoot(), "lethe-"));

	directories.add(directory);
	fs.chmodSync(directory, 0o755);
	return directory;
}

/* A directory that the workers own. */
function workerDirectory(directory) {
	const { uid, gid } = workerIds();

	fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
	if (uid !== undefined)
		fs.chownSync(directory, uid, gid);
	return directory;
}

function removeDirectory(directory) {
	fs.rmSync(directory, { recursive: true, force: true });
	directories.delete(directory);
}

/* ------------------------------------------------------------------------
 * Workers
 */

/*
 * A pool of workers under plain spawn-fcgi, listening on one socket.  `env`
 * are settings; LETHE_STATE and LETHE_LOG are set, if the test does not.
 */
class Pool {
	constructor(directory, name, app, workers, env) {
		this.app = app;
		this.socket = path.join(directory, `${name}.sock`);
		this.log = env.LETHE_LOG ||
		    path.join(workerDirectory(path.join(directory, "log")),
		    `${name}.log`);
		this.state = env.LETHE_STATE ||
		    workerDirectory(path.join(directory, "state"));
		this.workers = workers;
		this.env = { LETHE_STATE: this.state, LETHE_LOG: this.log, ...env };
		this.pids = [];
	}

	/* Starts the workers on a new socket. */
	async start() {
		const user = IS_ROOT ? ["-u", WORKER_USER, "-g", WORKER_USER,
			"-U", WORKER_USER, "-G", WORKER_USER] : [];
		const result = await run(program("spawn-fcgi"), [
			"-s", this.socket, "-M", "0660", "-F", String(this.workers),
			...user, "--", this.app], { env: this.env });
		const pids = [...result.stdout.matchAll(/PID: (\d+)/g)]
		    .map((match) => Number(match[1]));

		for (const pid of pids)
			started.add(pid);
		this.pids = pids;
		if (result.status !== 0 || pids.length !== this.workers ||
		    /exited/.test(result.stdout + result.stderr))
			throw new Error(`spawn-fcgi started ${pids.length} of ` +
			    `${this.workers} workers: ${result.stdout}` +
			    `${result.stderr}\nlog: ${this.logText()}`);
		return this;
	}

	/* The ids of those workers that run. */
	alive() {
		return this.pids.filter(isAlive);
	}

	logText() {
		try {
			return fs.readFileSync(this.log, "utf8");
		} catch (error) {
			return "";
		}
	}

	/* The log's line that has this text, once it is there. */
	logLine(text) {
		return until(() => this.logText().split("\n")
		    .find((line) => line.includes(text)),
		    `a line with "${text}" in ${this.log}`);
	}

	async stop() {
		await endProcesses(this.pids);
		for (const pid of this.pids)
			started.delete(pid);
		this.pids = [];
	}
}

/* ------------------------------------------------------------------------
 * nginx
 */

class Nginx {
	constructor(directory) {
		this.directory = directory;
		this.socket = path.join(directory, "nginx.sock");
		this.errorLog = path.join(directory, "nginx-error.log");
		this.accessLog = path.join(directory, "nginx-access.log");
	}

	/* Starts a server with these locations (text of a configuration). */
	async start(locations) {
		const file = path.join(this.directory, "nginx.conf");
		const temporary = path.join(this.directory, "nginx-tmp");
		const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
		    .map((kind) => `\t${kind}_temp_path ${temporary}/${kind};`);

		fs.mkdirSync(temporary, { recursive: true, mode: 0o755 });
		fs.writeFileSync(file, [
			...(IS_ROOT ? [`user ${WORKER_USER};`] : []),
			"daemon off;",
			"worker_processes 1;",
			`pid ${path.join(this.directory, "nginx.pid")};`,
			`error_log ${this.errorLog};`,
			"events { worker_connections 512; }",
			"http {",
			...paths,
			`\taccess_log ${this.accessLog};`,
			"\tinclude /etc/nginx/mime.types;",
			"\tdefault_type application/octet-stream;",
			"\tserver {",
			`\t\tlisten unix:${this.socket};`,
			locations,
			"\t}",
			"}",
			"",
		].join("\n"));
		this.child = childProcess.spawn(program("nginx"),
		    ["-e", this.errorLog, "-p", this.directory, "-c", file],
		    { stdio: ["ignore", "ignore", "pipe"] });
		this.stderr = "";
		this.child.stderr.on("data", (bytes) => {
			this.stderr += bytes;
		});
		started.add(this.child.pid);
		await until(() => {
			if (this.child.exitCode !== null)
				throw new Error(`nginx did not start: ${this.stderr}` +
				    fs.readFileSync(this.errorLog, "utf8"));
			return canConnect(this.socket);
		}, "nginx listens");
		return this;
	}

	async stop() {
		if (this.child === undefined)
			return;
		await endProcesses([this.child.pid]);
		started.delete(this.child.pid);
	}
}

function canConnect(socketPath) {
	return new Promise((resolve) => {
		const socket = net.connect(socketPath);

		socket.on("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.on("error", () => resolve(false));
	});
}

/* ------------------------------------------------------------------------
 * HTTP
 */

/*
 * One HTTP request on a connection of its own.  Gives { status, headers,
 * body (bytes), text, json() }.  Bodies that are no text or bytes are sent as
 * JSON.
 */
function request(socketPath, { method = "GET", path: target = "/", headers = {},
    body, deadline_ms = 60000 } = {}) {
	const isPlain = body === undefined || typeof body === "string" ||
	    Buffer.isBuffer(body);
	const bytes = Buffer.from(isPlain ? body || "" : JSON.stringify(body));
	const given = { host: "localhost", ...headers };

	if (body !== undefined)
		given["content-length"] = bytes.length;
	return new Promise((resolve, reject) => {
		const sent = http.request({ socketPath, method, path: target,
			headers: given, agent: false, timeout: deadline_ms });

		sent.on("timeout", () => sent.destroy(new Error(
		    `${method} ${target}: no answer within ${deadline_ms} ms`)));
		sent.on("error", reject);
		sent.on("response", (response) => {
			const pieces = [];

			response.on("data", (piece) => pieces.push(piece));
			response.on("error", reject);
			response.on("end", () => {
				const all = Buffer.concat(pieces);
				const text = all.toString("utf8");

				resolve({ status: response.statusCode, text,
					headers: response.headers, body: all,
					json: () => JSON.parse(text) });
			});
		});
		sent.end(bytes);
	});
}

/* ------------------------------------------------------------------------
 * A whole site: a pool behind nginx
 */

class Site {
	constructor(directory, pool, nginx, prefix) {
		this.directory = directory;
		this.pool = pool;
		this.nginx = nginx;
		this.prefix = prefix;
	}

	/* The callbacks of the app, as the browser knows them. */
	async callbacks() {
		if (this.known === undefined)
			this.known = (await this.get("_dash-dependencies")).json();
		return this.known;
	}

	/* A request below the prefix. */
	request({ path: target = "", ...options } = {}) {
		return request(this.nginx.socket, { ...options,
			path: this.prefix + target });
	}

	get(target, options = {}) {
		return this.request({ ...options, path: target });
	}

	/* A POST to update-component, at `path` if given. */
	post(body, { path: target = "_dash-update-component", headers = {},
	    ...options } = {}) {
		return this.request({ ...options, method: "POST", path: target, body,
			headers: { "content-type": "application/json", ...headers } });
	}

	/* Runs a callback as the browser does. */
	async call(output, inputs, options = {}) {
		return this.post(update(await this.callbacks(), output, inputs,
		    options.state), options);
	}

	async stop() {
		await this.nginx.stop();
		await this.pool.stop();
		removeDirectory(this.directory);
	}
}

/*
 * The body that the front end posts for the callback of these dependencies
 * with this output; `inputs` and `state` are the values in order.
 */
function update(dependencies, output, inputs, state = []) {
	const callback = dependencies.find((each) => each.output === output);

	if (callback === undefined)
		throw new Error(`the app has no callback with output ${output}`);

	const outputs = output.replace(/^\.\.|\.\.$/g, "").split("...")
	    .map((each) => ({ id: each.slice(0, each.lastIndexOf(".")),
		property: each.slice(each.lastIndexOf(".") + 1) }));
	const values = (declared, given) => declared.map(({ id, property },
	    index) => given[index] === undefined ? { id, property } :
	    { id, property, value: given[index] });
	const changed = callback.inputs.slice(0, 1)
	    .map(({ id, property }) => `${id}.${property}`);

	return {
		output,
		outputs: output.startsWith("..") ? outputs : outputs[0],
		inputs: values(callback.inputs, inputs),
		changedPropIds: changed,
		parsedChangedPropsIds: changed,
		...(callback.state.length > 0 ?
		    { state: values(callback.state, state) } : {}),
	};
}

/* The nginx locations that the app prints for a socket. */
async function locations(app, socket, env, args = []) {
	const result = await run(app, ["nginx", "--socket", socket, "--frontend",
		FRONTEND, ...args], { env });

	if (result.status !== 0)
		throw new Error(`${app} nginx failed: ${result.stderr}`);
	return result.stdout;
}

/* Starts `app` with `workers` workers behind nginx. */
async function startSite(app, { workers = 2, env = {}, prefix = "/",
    nginxArgs = [] } = {}) {
	const directory = temporaryDirectory();
	const settings = { ...(prefix === "/" ? {} : { LETHE_PREFIX: prefix }),
		...env };
	const pool = new Pool(directory, "app", app, workers, settings);
	const nginx = new Nginx(directory);

	try {
		await pool.start();
		await nginx.start(await locations(app, pool.socket, pool.env,
		    nginxArgs));
	} catch (error) {
		await nginx.stop();
		await pool.stop();
		removeDirectory(directory);
		throw error;
	}
	return new Site(directory, pool, nginx, prefix);
}

module.exports = { BUILD, FRONTEND, IS_ROOT, Nginx, Pool, SOURCE, Site,
	WORKER_USER, built, canConnect, endProcesses, environment, isAlive,
	isSanitized, isServing, locations, program, removeDirectory, request,
	run, signal, startSite, temporaryDirectory, until, update,
	workerDirectory, workerIds };
