"use strict";
/*
 * generator.test.js: the committed constructors are what the generator makes
 * of the pinned bundles, and the generator copes with other libraries.
 *
 * LETHE_FRONTEND_PACKAGES is the directory with the unpacked npm packages,
 * one folder for each.
 */

const assert = require("node:assert");
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");

const root = path.join(__dirname, "..", "..");
const program = path.join(root, "fcgi", "components", "generate.js");
const committed = [
	"include/lethe/html.h",
	"include/lethe/dcc.h",
	"include/lethe/dash_table.h",
	"components/html.c",
	"components/dcc.c",
	"components/dash_table.c",
];

function packages() {
	const directory = process.env.LETHE_FRONTEND_PACKAGES;
	assert.ok(
		directory,
		"set LETHE_FRONTEND_PACKAGES to the directory with " +
			"the unpacked npm packages; the build fetches them",
	);
	return directory;
}

function inTemporaryDirectory(run) {
	const directory = fs.mkdtempSync(path.join(os.tmpdir(), "generator."));
	try {
		return run(directory);
	} finally {
		fs.rmSync(directory, { recursive: true });
	}
}

function generate(...words) {
	return spawnSync(process.execPath, [program, ...words], {
		encoding: "utf8",
		timeout: 120000,
	});
}

test("the committed files are what the bundles give", () => {
	inTemporaryDirectory((out) => {
		const run = generate(packages(), out);
		assert.equal(run.stderr, "");
		assert.equal(run.status, 0);
		assert.equal(
			run.stdout,
			"dash_core_components: 26 components\n" +
				"dash_html_components: 125 components\n" +
				"dash_table: 1 components\n",
		);
		for (const name of committed)
			assert.equal(
				fs.readFileSync(path.join(out, name), "utf8"),
				fs.readFileSync(
					path.join(root, "fcgi", name),
					"utf8",
				),
				`${name} is not up to date: run node fcgi/components/generate.js ` +
					`${packages()} fcgi`,
			);
	});
});

/* A library of two components, with what the real ones do not have. */
const BUNDLE = `
window.dash_made_up = (function (t, React) {
  const Both = React.memo(function Both() {});
  Both.propTypes = {
    id: t.string,
    children: t.node,
    class: t.string.isRequired,
    'max-size': t.number,
    mode: t.oneOf(['a-b', 'a b', '', null]),
    level: t.oneOfType([t.oneOf([-1, 0, 2]), t.bool]),
    step: t.oneOf([1, 5, 'any']),
    ratio: t.oneOf([0.5, 1]),
    quote: t.oneOf(['say "hi"\\\\', 'ä??/']),
    header: t.oneOfType([t.string, t.node]),
    items: t.arrayOf(t.shape({ label: t.node, value: t.string })),
    cells: t.objectOf(t.arrayOf(t.node)),
    check: function () {},
    onEvent: t.func,
    setProps: t.func,
    _dashprivate_x: t.string,
    'data-*': t.string,
  };
  class Empty extends React.Component {}
  Empty.propTypes = { id: t.oneOfType([t.string, t.object]) };
  class Untyped extends SomeBrowserClass {}
  return { Both, Empty, Untyped, helper() {} };
})(window.PropTypes, window.React);
`;

function withMadeUpLibrary(run) {
	inTemporaryDirectory((directory) => {
		const folder = path.join(directory, "packages", "made-up");
		fs.mkdirSync(folder, { recursive: true });
		fs.writeFileSync(
			path.join(folder, "package.json"),
			'{"version":"1.2.3"}',
		);
		fs.writeFileSync(path.join(folder, "bundle.js"), BUNDLE);
		run(
			path.join(directory, "packages"),
			path.join(directory, "out"),
		);
	});
}

function generateMadeUp(from, out) {
	return generate(
		"--library",
		"dash_made_up:made:made-up:bundle.js",
		from,
		out,
	);
}

test("any other library can be generated for", () => {
	withMadeUpLibrary((from, out) => {
		const run = generateMadeUp(from, out);
		assert.equal(run.status, 0, run.stderr);
		assert.equal(run.stdout, "dash_made_up: 2 components\n");
		assert.match(run.stderr, /left out, .*: Untyped\n$/);

		const header = fs.readFileSync(
			path.join(out, "include/lethe/made.h"),
			"utf8",
		);
		for (const line of [
			"struct made_both {",
			"\tconst char *id;",
			"\tstruct json_object *children;",
			"\tconst char *class_;",
			"\tdouble max_size;",
			"\tenum made_both_mode mode;",
			"\tMADE_BOTH_MODE_A_B = 1,",
			"\tMADE_BOTH_MODE_A_B_2 = 2,",
			"\tMADE_BOTH_MODE_EMPTY = 3,",
			"\tMADE_BOTH_MODE_NULL = 4",
			"\tstruct json_object *level;",
			"\tenum made_both_step step;",
			"\tMADE_BOTH_STEP_UNSET = -1,",
			"\tMADE_BOTH_STEP_1 = 1,",
			"\tMADE_BOTH_STEP_5 = 5,",
			"\tMADE_BOTH_STEP_ANY = 1000",
			"\tstruct json_object *ratio;",
			"\tstruct json_object *header;",
			"\tstruct json_object *check;",
			"\tstruct json_object *wildcards;",
			"#define made_both(...) \\",
			"#define made_empty(...) \\",
		])
			assert.ok(
				header.split("\n").includes(line),
				`${line}\nin ${header}`,
			);
		assert.doesNotMatch(
			header,
			/onEvent|setProps|_dashprivate_|Untyped/,
		);

		const tables = fs.readFileSync(
			path.join(out, "components/made.c"),
			"utf8",
		);
		for (const text of [
			'"dash_made_up"',
			'"max-size"',
			'"items[].label"',
			'"cells{}"',
			"LETHE_COMPONENT_DATA",
		])
			assert.ok(
				tables.includes(text),
				`${text}\nin ${tables}`,
			);
		assert.doesNotMatch(tables, /LETHE_COMPONENT_ARIA/);
	});
});

test("what is generated for another library compiles", () => {
	withMadeUpLibrary((from, out) => {
		assert.equal(generateMadeUp(from, out).status, 0);
		const source = path.join(out, "components", "made.c");
		const words = (text) =>
			(text || "").split(/\s+/).filter(Boolean);
		const [compiler, ...options] = words(process.env.CC || "cc");
		const run = spawnSync(
			compiler,
			[
				...options,
				`-I${path.join(out, "include")}`,
				...words(process.env.CPPFLAGS),
				`-I${path.join(root, "fcgi", "include")}`,
				"-std=gnu11",
				"-Wall",
				"-Wextra",
				"-Wshadow",
				"-Werror",
				"-fsyntax-only",
				source,
			],
			{ encoding: "utf8" },
		);
		assert.equal(run.status, 0, run.stderr || String(run.error));
	});
});

test("mistakes are told in words", () => {
	inTemporaryDirectory((directory) => {
		const cases = [
			[[], 2, /give PACKAGES and OUT/],
			[
				["--colour", "a", "b"],
				2,
				/there is no option --colour/,
			],
			[["--library"], 2, /NAMESPACE:PREFIX:PACKAGE:SCRIPT/],
			[
				["--library", "a:B:c:d", "x", "y"],
				2,
				/prefix "B" must be/,
			],
			[
				[path.join(directory, "none"), directory],
				1,
				/no npm package in/,
			],
		];
		for (const [words, status, message] of cases) {
			const run = generate(...words);
			assert.equal(run.status, status, run.stderr);
			assert.match(run.stderr, message);
			assert.equal(run.stdout, "");
		}
	});
});

test("a bundle that does not define its namespace is refused", () => {
	withMadeUpLibrary((from, out) => {
		const run = generate(
			"--library",
			"dash_other:made:made-up:bundle.js",
			from,
			out,
		);
		assert.equal(run.status, 1);
		assert.match(run.stderr, /does not define window\.dash_other/);
	});
});

test("--help names every option", () => {
	const run = generate("--help");
	assert.equal(run.status, 0);
	assert.match(run.stdout, /^usage: generate\.js/);
	assert.match(run.stdout, /--library NAMESPACE:PREFIX:PACKAGE:SCRIPT/);
});
