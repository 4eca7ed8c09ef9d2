/*
 * site.js: a site of Lethe's for one browser test, and a browser to look at
 * it with.
 *
 * LETHE_BUILD names the build tree that is tested.  What is in it can be
 * somewhere else, too:
 *	LETHE_RUN	  the program lethe-run
 *	LETHE_APPS	  the apps to serve, separated by blanks
 *	LETHE_HANDLERS	  the directory with a folder for each app
 *	LETHE_FRONTEND	  the front-end files, as html/fetch.js made them
 *	LETHE_DATA	  the directory of the apps' databases
 *	LETHE_BROWSER	  where `npm ci` installed axe-core and playwright-core:
 *			  "browser", beside the front-end files
 *	LETHE_SCREENSHOTS where screenshots go
 * CHROMIUM names a browser other than /usr/bin/chromium.
 */
"use strict";

const { execFileSync, spawn } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const readline = require("node:readline");

/* More than the tests kill, since nobody replaces what SIGKILL took. */
const WORKERS = 4;

/* Where these are in the build tree. */
const PLACES = {
	LETHE_RUN: "fcgi/deploy/lethe-run",
	LETHE_APPS: "handlers/signal/signal",
	LETHE_HANDLERS: "handlers",
	LETHE_FRONTEND: "frontend",
	LETHE_DATA: "data",
	LETHE_SCREENSHOTS: "screenshots",
};

function setting(name) {
	const build = process.env.LETHE_BUILD;

	if (process.env[name])
		return process.env[name];
	if (!build)
		throw new Error(`neither ${name} nor LETHE_BUILD is set: run ` +
		    "the browser tests with `make check`");
	return path.join(build, PLACES[name]);
}

/* Waits until condition() holds; a deadline is an error that says for what. */
async function until(what, condition, limitMs = 30000) {
	const deadline = Date.now() + limitMs;

	while (!(await condition())) {
		if (Date.now() > deadline)
			throw new Error(`waited ${limitMs} ms in vain: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

function alive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code !== "ESRCH";
	}
}

/* The address that lethe-run prints when it is ready to serve, if it does. */
async function address(run) {
	for await (const line of readline.createInterface(run.stdout)) {
		const found = /^Lethe is serving (http:\S+\/)$/.exec(line);

		if (found)
			return found[1];
	}
	return null;
}

/* Does the process run the program, and have this in its environment? */
function isWorker(pid, name, variable) {
	try {
		return path.basename(fs.readlinkSync(`/proc/${pid}/exe`)) ===
		    name && fs.readFileSync(`/proc/${pid}/environ`, "utf8")
		    .includes(variable);
	} catch (error) {
		/* It has ended, or is another user's. */
		return false;
	}
}

/* Starts lethe-run with a new directory for all that it keeps. */
async function startSite({ args = [], apps: given } = {}) {
	const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "lethe-browser-"));
	const directory = path.join(temporary, "site");
	const apps = given || setting("LETHE_APPS").trim().split(/\s+/);
	const complaints = [];

	/* lethe-run, when it is root, serves as somebody else. */
	fs.chmodSync(temporary, 0o755);
	const run = spawn(setting("LETHE_RUN"), ["--dir", directory,
	    "--frontend", setting("LETHE_FRONTEND"),
	    "--data", setting("LETHE_DATA"), "--workers", String(WORKERS),
	    ...args, ...apps],
	    { stdio: ["ignore", "pipe", "pipe"] });
	const ended = once(run, "exit");
	const closed = once(run, "close");

	run.stderr.on("data", (data) => complaints.push(String(data)));
	const url = await address(run);
	if (url === null) {
		/* Only then has all been read that it said. */
		await closed;
		fs.rmSync(temporary, { recursive: true, force: true });
		throw new Error(`lethe-run gave no address: ${complaints.join("")}`);
	}
	run.stdout.resume();
	return {
		url,
		/* What `APP store stats` tells about an app's cache, with
		 * these settings. */
		cacheOf(name, env = {}) {
			const program = apps.find((app) =>
				path.basename(app) === name);

			return JSON.parse(execFileSync(program,
			    ["store", "stats", "--json"], { env: {
				...process.env,
				...env,
				LETHE_STATE: path.join(directory, "state", name),
			    } }));
		},
		/* The processes that serve an app. */
		workersOf(name) {
			const state = path.join(directory, "state", name);

			return fs.readdirSync("/proc").filter((entry) =>
				/^\d+$/.test(entry) && isWorker(entry, name,
				    `LETHE_STATE=${state}\0`)).map(Number);
		},
		/* Ends it; what it exited with. */
		async stop() {
			run.kill("SIGTERM");
			const [status, signal] = await ended;

			fs.rmSync(temporary, { recursive: true, force: true });
			if (status !== 0)
				console.error(complaints.join(""));
			return status === null ? signal : status;
		},
	};
}

function browserDirectory() {
	return process.env.LETHE_BROWSER ||
	    path.join(path.dirname(setting("LETHE_FRONTEND")), "browser");
}

/* A package of npm's that the tests need. */
function installed(name) {
	const directory = browserDirectory();

	try {
		return require(path.join(directory, "node_modules", name));
	} catch (error) {
		throw new Error(`${name} is not in ${directory}: copy ` +
		    "package.json and package-lock.json of tests/browser " +
		    "there and run `npm ci --ignore-scripts` in it " +
		    `(${error.message})`);
	}
}

/* Chromium keeps crash reports whatever its profile: not in the user's home. */
function startBrowser() {
	const home = path.join(browserDirectory(), "home");
	const program = process.env.CHROMIUM || "/usr/bin/chromium";

	if (!fs.existsSync(program))
		throw new Error(`the tests need ${program}: install it (on ` +
		    "Debian: apt-get install chromium)");
	return installed("playwright-core").chromium.launch({
		env: { ...process.env, XDG_CONFIG_HOME: home,
			XDG_CACHE_HOME: home },
		executablePath: program,
		args: ["--headless", "--no-sandbox", "--disable-gpu",
		    "--disable-quic", "--no-first-run",
		    "--disable-background-networking",
		    "--disable-component-update", "--disable-sync"],
	});
}

/*
 * Opens a page in a context of its own: another user.  page.troubles
 * collects what must not happen on it, page.posts the callbacks' paths.
 */
async function openPage(browser, site, options = {}) {
	const context = await browser.newContext({
		viewport: { width: 1280, height: 800 }, ...options });
	const page = await context.newPage();
	const empty = new Set();

	page.troubles = [];
	page.posts = [];
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type()))
			page.troubles.push(`console ${message.type()}: ` +
			    `${message.text()} (${message.location().url})`);
	});
	page.on("pageerror", (error) =>
		page.troubles.push(`uncaught: ${error.message}`));
	page.on("requestfailed", (request) => {
		/* Chromium calls a fetch that gave no content aborted. */
		if (!empty.delete(request))
			page.troubles.push(`failed: ${request.url()}: ` +
			    request.failure().errorText);
	});
	page.on("response", (response) => {
		if (response.status() === 204)
			empty.add(response.request());
		if (response.status() >= 400)
			page.troubles.push(
			    `${response.status()}: ${response.url()}`);
	});
	page.on("request", (request) => {
		const url = new URL(request.url());

		if (!["data:", "blob:"].includes(url.protocol) &&
		    url.origin !== new URL(site.url).origin)
			page.troubles.push(`asked elsewhere: ${url}`);
		if (request.method() === "POST")
			page.posts.push(url.pathname);
	});
	return page;
}

/* Insides of Dash's components, with barriers that no app can take away: names
 * of buttons and lists, empty headers, pale switches. */
const OF_DASH = [".dash-datepicker", ".dash-datepicker-input-wrapper",
	".dash-dropdown-focus-target", ".dash-radioitems",
	".dash-table-container"];

/* What keeps people from using the page, as axe-core sees it: texts. */
async function barriers(page) {
	await page.evaluate(installed("axe-core").source);
	return page.evaluate(async (exclude) => {
		const { violations } = await window.axe.run({ exclude });

		return violations.flatMap(({ id, help, nodes }) =>
			nodes.map((node) => `${id}: ${help}: ${node.html}`));
	}, OF_DASH);
}

async function screenshot(page, name) {
	const directory = setting("LETHE_SCREENSHOTS");

	fs.mkdirSync(directory, { recursive: true });
	await page.screenshot({
		path: path.join(directory, `${name}.png`), fullPage: true });
}

module.exports = { alive, barriers, openPage, screenshot, setting,
    startBrowser, startSite, until };
