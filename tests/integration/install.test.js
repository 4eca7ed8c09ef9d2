/*
 * install.test.js: what `make install` puts in place is all that an app
 * outside the tree needs.  The app is the one that README.md shows.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { assertOutputs } = require("./check.js");
const helpers = require("./helpers.js");

let directory, root, app, env, compiler;

/* Runs a program that must go well; its output. */
async function good(file, args, options = {}) {
	const result = await helpers.run(file, args,
	    { deadline_ms: 120000, ...options });

	assert.equal(result.status, 0,
	    `${file} ${args.join(" ")}:\n${result.stdout}${result.stderr}`);
	return result.stdout;
}

/* The only file below `root` whose path ends so. */
function installed(end) {
	const found = fs.readdirSync(root, { recursive: true })
	    .map((each) => path.join(root, each))
	    .filter((each) => each.endsWith(end));

	assert.equal(found.length, 1, `${end}: ${found}`);
	return found[0];
}

before(async () => {
	directory = helpers.temporaryDirectory();
	root = path.join(directory, "root");
	app = path.join(directory, "hello");

	/* A make that is told nothing by the one that runs this test. */
	await good(helpers.program("make"), ["-C", helpers.BUILD, "install",
		`DESTDIR=${root}`], { env: { MAKEFLAGS: "", MAKELEVEL: "",
		MFLAGS: "" } });
	/* A sanitized library takes sanitized programs only. */
	compiler = (process.env.CC || "cc") +
	    (helpers.isSanitized(installed("/bin/lethe-run")) ?
	    " -fsanitize=address,undefined" : "");
	env = {
		PKG_CONFIG_SYSROOT_DIR: root,
		PKG_CONFIG_PATH: path.dirname(installed("lethe.pc")),
		LD_LIBRARY_PATH: path.dirname(installed("/liblethe.so")),
		LETHE_STATE: helpers.workerDirectory(
		    path.join(directory, "state")),
	};
});

after(() => helpers.removeDirectory(directory));

test("headers, libraries and files are in place", () => {
	for (const end of ["/include/lethe.h", "/include/lethe/value.h",
	    "/include/lethe/component.h", "/include/lethe/html.h",
	    "/include/lethe/dcc.h", "/include/lethe/dash_table.h",
	    "/include/lethe/figure.h", "/liblethe.so", "/liblethe.a",
	    "/bin/lethe-run", "/libexec/lethe/signal",
	    "/frontend/suites/lethe/lethe.js",
	    "/lib/systemd/system/lethe@.service",
	    "/lib/systemd/system/lethe@.socket"])
		installed(end);
});

test("README's app builds with one command", async () => {
	const readme = fs.readFileSync(path.join(helpers.SOURCE, "README.md"),
	    "utf8");
	const [, source] = /```c\n(#include <lethe\.h>[^]*?)```/.exec(readme);
	const file = path.join(directory, "app.c");

	fs.writeFileSync(file, source);
	await good("/bin/sh", ["-c", `${compiler} -Wall -Wextra ` +
	    "-Werror -o \"$1\" \"$2\" $(pkg-config --cflags --libs lethe)",
	"sh", app, file], { env });
});

test("it also builds with the static library", async () => {
	const library = installed("/liblethe.a");

	await good("/bin/sh", ["-c", `${compiler} -o "$1" "$2" ` +
	    "$(pkg-config --cflags lethe) \"$3\" " +
	    "$(pkg-config --libs json-c fcgi sqlite3 libsodium) -lm -Wl,-z,now",
	"sh", `${app}-static`, path.join(directory, "app.c"), library], { env });
	assert.match(await good(`${app}-static`, ["check"],
	    { env, asWorker: true }), /nothing wrong/);
});

test("each header can be included alone, in C and in C++", async () => {
	const headers = fs.readdirSync(path.join(path.dirname(
	    installed("/include/lethe.h")), "lethe"))
	    .map((name) => `lethe/${name}`).concat("lethe.h");
	const flags = "$(pkg-config --cflags lethe)";

	for (const header of headers)
		for (const [program, language] of [
		    [process.env.CC || "cc", "c"],
		    [process.env.CXX || "c++", "c++"]])
			await good("/bin/sh", ["-c", `echo '#include <${header}>' | ` +
			    `${program} -x ${language} -fsyntax-only -Wall -Wextra ` +
			    `-Werror ${flags} -`], { env });
});

test("its check is content", async () => {
	assert.match(await good(app, ["check"], { env, asWorker: true }),
	    /^hello: 1 callback, nothing wrong\n$/);
});

test("it serves under spawn-fcgi and nginx", async () => {
	const site = await helpers.startSite(app, { prefix: "/hello/",
		env: { LD_LIBRARY_PATH: env.LD_LIBRARY_PATH } });

	try {
		assertOutputs(await site.call("greeting.children", ["C"]),
		    { greeting: { children: "Hello, C" } });
	} finally {
		await site.stop();
	}
});

test("the installed files are found without being named", async () => {
	const text = await good(app, ["nginx", "--socket", "/run/hello.sock"],
	    { env });
	const [, suites] = /alias "([^"]+)\/suites\/";/.exec(text);

	assert.ok(fs.existsSync(path.join(root, suites, "suites", "lethe",
	    "lethe.js")), suites);
});
