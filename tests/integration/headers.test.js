/*
 * headers.test.js: what browsers are told about a page and its answers, who
 * may ask, and what neither answers nor the log give away or let in.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { assertError } = require("./check.js");
const { exchange, request } = require("./fastcgi.js");
const helpers = require("./helpers.js");

const PAGE = helpers.built("tests/integration/apps/page");
const PREFIX = "/my/app/";
let site;

function start(env = {}) {
	return helpers.startSite(PAGE, { workers: 1, prefix: PREFIX,
		env: { PAGE_APP: "prefixed", LETHE_ASSETS: "", ...env } });
}

/* The page's headers with these settings. */
async function pageHeaders(env) {
	const other = await start(env);

	try {
		return (await other.get("")).headers;
	} finally {
		await other.stop();
	}
}

/* A policy as an object: its directives' sources. */
function directives(policy) {
	return Object.fromEntries(policy.split("; ").map((directive) => {
		const [name, ...sources] = directive.split(" ");

		return [name, sources];
	}));
}

before(async () => {
	site = await start();
});

after(() => site.stop());

test("every script of the page bears the nonce of its policy, which is new " +
    "each time", async () => {
	const pages = [await site.get(""), await site.get("")];
	const nonces = pages.map(({ headers }) =>
	    /'nonce-([^']+)'/.exec(headers["content-security-policy"])[1]);

	assert.notEqual(nonces[0], nonces[1]);
	pages.forEach(({ text }, index) => {
		const tags = text.match(/<script[^>]*>/g)
		    .filter((tag) => !tag.includes("application/json"));

		assert.match(nonces[index], /^[A-Za-z0-9+/]{24}$/);
		assert.ok(tags.length > 10);
		for (const tag of tags)
			assert.ok(tag.includes(`nonce="${nonces[index]}"`), tag);
	});
});

test("the policy allows scripts, styles and data of the page's own and of " +
    "declared origins", async () => {
	const own = directives((await site.get(""))
	    .headers["content-security-policy"]);

	for (const name of ["default-src", "script-src", "style-src", "img-src",
	    "font-src", "connect-src"])
		assert.deepEqual([own[name][0], own[name].at(-1)],
		    ["'self'", "https://example.invalid"], name);
	assert.deepEqual(own["script-src"].slice(2, -1), []);
	assert.match(own["script-src"][1], /^'nonce-/);
	assert.ok(own["style-src"].includes("'unsafe-inline'"));
	assert.ok(own["img-src"].includes("data:"));
	assert.deepEqual(own["frame-ancestors"], ["'self'"]);
	assert.deepEqual(own["base-uri"], ["'self'"]);
});

test("LETHE_CSP replaces the policy, with the nonce in its place, or switches " +
    "it off", async () => {
	const other = await start({ LETHE_CSP: "script-src 'nonce-{nonce}'; " +
	    "style-src 'nonce-{nonce}'" });

	try {
		const { headers, text } = await other.get("");
		const [, nonce] = / nonce="([^"]+)"/.exec(text);

		assert.equal(headers["content-security-policy"],
		    `script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`);
	} finally {
		await other.stop();
	}
	assert.equal((await pageHeaders({ LETHE_CSP: "off" }))
	    ["content-security-policy"], undefined);
});

test("who may have the page in a frame can be set", async () => {
	const headers = (await site.get("")).headers;
	const none = await pageHeaders({ LETHE_FRAME_ANCESTORS: "'none'" });
	const other = await pageHeaders({
		LETHE_FRAME_ANCESTORS: "'self' https://intranet.example.org" });

	assert.equal(headers["x-frame-options"], "SAMEORIGIN");
	assert.equal(none["x-frame-options"], "DENY");
	assert.match(none["content-security-policy"], /frame-ancestors 'none'$/);
	/* That header cannot say it. */
	assert.equal(other["x-frame-options"], undefined);
	assert.match(other["content-security-policy"],
	    /frame-ancestors 'self' https:\/\/intranet\.example\.org$/);
});

for (const [name, value, reason] of [
	["LETHE_CSP", "default-src 'self'\r\nX-Evil: 1", /LETHE_CSP must be/],
	["LETHE_FRAME_ANCESTORS", "'self'; script-src *", /FRAME_ANCESTORS is/],
	["LETHE_FRAME_ANCESTORS", "'self'\n", /FRAME_ANCESTORS is/]])
	test(`${name} cannot be ${JSON.stringify(value)}`, async () => {
		const { status, stderr } = await helpers.run(PAGE, ["check"],
		    { asWorker: true, env: { PAGE_APP: "prefixed",
			[name]: value } });

		assert.notEqual(status, 0);
		assert.match(stderr, reason);
	});

test("all answers say what browsers must not do with them", async () => {
	for (const response of [await site.get(""), await site.get("_dash-layout"),
	    await site.get("assets/none"), await site.post({})]) {
		const { headers } = response;

		assert.equal(headers["x-content-type-options"], "nosniff");
		if (headers["content-type"] !== "application/json")
			continue;
		assert.equal(headers["referrer-policy"], "same-origin");
		assert.equal(headers["cross-origin-resource-policy"],
		    "same-origin");
		assert.equal(headers["x-frame-options"], "DENY");
		assert.match(headers["content-security-policy"],
		    /^default-src 'none';/);
	}
});

test("pop-ups are kept apart where the connection is to be trusted",
    async () => {
	const policy = async (extra) => (await exchange(site.pool.socket,
	    request({ path: PREFIX, extra })))
	    .headers["cross-origin-opener-policy"];

	assert.equal(await policy({ HTTPS: "on" }), "same-origin-allow-popups");
	assert.equal(await policy({}), undefined);
});

test("a page of another origin may not post", async () => {
	const post = (headers) => site.call("o.children", ["x"], { headers });

	for (const headers of [
		{ "sec-fetch-site": "cross-site", origin: "https://evil.example" },
		{ "sec-fetch-site": "same-site", origin: "http://x.localhost" },
		{ origin: "https://evil.example" },
		{ origin: "http://localhost.evil.example" },
		{ origin: "http://localhost:81" },
		{ origin: "null" }])
		assertError(await post(headers), 403,
		    /another origin may not call this app/);
	for (const headers of [{},
		{ "sec-fetch-site": "same-origin", origin: "http://localhost" },
		{ "sec-fetch-site": "none" },
		{ origin: "http://localhost" }])
		assert.equal((await post(headers)).status, 200);
});

test("no answer tells a version of nginx", async () => {
	for (const target of ["", "_dash-layout", "assets/none",
	    "_dash-component-suites/none.js", "_dash-component-suites/",
	    "_favicon.ico"]) {
		const { headers, text } = await site.get(target);

		assert.equal(headers.server, "nginx", target);
		assert.doesNotMatch(text, /nginx\/\d/, target);
	}
});

test("what a request says cannot forge lines of the log", async () => {
	const forged = "x\ntime=2026 level=error message=forged\r\u001b[31m\u009b";
	const seen = site.pool.logText().length;

	for (const given of [
		{ DOCUMENT_URI: PREFIX + forged },
		{ REQUEST_ID: forged },
		{ CONTENT_LENGTH: forged },
		{ CONTENT_TYPE: forged, REQUEST_METHOD: "POST",
			DOCUMENT_URI: `${PREFIX}_dash-update-component/${forged}` },
		{ REQUEST_METHOD: forged,
			DOCUMENT_URI: `${PREFIX}_dash-update-component` }])
		await exchange(site.pool.socket, request({ extra: given }));
	await site.post({ output: forged, outputs: forged, inputs: [] });
	await site.post(`{"output":"x\n\u001b[31m`);
	await site.post({ output: "o.children", inputs: [{ id: forged,
	    property: forged }], outputs: { id: forged, property: forged } });

	const lines = site.pool.logText().slice(seen).split("\n").slice(0, -1);

	assert.ok(lines.length >= 4);
	for (const line of lines) {
		assert.match(line, /^time=\d{4}-\d\d-\d\dT[^ ]+ level=\w+ /);
		assert.doesNotMatch(line, /\p{Cc}/u);
	}
});

test("files come from the named folders alone", async () => {
	const folder = path.join(helpers.temporaryDirectory(), "assets");

	fs.mkdirSync(folder);
	fs.writeFileSync(path.join(folder, "in.txt"), "in");
	fs.writeFileSync(path.join(folder, "..", "out.txt"), "out");

	const other = await start({ LETHE_ASSETS: folder });

	try {
		assert.equal((await other.get("assets/in.txt")).text, "in");
		for (const target of ["assets../out.txt", "assets/../out.txt",
		    "assets/%2e%2e/out.txt", "assets/..%2fout.txt",
		    "assets/.%2e/out.txt", "assets//../../out.txt",
		    "assets/..%5cout.txt", "assets/in.txt/../../out.txt",
		    "_dash-component-suites../package.json",
		    "_dash-component-suites/../package.json",
		    "_dash-component-suites/..%2f..%2fpackage.json"]) {
			const { text } = await other.get(target);

			assert.doesNotMatch(text, /^out$|"dependencies"/, target);
		}
		for (const target of ["assets/", "_dash-component-suites/",
		    "_dash-component-suites/dash/"])
			assert.ok([403, 404].includes(
			    (await other.get(target)).status), target);
	} finally {
		await other.stop();
		helpers.removeDirectory(path.dirname(folder));
	}
});
