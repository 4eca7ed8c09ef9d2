/*
 * cgi.test.js: the same program as plain CGI: parameters in the environment,
 * body on standard input, response on standard output.
 */
"use strict";

const assert = require("node:assert/strict");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { assertError, assertOutputs, outputOf } = require("./check.js");
const { cgiResponse, params } = require("./fastcgi.js");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");
const UPDATE = "/_dash-update-component";
let directory, state, log, dependencies;

before(async () => {
	directory = helpers.temporaryDirectory();
	state = helpers.workerDirectory(path.join(directory, "state"));
	log = path.join(state, "cgi.log");
	dependencies = (await cgi({ path: "/_dash-dependencies" })).json();
});

after(() => helpers.removeDirectory(directory));

/*
 * Runs the program as a web server does that has it mounted at /cgi-bin/app.
 * `size` overrides CONTENT_LENGTH.  Gives the response, with how it ended.
 */
async function cgi({ path: target, body = "", size, env = {}, args = [],
    ...rest }) {
	const bytes = Buffer.from(body);
	const values = params({ ...rest, path: target,
		size: size === undefined ? bytes.length : size });

	delete values.DOCUMENT_URI;

	const result = await helpers.run(MISDEEDS, args, { asWorker: true,
		encoding: "buffer", input: bytes, env: { ...values,
			SCRIPT_NAME: "/cgi-bin/app", PATH_INFO: target,
			LETHE_STATE: state, LETHE_LOG: log, ...env } });

	return { ...cgiResponse(result.stdout), exit: result.status,
		signal: result.signal, stderr: result.stderr.toString() };
}

function call(name, input, options = {}) {
	return cgi({ method: "POST", path: UPDATE, type: "application/json",
		body: JSON.stringify(helpers.update(dependencies,
		    `out-${name}.children`, [input])), ...options });
}

function logLines(id) {
	return require("node:fs").readFileSync(log, "utf8").split("\n")
	    .filter((line) => line.includes(id));
}

test("the layout", async () => {
	const response = await cgi({ path: "/_dash-layout" });

	assert.equal(response.status, 200);
	assert.equal(response.exit, 0);
	assert.equal(response.json().type, "Div");
});

test("arguments that a web server makes of the query start no command",
    async () => {
	for (const args of [["info"], ["store", "list"], ["--help"]]) {
		const response = await cgi({ path: "/_dash-layout", args });

		assert.equal(response.status, 200);
		assert.equal(response.json().type, "Div");
	}
});

test("the index page has URLs below where the program is mounted",
    async () => {
	const page = (await cgi({ path: "/" })).body.toString();
	const config = JSON.parse(/id="_dash-config"[^>]*>([^<]*)</
	    .exec(page)[1]);

	assert.equal(config.requests_pathname_prefix, "/cgi-bin/app/");
	assert.match(page,
	    /<script [^>]*src="\/cgi-bin\/app\/_dash-component-suites\//);
});

test("a program that is called without a path is the index page", async () => {
	const response = await cgi({ path: "" });

	assert.equal(response.status, 200);
	assert.equal(response.headers["content-type"],
	    "text/html; charset=utf-8");
});

test("HEAD has no body", async () => {
	const response = await cgi({ method: "HEAD", path: "/_dash-layout" });

	assert.equal(response.status, 200);
	assert.equal(response.body.length, 0);
});

test("a callback", async () => {
	const response = await call("echo", { a: ["\u2603"] });

	assertOutputs(response, { "out-echo": { children: { a: ["\u2603"] } } });
	assert.equal(response.exit, 0);
});

test("a callback by its name", async () => {
	assertOutputs(await call("echo", 1, { path: `${UPDATE}/echo` }),
	    { "out-echo": { children: 1 } });
});

test("PreventUpdate", async () => {
	const response = await call("prevent_update", 1);

	assert.equal(response.status, 204);
	assert.equal(response.body.length, 0);
});

test("what is memoized is there for the next process", async () => {
	const first = outputOf(await call("count_computation", 1));

	assert.equal(outputOf(await call("count_computation", 1)), first);
});

for (const [name, input, message] of [
    ["fail_with_message", "stuck", /cannot open the valve: stuck/],
    ["write_global", 1, /visits/],
    ...(helpers.isSanitized(MISDEEDS) ? [] :
        [["write_start_table", 1, /\.start hook/]]),
    ["segfault", 0, /segfault/],
    ["abort_now", 1, /abort_now/],
    ["overflow_stack", 1, /stack/],
    ["call_exit", 0, /exit/],
    ["loop_forever", 1, /loop_forever/]])
	test(`${name} is answered with the request's id`, async () => {
		const response = await call(name, input,
		    { env: { LETHE_TIMEOUT: "1" } });
		const id = assertError(response,
		    name === "loop_forever" ? 504 : 500, message);

		assert.equal(response.signal, null);
		assert.equal(logLines(id).length, 1);
		assert.match(logLines(id)[0], new RegExp(`callback=${name}\\b`));
	});

test("a body that is too large is refused unread", async () => {
	assertError(await call("echo", 1, { size: 64 * 1024 + 1,
		env: { LETHE_BODY_LIMIT: "64K" } }), 413, /LETHE_BODY_LIMIT/);
});

test("a body that ends too early is not acted on", async () => {
	assertError(await call("echo", 1, { size: 1000 }), 400,
	    /body ended after/);
});

for (const size of ["-1", "many"])
	test(`CONTENT_LENGTH ${size} is refused`, async () => {
		assertError(await call("echo", 1, { size }), 400,
		    /Content-Length/);
	});

test("bytes behind the body are not read as part of it", async () => {
	const body = JSON.stringify(helpers.update(dependencies,
	    "out-echo.children", [1]));

	assertOutputs(await cgi({ method: "POST", path: UPDATE,
		type: "application/json", body: `${body}garbage`,
		size: body.length }), { "out-echo": { children: 1 } });
});

test("a wrong method is refused", async () => {
	const response = await cgi({ path: UPDATE });

	assertError(response, 405);
	assert.equal(response.headers.allow, "POST, OPTIONS");
});

test("a setting that is wrong is told in words", async () => {
	const response = await cgi({ path: "/_dash-layout",
		env: { LETHE_TIMEOUT: "soon" } });

	assert.notEqual(response.exit, 0);
	assert.match(response.stderr, /LETHE_TIMEOUT is "soon"/);
});
