/*
 * tool.test.js: an app looked at from the shell.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const helpers = require("./helpers.js");

const MISDEEDS = helpers.built("tests/integration/apps/misdeeds");
const MISTAKEN = helpers.built("tests/integration/apps/mistaken");
const BASIC = helpers.built("tests/conformance/apps/basic");
/* What a build with sanitizers warns of whenever it starts. */
const OF_SANITIZERS = /there is no sandbox|the \.start hook allocates is not sealed/;
let directory, env;

before(() => {
	directory = helpers.temporaryDirectory();
	env = { LETHE_STATE: helpers.workerDirectory(
	    path.join(directory, "state")) };
});

after(() => helpers.removeDirectory(directory));

function tool(args, { app = MISDEEDS, settings = {}, ...rest } = {}) {
	return helpers.run(app, args,
	    { env: { ...env, ...settings }, asWorker: true, ...rest });
}

/* Lines, or findings, but for those of sanitizers. */
function essential(list) {
	return list.filter((each) => !helpers.isSanitized(BASIC) ||
	    !OF_SANITIZERS.test(each.message || each));
}

/* Runs a command that must go well and say nothing else; its output. */
async function output(args, options) {
	const result = await tool(args, options);

	assert.equal(result.status, 0, result.stderr);
	assert.equal(essential(result.stderr.split("\n")).join("\n"), "");
	return result.stdout;
}

function body(name, value) {
	const id = { in: `in-${name}`, out: `out-${name}` };

	return JSON.stringify({ output: `${id.out}.children`,
		outputs: { id: id.out, property: "children" },
		inputs: [{ id: id.in, property: "value", value }],
		changedPropIds: [] });
}

test("check finds nothing wrong with a good app", async () => {
	assert.match(await output(["check"], { app: BASIC }),
	    /^basic: 1 callback, nothing wrong\n$/);
});

test("check warns of variables that can be written", async () => {
	const result = await tool(["check"]);

	assert.equal(result.status, 0);
	assert.match(result.stdout, /misdeeds: [0-9]+ callbacks, nothing wrong/);
	for (const name of ["visits", "last_total", "counter"])
		assert.match(result.stderr,
		    new RegExp(`the variable ${name}\\b.*make it const`));
	assert.equal(result.stderr.trim().split("\n").filter((line) =>
	    line.includes("the variable ")).length, 3);
});

/* What is wrong with the app "mistaken": whose callback, and what. */
const MISTAKES = [
	["misspelt", /output answer\.childen: .* did you mean "children"\?/],
	["misspelt", /input nmae\.value: .* did you mean "name"\?/],
	["there", new RegExp("from\\.value -> callback there -> to\\.value -> " +
	    "callback back -> from\\.value")],
	["itself", /name\.value is its output and its input/],
	["unmatched", /has MATCH at the key "column"/],
	["overlapping", /can be of the same component/],
	["open", /not JavaScript: a '}' closes nothing/],
	[null, /layout: 2 components have the id "twin"/],
];

test("a process that is not sealed says so", async () => {
	const check = await tool(["--unsealed", "check", "--json"]);
	const layout = await tool(["--unsealed", "layout"]);

	assert.ok(JSON.parse(check.stdout).some((each) =>
	    each.severity === "warning" && /^UNSEALED /.test(each.message)));
	assert.equal(layout.status, 0);
	assert.match(layout.stderr, /warning.*UNSEALED \(LETHE_UNSEALED\)/);
});

/* With a sanitizer's malloc it cannot be. */
test("a process whose .start memory is not sealed says so", async () => {
	const unsealed = /what the \.start hook allocates is not sealed: this program was built with a sanitizer/;
	const isSealed = !helpers.isSanitized(MISDEEDS);
	const check = JSON.parse((await tool(["check", "--json"])).stdout);
	const layout = await tool(["layout"]);

	assert.deepEqual(check.filter((each) => unsealed.test(each.message))
	    .map((each) => each.severity), isSealed ? [] : ["warning"]);
	assert.equal(layout.status, 0);
	assert.equal(unsealed.test(layout.stderr), !isSealed);
});

test("check tells all mistakes, each in a line", async () => {
	const result = await tool(["check"], { app: MISTAKEN });
	const lines = essential(result.stderr.trim().split("\n"));

	assert.equal(result.status, 1);
	assert.equal(result.stdout, "");
	for (const [callback, message] of MISTAKES)
		assert.equal(lines.filter((line) => message.test(line) &&
		    line.startsWith(callback === null ? "mistaken: layout: "
		        : `mistaken: callback ${callback}: `)).length, 1,
		    `${message} in ${result.stderr}`);
	assert.equal(lines.length, MISTAKES.length);
});

test("check --json tells them as JSON", async () => {
	const result = await tool(["check", "--json"], { app: MISTAKEN });
	const findings = essential(JSON.parse(result.stdout));

	assert.equal(result.status, 1);
	assert.equal(result.stderr, "");
	assert.equal(findings.length, MISTAKES.length);
	for (const [callback, message] of MISTAKES)
		assert.equal(findings.filter((each) =>
		    each.severity === "mistake" &&
		    each.callback === callback &&
		    message.test(each.message)).length, 1, `${message}`);
});

test("check --json marks warnings, and lists nothing for a good app",
    async () => {
	const findings = JSON.parse((await tool(["check", "--json"])).stdout)
	    .filter((each) => each.message.includes("the variable "));

	assert.deepEqual(findings.map((each) => each.severity),
	    ["warning", "warning", "warning"]);
	assert.deepEqual(essential(JSON.parse(
	    await output(["check", "--json"], { app: BASIC }))), []);
});

test("check tells what it found before the layout crashed", async () => {
	const result = await tool(["check"],
	    { app: MISTAKEN, settings: { MISTAKEN_ABORT: "1" } });

	assert.equal(result.status, 1);
	assert.equal(result.signal, null);
	assert.match(result.stderr, /layout.*abort/);
	assert.match(result.stderr, /callback itself/);
});

test("check tells what is wrong with the settings too", async () => {
	const result = await tool(["check", "--json"],
	    { app: BASIC, settings: { LETHE_TIMEOUT: "soon" } });
	const [finding, ...more] = JSON.parse(result.stdout);

	assert.equal(result.status, 1);
	assert.deepEqual(more, []);
	assert.match(finding.message, /LETHE_TIMEOUT is "soon"/);
});

test("check needs no worker's socket and leaves none", async () => {
	await output(["check"], { app: BASIC });
	assert.deepEqual(fs.readdirSync(directory), ["state"]);
});

test("layout prints what the browser gets", async () => {
	const layout = JSON.parse(await output(["layout"], { app: BASIC }));

	assert.equal(layout.props.children[0].props.id, "my-input");
});

test("dependencies prints what the browser gets", async () => {
	const [only] = JSON.parse(await output(["dependencies"],
	    { app: BASIC }));

	assert.equal(only.output, "my-output.children");
});

test("call runs a callback", async () => {
	assert.deepEqual(JSON.parse(await output(["call", "echo"],
	    { input: body("echo", [1, "\u2603"]) })), { multi: true,
		response: { "out-echo": { children: [1, "\u2603"] } } });
});

test("call prints nothing when nothing is updated", async () => {
	assert.equal(await output(["call", "prevent_update"],
	    { input: body("prevent_update", 1) }), "");
});

for (const [args, input, message] of [
    [["call", "nope"], body("echo", 1), /no callback/],
    [["call", "sleep_for"], body("echo", 1), /sleep_for.*echo/],
    [["call", "echo"], "", /empty/],
    [["call", "echo"], "{", /JSON/],
    [["call", "fail_with_message"], body("fail_with_message", "stuck"),
        /cannot open the valve: stuck/],
    [["call", "write_global"], body("write_global", 1), /visits/],
    [["call", "segfault"], body("segfault", 0), /segfault/],
    [["call", "abort_now"], body("abort_now", 0), /abort_now/]])
	test(`${args.join(" ")} < ${input} says what is wrong`, async () => {
		const result = await tool(args, { input });

		assert.equal(result.status, 1, result.stderr);
		assert.equal(result.signal, null);
		assert.equal(result.stdout, "");
		assert.match(result.stderr, message);
	});

test("call refuses a body over the limit", async () => {
	const result = await tool(["call", "echo"],
	    { input: body("echo", "x".repeat(2000)),
	        settings: { LETHE_BODY_LIMIT: "1K" } });

	assert.equal(result.status, 1);
	assert.match(result.stderr, /LETHE_BODY_LIMIT/);
});

test("nginx prints a location for each callback, with the body limit",
    async () => {
	const text = await output(["nginx", "--socket", "/run/app.sock",
	    "--frontend", "/srv/frontend"],
	    { settings: { LETHE_PREFIX: "/m/", LETHE_BODY_LIMIT: "2M",
	        LETHE_TIMEOUT: "7" } });

	assert.match(text, /client_max_body_size 2097152;/);
	assert.match(text,
	    /location = \/m\/_dash-update-component\/echo \{/);
	assert.match(text, /fastcgi_pass unix:\/run\/app\.sock;/);
	assert.match(text, /alias "\/srv\/frontend\/suites\/";/);
	assert.match(text, /fastcgi_read_timeout 12s;/);
	assert.match(text, /return 308 \/m\//);
});

test("nginx takes a host and a port too", async () => {
	assert.match(await output(["nginx", "--socket", "127.0.0.1:9000"]),
	    /fastcgi_pass 127\.0\.0\.1:9000;/);
});

for (const args of [["nginx"], ["nginx", "--socket"],
    ["nginx", "--socket", "s", "--port", "1"], ["call"],
    ["call", "a", "b"], ["store"], ["store", "nope"],
    ["store", "stats", "--xml"], ["layout", "x"], ["check", "x"],
    ["check", "--json", "x"],
    ["dependencies", "x"], ["info", "x"]])
	test(`${args.join(" ")} shows the usage`, async () => {
		const result = await tool(args);

		assert.equal(result.status, 2, result.stderr);
		assert.ok(result.stderr.startsWith(
		    `usage: ${MISDEEDS} ${args[0]}`), result.stderr);
		assert.equal(result.stdout, "");
	});

for (const socket of ["a b", "a;b", "a\"b", "${x}", ""])
	test(`a socket "${socket}" cannot stand in a configuration`, async () => {
		const result = await tool(["nginx", "--socket", socket]);

		assert.equal(result.status, 1);
		assert.match(result.stderr, /cannot stand in nginx's/);
	});

test("store lists and counts what is cached", async () => {
	await output(["call", "count_computation"],
	    { input: body("count_computation", { fruit: "figs" }) });

	const list = JSON.parse(await output(["store", "list", "--json"]));
	const stats = JSON.parse(await output(["store", "stats", "--json"]));

	assert.equal(list.length, 1);
	assert.equal(list[0].function, "slow");
	assert.deepEqual(list[0].arguments, { fruit: "figs" });
	assert.ok(list[0].cost_ms > 200);
	assert.equal(stats.rows, 1);
	assert.equal(stats.threshold, 500);
	assert.match(await output(["store", "list"]), /slow \{"fruit":"figs"\}/);
	assert.match(await output(["store", "stats"]), /^rows +1$/m);
});

test("info prints what lists of apps show", async () => {
	assert.deepEqual(JSON.parse(await output(["info"],
	    { settings: { LETHE_PREFIX: "/m/" } })), { name: "misdeeds",
		title: "Misdeeds </title> & more", description: null,
		prefix: "/m/" });
});

for (const args of [["--help"], ["-h"], []])
	test(`"${args}" explains commands and settings`, async () => {
		const text = await output(args, { input: "" });

		for (const word of ["check", "layout", "dependencies", "call",
		    "nginx", "store", "info", "spawn-fcgi", "LETHE_STATE",
		    "LETHE_DATA", "LETHE_PREFIX", "LETHE_LOG", "LETHE_BODY_LIMIT",
		    "LETHE_RESPONSE_LIMIT", "LETHE_TIMEOUT", "LETHE_READ_TIMEOUT",
		    "LETHE_MEMORY_LIMIT", "LETHE_THRESHOLD", "LETHE_CACHE_BYTES",
		    "LETHE_DEFAULT_TIMEOUT"])
			assert.ok(text.includes(word), word);
	});

test("--version tells the app and Lethe's version", async () => {
	assert.match(await output(["--version"]),
	    /^misdeeds \(Lethe [0-9]+\.[0-9]+\.[0-9]+\)\n$/);
});

test("an unknown command is refused", async () => {
	const result = await tool(["serve"]);

	assert.equal(result.status, 2);
	assert.match(result.stderr, /no command "serve".*--help/);
	assert.equal(result.stdout, "");
});

test("output that cannot be written is an error", async () => {
	const full = fs.openSync("/dev/full", "w");
	const child = require("node:child_process").spawnSync(MISDEEDS,
	    ["dependencies"], { stdio: ["ignore", full, "pipe"],
	        env: helpers.environment(env), ...helpers.workerIds() });

	fs.closeSync(full);
	assert.equal(child.status, 1);
	assert.match(child.stderr.toString(), /could not be written/);
});
