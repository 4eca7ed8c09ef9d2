/*
 * fetch.js: puts the pinned front-end bundles in place.
 *
 *	node fetch.js --cache DIR --out DIR
 *
 * What bundles.json names and the cache directory lacks is fetched with
 * `npm pack`, which keeps to the registry settings of whoever runs it, and
 * checked against the pinned integrity.  Out come
 *	OUT/suites/...		the files as the browser asks for them, each
 *				with a .gz beside it
 *	OUT/packages/NAME/	the unpacked packages, or what "unpack" names
 *				of one
 *	OUT/gallery.html	the template of lethe-run's page
 *	OUT/stamp.json		what was made, so that a second run has
 *				nothing to do
 * It writes nothing else, and never leaves a half-made result: the stamp goes
 * first and comes back last.
 */
"use strict";

const childProcess = require("node:child_process");
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { promisify } = require("node:util");
const zlib = require("node:zlib");
const { load } = require("./bundles.js");
const { render } = require("./gallery.js");

const gzip = promisify(zlib.gzip);

/* An error that was told in full; anything else is a defect of this file. */
class Refusal extends Error {}

function options(argv) {
	const result = {};

	for (let i = 0; i < argv.length; i += 2) {
		const name = argv[i].replace(/^--/, "");

		if (!["cache", "out"].includes(name) || !argv[i].startsWith("--") ||
		    argv[i + 1] === undefined)
			throw new Refusal("usage: node fetch.js --cache DIR --out DIR");
		result[name] = path.resolve(argv[i + 1]);
	}
	if (result.cache === undefined || result.out === undefined)
		throw new Refusal("usage: node fetch.js --cache DIR --out DIR");
	return result;
}

function integrityOf(bytes) {
	return "sha512-" +
	    crypto.createHash("sha512").update(bytes).digest("base64");
}

/* The name that npm gives the package's archive. */
function archiveName(pack) {
	return pack.name.replace(/^@/, "").replace("/", "-") +
	    `-${pack.version}.tgz`;
}

/* Whether `file` is there and is what was pinned. */
function isVerified(file, pack) {
	try {
		return integrityOf(fs.readFileSync(file)) === pack.integrity;
	} catch (error) {
		if (error.code === "ENOENT")
			return false;
		throw error;
	}
}

/* Runs a program to its end; throws a Refusal that starts with `purpose`. */
function run(purpose, program, args, cwd) {
	const result = childProcess.spawnSync(program, args, {
		cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"],
		maxBuffer: 64 * 1024 * 1024,
	});

	if (result.error && result.error.code === "ENOENT")
		throw new Refusal(`${purpose}: the program ${program} is not ` +
		    `installed; install it (on Debian: apt-get install ` +
		    `${program}) and try again`);
	if (result.error)
		throw new Refusal(`${purpose}: ${result.error.message}`);
	if (result.status !== 0)
		throw new Refusal(`${purpose}: ${program} failed with ` +
		    (result.signal || `status ${result.status}`) + ":\n" +
		    result.stderr.trim().split("\n").slice(-12).join("\n"));
	return result.stdout;
}

/* Fetches what the cache lacks, all with one npm, and verifies it. */
function fetchArchives(packages, cache) {
	const missing = packages.filter((pack) =>
	    !isVerified(path.join(cache, archiveName(pack)), pack));

	if (missing.length === 0)
		return;

	const names = missing.map((pack) => `${pack.name}@${pack.version}`);
	const fresh = fs.mkdtempSync(path.join(cache, ".new-"));

	process.stderr.write(`fetching ${names.join(", ")}\n`);
	try {
		run("cannot fetch the front-end packages (is the network up, and " +
		    "is npm's registry setting right? \"npm config get registry\" " +
		    "shows it)", "npm",
		    ["pack", "--ignore-scripts", "--pack-destination", fresh, ...names],
		    fresh);
		for (const pack of missing) {
			const from = path.join(fresh, archiveName(pack));

			if (!fs.existsSync(from))
				throw new Refusal(`npm did not deliver ${pack.name}@` +
				    `${pack.version} as ${archiveName(pack)}; is this ` +
				    "npm 7 or later?");

			const found = integrityOf(fs.readFileSync(from));

			if (found !== pack.integrity)
				throw new Refusal(`${pack.name}@${pack.version} is not ` +
				    "the package that was pinned, and is not used.\n" +
				    `  pinned: ${pack.integrity}\n  got:    ${found}\n` +
				    "The registry or npm's cache gave something else: " +
				    "try \"npm cache verify\", and another registry.");
			fs.renameSync(from, path.join(cache, archiveName(pack)));
		}
	} finally {
		fs.rmSync(fresh, { recursive: true, force: true });
	}
}

/* Writes a file by way of a rename: a server may be reading the old one. */
function writeFile(file, bytes) {
	const fresh = path.join(path.dirname(file),
	    `.new-${process.pid}-${path.basename(file)}`);

	fs.writeFileSync(fresh, bytes, { mode: 0o644 });
	fs.renameSync(fresh, file);
}

/* Writes a file and its compressed twin. */
async function writePair(file, bytes) {
	fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
	writeFile(file, bytes);
	writeFile(`${file}.gz`, await gzip(bytes, { level: 9 }));
}

/* Unpacks a package, or those files of it that the list names. */
function unpack(pack, archive, directory) {
	fs.mkdirSync(directory, { recursive: true });
	run(`cannot unpack ${archive}`, "tar", ["-xzf", archive, "-C", directory,
	    "--strip-components=1", "--no-same-owner", "--no-same-permissions",
	    "--mode=u+rwX,go+rX,go-w", "--wildcards", "--no-wildcards-match-slash",
	    ...(pack.unpack || []).map((name) => `*/${name}`)]);
}

/* Unpacks all packages below `root` and takes their files out. */
async function assemble(packages, cache, root) {
	const pairs = [];

	for (const pack of packages) {
		const directory = path.join(root, "packages", pack.name);

		unpack(pack, path.join(cache, archiveName(pack)), directory);
		for (const [from, to] of Object.entries(pack.files)) {
			let bytes;

			try {
				bytes = fs.readFileSync(path.join(directory, from));
			} catch (error) {
				throw new Refusal(`bundles.json: ${pack.name}@` +
				    `${pack.version} has no file ${from}`);
			}
			pairs.push(writePair(path.join(root, "suites", to), bytes));
		}
	}
	await Promise.all(pairs);
}

/* Whether what the stamp says was made is still there. */
function isComplete(stamp, out) {
	return Object.entries(stamp.files).every(([file, size]) => {
		const status = fs.statSync(path.join(out, file),
		    { throwIfNoEntry: false });

		return status !== undefined && status.size === size;
	});
}

function readStamp(file) {
	try {
		return JSON.parse(fs.readFileSync(file, "utf8"));
	} catch (error) {
		/* None, or a torn one: everything is made again. */
		return {};
	}
}

function sizes(bundles, out) {
	const files = {};
	const placed = [...bundles.packages.flatMap((pack) =>
	    Object.values(pack.files)), ...Object.values(bundles.own)];

	for (const to of placed)
		for (const name of [`suites/${to}`, `suites/${to}.gz`])
			files[name] = fs.statSync(path.join(out, name)).size;
	for (const name of bundles.pages)
		files[name] = fs.statSync(path.join(out, name)).size;
	for (const pack of bundles.packages)
		for (const file of pack.unpack || ["package.json"]) {
			const name = `packages/${pack.name}/${file}`;

			files[name] = fs.statSync(path.join(out, name)).size;
		}
	return files;
}

async function replacePackages(bundles, { cache, out }) {
	fetchArchives(bundles.packages, cache);

	const fresh = fs.mkdtempSync(path.join(out, ".new-"));

	fs.chmodSync(fresh, 0o755);
	try {
		await assemble(bundles.packages, cache, fresh);
		for (const name of ["suites", "packages"]) {
			fs.rmSync(path.join(out, name), { recursive: true, force: true });
			fs.renameSync(path.join(fresh, name), path.join(out, name));
		}
	} finally {
		fs.rmSync(fresh, { recursive: true, force: true });
	}
}

/* What an earlier run, killed, left behind. */
function sweep(directory) {
	for (const name of fs.readdirSync(directory))
		if (name.startsWith(".new-"))
			fs.rmSync(path.join(directory, name),
			    { recursive: true, force: true });
}

async function main() {
	const places = options(process.argv.slice(2));
	const bundles = load(path.join(__dirname, "bundles.json"));
	const own = Object.entries(bundles.own).map(([from, to]) =>
	    ({ to, bytes: fs.readFileSync(path.join(__dirname, from)) }));
	const pages = bundles.pages.map((name) =>
	    ({ name, bytes: render(path.join(__dirname, name)) }));
	const stampFile = path.join(places.out, "stamp.json");
	const stamp = readStamp(stampFile);
	const wanted = {
		packages: integrityOf(JSON.stringify(bundles.packages) +
		    fs.readFileSync(__filename)),
		own: integrityOf(JSON.stringify([own, pages])),
	};
	const whole = stamp.files !== undefined &&
	    isComplete(stamp, places.out);

	if (whole && stamp.packages === wanted.packages &&
	    stamp.own === wanted.own)
		return;

	process.umask(0o022);
	fs.mkdirSync(places.cache, { recursive: true });
	fs.mkdirSync(places.out, { recursive: true });
	fs.rmSync(stampFile, { force: true });
	sweep(places.cache);
	sweep(places.out);
	if (!whole || stamp.packages !== wanted.packages)
		await replacePackages(bundles, places);
	for (const { to, bytes } of own)
		await writePair(path.join(places.out, "suites", to), bytes);
	for (const { name, bytes } of pages)
		writeFile(path.join(places.out, name), bytes);
	writeFile(stampFile, JSON.stringify({ ...wanted,
		files: sizes(bundles, places.out) }));
}

main().catch((error) => {
	/* A system error (full disk, no permission) tells its own story. */
	const told = error instanceof Refusal || error.code !== undefined;

	process.stderr.write("fetch.js: " +
	    `${told ? error.message : error.stack}\n`);
	process.exitCode = 1;
});
