/*
 * fastcgi.test.js: a worker and peers that speak FastCGI badly, late or not
 * at all.  There is one worker, so that whoever holds it holds everybody; it
 * must be the same process in the end.
 */
"use strict";

const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const { after, afterEach, before, test } = require("node:test");
const { assertError, assertOutputs, outputOf } = require("./check.js");
const fastcgi = require("./fastcgi.js");
const helpers = require("./helpers.js");

const { Connection, ROLE, TYPE, begin, pairs, params, record, stream } =
    fastcgi;
/* Silence of a second is too long for this worker. */
const SILENCE_MS = 1000;
const LAYOUT = { path: "/_dash-layout" };
let directory, pool, dependencies;

before(async () => {
	directory = helpers.temporaryDirectory();
	pool = await new helpers.Pool(directory, "app",
	    helpers.built("tests/integration/apps/misdeeds"), 1,
	    { LETHE_READ_TIMEOUT: "1", LETHE_BODY_LIMIT: "1M" }).start();
	dependencies = (await fastcgi.exchange(pool.socket,
	    fastcgi.request({ path: "/_dash-dependencies" }))).json();
});

/* Whatever a test did: the same worker serves the next peer. */
afterEach(async () => {
	const [pid] = pool.pids;

	assert.equal(outputOf(await call("out-sleep_for.children", [0])), pid);
});

after(async () => {
	if (pool !== undefined)
		await pool.stop();
	helpers.removeDirectory(directory);
});

/* A callback's request, and the call itself on a connection of its own. */
function callBytes(output, inputs, options = {}) {
	return fastcgi.request({ method: "POST", path: "/_dash-update-component",
		type: "application/json", ...options,
		body: JSON.stringify(helpers.update(dependencies, output, inputs)) });
}

function call(output, inputs, options) {
	return fastcgi.exchange(pool.socket, callBytes(output, inputs, options));
}

function send(...pieces) {
	return fastcgi.exchange(pool.socket, Buffer.concat(pieces));
}

/* Sends, says that no more will come, and waits for the end. */
async function sendAndEnd(...pieces) {
	const connection = await Connection.open(pool.socket);

	await connection.send(Buffer.concat(pieces));
	connection.endSending();
	return connection.response();
}

function paramsBytes(options) {
	return pairs(params(options));
}

/* ------------------------------------------------------------------------
 * Requests in unusual pieces
 */

test("a good request is answered and the connection closed", async () => {
	const response = await send(fastcgi.request(LAYOUT));

	assert.equal(response.status, 200);
	assert.equal(response.ended, true);
	assert.equal(response.protocolStatus, 0);
});

test("the request's own id is in all records of the answer", async () => {
	const response = await send(fastcgi.request({ ...LAYOUT, id: 4711 }));

	assert.equal(response.status, 200);
	for (const each of response.records)
		assert.equal(each.id, 4711);
});

test("parameters and body may come in records of one byte", async () => {
	const body = JSON.stringify(helpers.update(dependencies,
	    "out-echo.children", ["\u2603"]));
	const bytes = paramsBytes({ method: "POST", type: "application/json",
		path: "/_dash-update-component", size: Buffer.byteLength(body) });
	const single = (type, content) => Buffer.concat([...content].map(
	    (byte) => record(type, 1, [byte])));

	assertOutputs(await send(begin(), single(TYPE.PARAMS, bytes),
	    record(TYPE.PARAMS, 1), single(TYPE.STDIN, Buffer.from(body)),
	    record(TYPE.STDIN, 1)), { "out-echo": { children: "\u2603" } });
});

test("a request may come in many small writes", async () => {
	const bytes = callBytes("out-echo.children", ["slowly"]);
	const connection = await Connection.open(pool.socket);

	for (let at = 0; at < bytes.length; at += 7)
		await connection.send(bytes.subarray(at, at + 7));
	assertOutputs(await connection.response(),
	    { "out-echo": { children: "slowly" } });
});

test("records may be padded", async () => {
	const padded = (type, content) => {
		const bytes = Buffer.concat([record(type, 1, content),
			Buffer.alloc(255, 0xaa)]);

		bytes[6] = 255;
		return bytes;
	};

	assert.equal((await send(begin(), padded(TYPE.PARAMS, paramsBytes(LAYOUT)),
	    record(TYPE.PARAMS, 1), record(TYPE.STDIN, 1))).status, 200);
});

test("a body of a megabyte arrives whole", async () => {
	const text = crypto.randomBytes(350 * 1024).toString("hex");

	assertOutputs(await call("out-echo.children", [text]),
	    { "out-echo": { children: text } });
});

/* ------------------------------------------------------------------------
 * Requests that are not whole
 */

for (const [name, cut] of [["within a parameter's value", 40],
    ["within a length", 1], ["within a name", 8]])
	test(`parameters that break off ${name} are not acted on`, async () => {
		const response = await sendAndEnd(begin(), record(TYPE.PARAMS, 1,
		    paramsBytes(LAYOUT).subarray(0, cut)));

		assert.notEqual(response.status, 200);
	});

test("parameters whose stream does not end are not acted on", async () => {
	const response = await sendAndEnd(begin(),
	    record(TYPE.PARAMS, 1, paramsBytes(LAYOUT)));

	assert.notEqual(response.status, 200);
});

test("parameters that are cut but ended are not acted on", async () => {
	const response = await send(begin(), stream(TYPE.PARAMS, 1,
	    paramsBytes(LAYOUT).subarray(0, -5)), record(TYPE.STDIN, 1));

	assert.notEqual(response.status, 200);
});

test("a parameter longer than its stream is not acted on", async () => {
	const response = await send(begin(), stream(TYPE.PARAMS, 1,
	    Buffer.from([0xff, 0xff, 0xff, 0xff, 0x01, 65, 66])),
	    record(TYPE.STDIN, 1));

	assert.notEqual(response.status, 200);
});

for (const [name, end] of [["is ended", record(TYPE.STDIN, 1)],
    ["breaks off", Buffer.alloc(0)]])
	test(`a body that ${name} too early is not acted on`, async () => {
		const body = JSON.stringify(helpers.update(dependencies,
		    "out-echo.children", ["x"]));

		/* The part is good JSON: only its size tells. */
		assertError(await sendAndEnd(begin(), stream(TYPE.PARAMS, 1,
		    paramsBytes({ method: "POST", type: "application/json",
		        path: "/_dash-update-component",
		        size: body.length + 10 })),
		    record(TYPE.STDIN, 1, body), end), 400, /body ended after/);
	});

test("a body that breaks off within a record is not acted on", async () => {
	const bytes = callBytes("out-echo.children", ["x"]);

	assertError(await sendAndEnd(bytes.subarray(0, -20)), 400,
	    /body ended after/);
});

test("what comes after the body is no second request", async () => {
	const response = await send(
	    callBytes("out-echo.children", ["first"]),
	    callBytes("out-echo.children", ["second"]));

	assertOutputs(response, { "out-echo": { children: "first" } });
	assert.equal(response.records.filter((each) =>
	    each.type === TYPE.END_REQUEST).length, 1);
});

test("a body longer than CONTENT_LENGTH is no second request", async () => {
	const inner = fastcgi.request({ path: "/_dash-dependencies" });
	const body = JSON.stringify(helpers.update(dependencies,
	    "out-echo.children", ["x"]));
	const response = await send(begin(), stream(TYPE.PARAMS, 1,
	    paramsBytes({ method: "POST", type: "application/json",
	        path: "/_dash-update-component", size: body.length })),
	    stream(TYPE.STDIN, 1, Buffer.concat([Buffer.from(body), inner])));

	assertOutputs(response, { "out-echo": { children: "x" } });
	assert.equal(response.records.filter((each) =>
	    each.type === TYPE.END_REQUEST).length, 1);
});

for (const size of ["-1", "ten", "99999999999999999999999", "0x10", "1 "])
	test(`CONTENT_LENGTH "${size}" is refused`, async () => {
		assertError(await send(begin(), stream(TYPE.PARAMS, 1,
		    paramsBytes({ method: "POST", type: "application/json",
		        path: "/_dash-update-component", size })),
		    record(TYPE.STDIN, 1)), 400, /Content-Length/);
	});

test("a body without CONTENT_LENGTH is refused", async () => {
	assertError(await send(begin(), stream(TYPE.PARAMS, 1,
	    paramsBytes({ method: "POST", type: "application/json",
	        path: "/_dash-update-component" })),
	    stream(TYPE.STDIN, 1, "{}")), 400, /empty/);
});

test("a request without a method is refused", async () => {
	const values = params(LAYOUT);

	delete values.REQUEST_METHOD;
	assertError(await send(begin(),
	    stream(TYPE.PARAMS, 1, pairs(values)), record(TYPE.STDIN, 1)), 405);
});

test("a request without any parameter is refused", async () => {
	const response = await send(begin(), record(TYPE.PARAMS, 1),
	    record(TYPE.STDIN, 1));

	assert.ok(response.status >= 400);
});

test("a path longer than is kept is refused", async () => {
	assertError(await send(fastcgi.request(
	    { path: `/${"a".repeat(5000)}` })), 414);
});

test("four thousand parameters are no problem", async () => {
	const extra = {};

	for (let i = 0; i < 4000; i++)
		extra[`HTTP_X_${i}`] = "value";
	assert.equal((await send(fastcgi.request({ ...LAYOUT, extra }))).status,
	    200);
});

test("a parameter of a megabyte is refused", async () => {
	assertError(await send(fastcgi.request({ ...LAYOUT,
		extra: { HTTP_COOKIE: "c".repeat(1024 * 1024) } })), 431);
});

test("a path outside the prefix is a 404 in JSON", async () => {
	assertError(await send(fastcgi.request({ path: "nowhere" })), 404);
});

test("the web server's request id is kept", async () => {
	const id = "0123456789abcdef0123456789abcdef";
	const response = await send(fastcgi.request({ ...LAYOUT,
		extra: { REQUEST_ID: id } }));

	assert.equal(response.headers["x-request-id"], id);
});

for (const id of ["short", "0123456789abcdeg", "a".repeat(33),
    "01234567\r\nX-Evil: 1", "01234567 level=fake", ""])
	test(`the request id ${JSON.stringify(id)} is not kept`, async () => {
		const response = await send(fastcgi.request({ ...LAYOUT,
			extra: { REQUEST_ID: id } }));

		assert.match(response.headers["x-request-id"], /^[0-9a-f]{16}$/);
		assert.equal(response.headers["x-evil"], undefined);
	});

/* ------------------------------------------------------------------------
 * Peers that are silent, or go away
 */

/* Leaves a connection silent after these bytes, while another peer calls. */
async function besideSilence(...pieces) {
	const silent = await Connection.open(pool.socket);
	const begun = Date.now();

	try {
		await silent.send(Buffer.concat(pieces));
		assertOutputs(await call("out-echo.children", ["other"]),
		    { "out-echo": { children: "other" } });
		assert.ok(Date.now() - begun < 6 * SILENCE_MS,
		    `${Date.now() - begun} ms`);
	} finally {
		silent.destroy();
	}
}

test("a peer that says nothing holds a worker only for a while",
    () => besideSilence(Buffer.alloc(0)));

test("so does one that stops within a record's head",
    () => besideSilence(Buffer.from([1, 1, 0])));

test("so does one that stops within the parameters", () => besideSilence(
    begin(), record(TYPE.PARAMS, 1, paramsBytes(LAYOUT).subarray(0, 30))));

test("so does one that stops within the body", () => besideSilence(
    callBytes("out-echo.children", ["x"]).subarray(0, -20)));

test("so does one that never closes after its answer", async () => {
	const idle = await Connection.open(pool.socket, { lingers: true });
	const begun = Date.now();

	await idle.send(fastcgi.request({ ...LAYOUT, keep: true }));
	assertOutputs(await call("out-echo.children", ["other"]),
	    { "out-echo": { children: "other" } });
	assert.ok(Date.now() - begun < 6 * SILENCE_MS);
	idle.destroy();
});

test("several silent peers are left one after the other", async () => {
	const silent = await Promise.all([1, 2, 3].map(
	    () => Connection.open(pool.socket)));

	assertOutputs(await call("out-echo.children", ["other"]),
	    { "out-echo": { children: "other" } });
	for (const each of silent)
		each.destroy();
});

/*
 * Sends `bytes`, and then `more` again and again, never silent for long, to a
 * worker that gives each request a second.  Others are served all the same.
 */
async function besideChatter(bytes, more) {
	const own = await new helpers.Pool(directory, "impatient",
	    helpers.built("tests/integration/apps/misdeeds"), 1,
	    { LETHE_TIMEOUT: "1" }).start();
	const chatty = await Connection.open(own.socket, { lingers: true });
	const begun = Date.now();
	let timer;

	try {
		await chatty.send(bytes);
		timer = setInterval(() => chatty.send(more), 50);

		const response = await fastcgi.exchange(own.socket,
		    fastcgi.request(LAYOUT));

		assert.equal(response.status, 200);
		assert.ok(Date.now() - begun < 6000, `${Date.now() - begun} ms`);
		assert.deepEqual(own.alive(), own.pids);
	} finally {
		clearInterval(timer);
		chatty.destroy();
		await own.stop();
	}
}

test("a peer that never gets done with its body is given up",
    () => besideChatter(callBytes("out-echo.children",
    ["x".repeat(100000)]).subarray(0, 1000), "x"));

test("a peer that never gets done with its parameters is given up",
    () => besideChatter(begin(), record(TYPE.PARAMS, 1, [1, 1, 65, 66])));

test("a peer that goes on sending after its answer is given up",
    () => besideChatter(fastcgi.request(LAYOUT), Buffer.alloc(100)));

/* Sends and is gone. */
async function vanish(...pieces) {
	const connection = await Connection.open(pool.socket);

	await connection.send(Buffer.concat(pieces));
	connection.destroy();
}

test("a peer that vanishes at once is no problem",
    () => vanish(Buffer.alloc(0)));

test("a peer that vanishes within its request is no problem", () => vanish(
    callBytes("out-echo.children", ["x"]).subarray(0, -20)));

test("a peer that vanishes while its handler runs is no problem",
    async () => {
	await vanish(callBytes("out-sleep_for.children", [300]));
	await pool.logLine("went away before the response");
});

test("a peer that vanishes within its response is no problem", async () => {
	const connection = await Connection.open(pool.socket);

	await connection.send(callBytes("out-large_response.children",
	    [20 * 1024 * 1024]));
	await helpers.until(() => connection.received.length > 0,
	    "the response begins");
	connection.destroy();
});

/* ------------------------------------------------------------------------
 * Peers that do not speak FastCGI, or another dialect of it
 */

for (const [name, bytes] of [
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ["TLS", Buffer.from("1603010200010001fc0303", "hex")],
    ["zeros", Buffer.alloc(64)],
    ["a version that is not 1", Buffer.concat([Buffer.from([2]),
        fastcgi.request(LAYOUT).subarray(1)])],
    ["noise", crypto.createHash("sha512").update("noise").digest()],
    ["a body before any request", stream(TYPE.STDIN, 1, "{}")],
    ["parameters before any request", stream(TYPE.PARAMS, 1, "xx")],
    ["a begin record that is too short",
        record(TYPE.BEGIN_REQUEST, 1, [0, 1, 0])],
    ["a begin record that is too long",
        record(TYPE.BEGIN_REQUEST, 1, Buffer.alloc(400, 1))],
    ["an end of its own", record(TYPE.END_REQUEST, 1, Buffer.alloc(8))]])
	test(`a peer that sends ${name} gets no page`, async () => {
		const response = await sendAndEnd(bytes);

		assert.notEqual(response.status, 200);
	});

test("much noise is no problem", async () => {
	for (let i = 0; i < 50; i++) {
		const noise = crypto.createHash("sha512").update(`${i}`).digest();

		/* Half of it begins like a request. */
		await sendAndEnd(i % 2 === 0 ? begin() : Buffer.alloc(0),
		    Buffer.from([1, 1 + i % 12, 0, 1, 0, 40, 0, 0]), noise);
	}
});

test("an aborted request is given up", async () => {
	await sendAndEnd(begin(), record(TYPE.PARAMS, 1,
	    paramsBytes(LAYOUT)), record(TYPE.ABORT_REQUEST, 1));
});

test("a request aborted within its body is not acted on", async () => {
	const body = JSON.stringify(helpers.update(dependencies,
	    "out-echo.children", ["x"]));
	const response = await sendAndEnd(begin(), stream(TYPE.PARAMS, 1,
	    paramsBytes({ method: "POST", type: "application/json",
	        path: "/_dash-update-component", size: body.length })),
	    record(TYPE.STDIN, 1, body.slice(0, 20)),
	    record(TYPE.ABORT_REQUEST, 1));

	assert.notEqual(response.status, 200);
});

for (const [name, role] of [["authorizer", ROLE.AUTHORIZER],
    ["filter", ROLE.FILTER], ["nothing", 0], ["something unknown", 99]])
	test(`a worker is asked in vain to be ${name}`, async () => {
		const response = await sendAndEnd(begin(1, { role }),
		    stream(TYPE.PARAMS, 1, paramsBytes(LAYOUT)),
		    record(TYPE.STDIN, 1));

		assert.notEqual(response.status, 200);
	});

test("a worker tells that it takes one request at a time", async () => {
	const response = await sendAndEnd(record(TYPE.GET_VALUES, 0,
	    pairs({ FCGI_MPXS_CONNS: "" })), fastcgi.request(LAYOUT));
	const values = response.records.find((each) =>
	    each.type === TYPE.GET_VALUES_RESULT);

	assert.match(values.content.toString("latin1"), /FCGI_MPXS_CONNS0/);
	assert.equal(response.status, 200);
});

test("a management record of an unknown type is named so", async () => {
	const response = await sendAndEnd(record(77, 0), fastcgi.request(LAYOUT));

	assert.equal(response.records[0].type, TYPE.UNKNOWN_TYPE);
	assert.equal(response.status, 200);
});

test("a second request woven into the first gets no answer", async () => {
	const response = await sendAndEnd(begin(1), begin(2),
	    stream(TYPE.PARAMS, 1, paramsBytes(LAYOUT)), record(TYPE.STDIN, 1));

	assert.equal(response.records.filter((each) => each.id === 2 &&
	    each.type === TYPE.STDOUT).length, 0);
});

test("a web server that wants to keep its connection may not", async () => {
	const response = await send(
	    fastcgi.request({ ...LAYOUT, keep: true }),
	    fastcgi.request({ ...LAYOUT, keep: true, id: 2 }));

	assert.equal(response.status, 200);
	assert.equal(response.records.filter((each) =>
	    each.type === TYPE.END_REQUEST).length, 1);
});
