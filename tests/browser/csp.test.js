/*
 * csp.test.js: the Content-Security-Policy leaves all of the front end at
 * work, in a real browser, and stops what is no script of the page's own.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, afterEach, before, test } = require("node:test");

const { textOf } = require("./app.js");
const { openPage, screenshot, setting, startBrowser, startSite, until } =
    require("./site.js");

const WIDGETS = path.join(process.env.LETHE_BUILD,
    "tests/integration/apps/widgets");
/* How plotly draws is its own affair, and without a graphics card slow. */
const ALLOWED = /console warning: .*(GL Driver Message|WebGL|Canvas2D)/;

let browser, page, site;

/* The example apps that were built. */
function gallery() {
	const handlers = setting("LETHE_HANDLERS");

	return fs.readdirSync(handlers)
	    .map((name) => path.join(handlers, name, name))
	    .filter((program) => fs.existsSync(program));
}

/* Opens a page; page.refused() is what its policy refused. */
async function visit(url) {
	page = await openPage(browser, site);
	await page.addInitScript(() => {
		window.refused = [];
		document.addEventListener("securitypolicyviolation", (event) =>
			window.refused.push(`${event.effectiveDirective} ` +
			    `${event.blockedURI} ${event.sample}`));
	});
	page.refused = () => page.evaluate(() => window.refused);
	await page.goto(new URL(url, site.url).href);
	await until("the page is there", () => page.evaluate(() =>
		window.store !== undefined &&
		document.querySelector("._dash-loading") === null));
}

async function assertNothingRefused() {
	assert.deepEqual(await page.refused(), []);
	assert.deepEqual(page.troubles.filter((trouble) =>
		trouble.includes("Content Security Policy")), []);
}

/* Nor did anything else go wrong. */
async function assertUntroubled() {
	await assertNothingRefused();
	assert.deepEqual(page.troubles.filter((trouble) =>
		!ALLOWED.test(trouble)), []);
}

/* Clicks, and gives the file that comes of it. */
async function fileOf(selector) {
	const [download] = await Promise.all([
		page.waitForEvent("download"), page.click(selector)]);

	return fs.readFileSync(await download.path());
}

before(async () => {
	site = await startSite({ apps: [...gallery(), WIDGETS],
		args: ["--workers", "1"] });
	browser = await startBrowser();
});

after(async () => {
	await browser?.close();
	await site?.stop();
});

afterEach(() => page?.context().close());

test("the gallery's apps are not hindered", async () => {
	await visit("/widgets/");

	/* From the gallery, as a visitor comes to them. */
	const links = await page.evaluate(async () => {
		const text = await (await fetch("/")).text();

		return [...text.matchAll(/href="(\/[^"]+\/)"/g)]
		    .map(([, link]) => link);
	});

	assert.ok(links.length >= gallery().length, String(links));
	for (const link of links.filter((each) => each !== "/widgets/")) {
		await page.context().close();
		await visit(link);
		await page.waitForLoadState("networkidle");
		await assertNothingRefused();
	}
});

test("text with formulas and code is set", async () => {
	await visit("/widgets/");
	await page.locator("#markdown mjx-container svg, " +
	    "#markdown mjx-container mjx-math").first().waitFor();
	await page.locator("#markdown .hljs-number").first().waitFor();
	await page.locator("#table .hljs-keyword").waitFor();
	await page.frameLocator("iframe").getByText("frame").waitFor();
	await until("the image is there", () => page.evaluate(() =>
		document.querySelector("#markdown img").naturalWidth > 0));
	await assertUntroubled();
});

test("graphs are drawn in all ways, and saved as images", async () => {
	await visit("/widgets/?graphs=1");
	await page.locator("#svg .scatterlayer .trace").first().waitFor();
	await page.locator("#svg svg.gtitle-math").waitFor();
	await page.locator("#gl canvas.gl-canvas-focus").waitFor(
	    { state: "attached" });
	await page.locator("#space canvas").first().waitFor(
	    { state: "attached" });
	await page.locator("#image .heatmaplayer image").first().waitFor();
	assert.equal(await page.getByText("WebGL is not supported").count(), 0);
	await page.hover("#svg");

	const image = await fileOf("#svg [data-title^='Download plot']");

	assert.equal(image.toString("latin1", 1, 4), "PNG");
	await screenshot(page, "csp-graphs");
	await assertUntroubled();
});

test("inputs work: lists, calendars, files, links, the clipboard", async () => {
	await visit("/widgets/");
	await page.context().grantPermissions(["clipboard-read",
	    "clipboard-write"]);
	await page.click("#dropdown");
	await page.locator(".dash-dropdown-content").getByText("two").click();
	await textOf(page, "#chosen", "two </script>");
	await page.click("#date");
	await page.locator(".dash-datepicker-content, .dash-datepicker-calendar")
	    .first().waitFor();
	await page.keyboard.press("Escape");
	await page.setInputFiles("#upload input", { name: "up.txt",
		mimeType: "text/plain", buffer: Buffer.from("up") });
	await textOf(page, "#uploaded", "data:text/plain;base64,dXA=");
	await page.click("#link");
	await textOf(page, "#place", "?to=there");
	await page.click("#clipboard");
	await until("the text is copied", async () => await page.evaluate(() =>
		navigator.clipboard.readText()) === "copied");
	await assertUntroubled();
});

test("files are made for the visitor: by a callback, by a table", async () => {
	await visit("/widgets/");
	assert.equal((await fileOf("#button")).toString(), "saved");
	/* A workbook is an archive. */
	assert.equal((await fileOf("#table .export"))
	    .toString("latin1", 0, 2), "PK");
	await assertUntroubled();
});

test("scripts that are not the page's own do not run", async () => {
	await visit("/widgets/");
	await page.evaluate(() => {
		const script = document.createElement("script");
		const image = document.createElement("img");

		script.textContent = "window.ran = 'an element'";
		image.setAttribute("onerror", "window.ran = 'an attribute'");
		image.src = "data:,";
		document.body.append(script, image);
		setTimeout("window.ran = 'a text'", 0);
	});
	await until("all three are refused", async () =>
		(await page.refused()).length >= 3);
	assert.equal(await page.evaluate(() => window.ran), undefined);
	assert.ok(page.troubles.some((trouble) =>
		trouble.includes("Content Security Policy")));
});
