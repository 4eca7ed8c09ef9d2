/*
 * session_file.test.js: a file for each session, and its last value there.
 */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { testApp, textOf } = require("./app.js");

/* Clicks; what is shown as the value before, and as what is in the file. */
async function give(page, value, before) {
	await page.fill("#input", value);
	await Promise.all([page.waitForResponse(/update_output_div$/),
		page.click("#button")]);
	return [await textOf(page, "#content", before),
		await page.locator("#history li").allTextContents()];
}

testApp("session_file", async function* use(page) {
	yield give(page, "one", "None");
	yield give(page, "two \u2603", "one");
	yield give(page, "", /first/);
	await page.reload();
	yield give(page, "'); DROP TABLE given; --", "two \u2603");
	yield give(page, "four", /DROP/);
}, [
	["None", ["one"]],
	["one", ["two \u2603", "one"]],
	["Type a value first.", ["two \u2603", "one"]],
	["two \u2603", ["'); DROP TABLE given; --", "two \u2603", "one"]],
	["'); DROP TABLE given; --",
		["four", "'); DROP TABLE given; --", "two \u2603", "one"]],
], (newPage) => {
	test("two pages of one browser have one file", async () => {
		const page = await newPage();

		await give(page, "one", "None");

		const second = await page.context().newPage();

		await second.goto(page.url());
		assert.deepEqual(await give(second, "two", "one"),
		    ["one", ["two", "one"]]);
		assert.deepEqual(await give(page, "three", "two"),
		    ["two", ["three", "two", "one"]]);
	});

	test("who forgets the cookie begins another file", async () => {
		const page = await newPage();

		await give(page, "one", "None");
		await page.context().clearCookies();
		assert.deepEqual(await give(page, "two", "None"),
		    ["None", ["two"]]);
	});

	test("the file keeps the last ten values", async () => {
		const page = await newPage();
		let shown;

		for (let i = 1; i <= 12; i++)
			shown = await give(page, `${i}`,
			    i > 1 ? `${i - 1}` : "None");
		assert.deepEqual(shown[1], ["12", "11", "10", "9", "8", "7", "6",
			"5", "4", "3"]);
	});

	test("what is no text gets an answer", async () => {
		const page = await newPage();
		const set = (value) => page.evaluate((given) =>
			window.dash_clientside.set_props("input",
			    { value: given }), value);

		await give(page, "one", "None");
		for (const value of [7, {}, [], null]) {
			await set(value);
			await page.click("#button");
			await textOf(page, "#content", "Type a value first.");
		}
	});
});
