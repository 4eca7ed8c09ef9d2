/*
 * storm.js: load on four workers while everything goes wrong at once: every
 * 200 ms one of them is killed, callbacks crash, and the disk of the store
 * fills and empties.
 *
 *	node storm.js [SECONDS [SEED]]
 *
 * Each answer must be right, or a 5xx in the form that Lethe has for them, and
 * never another visitor's or another request's.  When all is calm again,
 * nothing may be left behind: locks, descriptors, memory, files.
 *
 * The disk is a small tmpfs in a mount namespace of the storm's own; who may
 * not mount one limits the size of the workers' files instead.
 *
 * Prints TAP, and what was measured.
 */
"use strict";

const childProcess = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const helpers = require("../integration/helpers.js");

const WORKERS = 4;
const CLIENTS = 12;
const KEYS = 60;
const KILL_MS = 200;
const DISK_MS = 1500;
const DISK = "24m";
/* Less than the store has when the disk fills: SQLite's log cannot grow. */
const FILE_LIMIT = 64 * 1024;
const APP = helpers.built("tests/stress/apps/stormy");
const INSIDE = "LETHE_STORM_INSIDE";

const seconds = Number(process.argv[2] || 20);
const seed = Number(process.argv[3] || Date.now() % 1000000);

/* ------------------------------------------------------------------------
 * Chance, and points
 */

/* Numbers below `end` (xorshift).  The seed fixes them, but not who is the
 * next to draw. */
let state = (seed * 2654435761 + 1) >>> 0;

function draw(end) {
	state ^= state << 13;
	state ^= state >>> 17;
	state ^= state << 5;
	return (state >>> 0) % end;
}

let points = 0;

function point(name, problem) {
	points++;
	console.log(`${problem ? "not ok" : "ok"} ${points} - ${name}`);
	if (problem) {
		console.log(`# ${String(problem).replace(/\n/g, "\n# ")}`);
		process.exitCode = 1;
	}
}

/* ------------------------------------------------------------------------
 * The site: nginx, and workers under multiwatch, which brings back who was
 * killed
 */

class Site {
	constructor() {
		this.directory = helpers.temporaryDirectory();
		this.state = path.join(this.directory, "state");
		this.socket = path.join(this.directory, "app.sock");
		this.log = path.join(helpers.workerDirectory(
		    path.join(this.directory, "log")), "log");
		this.nginx = new helpers.Nginx(this.directory);
		this.env = { LETHE_STATE: this.state, LETHE_LOG: this.log,
			LETHE_THRESHOLD: "30", LETHE_TIMEOUT: "5" };
	}

	mount() {
		fs.mkdirSync(this.state, { mode: 0o700 });
		if (process.env[INSIDE] === undefined)
			return;
		childProcess.execFileSync(helpers.program("mount"), ["-t", "tmpfs",
			"-o", `size=${DISK},mode=0700`, "storm", this.state]);
		this.mounted = true;
	}

	async start() {
		const user = helpers.IS_ROOT ? ["-u", helpers.WORKER_USER, "-g",
			helpers.WORKER_USER, "-U", helpers.WORKER_USER, "-G",
			helpers.WORKER_USER] : [];

		this.mount();
		helpers.workerDirectory(this.state);
		this.chown();
		this.keeper = childProcess.spawn(helpers.program("spawn-fcgi"),
		    ["-n", "-s", this.socket, "-M", "0660", ...user, "--",
		        helpers.program("multiwatch"), "-f", String(WORKERS),
		        "-r", "1000000", "--", APP],
		    { env: helpers.environment(this.env), stdio: "ignore" });
		await helpers.until(() => this.workers().length === WORKERS,
		    "the workers run");
		await this.nginx.start(await helpers.locations(APP, this.socket,
		    this.env));
	}

	chown() {
		const { uid, gid } = helpers.workerIds();

		if (uid !== undefined)
			fs.chownSync(this.state, uid, gid);
	}

	/* Processes that run the app; not those that are about to. */
	workers() {
		const { pid } = this.keeper;

		return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
		    .split(" ").filter((each) => each !== "").map(Number)
		    .filter((each) => {
			try {
				return fs.readlinkSync(`/proc/${each}/exe`) ===
				    fs.realpathSync(APP);
			} catch (error) {
				return false;
			}
		});
	}

	fill(full) {
		const filler = path.join(this.state, "filler");

		if (!this.mounted)
			return this.limitFiles(full);
		if (!full)
			return fs.rmSync(filler, { force: true });
		try {
			for (;;)
				fs.appendFileSync(filler, Buffer.alloc(65536));
		} catch (error) {
			if (error.code !== "ENOSPC")
				throw error;
		}
		return undefined;
	}

	/* For the workers, and for the one that they are started by. */
	limitFiles(full) {
		for (const pid of [this.keeper.pid, ...this.workers()])
			childProcess.spawnSync(helpers.program("prlimit"),
			    ["--pid", String(pid), `--fsize=${full ? FILE_LIMIT :
			        "unlimited"}:`]);
	}

	logTail() {
		try {
			return fs.readFileSync(this.log, "utf8").split("\n").slice(-15)
			    .join("\n");
		} catch (error) {
			return "";
		}
	}

	async stop() {
		const pids = [this.keeper.pid, ...this.workers()];

		await this.nginx.stop();
		helpers.signal(this.keeper.pid, "SIGKILL");
		for (const pid of pids.slice(1))
			helpers.signal(pid, "SIGTERM");
		await helpers.until(() => !pids.some(helpers.isAlive),
		    "the workers end");
		if (this.mounted)
			childProcess.execFileSync(helpers.program("umount"),
			    ["-l", this.state]);
		helpers.removeDirectory(this.directory);
	}
}

/* ------------------------------------------------------------------------
 * Visitors
 */

const tally = { right: 0, refused: {}, cut: 0, wrong: [], slowest_ms: 0 };

/* A 5xx is clean when it is in JSON and has the request's id. */
function isClean(response) {
	try {
		const answer = response.json();

		return [500, 502, 503, 504].includes(response.status) &&
		    answer.error !== "" &&
		    response.headers["x-request-id"] === answer.request;
	} catch (error) {
		return false;
	}
}

class Visitor {
	constructor(site, number) {
		this.site = site;
		this.number = number;
		this.requests = 0;
		this.cookie = undefined;
		/* What may be in the session: what was confirmed last, and
		 * what was asked for after that without an answer. */
		this.possible = [null];
	}

	post(name, first, second) {
		return helpers.request(this.site.nginx.socket, { method: "POST",
			path: "/_dash-update-component", deadline_ms: 20000,
			headers: { "content-type": "application/json",
				...(this.cookie ? { cookie: this.cookie } : {}) },
			body: { output: `${name}.children`,
				outputs: { id: name, property: "children" },
				inputs: [
					{ id: "nonce", property: "value", value: first },
					{ id: "second", property: "value",
						value: second }],
				changedPropIds: ["nonce.value"] } });
	}

	/* Asks for a callback; `expected(value, nonce)`: is it right? */
	async ask(name, second, expected) {
		const nonce = `v${this.number}r${this.requests++}`;
		const begun = Date.now();
		let response;

		try {
			response = await this.post(name, nonce, second);
		} catch (error) {
			return Visitor.lose(name, nonce, error);
		}
		tally.slowest_ms = Math.max(tally.slowest_ms, Date.now() - begun);
		if (response.status !== 200) {
			const key = response.status;

			if (!isClean(response))
				tally.wrong.push(`${name} ${nonce}: ` +
				    `${response.status} ${response.text}`);
			tally.refused[key] = (tally.refused[key] || 0) + 1;
			return false;
		}

		const value = response.json().response[name].children;

		if (expected(value, nonce))
			tally.right++;
		else
			tally.wrong.push(`${name} ${nonce}: ` +
			    JSON.stringify(value).slice(0, 200));
		this.takeCookie(response);
		return true;
	}

	/*
	 * A worker that is killed while it sends more than a socket holds has
	 * begun its answer, and nobody can give another: nginx cuts it off,
	 * which shows by Content-Length.  Less than that is sent as a whole.
	 */
	static lose(name, nonce, error) {
		if (name === "enlarge" && error.message === "aborted")
			tally.cut++;
		else
			tally.wrong.push(`${name} ${nonce}: ${error.message}`);
		return false;
	}

	takeCookie(response) {
		for (const each of response.headers["set-cookie"] || [])
			[this.cookie] = each.split(";");
	}

	echo() {
		return this.ask("echo", 0, (value, nonce) => value === nonce);
	}

	enlarge() {
		return this.ask("enlarge", 0, (value, nonce) =>
		    value.length === 300000 && value.startsWith(nonce.repeat(20)) &&
		    value === nonce.repeat(Math.ceil(300000 / nonce.length))
		        .slice(0, 300000));
	}

	memoize() {
		const key = draw(KEYS);
		const text = `${key}.`.repeat(2000).slice(0, 2000);

		return this.ask("memoize", key, (value, nonce) =>
		    value[0] === nonce && value[1] === text);
	}

	/* A session that a visitor never got the cookie of is nobody's. */
	async keep() {
		const next = `v${this.number}k${this.requests}`;
		const had = this.cookie;

		if (had !== undefined)
			this.possible.push(next);

		const done = await this.ask("keep", next, (value, nonce) =>
		    value[0] === nonce && (had === undefined ? value[1] === null :
		    this.possible.includes(value[1])));

		if (done)
			this.possible = [next];
		return done;
	}

	/* Never right. */
	crash() {
		return this.ask("crash", draw(6), () => false);
	}

	any() {
		const number = draw(100);

		return number < 40 ? this.echo() : number < 45 ? this.enlarge() :
		    number < 75 ? this.memoize() : number < 97 ? this.keep() :
		    this.crash();
	}
}

/* ------------------------------------------------------------------------
 * What is left behind
 */

/* Descriptors and private memory of a worker; undefined: it is gone. */
function usage(pid) {
	try {
		const rollup = fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
		const kib = (name) => Number(new RegExp(`${name}: *(\\d+)`)
		    .exec(rollup)[1]);

		return { pid, fds: fs.readdirSync(`/proc/${pid}/fd`).length,
			kib: kib("Private_Clean") + kib("Private_Dirty") };
	} catch (error) {
		return undefined;
	}
}

function usageOf(site) {
	const all = site.workers().map(usage).filter((each) => each);

	return { fds: Math.max(...all.map((each) => each.fds)),
		kib: Math.max(...all.map((each) => each.kib)) };
}

/* Locks on files of the store that keep others out; readers' are shared. */
function locksOf(site) {
	const inodes = fs.readdirSync(site.state).map((name) =>
	    fs.statSync(path.join(site.state, name)).ino);

	return fs.readFileSync("/proc/locks", "utf8").split("\n")
	    .filter((line) => / WRITE /.test(line) && inodes.some((inode) =>
	        line.includes(`:${inode} `)));
}

/* ------------------------------------------------------------------------
 * The storm
 */

async function blow(site, visitors) {
	const end = Date.now() + seconds * 1000;
	const most = { fds: 0, kib: 0 };
	const counts = { kills: 0, fills: 0 };
	let full = false;
	const killer = setInterval(() => {
		const pids = site.workers();
		const now = usageOf(site);

		most.fds = Math.max(most.fds, now.fds);
		most.kib = Math.max(most.kib, now.kib);
		if (pids.length > 0) {
			helpers.signal(pids[draw(pids.length)], "SIGKILL");
			counts.kills++;
		}
	}, KILL_MS);
	const disk = setInterval(() => {
		full = !full;
		counts.fills += full ? 1 : 0;
		site.fill(full);
	}, DISK_MS);

	try {
		await Promise.all(visitors.map(async (visitor) => {
			while (Date.now() < end)
				await visitor.any();
		}));
	} finally {
		clearInterval(killer);
		clearInterval(disk);
		site.fill(false);
	}
	return { ...counts, most };
}

/* Requests without a storm: all must be right but for those that crash. */
async function calm(site, visitors, rounds, crashes) {
	for (let i = 0; i < rounds; i++)
		await Promise.all(visitors.map(async (visitor) => {
			const all = [visitor.echo(), visitor.memoize(),
				visitor.enlarge()];

			if (!(await Promise.all(all)).every((right) => right) ||
			    !await visitor.keep())
				tally.wrong.push("a refusal after the storm\n" +
				    site.logTail());
			if (crashes)
				await visitor.crash();
		}));
}

function flat(what, before, after, allowed) {
	point(`${what} are flat: ${before} before, ${after} after`,
	    after > before + allowed ? `more than ${allowed} more` : undefined);
}

async function storm(site) {
	const visitors = Array.from({ length: CLIENTS },
	    (none, index) => new Visitor(site, index));

	await site.start();
	await calm(site, visitors, 5, false);

	const before = usageOf(site);
	const { kills, fills, most } = await blow(site, visitors);

	console.log(`# storm of ${seconds} s: ${tally.right} right, refused ` +
	    `${JSON.stringify(tally.refused)}, cut off ${tally.cut}; ${kills} workers killed, disk ` +
	    `filled ${fills} times (${site.mounted ? "tmpfs of " + DISK :
	        "limit of the files' size"}); slowest answer ` +
	    `${tally.slowest_ms} ms; most per worker: ${most.fds} descriptors, ` +
	    `${most.kib} KiB`);
	point("every answer is right or a clean 5xx, and none is another's",
	    tally.wrong.slice(0, 5).join("\n"));
	point("most requests are answered",
	    tally.right > seconds * 20 ? undefined : `${tally.right} are`);
	tally.wrong = [];
	await calm(site, visitors, 3, true);
	point("after the storm every request is answered",
	    tally.wrong.slice(0, 3).join("\n"));

	await calm(site, visitors, 10, true);
	point("workers that crash and come back answer all others",
	    tally.wrong.slice(0, 3).join("\n"));
	/* Now that nobody dies any more, what is kept would add up. */
	await calm(site, visitors, 5, false);

	const start = usageOf(site);

	flat("descriptors", before.fds, start.fds, 4);
	await calm(site, visitors, 40, false);

	const after = usageOf(site);

	flat("descriptors of one worker", start.fds, after.fds, 0);
	flat("KiB of memory", start.kib, after.kib, 1024);
	await helpers.until(() => locksOf(site).length === 0,
	    "all locks are free", 5000).then(() => point("all locks are free"),
	    (error) => point("all locks are free",
	        `${error.message}\n${locksOf(site).join("\n")}`));

	const check = await helpers.run(APP, ["store", "check"],
	    { env: site.env, asWorker: true });

	point("the store is whole", check.status === 0 ? undefined :
	    check.stdout + check.stderr);
}

async function main() {
	console.log(`# seed ${seed}`);

	const site = new Site();

	try {
		await storm(site);
	} catch (error) {
		point("the storm is over", `${error.stack}\n${site.logTail()}`);
	} finally {
		await site.stop();
	}
	console.log(`1..${points}`);
}

/* Root gets mounts of its own, if the kernel gives some. */
function mayMount() {
	return helpers.IS_ROOT && childProcess.spawnSync("unshare", ["-m",
		"mount", "-t", "tmpfs", "storm", "/tmp"]).status === 0;
}

if (process.env[INSIDE] === undefined && mayMount())
	process.exitCode = childProcess.spawnSync("unshare", ["-m",
		process.execPath, ...process.argv.slice(1)], { stdio: "inherit",
		env: { ...process.env, [INSIDE]: "1" } }).status;
else
	main();
