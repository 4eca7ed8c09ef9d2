/*
 * development.test.js: LETHE_DEBUG=1, behind a real web server: failures come
 * as pages that say where the code failed, and the page has Dash's dev tools.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { REQUEST_ID, assertError, outputOf } = require("./check.js");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");
const SOURCE = path.join(helpers.SOURCE, "tests/integration/apps/misdeeds.c");
const LINES = fs.readFileSync(SOURCE, "utf8").split("\n");
/* A sanitizer notices what is wrong before the kernel does, and moves the code
 * that a call returns to: then the function is right, not the line. */
const IS_EXACT = !helpers.isSanitized(MISDEEDS);
let site, pids;

before(async () => {
	site = await helpers.startSite(MISDEEDS,
	    { workers: 2, env: { LETHE_DEBUG: "1", LETHE_TIMEOUT: "2" } });
	pids = site.pool.alive();
});

after(() => site && site.stop());

/* What an error page says: its message and its calls. */
function read(response, status = 500) {
	assert.equal(response.status, status, response.text);
	assert.equal(response.headers["content-type"],
	    "text/html; charset=utf-8", response.text);
	/* The dev tools show as a page what begins so, and add to its head. */
	assert.match(response.text, /^<!doctype html>/);
	assert.match(response.text, /<\/head>/);

	const plain = (text) => text.replace("<pre>", " | ")
	    .replace(/<[^>]*>/g, "")
	    .replace(/&lt;/g, "<").replace(/&gt;/g, ">")
	    .replace(/&quot;/g, '"').replace(/&amp;/g, "&");
	const all = (pattern) => [...response.text.matchAll(pattern)]
	    .map((match) => plain(match[1]));

	assert.match(response.headers["x-request-id"], REQUEST_ID);
	assert.ok(response.text.includes(response.headers["x-request-id"]));
	return {
		title: all(/<h1>(.*?)<\/h1>/g)[0],
		message: all(/<p class="message">(.*?)<\/p>/g)[0],
		calls: all(/<li>(.*?)<\/li>/gs),
	};
}

/* A function and the only line of the source that has this text. */
function at(name, text) {
	const number = LINES.findIndex((line) => line.includes(text)) + 1;

	assert.ok(number > 0, `misdeeds.c has "${text}"`);
	return new RegExp(`^${name}\\b.*misdeeds\\.c:` +
	    `${IS_EXACT ? number : "\\d+"}\\b`, "s");
}

/* What to call, with which input, what the page must say, and the call that
 * must be the first of those that have a line. */
const FAILURES = [
	["write_global", 1, /visits/, at("write_global", "visits++")],
	["segfault", 0, IS_EXACT ? /segmentation fault/ : /segfault/, at("segfault", "*nowhere = 1")],
	["abort_now", 1, /abort/, at("abort_now", "\tabort();")],
	["call_exit", 3, /exit\(3\)/, at("call_exit", "exit((int)integer")],
	["overflow_stack", 1, /stack/, /^descend.*misdeeds\.c:\d+/s],
	["loop_forever", 1, /longer than/, /^loop_forever.*misdeeds\.c:\d+/s],
	["jump_nowhere", 1, /crashed/, at("jump_nowhere", "nowhere();")],
	["fail_with_message", "stuck", /valve: stuck/,
	    at("fail_with_message", '"cannot open the valve')],
	["fail_within", 1, /deep <down>/, at("fail_deeper", "deep <down>")],
	["compute_failing", 1, /does not answer/,
	    /^compute_and_fail.*misdeeds\.c:\d+ \| return lethe_fail\(/s],
	["fail_without_message", 1, /without lethe_fail/,
	    /^fail_without_message.*misdeeds\.c:\d+/s],
	["set_unknown", 1, /./, /^set_unknown.*misdeeds\.c:\d+/s],
];

for (const [name, input, message, place] of FAILURES)
	test(`${name}: the page says what and where`, async () => {
		const response = await site.call(`out-${name}.children`, [input]);
		const page = read(response, name === "loop_forever" ? 504 : 500);

		assert.equal(page.title, `Callback ${name} failed`);
		assert.match(page.message, message);

		const calls = page.calls.filter((call) =>
		    call.includes("misdeeds.c:"));

		assert.match(calls[0] || page.calls.join("; "), place);
		/* From the place to the app's function, and no further. */
		assert.match(page.calls.at(-1),
		    name === "overflow_stack" ? /^descend/ :
		    new RegExp(`^${name}\\b`));
		assert.ok(!page.calls.some((call) =>
		    /run_worker|run_handler|^main\b/.test(call)));
		assert.deepEqual(site.pool.alive(), pids);
	});

test("a call in the trace comes with its line of the source", async () => {
	const page = read(await site.call("out-fail_within.children", [1]));

	assert.equal(page.calls.length, 2, page.calls.join("; "));
	assert.match(page.calls[0], /return lethe_fail\(call, "deep <down>"\)/);
	assert.match(page.calls[1], IS_EXACT ?
	    /if \(fail_deeper\(call\) != LETHE_OK\)/ : /^fail_within\b/);
});

test("the log says where, too", async () => {
	for (const [name, input] of [["write_global", 1], ["fail_within", 1]]) {
		const response = await site.call(`out-${name}.children`, [input]);
		const line = await site.pool.logLine(
		    response.headers["x-request-id"]);

		assert.match(line, /\(\w+, \S*misdeeds\.c:\d+\)/);
	}
});

test("callbacks that do well are as in production", async () => {
	assert.equal(outputOf(await site.call("out-echo.children", ["x"])), "x");
});

test("without addr2line the functions have their names", async () => {
	const bare = await helpers.startSite(MISDEEDS, { workers: 1,
		env: { LETHE_DEBUG: "1", PATH: "/nonexistent" } });

	try {
		const page = read(await bare.call("out-write_global.children",
		    [1]));

		assert.match(page.calls[0], /^write_global misdeeds/);
		assert.match(read(await bare.call("out-fail_within.children",
		    [1])).calls[0], /^fail_deeper .*misdeeds\.c:\d+/);
	} finally {
		await bare.stop();
	}
});

test("the page has the dev tools, and asks whether the program is another",
    async () => {
	const page = await site.get("");
	const config = JSON.parse(/id="_dash-config"[^>]*>([^<]*)</
	    .exec(page.text)[1]);

	assert.equal(config.ui, true);
	assert.equal(config.props_check, true);
	assert.deepEqual(config.hot_reload, { interval: 3000, max_retry: 8 });
	assert.match(page.text, /dcc\/proptypes\.v/);

	const reload = (await site.get("_reload-hash")).json();

	assert.match(reload.reloadHash, /^[0-9a-f]{32}$/);
	assert.deepEqual(reload, { files: [], hard: true,
		packages: ["dash", "plotly"], reloadHash: reload.reloadHash });
	/* The same from every worker, and after a crash. */
	await site.call("out-segfault.children", [0]);
	for (let i = 0; i < 6; i++)
		assert.deepEqual((await site.get("_reload-hash")).json(), reload);
});

test("a program that was replaced has another hash", async () => {
	const directory = helpers.temporaryDirectory();
	const copy = path.join(directory, "misdeeds");
	const hashes = new Set();

	for (let i = 0; i < 2; i++) {
		fs.copyFileSync(MISDEEDS, `${copy}.new`);
		fs.renameSync(`${copy}.new`, copy);
		const other = await helpers.startSite(copy,
		    { workers: 1, env: { LETHE_DEBUG: "1" } });

		hashes.add((await other.get("_reload-hash")).json().reloadHash);
		await other.stop();
	}
	helpers.removeDirectory(directory);
	assert.equal(hashes.size, 2);
});

test("files of the assets folder that were changed change the hash; styles " +
    "alone are listed", async () => {
	const folder = path.join(helpers.temporaryDirectory(), "assets");
	const at = (name) => path.join(folder, name);
	const times = (name, time) => fs.utimesSync(at(name), time, time);

	fs.mkdirSync(folder);
	for (const name of ["a b.css", "c.css", "d.js"]) {
		fs.writeFileSync(at(name), "");
		times(name, 1e9);
	}

	const own = await helpers.startSite(MISDEEDS, { workers: 2,
		env: { LETHE_DEBUG: "1", LETHE_ASSETS: folder } });
	const ask = async () => (await own.get("_reload-hash")).json();
	const hashes = new Set();

	try {
		const before = await ask();

		assert.deepEqual(before.files, []);
		hashes.add(before.reloadHash);
		/* The program itself may be what was changed last. */
		const styles = await helpers.until(async () => {
			times("c.css", new Date());

			const answer = await ask();

			return answer.files.length > 0 && answer;
		}, "styles are listed");
		const modified = fs.statSync(at("c.css")).mtimeMs;

		assert.deepEqual(styles.files, [
			{ is_css: true, modified: 1e12, url: "/assets/a%20b.css" },
			{ is_css: true, modified: Math.floor(modified),
				url: "/assets/c.css" }]);
		assert.equal(styles.hard, true);
		hashes.add(styles.reloadHash);
		times("d.js", new Date());
		for (const change of [() => {}, () => times("a b.css", 1e9 + 1),
			() => fs.rmSync(at("c.css"))]) {
			change();

			const { files, reloadHash } = await ask();

			assert.deepEqual(files, []);
			hashes.add(reloadHash);
		}
		assert.equal(hashes.size, 5);
	} finally {
		await own.stop();
		helpers.removeDirectory(path.dirname(folder));
	}
});

test("production shows no trace, no dev tools and no hash", async () => {
	const plain = await helpers.startSite(MISDEEDS, { workers: 1 });

	try {
		for (const name of ["write_global", "fail_within"]) {
			const response = await plain.call(`out-${name}.children`, [1]);

			assertError(response, 500);
			assert.doesNotMatch(response.text, /misdeeds\.c/);
		}
		const page = await plain.get("");

		assert.match(page.text, /"ui":false/);
		assert.doesNotMatch(page.text, /proptypes|hot_reload/);
		assert.equal((await plain.get("_reload-hash")).json().reloadHash,
		    null);
	} finally {
		await plain.stop();
	}
});

test("LETHE_DEBUG has two values", async () => {
	const result = await helpers.run(MISDEEDS, ["dependencies"],
	    { env: { LETHE_DEBUG: "yes" } });

	assert.equal(result.status, 1);
	assert.match(result.stderr, /LETHE_DEBUG is "yes": it must be 1/);
});

test("a worker tells the app's mistakes when it starts", async () => {
	const page = helpers.built("tests/integration/apps/page");
	const other = await helpers.startSite(page, { prefix: "/assets.app/",
		env: { LETHE_DEBUG: "1", PAGE_APP: "assets" } });

	try {
		await other.pool.logLine("callback=broken");
	} finally {
		await other.stop();
	}
});
