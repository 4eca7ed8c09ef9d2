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
/* Written by hand, in the same form. */
const OWN = path.join(__dirname, "own");

function findTwin(name) {
	if (twins[name] === undefined)
		throw new Error(`${name} has no entry in twins.js`);
	return twins[name];
}

function readRecording(name) {
	const directory = findTwin(name).own ? OWN : RECORDINGS;

	return JSON.parse(fs.readFileSync(path.join(directory, `${name}.json`),
	    "utf8"));
}

/* The settings of the twin, with these more. */
function twinSettings(name, env = {}) {
	const twin = findTwin(name);

	return {
		LETHE_ASSETS: twin.assets ?
		    path.join(RECORDINGS, twin.assets) : "",
		...twin.env,
		...env,
		...(twin.data ? { LETHE_DATA: path.join(helpers.BUILD,
			"tests/conformance/data") } : {}),
	};
}

/*
 * The site of the twin of this name, with these settings more; the caller
 * stops it.
 */
function startTwin(name, env = {}) {
	return helpers.startSite(helpers.built(findTwin(name).program), {
		prefix: readRecording(name).prefix,
		env: twinSettings(name, env),
	});
}

module.exports = { readRecording, startTwin, twinSettings };
