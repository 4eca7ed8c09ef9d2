/*
 * readme.test.js: README.md's commands are run, as they stand there.
 *
 * Every shell block of the README has to be known here, by the test that runs
 * it or by the reason why none does: a command that is new in the README fails
 * this test until somebody says how it is tested.  Only what a test must not
 * touch is put elsewhere: the places below /run and /etc, the user "lethe",
 * and the port.
 */
"use strict";

const assert = require("node:assert/strict");
const childProcess = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { archive } = require("../conformance/har.js");
const { assertOutputs } = require("./check.js");
const helpers = require("./helpers.js");

const README = fs.readFileSync(path.join(helpers.SOURCE, "README.md"), "utf8");

/* Blocks that need more than a test may have, and where they are tested. */
const ELSEWHERE = [
	[/^\.\/bootstrap run$/, "tests/unit/bootstrap.test.js runs it"],
	[/^\.\/bootstrap check$/, "is what runs this test"],
	[/^\.\/bootstrap build\nmake -C build install\nldconfig$/,
	    "is done here with a DESTDIR, and LD_LIBRARY_PATH for ldconfig"],
	[/^install -D /, "puts a file into /etc"],
	[/^nginx -t && systemctl/, "is done here with a private configuration"],
	[/^adduser /, "adds a user to the machine"],
	[/^install -m 755 hello .*\nsystemctl enable/,
	    "systemd.test.js runs what the units do"],
	[/^systemctl reload/, "systemd.test.js runs what the units do"],
	[/^make fuzz/, "takes as long as it is told"],
];

let directory, env, worker;

/* The text of the block behind `<!-- test: NAME -->`. */
function marked(name) {
	const block = new RegExp(`<!-- test: ${name} -->\\n` +
	    "```[a-z]+\\n([^]*?)```").exec(README);

	assert.ok(block, `README.md has no block marked "test: ${name}"`);
	return block[1];
}

/* What the README says, in this test's own places. */
function here(text) {
	return text.replaceAll("/run/lethe", path.join(directory, "run"))
	    .replace("-U www-data -u lethe", helpers.IS_ROOT ?
	        `-U ${helpers.WORKER_USER} -u ${helpers.WORKER_USER}` : "");
}

/* Runs a block line by line in the directory; what it printed. */
async function shell(text, options = {}) {
	const result = await helpers.run("/bin/sh", ["-ec", here(text)],
	    { cwd: directory, env, deadline_ms: 120000, ...options });

	assert.equal(result.status, 0,
	    `${text}:\n${result.stdout}${result.stderr}`);
	return result.stdout;
}

/* The only file below `root` whose path ends so. */
function installed(root, end) {
	const [found] = fs.readdirSync(root, { recursive: true })
	    .map((each) => path.join(root, each))
	    .filter((each) => each.endsWith(end));

	return found;
}

before(async () => {
	directory = helpers.temporaryDirectory();

	const root = path.join(directory, "root");
	const result = await helpers.run(helpers.program("make"), ["-C",
		helpers.BUILD, "install", `DESTDIR=${root}`],
	    { deadline_ms: 120000, env: { MAKEFLAGS: "", MAKELEVEL: "",
		MFLAGS: "" } });

	assert.equal(result.status, 0, result.stdout + result.stderr);
	worker = helpers.workerDirectory(path.join(directory, "state"));
	helpers.workerDirectory(path.join(directory, "run"));
	env = {
		HOME: helpers.workerDirectory(path.join(directory, "home")),
		PATH: `${path.dirname(installed(root, "/bin/lethe-run"))}:` +
		    `${process.env.PATH}:/usr/sbin:/sbin`,
		PKG_CONFIG_SYSROOT_DIR: root,
		PKG_CONFIG_PATH: path.dirname(installed(root, "lethe.pc")),
		LD_LIBRARY_PATH: path.dirname(installed(root, "/liblethe.so")),
		LETHE_STATE: worker,
		LETHE_LOG: path.join(worker, "hello.log"),
	};
	fs.writeFileSync(path.join(directory, "hello.c"), marked("hello.c"));
	fs.writeFileSync(path.join(directory, "body.json"),
	    marked("body.json"));
});

after(() => helpers.removeDirectory(directory));

test("every shell block is run, or somebody says where", () => {
	const blocks = [...README.matchAll(
	    /(<!-- test: [a-z.]+ -->\n)?```sh\n([^]*?)\n```/g)];

	assert.ok(blocks.length > 5);
	for (const [, mark, text] of blocks)
		assert.ok(mark || ELSEWHERE.some(([known]) => known.test(text)),
		    `who tests this block of README.md?\n${text}`);
});

test("every function, macro and member that is named exists", () => {
	const include = path.join(helpers.SOURCE, "fcgi/include");
	const headers = fs.readdirSync(include, { recursive: true })
	    .filter((name) => name.endsWith(".h"))
	    .map((name) => fs.readFileSync(path.join(include, name), "utf8"))
	    .join("");
	const known = new Set(headers.match(/\w+/g));
	const prose = README.replace(/```[^]*?```/g, "");
	const named = [
		...prose.match(/\b(?:lethe|html|dcc)_\w*\w(?=\()/g),
		...prose.match(/\bLETHE_\w+(?=\()/g),
		...Array.from(prose.matchAll(/`(?:&[^`]*|[^`]*\()?\.([a-z_]+)\b[^`/]*`/gi),
		    (found) => found[1]),
	];

	assert.ok(named.length > 60, `${named.length}`);
	assert.deepEqual(named.filter((name) => !known.has(name)), []);
});

test("the app is built, checked and served", async () => {
	const [compile, check, serve] = marked("build").trim().split("\n");

	await shell(compile);
	assert.match(await shell(check), /nothing wrong/);

	/* lethe-run's defaults are places of the user's: name others. */
	const child = childProcess.spawn("/bin/sh", ["-c", `exec ${serve} ` +
	    `--dir "${path.join(directory, "site")}" ` +
	    `--frontend "${helpers.FRONTEND}"`], { cwd: directory,
		env: helpers.environment(env),
		stdio: ["ignore", "pipe", "inherit"] });

	try {
		const line = await new Promise((resolve, reject) => {
			child.stdout.on("data", (bytes) =>
			    resolve(bytes.toString()));
			child.on("close", () =>
			    reject(new Error(`${serve} ended early`)));
		});

		assert.match(line, /^Lethe is serving http:\/\/[0-9.:]+\/\n$/);
	} finally {
		const ended = new Promise((resolve) =>
		    child.on("close", resolve));

		child.kill("SIGTERM");
		await ended;
	}
});

test("the tool's commands work", async () => {
	const output = await shell(marked("tool"));

	assert.match(output, /Hello, Charon/);
	assert.match(output, /fastcgi_pass unix:/);
	assert.match(output, /"output":"greeting\.children"/);
});

test("the app does not remember", async () => {
	fs.writeFileSync(path.join(directory, "hello.har"), archive([
		{ path: "/hello/_dash-layout" },
		{ method: "POST", path: "/hello/_dash-update-component",
			headers: { "content-type": "application/json" },
			body: marked("body.json") },
		{ path: "/not/of/this/app" }]));
	assert.match(await shell(marked("replay")),
	    /^hello: 2 requests replayed: 2 answered alike/);
});

test("workers under spawn-fcgi answer through the printed locations",
    async () => {
	await shell(marked("nginx"));

	const started = await shell(marked("spawn"));
	const pids = [...started.matchAll(/PID: (\d+)/g)]
	    .map((match) => Number(match[1]));
	const [server] = /```nginx\n(server \{[^]*?\n\})\n```/.exec(README)
	    .slice(1);
	const configuration = path.join(directory, "nginx.conf");
	const site = path.join(directory, "site.sock");

	try {
		assert.equal(pids.length, 4, started);
		fs.writeFileSync(configuration,
		    `error_log stderr;\npid ${directory}/nginx.pid;\n` +
		    (helpers.IS_ROOT ? `user ${helpers.WORKER_USER};\n` : "") +
		    "events {}\nhttp {\naccess_log off;\n" +
		    ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
		        .map((name) => `${name}_temp_path ${directory}/t_${name};\n`)
		        .join("") +
		    server.replace("listen 80;", `listen unix:${site};`)
		        .replace("/etc/nginx/lethe", directory) + "\n}\n");
		await shell(`nginx -t -e stderr -c ${configuration}`);

		const nginx = childProcess.spawn(helpers.program("nginx"),
		    ["-e", "stderr", "-c", configuration, "-g", "daemon off;"],
		    { stdio: "ignore" });

		try {
			await helpers.until(() => helpers.canConnect(site),
			    "nginx listens");

			const answer = await helpers.request(site, {
				method: "POST",
				path: "/hello/_dash-update-component/greet",
				headers: { "content-type": "application/json" },
				body: marked("body.json") });

			assertOutputs(answer,
			    { greeting: { children: "Hello, Charon" } });
		} finally {
			await helpers.endProcesses([nginx.pid]);
		}
	} finally {
		await helpers.endProcesses(pids);
	}
});

test("the store can be looked at, checked and copied", async () => {
	const output = await shell(marked("store"));

	assert.match(output, /^cache\.db: .*nothing wrong$/m);
	assert.match(output, /^0 values deleted$/m);
	assert.match(output, /^[0-9] files? in .*backup$/m);
});

test("the cache can be queried", async () => {
	assert.match(await shell(marked("sqlite")), /rows = 0/);
});

/* ------------------------------------------------------------------------
 * The queries, on what pools of workers have stored.
 */

const QUERIES = [...README.matchAll(
    /<!-- test: query (cache|state) -->\n```sql\n([^]*?)\n```/g)];

test("every block of SQL in the README is tested", () => {
	assert.equal(QUERIES.length, 10);
	assert.equal([...README.matchAll(/```sql\n/g)].length, QUERIES.length);
});

/* The rows that SQL gives, on a database of the site's. */
async function query(own, name, sql) {
	const result = await helpers.run(helpers.program("sqlite3"),
	    ["-bail", "-readonly", "-json",
		path.join(own.pool.state, `${name}.db`), sql],
	    { asWorker: true });

	assert.equal(result.status, 0, `${sql}: ${result.stderr}`);
	assert.equal(result.stderr, "");
	return JSON.parse(result.stdout || "[]");
}

test("the questions to the store are answered", async (t) => {
	const cache = await helpers.startSite(
	    helpers.built("tests/integration/apps/misdeeds"),
	    { env: { LETHE_DEFAULT_TIMEOUT: "55" } });

	t.after(() => cache.stop());

	const state = await helpers.startSite(
	    helpers.built("tests/integration/apps/session"));

	t.after(() => state.stop());
	await cache.callbacks();
	await state.callbacks();
	for (const [name, value] of [["count_computation", { fruit: "figs" }],
	    ["count_computation", { fruit: "figs" }],
	    ["count_computation", ["no fruit"]], ["compute_stale", 1]])
		assert.equal((await cache.call(`out-${name}.children`, [value]))
		    .status, 200);
	assert.equal((await state.call("answer.children", ["set"],
	    { state: ["here"] })).status, 200);
	await helpers.until(async () => (await query(cache, "cache",
	    "SELECT 1 FROM cache_entries WHERE stale")).length === 1,
	    "a value is stale");
	for (const [, name, sql] of QUERIES) {
		const rows = await query(name === "cache" ? cache : state, name,
		    sql);

		assert.ok(rows.length > 0, `no answer to ${sql}`);
		if (/fruit/.test(sql))
			assert.deepEqual(rows.map((row) => row.fruit), ["figs"]);
	}
});
