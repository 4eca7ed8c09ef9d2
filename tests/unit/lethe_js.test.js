/* lethe_js.test.js: html/lethe.js, with a stand-in for the browser. */
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");
const vm = require("node:vm");

const source = fs.readFileSync(
    path.join(__dirname, "..", "..", "html", "lethe.js"), "utf8");

/* A page with this callback map (text; null: none); returns its parts. */
function page(mapText, location) {
	const sent = [];
	const answer = Promise.resolve("the answer");
	const window = {
		location,
		fetch(...args) {
			sent.push({ self: this, args });
			return answer;
		},
	};
	const document = {
		lookups: 0,
		getElementById(id) {
			document.lookups++;
			return id === "_lethe-callbacks" && mapText !== null ?
			    { textContent: mapText } : null;
		},
	};

	vm.runInNewContext(source, { window, document, URL });
	return { window, document, sent, answer };
}

function post(body) {
	return { method: "POST", headers: { a: "b" }, body };
}

/* The URL that goes out for a POST of `body` to `url`. */
function urlFor(url, body, map = { "graph.figure": "update_graph" }) {
	const { window, sent } = page(JSON.stringify(map));

	window.fetch(url, post(body));
	assert.strictEqual(sent.length, 1);
	return sent[0].args[0];
}

const PLAIN = "/app/_dash-update-component";
const NAMED = "/app/_dash-update-component/update_graph";

test("a callback's name is appended to its URL", () => {
	assert.strictEqual(urlFor(PLAIN,
	    '{"output":"graph.figure","inputs":[]}'), NAMED);
});

test("the name comes before the query string and the fragment", () => {
	const body = '{"output":"graph.figure"}';

	assert.strictEqual(urlFor(`${PLAIN}?job=1&u=_dash-update-component`, body),
	    `${NAMED}?job=1&u=_dash-update-component`);
	assert.strictEqual(urlFor(`${PLAIN}#x?y`, body), `${NAMED}#x?y`);
});

test("absolute, relative and URL-object addresses are understood", () => {
	const body = '{"output":"graph.figure"}';

	assert.strictEqual(urlFor(`https://example.org${PLAIN}`, body),
	    `https://example.org${NAMED}`);
	assert.strictEqual(urlFor("_dash-update-component", body),
	    "_dash-update-component/update_graph");
	assert.strictEqual(urlFor(new URL(`https://example.org${PLAIN}`), body),
	    `https://example.org${NAMED}`);
});

test("the method's case does not matter", () => {
	const { window, sent } = page('{"graph.figure":"update_graph"}');

	window.fetch(PLAIN, { method: "post", body: '{"output":"graph.figure"}' });
	assert.strictEqual(sent[0].args[0], NAMED);
});

test("outputs with quotes, backslashes and escapes are found", () => {
	const outputs = [
		'{"index":1,"type":"a\\"b"}.children',
		'end with backslash\\',
		'two\\\\',
		'a"b',
		"..a.b...c.d..",
		"caf\u00e9 \u2028.children",
		"",
	];

	for (const output of outputs) {
		for (const body of [
		    JSON.stringify({ output, outputs: [], x: 'z"' }),
		    JSON.stringify({ output }, null, 2),
		    JSON.stringify({ x: { output: "graph.figure" }, output })])
			assert.strictEqual(urlFor(PLAIN, body, { [output]: "found" }),
			    `${PLAIN}/found`, body);
	}
});

test("an output that comes first is found without parsing the body", () => {
	/* Cut off, so that parsing the whole would fail. */
	assert.strictEqual(urlFor(PLAIN,
	    '{"output":"graph.figure","inputs":[{"value":['), NAMED);
});

test("a name is escaped as a part of a URL", () => {
	assert.strictEqual(urlFor(PLAIN, '{"output":"o.p"}', { "o.p": "a/b?c" }),
	    `${PLAIN}/a%2Fb%3Fc`);
});

test("what is not understood goes out as it is", () => {
	const bodies = ["", "{", "null", "[]", "{}", '{"output":7}',
	    '{"output":null}', '{"output":"', '{"output":"graph.figure',
	    '{"output":"unknown.figure"}', '{"output":"__proto__"}',
	    '{"output":"toString"}', '{"output":"\\x"}', '"output"', "12"];

	for (const body of bodies)
		assert.strictEqual(urlFor(PLAIN, body), PLAIN, body);
	assert.strictEqual(urlFor(PLAIN, '{"output":"o.p"}', { "o.p": 7 }), PLAIN);
});

test("other requests go out untouched, to the last argument", () => {
	const { window, document, sent } = page('{"graph.figure":"x"}');
	const body = '{"output":"graph.figure"}';
	const form = { method: "POST", body: new URLSearchParams("a=b") };
	const cases = [
		["/app/_dash-layout"],
		["/app/_dash-layout", { method: "GET" }],
		["/app/x_dash-update-component", post(body)],
		["/app/_dash-update-component/", post(body)],
		["/app?_dash-update-component", post(body)],
		[PLAIN],
		[PLAIN, { method: "GET", body }],
		[PLAIN, { body }],
		[PLAIN, form],
		[PLAIN, null],
		[{ url: PLAIN, method: "POST" }],
		[],
	];

	for (const args of cases) {
		window.fetch(...args);
		const went = sent.pop();

		assert.strictEqual(went.args.length, args.length);
		went.args.forEach((arg, i) => assert.strictEqual(arg, args[i]));
		assert.strictEqual(went.self, window);
	}
	assert.strictEqual(document.lookups, 0);
});

test("options, further arguments and the answer pass through", () => {
	const { window, sent, answer } = page('{"graph.figure":"update_graph"}');
	const options = post('{"output":"graph.figure"}');

	assert.strictEqual(window.fetch(PLAIN, options, "more"), answer);
	assert.strictEqual(sent[0].self, window);
	assert.strictEqual(sent[0].args[0], NAMED);
	assert.strictEqual(sent[0].args[1], options);
	assert.strictEqual(sent[0].args[2], "more");
});

test("a page without a map, or with a broken one, keeps the plain URL", () => {
	for (const map of [null, "", "{", "null", "7", '"x"', "[]"]) {
		const { window, sent } = page(map);

		window.fetch(PLAIN, post('{"output":"graph.figure"}'));
		window.fetch(PLAIN, post('{"output":"length"}'));
		assert.deepStrictEqual(sent.map((s) => s.args[0]), [PLAIN, PLAIN]);
	}
});

test("a map that comes late on the page is used, and read once", () => {
	const { window, document, sent } = page(null);
	const absent = document.getElementById;
	let reads = 0;

	window.fetch(PLAIN, post('{"output":"graph.figure"}'));
	document.getElementById = () => {
		reads++;
		return { textContent: '{"graph.figure":"update_graph"}' };
	};
	window.fetch(PLAIN, post('{"output":"graph.figure"}'));
	window.fetch(PLAIN, post('{"output":"graph.figure"}'));
	document.getElementById = absent;
	assert.deepStrictEqual(sent.map((s) => s.args[0]), [PLAIN, NAMED, NAMED]);
	assert.strictEqual(reads, 1);
});

test("the layout is asked for with the page that it is for", () => {
	const cases = [
		["/app/x", "", "/app/_dash-layout?page=%2Fapp%2Fx"],
		["/app/%C3%A4", "?a=b&c=%20+d",
		    "/app/_dash-layout?page=%2Fapp%2F%25C3%25A4" +
		    "%3Fa%3Db%26c%3D%2520%2Bd"],
		["/app/", `?${"x".repeat(3000)}`,
		    `/app/_dash-layout?page=%2Fapp%2F%3F${"x".repeat(3000)}`],
		["/app/", `?${"x".repeat(4000)}`, "/app/_dash-layout"],
	];

	for (const [pathname, search, expected] of cases) {
		const { window, sent, answer } = page("{}",
		    { pathname, search });
		const options = { method: "GET", headers: { a: "b" } };

		assert.strictEqual(window.fetch("/app/_dash-layout", options),
		    answer);
		assert.strictEqual(sent[0].args[0], expected);
		assert.strictEqual(sent[0].args[1], options);
		assert.strictEqual(sent[0].self, window);
	}
});

test("no other URL gets the page", () => {
	const { window, sent } = page("{}", { pathname: "/", search: "" });

	for (const url of ["/_dash-dependencies", "/_dash-layout/",
	    "/x_dash-layout", "/_dash-layout?page=%2F", "/a?/b"]) {
		window.fetch(url, { method: "GET" });
		assert.strictEqual(sent.pop().args[0], url);
	}
	window.fetch("/_dash-layout", { method: "POST", body: "{}" });
	assert.strictEqual(sent.pop().args[0], "/_dash-layout");
});

test("a page without a location asks for the layout plainly", () => {
	const { window, sent } = page("{}");

	window.fetch("/_dash-layout", { method: "GET" });
	assert.strictEqual(sent[0].args[0], "/_dash-layout");
});

/* An element as far as lethe.js uses it. */
class Element {
	constructor(name) {
		Object.assign(this, { name, children: [], attributes: {},
			listeners: {}, text: "" });
	}

	get textContent() {
		return this.text +
		    this.children.map((each) => each.textContent).join("|");
	}

	set textContent(text) {
		this.text = text;
		this.children = [];
	}

	appendChild(element) {
		element.parent = this;
		this.children.push(element);
	}

	remove() {
		this.parent.children.splice(
		    this.parent.children.indexOf(this), 1);
	}

	setAttribute(name, value) {
		this.attributes[name] = value;
	}

	addEventListener(type, listener) {
		this.listeners[type] = listener;
	}
}

function respond(status, text) {
	const body = typeof text === "string" ? text : JSON.stringify(text);

	return { status, clone: () => ({ text: async () => body }) };
}

/*
 * A page that shows things, whose app has visitors told what is in `notice`
 * (JSON text).  ask(outputs) posts a callback's request; it returns how to
 * answer that.
 */
function visited(notice) {
	const pending = [];
	const body = new Element("body");
	const window = {
		fetch: () => new Promise((resolve, reject) =>
			pending.push({ resolve, reject })),
		location: { pathname: "/", search: "" },
	};
	const document = {
		body,
		createElement: (name) => new Element(name),
		getElementById: (id) => id === "_lethe-failures" &&
		    notice !== undefined ? { textContent: notice } : null,
	};
	const settled = () => new Promise((resolve) => setImmediate(resolve));
	const start = (...args) => {
		window.fetch(...args).catch(() => undefined);
		const { resolve, reject } = pending.pop();

		return {
			async answer(status, text = "") {
				resolve(respond(status, text));
				await settled();
			},
			async fail(error) {
				reject(error);
				await settled();
			},
		};
	};

	vm.runInNewContext(source, { window, document, URL, console });
	return {
		body,
		layout: () => start("/_dash-layout", { method: "GET" }),
		ask: (outputs) => start(PLAIN, post(JSON.stringify(
		    { output: "x", outputs, inputs: [] }))),
		texts: () => body.children.flatMap((bar) => bar.children[0]
		    .children.map((each) => each.textContent)),
	};
}

test("a failure is told, with the request, and can be closed", async () => {
	const page = visited();

	await page.ask("a").answer(500, { error: "no <b>table</b>",
		request: "r1" });
	assert.deepStrictEqual(page.texts(), ["no <b>table</b>", "r1"]);

	const [texts, button] = page.body.children[0].children;

	assert.strictEqual(texts.attributes.role, "alert");
	assert.strictEqual(button.attributes["aria-label"], "Close");
	button.listeners.click();
	assert.deepStrictEqual(page.body.children, []);
	await page.ask("a").answer(500, { error: "again", request: "r2" });
	assert.deepStrictEqual(page.texts(), ["again", "r2"]);
});

test("it goes when the same outputs are computed", async () => {
	const page = visited();

	await page.ask("a").answer(500, { error: "no" });
	await page.ask("b").answer(200);
	assert.deepStrictEqual(page.texts(), ["no"]);
	await page.ask("a").answer(204);
	assert.deepStrictEqual(page.body.children, []);
});

test("of several answers for the same outputs the last request's counts",
    async () => {
	const page = visited();
	const first = page.ask("a");
	const second = page.ask("a");

	await second.answer(200);
	await first.answer(500, { error: "late" });
	assert.deepStrictEqual(page.body.children, []);
});

test("many failures do not pile up", async () => {
	const page = visited();

	for (let i = 0; i < 20; i++)
		await page.ask(`same ${i}`).answer(500, { error: "same" });
	assert.deepStrictEqual(page.texts(), ["same"]);

	const shown = page.body.children[0].children[0].children[0];

	await page.ask("one more").answer(500, { error: "same" });
	assert.strictEqual(page.body.children[0].children[0].children[0],
	    shown, "it is not read out again");
	for (let i = 0; i < 9; i++)
		await page.ask(`other ${i}`).answer(500, { error: `m${i}` });
	assert.deepStrictEqual(page.texts(), ["same", "m0", "m1", "+ 7"]);
	assert.strictEqual(page.body.children.length, 1);
});

test("what is no answer of Lethe's is told by its status", async () => {
	for (const text of ["", "<h1>x", "null", "7", '{"error":7}']) {
		const page = visited();

		await page.ask("a").answer(502, text);
		assert.deepStrictEqual(page.texts(),
		    ["The server answered with status 502."]);
	}
});

test("a server that is gone is told, a request that was given up is not",
    async () => {
	const page = visited();

	await page.ask("a").fail(new DOMException("", "AbortError"));
	assert.deepStrictEqual(page.texts(), []);
	await page.ask("a").fail(new TypeError("Failed to fetch"));
	assert.deepStrictEqual(page.texts(), ["The server cannot be reached."]);
});

test("so is a layout that failed", async () => {
	const page = visited();

	await page.layout().answer(500, { error: "no table", request: "r1" });
	assert.deepStrictEqual(page.texts(), ["no table", "r1"]);
});

test("an app may have its own text shown, or none", async () => {
	const own = visited('"Ask Ann."');
	const silent = visited("false");

	for (const page of [own, silent]) {
		await page.ask("a").answer(500, { error: "no", request: "r1" });
		await page.ask("b").fail(new TypeError("Failed to fetch"));
	}
	assert.deepStrictEqual(own.texts(), ["Ask Ann.", "r1"]);
	assert.deepStrictEqual(silent.body.children, []);
});

test("a long message is cut", async () => {
	const page = visited();

	await page.ask("a").answer(500, { error: "x".repeat(100000) });
	assert.strictEqual(page.texts()[0].length, 1000);
});
