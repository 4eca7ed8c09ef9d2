/*
 * gallery.js: fills the gallery's template with what the source tree knows of
 * the example apps: for each app of gallery.json, in that order, who talks to
 * whom, drawn, and its source, highlighted.  What the app says of itself
 * stays a placeholder, for lethe-run.
 */
"use strict";

const fs = require("node:fs");
const path = require("node:path");

/* Where the line that stands for somebody is in a drawing. */
const LANES = { browser: 72, process: 212, store: 352 };
const NAMES = { browser: "Browser", process: "Worker", store: "SQLite" };
const WIDTH = 424;
const HEAD = 34;
const STEP = 38;
/* What fits between two lines. */
const LABEL_LIMIT = 20;

/* Also keeps lethe-run from taking C's braces for placeholders. */
function escape(text) {
	return text.replace(/[&<>"'{}]/g, (each) => `&#${each.charCodeAt(0)};`);
}

/* ------------------------------------------------------------------------
 * Drawings: a line down from everybody, and an arrow for each message.
 */

function check(name, [from, to, label]) {
	if (!(from in LANES) || !(to in LANES))
		throw new Error(`gallery.json: ${name}: a step goes from ` +
		    `"${from}" to "${to}"; there are ${Object.keys(LANES)}`);
	if (typeof label !== "string" || label.length > LABEL_LIMIT)
		throw new Error(`gallery.json: ${name}: "${label}" must be a ` +
		    `text of at most ${LABEL_LIMIT} characters`);
}

function lane(who, height, isUsed) {
	return `<g class="${isUsed ? "lane" : "lane unused"}">` +
	    `<path d="M${LANES[who]} ${HEAD}V${height}"/>` +
	    `<rect x="${LANES[who] - 52}" y="1" width="104" height="${HEAD - 2}" ` +
	    `rx="8"/><text x="${LANES[who]}" y="22">${NAMES[who]}</text></g>`;
}

/* What somebody does alone is a box on the line. */
function drawStep([from, to, label, kind = "plain"], index) {
	const x = (LANES[from] + LANES[to]) / 2;
	const y = HEAD + STEP * (index + 1) - 8;
	const end = LANES[to] + (LANES[to] < LANES[from] ? 3 : -3);
	const tail = LANES[to] < LANES[from] ? 8 : -8;
	const shape = from === to ?
	    `<rect x="${x - 71}" y="${y - 19}" width="142" height="27" rx="13"/>` :
	    `<path d="M${LANES[from]} ${y}H${end}m${tail} -5L${end} ${y}` +
	    `l${tail} 5"/>`;

	return `<g class="step ${kind}">${shape}` +
	    `<text x="${x}" y="${y - (from === to ? 1 : 6)}">` +
	    `${escape(label)}</text></g>`;
}

/* The same for who cannot see it. */
function tell([from, to, label]) {
	return from === to ? `${NAMES[from]}: ${label}` :
	    `${NAMES[from]} to ${NAMES[to]}: ${label}`;
}

function draw(name, steps) {
	const height = HEAD + STEP * steps.length + 14;

	steps.forEach((step) => check(name, step));
	return `<svg class="diagram" viewBox="0 0 ${WIDTH} ${height}" role="img" ` +
	    `aria-label="${escape(steps.map(tell).join(". "))}.">` +
	    Object.keys(LANES).map((who) => lane(who, height,
	        steps.some((step) => step.slice(0, 2).includes(who)))).join("") +
	    steps.map(drawStep).join("") + "</svg>";
}

/* ------------------------------------------------------------------------
 * Source
 */

const TOKENS = new RegExp([
	/(?<comment>\/\*[^]*?\*\/|\/\/[^\n]*)/,
	/(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<=^#include )<[^>]+>)/,
	/(?<directive>^#[ \t]*[a-z]+)/,
	/(?<keyword>\b(?:break|case|const|continue|default|do|else|enum|extern|for|goto|if|return|sizeof|static|struct|switch|while)\b)/,
	/(?<type>\b(?:bool|char|double|int|long|short|unsigned|void|size_t|u?int\d+_t)\b)/,
	/(?<api>\b(?:lethe|html|dcc|dash_table)_\w+|\bLETHE_\w+)/,
	/(?<number>\b\d[\w.]*)/,
].map((part) => part.source).join("|"), "gm");

/* C with a span around what has a colour. */
function highlight(source) {
	let html = "";
	let end = 0;

	for (const found of source.matchAll(TOKENS)) {
		const kind = Object.keys(found.groups).find((each) =>
			found.groups[each] !== undefined);

		html += escape(source.slice(end, found.index)) +
		    `<span class="${kind}">${escape(found[0])}</span>`;
		end = found.index + found[0].length;
	}
	return html + escape(source.slice(end));
}

/* Callbacks first, then what they need; the page and the app last. */
function rank({ file, text }) {
	if (/^const struct lethe_callback /m.test(text))
		return 0;
	return ["main.c", "layout.c"].includes(file) ? 2 : 1;
}

function sources(directory) {
	return fs.readdirSync(directory).filter((file) => file.endsWith(".c"))
	    .map((file) => ({ file, text: fs.readFileSync(
	        path.join(directory, file), "utf8") }))
	    .sort((a, b) => rank(a) - rank(b) || (a.file < b.file ? -1 : 1));
}

/* A file that unfolds; of one app's, one is unfolded at a time. */
function drawSource(name, { file, text }, index) {
	return `<details class="source" name="${name}"${index ? "" : " open"}>` +
	    `<summary>${file}</summary>` +
	    `<pre tabindex="0" role="region" aria-label="${file} of ${name}">` +
	    `<code>${highlight(text)}</code></pre></details>`;
}

/* ------------------------------------------------------------------------ */

function card({ name, steps }, handlers) {
	return `{{#app ${name}}}\n<li class="card example">\n` +
	    '<div class="about">\n<h2><a href="{{prefix}}">{{title}}</a></h2>\n' +
	    '<p>{{description}}</p>\n<p class="path">{{prefix}}</p>\n' +
	    `${draw(name, steps)}\n</div>\n<div class="sources">\n` +
	    sources(path.join(handlers, name)).map((source, index) =>
	        drawSource(name, source, index)).join("\n") +
	    "\n</div>\n</li>\n{{/app}}\n";
}

/* The template `file` with {{cards}} filled in, from gallery.json beside it. */
function render(file) {
	const handlers = path.join(path.dirname(file), "../handlers");

	return fs.readFileSync(file, "utf8").replace("{{cards}}\n", () =>
		JSON.parse(fs.readFileSync(file.replace(/html$/, "json"), "utf8"))
		    .map((app) => card(app, handlers)).join(""));
}

module.exports = { draw, highlight, render };
