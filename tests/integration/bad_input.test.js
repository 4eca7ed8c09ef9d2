/*
 * bad_input.test.js: requests and surroundings that are wrong: each has a
 * clear answer, and none harms a worker.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { assertError, assertOutputs, outputOf } = require("./check.js");
const fastcgi = require("./fastcgi.js");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");
const LIMIT = 64 * 1024;
let site, pids;

before(async () => {
	site = await helpers.startSite(MISDEEDS,
	    { env: { LETHE_BODY_LIMIT: "64K" } });
	pids = site.pool.alive();
});

after(() => site && site.stop());

/* A good body with one value, changed by `change`. */
async function body(change = (good) => good, value = "x") {
	return change(helpers.update(await site.callbacks(),
	    "out-echo.children", [value]));
}

/* A good body as text, with this text (or bytes) as the value. */
async function bodyWith(value) {
	const [head, tail] = JSON.stringify(await body(undefined, "VALUE"))
	    .split("\"VALUE\"");

	return Buffer.concat([Buffer.from(head), Buffer.from(value),
		Buffer.from(tail)]);
}

/* ------------------------------------------------------------------------
 * Bodies that are not JSON
 */

const NOT_JSON = [
	["an empty body", "", /empty/],
	["a truncated object", "{\"output\": \"out-echo.children\", ", /JSON/],
	["a truncated string", "{\"output\": \"out-ec", /JSON/],
	["a single quote", "{'output': 1}", /JSON/],
	["a comment", "{} // no", /JSON/],
	["a trailing comma", "{\"a\":1,}", /JSON/],
	["two values", "{} {}", /JSON/],
	["a byte order mark", "\ufeff{}", /JSON/],
	["a NUL byte", "\0", /JSON/],
	["a NUL byte at the end", "{}\0", /JSON/],
	["NaN", "{\"a\":NaN}", /JSON/],
	["an infinite number", "{\"a\":-Infinity}", /JSON/],
	["a number with a leading zero", "{\"a\":01}", /JSON/],
	["a form", "a=1&b=2", /JSON/],
	["HTML", "<!DOCTYPE html><p>", /JSON/],
];

for (const [name, text, message] of NOT_JSON)
	test(`${name} is refused`, async () => {
		const id = assertError(await site.post(text), 400, message);

		assert.match(await site.pool.logLine(id),
		    /level=warning.*status=400/);
	});

const BAD_VALUES = [
	["a NUL byte in a string", Buffer.from("\"a\0b\"")],
	["a control character in a string", "\"a\nb\""],
	["a lone high surrogate", "\"\\ud800\""],
	["a lone low surrogate", "\"\\udc00\""],
	["surrogates the wrong way round", "\"\\udc00\\ud800\""],
	["an unknown escape", "\"\\x41\""],
	["a cut escape", "\"\\u12\""],
	["a byte that starts no character", Buffer.from([34, 0xff, 34])],
	["a cut character", Buffer.from([34, 0xe2, 0x98, 34])],
	["an overlong character", Buffer.from([34, 0xc0, 0x80, 34])],
	["a surrogate in UTF-8", Buffer.from([34, 0xed, 0xa0, 0x80, 34])],
	["a character beyond Unicode",
	    Buffer.from([34, 0xf4, 0x90, 0x80, 0x80, 34])],
	["10,000 nested lists", "[".repeat(10000) + "]".repeat(10000)],
	["10,000 nested objects", "{\"a\":".repeat(7000) + "1" +
	    "}".repeat(7000)],
	["10,000 open lists", "[".repeat(10000)],
];

for (const [name, value] of BAD_VALUES)
	test(`a value with ${name} is refused`, async () => {
		assertError(await site.post(await bodyWith(value)), 400,
		    /JSON.*at byte [0-9]+/);
	});

/* ------------------------------------------------------------------------
 * JSON of the wrong shape
 */

const without = (key) => (good) => {
	delete good[key];
	return good;
};
const having = (key, value) => (good) => ({ ...good, [key]: value });
const WRONG_SHAPES = [
	["null", () => "null"],
	["a list", () => "[]"],
	["a string", () => "\"hi\""],
	["a number", () => "3"],
	["true", () => "true"],
	["an empty object", () => "{}"],
	["no output", without("output")],
	["an output that is a number", having("output", 1)],
	["an output that is null", having("output", null)],
	["no outputs", without("outputs")],
	["outputs that are a list", having("outputs",
	    [{ id: "out-echo", property: "children" }])],
	["outputs with another id", having("outputs",
	    { id: "other", property: "children" })],
	["outputs with another property", having("outputs",
	    { id: "out-echo", property: "title" })],
	["no inputs", without("inputs")],
	["inputs that are null", having("inputs", null)],
	["inputs that are an object", having("inputs",
	    { id: "in-echo", property: "value", value: 1 })],
	["an empty list of inputs", having("inputs", [])],
	["an input too many", having("inputs",
	    [{ id: "in-echo", property: "value", value: 1 },
	        { id: "z", property: "value", value: 1 }])],
	["an input with another id", having("inputs",
	    [{ id: "evil", property: "value", value: 1 }])],
	["an input without an id", having("inputs",
	    [{ property: "value", value: 1 }])],
	["an input with a list as its id", having("inputs",
	    [{ id: ["in-echo"], property: "value", value: 1 }])],
	["an input with another property", having("inputs",
	    [{ id: "in-echo", property: "title", value: 1 }])],
	["an input that is a list", having("inputs", [[]])],
	["state that is not declared", having("state",
	    [{ id: "a", property: "b", value: 1 }])],
	["changed properties that are null", having("changedPropIds", null)],
	["changed properties that are numbers", having("changedPropIds", [1])],
	["output twice", (good) => JSON.stringify(good).replace("{",
	    "{\"output\":\"out-segfault.children\",")],
	["a value twice", (good) => JSON.stringify(good).replace(
	    "\"value\":\"x\"", "\"value\":\"x\",\"value\":\"y\"")],
];

for (const [name, change] of WRONG_SHAPES)
	test(`a body with ${name} is refused`, async () => {
		assertError(await site.post(await body(change)), 400);
	});

test("an unknown output is a 404 that says what to do", async () => {
	assertError(await site.post(await body(
	    having("output", "nope.children"))), 404, /reload the page/);
});

test("a state that is missing is refused", async () => {
	const good = helpers.update(await site.callbacks(),
	    "..sum.children...difference.children...sum.title..", [1, 2], [3]);

	assertError(await site.post(without("state")(good)), 400, /state/);
});

test("unknown members are no problem", async () => {
	assertOutputs(await site.post(await body(having("foo", { bar: [1] }))),
	    { "out-echo": { children: "x" } });
});

/* ------------------------------------------------------------------------
 * Bodies that are too large
 */

/* A good body padded with blanks to this size. */
async function bodyOf(size) {
	const text = JSON.stringify(await body());

	return text + " ".repeat(size - Buffer.byteLength(text));
}

test("a body of exactly the limit is taken", async () => {
	assertOutputs(await site.post(await bodyOf(LIMIT)),
	    { "out-echo": { children: "x" } });
});

test("nginx refuses a body over the limit", async () => {
	assertError(await site.post(await bodyOf(LIMIT + 1)), 413,
	    /65536 bytes \(LETHE_BODY_LIMIT/);
});

test("nginx refuses a body far over the limit", async () => {
	const answer = await site.post(await bodyOf(32 * LIMIT)).catch(
	    (error) => {
		/* It may close the connection before all was sent. */
		assert.match(error.code, /EPIPE|ECONNRESET/);
		return undefined;
	});

	if (answer !== undefined)
		assertError(answer, 413, /LETHE_BODY_LIMIT/);
});

test("the worker refuses a body over the limit by itself", async () => {
	const answer = await fastcgi.exchange(site.pool.socket, fastcgi.request(
	    { method: "POST", path: "/_dash-update-component",
	        type: "application/json", body: await bodyOf(LIMIT + 1) }));

	assertError(answer, 413, /65537 bytes.*65536.*LETHE_BODY_LIMIT/);
});

test("after all this the same workers answer", async () => {
	assert.deepEqual(site.pool.alive(), pids);
	assertOutputs(await site.call("out-echo.children", ["still"]),
	    { "out-echo": { children: "still" } });
});

/* ------------------------------------------------------------------------
 * Surroundings
 */

/* A site whose settings `make(directory)` gives. */
async function withSite(app, make, use) {
	const directory = helpers.temporaryDirectory();
	let own;

	try {
		own = await helpers.startSite(app, { env: make(directory) });
		await use(own, directory);
	} finally {
		if (own !== undefined)
			await own.stop();
		helpers.removeDirectory(directory);
	}
}

const BAD_STATES = [
	["cannot be entered", (directory) => {
		const state = path.join(directory, "closed");

		fs.mkdirSync(state, { mode: 0o000 });
		return state;
	}],
	["cannot be made", (directory) => {
		const parent = path.join(directory, "parent");

		fs.mkdirSync(parent, { mode: 0o555 });
		return path.join(parent, "state");
	}],
	["is a file", (directory) => {
		const file = path.join(directory, "file");

		fs.writeFileSync(file, "", { mode: 0o644 });
		return file;
	}],
];

for (const [name, make] of BAD_STATES) {
	test(`with a state directory that ${name}, workers serve without a ` +
	    "cache and say so", async () => {
		await withSite(MISDEEDS,
		    (directory) => ({ LETHE_STATE: make(directory) }),
		    async (own) => {
			const call = () => own.call(
			    "out-count_computation.children", [1]);
			const first = outputOf(await call());

			assert.notEqual(outputOf(await call()), first);
			assert.ok((await own.pool.logLine("level=error"))
			    .includes(own.pool.state));
		});
	});

	test(`app check tells of a state directory that ${name}`, async () => {
		const directory = helpers.temporaryDirectory();

		try {
			const state = make(directory);
			const result = await helpers.run(MISDEEDS, ["check"],
			    { env: { LETHE_STATE: state }, asWorker: true });

			assert.equal(result.status, 1, result.stdout);
			assert.ok(result.stderr.includes(state), result.stderr);
		} finally {
			helpers.removeDirectory(directory);
		}
	});
}

const CACHING = helpers.built("tests/conformance/apps/d1_caching_fs");

test("with its database missing, a callback says which", async () => {
	await withSite(CACHING, (directory) => ({ LETHE_DATA: directory }),
	    async (own, directory) => {
		const file = path.join(directory, "d1_caching_fs.db");

		assert.ok((await own.get("_dash-layout")).json().error
		    .includes(file));
		assert.ok((await own.call("graph-1.figure", ["figs"])).json()
		    .error.includes(file));
		assert.equal((await own.get("_dash-dependencies")).status, 200);
		assert.ok((await own.pool.logLine("level=error"))
		    .includes(file));
	});
});

for (const [name, content] of [["missing", undefined],
    ["no database", "This is no database, but a text of some length.\n"]])
	test(`app check tells of data that is ${name}`, async () => {
		const directory = helpers.temporaryDirectory();
		const file = path.join(directory, "d1_caching_fs.db");

		try {
			if (content !== undefined)
				fs.writeFileSync(file, content.repeat(100));

			const result = await helpers.run(CACHING, ["check"], { env: {
				LETHE_DATA: directory,
				LETHE_STATE: helpers.workerDirectory(
				    path.join(directory, "state")) },
				asWorker: true });

			assert.equal(result.status, 1, result.stdout);
			assert.ok(result.stderr.includes(file), result.stderr);
		} finally {
			helpers.removeDirectory(directory);
		}
	});

for (const [name, value, message] of [
    ["LETHE_PREFIX", "signal", /LETHE_PREFIX is "signal".*begin and end/],
    ["LETHE_PREFIX", "/a b/", /LETHE_PREFIX/],
    ["LETHE_PREFIX", "/a//b/", /LETHE_PREFIX/],
    ["LETHE_BODY_LIMIT", "16X", /LETHE_BODY_LIMIT is "16X".*whole number/],
    ["LETHE_BODY_LIMIT", "0", /LETHE_BODY_LIMIT/],
    ["LETHE_BODY_LIMIT", "99999999999999999999", /LETHE_BODY_LIMIT/],
    ["LETHE_BODY_LIMIT", "-1", /LETHE_BODY_LIMIT/],
    ["LETHE_RESPONSE_LIMIT", "1.5M", /LETHE_RESPONSE_LIMIT/],
    ["LETHE_TIMEOUT", "soon", /LETHE_TIMEOUT is "soon"/],
    ["LETHE_TIMEOUT", "0", /LETHE_TIMEOUT/],
    ["LETHE_READ_TIMEOUT", "0", /LETHE_READ_TIMEOUT/],
    ["LETHE_THRESHOLD", "many", /LETHE_THRESHOLD/],
    ["LETHE_CACHE_BYTES", "-5", /LETHE_CACHE_BYTES/],
    ["LETHE_DEFAULT_TIMEOUT", "1h", /LETHE_DEFAULT_TIMEOUT/]])
	test(`${name}=${value} is refused in words`, async () => {
		const result = await helpers.run(MISDEEDS, ["check"], { env: {
			LETHE_STATE: "/tmp", [name]: value }, asWorker: true });

		assert.equal(result.status, 1, result.stdout);
		assert.match(result.stderr, message);
	});
