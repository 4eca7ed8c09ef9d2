/*
 * start.js: starts twins of recorded apps, each behind an nginx of its own at
 * the prefix that was recorded.
 */
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const helpers = require("../integration/helpers.js");
const twins = require("./twins.js");

const RECORDINGS = path.join(__dirname, "recordings");

function readRecording(name) {
	return JSON.parse(fs.readFileSync(path.join(RECORDINGS, `${name}.json`),
	    "utf8"));
}

/* The site of the twin of this name; the caller stops it. */
function startTwin(name) {
	const twin = twins[name];

	if (twin === undefined)
		throw new Error(`${name} has no entry in twins.js`);
	return helpers.startSite(helpers.built(twin.program), {
		prefix: readRecording(name).prefix,
		env: twin.data ? { LETHE_DATA:
		    path.join(helpers.BUILD, "tests/conformance/data") } : {},
	});
}

module.exports = { readRecording, startTwin };
