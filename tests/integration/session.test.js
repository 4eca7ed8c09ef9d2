/*
 * session.test.js: sessions through nginx: two visitors are kept apart, and
 * what an attacker may try gets nowhere.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { assertError, outputOf } = require("./check.js");
const fastcgi = require("./fastcgi.js");
const helpers = require("./helpers.js");

const SESSION = helpers.built("tests/integration/apps/session");
let site;

before(async () => {
	site = await helpers.startSite(SESSION, { workers: 4 });
	await site.callbacks();
});

after(() => site && site.stop());

/* Every cookie that any visitor was given. */
const tokens = new Set();

/* A browser, as far as its cookie goes. */
class Visitor {
	constructor(own = site) {
		this.site = own;
		this.cookie = undefined;
	}

	headers(more = {}) {
		return this.cookie === undefined ? more :
		    { cookie: `lethe=${this.cookie}`, ...more };
	}

	/* Takes over the response's cookie. */
	take(response) {
		const lines = response.headers["set-cookie"] || [];

		assert.ok(lines.length <= 1);
		for (const line of lines) {
			const [, token, rest] = /^lethe=([^;]*)(.*)$/.exec(line);

			this.attributes = rest;
			this.cookie = token === "" ? undefined : token;
			if (token !== "")
				tokens.add(token);
		}
		return response;
	}

	/* Loads the page; gives the page id in its dcc.Store. */
	async open() {
		const response = this.take(await this.site.get("_dash-layout",
		    { headers: this.headers() }));

		assert.equal(response.status, 200, response.text);
		this.page = response.json().props.children[0].props.data;
		return this.page;
	}

	async call(output, inputs, state, headers = {}) {
		return this.take(await this.site.call(output, inputs,
		    { state, headers: this.headers(headers) }));
	}

	command(name, value, headers) {
		return this.call("answer.children", [name], [value], headers);
	}

	count(page = this.page) {
		return this.call("count.children", [1], [page]);
	}

	async value() {
		return outputOf(await this.command("get"));
	}
}

async function sessions(own = site) {
	const result = await helpers.run(SESSION, ["store", "sessions",
		"--json"], { env: own.pool.env, asWorker: true });

	assert.equal(result.status, 0, result.stderr);
	return JSON.parse(result.stdout);
}

test("two visitors have values of their own", async () => {
	const [ann, bob] = [new Visitor(), new Visitor()];

	await ann.open();
	await bob.open();
	assert.equal(outputOf(await ann.command("set", { a: 1 })).a, 1);
	assert.equal(outputOf(await bob.command("set", "b")), "b");
	assert.deepEqual(await ann.value(), { a: 1 });
	assert.equal(await bob.value(), "b");
	assert.equal(outputOf(await ann.command("delete")), null);
	assert.equal(await ann.value(), null);
	assert.equal(await bob.value(), "b");
});

test("the cookie is closed to scripts and other sites", async () => {
	const ann = new Visitor();

	await ann.open();
	assert.equal(ann.attributes, "; Path=/; HttpOnly; SameSite=Lax");
	assert.match(ann.cookie, /^v1\.[0-9a-f]{8}\.[\w-]{54}\.[\w-]{43}$/);
});

test("a cookie is set when the session is used, and not again",
    async () => {
	const ann = new Visitor();

	await ann.call("plain.children", ["x"]);
	assert.equal(ann.cookie, undefined);
	await ann.open();

	const response = await site.get("_dash-layout",
	    { headers: ann.headers() });

	assert.equal(response.headers["set-cookie"], undefined);
	assert.equal(response.headers["cache-control"], "no-store");
	/* And the app's code does not see it. */
	assert.equal(outputOf(await ann.call("plain.children", ["x"])), false);
});

test("over https the name binds the cookie to host and scheme",
    async () => {
	const ask = (extra) => fastcgi.exchange(site.pool.socket,
	    fastcgi.request({ path: "/_dash-layout", extra }));
	const secure = (await ask({ HTTPS: "on" })).headers["set-cookie"];
	const [, token] = /^__Host-lethe=([^;]+); Path=\/; HttpOnly; Secure; SameSite=Lax$/
	    .exec(secure);

	assert.equal((await ask({ HTTPS: "on",
		HTTP_COOKIE: `__Host-lethe=${token}` })).headers["set-cookie"],
	    undefined);
	/* One that plain http could have planted is not looked at. */
	assert.match((await ask({ HTTPS: "on",
		HTTP_COOKIE: `lethe=${token}` })).headers["set-cookie"],
	    /^__Host-lethe=/);
});

test("below a prefix the cookie is the app's alone", async () => {
	const own = await helpers.startSite(SESSION, { workers: 1,
		prefix: "/own/" });

	try {
		const ann = new Visitor(own);

		await ann.open();
		assert.match(ann.attributes, /^; Path=\/own\/;/);
		assert.equal(outputOf(await ann.command("set", 1)), 1);
		/* Signed with another app's key. */
		const stranger = new Visitor();

		stranger.cookie = ann.cookie;
		await stranger.open();
		assert.notEqual(stranger.cookie, ann.cookie);
	} finally {
		await own.stop();
	}
});

test("planted and guessed ids are not adopted", async () => {
	const planted = ["1", "admin", "A".repeat(43), "v1...", "v1.0.0.0",
		`v1.00000000.${"A".repeat(54)}.${"A".repeat(43)}`,
		"A".repeat(5000), "../../state.db", "'; DROP TABLE session; --"];

	for (const token of planted) {
		const eve = new Visitor();

		eve.cookie = token;
		await eve.command("set", 1);
		assert.match(eve.cookie, /^v1\.[0-9a-f]{8}\./);
		assert.notEqual(eve.cookie, token);
		assert.equal(await eve.value(), 1);
	}
});

test("a flipped bit makes a cookie worthless", async () => {
	const ann = new Visitor();

	await ann.open();
	await ann.command("set", "secret");
	for (let i = 0; i < ann.cookie.length; i += 7) {
		const eve = new Visitor();
		const code = ann.cookie.charCodeAt(i) ^ 1;

		eve.cookie = ann.cookie.slice(0, i) + String.fromCharCode(code) +
		    ann.cookie.slice(i + 1);
		assert.equal(await eve.value(), null, `character ${i}`);
		assert.notEqual(eve.cookie, ann.cookie);
	}
	assert.equal(await ann.value(), "secret");
});

test("an id in the URL, the body or a header is no id", async () => {
	const ann = new Visitor();

	await ann.open();
	await ann.command("set", "secret");

	const body = helpers.update(await site.callbacks(),
	    "answer.children", ["get"], [ann.cookie]);
	const tries = [
		{ path: `_dash-update-component?lethe=${ann.cookie}` },
		{ headers: { "x-lethe": ann.cookie, authorization: ann.cookie } },
		{ headers: { cookie: `__Host-lethe=${ann.cookie}` } },
		{ headers: { cookie: `x=lethe=${ann.cookie}` } },
	];

	for (const each of tries)
		assert.equal(outputOf(await site.post({ ...body,
			lethe: ann.cookie, session: ann.cookie }, each)), null);
});

test("after a rotation the session goes on under a new id", async () => {
	const ann = new Visitor();

	await ann.open();
	await ann.command("set", "secret");

	const old = ann.cookie;
	const [label] = [outputOf(await ann.command("label"))];

	assert.equal(outputOf(await ann.command("rotate")), "secret");
	assert.notEqual(ann.cookie, old);
	assert.equal(await ann.value(), "secret");
	assert.equal(outputOf(await ann.count()), 1);
	assert.equal(outputOf(await ann.command("label")), label);
});

test("an old id that is played again after its time is refused",
    async () => {
	const ann = new Visitor();
	const eve = new Visitor();

	await ann.open();
	await ann.command("set", "secret");
	eve.cookie = ann.cookie;
	await ann.command("rotate");
	/* Within its 30 seconds it is for callbacks on their way. */
	assert.equal(await eve.value(), "secret");
	/* Let the 30 seconds be over. */
	await sql(`UPDATE session_id SET until_ms = 1
	    WHERE until_ms IS NOT NULL`);

	const old = eve.cookie;

	assert.equal(await eve.value(), null);
	assert.notEqual(eve.cookie, old);
	assert.equal(await ann.value(), "secret");
});

async function sql(text, own = site) {
	const result = await helpers.run(helpers.program("sqlite3"),
	    ["-cmd", ".timeout 5000", path.join(own.pool.state, "state.db"),
		text], { asWorker: true });

	assert.equal(result.status, 0, result.stderr);
	return result.stdout;
}

test("callbacks that run while the id changes all see the session",
    async () => {
	const ann = new Visitor();

	await ann.open();
	await ann.command("set", "secret");

	const headers = ann.headers();
	const responses = await Promise.all(Array.from({ length: 20 },
	    async (_, i) => site.call("answer.children",
	        [i % 5 === 2 ? "rotate" : "get"], { headers })));

	for (const response of responses) {
		assert.equal(outputOf(response), "secret");
		ann.take(response);
	}
	assert.equal(await ann.value(), "secret");
});

test("callbacks that write at the same time all do", async () => {
	const ann = new Visitor();
	const before = (await sessions()).length;

	await ann.open();

	const headers = ann.headers();

	for (const response of await Promise.all(Array.from({ length: 20 },
	    (_, i) => site.call("answer.children", ["set"],
	        { state: [i], headers }))))
		assert.equal(response.status, 200);
	assert.equal((await sessions()).length, before + 1);
	assert.equal(typeof await ann.value(), "number");
});

test("a session that was forgotten is over", async () => {
	const ann = new Visitor();
	const eve = new Visitor();

	await ann.open();
	await ann.command("set", "secret");
	eve.cookie = ann.cookie;

	const response = await ann.command("forget");

	assert.match(response.headers["set-cookie"][0],
	    /^lethe=; Path=\/; Max-Age=0; /);
	assert.equal(ann.cookie, undefined);

	const old = eve.cookie;

	assert.equal(await eve.value(), null);
	assert.notEqual(eve.cookie, old);
});

test("what was cached for a session goes with it", async () => {
	const ann = new Visitor();
	const cached = async () => {
		const result = await helpers.run(SESSION, ["store", "list",
			"--json"], { env: site.pool.env });

		assert.equal(result.status, 0, result.stderr);
		return JSON.parse(result.stdout).length;
	};

	await ann.open();
	await ann.command("set", 1);

	const before = await cached();

	await ann.command("memoize");
	assert.equal(await cached(), before + 1);
	await ann.command("forget");
	assert.equal(await cached(), before);
});

test("a page id is refused in another browser, and says so", async () => {
	const [ann, eve] = [new Visitor(), new Visitor()];

	await ann.open();
	await eve.open();
	assert.equal(outputOf(await ann.count()), 1);
	assertError(await eve.count(ann.page), 500, /reload the page/);
	assertError(await eve.count("1"), 500, /reload the page/);
	assertError(await eve.count(ann.cookie), 500, /reload the page/);
	assertError(await new Visitor().count(ann.page), 500,
	    /reload the page/);

	/* A second page of the same browser is of the same session. */
	const first = ann.page;

	assert.notEqual(await ann.open(), first);
	assert.equal(outputOf(await ann.count(first)), 2);
	assert.equal(outputOf(await ann.count()), 3);
	assert.equal(outputOf(await eve.count()), 1);
});

test("a value that is kept on the server comes back as it was",
    async () => {
	const ann = new Visitor();

	await ann.open();

	const response = await ann.call("kept.data", [50]);
	const reference = outputOf(response);

	assert.ok(response.text.length < 200);
	assert.deepEqual(Object.keys(reference), ["__lethe_stored__"]);
	assert.equal(outputOf(await ann.call("kept-sum.children",
	    [reference])), 50000);
	/* Another's, a made up one, and one that is gone. */
	const eve = new Visitor();

	await eve.open();
	await eve.command("set", 1);
	for (const [visitor, wrong] of [[eve, reference],
		[new Visitor(), reference],
		[ann, { __lethe_stored__: "0".repeat(32) }],
		[ann, { __lethe_stored__: "value" }]])
		assertError(await visitor.call("kept-sum.children", [wrong]),
		    500, /not there any more, or is another session's/);
	await ann.command("forget");
	assertError(await ann.call("kept-sum.children", [reference]), 500,
	    /not there any more/);
});

test("a session's own database is its own, and goes with it", async () => {
	const [ann, bob] = [new Visitor(), new Visitor()];
	const files = () => fs.readdirSync(path.join(site.pool.state,
	    "sessions"));

	await ann.open();
	await bob.open();
	for (const [visitor, value] of [[ann, "a"], [bob, "b"]]) {
		assert.equal(outputOf(await visitor.command("sql",
		    "CREATE TABLE t(x)")), null);
		assert.equal(outputOf(await visitor.command("sql",
		    `INSERT INTO t VALUES ('${value}')`)), null);
	}
	await ann.command("rotate");
	for (const [visitor, value] of [[ann, "a"], [bob, "b"]])
		assert.equal(outputOf(await visitor.command("sql",
		    "SELECT group_concat(x) FROM t")), value);
	assertError(await ann.command("sql", "SELECT y FROM t"), 500,
	    /no such column: y, .* on the session's database/);
	assertError(await ann.command("sql", "ATTACH 'x' AS y"), 500,
	    /reaches no other files/);
	assert.equal(files().length, 2);
	await ann.command("forget");
	assert.equal(files().length, 1);
	await bob.command("forget");
	assert.equal(files().length, 0);
});

test("a memoized value of a session is its own, and never shared",
    async () => {
	const [ann, bob] = [new Visitor(), new Visitor()];

	for (const [visitor, value] of [[ann, "a"], [bob, "b"]]) {
		await visitor.open();
		await visitor.command("set", value);
	}
	assertError(await ann.command("memoize_shared"), 500,
	    /all users share cannot be made from one visitor's session/);
	assertError(await bob.command("memoize_shared"), 500,
	    /cannot be made from|visitor's session/);
	for (const [visitor, value] of [[ann, "a"], [bob, "b"]]) {
		assert.equal(outputOf(await visitor.command("memoize")), value);
		await visitor.command("set", "later");
		await visitor.command("rotate");
		assert.equal(outputOf(await visitor.command("memoize")), value);
	}
	assert.equal(outputOf(await new Visitor().command("memoize")), null);
});

test("pages of other sites cannot use the session", async () => {
	const ann = new Visitor();

	await ann.open();
	for (const headers of [
		{ "sec-fetch-site": "cross-site", origin: "https://evil.example" },
		{ "sec-fetch-site": "same-site", origin: "http://x.localhost" },
		{ origin: "https://evil.example" },
		{ origin: "http://localhost.evil.example" },
		{ origin: "null" }]) {
		assertError(await ann.command("set", "evil", headers), 403,
		    /another origin/);
	}
	assert.equal(await ann.value(), null);
	for (const headers of [{},
		{ "sec-fetch-site": "same-origin", origin: "http://localhost" },
		{ "sec-fetch-site": "none" }, { origin: "http://localhost" }])
		assert.equal(outputOf(await ann.command("set", "good",
		    headers)), "good");
});

test("a handler that fails does not lose the new visitor's session",
    async () => {
	const ann = new Visitor();

	assertError(await ann.command("set_and_fail", 5), 500,
	    /asked to fail/);
	assert.equal(await ann.value(), 5);
});

test("an oversized value is an error that the handler sees", async () => {
	const own = await helpers.startSite(SESSION, { workers: 1,
		env: { LETHE_SESSION_BYTES: "2K" } });

	try {
		const ann = new Visitor(own);

		await ann.open();
		assertError(await ann.command("set", "x".repeat(3000)), 500,
		    /LETHE_SESSION_BYTES/);
		assert.equal(await ann.value(), null);
		assert.equal(outputOf(await ann.command("set", 1)), 1);
	} finally {
		await own.stop();
	}
});

test("a value that was damaged by hand is an error in words", async () => {
	const ann = new Visitor();

	await ann.open();
	await ann.command("set", "mark me");
	await sql(`UPDATE session_value SET value = '{"a":'
	    WHERE value = '"mark me"'`);
	assertError(await ann.command("get"), 500,
	    /changed by other hands.*set anew or deleted/);
	assert.equal(outputOf(await ann.command("set", "mended")), "mended");
	assert.equal(await ann.value(), "mended");
});

test("a worker that is killed loses no value that it confirmed",
    async () => {
	const own = await helpers.startSite(SESSION, { workers: 1 });

	try {
		const ann = new Visitor(own);

		await ann.open();
		assert.equal(outputOf(await ann.command("set", "kept")), "kept");
		for (const pid of own.pool.pids)
			helpers.signal(pid, "SIGKILL");
		await helpers.until(() => own.pool.alive().length === 0,
		    "the worker ends");
		await own.pool.start();
		assert.equal(await ann.value(), "kept");
	} finally {
		await own.stop();
	}
});

test("visitors without a value make no rows", async () => {
	const before = await sql("SELECT count(*) FROM session_id");

	for (let i = 0; i < 200; i++)
		await new Visitor().open();
	assert.equal(await sql("SELECT count(*) FROM session_id"), before);
});

test("a session without use ends", async () => {
	const own = await helpers.startSite(SESSION, { workers: 1,
		env: { LETHE_SESSION_IDLE: "10" } });

	try {
		const ann = new Visitor(own);

		await ann.open();
		await ann.command("set", "secret");
		await sql("UPDATE session SET seen_ms = seen_ms - 11000", own);

		const old = ann.cookie;

		assert.equal(await ann.value(), null);
		assert.notEqual(ann.cookie, old);
		await helpers.until(async () =>
		    (await sessions(own)).length === 0, "upkeep deletes it");
	} finally {
		await own.stop();
	}
});

test("the key is its owner's alone", () => {
	const status = fs.statSync(path.join(site.pool.state, "session.key"));

	assert.equal(status.mode & 0o777, 0o600);
});

test("people see sessions, but no ids", async () => {
	const list = await sessions();
	const text = await helpers.run(SESSION, ["store", "sessions"],
	    { env: site.pool.env, asWorker: true });

	assert.ok(list.length > 3);
	for (const each of list) {
		assert.match(each.session, /^[0-9a-f]{8}$/);
		assert.match(each.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
	}
	assert.equal(text.stdout.trim().split("\n").length, list.length + 1);
	assert.match(await sql("SELECT name, value FROM session_values"),
	    /clicks\|3/);
});

test("no log has an id", () => {
	const logs = [site.pool.log, site.nginx.accessLog,
		site.nginx.errorLog].map((file) => fs.readFileSync(file, "utf8"))
	    .join("\n").replace(/\?lethe=\S+/g, "");

	assert.ok(tokens.size > 20);
	for (const token of tokens)
		assert.ok(!logs.includes(token.split(".")[2]), "an id");
});

test("a database of a newer version is left alone, in words", async () => {
	const own = await helpers.startSite(SESSION, { workers: 1 });

	try {
		const ann = new Visitor(own);

		await ann.open();
		await ann.command("set", 1);
		await own.pool.stop();
		await sql("PRAGMA user_version = 99", own);
		await own.pool.start();
		assertError(await ann.command("get"), 500, /newer Lethe/);
		await own.pool.logLine("newer Lethe");
		assert.equal(await sql("SELECT count(*) FROM session", own),
		    "1\n");
	} finally {
		await own.stop();
	}
});
