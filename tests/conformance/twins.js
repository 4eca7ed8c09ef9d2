/*
 * twins.js: which recordings have a twin, an app in C that must answer as the
 * recorded one did, and how each is run.
 *
 *	program		the twin, below the build tree
 *	data		true: it has a database of its own, below the build
 *			tree too (tests/conformance/data)
 *	env		its settings
 *	assets		its assets folder, beside the recordings
 *	changing	texts of the layout that are others on every load: as
 *			recorded, and a pattern for what they are here; two
 *			loads must differ
 *	own		true: not a recording but a file in own, written by
 *			hand for what the recordings lack
 *	later		exchanges that are not replayed yet: name and why;
 *			the runner lists them and counts them neither way
 */
"use strict";

module.exports = {
	basic: {
		program: "tests/conformance/apps/basic",
		later: {},
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
	f_allow_duplicate: {
		program: "tests/conformance/apps/f_allow_duplicate",
		later: {},
	},
	f_clientside: {
		program: "tests/conformance/apps/f_clientside",
		assets: "assets_clientside",
		later: {},
	},
	f_components: {
		program: "tests/conformance/apps/f_components",
		later: {},
	},
	f_debug: {
		program: "tests/conformance/apps/f_debug",
		env: { LETHE_DEBUG: "1" },
		later: {},
	},
	f_exception: {
		program: "tests/conformance/apps/f_exception",
		later: {},
	},
	f_layout_function: {
		program: "tests/conformance/apps/f_layout_function",
		/* The recorded app counts the loads in a variable, which
		 * is what Lethe does not have: the number is any. */
		changing: { "load number 2": /^load number [0-9]+$/ },
		later: {},
	},
	f_multi_output: {
		program: "tests/conformance/apps/f_multi_output",
		later: {},
	},
	f_no_output: {
		program: "tests/conformance/apps/f_no_output",
		later: {},
	},
	f_patch: {
		program: "tests/conformance/apps/f_patch",
		later: {},
	},
	f_pattern_all: {
		program: "tests/conformance/apps/f_pattern_all",
		later: {},
	},
	f_pattern_match: {
		program: "tests/conformance/apps/f_pattern_match",
		later: {},
	},
	f_prefix: {
		program: "tests/conformance/apps/f_prefix",
		later: {},
	},
	f_prevent_update: {
		program: "tests/conformance/apps/f_prevent_update",
		later: {},
	},
	f_running: {
		program: "tests/conformance/apps/f_running",
		later: {},
	},
	f_set_props: {
		program: "tests/conformance/apps/f_set_props",
		later: {},
	},
	f_state: {
		program: "tests/conformance/apps/f_state",
		later: {},
	},
	f_types: {
		program: "tests/conformance/apps/f_types",
		later: {},
	},
	own_answers: {
		program: "tests/conformance/apps/own_answers",
		own: true,
		later: {},
	},
	own_patterns: {
		program: "tests/conformance/apps/own_patterns",
		own: true,
		later: {},
	},
};
