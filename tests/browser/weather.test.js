/*
 * weather.test.js: another date is downloaded, another unit is not.
 */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { testApp, textOf } = require("./app.js");
const { until } = require("./site.js");

/* The first day of the table once it is of `date`, and how high and low the
 * graph then begins. */
async function shown(page, date, high) {
	const cell = (column) =>
		`#table td[data-dash-row="0"][data-dash-column="${column}"]`;
	let drawn;

	await textOf(page, "#status", new RegExp(date));
	await textOf(page, cell("date"), date);
	await textOf(page, cell("high"), high);
	await until("the graph", async () => {
		drawn = await page.evaluate(() => document.querySelector(
		    "#graph .js-plotly-plot")?._fullData?.map(({ x, y }) =>
			[x[0], x.length, y[0].toFixed(1)]));
		return drawn?.[0]?.[0] === date && drawn[0][2] === high;
	});
	return [...drawn, ...await page.locator(
	    "#table tr:has(td[data-dash-row=\"0\"]) td").allTextContents()];
}

async function choose(page, date, high) {
	await page.fill("#date", date);
	await page.press("#date", "Enter");
	return shown(page, date, high);
}

async function unit(page, name, date, high) {
	await page.getByLabel(name).click();
	return shown(page, date, high);
}

const JULY = [["2012-07-01", 30, "20.0"], ["2012-07-01", 30, "12.2"],
	"2012-07-01", "20.0", "12.2", "rain"];
const NEW_YEAR = [["2012-01-01", 30, "12.8"], ["2012-01-01", 30, "5.0"],
	"2012-01-01", "12.8", "5.0", "drizzle"];
const FAHRENHEIT = [["2012-01-01", 30, "55.0"], ["2012-01-01", 30, "41.0"],
	"2012-01-01", "55.0", "41.0", "drizzle"];
const LAST = [["2015-12-31", 1, "42.1"], ["2015-12-31", 1, "28.2"],
	"2015-12-31", "42.1", "28.2", "sun"];

testApp("weather", async function* use(page) {
	yield shown(page, "2012-07-01", "20.0");
	yield choose(page, "2012-01-01", "12.8");
	yield unit(page, "Fahrenheit", "2012-01-01", "55.0");
	yield choose(page, "2015-12-31", "42.1");
}, [JULY, NEW_YEAR, FAHRENHEIT, LAST], (newPage, cache) => {
	test("another unit downloads nothing", async () => {
		const page = await newPage();

		await shown(page, "2012-07-01", "20.0");
		page.posts = [];
		await unit(page, "Fahrenheit", "2012-07-01", "68.0");
		await unit(page, "Celsius", "2012-07-01", "20.0");
		assert.deepEqual(page.posts.map((path) => path.split("/").pop()),
		    ["show_weather", "show_weather"]);
	});

	test("a date is downloaded once for all", async () => {
		const [first, second] = [await newPage(), await newPage()];
		const { rows } = cache();

		await shown(first, "2012-07-01", "20.0");
		await choose(first, "2014-02-03", "5.0");
		await choose(second, "2014-02-03", "5.0");
		assert.equal(cache().rows, rows + 1);
	});

	test("what is no date of the table gets an answer", async () => {
		const page = await newPage();
		const set = (id, props) => page.evaluate(([to, given]) =>
			window.dash_clientside.set_props(to, given), [id, props]);

		await shown(page, "2012-07-01", "20.0");
		const { rows } = cache();

		for (const date of [null, "", "2016-01-01", "2012-02-30", "x",
			"2012-07-01'"]) {
			await set("status", { children: "" });
			await set("date", { date });
			await textOf(page, "#status", /choose a date/);
			await until("an empty table", async () => await page.locator(
			    "#table td[data-dash-column=\"date\"]").count() === 0);
			await set("date", { date: "2012-07-01" });
			await shown(page, "2012-07-01", "20.0");
		}
		assert.equal(cache().rows, rows);
		for (const data of [7, {}, "x", [1, null, {}], [{ high: "x" }]])
			await set("weather", { data });
		await set("unit", { value: 7 });
		await set("date", { date: "2012-01-01" });
		await shown(page, "2012-01-01", "12.8");
	});
});
