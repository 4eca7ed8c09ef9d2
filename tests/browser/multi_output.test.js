/*
 * multi_output.test.js: a graph and a table from one run of the slow step.
 */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { barsOf, choose, tableOf, testApp, textOf } = require("./app.js");

/* What graph and table show when the city's status is there. */
async function shown(page, city, sum) {
	await textOf(page, "#status", new RegExp(`^${city}: 1460 sales`));
	return [await barsOf(page, "#graph", sum),
		(await tableOf(page, "#table"))[1]];
}

async function chosen(page, city, sum) {
	await choose(page, "#dropdown", city);
	return shown(page, city, sum);
}

testApp("multi_output", async function* use(page) {
	yield shown(page, "New York", 52774);
	yield chosen(page, "Montreal", 27208);
	await page.click(".dash-dropdown-clear");
	yield textOf(page, "#status", /^Choose/);
	yield chosen(page, "New York", 52774);
}, [
	[52774, ["apples", "18126", "Oct", "2498"]],
	[27208, ["apples", "8996", "Oct", "1199"]],
	"Choose a city to see what it sold.",
	[52774, ["apples", "18126", "Oct", "2498"]],
], (newPage) => {
	test("one callback runs, once", async () => {
		const page = await newPage();

		await shown(page, "New York", 52774);
		assert.deepEqual(page.posts,
		    ["/multi-output/_dash-update-component/update_all"]);
	});
});
