/*
 * two_inputs.test.js: two inputs and a button, through a dcc.Store.
 */
"use strict";

const { testApp, textOf } = require("./app.js");

async function store(page, first, second, shown) {
	await page.fill("#input_1", first);
	await page.fill("#input_2", second);
	await page.click("#button");
	return textOf(page, "#content", shown);
}

testApp("two_inputs", async function* use(page) {
	yield textOf(page, "#content", /empty/);
	yield store(page, "hello", "world", /hello/);
	yield store(page, "<b>\u00e9", "\u2603", /b/);
	yield store(page, "one", "", /one/);
	yield store(page, "", "", /Both/);
	/* The store is in the page's memory. */
	await page.reload();
	yield textOf(page, "#content", /empty/);
}, ["The store is empty until you click.", "hello world",
	"<b>\u00e9 \u2603", "one ", "Both inputs were empty.",
	"The store is empty until you click."]);
