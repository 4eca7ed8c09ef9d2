/*
 * aggregate.test.js: sums for three graphs instead of all rows.
 */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { barsOf, choose, testApp, textOf } = require("./app.js");

const SUMS = {
	"New York": [18126, 14833, 8265],
	"Montreal": [8996, 7532, 4613],
};

/* The bytes that the page counts, and what the graphs show. */
async function shown(page, city, digits) {
	const text = await textOf(page, "#bytes",
	    new RegExp(`^${city}: \\d{${digits}} bytes`));

	for (const [index, sum] of SUMS[city].entries())
		await barsOf(page, `#graph${index + 1}`, sum);
	return text;
}

async function chosen(page, city, digits) {
	await choose(page, "#dropdown", city);
	return shown(page, city, digits);
}

async function stored(page, what, city, digits) {
	await page.getByLabel(what).check();
	return shown(page, city, digits);
}

testApp("aggregate", async function* use(page) {
	yield shown(page, "New York", 3);
	yield stored(page, "all rows", "New York", 5);
	yield chosen(page, "Montreal", 5);
	yield stored(page, "sums", "Montreal", 3);
	await page.click(".dash-dropdown-clear");
	yield textOf(page, "#bytes", /^Choose/);
	yield chosen(page, "New York", 3);
}, [
	"New York: 193 bytes of data, 772 on the wire.",
	"New York: 40476 bytes of data, 161904 on the wire.",
	"Montreal: 40275 bytes of data, 161100 on the wire.",
	"Montreal: 180 bytes of data, 720 on the wire.",
	"Choose a city.",
	"New York: 193 bytes of data, 772 on the wire.",
], (newPage) => {
	test("the bytes are those that travel", async () => {
		const page = await newPage();
		const sent = [];

		page.on("request", (request) => {
			if (/update_graph_\d$/.test(request.url()))
				sent.push(JSON.stringify(request.postDataJSON()
				    .inputs[0].value).length);
		});

		const text = await stored(page, "all rows", "New York", 5);
		const [size, all] = text.match(/\d+/g).map(Number);

		assert.deepEqual(sent.slice(-3), [size, size, size]);
		assert.equal(all, 4 * size);
	});

	test("a spoilt store is answered", async () => {
		const page = await newPage();

		await shown(page, "New York", 3);
		for (const data of [7, [], {}, { apples: 7 }, { figs: {} }])
			await page.evaluate((value) => window.dash_clientside
			    .set_props("intermediate-value", { data: value }),
			    data);
		await chosen(page, "Montreal", 3);
	});
});
