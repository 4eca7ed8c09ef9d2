/*
 * health.test.js: what a worker answers those who watch over it, whom nginx
 * lets ask, and that asking leaves no trace.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { exchange, request } = require("./fastcgi.js");
const helpers = require("./helpers.js");

const SESSION = helpers.built("tests/integration/apps/session");
const AGGREGATE = helpers.built("handlers/aggregate/aggregate");
const WELL = { status: "ok", app: "session", cache: "ok", sessions: "ok",
	seal: "ok" };
let site;

/* What the worker itself says. */
async function ask(own, options = {}) {
	const response = await exchange(own.pool.socket,
	    request({ path: "/_lethe/health", ...options }));

	return { ...response, health: response.body.length > 0 ?
	    response.json() : undefined };
}

/* The answer, once it has this status. */
function askUntil(own, status) {
	return helpers.until(async () => {
		const answer = await ask(own);

		return answer.status === status && answer;
	}, `a health answer with status ${status}`);
}

/* Without the version, and what this kernel's sandbox is. */
function assertWell({ status, health: { lethe, sandbox, ...rest } }) {
	assert.match(lethe, /^\d+\.\d+/);
	assert.match(sandbox, /\S/);
	assert.deepEqual(rest, WELL);
	assert.equal(status, 200);
}

function start(app, env = {}) {
	return helpers.startSite(app, { workers: 1,
		env: { LETHE_PREFIX: "/", ...env } });
}

/* A site whose state directory has a directory where a file belongs. */
async function withBroken(name, visit) {
	const state = helpers.workerDirectory(path.join(
	    helpers.temporaryDirectory(), "state"));

	fs.mkdirSync(path.join(state, name));

	const own = await start(SESSION, { LETHE_STATE: state });

	try {
		await visit(own, () => fs.rmdirSync(path.join(state, name)));
	} finally {
		await own.stop();
		helpers.removeDirectory(path.dirname(state));
	}
}

before(async () => {
	site = await start(SESSION);
});

after(() => site.stop());

test("a worker that has all it needs says so", async () => {
	const answer = await ask(site);

	assertWell(answer);
	assert.equal(answer.headers["content-type"], "application/json");
	assert.equal(answer.headers["cache-control"], "no-store");
});

test("there are HEAD and GET, and nothing else", async () => {
	const head = await ask(site, { method: "HEAD" });

	assert.equal(head.status, 200);
	assert.equal(head.body.length, 0);
	assert.equal((await ask(site, { method: "POST" })).status, 405);
});

for (const [name, reason] of [["writer.lk", /writer\.lk/],
	["cache.db", /cache\.db/]])
	test(`a worker without its ${name} says so, and when it has it again`,
	    () => withBroken(name, async (own, mend) => {
		const { status, health } = await ask(own);

		assert.equal(status, 503);
		assert.equal(health.status, "failing");
		assert.match(health.cache, reason);
		assert.equal(health.sessions, "ok");
		/* The app answers all the same. */
		assert.equal((await own.get("_dash-dependencies")).status, 200);
		mend();
		assertWell(await askUntil(own, 200));
	    }));

/* Puts something of the worker's own in the place of its file. */
function replace(name, text) {
	const file = path.join(site.pool.state, name);
	const { uid, gid } = helpers.workerIds();

	fs.writeFileSync(`${file}.new`, text);
	if (uid !== undefined)
		fs.chownSync(`${file}.new`, uid, gid);
	fs.renameSync(`${file}.new`, file);
	return file;
}

const RUBBISH = "This is no database. ".repeat(500);

test("sessions that cannot be read are told, until they can again",
    async () => {
	const file = replace("state.db", RUBBISH);
	const { health } = await askUntil(site, 503);

	assert.equal(health.status, "failing");
	assert.equal(health.cache, "ok");
	assert.match(health.sessions, /state\.db/);
	fs.rmSync(file);
	assertWell(await askUntil(site, 200));
});

test("a cache that is gone is told, until it is back", async () => {
	const file = path.join(site.pool.state, "cache.db");

	fs.rmSync(file);
	fs.mkdirSync(file);
	assert.match((await askUntil(site, 503)).health.cache,
	    /cache\.db cannot be opened: the log says why/);
	fs.rmdirSync(file);
	assertWell(await askUntil(site, 200));
});

test("a damaged cache is begun afresh, and is well then", async () => {
	/* All of so small a cache may be in its log. */
	for (const suffix of ["-wal", "-shm"])
		fs.rmSync(path.join(site.pool.state, `cache.db${suffix}`),
		    { force: true });
	replace("cache.db", RUBBISH);
	await helpers.until(async () => {
		assertWell(await ask(site));
		return site.pool.logText().includes(
		    "it is put aside and begun afresh");
	}, "word of the damage");
});

test("what is missing of the sandbox is told, and no failure", async () => {
	const own = await start(SESSION, { LETHE_SANDBOX: "off" });

	try {
		const answer = await ask(own);

		assertWell(answer);
		assert.match(answer.health.sandbox, helpers.isSanitized(SESSION) ?
		    /sanitizer/ : /LETHE_SANDBOX/);
	} finally {
		await own.stop();
	}
});

test("data are a part where an app has some", async () => {
	for (const [directory, status, expected] of [
		[path.join(helpers.BUILD, "data"), 200, /^ok$/],
		["/nonexistent", 503, /\/nonexistent\/fruit\.db/]]) {
		const own = await start(AGGREGATE, { LETHE_DATA: directory });

		try {
			const answer = await ask(own);

			assert.equal(answer.status, status);
			assert.match(answer.health.data, expected);
		} finally {
			await own.stop();
		}
	}
});

test("asking begins no session, is not counted and not logged", () =>
    withBroken("cache.db", async (own) => {
	const extra = { HTTP_COOKIE: "lethe=v1.x.x.x" };
	let seen;

	await ask(own);
	await own.pool.stop();
	fs.rmSync(own.pool.socket, { force: true });
	own.pool.env.LETHE_REQUESTS = "2";
	await own.pool.start();
	seen = own.pool.logText().length;
	for (let i = 0; i < 5; i++) {
		const { status, headers } = await ask(own, { extra });

		assert.equal(status, 503);
		assert.equal(headers["set-cookie"], undefined);
	}
	assert.doesNotMatch(own.pool.logText().slice(seen),
	    /status=503|LETHE_REQUESTS/);
	/* Others are. */
	for (let i = 0; i < 2; i++)
		await own.get("_dash-dependencies");
	await own.pool.logLine("the worker answered 2 requests");
    }));

test("nginx lets those ask who are on its machine", async () => {
	const { socket, env } = site.pool;
	const directory = helpers.temporaryDirectory();
	const nginx = new helpers.Nginx(directory);

	/* A Unix socket has no addresses: the test gives them. */
	await nginx.start("set_real_ip_from unix:;\nreal_ip_header X-Real-IP;\n" +
	    await helpers.locations(SESSION, socket, env));
	try {
		for (const [address, status] of [["127.0.0.1", 200], ["::1", 200],
			["127.0.0.2", 403], ["192.0.2.1", 403],
			["2001:db8::1", 403]])
			for (const target of ["/_lethe/health",
				"/_lethe/%68ealth", "//_lethe/health?x"])
				assert.equal((await helpers.request(nginx.socket,
				    { path: target,
					headers: { "x-real-ip": address } }))
				    .status, status, `${address} ${target}`);
		assert.doesNotMatch(fs.readFileSync(nginx.accessLog, "utf8"),
		    /health/);
	} finally {
		await nginx.stop();
		helpers.removeDirectory(directory);
	}
});
