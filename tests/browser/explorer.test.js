/*
 * explorer.test.js: the store looks at itself.
 */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { testApp, textOf } = require("./app.js");
const { until } = require("./site.js");

const ROWS = "#entries td[data-dash-column=\"arguments\"]";

/* The arguments of all values in the table. */
function listed(page) {
	return page.locator(ROWS).allTextContents();
}

/* Clicks until the page shows so many values or more. */
async function fill(page, count) {
	while ((await listed(page)).length < count) {
		await page.click("#ask");
		await textOf(page, "#done", /Asked/);
		await page.waitForResponse(/refresh$/);
	}
}

/* Chooses the first value of the table; which it is. */
async function select(page) {
	const row = page.locator(`#entries tr:has(${ROWS.slice(9)})`).first();
	const chosen = await row.locator("td").nth(2).textContent();

	await row.locator("input[type=radio]").click();
	return chosen;
}

testApp("explorer", async function* use(page) {
	yield textOf(page, "#stats", /values.*hits.*evictions.*worker/)
	    .then((text) => text.replace(/\d+/g, "N"));
	await page.click("#ask");
	yield textOf(page, "#done", "Asked for ten values.");
	await until("a session in its table", () => page.locator(
	    "#sessions td[data-dash-column=\"session\"]").count());
	await page.click("#clear");
	yield textOf(page, "#done", /^Choose/);
	await page.waitForResponse(/refresh$/);
}, ["N values, N hits, N misses, N evictions, N expirations; this answer is " +
	"worker N's", "Asked for ten values.", "Choose a value that is there."],
(newPage, cache) => {
	test("a value is deleted, then all of its function", async () => {
		const page = await newPage();

		await fill(page, 5);

		const chosen = await select(page);

		await page.click("#delete");
		await textOf(page, "#done", "Deleted the value.");
		await until(`the end of ${chosen}`, async () =>
			!(await listed(page)).includes(chosen));
		await select(page);
		await page.click("#clear");
		await textOf(page, "#done", "Deleted the values of the function.");
		await until("an empty table", async () =>
			(await listed(page)).length === 0);
		assert.equal(cache().rows, 0);
	});

	test("another visitor's values and session are seen", async () => {
		const [ann, bob] = [await newPage(), await newPage()];

		await fill(ann, 3);
		await until("Ann's values on Bob's page", async () =>
			(await listed(bob)).length >= 3);
	});

	test("over the threshold values make room", async () => {
		const page = await newPage();

		await until("evictions", async () => {
			await page.click("#ask");
			await page.waitForResponse(/refresh$/);
			return /[1-9]\d* evictions/.test(
			    await page.textContent("#stats"));
		});
		await fill(page, 15);
		assert.ok((await listed(page)).length <= 20);
	});

	test("the table filters and sorts", async () => {
		const page = await newPage();

		await fill(page, 8);

		const [, one] = await listed(page);

		await page.fill("#entries th[data-dash-column=\"arguments\"] " +
		    "input[type=text]", `= ${one}`);
		await page.keyboard.press("Enter");
		await until("one value", async () =>
			String(await listed(page)) === one);
	});

	test("what the browser should not send gets an answer", async () => {
		const page = await newPage();
		const set = (id, props) => page.evaluate(([to, given]) =>
			window.dash_clientside.set_props(to, given), [id, props]);

		await fill(page, 1);
		for (const value of [7, {}, ["x"], [{}], [[]], null]) {
			await set("done", { children: "" });
			await set("entries", { selected_row_ids: value });
			await set("history", { data: value });
			await page.click("#delete");
			await textOf(page, "#done", /^Choose/);
		}
	});
});
