/*
 * gallery.test.js: all example apps served at once, and the page that shows
 * them.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, afterEach, before, test } = require("node:test");

const { barriers, openPage, screenshot, setting, startBrowser, startSite } =
    require("./site.js");

const LOOKS = {
	"desktop": {},
	"desktop-dark": { colorScheme: "dark" },
	"phone": { viewport: { width: 390, height: 844 } },
	"phone-dark": { viewport: { width: 390, height: 844 },
		colorScheme: "dark" },
};

/* Those that `./bootstrap run` serves. */
const APPS = fs.readdirSync(setting("LETHE_HANDLERS"))
    .map((name) => path.join(setting("LETHE_HANDLERS"), name, name))
    .filter((program) => fs.existsSync(program));

let site;
let browser;
let page;

before(async () => {
	site = await startSite({ apps: APPS, args: ["--workers", "1"] });
	browser = await startBrowser();
});

after(async () => {
	await browser?.close();
	assert.equal(await site?.stop(), 0);
});

afterEach(async () => {
	await page.context().close();
	assert.deepEqual(page.troubles, []);
});

async function openGallery(options) {
	page = await openPage(browser, site, options);
	await page.goto(site.url);
}

test("every app has a card, and its link leads to the app", async () => {
	await openGallery();

	const links = page.locator(".example h2 a");
	const titles = await links.allTextContents();

	assert.equal(titles.length, APPS.length);
	for (const title of titles) {
		await page.getByRole("link", { name: title }).click();
		await page.waitForSelector(".container h1");
		await page.waitForLoadState("networkidle");
		await page.waitForFunction((expected) =>
			document.title === expected, title);

		/* What a page asks while it is left looks like a failure. */
		const troubles = page.troubles.slice();

		await page.goto(site.url);
		page.troubles = troubles;
	}
	/* What the app says, a global variable's, is an error on purpose. */
	page.troubles = page.troubles.filter((each) =>
		!/count_broken/.test(each));
});

test("every card has its drawing and its source", async () => {
	await openGallery();
	for (const card of await page.locator(".example").all()) {
		assert.match(await card.getByRole("img").getAttribute("aria-label"),
		    /^Browser to Worker: /);
		assert.match(await card.locator("pre").first().textContent(),
		    /^const struct lethe_callback \w+_callback = \{$/m);
	}
});

test("sources unfold and scroll without a mouse", async () => {
	await openGallery();

	const card = page.locator(".example").first();
	const [first, second] = await card.locator("details").all();

	assert.ok(await first.locator("pre").isVisible());
	await second.locator("summary").focus();
	await page.keyboard.press("Enter");
	await second.locator("pre").waitFor({ state: "visible" });
	await first.locator("pre").waitFor({ state: "hidden" });
	await page.keyboard.press("Tab");
	assert.ok(await second.locator("pre").evaluate((element) =>
		element === document.activeElement));
});

for (const [look, options] of Object.entries(LOOKS))
	test(`it fits, and keeps nobody out: ${look}`, async () => {
		await openGallery(options);
		assert.ok(await page.evaluate(() =>
			document.documentElement.scrollWidth <= innerWidth));
		assert.deepEqual(await barriers(page), []);
		await screenshot(page, `index-${look}`);
	});
