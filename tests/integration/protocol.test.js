/*
 * protocol.test.js: Dash's protocol through nginx, as the front end uses it.
 */
"use strict";

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { REQUEST_ID, assertError, assertOutputs, outputOf } =
    require("./check.js");
const helpers = require("./helpers.js");

const PREFIX = "/instruments/";
const UPDATE = "_dash-update-component";
let site;

before(async () => {
	site = await helpers.startSite(
	    helpers.built("tests/integration/apps/misdeeds"),
	    { prefix: PREFIX });
});

after(() => site && site.stop());

/* What an element of the page with this id has in it. */
function scriptOf(page, id) {
	const found = new RegExp(`<script id="${id}"[^>]*>([^]*?)</script>`)
	    .exec(page);

	assert.notEqual(found, null, `no script ${id}`);
	return found[1];
}

/* ------------------------------------------------------------------------
 * What the page is made of
 */

test("the layout is the component tree", async () => {
	const response = await site.get("_dash-layout");

	assert.equal(response.status, 200);
	assert.equal(response.headers["content-type"], "application/json");
	assert.equal(response.headers["cache-control"], "no-store");
	assert.match(response.headers["x-request-id"], REQUEST_ID);
	const { props: { children }, ...root } = response.json();

	assert.deepEqual(root,
	    { namespace: "dash_html_components", type: "Div" });
	assert.deepEqual(children.slice(0, 2), [
		{ namespace: "dash_html_components", type: "H1",
			props: { id: "sum", children: "Misdeeds" } },
		{ namespace: "dash_html_components", type: "P",
			props: { id: "difference", children: null,
				title: "a </script> & \"b\"" } },
	]);
});

test("the dependencies describe each callback", async () => {
	const response = await site.get("_dash-dependencies");
	const several = response.json().find((each) =>
	    each.output.includes("difference"));

	assert.equal(response.status, 200);
	assert.deepEqual(several, {
		output: "..sum.children...difference.children...sum.title..",
		inputs: [{ id: "a", property: "value" },
			{ id: "b", property: "value" }],
		state: [{ id: "factor", property: "value" }],
		clientside_function: null, prevent_initial_call: true,
		background: null, dynamic_creator: null, no_output: false,
		optional: false, hidden: false, websocket: false,
		persistent: false,
	});
	assert.equal(response.json().find((each) =>
	    each.output === "out-echo.children").prevent_initial_call, false);
});

test("the index page has the front end's configuration", async () => {
	const page = (await site.get("")).text;
	const config = JSON.parse(scriptOf(page, "_dash-config"));

	assert.equal(config.requests_pathname_prefix, PREFIX);
	assert.equal(config.disable_version_check, true);
	assert.deepEqual(config.children_props.dash_core_components.Tab,
	    ["label"]);
});

test("the index page names every callback's output", async () => {
	const page = (await site.get("")).text;
	const names = JSON.parse(scriptOf(page, "_lethe-callbacks"));

	assert.deepEqual(Object.keys(names),
	    (await site.callbacks()).map((each) => each.output));
	assert.equal(names["out-echo.children"], "echo");
});

test("nothing in the index page can end a script early", async () => {
	const page = (await site.get("")).text;

	for (const id of ["_dash-config", "_lethe-callbacks"])
		assert.doesNotMatch(scriptOf(page, id), /[<>]/);
	assert.match(page, /<title>Misdeeds &lt;\/title&gt; &amp; more<\/title>/);
});

test("the index page's scripts are there, in the front end's order",
    async () => {
	const page = (await site.get("")).text;
	const scripts = [...page.matchAll(
	    /<script nonce="[^"]+" src="([^"]+)"/g)]
	    .map((match) => match[1]);
	const order = ["polyfill", "react@", "react-dom", "prop-types",
		"lethe", "dash_renderer", "dash_core_components.",
		"dash_core_components-shared", "dash_html_components", "bundle"];

	assert.equal(scripts.length, order.length);
	for (const [index, script] of scripts.entries()) {
		assert.ok(script.startsWith(PREFIX), script);
		assert.ok(script.includes(order[index]),
		    `${script} where ${order[index]} belongs`);

		const file = await site.get(script.slice(PREFIX.length));

		assert.equal(file.status, 200, script);
		assert.match(file.headers["content-type"], /^text\/javascript/);
		assert.match(file.headers["cache-control"],
		    /max-age=31536000/, script);
		assert.ok(file.body.length > 100, script);
	}
	assert.ok(page.indexOf("new DashRenderer()") >
	    page.lastIndexOf("<script src="));
});

test("the index page's stylesheets are there", async () => {
	const page = (await site.get("")).text;
	const sheets = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)];

	assert.ok(sheets.length > 0);
	for (const [, sheet] of sheets) {
		const file = await site.get(sheet.slice(PREFIX.length));

		assert.equal(file.status, 200, sheet);
		assert.match(file.headers["content-type"], /^text\/css/);
	}
});

for (const path of ["", "some/where", "some/where?x=1", "%E2%98%83"])
	test(`GET of "${path}" is the index page`, async () => {
		const response = await site.get(path);

		assert.equal(response.status, 200);
		assert.equal(response.headers["content-type"],
		    "text/html; charset=utf-8");
		assert.match(response.text, /id="react-entry-point"/);
	});

for (const path of ["", "_dash-layout", "_dash-dependencies",
    "_dash-component-suites/dash/dcc/async-graph.js"])
	test(`HEAD of "${path}" has GET's headers and no body`, async () => {
		const [head, get] = [await site.get(path, { method: "HEAD" }),
			await site.get(path)];

		assert.equal(head.status, 200);
		assert.equal(head.body.length, 0);
		assert.equal(head.headers["content-type"],
		    get.headers["content-type"]);
		assert.equal(head.headers["cache-control"],
		    get.headers["cache-control"]);
	});

/* ------------------------------------------------------------------------
 * Files
 */

test("a front-end file can be asked for again by its ETag", async () => {
	const path = "_dash-component-suites/dash/dcc/async-graph.js";
	const first = await site.get(path);
	const again = await site.get(path,
	    { headers: { "if-none-match": first.headers.etag } });

	assert.equal(first.status, 200);
	assert.match(first.headers.etag, /^"/);
	assert.equal(again.status, 304);
	assert.equal(again.body.length, 0);
});

test("a front-end file is sent compressed to who can read that", async () => {
	const path = "_dash-component-suites/plotly/package_data/plotly.min.js";
	const plain = await site.get(path);
	const packed = await site.get(path,
	    { headers: { "accept-encoding": "gzip" } });

	assert.equal(packed.headers["content-encoding"], "gzip");
	assert.ok(packed.body.length < plain.body.length / 2);
	assert.ok(require("node:zlib").gunzipSync(packed.body)
	    .equals(plain.body));
});

for (const path of ["assets/nope.css", "assets/",
    "_dash-component-suites/dash/dcc/nope.js",
    "_dash-component-suites/nope/x.js",
    "_dash-component-suites/dash/dcc/nope.v4_5_0m1.js"])
	test(`the file ${path} is missing`, async () => {
		assert.equal((await site.get(path)).status, 404);
	});

for (const path of ["_dash-component-suites/..%2f..%2fstamp.json",
    "_dash-component-suites/dash/%2e%2e/%2e%2e/stamp.json",
    "_dash-component-suites/dash/..%2f..%2f..%2f..%2fetc/passwd",
    "_dash-component-suites//etc/passwd",
    "_dash-component-suites../stamp.json",
    "_dash-component-suites/..%00/stamp.json"])
	test(`no file outside is reached through ${path}`, async () => {
		const response = await site.get(path);

		assert.doesNotMatch(response.text, /root:|integrity|"files"/);
		assert.ok([200, 400, 404].includes(response.status));
		if (response.status === 200)
			assert.match(response.text, /id="react-entry-point"/);
	});

test("nothing is served outside the prefix", async () => {
	const response = await helpers.request(site.nginx.socket,
	    { path: "/elsewhere" });

	assert.equal(response.status, 404);
});

test("the prefix without its slash leads to the one with", async () => {
	const response = await helpers.request(site.nginx.socket,
	    { path: `${PREFIX.slice(0, -1)}?x=1` });

	assert.equal(response.status, 308);
	assert.equal(new URL(response.headers.location, "http://localhost").href,
	    `http://localhost${PREFIX}?x=1`);
});

/* ------------------------------------------------------------------------
 * Callbacks
 */

test("a callback has several outputs, and state", async () => {
	const response = await site.call(
	    "..sum.children...difference.children...sum.title..", [5, 3],
	    { state: [10] });

	assertOutputs(response, { sum: { children: 80, title: "even" },
		difference: { children: 20 } });
	assert.equal(response.headers["cache-control"], "no-store");
	assert.match(response.headers["x-request-id"], REQUEST_ID);
});

test("an output without update is left out", async () => {
	const response = await site.call(
	    "..sum.children...difference.children...sum.title..", [5, 2],
	    { state: [1] });

	assertOutputs(response,
	    { sum: { children: 7 }, difference: { children: 3 } });
});

test("no output with an update is an empty response", async () => {
	assertOutputs(await site.call("out-no_update.children", [1]), {});
});

test("PreventUpdate is a 204 without a body", async () => {
	const response = await site.call("out-prevent_update.children", [1]);

	assert.equal(response.status, 204);
	assert.equal(response.body.length, 0);
});

test("an undefined property is null", async () => {
	assertOutputs(await site.call("out-echo.children", []),
	    { "out-echo": { children: null } });
});

for (const text of ["null", "true", "0", "-1", "0.1", "1e300", "5e-324",
    "9007199254740993", "18446744073709551615", "\"\"",
    "\"\\u0000\\u001f\\\"\\\\/\"", "\"\u00e9\u2603\u{1f600}\"",
    "\"\\ud83d\\ude00\"", "[]", "{}", "[[[1,[2]]],{\"a\":{\"b\":[null]}}]",
    "{\"__proto__\":1,\"\":2}"])
	test(`the value ${text} comes back unchanged`, async () => {
		const body = JSON.stringify(helpers.update(await site.callbacks(),
		    "out-echo.children", ["VALUE"])).replace("\"VALUE\"", text);
		const response = await site.post(body);
		const echoed = /"children":([^]*)\}\}\}\s*$/.exec(response.text);

		assert.equal(response.status, 200, response.text);
		if (/^[-0-9]/.test(text))
			assert.equal(Number(echoed[1]), Number(text));
		else
			assert.deepEqual(JSON.parse(echoed[1]), JSON.parse(text));
		if (/^[0-9]+$/.test(text))
			assert.equal(echoed[1], text);
	});

test("0.1 is written in its shortest form", async () => {
	assert.match((await site.call("out-echo.children", [0.1])).text,
	    /"children":0\.1[},]/);
});

test("an input that is not asked for is not a problem", async () => {
	assertOutputs(await site.call("out-ignore_input.children",
	    [{ much: new Array(1000).fill("x") }]),
	    { "out-ignore_input": { children: "ignored" } });
});

test("what the start hook made can be read", async () => {
	assert.equal(outputOf(await site.call("out-read_table.children", [7])),
	    49);
});

test("a large response arrives whole", async () => {
	const size = 20 * 1024 * 1024;
	const text = outputOf(await site.call("out-large_response.children",
	    [size]));

	assert.equal(text.length, size);
	assert.match(text, /^x+$/);
});

/* ------------------------------------------------------------------------
 * A URL for each callback
 */

test("a callback has a URL of its own", async () => {
	assertOutputs(await site.call("out-echo.children", ["hello"],
	    { path: `${UPDATE}/echo` }), { "out-echo": { children: "hello" } });
});

test("a name in the URL that is not the body's callback is refused",
    async () => {
	const id = assertError(await site.call("out-echo.children", ["hello"],
	    { path: `${UPDATE}/sleep_for` }), 400, /sleep_for.*echo/);

	assert.match(await site.pool.logLine(id), /status=400/);
});

for (const name of ["nope", "", "echo/", "echo%00", "ECHO", "..%2fecho"])
	test(`no callback has the name "${name}"`, async () => {
		const response = await site.call("out-echo.children", ["hello"],
		    { path: `${UPDATE}/${name}` });

		assert.ok([400, 404, 405].includes(response.status),
		    `${response.status}`);
	});

test("an unknown callback's name is a 404 that says what to do", async () => {
	assertError(await site.call("out-echo.children", ["hello"],
	    { path: `${UPDATE}/nope` }), 404, /reload the page/);
});

/* ------------------------------------------------------------------------
 * Methods and types
 */

for (const [method, path, allowed] of [
    ["GET", UPDATE, "POST, OPTIONS"],
    ["PUT", UPDATE, "POST, OPTIONS"],
    ["DELETE", UPDATE, "POST, OPTIONS"],
    ["PATCH", UPDATE, "POST, OPTIONS"],
    ["GET", `${UPDATE}/echo`, "POST, OPTIONS"],
    ["POST", "_dash-layout", "GET, HEAD, OPTIONS"],
    ["PUT", "_dash-layout", "GET, HEAD, OPTIONS"],
    ["DELETE", "_dash-dependencies", "GET, HEAD, OPTIONS"],
    ["POST", "", "GET, HEAD, OPTIONS"],
    ["POST", "some/where", "GET, HEAD, OPTIONS"]])
	test(`${method} is not allowed on "${path}"`, async () => {
		const response = await site.request({ method, path, body: {},
			headers: { "content-type": "application/json" } });

		assertError(response, 405, /not allowed/);
		assert.equal(response.headers.allow, allowed);
	});

test("HEAD is not allowed on update-component", async () => {
	const response = await site.get(UPDATE, { method: "HEAD" });

	assert.equal(response.status, 405);
	assert.equal(response.headers.allow, "POST, OPTIONS");
	assert.equal(response.body.length, 0);
});

test("OPTIONS tells what is allowed", async () => {
	const update = await site.get(UPDATE, { method: "OPTIONS" });
	const layout = await site.get("_dash-layout", { method: "OPTIONS" });

	assert.equal(update.status, 204);
	assert.equal(update.headers.allow, "POST, OPTIONS");
	assert.equal(layout.status, 200);
	assert.equal(layout.headers.allow, "GET, HEAD, OPTIONS");
});

for (const type of ["text/plain", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x", "application/jsonp", ""])
	test(`a body of type "${type}" is refused`, async () => {
		assertError(await site.call("out-echo.children", [1],
		    { headers: { "content-type": type } }), 415,
		    /application\/json/);
	});

for (const type of ["application/json", "application/json; charset=utf-8",
    "Application/JSON;charset=UTF-8", "application/vnd.x+json"])
	test(`a body of type "${type}" is taken`, async () => {
		assertOutputs(await site.call("out-echo.children", [1],
		    { headers: { "content-type": type } }),
		    { "out-echo": { children: 1 } });
	});

/* ------------------------------------------------------------------------
 * Handlers that fail
 */

for (const [name, message] of [
    ["fail_with_message",
        /callback fail_with_message failed: cannot open the valve: stuck/],
    ["fail_without_message", /fail_without_message.*lethe_fail/],
    ["unset_output", /unset_output.*out-unset_output\.children/],
    ["set_twice",
        /set_twice failed: it set its output out-set_twice\.children twice/],
    ["set_unknown",
        /set_unknown failed: it set output number 7, but has 1/]])
	test(`${name} is a 500 that names the callback`, async () => {
		const response = await site.call(`out-${name}.children`, ["stuck"]);
		const id = assertError(response, 500, message);
		const line = await site.pool.logLine(id);

		assert.match(line, /level=error/);
		assert.match(line, /status=500/);
		assert.match(line, new RegExp(`callback=${name}\\b`));
	});

for (const [how, message] of [
    ["one value", /of 2 components here, .* not to a single value/],
    ["too few", /of 2 components here, .* not to one of another length/],
    ["too far", /component number 2 of its output .* which is of 2 here/],
    ["twice", /its output {"row":\["ALL"\]}\.title twice/],
    ["nothing", /did not set its output {"row":\["ALL"\]}\.title/]])
	test(`an output of several components set to ${how} is a 500`,
	    async () => {
		const rows = [1, 2].map((row) => ({ id: { row },
			property: "title" }));

		assertError(await site.post(JSON.stringify({
			output: "{\"row\":[\"ALL\"]}.title", outputs: rows,
			inputs: [{ id: "in-set_rows", property: "value",
				value: how }],
			changedPropIds: [] })), 500,
		    new RegExp(`callback set_rows failed: .*${message.source}`));
	});

test("a failed request is one line of the log, whatever its message",
    async () => {
	const response = await site.call("out-fail_with_message.children",
	    ["a\"b\\\n\u001b[31mlevel=fake \u2603"]);
	const id = response.headers["x-request-id"];

	assert.equal(response.status, 500);
	assert.match(response.json().error, /valve: a"b\\/);
	await site.pool.logLine(id);

	const lines = site.pool.logText().split("\n");

	assert.equal(lines.filter((line) => line.includes(id)).length, 1);
	for (const line of lines.slice(0, -1))
		assert.match(line, /^time=\S+ level=(error|warning) /);
	assert.doesNotMatch(site.pool.logText(), /\u001b/);
});

test("the log has neither cookies nor bodies", async () => {
	const response = await site.call("out-unset_output.children",
	    ["secret-in-body"], { headers: { cookie: "session=secret-cookie" } });

	await site.pool.logLine(response.headers["x-request-id"]);
	assert.doesNotMatch(site.pool.logText(), /secret/);
});

test("a response over the limit is a 500 that names the setting",
    async () => {
	const small = await helpers.startSite(
	    helpers.built("tests/integration/apps/misdeeds"),
	    { workers: 1, env: { LETHE_RESPONSE_LIMIT: "1M" } });

	try {
		assertError(await small.call("out-large_response.children",
		    [1024 * 1024]), 500, /LETHE_RESPONSE_LIMIT/);
		assert.equal((await small.call("out-large_response.children",
		    [1000 * 1000])).status, 200);
	} finally {
		await small.stop();
	}
});
