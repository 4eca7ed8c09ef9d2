/*
 * store_tool.test.js: `app store`, while workers run.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { outputOf } = require("./check.js");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");
const SESSION = helpers.built("tests/integration/apps/session");
let site, sessions;

before(async () => {
	site = await helpers.startSite(MISDEEDS, { workers: 2 });
	await site.callbacks();
	sessions = await helpers.startSite(SESSION, { workers: 2 });
	await sessions.callbacks();
});

after(async () => {
	await (site && site.stop());
	await (sessions && sessions.stop());
});

async function compute(name, value) {
	return outputOf(await site.call(`out-${name}.children`, [value]));
}

function tool(args, own = site) {
	return helpers.run(own.pool.app, ["store", ...args],
	    { env: own.pool.env, asWorker: true });
}

/* Runs what must go well and say nothing else; its output. */
async function output(args, own) {
	const result = await tool(args, own);

	assert.equal(result.status, 0, result.stderr);
	assert.equal(result.stderr, "");
	return result.stdout;
}

async function json(args, own) {
	return JSON.parse(await output([...args, "--json"], own));
}

async function refused(args, message, own) {
	const result = await tool(args, own);

	assert.equal(result.status, 1, result.stdout);
	assert.equal(result.signal, null);
	assert.match(result.stderr, message);
	return result;
}

/* Runs SQL on a file, as the user that the workers are. */
async function sql(file, text) {
	const result = await helpers.run(helpers.program("sqlite3"),
	    ["-bail", file, text], { asWorker: true });

	assert.equal(result.status, 0, result.stderr);
	return result.stdout.trim();
}

/* A state directory of its own with one cached value. */
async function filled(t) {
	const own = await helpers.startSite(MISDEEDS, { workers: 1 });

	t.after(() => own.stop());
	await own.callbacks();
	outputOf(await own.call("out-count_computation.children", ["figs"]));
	return own;
}

/* A place where the worker's user may make a directory. */
function target(name) {
	return path.join(helpers.workerDirectory(path.join(site.directory,
	    "backups")), name);
}

test("get prints the value that the browser got", async () => {
	const text = await compute("count_computation", { b: 1, a: [2] });

	assert.equal(JSON.parse(await output(["get", "slow",
		"{ \"b\": 1, \"a\": [2] }"])), text);

	const entry = await json(["get", "slow", "{\"a\":[2],\"b\":1}"]);

	assert.equal(entry.function, "slow");
	assert.deepEqual(entry.arguments, { a: [2], b: 1 });
	assert.equal(entry.value, text);
	assert.equal(entry.kind, "json");
	assert.equal(entry.owner, "");
	assert.ok(entry.expires > entry.created);
});

test("get needs no arguments when there is one value", async (t) => {
	const own = await filled(t);

	assert.equal(await output(["get", "slow"], own),
	    await output(["get", "slow", "\"figs\""], own));
});

test("get says what there is instead", async () => {
	await compute("count_computation", 1);
	await compute("count_computation", 2);
	await refused(["get", "slow"], /values of slow: say which/);
	await refused(["get", "slow", "[99]"], /no value of slow \[99\]/);
	await refused(["get", "nope"], /no value of nope/);
	await refused(["get", "slow", "{1}"], /arguments are not JSON.*byte 1/);
});

test("delete deletes one value, and it is computed anew", async () => {
	const first = await compute("count_computation", "one");
	const other = await compute("count_computation", "two");

	assert.equal(await output(["delete", "slow", "\"one\""]),
	    "1 value deleted\n");
	assert.deepEqual(await json(["delete", "slow", "\"one\""]),
	    { deleted: 0 });
	assert.notEqual(await compute("count_computation", "one"), first);
	assert.equal(await compute("count_computation", "two"), other);
});

test("delete deletes all values of a function", async () => {
	await compute("count_computation", "many");
	await compute("count_computation", "more");

	const before = (await json(["list"])).filter((each) =>
	    each.function === "slow").length;

	assert.deepEqual(await json(["delete", "slow"]), { deleted: before });
	assert.ok(before >= 2);
	await refused(["get", "slow"], /no value of slow/);
	await refused(["delete", "slow", "nonsense"], /not JSON/);
});

test("clear leaves nothing", async () => {
	await compute("count_computation", "clear");

	const { rows } = await json(["stats"]);

	assert.ok(rows >= 1);
	assert.deepEqual(await json(["clear"]), { deleted: rows });
	assert.deepEqual(await json(["list"]), []);
	assert.equal(await output(["clear"]), "0 values deleted\n");
});

test("check finds nothing wrong while workers write", async () => {
	const work = Promise.all(Array.from({ length: 8 }, (_, i) =>
	    compute("count_computation", `check ${i}`)));

	for (let i = 0; i < 3; i++)
		assert.match(await output(["check"]),
		    /^cache\.db: version \d+, \d+ values, \d+ bytes, nothing wrong$/m);
	await work;

	const [cache, state] = await json(["check"]);

	assert.ok(cache.rows >= 8);
	assert.deepEqual(cache.problems, []);
	assert.equal(state.file, "state.db");
});

test("check tells totals that are off and values that were edited",
    async (t) => {
	const own = await filled(t);
	const file = path.join(own.pool.state, "cache.db");

	await sql(file, "UPDATE cache SET value = '\"edited\"', size_bytes = " +
	    "length(arguments) + 8; UPDATE cache_totals SET rows = rows + 2");

	const { stderr } = await refused(["check"],
	    /cache\.db: cache_totals\.rows is off by 2\n/, own);

	assert.match(stderr, /a value was changed by other hands.*of slow\n/);

	const result = await tool(["check", "--json"], own);

	assert.equal(result.status, 1);
	assert.equal(JSON.parse(result.stdout)[0].problems.length, 2);
	await refused(["get", "slow"], /changed by other hands/, own);
});

test("check tells a newer version and a file that is no database",
    async (t) => {
	const own = await filled(t);
	const file = path.join(own.pool.state, "cache.db");

	await own.pool.stop();
	await sql(file, "PRAGMA user_version = 99");
	await refused(["check"], /cache\.db: it was made by a newer Lethe/, own);
	fs.writeFileSync(file, "not a database at all ".repeat(500));
	await refused(["check"], /cache\.db: .*not a database/, own);
	/* Looking mends nothing. */
	assert.match(fs.readFileSync(file, "utf8"), /^not a database/);
});

test("check finds a torn page", async (t) => {
	const own = await filled(t);
	const file = path.join(own.pool.state, "cache.db");

	await own.pool.stop();
	await sql(file, "PRAGMA wal_checkpoint(TRUNCATE)");

	const descriptor = fs.openSync(file, "r+");

	fs.writeSync(descriptor, Buffer.alloc(3000, 0xa5), 0, 3000, 2 * 4096);
	fs.closeSync(descriptor);
	await refused(["check"], /cache\.db: /, own);
});

test("a backup made while workers write is whole", async () => {
	const directory = target("busy");
	const known = await compute("count_computation", "kept");
	const work = Promise.all(Array.from({ length: 8 }, (_, i) =>
	    compute("count_computation", `backup ${i}`)));

	assert.match(await output(["backup", directory]), /^1 file in .*busy\n$/);
	await work;
	assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
	assert.equal(fs.statSync(path.join(directory, "cache.db")).mode & 0o777,
	    0o600);

	/* It serves as a state directory. */
	const copy = { pool: { app: MISDEEDS,
		env: { ...site.pool.env, LETHE_STATE: directory } } };

	assert.equal((await json(["check"], copy))[0].problems.length, 0);
	assert.equal(JSON.parse(await output(["get", "slow", "\"kept\""], copy)),
	    known);
});

test("backup refuses to write over anything", async () => {
	const directory = target("twice");

	await output(["backup", directory]);

	const before = fs.readdirSync(directory);

	await refused(["backup", directory], /twice is there already/);
	assert.deepEqual(fs.readdirSync(directory), before);
	await refused(["backup", target("no/where")],
	    /cannot make the directory .*no\/where/);
});

test("a backup has the sessions, and the key of their cookies", async () => {
	const visitor = await sessions.call("answer.children", ["set"],
	    { state: ["remembered"] });
	const directory = target("sessions");
	const [cookie] = visitor.headers["set-cookie"][0].split(";");

	assert.equal(outputOf(visitor), "remembered");
	outputOf(await sessions.call("answer.children", ["sql"],
	    { state: ["CREATE TABLE own(x)"], headers: { cookie } }));
	assert.ok((await json(["backup", directory], sessions)).files >= 3);
	assert.deepEqual(fs.readdirSync(directory).sort().filter((name) =>
	    !/-(wal|shm)$/.test(name)),
	    ["cache.db", "session.key", "sessions", "state.db"]);
	assert.equal(await sql(path.join(directory, "state.db"),
	    "SELECT value FROM session_values WHERE name = 'value'"),
	    "\"remembered\"");

	const [own] = fs.readdirSync(path.join(directory, "sessions"));

	assert.equal(await sql(path.join(directory, "sessions", own),
	    "SELECT name FROM sqlite_schema"), "own");
});

test("check counts sessions", async () => {
	const [, state] = await json(["check"], sessions);

	assert.ok(state.rows >= 1);
	assert.deepEqual(state.problems, []);
	await sql(path.join(sessions.pool.state, "state.db"),
	    "UPDATE session_totals SET sessions = sessions + 5");
	await refused(["check"], /state\.db: session_totals\.sessions .* 5\n/,
	    sessions);
});

for (const args of [["get"], ["get", "a", "1", "2"], ["delete"],
    ["clear", "all"], ["check", "x"], ["backup"], ["backup", "a", "b"],
    ["sessions", "x"], ["--json"]])
	test(`store ${args.join(" ")} shows the usage`, async () => {
		const result = await tool(args);

		assert.equal(result.status, 2);
		assert.match(result.stderr, /^usage: .* store stats\|list\|get/);
		assert.equal(result.stdout, "");
	});
