/*
 * sessions.test.js: sessions as two users see them, each in a browser of their
 * own.
 */
"use strict";

const assert = require("node:assert/strict");
const path = require("node:path");
const { after, before, test } = require("node:test");

const { openPage, screenshot, startBrowser, startSite, until } =
    require("./site.js");

const PROGRAM = path.join(process.env.LETHE_BUILD,
    "tests/integration/apps/session");

let site;
const browsers = [];

before(async () => {
	site = await startSite({ apps: [PROGRAM] });
	browsers.push(await startBrowser(), await startBrowser());
});

after(async () => {
	for (const browser of browsers)
		await browser.close();
	if (site)
		await site.stop();
});

/* Loads the page, and waits for the count in its session. */
async function load(page, count) {
	await page.goto(site.url);
	await shows(page, count);
}

function shows(page, count, sum) {
	return until(`the count is ${count}`, async () =>
	    await page.locator("#count").count() === 1 &&
	    await page.textContent("#count") === String(count) &&
	    (sum === undefined ||
	        await page.textContent("#kept-sum") === String(sum)));
}

test("two browsers count in sessions of their own", async () => {
	const [ann, bob] = [await openPage(browsers[0], site),
		await openPage(browsers[1], site)];

	await load(ann, 0);
	await load(bob, 0);
	for (let i = 1; i <= 3; i++) {
		await ann.click("#button");
		/* Its numbers stay on the server, and are counted there. */
		await shows(ann, i, 1000 * i);
	}
	await bob.click("#button");
	await shows(bob, 1, 1000);
	await shows(ann, 3, 3000);
	await screenshot(ann, "session");
	assert.deepEqual([...ann.troubles, ...bob.troubles], []);
	await ann.context().close();
	await bob.context().close();
});

test("a second page and a reload are of the same session", async () => {
	const page = await openPage(browsers[0], site);

	await load(page, 0);
	await page.click("#button");
	await shows(page, 1);
	await page.reload();
	await shows(page, 1);

	const second = await page.context().newPage();

	await load(second, 1);
	await second.click("#button");
	await shows(second, 2);
	await page.click("#button");
	await shows(page, 3);
	assert.deepEqual(page.troubles, []);
	await page.context().close();
});

test("the session ends with the browser, and scripts never see it",
    async () => {
	const page = await openPage(browsers[0], site);

	await load(page, 0);
	await page.click("#button");
	await shows(page, 1);

	const [cookie, ...others] = await page.context().cookies();

	assert.deepEqual(others, []);
	assert.equal(cookie.name, "lethe");
	assert.equal(cookie.httpOnly, true);
	assert.equal(cookie.sameSite, "Lax");
	/* A cookie without an end goes when the browser is closed. */
	assert.equal(cookie.expires, -1);
	assert.equal(await page.evaluate(() => document.cookie), "");
	await page.context().close();

	const reopened = await openPage(browsers[0], site);

	await load(reopened, 0);
	assert.deepEqual(reopened.troubles, []);
	await reopened.context().close();
});

test("a cookie that was planted is replaced", async () => {
	const page = await openPage(browsers[1], site);
	const planted = `v1.00000000.${"A".repeat(54)}.${"A".repeat(43)}`;

	await page.context().addCookies([{ name: "lethe", value: planted,
		url: site.url }]);
	await load(page, 0);
	await page.click("#button");
	await shows(page, 1);

	const [cookie] = await page.context().cookies();

	assert.notEqual(cookie.value, planted);
	await page.context().close();
});
