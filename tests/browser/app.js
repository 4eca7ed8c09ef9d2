/*
 * app.js: what every example app has to pass, whatever it shows.
 *
 *	testApp("two_inputs", use, answers)
 *
 * use(page) is an async generator: it does in a browser, step by step, what a
 * user does, and yields what the page shows after each step.  That has to be
 * `answers`,
 *
 *	- for each of two users who take their steps in turn, with one worker
 *	  and with four,
 *	- when all workers are killed between any two steps (multiwatch starts
 *	  others in their place).
 *
 * A step must wait for all that it sets off.  Pages must fit a phone, too, and
 * no page may have trouble of any kind.
 */
"use strict";

const assert = require("node:assert/strict");
const path = require("node:path");
const { after, afterEach, before, describe, test } = require("node:test");

const { alive, barriers, openPage, screenshot, setting, startBrowser, startSite,
    until } = require("./site.js");

const LOOKS = [
	["desktop", 1280, "light"], ["desktop-dark", 1280, "dark"],
	["phone-dark", 390, "dark"], ["phone", 390, "light"],
];

let browser;
let pages = [];

/* A new user's page of the app; checked for trouble after each test. */
async function newUser(site, name, options) {
	const page = await openPage(browser, site, options);

	pages.push(page);
	await page.goto(`${site.url}${name.replaceAll("_", "-")}/`);
	await page.waitForSelector("h1");
	return page;
}

async function killWorkers(site, name) {
	let workers;

	await until(`workers of ${name}`,
	    () => (workers = site.workersOf(name)).length > 0);
	for (const worker of workers)
		process.kill(worker, "SIGKILL");
	await until("the end of the workers",
	    () => !workers.some((worker) => alive(worker)));
}

/* All that the user sees, with something done between the steps. */
async function collect(steps, between = () => undefined) {
	const seen = [];

	for await (const each of steps) {
		seen.push(each);
		await between();
	}
	return seen;
}

/* What both see whose steps alternate. */
async function alternate(first, second) {
	const other = [];

	return [await collect(first, async () => {
		const { value, done } = await second.next();

		if (!done)
			other.push(value);
	}), other];
}

/* Takes the first steps alone: until there is something to see. */
async function begin(steps) {
	for (let i = 0; i < 2; i++)
		await steps.next();
}

/* Plots follow the window in their own time. */
async function fits(page) {
	await until("a page that is no wider than the window", () =>
		page.evaluate(() =>
			document.documentElement.scrollWidth <= innerWidth));
	await until("plots that are no higher than their place", () =>
		page.evaluate(() =>
			Array.from(document.querySelectorAll(".dash-graph")).every(
			    (graph) => graph.clientHeight >=
			    graph.querySelector(".main-svg").clientHeight)));
}

/*
 * The tests of the app in handlers/`name`.  more(newPage) may add tests of its
 * own: newPage(options) opens the page as another user, cache(env) tells of
 * the app's cache what `store stats` does.
 */
function testApp(name, use, answers, more = () => undefined) {
	const program = path.join(setting("LETHE_HANDLERS"), name, name);

	before(async () => {
		browser = await startBrowser();
	});

	after(async () => {
		await browser?.close();
	});

	afterEach(async () => {
		for (const page of pages.splice(0)) {
			const troubles = page.troubles;

			await page.context().close();
			assert.deepEqual(troubles, []);
		}
	});

	for (const workers of [1, 4])
		describe(`${name}, workers: ${workers}`, () => {
			let site;

			before(async () => {
				site = await startSite({ apps: [program],
					args: ["--supervise", "--workers",
					    String(workers)] });
			});

			after(async () => {
				assert.equal(await site?.stop(), 0);
			});

			test("two users at once see what each expects", async () =>
				assert.deepEqual(await alternate(
				    use(await newUser(site, name)),
				    use(await newUser(site, name))),
				    [answers, answers]));

			if (workers === 1)
				return;

			test("killed workers are not missed", async () =>
				assert.deepEqual(await collect(
				    use(await newUser(site, name)),
				    () => killWorkers(site, name)), answers));

			test("it fits, and keeps nobody out", async () => {
				const page = await newUser(site, name);

				await begin(use(page));
				for (const [look, width, colorScheme] of LOOKS) {
					await page.setViewportSize(
					    { width, height: 844 });
					await page.emulateMedia({ colorScheme });
					await fits(page);
					assert.deepEqual(await barriers(page), [],
					    look);
					await screenshot(page, `${name}-${look}`);
				}
			});

			more((options) => newUser(site, name, options),
			    (env) => site.cacheOf(name, env));
		});
}

/* Chooses in a dcc.Dropdown: opens the list and clicks on the entry. */
async function choose(page, selector, entry) {
	await page.click(selector);
	await page.locator(".dash-dropdown-content")
	    .getByText(entry, { exact: true }).click();
}

/* Waits for an element to have this text, or one that matches; returns it. */
async function textOf(page, selector, expected = /\S/) {
	let text;

	await until(`${expected} in ${selector}`, async () => {
		text = await page.textContent(selector);
		return expected instanceof RegExp ? expected.test(text) :
		    text === expected;
	});
	return text;
}

/* What a bar chart has drawn: the sum of all bars, once it is `sum`. */
async function barsOf(page, graph, sum) {
	let found;

	await until(`bars of ${sum} in ${graph}`, async () => {
		found = await page.evaluate((selector) => {
			const plot = document.querySelector(
			    `${selector} .js-plotly-plot`);
			const bars = plot?.querySelectorAll(".bars .point path");
			const data = plot?._fullData ?? [];

			if (!bars || bars.length !== 12 * data.length)
				return undefined;
			return data.flatMap((trace) => Array.from(trace.y))
			    .reduce((all, each) => all + each, 0);
		}, graph);
		return found === sum;
	});
	return found;
}

/* The texts of a table, row by row. */
function tableOf(page, table) {
	return page.evaluate((selector) =>
		Array.from(document.querySelectorAll(`${selector} tr`), (row) =>
			Array.from(row.cells, (cell) => cell.textContent)), table);
}

module.exports = { barsOf, choose, tableOf, testApp, textOf };
