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
	d1_aggregations: {
		program: "tests/conformance/apps/d1_aggregations",
		later: {},
	},
	d1_caching_fs: {
		program: "tests/conformance/apps/d1_caching_fs",
		data: true,
		later: {},
	},
	d1_global_broken: {
		program: "tests/conformance/apps/d1_global_broken",
		later: {},
	},
	d1_global_fixed: {
		program: "tests/conformance/apps/d1_global_fixed",
		later: {},
	},
	d1_session_data: {
		program: "tests/conformance/apps/d1_session_data",
		later: {},
	},
	d1_store_intermediate: {
		program: "tests/conformance/apps/d1_store_intermediate",
		later: {},
	},
	d2_global_variable: {
		program: "tests/conformance/apps/d2_global_variable",
		later: {},
	},
	d2_opt1_file: {
		program: "tests/conformance/apps/d2_opt1_file",
		later: {},
	},
	d2_opt2_store_graph: {
		program: "tests/conformance/apps/d2_opt2_store_graph",
		later: {},
	},
	d2_opt2_store_inputs: {
		program: "tests/conformance/apps/d2_opt2_store_inputs",
		later: {},
	},
	d2_opt3_hidden_div: {
		program: "tests/conformance/apps/d2_opt3_hidden_div",
		later: {},
	},
	d2_opt4_flask_caching: {
		program: "tests/conformance/apps/d2_opt4_flask_caching",
		later: {},
	},
};
