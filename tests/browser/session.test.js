/*
 * session.test.js: data of each visitor's own, on the server.
 */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { tableOf, testApp, textOf } = require("./app.js");
const { until } = require("./site.js");

/* What a table holds, row by row, once it is there. */
async function rowsOf(page, output) {
	await textOf(page, `${output} td[data-dash-row="3"][data-dash-column=` +
	    "\"value\"]", "c");
	return (await tableOf(page, `${output} table`)).slice(1);
}

/* Both outputs' text, and the table that they both have to show. */
async function shown(page, clicks) {
	const texts = [];

	for (const number of [1, 2])
		texts.push(await textOf(page, `#output-${number} .answer`,
		    `Output ${number} - Button has been clicked ${clicks} times`));

	const table = await rowsOf(page, "#output-1");

	assert.deepEqual(await rowsOf(page, "#output-2"), table);
	return { texts, table };
}

/* What the outputs say, and whether the data is `table` still. */
async function clicked(page, clicks, table) {
	await page.click("#get-data-button");

	const now = await shown(page, clicks);

	return [...now.texts, JSON.stringify(now.table) === JSON.stringify(table)];
}

/* The id that the page carries, as its callbacks send it. */
async function pageId(page) {
	const [request] = await Promise.all([
		page.waitForRequest(/display_value_1$/),
		page.click("#get-data-button"),
	]);

	return request.postDataJSON().inputs[1].value;
}

/* Puts something else in its place. */
function plant(page, data) {
	return page.evaluate((value) => window.dash_clientside.set_props(
	    "session-id", { data: value }), data);
}

testApp("session", async function* use(page) {
	const { texts, table } = await shown(page, 0);

	yield [...texts, table.map((row) => row[1])];
	yield clicked(page, 1, table);
	yield clicked(page, 2, table);
	await page.reload();
	yield (await shown(page, 0)).table[0][0] === table[0][0];
}, [
	["Output 1 - Button has been clicked 0 times",
		"Output 2 - Button has been clicked 0 times",
		["a", "b", "a", "c"]],
	["Output 1 - Button has been clicked 1 times",
		"Output 2 - Button has been clicked 1 times", true],
	["Output 1 - Button has been clicked 2 times",
		"Output 2 - Button has been clicked 2 times", true],
	false,
], (newPage, cache) => {
	test("two browsers have data of their own, each computed once",
	    async () => {
		const before = cache().computations;
		const pages = [await newPage(), await newPage()];
		const [ann, bob] = await Promise.all(
		    pages.map((page) => shown(page, 0)));

		assert.notDeepEqual(ann.table, bob.table);
		for (const [i, { table }] of [ann, bob].entries())
			assert.equal((await clicked(pages[i], 1, table))[2], true);
		await until("the counts of two computations",
		    () => cache().computations === before + 2);
	});

	test("a page id that is another's, or none, opens nothing", async () => {
		const [ann, bob] = [await newPage(), await newPage()];
		const { table } = await shown(ann, 0);
		const own = await pageId(bob);

		await shown(bob, 1);
		for (const id of [await pageId(ann), null, "", 7, {}, "x"]) {
			await plant(bob, id);
			for (const output of ["#output-1", "#output-2"])
				await textOf(bob, output, /not of this session/);
			await plant(bob, own);
			await shown(bob, 1);
		}
		assert.equal((await clicked(ann, 2, table))[2], true);
	});

	test("the page shows that it waits", async () => {
		const page = await newPage();

		await page.waitForSelector(".dash-spinner", { state: "visible" });
		await shown(page, 0);
	});
});
