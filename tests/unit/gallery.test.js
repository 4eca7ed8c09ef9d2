/*
 * gallery.test.js: what html/gallery.js makes of the example apps, and how
 * long these are.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");

const SOURCE = path.resolve(__dirname, "../..");
const HANDLERS = path.join(SOURCE, "handlers");
const { draw, highlight, render } = require(`${SOURCE}/html/gallery.js`);

/* All lines of an app, and of those that are longer yet; none may grow. */
const LINE_LIMIT = 150;
const LONGER = { explorer: 370, signal: 252, weather: 185 };

/* The folders of apps, and the files in each; others are what they share. */
const APPS = fs.readdirSync(HANDLERS).map((name) => ({
	name,
	files: fs.readdirSync(path.join(HANDLERS, name))
	    .map((file) => path.join(HANDLERS, name, file)),
})).filter(({ name, files }) =>
	files.includes(path.join(HANDLERS, name, "main.c")));

function read(file) {
	return fs.readFileSync(file, "utf8");
}

function textOf(html) {
	return html.replace(/<[^>]*>/g, "").replace(/&#(\d+);/g,
	    (all, code) => String.fromCharCode(code));
}

for (const { name, files } of APPS)
	test(`${name} is short enough to be read`, () => {
		const lines = files.reduce((sum, file) =>
			sum + read(file).split("\n").length - 1, 0);
		const limit = LONGER[name] ?? LINE_LIMIT;

		assert.ok(lines < limit, `${lines} lines, not below ${limit}`);
	});

test("the gallery has a card for every app", () => {
	const page = render(path.join(SOURCE, "html/gallery.html"));

	assert.deepEqual(
	    Array.from(page.matchAll(/^\{\{#app (\w+)\}\}$/gm), (found) => found[1])
	        .sort(), APPS.map(({ name }) => name));
});

test("highlighting changes no character", () => {
	for (const { files } of APPS)
		for (const file of files)
			assert.equal(textOf(highlight(read(file))), read(file));
});

test("comments, strings and words get their colour", () => {
	assert.equal(highlight('#include <a.h>\nif (x < 0x1f) /* "if" */\n\t"/*"'),
	    '<span class="directive">#include</span> ' +
	    '<span class="string">&#60;a.h&#62;</span>\n' +
	    '<span class="keyword">if</span> (x &#60; ' +
	    '<span class="number">0x1f</span>) ' +
	    '<span class="comment">/* &#34;if&#34; */</span>\n\t' +
	    '<span class="string">&#34;/*&#34;</span>');
});

test("a drawing tells in words what it shows", () => {
	const svg = draw("a", [["browser", "process", "x < y"],
		["process", "process", "think", "bad"]]);

	assert.match(svg, /aria-label="Browser to Worker: x &#60; y\. Worker: think\."/);
	assert.match(svg, /class="lane unused">.*SQLite/);
	assert.match(svg, /class="step bad"><rect/);
});

test("a drawing that cannot be right is refused", () => {
	assert.throws(() => draw("a", [["browser", "server", "x"]]),
	    /a: a step goes from "browser" to "server"/);
	assert.throws(() => draw("a", [["browser", "process", "x".repeat(21)]]),
	    /a: "x+" must be a text of at most 20 characters/);
});
