/* bootstrap.test.js: what ./bootstrap says before it does anything. */
"use strict";

const assert = require("node:assert");
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const test = require("node:test");

const BOOTSTRAP = path.join(__dirname, "..", "..", "bootstrap");

/* Runs it, in a place where only the stand-ins are in PATH if there are any. */
function bootstrap(t, args, standIns) {
	const bin = fs.mkdtempSync(path.join(os.tmpdir(), "lethe-bootstrap-"));

	t.after(() => fs.rmSync(bin, { recursive: true, force: true }));
	for (const name of ["dirname", "cat"])
		fs.symlinkSync(`/usr/bin/${name}`, path.join(bin, name));
	for (const [name, text] of Object.entries(standIns || {})) {
		fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`);
		fs.chmodSync(path.join(bin, name), 0o755);
	}
	return spawnSync("/bin/sh", [BOOTSTRAP, "--build",
		path.join(bin, "build"), ...args], { encoding: "utf8", cwd: bin,
		env: standIns ? { PATH: bin } : process.env });
}

/* Debian, with every package but nginx and libfcgi-dev. */
const MOSTLY = {
	"dpkg-query": "for package; do :; done\n" +
	    "case $package in nginx|libfcgi-dev) exit 1 ;; esac\n" +
	    "printf installed",
	node: "exit 0", npm: "exit 0", chromium: "exit 0",
};

test("--help tells the commands", (t) => {
	const { status, stdout } = bootstrap(t, ["--help"]);

	assert.strictEqual(status, 0);
	assert.match(stdout, /^Usage: \.\/bootstrap run /);
});

test("no command, or an unknown one, is refused with the usage", (t) => {
	for (const args of [[], ["dance"]]) {
		const { status, stdout, stderr } = bootstrap(t, args);

		assert.strictEqual(status, 2);
		assert.strictEqual(stdout, "");
		assert.match(stderr, /^Usage: /);
	}
});

test("without root and sudo it names exactly what is missing", (t) => {
	const { status, stdout, stderr } = bootstrap(t, ["run"],
	    { ...MOSTLY, id: "echo 1000" });

	assert.strictEqual(status, 1);
	assert.strictEqual(stdout, "");
	assert.match(stderr, /apt-get install --no-install-recommends libfcgi-dev nginx $/m);
});

test("a command counts as installed, whatever brought it", (t) => {
	const { node, ...others } = MOSTLY;
	const { stderr } = bootstrap(t, ["run"], { ...others, id: "echo 1000" });

	assert.match(stderr, /libfcgi-dev nginx nodejs $/m);
});

test("sudo gets only the missing packages, and its failure is told", (t) => {
	const { status, stderr } = bootstrap(t, ["run"],
	    { ...MOSTLY, id: "echo 1000", sudo: 'shift 3\necho "sudo: $*" >&2\nexit 1' });

	assert.strictEqual(status, 1);
	assert.match(stderr, /^sudo: sh libfcgi-dev nginx$/m);
	assert.match(stderr, /could not install .* libfcgi-dev nginx /);
});

test("check keeps its promise about the last line when it can't start", (t) => {
	const { status, stdout } = bootstrap(t, ["check"],
	    { ...MOSTLY, id: "echo 1000" });

	assert.strictEqual(status, 1);
	assert.strictEqual(stdout, "0 passed, 1 failed\n");
});

test("elsewhere than on Debian it says what it needs", (t) => {
	const { status, stderr } = bootstrap(t, ["build"], { id: "echo 1000" });

	assert.strictEqual(status, 1);
	assert.match(stderr, /not Debian.*libfcgi-dev.*nginx/);
	assert.match(stderr, /these are missing: nodejs npm .*make/);
});
