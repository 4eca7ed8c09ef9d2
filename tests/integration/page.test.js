/*
 * page.test.js: the page, its assets, and the request and the response as the
 * app's code sees them, through nginx and as plain CGI.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const vm = require("node:vm");
const { assertError, assertOutputs, outputOf } = require("./check.js");
const { cgiResponse, params } = require("./fastcgi.js");
const helpers = require("./helpers.js");

const PAGE = helpers.built("tests/integration/apps/page");
const sites = new Map();
let folder;

/* The site of one of the apps in page.c; started when first asked for. */
async function site(name, prefix = "/") {
	if (!sites.has(name))
		sites.set(name, await helpers.startSite(PAGE, { workers: 1,
			prefix, env: { PAGE_APP: name,
			    LETHE_ASSETS: name === "assets" ? folder : "" } }));
	return sites.get(name);
}

function put(name, text) {
	const file = path.join(folder, name);

	fs.mkdirSync(path.dirname(file), { recursive: true });
	fs.writeFileSync(file, text);
	fs.utimesSync(file, 1700000000, 1700000000);
}

before(() => {
	folder = path.join(helpers.temporaryDirectory(), "assets");
	put("fn.js", "window.dash_clientside = { my_ns: { double(v) " +
	    "{ return 'double ' + 2 * v; } } };\n");
	put("style.css", "body { margin: 12px; }\n");
	put("mod.mjs", "/* mjs */\n");
	put("data.txt", "hello\n");
	put("ignored.js", "");
	put("x.min.css", "");
	put("sub/more.css", "");
	put("sub/a b&\"<.js", "");
	put("a/first.js", "");
	put(".secret/key.js", "");
	put("favicon.ico", "icon");
});

after(async () => {
	for (const each of sites.values())
		await each.stop();
	helpers.removeDirectory(path.dirname(folder));
});

function scriptOf(page, id) {
	const found = new RegExp(`<script id="${id}"[^>]*>([^]*?)</script>`)
	    .exec(page);

	assert.notEqual(found, null, `no script ${id}`);
	return found[1];
}

function configOf(page) {
	return JSON.parse(scriptOf(page, "_dash-config"));
}

/* The URLs of the page's tags of a kind, in order. */
function urlsOf(page, tag, attribute) {
	return [...page.matchAll(new RegExp(
	    `<${tag}[^>]*? ${attribute}="([^"]*)"`, "g"))]
	    .map((match) => match[1]);
}

/* ------------------------------------------------------------------------
 * Layouts
 */

test("a layout may be a list, and is made on every load", async () => {
	const list = await site("list");
	const first = (await list.get("_dash-layout")).json();
	const second = (await list.get("_dash-layout")).json();

	assert.deepEqual(first.map((each) => each.type), ["H1", "P"]);
	assert.notDeepEqual(first, second);
});

test("a constant layout is made once per process, without a request",
    async () => {
	const constant = await site("constant");
	const first = (await constant.get("_dash-layout?page=%2Fx")).json();

	assert.deepEqual((await constant.get("_dash-layout?page=%2Fy")).json(),
	    first);
	assert.equal(first[1].props.children, "/");
});

test("a layout that is a function is there to check callbacks against",
    async () => {
	const list = await site("list");
	const [first, second] = [await list.get(""), await list.get("")]
	    .map((page) => configOf(page.text));

	assert.equal(first.suppress_callback_exceptions, false);
	assert.deepEqual(first.validation_layout.map((each) => each.type),
	    ["H1", "P"]);
	assert.deepEqual(second, first);
});

test("a constant layout needs none, nor does who suppresses the check",
    async () => {
	for (const name of ["constant", "prefixed"]) {
		const page = (await (await site(name,
		    name === "prefixed" ? "/my/app/" : "/")).get("")).text;

		assert.equal("validation_layout" in configOf(page), false);
	}
});

test("a validation layout of the app's own is used, and cannot end the " +
    "script", async () => {
	const page = (await (await site("validation")).get("")).text;

	assert.deepEqual(configOf(page).validation_layout.props,
	    { id: "whole", children: "</script><b>&" });
	assert.doesNotMatch(scriptOf(page, "_dash-config"), /[<>]/);
});

for (const name of ["missing", "missing_constant"])
	test(`a layout that fails is told, the page is served: ${name}`,
	    async () => {
		const missing = await site(name);
		const page = await missing.get("");

		assert.equal(page.status, 200);
		assert.equal("validation_layout" in configOf(page.text), false);
		for (let i = 0; i < 2; i++)
			assertError(await missing.get("_dash-layout"), 500,
			    /^layout failed: the valve is stuck$/);
	});

test("a constant layout that crashes is answered, and the pool stays",
    async () => {
	const crashing = await site("crashing");

	for (let i = 0; i < 2; i++) {
		const id = assertError(await crashing.get("_dash-layout"), 500,
		    /layout/);

		assert.match(await crashing.pool.logLine(id), /layout/);
	}
	assert.equal((await crashing.get("")).status, 200);
});

test("check reports a layout that fails", async () => {
	const result = await helpers.run(PAGE, ["check"], { asWorker: true,
		env: { PAGE_APP: "missing", LETHE_ASSETS: "",
		    LETHE_STATE: (await site("missing")).pool.state } });

	assert.equal(result.status, 1);
	assert.match(result.stderr, /layout failed: the valve is stuck/);
});

/* ------------------------------------------------------------------------
 * The page
 */

test("the configuration has the recorded keys and values", async () => {
	const recorded = {
		url_base_pathname: "/my/app/",
		requests_pathname_prefix: "/my/app/",
		ui: false, props_check: false,
		disable_version_check: true, /* on purpose */
		show_undo_redo: false, suppress_callback_exceptions: true,
		update_title: "Updating...",
		serve_locally: true, dash_version: "4.3.0",
		python_version: "",
		dash_version_url:
		    "https://dash-version.plotly.com:8080/current_version",
		ddk_version: null, plotly_version: "5.4.0",
		validate_callbacks: false, csrf_token_name: "_csrf_token",
		csrf_header_name: "X-CSRFToken", plotly_cloud_installed: false,
	};
	const { children_props: components, ...config } = configOf(
	    (await (await site("prefixed", "/my/app/")).get("")).text);

	assert.deepEqual(config, recorded);
	assert.deepEqual(components.dash_core_components.Loading,
	    ["custom_spinner"]);
});

test("title, meta tags and external files are the app's", async () => {
	const page = (await (await site("prefixed", "/my/app/")).get("")).text;

	assert.match(page, /<title>Prefixed<\/title>/);
	assert.ok(page.includes('<meta name="description" ' +
	    'content="a &quot;quoted&quot; &lt;text&gt;">'));
	assert.ok(page.includes('<meta property="og:title" content="Prefixed">'));
	assert.deepEqual(page.match(/<meta name="viewport"[^>]*>/g),
	    ['<meta name="viewport" content="width=500">']);
	assert.equal(page.match(/<meta charset="utf-8">/g).length, 1);
	assert.ok(page.includes(' src="https://example.invalid/x.js" ' +
	    'integrity="sha384-x" crossorigin="anonymous"></script>'));
	assert.ok(page.includes(
	    ' src="/other.js" type="module" async></script>'));
	assert.ok(page.includes('<link rel="stylesheet" ' +
	    'href="https://example.invalid/x.css" media="print">'));
});

test("external scripts come before the renderer and after what they may need",
    async () => {
	const scripts = urlsOf((await (await site("prefixed", "/my/app/"))
	    .get("")).text, "script", "src");
	const at = (part) => scripts.findIndex((each) => each.includes(part));

	assert.ok(at("prop-types") < at("example.invalid"));
	assert.ok(at("example.invalid") < at("/other.js"));
	assert.ok(at("/other.js") < at("dash_renderer"));
});

test("the page knows what visitors are told of a failure", async () => {
	const noticeOf = async (name) => /_lethe-failures/.test(
	    (await (await site(name)).get("")).text) ?
	    JSON.parse(scriptOf((await (await site(name)).get("")).text,
		"_lethe-failures")) : undefined;

	assert.equal(await noticeOf("validation"), "Ask <Ann>.");
	assert.equal(await noticeOf("crashing"), false);
	assert.equal(await noticeOf("list"), undefined);
});

test("Lethe's icon is there when the app has none", async () => {
	const prefixed = await site("prefixed", "/my/app/");
	const [icon] = urlsOf((await prefixed.get("")).text,
	    'link rel="icon" type="image/x-icon"', "href");
	const file = await helpers.request(prefixed.nginx.socket,
	    { path: icon });

	assert.equal(icon, "/my/app/_favicon.ico");
	assert.equal(file.status, 200);
	assert.equal(file.headers["content-type"], "image/x-icon");
	assert.deepEqual([...file.body.subarray(0, 4)], [0, 0, 1, 0]);
});

test("nothing is watched when hot reload is off", async () => {
	const response = await (await site("list")).get("_reload-hash");

	assert.equal(response.headers["content-type"], "application/json");
	assert.deepEqual(response.json(), { files: [], hard: false,
		packages: ["dash", "plotly"], reloadHash: null });
});

test("a prefix has one way in", async () => {
	const { nginx } = await site("prefixed", "/my/app/");
	const ask = (target) => helpers.request(nginx.socket, { path: target });
	const bare = await ask("/my/app");

	assert.equal(bare.status, 308);
	assert.match(bare.headers.location, /\/my\/app\/$/);
	for (const target of ["/", "/_dash-layout", "/my/", "/my/apps/"])
		assert.equal((await ask(target)).status, 404, target);
	assert.equal((await ask("/my/app/x/y")).status, 200);
	assert.equal((await ask("/my/app/assets/x.css")).status, 404);
});

/* ------------------------------------------------------------------------
 * Assets, functions and a template of the app's own
 */

test("assets are loaded in Dash's order", async () => {
	const page = (await (await site("assets", "/assets.app/")).get("")).text;
	const mine = (url) => url.startsWith("/assets.app/assets/");

	assert.deepEqual(urlsOf(page, "script", "src").filter(mine), [
		"/assets.app/assets/fn.js?m=1700000000",
		"/assets.app/assets/mod.mjs?m=1700000000",
		"/assets.app/assets/a/first.js?m=1700000000",
		"/assets.app/assets/sub/a%20b%26%22%3C.js?m=1700000000"]);
	assert.deepEqual(urlsOf(page, 'link rel="stylesheet"', "href")
	    .filter(mine), ["/assets.app/assets/style.css?m=1700000000",
		"/assets.app/assets/sub/more.css?m=1700000000"]);
	assert.match(page, /mod\.mjs\?m=1700000000" type="module">/);
	assert.match(page,
	    /<link rel="icon"[^>]* href="\/assets\.app\/assets\/favicon\.ico\?m=/);
	assert.ok(page.indexOf("assets/fn.js") <
	    page.indexOf("dash_renderer"));
});

test("a file that is new is loaded with the next page", async () => {
	const app = await site("assets", "/assets.app/");

	put("zz-new.css", "");
	assert.match((await app.get("")).text, /zz-new\.css/);
	fs.rmSync(path.join(folder, "zz-new.css"));
	assert.doesNotMatch((await app.get("")).text, /zz-new\.css/);
});

for (const [name, type, content] of [
    ["fn.js", "text/javascript; charset=utf-8"],
    ["style.css", "text/css; charset=utf-8", "body { margin: 12px; }\n"],
    ["mod.mjs", "text/javascript; charset=utf-8", "/* mjs */\n"],
    ["data.txt", "text/plain; charset=utf-8", "hello\n"],
    ["favicon.ico", "image/x-icon", "icon"],
    ["sub/a%20b%26%22%3C.js?m=1", "text/javascript; charset=utf-8", ""]])
	test(`nginx serves the asset ${name}`, async () => {
		const file = await (await site("assets", "/assets.app/"))
		    .get(`assets/${name}`);

		assert.equal(file.status, 200);
		assert.equal(file.headers["content-type"], type);
		if (content !== undefined)
			assert.equal(file.text, content);
	});

for (const name of ["none", "", "sub/", ".secret/key.js",
    "sub/.x", "%2e%2e/assets/.secret/key.js"])
	test(`the asset "${name}" is missing`, async () => {
		const { status } = await (await site("assets", "/assets.app/"))
		    .get(`assets/${name}`);

		assert.ok([403, 404].includes(status), `${status}`);
	});

test("a template is the app's own, what it does not know stays", async () => {
	const page = (await (await site("assets", "/assets.app/")).get("")).text;

	assert.ok(page.includes("<p>{%unknown%} {% mine %}</p>"));
	assert.ok(page.includes('<div id="react-entry-point">'));
	assert.ok(page.trimEnd().endsWith("</footer></body></html>"));
	assert.equal(configOf(page).update_title, "");
});

test("functions for the browser are on the page, and can be run there",
    async () => {
	const app = await site("assets", "/assets.app/");
	const page = (await app.get("")).text;
	const callbacks = await app.callbacks();
	const nameOf = (output) => callbacks.find((each) =>
	    each.output === output).clientside_function;
	const data = "data:text/javascript;charset=utf-8,";
	const scripts = [...page.matchAll(
	    /<script nonce="[^"]+"(?: src="([^"]+)")?>([^]*?)<\/script>/g)]
	    .filter(([, src]) => src === undefined || src.startsWith(data))
	    .map(([, src, text]) => src === undefined ? text :
		decodeURIComponent(src.slice(data.length)));
	const window = { dash_clientside: { kept: 1 } };
	const errors = [];

	/* Before them the template's own. */
	assert.equal(scripts.shift(), "var own;");
	assert.equal(scripts.length, 3);
	for (const script of scripts)
		try {
			vm.runInNewContext(script, { window });
		} catch (error) {
			errors.push(error.name);
		}
	/* One is no JavaScript, which is not the other's problem. */
	assert.deepEqual(errors, ["SyntaxError"]);

	const { namespace, function_name: name } = nameOf("out.children");
	const inline = window.dash_clientside[namespace][name];

	assert.equal(namespace, "_dashprivate_clientside_funcs");
	assert.equal(inline(7), "inline 7");
	assert.equal(inline(1), "</sCript><!--<\\/script");
	assert.equal(window.dash_clientside[namespace][
	    nameOf("out4.children").function_name](8), "plain < 8");
	assert.equal(window.dash_clientside.kept, 1);
	assert.ok(page.indexOf("dash_clientside") <
	    page.indexOf("_dash-renderer\""));
	assert.deepEqual(nameOf("out2.children"),
	    { namespace: "my_ns", function_name: "double" });
});

test("a template that lacks a place, and other mistakes, are told",
    async () => {
	const result = await helpers.run(PAGE, ["check"], { asWorker: true,
		env: { PAGE_APP: "mistaken" } });

	assert.notEqual(result.status, 0);
	for (const reason of [/index_string lacks the place \{%app_entry%\}/,
	    /index_string lacks the place \{%scripts%\}/,
	    /index_string lacks the place \{%renderer%\}/,
	    /meta_tags: number 0 lacks its \.content/,
	    /index_string has <script>, .*nonce="\{%nonce%\}"/,
	    /assets_ignore "\(" is no POSIX extended/])
		assert.match(result.stderr, reason);
	assert.doesNotMatch(result.stderr, /config%/);
});

test("an assets folder that is not there is told", async () => {
	const result = await helpers.run(PAGE, ["check"], { asWorker: true,
		env: { PAGE_APP: "list", LETHE_ASSETS: "/nowhere" } });

	assert.notEqual(result.status, 0);
	assert.match(result.stderr, /LETHE_ASSETS is "\/nowhere"/);
});

/* ------------------------------------------------------------------------
 * The request
 */

const REQUEST = "/request/";

/* What the layout function saw. */
async function seenByLayout(target, headers = {}) {
	const response = await (await site("request", REQUEST))
	    .get(target, { headers });

	assert.equal(response.status, 200, response.text);
	return JSON.parse(response.json().props.title);
}

for (const [page, location, x] of [
    ["/request/", "/request/", null],
    ["/request/a%20b?x=1", "/request/a b", "1"],
    ["/request/?y=1&x=a+b%2B%26&x=2", "/request/", "a b+&"],
    ["/request/%C3%A4%00%ff?x=%F0%9F%98%80", "/request/\u00e4\ufffd\ufffd",
        "\u{1f600}"],
    ["/request/%2541?x=%2541", "/request/%41", "%41"],
    ["/request/?x", "/request/", ""],
    ["/request/\"<script>?x=\"<", "/request/\"<script>", "\"<"]])
	test(`the layout knows its page ${page}`, async () => {
		const seen = await seenByLayout(
		    `_dash-layout?page=${encodeURIComponent(page)}`);

		assert.equal(seen.path, location);
		assert.equal(seen.x, x);
	});

test("names in the query are decoded too", async () => {
	const seen = await seenByLayout("_dash-layout?page=" +
	    encodeURIComponent("/request/?%C3%A4+b=1"));

	assert.equal(seen.umlaut, "1");
});

for (const [target, referer, location, x] of [
    ["_dash-layout", "http://localhost/request/p?x=2#f", "/request/p", "2"],
    ["_dash-layout?page=%2Fq%3Fx%3D3", "http://localhost/request/p?x=2",
        "/q", "3"],
    ["_dash-layout?page=http://evil/", "http://localhost/request/p?x=2",
        "/request/p", "2"],
    ["_dash-layout", "http://localhost", "/request/", null],
    ["_dash-layout", "about:blank", "/request/", null],
    ["_dash-layout?page=", undefined, "/request/", null],
    [`_dash-layout?page=${encodeURIComponent(`/${"x".repeat(5000)}`)}`,
        undefined, `/${"x".repeat(5000)}`, null]])
	test(`${target.slice(0, 40)} with Referer ${referer} has a page`,
	    async () => {
		const seen = await seenByLayout(target,
		    referer === undefined ? {} : { referer });

		assert.equal(seen.path, location);
		assert.equal(seen.x, x);
	});

test("a handler knows page, headers, cookies and address", async () => {
	const app = await site("request", REQUEST);
	const seen = outputOf(await app.call("shown.data", [1], { headers: {
		referer: "https://host/request/deep/?x=a%20b",
		"accept-language": "de, en;q=0.5",
		cookie: "first=1; theme=dark; theme=light" } }));

	assert.equal(seen.path, "/request/deep/");
	assert.equal(seen.x, "a b");
	assert.equal(seen.language, "de, en;q=0.5");
	assert.equal(seen.content_type, "application/json");
	assert.equal(seen.cookie, "dark");
	assert.equal(seen.odd, null);
	assert.equal(typeof seen.address, "string");
});

test("what is not in the request is null", async () => {
	const seen = outputOf(await (await site("request", REQUEST))
	    .call("shown.data", [1]));

	assert.equal(seen.path, REQUEST);
	for (const name of ["x", "umlaut", "language", "odd", "cookie"])
		assert.equal(seen[name], null, name);
});

test("headers that are no UTF-8 reach the app as text", async () => {
	const app = await site("request", REQUEST);
	const seen = outputOf(await app.call("shown.data", [1],
	    { headers: { cookie: "theme=\u00e4" } }));

	assert.equal(seen.cookie, "\ufffd");
});

test("the page's path is not trusted to be short", async () => {
	const seen = outputOf(await (await site("request", REQUEST))
	    .call("shown.data", [1], { headers: {
		    referer: `http://localhost/${"%41".repeat(2600)}` } }));

	assert.equal(seen.path, `/${"A".repeat(2600)}`);
});

test("a tool has no request", async () => {
	const app = await site("request", REQUEST);
	const result = await helpers.run(PAGE, ["call", "set_cookies"], {
		asWorker: true, env: { ...app.pool.env },
		input: JSON.stringify(helpers.update(await app.callbacks(),
		    "cookies.data", [1])) });

	assert.equal(result.status, 0, result.stderr);
	assert.match(result.stdout, /"set"/);
});

/* ------------------------------------------------------------------------
 * The response
 */

async function setHeader(name, value, fail = false) {
	const app = await site("request", REQUEST);

	return app.call("header.data", [name, value, fail]);
}

test("a handler sets a header, also of a 204", async () => {
	const response = await setHeader("X-Custom", "some \u00fc text\t!");

	assert.equal(response.status, 204);
	assert.equal(Buffer.from(response.headers["x-custom"], "latin1")
	    .toString(), "some \u00fc text\t!");
});

test("what a handler that fails had set is gone", async () => {
	const response = await setHeader("X-Custom", "lost", true);

	assertError(response, 500, /asked to fail/);
	assert.equal(response.headers["x-custom"], undefined);
});

for (const [name, value, message] of [
    ["X-Custom", "a\r\nSet-Cookie: b=c", /control characters/],
    ["X-Custom", "a\nb", /control characters/],
    ["X-Custom", "a\rb", /control characters/],
    ["X-Custom\r\nA", "b", /header's name/],
    ["X Custom", "b", /header's name/],
    ["", "b", /header's name/],
    ["X-Custom:", "b", /header's name/],
    ["x".repeat(101), "b", /header's name/],
    ["Content-Length", "5", /Content-Length is Lethe's/],
    ["content-type", "text/html", /content-type is Lethe's/],
    ["Status", "200 OK", /Status is Lethe's/],
    ["Set-Cookie", "a=b", /lethe_response_cookie/],
    ["X-Accel-Redirect", "/etc/passwd", /X-Accel-Redirect is Lethe's/],
    ["X-Custom", "x".repeat(9000), /more than 8192 bytes/]])
	test(`the header ${JSON.stringify(name.slice(0, 20))}: ` +
	    `${JSON.stringify(value.slice(0, 20))} is refused`, async () => {
		const response = await setHeader(name, value);

		assertError(response, 500, message);
		assert.equal(response.headers["x-custom"], undefined);
		assert.equal(response.headers["set-cookie"], undefined);
	});

test("a header of 8,000 bytes goes through", async () => {
	assert.equal((await setHeader("X-Custom", "x".repeat(8000)))
	    .headers["x-custom"].length, 8000);
});

test("a handler sets cookies", async () => {
	const response = await (await site("request", REQUEST))
	    .call("cookies.data", [1]);

	assertOutputs(response, { cookies: { data: "set" } });
	assert.deepEqual(response.headers["set-cookie"], [
		"plain=a=b; Path=/request/; SameSite=Lax",
		"__Host-all=c; Path=/; Max-Age=60; HttpOnly; Secure; " +
		    "SameSite=Strict",
		"gone=; Path=/request/; Max-Age=0; SameSite=Lax"]);
});

test("a layout function sets cookies, unless it fails", async () => {
	const app = await site("request", REQUEST);
	const failed = await app.get("_dash-layout?page=%2F%3Ffail");

	assert.deepEqual((await app.get("_dash-layout"))
	    .headers["set-cookie"], ["seen=1; Path=/request/; SameSite=Lax"]);
	assertError(failed, 500, /asked to fail/);
	assert.equal(failed.headers["set-cookie"], undefined);
	assert.equal(failed.headers["x-failed"], undefined);
});

/* ------------------------------------------------------------------------
 * Server-Timing
 */

function timingOf(response) {
	const found = /^__dash_server;dur=([0-9.]+),handler;dur=([0-9.]+),store;dur=([0-9.]+)$/
	    .exec(response.headers["server-timing"]);

	assert.notEqual(found, null, response.headers["server-timing"]);
	return { total: Number(found[1]), handler: Number(found[2]),
		store: Number(found[3]) };
}

test("the time of a callback is told: in all, the handler's, the store's",
    async () => {
	const app = await site("request", REQUEST);
	const slow = timingOf(await app.call("slow.data", ["a"]));
	const cached = timingOf(await app.call("slow.data", ["a"]));

	/* 50 ms of its own and 100 ms of computing are not the store's. */
	assert.ok(slow.handler >= 150, JSON.stringify(slow));
	assert.ok(slow.total >= slow.handler);
	assert.ok(slow.store > 0 && slow.store <= slow.handler - 150,
	    JSON.stringify(slow));
	assert.ok(cached.handler >= 50, JSON.stringify(cached));
	assert.ok(cached.store > 0 && cached.store <= cached.handler - 50,
	    JSON.stringify(cached));
	assert.ok(cached.handler < slow.handler);
});

test("a 204 and a 500 tell their time too", async () => {
	for (const fail of [false, true]) {
		const { total, handler } = timingOf(
		    await setHeader("X-Custom", "a", fail));

		assert.ok(total >= handler);
	}
});

/* ------------------------------------------------------------------------
 * As plain CGI
 */

test("a CGI program knows page, cookies and its place", async () => {
	const state = (await site("request", REQUEST)).pool.state;
	const values = params({ path: "/request/_dash-layout" });

	delete values.DOCUMENT_URI;

	const result = await helpers.run(PAGE, [], { asWorker: true,
		encoding: "buffer", env: { ...values, PAGE_APP: "request",
			LETHE_STATE: state, LETHE_ASSETS: "",
			SCRIPT_NAME: "/cgi-bin/app",
			PATH_INFO: "/request/_dash-layout",
			QUERY_STRING: "page=%2Fcgi-bin%2Fapp%2Frequest%2F%3Fx%3D1",
			HTTP_COOKIE: "theme=dark" } });
	const response = cgiResponse(result.stdout);
	const seen = JSON.parse(response.json().props.title);

	assert.equal(response.status, 200);
	assert.equal(seen.path, "/cgi-bin/app/request/");
	assert.equal(seen.x, "1");
	assert.equal(seen.cookie, "dark");
	assert.equal(response.headers["set-cookie"],
	    "seen=1; Path=/cgi-bin/app/request/; SameSite=Lax");
});

/* ------------------------------------------------------------------------
 * Several apps under one nginx
 */

test("several apps live under one nginx, each with its pool", async () => {
	const directory = helpers.temporaryDirectory();
	const pools = ["request", "prefixed"].map((name) =>
	    new helpers.Pool(directory, name, PAGE, 1, { PAGE_APP: name,
		    LETHE_ASSETS: "",
		    LETHE_STATE: helpers.workerDirectory(
			path.join(directory, "state", name)) }));
	const nginx = new helpers.Nginx(directory);
	const ask = (target, options = {}) => helpers.request(nginx.socket,
	    { ...options, path: target });

	try {
		let locations = "";

		for (const pool of pools) {
			await pool.start();
			locations += await helpers.locations(PAGE, pool.socket,
			    pool.env);
		}
		await nginx.start(locations);
		assert.match((await ask("/request/")).text,
		    /<title>request<\/title>/);
		assert.match((await ask("/my/app/")).text,
		    /<title>Prefixed<\/title>/);
		assert.equal((await ask("/my/app")).status, 308);
		assert.equal((await ask("/")).status, 404);

		const dependencies = (await ask("/my/app/_dash-dependencies"))
		    .json();

		assertOutputs(await ask("/my/app/_dash-update-component/f", {
			method: "POST", body: helpers.update(dependencies,
			    "o.children", [1]),
			headers: { "content-type": "application/json" } }),
		{ o: { children: "None" } });

		/* One pool that is gone does not take the other with it. */
		await pools[0].stop();
		assert.equal((await ask("/request/")).status, 502);
		assert.equal((await ask("/my/app/")).status, 200);
	} finally {
		await nginx.stop();
		for (const pool of pools)
			await pool.stop();
		helpers.removeDirectory(directory);
	}
});
