/*
 * memoize.test.js: an expensive step that is memoized by its argument.
 */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { testApp, textOf } = require("./app.js");

/* Each user's texts are their own, so that one's misses are no other's hits. */
let users = 0;

const BUTTONS = {
	first: ["#button", "#content", "#note"],
	second: ["#button2", "#content_2", "#note_2"],
};

/* What comes of a click: "Hit", "Miss" or what is said instead. */
async function compute(page, which, text) {
	const [button, content, note] = BUTTONS[which];
	const path = `**/update_output_${which === "first" ? 1 : 2}`;

	await page.fill("#input", text);
	await Promise.all([page.waitForResponse(path), page.click(button)]);
	await textOf(page, content, text);
	return (await textOf(page, note)).split(".")[0];
}

testApp("memoize", async function* use(page) {
	const mine = `${++users}. \u2603`;

	yield compute(page, "first", mine);
	yield compute(page, "second", mine);
	yield compute(page, "second", `${mine} two`);
	yield compute(page, "first", `${mine} two`);
	yield compute(page, "first", "");
	yield compute(page, "first", mine);
}, ["Miss", "Hit", "Miss", "Hit", "Type something", "Hit"], (newPage, cache) => {
	test("one user's miss is another's hit", async () => {
		const first = await newPage();
		const second = await newPage();

		assert.equal(await compute(first, "first", "shared"), "Miss");
		assert.equal(await compute(second, "second", "shared"), "Hit");
	});

	test("the page shows that it waits", async () => {
		const page = await newPage();

		await page.fill("#input", "waiting");
		await page.click("#button");
		await page.waitForSelector(".dash-spinner", { state: "visible" });
		await textOf(page, "#content", "waiting");
	});

	const limits = (env) => {
		const { threshold, default_timeout_s: timeout_s } = cache(env);

		return [threshold, timeout_s];
	};

	test("the cache has the limits that the app sets", () =>
		assert.deepEqual(limits(), [200, 60]));

	test("settings override what the app sets", () =>
		assert.deepEqual(limits({ LETHE_THRESHOLD: "0",
			LETHE_DEFAULT_TIMEOUT: "0" }), [0, 0]));
});
