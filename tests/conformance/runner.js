/*
 * runner.js: replays recorded exchanges of the reference implementation
 * against apps written with Lethe, through nginx, and compares.
 *
 *	node runner.js [NAME...]
 *
 * Prints TAP, one point for each exchange, layout and list of dependencies,
 * and last the line "conformance: N passed, N failed".
 */
"use strict";

const { difference } = require("./compare.js");
const { configDeviates, deviation } = require("./deviations.js");
const { bodyOf } = require("./har.js");
const { readRecording, startTwin } = require("./start.js");
const helpers = require("../integration/helpers.js");
const twins = require("./twins.js");

/* Values of the page's configuration that the front end goes by. */
const CONFIG_VALUES = ["children_props", "requests_pathname_prefix",
	"suppress_callback_exceptions", "ui", "update_title"];

/* Counts and prints the points. */
class Tap {
	constructor() {
		this.passed = 0;
		this.failed = 0;
	}

	/* `problem` is undefined when all is well. */
	point(name, problem) {
		const number = this.passed + this.failed + 1;

		if (problem === undefined)
			this.passed++;
		else
			this.failed++;
		console.log(`${problem === undefined ? "ok" : "not ok"} ${number} ` +
		    `- ${name.replace(/#/g, "\\#")}`);
		if (problem !== undefined)
			for (const line of problem.split("\n"))
				console.log(`#   ${line}`);
	}

	end() {
		console.log(`1..${this.passed + this.failed}`);
		console.log(`conformance: ${this.passed} passed, ` +
		    `${this.failed} failed`);
	}
}

function mediaType(type) {
	return (type || "").split(";")[0].trim().toLowerCase();
}

/* Long texts are recorded as their size alone. */
function textDifference(recorded, response) {
	const size = /^<([0-9]+) bytes>$/.exec(recorded);

	if (size === null)
		return difference(recorded, response.text);
	return Number(size[1]) === response.body.length ? undefined :
	    `recorded ${size[1]} bytes, found ${response.body.length}`;
}

/* What is wrong with the response; undefined: nothing. */
function problemOf(exchange, response, app) {
	const allowed = deviation(exchange, app);

	if (allowed !== undefined && allowed.allows(response, exchange, app))
		return undefined;
	if (response.status !== exchange.status)
		return `status: recorded ${exchange.status}, found ` +
		    `${response.status}: ${response.text.slice(0, 300)}` +
		    (allowed === undefined ? "" :
		    `\nnor is it what is allowed there: ${allowed.name}`);
	/* Reasons of refusals are compared in our own exchanges only. */
	if ((exchange.status >= 400 && exchange.response === undefined) ||
	    exchange.request.method === "OPTIONS")
		return undefined;
	if (exchange.status !== 204 && exchange.status !== 304 &&
	    mediaType(response.headers["content-type"]) !==
	    mediaType(exchange.content_type))
		return `content type: recorded ${exchange.content_type}, found ` +
		    response.headers["content-type"];
	if (exchange.request.method === "HEAD" || exchange.status === 204)
		return response.body.length === 0 ? undefined :
		    "there is a body where none may be";
	/* Other files are the front end's, in whatever version it has here. */
	if (exchange.response_text !== undefined && (exchange.by === "own" ||
	    /\/assets\//.test(exchange.request.path)))
		return textDifference(exchange.response_text, response);
	if (exchange.response === undefined)
		return undefined;
	try {
		return difference(exchange.response, response.json());
	} catch (error) {
		return `the response is not JSON: ${error.message}`;
	}
}

/*
 * The header that was recorded nowhere, since it has a file's ETag: that of
 * the file as it is here, and a weak one that is not.
 */
async function tagHeaders(site, exchange) {
	if (exchange.name === "raw: suite weak ETag")
		return { "if-none-match": "W/\"0-0\"" };
	if (exchange.name !== "raw: suite matching ETag")
		return {};
	return { "if-none-match": (await helpers.request(site.nginx.socket,
	    exchange.request)).headers.etag };
}

async function replay(site, exchange, app) {
	const { method, path: target } = exchange.request;
	const headers = { ...exchange.request.headers,
		...await tagHeaders(site, exchange) };

	return problemOf(exchange, await helpers.request(site.nginx.socket, {
		method, path: target, headers, body: bodyOf(exchange) }), app);
}

/* Compares what GET gives with what was recorded. */
async function replayGet(site, target, recorded) {
	const response = await site.get(target);

	if (response.status !== 200)
		return `status ${response.status}: ${response.text}`;
	return difference(recorded, response.json());
}

/*
 * Compares a layout that is made anew on each load: where a text changes, with
 * its pattern.  Two loads must not be the same.
 */
async function replayLayout(site, twin, recorded) {
	const layouts = [];

	if (twin.changing === undefined)
		return replayGet(site, "_dash-layout", recorded);
	for (let i = 0; i < 2; i++)
		layouts.push((await site.get("_dash-layout")).text);
	if (layouts[0] === layouts[1])
		return `two loads gave the same: ${layouts[0]}`;
	return difference(recorded, JSON.parse(layouts[0], (name, value) => {
		const [text] = Object.entries(twin.changing).find(
		    ([, pattern]) => pattern.test(value)) || [value];

		return text;
	}));
}

/*
 * The configuration in the index page has the recorded keys; its values are
 * the server's own, but for those that the front end goes by.
 */
async function replayConfig(site, recorded, name) {
	const page = (await site.get("")).text;
	const [, text] = /<script id="_dash-config"[^>]*>([^<]*)</.exec(page);
	const config = JSON.parse(text);
	const keys = (object) => Object.keys(object).sort()
	    .filter((key) => !configDeviates(name, key));

	return difference(keys(recorded), keys(config)) ||
	    CONFIG_VALUES.filter((key) => !configDeviates(name, key))
	        .map((key) => difference(recorded[key], config[key], `.${key}`))
	        .find((each) => each !== undefined);
}

async function replayAll(tap, name) {
	const recording = readRecording(name);
	const site = await startTwin(name);
	const point = async (title, problem) => {
		let found;

		try {
			found = await problem();
		} catch (error) {
			found = error.stack;
		}
		tap.point(`${name}: ${title}`, found);
	};

	try {
		await point("layout", () =>
		    replayLayout(site, twins[name], recording.layout));
		await point("dependencies", () =>
		    replayGet(site, "_dash-dependencies",
		    recording.dependencies));
		if (recording.config !== undefined)
			await point("config",
			    () => replayConfig(site, recording.config,
			    name));
		for (const exchange of recording.exchanges)
			await point(exchange.name,
			    () => replay(site, exchange, name));
	} finally {
		await site.stop();
	}
}

async function main(names) {
	const tap = new Tap();

	for (const name of names.length > 0 ? names : Object.keys(twins)) {
		try {
			await replayAll(tap, name);
		} catch (error) {
			tap.point(`${name}: the twin is started and stopped`,
			    error.stack);
		}
	}
	tap.end();
	process.exitCode = tap.failed > 0 ? 1 : 0;
}

main(process.argv.slice(2));
