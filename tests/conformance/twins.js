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
 */
"use strict";

module.exports = {
	basic: {
		program: "tests/conformance/apps/basic",
	},
	d1_aggregations: {
		program: "tests/conformance/apps/d1_aggregations",
	},
	d1_caching_fs: {
		program: "tests/conformance/apps/d1_caching_fs",
		data: true,
	},
	d1_global_broken: {
		program: "tests/conformance/apps/d1_global_broken",
	},
	d1_global_fixed: {
		program: "tests/conformance/apps/d1_global_fixed",
	},
	d1_session_data: {
		program: "tests/conformance/apps/d1_session_data",
	},
	d1_store_intermediate: {
		program: "tests/conformance/apps/d1_store_intermediate",
	},
	d2_global_variable: {
		program: "tests/conformance/apps/d2_global_variable",
	},
	d2_opt1_file: {
		program: "tests/conformance/apps/d2_opt1_file",
	},
	d2_opt2_store_graph: {
		program: "tests/conformance/apps/d2_opt2_store_graph",
	},
	d2_opt2_store_inputs: {
		program: "tests/conformance/apps/d2_opt2_store_inputs",
	},
	d2_opt3_hidden_div: {
		program: "tests/conformance/apps/d2_opt3_hidden_div",
	},
	d2_opt4_flask_caching: {
		program: "tests/conformance/apps/d2_opt4_flask_caching",
	},
	f_allow_duplicate: {
		program: "tests/conformance/apps/f_allow_duplicate",
	},
	f_clientside: {
		program: "tests/conformance/apps/f_clientside",
		assets: "assets_clientside",
	},
	f_components: {
		program: "tests/conformance/apps/f_components",
	},
	f_debug: {
		program: "tests/conformance/apps/f_debug",
		env: { LETHE_DEBUG: "1" },
	},
	f_exception: {
		program: "tests/conformance/apps/f_exception",
	},
	f_layout_function: {
		program: "tests/conformance/apps/f_layout_function",
		/* The recorded app counts the loads in a variable, which
		 * is what Lethe does not have: the number is any. */
		changing: { "load number 2": /^load number [0-9]+$/ },
	},
	f_multi_output: {
		program: "tests/conformance/apps/f_multi_output",
	},
	f_no_output: {
		program: "tests/conformance/apps/f_no_output",
	},
	f_patch: {
		program: "tests/conformance/apps/f_patch",
	},
	f_pattern_all: {
		program: "tests/conformance/apps/f_pattern_all",
	},
	f_pattern_match: {
		program: "tests/conformance/apps/f_pattern_match",
	},
	f_prefix: {
		program: "tests/conformance/apps/f_prefix",
	},
	f_prevent_update: {
		program: "tests/conformance/apps/f_prevent_update",
	},
	f_running: {
		program: "tests/conformance/apps/f_running",
	},
	f_set_props: {
		program: "tests/conformance/apps/f_set_props",
	},
	f_state: {
		program: "tests/conformance/apps/f_state",
	},
	f_types: {
		program: "tests/conformance/apps/f_types",
	},
	own_answers: {
		program: "tests/conformance/apps/own_answers",
		own: true,
	},
	own_patterns: {
		program: "tests/conformance/apps/own_patterns",
		own: true,
	},
};
