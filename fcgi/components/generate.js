#!/usr/bin/env node
"use strict";
/*
 * generate.js: constructors in C for the components of Dash libraries, from
 * the libraries' own bundles.  See --help.
 *
 * Only names and types are taken from a bundle, none of its texts.  The same
 * bundles give the same files, byte for byte.
 */

const fs = require("fs");
const path = require("path");
const { load } = require("./generator/load.js");
const { model } = require("./generator/model.js");
const emit = require("./generator/emit.js");

/* The libraries that come with Lethe.  The scripts are run in this order. */
const LIBRARIES = [
	{
		namespace: "dash_core_components",
		prefix: "dcc",
		package: "dash-core-components",
		scripts: [
			"dash_core_components/dash_core_components.js",
			"dash_core_components/dash_core_components-shared.js",
			"dash_core_components/proptypes.js",
		],
	},
	{
		namespace: "dash_html_components",
		prefix: "html",
		package: "dash-html-components",
		scripts: ["dash_html_components/dash_html_components.min.js"],
	},
	{
		namespace: "dash_table",
		prefix: "dash_table",
		package: "dash-table",
		scripts: ["dash_table/bundle.js"],
	},
];

const HELP = `\
usage: generate.js [--library SPEC]... PACKAGES OUT

Writes, for each component library, OUT/include/lethe/PREFIX.h (a struct and a
constructor for each component) and OUT/components/PREFIX.c (tables).

PACKAGES is a directory with one folder for each npm package, named like it,
that holds the package's files: PACKAGES/dash-table/package.json.
With OUT = fcgi, Lethe's own files are made anew.

--library NAMESPACE:PREFIX:PACKAGE:SCRIPT[,SCRIPT...]
        generate for this library instead of Lethe's own; may be repeated.
        NAMESPACE  its name in the browser, window.NAMESPACE, and on the wire
        PREFIX     of the constructors and files: letters, digits and _
        PACKAGE    its npm package
        SCRIPT     a bundle, relative to the package; run in the order given.
                   Where a package has a proptypes.js, name it last.

  generate.js --library \\
      dash_daq:daq:dash-daq:dash_daq/dash_daq.min.js node_modules build

The files of another library are compiled into the app that uses it; all that
they need is lethe/component.h.
`;

class UsageError extends Error {}

function parseLibrary(text) {
	const parts = (text || "").split(":");
	const [namespace, prefix, name, scripts] = parts;
	if (parts.length !== 4 || parts.includes(""))
		throw new UsageError(
			`--library ${text || ""}: give ` +
				"NAMESPACE:PREFIX:PACKAGE:SCRIPT[,SCRIPT...]",
		);
	if (!/^[a-z][a-z0-9_]*$/.test(prefix))
		throw new UsageError(
			`--library ${text}: the prefix "${prefix}" must be ` +
				"lower-case letters, digits and _, beginning with a letter",
		);
	return {
		namespace,
		prefix,
		package: name,
		scripts: scripts.split(","),
	};
}

function parseArguments(words) {
	const libraries = [];
	const rest = [];
	for (let i = 0; i < words.length; i++) {
		if (words[i] === "--help" || words[i] === "-h")
			return { help: true };
		if (words[i] === "--library")
			libraries.push(parseLibrary(words[++i]));
		else if (words[i].startsWith("-"))
			throw new UsageError(`there is no option ${words[i]}`);
		else rest.push(words[i]);
	}
	if (rest.length !== 2) throw new UsageError("give PACKAGES and OUT");
	return {
		libraries: libraries.length > 0 ? libraries : LIBRARIES,
		packages: rest[0],
		out: rest[1],
	};
}

/* Generates one library; returns the number of its components. */
function generate(packages, out, library) {
	const loaded = load(packages, library);
	const made = model(loaded, library.prefix);
	const headers = path.join(out, "include", "lethe");
	const sources = path.join(out, "components");

	if (loaded.undeclared.length > 0)
		process.stderr.write(
			`generate.js: ${library.namespace}: left out, for ` +
				"want of declared properties: " +
				loaded.undeclared.join(", ") +
				"\n",
		);
	fs.mkdirSync(headers, { recursive: true });
	fs.mkdirSync(sources, { recursive: true });
	fs.writeFileSync(
		path.join(headers, `${library.prefix}.h`),
		emit.header(library, loaded.version, made),
	);
	fs.writeFileSync(
		path.join(sources, `${library.prefix}.c`),
		emit.tables(library, loaded.version, made),
	);
	return made.components.length;
}

function main(words) {
	try {
		const options = parseArguments(words);
		if (options.help) {
			process.stdout.write(HELP);
			return 0;
		}
		for (const library of options.libraries) {
			const count = generate(
				options.packages,
				options.out,
				library,
			);
			process.stdout.write(
				`${library.namespace}: ${count} components\n`,
			);
		}
		return 0;
	} catch (error) {
		process.stderr.write(`generate.js: ${error.message}\n`);
		if (error instanceof UsageError)
			process.stderr.write("generate.js --help says more\n");
		return error instanceof UsageError ? 2 : 1;
	}
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));

module.exports = { LIBRARIES, generate };
