/*
 * twins.js: which recordings have a twin, an app in C that must answer as the
 * recorded one did, and how each is run.
 *
 *	program		the twin, below the build tree
 *	data		true: it has a database of its own, below the build
 *			tree too (tests/conformance/data)
 *	later		exchanges that are not replayed yet: name and why;
 *			the runner lists them and counts them neither way
 */
"use strict";

module.exports = {
	basic: {
		program: "tests/conformance/apps/basic",
		later: {
			"raw: _reload-hash": "names what hot reload watches, " +
			    "which comes with it",
			"raw: _favicon.ico": "there is no icon yet",
			"raw: suite matching ETag":
			    "the recording lacks the header with the ETag",
			"raw: suite weak ETag":
			    "the recording lacks the header with the ETag",
		},
	},
	d1_caching_fs: {
		program: "tests/conformance/apps/d1_caching_fs",
		data: true,
		later: {},
	},
};
