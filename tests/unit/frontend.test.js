/*
 * frontend.test.js: html/fetch.js with a stand-in for npm, and the names that
 * html/frontend-header.js makes.
 */
"use strict";

const assert = require("node:assert");
const { spawnSync } = require("node:child_process");
const crypto = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const test = require("node:test");
const zlib = require("node:zlib");

const HTML = path.join(__dirname, "..", "..", "html");
const { check, fingerprint, load } = require(path.join(HTML, "bundles.js"));

/* The archive of a package that has these files. */
function archive(directory, name, files) {
	const from = path.join(directory, "archive", "package");
	const file = path.join(directory, `${name}.tgz`);

	for (const [to, content] of Object.entries(files)) {
		fs.mkdirSync(path.dirname(path.join(from, to)), { recursive: true });
		fs.writeFileSync(path.join(from, to), content);
	}
	assert.strictEqual(spawnSync("tar", ["-czf", file, "-C",
		path.join(directory, "archive"), "package"]).status, 0);
	fs.rmSync(path.dirname(from), { recursive: true });
	return file;
}

/*
 * A copy of html/ with a list of one package, and an npm which hands that out
 * and counts how often it was asked.
 */
function workshop(t) {
	const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lethe-fetch-"));
	const html = path.join(directory, "html");
	const bin = path.join(directory, "bin");
	const tgz = archive(directory, "it", {
		"package.json": '{"name":"@a/it"}',
		"dist/it.js": "it();\n",
	});
	const bundles = {
		packages: [{
			name: "@a/it", version: "1.2.3",
			integrity: "sha512-" + crypto.createHash("sha512")
			    .update(fs.readFileSync(tgz)).digest("base64"),
			files: { "dist/it.js": "deps/it@1.2.3.min.js" },
		}],
		own: { "lethe.js": "lethe/lethe.js" },
		pages: ["gallery.html"],
		scripts: ["deps/it@1.2.3.min.js", "lethe/lethe.js"],
		scripts_debug: ["lethe/lethe.js"],
		styles: [],
	};

	t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
	fs.mkdirSync(html);
	fs.mkdirSync(bin);
	for (const name of ["bundles.js", "fetch.js", "frontend-header.js",
		"gallery.js"])
		fs.copyFileSync(path.join(HTML, name), path.join(html, name));
	fs.writeFileSync(path.join(html, "lethe.js"), "own();\n");
	fs.writeFileSync(path.join(html, "gallery.html"), "<p>\n");
	fs.symlinkSync(process.execPath, path.join(bin, "node"));

	const shop = {
		html, tgz, bundles, out: path.join(directory, "out"),
		/* Shell text for npm; $4 is where the archive belongs. */
		npm(text) {
			fs.writeFileSync(path.join(bin, "npm"), "#!/bin/sh\n" +
			    `echo "$*" >>'${directory}/asked'\n${text}\n`);
			fs.chmodSync(path.join(bin, "npm"), 0o755);
		},
		noNpm() {
			fs.rmSync(path.join(bin, "npm"));
			for (const name of ["tar", "gzip", "sh"])
				fs.symlinkSync(`/bin/${name}`, path.join(bin, name));
			shop.path = bin;
		},
		path: `${bin}:${process.env.PATH}`,
		asked() {
			return fs.existsSync(`${directory}/asked`) ?
			    fs.readFileSync(`${directory}/asked`, "utf8")
			        .trim().split("\n").length : 0;
		},
		fetch() {
			fs.writeFileSync(path.join(html, "bundles.json"),
			    JSON.stringify(bundles));
			return spawnSync(process.execPath,
			    [path.join(html, "fetch.js"), "--out", shop.out,
				"--cache", path.join(shop.out, "cache")],
			    { encoding: "utf8", env: { PATH: shop.path } });
		},
		file(name) {
			return fs.readFileSync(path.join(shop.out, name), "utf8");
		},
	};

	shop.npm(`cp '${tgz}' "$4/a-it-1.2.3.tgz"`);
	return shop;
}

function fine(result) {
	assert.strictEqual(result.status, 0, result.stderr);
}

function failed(result, expected) {
	assert.strictEqual(result.status, 1);
	assert.match(result.stderr, expected);
	assert.doesNotMatch(result.stderr, /\n {4}at /);
}

test("files are put in place, compressed twins beside them", (t) => {
	const shop = workshop(t);

	fine(shop.fetch());
	assert.strictEqual(shop.file("suites/deps/it@1.2.3.min.js"), "it();\n");
	assert.strictEqual(shop.file("suites/lethe/lethe.js"), "own();\n");
	assert.strictEqual(shop.file("packages/@a/it/dist/it.js"), "it();\n");
	assert.strictEqual(shop.file("gallery.html"), "<p>\n");
	assert.strictEqual(String(zlib.gunzipSync(fs.readFileSync(
	    path.join(shop.out, "suites/deps/it@1.2.3.min.js.gz")))), "it();\n");
	assert.strictEqual(fs.statSync(path.join(shop.out,
	    "suites/deps/it@1.2.3.min.js")).mode & 0o777, 0o644);
	assert.deepStrictEqual(fs.readdirSync(shop.out).sort(), ["cache",
		"gallery.html", "packages", "stamp.json", "suites"]);
});

test("a second run asks nobody and changes nothing", (t) => {
	const shop = workshop(t);
	const file = path.join(shop.out, "suites/deps/it@1.2.3.min.js");

	fine(shop.fetch());
	const before = fs.statSync(file).ino;

	shop.npm("exit 1");
	fine(shop.fetch());
	assert.strictEqual(fs.statSync(file).ino, before);
	assert.strictEqual(shop.asked(), 1);
});

test("a result that lost a file is made again, without the network", (t) => {
	const shop = workshop(t);

	fine(shop.fetch());
	shop.npm("exit 1");
	for (const name of ["suites/deps/it@1.2.3.min.js.gz", "gallery.html",
		"packages/@a/it/package.json", "stamp.json"]) {
		fs.rmSync(path.join(shop.out, name));
		fine(shop.fetch());
		assert.ok(fs.existsSync(path.join(shop.out, name)), name);
	}
	assert.strictEqual(shop.asked(), 1);
});

test("a change to Lethe's own files alone is taken over", (t) => {
	const shop = workshop(t);

	fine(shop.fetch());
	fs.writeFileSync(path.join(shop.html, "lethe.js"), "new();\n");
	fs.writeFileSync(path.join(shop.html, "gallery.html"), "<b>\n");
	fine(shop.fetch());
	assert.strictEqual(shop.file("suites/lethe/lethe.js"), "new();\n");
	assert.strictEqual(shop.file("gallery.html"), "<b>\n");
	assert.strictEqual(shop.asked(), 1);
});

test("a damaged archive in the cache is fetched anew", (t) => {
	const shop = workshop(t);

	fine(shop.fetch());
	fs.writeFileSync(path.join(shop.out, "cache/a-it-1.2.3.tgz"), "damaged");
	fs.rmSync(path.join(shop.out, "suites"), { recursive: true });
	fine(shop.fetch());
	assert.strictEqual(shop.asked(), 2);
});

test("a package that is not the pinned one is refused and not kept", (t) => {
	const shop = workshop(t);
	const good = shop.bundles.packages[0].integrity;

	fine(shop.fetch());
	shop.bundles.packages[0].integrity = `sha512-${"A".repeat(86)}==`;
	failed(shop.fetch(),
	    /@a\/it@1\.2\.3 is not the package that was pinned[^]*pinned:[^]*got:/);
	/* What was there still is, but nobody takes it for complete. */
	assert.ok(!fs.existsSync(path.join(shop.out, "stamp.json")));
	assert.ok(!fs.readdirSync(path.join(shop.out, "cache"))
	    .some((name) => name.startsWith(".new-")));
	shop.bundles.packages[0].integrity = good;
	fine(shop.fetch());
});

test("what npm says when it fails is passed on", (t) => {
	const shop = workshop(t);

	shop.npm("echo 'ECONNREFUSED somewhere' >&2; exit 7");
	failed(shop.fetch(),
	    /cannot fetch[^]*npm failed with status 7:\nECONNREFUSED somewhere/);
	assert.ok(!fs.existsSync(path.join(shop.out, "suites")));
});

test("an npm that delivers nothing is noticed", (t) => {
	const shop = workshop(t);

	shop.npm("exit 0");
	failed(shop.fetch(), /npm did not deliver @a\/it@1\.2\.3/);
});

test("a missing npm is named, with how to get it", (t) => {
	const shop = workshop(t);

	shop.noNpm();
	failed(shop.fetch(), /npm is not installed.*apt-get install npm/);
});

test("a file that a package lacks is named", (t) => {
	const shop = workshop(t);

	shop.bundles.packages[0].files = { "dist/none.js": "deps/none.js" };
	shop.bundles.scripts = [];
	failed(shop.fetch(), /@a\/it@1\.2\.3 has no file dist\/none\.js/);
	assert.ok(!fs.existsSync(path.join(shop.out, "stamp.json")));
});

test("of a package no more is unpacked than the list says", (t) => {
	const shop = workshop(t);
	const unpacked = () => fs.readdirSync(
	    path.join(shop.out, "packages/@a/it"), { recursive: true }).sort();

	fine(shop.fetch());
	assert.deepStrictEqual(unpacked(),
	    ["dist", "dist/it.js", "package.json"]);
	shop.bundles.packages[0].unpack = ["dist/it.js"];
	fine(shop.fetch());
	assert.deepStrictEqual(unpacked(), ["dist", "dist/it.js"]);
	fs.rmSync(path.join(shop.out, "packages/@a/it/dist/it.js"));
	fine(shop.fetch());
	assert.deepStrictEqual(unpacked(), ["dist", "dist/it.js"]);
	shop.bundles.packages[0].unpack = ["none.csv"];
	failed(shop.fetch(), /cannot unpack[^]*none\.csv/);
});

test("the header lists the scripts in order, fingerprinted", (t) => {
	const shop = workshop(t);

	fine(shop.fetch());
	const made = () => {
		const result = spawnSync(process.execPath,
		    [path.join(shop.html, "frontend-header.js"),
			path.join(shop.html, "bundles.json")], { encoding: "utf8" });

		fine(result);
		return result.stdout;
	};
	const first = made();

	assert.match(first, new RegExp("frontend_scripts\\[\\] = \\{\n" +
	    '\t\\{ "deps/it@1\\.2\\.3\\.min\\.js",\n' +
	    '\t    "deps/it@1\\.v1_2_3m[0-9a-f]{8}\\.2\\.3\\.min\\.js" \\},\n' +
	    '\t\\{ "lethe/lethe\\.js",\n' +
	    '\t    "lethe/lethe\\.v0m[0-9a-f]{8}\\.js" \\},\n' +
	    "\t\\{ 0, 0 \\}\n"));
	assert.strictEqual(made(), first);
	fs.writeFileSync(path.join(shop.html, "lethe.js"), "changed();\n");
	assert.notStrictEqual(made(), first);
});

test("a fingerprint goes behind the name's first dot", () => {
	assert.strictEqual(fingerprint("a/react@18.3.1.min.js", "18.3.1", "1a2b"),
	    "a/react@18.v18_3_1m1a2b.3.1.min.js");
	assert.strictEqual(fingerprint("x.y/b.js", "4.5.0-rc.1", "ff"),
	    "x.y/b.v4_5_0-rc_1mff.js");
});

test("the project's own list is sound and pins every package", () => {
	const bundles = load(path.join(HTML, "bundles.json"));

	assert.ok(bundles.packages.length >= 9);
	for (const name of ["scripts", "scripts_debug"]) {
		const at = (part) => bundles[name].findIndex((s) => s.includes(part));

		assert.ok(at("polyfill") < at("react@"));
		assert.ok(at("lethe.js") >= 0 && at("lethe.js") < at("renderer"));
		assert.ok(at("renderer") < at("dash_core_components.js"));
	}
});

test("a list that can't be right is refused in words", () => {
	const wrong = [
		[(b) => b.packages[0].version = "^18.0.0", /version must be exact/],
		[(b) => b.packages[0].integrity = "sha1-x", /must be sha512/],
		[(b) => b.packages[0].name = "../x", /no package name/],
		[(b) => b.packages[0].files = { "x.js": "../x.js" }, /no plain/],
		[(b) => b.packages[0].files = { "/x.js": "x.js" }, /no plain/],
		[(b) => b.packages[0].unpack = ["../x"], /no plain path/],
		[(b) => b.own["lethe.css"] = "lethe/lethe.js", /placed twice/],
		[(b) => b.scripts.push("none.js"), /nothing provides "none.js"/],
		[(b) => b.pages.push("../x"), /no plain file name/],
	];

	for (const [spoil, expected] of wrong) {
		const bundles = JSON.parse(
		    fs.readFileSync(path.join(HTML, "bundles.json"), "utf8"));

		spoil(bundles);
		assert.throws(() => check(bundles), expected);
	}
});
