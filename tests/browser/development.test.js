/*
 * development.test.js: what the author of an app sees in a real browser:
 * Dash's dev tools, with a failed callback's message and backtrace, and a
 * page that takes changed styles and reloads when a script or the program is
 * another.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, test } = require("node:test");

const { openPage, screenshot, startBrowser, startSite, until } =
    require("./site.js");

const PROGRAM = path.join(process.env.LETHE_BUILD,
    "tests/integration/apps/failing");

let directory, app, site, browser, page;

/* As linkers do: a new file under the old name. */
function build() {
	fs.copyFileSync(PROGRAM, `${app}.new`);
	fs.chmodSync(`${app}.new`, 0o755);
	fs.renameSync(`${app}.new`, app);
}

/* A file of the assets folder, beside the program. */
function write(name, text) {
	fs.writeFileSync(path.join(directory, "assets", name), text);
}

function paint(color) {
	write("style.css", `body { color: ${color} }`);
}

/* A load of the page is another from here on; it has asked what it compares
 * with later. */
async function markPage() {
	await page.evaluate(() => {
		window.before = true;
	});
	await page.waitForResponse((response) =>
	    response.url().endsWith("_reload-hash"));
}

async function untilReloaded() {
	await until("the page reloads", async () => {
		try {
			return await page.evaluate(() =>
			    window.before === undefined);
		} catch (error) {
			return false; /* it is just being replaced */
		}
	});
	await page.waitForSelector("#status");
}

before(async () => {
	directory = fs.mkdtempSync(path.join(os.tmpdir(), "lethe-browser-"));
	fs.chmodSync(directory, 0o755);
	app = path.join(directory, "failing");
	build();
	fs.mkdirSync(path.join(directory, "assets"));
	paint("rgb(1, 1, 1)");
	site = await startSite({ apps: [app], args: ["--dev"] });
	browser = await startBrowser();
	page = await openPage(browser, site);
	await page.goto(site.url);
	await page.waitForSelector("#status");
});

after(async () => {
	if (browser)
		await browser.close();
	if (site)
		await site.stop();
	fs.rmSync(directory, { recursive: true, force: true });
});

/* Clicks, and gives what the dev tools' newest error page says. */
async function failure(button) {
	await page.click(button);
	await page.waitForSelector(".dash-fe-error-item");
	if (!await page.isVisible(".dash-backend-error iframe"))
		await page.locator(".dash-fe-error-item").first().click();

	const frame = page.frameLocator(".dash-backend-error iframe").first();

	await frame.locator("ol li").first().waitFor();
	return { message: await frame.locator(".message").textContent(),
		calls: await frame.locator("ol li").allTextContents() };
}

test("the dev tools show the message and where the callback failed",
    async () => {
	const { message, calls } = await failure("#fail");

	assert.match(message, /the valve is stuck/);
	assert.match(calls[0], /^open_valve .*failing\.c:\d+/);
	assert.match(calls[1], /^fail .*failing\.c:\d+/);
	await screenshot(page, "development-error");
});

test("and of a crash, too", async () => {
	await page.reload();
	await page.waitForSelector("#status");

	const { message, calls } = await failure("#crash");

	assert.match(message, /global variable visits/);
	assert.match(calls[0], /^crash .*failing\.c:\d+/);
	await screenshot(page, "development-crash");
});

test("the page takes changed styles without a reload", async () => {
	/* For a while the program is what was changed last. */
	await until("styles are listed", async () => {
		paint("rgb(2, 2, 2)");

		const answer = await fetch(`${site.url}_reload-hash`);

		return (await answer.json()).files.length > 0;
	});
	/* Until then it may have begun to reload. */
	await page.reload();
	await page.waitForSelector("#status");
	await markPage();
	paint("rgb(3, 3, 3)");
	await until("the color changes", () => page.evaluate(() =>
		getComputedStyle(document.body).color === "rgb(3, 3, 3)"));
	assert.equal(await page.evaluate(() => window.before), true);
	assert.deepEqual(page.troubles.filter((trouble) =>
		trouble.includes("Content Security Policy")), []);
});

test("the page reloads for a new script", async () => {
	await markPage();
	write("script.js", "window.scripted = true;");
	await untilReloaded();
	assert.equal(await page.evaluate(() => window.scripted), true);
});

test("the page reloads when the program was built anew", async () => {
	await markPage();
	build();
	await untilReloaded();
});
