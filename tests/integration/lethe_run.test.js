/*
 * lethe_run.test.js: lethe-run brings a site up, says what is wrong when it
 * can't, and leaves nothing behind.
 */
"use strict";

const assert = require("node:assert");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");
const test = require("node:test");
const { BUILD, FRONTEND, built, isAlive, until } = require("./helpers.js");

const SIGNAL = built("handlers/signal/signal");
const LETHE_RUN = built("fcgi/deploy/lethe-run");

const cleanups = new WeakMap();

/* What a test has to undo is undone in the opposite order. */
function defer(t, undo) {
	if (!cleanups.has(t)) {
		cleanups.set(t, []);
		t.after(async () => {
			for (const each of cleanups.get(t).reverse())
				await each();
		});
	}
	cleanups.get(t).push(undo);
}

/* A directory for one test, passable for whoever serves. */
function scratch(t) {
	const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lethe-run-test-"));

	fs.chmodSync(directory, 0o755);
	defer(t, () => fs.rmSync(directory, { recursive: true, force: true }));
	return directory;
}

/* An app that differs from the real one in what the shell text says. */
function wrapper(directory, name, cases) {
	const file = path.join(directory, name);

	fs.writeFileSync(file, `#!/bin/sh\ncase \${1:-worker} in\n${cases}\n` +
	    `*) exec '${SIGNAL}' "$@" ;;\nesac\n`);
	fs.chmodSync(file, 0o755);
	return file;
}

/* All living descendants of a process. */
function descendants(pid) {
	const parents = new Map();

	for (const name of fs.readdirSync("/proc").filter((n) => /^\d+$/.test(n))) {
		try {
			const stat = fs.readFileSync(`/proc/${name}/stat`, "latin1");

			parents.set(Number(name), Number(
			    stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0]));
		} catch (error) {
			/* Gone meanwhile. */
		}
	}

	const found = [pid];

	for (const parent of found)
		for (const [child, its] of parents)
			if (its === parent)
				found.push(child);
	return found.slice(1);
}

function commandOf(pid) {
	return fs.readFileSync(`/proc/${pid}/cmdline`, "latin1")
	    .replace(/\0/g, " ");
}

/* Starts lethe-run; run.url once it serves, run.ended with how it ended. */
function start(t, directory, { args = [], apps = [SIGNAL],
    frontend = FRONTEND } = {}) {
	const child = spawn(LETHE_RUN, ["--dir", directory,
		"--frontend", frontend, "--data", path.join(BUILD, "data"),
		...args, ...apps],
	    { stdio: ["ignore", "pipe", "pipe"], cwd: "/" });
	const run = { child, pid: child.pid, stdout: "", stderr: "" };

	child.stdout.on("data", (bytes) => run.stdout += bytes);
	child.stderr.on("data", (bytes) => run.stderr += bytes);
	run.ended = new Promise((resolve) => child.on("close",
	    (status, signal) => resolve({ status, signal })));
	defer(t, async () => {
		child.kill("SIGTERM");
		await run.ended;
	});
	return run;
}

async function serving(run) {
	let over = false;

	run.ended.then(() => over = true);
	await until(() => over || run.stdout.includes("\n"), "the address");
	const found = /^Lethe is serving (http:\S+)\n$/.exec(run.stdout);

	assert.ok(found, `${run.stdout}\n${run.stderr}`);
	run.url = found[1];
	return run;
}

/* Runs one that must fail; what it says. */
async function refused(t, directory, options) {
	const run = start(t, directory, options);
	const { status, signal } = await run.ended;

	assert.strictEqual(signal, null);
	assert.notStrictEqual(status, 0);
	assert.strictEqual(run.stdout, "");
	assert.match(run.stderr, /^lethe-run: /);
	return run.stderr;
}

async function allGone(pids) {
	await until(() => !pids.some(isAlive), `the end of ${pids}`);
}

async function freePort() {
	const server = net.createServer().listen(0, "127.0.0.1");

	await new Promise((resolve) => server.on("listening", resolve));
	const { port } = server.address();

	await new Promise((resolve) => server.close(resolve));
	return port;
}

test("it prints one line, and the gallery and the app are there", async (t) => {
	const port = await freePort();
	const directory = path.join(scratch(t), "site");
	const run = await serving(start(t, directory,
	    { args: ["--port", String(port)] }));

	assert.strictEqual(run.url, `http://127.0.0.1:${port}/`);

	const gallery = await fetch(run.url);
	const page = await gallery.text();

	assert.strictEqual(gallery.status, 200);
	assert.match(gallery.headers.get("content-type"), /^text\/html/);
	assert.strictEqual(gallery.headers.get("x-content-type-options"),
	    "nosniff");
	assert.match(page, /<h1>Lethe<\/h1>/);
	assert.match(page, /<a href="\/signal\/">/);
	assert.doesNotMatch(page, /\{\{/);
	assert.strictEqual((await fetch(`${run.url}lethe.css`)).status, 200);
	assert.strictEqual((await fetch(`${run.url}nothing`)).status, 404);

	const layout = await fetch(`${run.url}signal/_dash-layout`);

	assert.strictEqual(layout.status, 200);
	await layout.json();

	const script = await fetch(`${run.url}signal/_dash-component-suites/` +
	    "dash/dcc/async-graph.js", { headers: { "accept-encoding": "gzip" } });

	assert.strictEqual(script.status, 200);
	assert.strictEqual(script.headers.get("content-encoding"), "gzip");
	assert.strictEqual(run.stderr, "");
});

for (const name of ["SIGTERM", "SIGINT", "SIGHUP"])
	test(`${name} ends everything, and well`, async (t) => {
		const directory = path.join(scratch(t), "site");
		const run = await serving(start(t, directory));
		const pids = descendants(run.pid);

		/* The keeper, nginx with two workers, two of the app. */
		assert.ok(pids.length >= 6, pids.map(commandOf).join("\n"));
		run.child.kill(name);
		assert.deepStrictEqual(await run.ended,
		    { status: 0, signal: null });
		assert.deepStrictEqual(pids.filter(isAlive), []);
		assert.ok(!fs.existsSync(path.join(directory, "sockets")));
		assert.strictEqual(run.stderr, "");
	});

test("a stop while an app is still checked is obeyed", async (t) => {
	const directory = scratch(t);
	const mark = path.join(directory, "site", "checking");
	const app = wrapper(directory, "slow",
	    `check) : >'${mark}'; sleep 100 ;;`);
	const run = start(t, path.join(directory, "site"), { apps: [app] });

	await until(() => fs.existsSync(mark), "the check");
	const pids = descendants(run.pid);

	run.child.kill("SIGTERM");
	assert.deepStrictEqual(await run.ended, { status: 0, signal: null });
	await allGone(pids.filter((pid) => pid !== run.pid));
	assert.strictEqual(run.stdout, "");
});

test("killed, the front process takes everything with it", async (t) => {
	const directory = path.join(scratch(t), "site");
	const run = await serving(start(t, directory));
	const pids = descendants(run.pid);

	run.child.kill("SIGKILL");
	await run.ended;
	await allGone(pids);
	assert.ok(!fs.existsSync(path.join(directory, "sockets")));
});

test("killed, the keeper leaves nothing behind either", async (t) => {
	const directory = path.join(scratch(t), "site");
	const run = await serving(start(t, directory));
	const pids = descendants(run.pid);

	process.kill(pids[0], "SIGKILL");
	assert.deepStrictEqual(await run.ended, { status: 1, signal: null });
	assert.deepStrictEqual(pids.filter(isAlive), []);
	assert.match(run.stderr, /ended with signal 9/);
	assert.ok(!fs.existsSync(path.join(directory, "sockets")));
});

test("when nginx dies, it says so and ends the rest", async (t) => {
	const directory = path.join(scratch(t), "site");
	const run = await serving(start(t, directory));
	const pids = descendants(run.pid);

	process.kill(Number(fs.readFileSync(
	    path.join(directory, "nginx", "nginx.pid"), "utf8")), "SIGKILL");
	assert.deepStrictEqual(await run.ended, { status: 1, signal: null });
	assert.deepStrictEqual(pids.filter(isAlive), []);
	assert.match(run.stderr, /nginx ended with signal 9/);
});

test("a killed worker is reported, and the others serve on", async (t) => {
	const run = await serving(start(t, path.join(scratch(t), "site")));
	const worker = descendants(run.pid).find((pid) =>
	    commandOf(pid).startsWith(SIGNAL));

	process.kill(worker, "SIGKILL");
	await until(() => run.stderr.includes("\n"), "the report");
	assert.match(run.stderr, /a worker of signal ended with signal 9.*1 left/);
	assert.strictEqual(
	    (await fetch(`${run.url}signal/_dash-layout`)).status, 200);
});

test("a supervised worker that is killed is replaced", async (t) => {
	const run = await serving(start(t, path.join(scratch(t), "site"),
	    { args: ["--supervise", "--workers", "1"] }));
	const workers = () => descendants(run.pid).filter((pid) =>
	    isAlive(pid) && commandOf(pid).startsWith(SIGNAL));
	const before = workers();

	assert.strictEqual(before.length, 1);
	process.kill(before[0], "SIGKILL");
	await until(() => workers().some((pid) => pid !== before[0]),
	    "a new worker");
	assert.strictEqual(
	    (await fetch(`${run.url}signal/_dash-layout`)).status, 200);

	const pids = descendants(run.pid);

	run.child.kill("SIGTERM");
	assert.deepStrictEqual(await run.ended, { status: 0, signal: null });
	assert.deepStrictEqual(pids.filter(isAlive), []);
});

test("--workers says how many processes an app has", async (t) => {
	const run = await serving(start(t, path.join(scratch(t), "site"),
	    { args: ["--workers", "5"] }));

	assert.strictEqual(descendants(run.pid).filter((pid) =>
	    commandOf(pid).startsWith(SIGNAL)).length, 5);
});

test("without --port, two sites find two ports", async (t) => {
	const directory = scratch(t);
	const one = await serving(start(t, path.join(directory, "one")));
	const two = await serving(start(t, path.join(directory, "two")));

	assert.notStrictEqual(one.url, two.url);
	assert.strictEqual((await fetch(two.url)).status, 200);
});

test("a port in use is refused by its number", async (t) => {
	const server = net.createServer().listen(0, "127.0.0.1");

	defer(t, () => server.close());
	await new Promise((resolve) => server.on("listening", resolve));
	const { port } = server.address();

	assert.match(await refused(t, path.join(scratch(t), "site"),
	    { args: ["--port", String(port)] }),
	    new RegExp(`port ${port} of 127.0.0.1 is in use.*--port`));
});

test("another lethe-run in the same directory is refused", async (t) => {
	const directory = path.join(scratch(t), "site");
	const run = await serving(start(t, directory));

	assert.match(await refused(t, directory), /another lethe-run.*--dir/);
	assert.strictEqual((await fetch(run.url)).status, 200);
});

test("missing front-end files are named, with what to do", async (t) => {
	const directory = scratch(t);

	assert.match(await refused(t, path.join(directory, "site"),
	    { frontend: directory }),
	    /front-end bundles are missing.*gallery\.html.*\.\/bootstrap build/);
	assert.match(await refused(t, path.join(directory, "site"),
	    { frontend: path.join(directory, "none") }), /No such file/);
});

test("an app that the serving user can't reach is refused", async (t) => {
	const directory = scratch(t);
	const closed = path.join(directory, "closed");
	const inner = path.join(closed, "inner");
	const app = path.join(inner, "app");

	fs.mkdirSync(inner, { recursive: true });
	fs.copyFileSync(SIGNAL, app);
	fs.chmodSync(inner, process.getuid() === 0 ? 0o700 : 0o600);
	defer(t, () => fs.chmodSync(inner, 0o700));
	/* Who isn't root can't even resolve such a path. */
	assert.match(await refused(t, path.join(directory, "site"),
	    { apps: [app] }), process.getuid() === 0 ?
	    /closed\/inner is closed to the user [^;]+; .*--user/ :
	    /closed\/inner\/app: Permission denied/);
});

test("an app that fails its own check stops the start", async (t) => {
	const directory = scratch(t);
	const app = wrapper(directory, "bad",
	    "check) echo 'the global counter is writable' >&2; exit 1 ;;");

	assert.match(await refused(t, path.join(directory, "site"),
	    { apps: [app] }),
	    /bad check" ended with status 1:\nthe global counter is writable/);
});

test("a program that is no app is refused", async (t) => {
	const directory = scratch(t);

	assert.match(await refused(t, path.join(directory, "site"),
	    { apps: ["/bin/echo"] }), /is not an app of Lethe/);
	assert.match(await refused(t, path.join(directory, "site"),
	    { apps: [path.join(directory, "none")] }),
	    /none: No such file or directory/);
});

test("apps with one name, and apps at one place, are refused", async (t) => {
	const directory = scratch(t);
	const other = wrapper(directory, "other", "info) echo '{\"name\":" +
	    "\"other\",\"title\":null,\"description\":null," +
	    "\"prefix\":\"/signal/\"}' ;;");

	assert.match(await refused(t, path.join(directory, "site"),
	    { apps: [SIGNAL, SIGNAL] }), /both called "signal"/);
	assert.match(await refused(t, path.join(directory, "site"),
	    { apps: [SIGNAL, other] }), /both want to be at \/signal\//);
});

test("names and prefixes that could do harm are refused", async (t) => {
	const directory = scratch(t);
	const infos = [
		["", "/x/"], ["../x", "/x/"], ["a b", "/x/"], ["x".repeat(65), "/x/"],
		["x", "x/"], ["x", "/x"], ["x", ""], ["x", "/a//b/"],
		["x", "/;return 200/"], ["x", "/a b/"], ["x", "/$host/"],
	];

	for (const [name, prefix] of infos) {
		const app = wrapper(directory, "odd", "info) cat <<'EOF'\n" +
		    `${JSON.stringify({ name, prefix })}\nEOF\n;;`);

		assert.match(await refused(t, path.join(directory, "site"),
		    { apps: [app] }), /its (name|prefix) .*must/, `${name} ${prefix}`);
	}
});

test("workers that die at once stop the start, with their log", async (t) => {
	const directory = scratch(t);
	const app = wrapper(directory, "dies",
	    "worker) echo 'no table of fruit' >>\"$LETHE_LOG\"; exit 3 ;;");

	assert.match(await refused(t, path.join(directory, "site"),
	    { apps: [app] }), /signal.*\n[^]*no table of fruit/);
});

test("an app of the gallery has its own card, others a simple one",
    async (t) => {
	const directory = scratch(t);
	const app = wrapper(directory, "other", "info) cat <<'EOF'\n" +
	    `${JSON.stringify({ name: "other", prefix: "/other/",
		title: "Other", description: "Another app" })}\nEOF\n;;\n` +
	    "nginx|worker) export LETHE_PREFIX=/other/; " +
	    `exec '${SIGNAL}' "$@" ;;`);
	const run = await serving(start(t, path.join(directory, "site"),
	    { apps: [app, SIGNAL] }));
	const answer = await fetch(run.url);
	const cards = (await answer.text()).split("<li ").slice(1);

	assert.strictEqual(cards.length, 2);
	assert.match(cards[0], /<a href="\/signal\/">Caching and signaling</);
	assert.match(cards[0], /<svg [^]*compute_value\.c/);
	assert.match(cards[1], /<a href="\/other\/">Other<[^]*Another app/);
	assert.doesNotMatch(cards[1], /<svg|<pre/);
	assert.match(answer.headers.get("content-security-policy"),
	    /default-src 'none'; style-src 'self'/);
	assert.strictEqual((await fetch(`${run.url}gallery.css`)).status, 200);
});

test("a gallery that is none is refused", async (t) => {
	const directory = scratch(t);
	const frontend = path.join(directory, "frontend");

	fs.cpSync(FRONTEND, frontend, { recursive: true,
		filter: (from) => !/packages|cache/.test(from) });
	for (const text of ["", "{{#apps}}\n", "{{#app signal}}\n{{/apps}}\n",
		"{{#apps}}\n{{unknown}}\n{{/apps}}\n", "{{#app x}}\n{{/app}}\n"]) {
		fs.writeFileSync(path.join(frontend, "gallery.html"), text);
		assert.match(await refused(t, path.join(directory, "site"),
		    { frontend }), /gallery\.html is not the gallery's template/);
	}
});

test("the gallery escapes what apps say about themselves", async (t) => {
	const directory = scratch(t);
	const app = wrapper(directory, "odd", "info) cat <<'EOF'\n" +
	    `${JSON.stringify({ name: "signal", prefix: "/signal/",
		title: "<script>1</script>", description: "a & \"b\" 'c' {{name}}" })}` +
	    "\nEOF\n;;");
	const run = await serving(start(t, path.join(directory, "site"),
	    { apps: [app] }));
	const page = await (await fetch(run.url)).text();

	assert.ok(page.includes("&lt;script&gt;1&lt;/script&gt;"), page);
	assert.ok(page.includes("a &amp; &quot;b&quot; &#39;c&#39; {{name}}"), page);
});

test("a directory too deep for sockets works all the same", async (t) => {
	const directory = path.join(scratch(t), "d".repeat(60), "e".repeat(60));

	fs.mkdirSync(path.dirname(directory), { recursive: true });

	const run = await serving(start(t, directory));
	const conf = fs.readFileSync(
	    path.join(directory, "nginx", "app-signal.conf"), "utf8");
	const sockets = /unix:(\/tmp\/lethe-run-[^/]+)\//.exec(conf)[1];

	assert.strictEqual(
	    (await fetch(`${run.url}signal/_dash-layout`)).status, 200);
	assert.ok(fs.existsSync(sockets));
	run.child.kill("SIGTERM");
	await run.ended;
	assert.ok(!fs.existsSync(sockets));
});

test("a path that nginx could misread is refused", async (t) => {
	assert.match(await refused(t, path.join(scratch(t), "a;b")),
	    /a;b has a character that nginx's configuration cannot take/);
});

test("what is in the way in its directory is named", async (t) => {
	const directory = scratch(t);
	const site = path.join(directory, "site");

	if (process.getuid() === 0)
		fs.chownSync(directory, 65534, 65534);
	fs.mkdirSync(site);
	if (process.getuid() === 0)
		fs.chownSync(site, 65534, 65534);
	fs.writeFileSync(path.join(site, "state"), "");
	assert.match(await refused(t, site),
	    /site\/state is not a directory of the user who serves/);
});

test("wrong options are refused with status 2", async (t) => {
	const cases = [
		[["--port", "0"], /--port 0/],
		[["--port", "65536"], /--port 65536/],
		[["--port", "80x"], /--port 80x/],
		[["--workers", "0"], /--workers 0/],
		[["--nonsense"], /nonsense/],
	];

	for (const [args, expected] of cases) {
		const run = start(t, "/nonexistent", { args });

		assert.strictEqual((await run.ended).status, 2, args.join(" "));
		assert.match(run.stderr, expected);
	}
	assert.match(await refused(t, path.join(scratch(t), "site"),
	    { args: ["--listen", "localhost"] }), /not a numeric/);
	assert.match(await refused(t, path.join(scratch(t), "site"),
	    { args: ["--user", "root"] }), /root/);

	const none = start(t, "/nonexistent", { apps: [] });

	assert.strictEqual((await none.ended).status, 2);
	assert.match(none.stderr, /name at least one app/);
});

test("--help and --version answer on standard output", async (t) => {
	const help = start(t, "/nonexistent", { args: ["--help"] });
	const version = start(t, "/nonexistent", { args: ["--version"] });

	assert.strictEqual((await help.ended).status, 0);
	assert.match(help.stdout, /^Usage: lethe-run /);
	assert.strictEqual((await version.ended).status, 0);
	assert.match(version.stdout, /^lethe-run \(Lethe\) \S+\n$/);
});
