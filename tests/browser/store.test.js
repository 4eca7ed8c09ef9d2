/*
 * store.test.js: cleaned data in a dcc.Store, for a graph and a table.
 */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { barsOf, choose, testApp, textOf } = require("./app.js");

/* What the table has of apples when the bars' sum is this. */
const APPLES = { 0: "0", 27208: "8996", 52774: "18126" };

const EMPTY = "The store is empty: choose a city.";

async function shown(page, sum) {
	await textOf(page, "#status", sum > 0 ? /^1460 rows/ : EMPTY);
	await barsOf(page, "#graph", sum);
	return textOf(page, "#table td", APPLES[sum]);
}

async function chosen(page, city, sum) {
	await choose(page, "#dropdown", city);
	return shown(page, sum);
}

async function reloaded(page, sum) {
	await page.reload();
	return shown(page, sum);
}

async function opened(page, storage, sum) {
	/* A page left while it loads would look like a failure. */
	await page.waitForSelector("#graph .main-svg");
	await page.getByRole("link", { name: storage }).click();
	await page.waitForURL(`**/?storage=${storage}`);
	return shown(page, sum);
}

testApp("store", async function* use(page) {
	yield shown(page, 0);
	yield chosen(page, "New York", 52774);
	yield chosen(page, "Montreal", 27208);
	yield reloaded(page, 0);
	yield opened(page, "session", 0);
	yield chosen(page, "Montreal", 27208);
	yield reloaded(page, 27208);
	yield opened(page, "local", 0);
	yield chosen(page, "New York", 52774);
	yield reloaded(page, 52774);
}, ["0", "18126", "8996", "0", "0", "8996", "8996", "0", "18126", "18126"],
(newPage) => {
	test("a new tab has the local store, not the session's", async () => {
		const page = await newPage();

		for (const storage of ["session", "local"]) {
			await opened(page, storage, 0);
			await chosen(page, "New York", 52774);
		}

		const tab = await page.context().newPage();

		await tab.goto(page.url());
		await shown(tab, 52774);
		await opened(tab, "session", 0);
	});

	test("the slow step runs once for both, and not for a reload",
	    async () => {
		const page = await newPage();
		const count = () => page.posts.filter((path) =>
			/clean_data$/.test(path)).length;

		await opened(page, "local", 0);
		page.posts = [];
		await chosen(page, "New York", 52774);
		assert.equal(count(), 1);
		assert.equal(page.posts.length, 3);
	});

	test("a store that was cleared or spoilt is answered", async () => {
		const page = await newPage();

		await opened(page, "local", 0);
		await chosen(page, "New York", 52774);
		await page.evaluate(() => localStorage.clear());
		await reloaded(page, 0);
		for (const text of ["7", "{}", "[7,[],[{}],[\"figs\",9,\"x\"]]"]) {
			await page.evaluate((value) => window.dash_clientside
			    .set_props("intermediate-value",
			        { data: JSON.parse(value) }), text);
			await barsOf(page, "#graph", 0);
		}
		await chosen(page, "New York", 52774);
	});
});
