/*
 * bundles.js: reads bundles.json, the pinned list of front-end files, and
 * knows how a fingerprinted file name is made.  It knows no network.
 */
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const PATH_PATTERN = /^[A-Za-z0-9_@-][A-Za-z0-9_@.-]*(\/[A-Za-z0-9_@-][A-Za-z0-9_@.-]*)*$/;

/* Throws, with the list's own words, when the list cannot be worked with. */
function check(bundles) {
	const placed = new Set();
	const place = (to, owner) => {
		if (!PATH_PATTERN.test(to))
			throw new Error(`${owner}: "${to}" is no plain relative path`);
		if (placed.has(to))
			throw new Error(`${owner}: "${to}" is placed twice`);
		placed.add(to);
	};

	for (const pack of bundles.packages) {
		const owner = `${pack.name}@${pack.version}`;

		if (!/^(@[a-z0-9-]+\/)?[a-z0-9][a-z0-9.-]*$/.test(pack.name))
			throw new Error(`"${pack.name}" is no package name`);
		if (!/^[0-9]+\.[0-9]+\.[0-9]+$/.test(pack.version))
			throw new Error(`${owner}: the version must be exact`);
		if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(pack.integrity))
			throw new Error(`${owner}: the integrity must be sha512`);
		for (const [from, to] of Object.entries(pack.files)) {
			if (!PATH_PATTERN.test(from))
				throw new Error(`${owner}: "${from}" is no plain path`);
			place(to, owner);
		}
		for (const name of pack.unpack || [])
			if (!PATH_PATTERN.test(name))
				throw new Error(`${owner}: "${name}" is no plain path`);
	}
	for (const [from, to] of Object.entries(bundles.own))
		place(to, from);
	for (const name of bundles.pages)
		if (!PATH_PATTERN.test(name) || name.includes("/"))
			throw new Error(`pages: "${name}" is no plain file name`);
	for (const list of ["scripts", "scripts_debug", "styles"])
		for (const wanted of bundles[list])
			if (!placed.has(wanted))
				throw new Error(`${list}: nothing provides "${wanted}"`);
}

/* Reads and checks the list in `file`. */
function load(file) {
	try {
		const bundles = JSON.parse(fs.readFileSync(file, "utf8"));

		check(bundles);
		return bundles;
	} catch (error) {
		throw new Error(`${file}: ${error.message}`);
	}
}

/* The first 8 hexadecimal digits of the SHA-512 of `bytes`. */
function shortHash(bytes) {
	return crypto.createHash("sha512").update(bytes).digest("hex").slice(0, 8);
}

/*
 * Dash's form of a file name that changes when the file does, so that it can
 * be cached for ever: ".v<version>m<hash>" after the first dot's left part,
 * with '_' for what a version must not have there.
 */
function fingerprint(file, version, hash) {
	const directory = path.posix.dirname(file);
	const name = path.posix.basename(file);
	const dot = name.indexOf(".");
	const mark = `.v${version.replace(/[^\w-]/g, "_")}m${hash}`;

	return path.posix.join(directory,
	    name.slice(0, dot) + mark + name.slice(dot));
}

/* The fingerprinted path of each placed file, by its plain path. */
function fingerprints(bundles, directory) {
	const result = new Map();

	for (const pack of bundles.packages)
		for (const to of Object.values(pack.files))
			result.set(to, fingerprint(to, pack.version,
			    shortHash(pack.integrity)));
	/* Lethe's own files go by their content alone. */
	for (const [from, to] of Object.entries(bundles.own))
		result.set(to, fingerprint(to, "0",
		    shortHash(fs.readFileSync(path.join(directory, from)))));
	return result;
}

module.exports = { check, load, shortHash, fingerprint, fingerprints };
