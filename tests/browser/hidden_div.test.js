/*
 * hidden_div.test.js: a hidden div as the store.
 */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { testApp, textOf } = require("./app.js");

async function hide(page, first, second, shown) {
	await page.fill("#input_1", first);
	await page.fill("#input_2", second);
	await page.click("#button");

	const text = await textOf(page, "#content", shown);
	const held = await page.textContent("#cache");

	assert.equal(await page.isVisible("#cache"), false);
	assert.equal(await page.textContent("#held"), held);
	return [text, JSON.parse(held)];
}

testApp("hidden_div", async function* use(page) {
	yield textOf(page, "#content", /empty/);
	yield hide(page, "hello", "world", /hello/);
	yield hide(page, "\"</div>", "\u2603", /div/);
	yield hide(page, "", "", /nothing/);
}, ["The div is empty until you click.",
	["hello world", { input_1: "hello", input_2: "world" }],
	["\"</div> \u2603", { input_1: "\"</div>", input_2: "\u2603" }],
	["The div has nothing that was typed.", { input_1: "", input_2: "" }],
], (newPage) => {
	test("who edits the div gets an answer", async () => {
		const page = await newPage();

		await textOf(page, "#content", /empty/);
		for (const children of ["{", "[]", "7", "{\"input_1\": {}}"])
			await page.evaluate((text) => window.dash_clientside
			    .set_props("cache", { children: text }), children)
			    .then(() => textOf(page, "#held", children));
		await textOf(page, "#content", /nothing that was typed/);
	});
});
