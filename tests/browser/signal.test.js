/*
 * signal.test.js: the caching-and-signaling example, as its users see it in
 * a real browser.
 */
"use strict";

const assert = require("node:assert/strict");
const { after, afterEach, before, test } = require("node:test");

const { alive, barriers, openPage, screenshot, startBrowser, startSite, until } =
    require("./site.js");

const COUNTS = { apples: 500, oranges: 1000, figs: 2000, pineapples: 1500 };
const GRAPHS = ["graph-1", "graph-2", "graph-3", "graph-4"];
const STATUS = new RegExp("^(\\d+) (\\w+)\\. Computed on (.+ UTC) by worker " +
    "(\\d+)\\. This answer came from worker (\\d+)\\.$");

let site;
let browser;
let page;
const workers = new Set();
const pages = [];

/* A new user's page; checked for trouble after each test. */
async function newPage(options) {
	const opened = await openPage(browser, site, options);

	pages.push(opened);
	return opened;
}

/* What the status line tells. */
async function status(from) {
	const text = await from.textContent("#status");
	const found = STATUS.exec(text);

	assert.ok(found, `not a status: "${text}"`);
	workers.add(Number(found[4])).add(Number(found[5]));
	return {
		count: Number(found[1]),
		category: found[2],
		computed: `${found[3]} by ${found[4]}`,
		computedBy: Number(found[4]),
		answeredBy: Number(found[5]),
	};
}

/* What each graph holds and has drawn; null before there is something. */
function drawings(from) {
	return from.evaluate((ids) => ids.map((id) => {
		const plot = document.querySelector(`#${id} .js-plotly-plot`);
		const trace = plot && plot._fullData && plot._fullData[0];
		const shapes = plot && plot.querySelectorAll(
		    ".points path, .lines path, .heatmaplayer image, " +
		    ".contourfill path, .contourlines path");

		if (!trace || !trace.x)
			return null;
		return {
			type: trace.type,
			mode: trace.mode,
			points: Math.min(trace.x.length, trace.y.length),
			shapes: shapes.length,
			drawn: Array.from(shapes, (shape) =>
				(shape.getAttribute("d") || "") +
				(shape.getAttribute("transform") || "") +
				(shape.getAttribute("href") || "")).join("|"),
		};
	}), GRAPHS);
}

/* Waits until all four graphs show the category; returns the drawings. */
async function shown(from, category) {
	let graphs;

	await until(`four graphs of ${category}`, async () => {
		const text = await from.textContent("#status");

		graphs = await drawings(from);
		return text.startsWith(`${COUNTS[category]} ${category}.`) &&
		    graphs.every((graph) => graph !== null &&
		        graph.points === COUNTS[category] && graph.shapes > 0) &&
		    graphs[0].shapes === COUNTS[category];
	});
	return graphs;
}

async function openSignal(from, category = "apples") {
	await from.goto(`${site.url}signal/`);
	await from.waitForSelector("#status");
	return shown(from, category);
}

/* Chooses as a user does: opens the list and clicks on the entry. */
async function choose(from, category) {
	await from.click("#dropdown");
	await from.locator(".dash-dropdown-content")
	    .getByText(category, { exact: true }).click();
}

before(async () => {
	site = await startSite();
	browser = await startBrowser();
	page = await newPage();
});

after(async () => {
	if (browser)
		await browser.close();
	if (site)
		await site.stop();
});

afterEach(() => {
	for (const opened of pages)
		assert.deepEqual(opened.troubles.splice(0), []);
});

test("the gallery lists the app and leads to it", async () => {
	await page.goto(site.url);
	await page.getByRole("link", { name: "Caching and signaling" }).click();
	await page.waitForURL(`${site.url}signal/`);
	assert.equal(await page.textContent("h1"), "Caching and signaling");
	await shown(page, "apples");
});

test("four graphs draw the points of the first category", async () => {
	const graphs = await shown(page, "apples");

	assert.deepEqual(
	    graphs.map(({ type, mode, points }) => [type, mode, points]), [
		["scatter", "markers", 500],
		["scatter", "lines", 500],
		["histogram2d", undefined, 500],
		["histogram2dcontour", undefined, 500],
	    ]);
	assert.match(graphs[1].drawn, /^M/);
	assert.match(graphs[2].drawn, /data:image\/png/);
	assert.match(graphs[3].drawn, /M/);
	await screenshot(page, "signal-desktop");
});

test("every callback is posted to its own URL", async () => {
	page.posts = [];
	await openSignal(page);
	assert.deepEqual(page.posts.sort(), ["compute_value", ...GRAPHS.map(
	    (id) => `update_${id.replace("-", "_")}`)].map(
	    (name) => `/signal/_dash-update-component/${name}`));
});

test("the page shows that it waits for a computation", async () => {
	await choose(page, "figs");
	await page.waitForSelector(".dash-spinner", { state: "visible" });
	await shown(page, "figs");
	await page.waitForSelector(".dash-spinner", { state: "hidden" });
	await choose(page, "apples");
	await shown(page, "apples");
});

test("choosing figs changes all four graphs", async () => {
	const before = await shown(page, "apples");

	await choose(page, "figs");
	await shown(page, "figs");
	/* Plotly has the new points before it has drawn them. */
	for (const [index, id] of GRAPHS.entries())
		await until(`a new drawing in ${id}`, async () =>
			(await drawings(page))[index].drawn !==
			    before[index].drawn);
});

test("a second user finds the category computed", async () => {
	const second = await newPage();

	await choose(page, "figs");
	await shown(page, "figs");
	await openSignal(second);
	await choose(second, "figs");
	await shown(second, "figs");
	assert.equal((await status(second)).computed,
	    (await status(page)).computed);
});

test("two users who choose at once share one computation", async () => {
	const users = [await newPage(), await newPage()];

	for (const user of users)
		await openSignal(user);
	await Promise.all(users.map((user) => choose(user, "pineapples")));
	await Promise.all(users.map((user) => shown(user, "pineapples")));
	assert.equal((await status(users[0])).computed,
	    (await status(users[1])).computed);
});

test("a choice taken back leaves the graphs and says so", async () => {
	const before = await shown(page, "figs");

	await page.click(".dash-dropdown-clear");
	await page.getByText("Choose a category to see its points.").waitFor();
	assert.deepEqual(await drawings(page), before);
	await choose(page, "apples");
	await shown(page, "apples");
});

for (const signal of ["SIGKILL", "SIGTERM"])
	test(`a worker that got ${signal} is not missed`, async () => {
		const { answeredBy } = await status(page);

		process.kill(answeredBy, signal);
		await until(`the end of worker ${answeredBy}`,
		    () => !alive(answeredBy));
		await choose(page, "oranges");
		await shown(page, "oranges");
		await choose(page, "apples");
		await shown(page, "apples");
		assert.notEqual((await status(page)).answeredBy, answeredBy);
	});

test("the cache counts one computation for each category", () => {
	const { rows, computations } = site.cacheOf("signal");

	assert.deepEqual({ rows, computations }, { rows: 4, computations: 4 });
});

test("pages fit a phone, and the dark setting", async () => {
	for (const [name, options] of [
		["phone", { viewport: { width: 390, height: 844 } }],
		["desktop-dark", { colorScheme: "dark" }],
		["phone-dark", { viewport: { width: 390, height: 844 },
		    colorScheme: "dark" }]]) {
		const small = await newPage(options);
		const overflow = () => small.evaluate(() =>
			document.documentElement.scrollWidth - innerWidth);

		await openSignal(small);
		assert.equal(await overflow(), 0, `${name}: page too wide`);
		assert.deepEqual(await barriers(small), []);
		await screenshot(small, `signal-${name}`);
	}
});

test("SIGTERM ends the site with all its workers", async () => {
	for (const opened of pages.splice(0))
		await opened.context().close();
	assert.ok(workers.size > 0);
	assert.equal(await site.stop(), 0);
	site = null;
	await until("the end of all workers",
	    () => [...workers].every((pid) => !alive(pid)));
});
