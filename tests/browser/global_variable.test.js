/*
 * global_variable.test.js: a callback that changes a global variable is
 * stopped; unsealed, for a demonstration, it gives wrong numbers.
 */
"use strict";

const assert = require("node:assert/strict");
const path = require("node:path");
const { after, before, describe, test } = require("node:test");

const { choose, textOf } = require("./app.js");
const { openPage, screenshot, setting, startBrowser, startSite } =
    require("./site.js");

const PROGRAM = path.join(setting("LETHE_HANDLERS"),
    "global_variable/global_variable");
const MESSAGE = "callback count_broken wrote to the static variable student";
/* How many students have which score. */
const COUNTS = { 1: "3", 2: "2", 3: "1", 4: "0", 5: "4" };

let browser;

before(async () => {
	browser = await startBrowser();
});

after(async () => {
	await browser?.close();
});

/* Serves the app for the tests of a suite. */
function site(args, unsealed) {
	const served = {};

	before(async () => {
		if (unsealed)
			process.env.LETHE_UNSEALED = "1";
		try {
			served.site = await startSite({ apps: [PROGRAM], args });
		} finally {
			delete process.env.LETHE_UNSEALED;
		}
		served.open = async (options) => {
			const page = await openPage(browser, served.site,
			    options);

			await page.goto(`${served.site.url}global-variable/`);
			await page.waitForSelector("h1");
			return page;
		};
	});

	after(async () => {
		assert.equal(await served.site?.stop(), 0);
	});
	return served;
}

/* Chooses a score, and waits for both callbacks' answers. */
async function ask(page, score) {
	const answers = ["count_broken", "count_mended"].map((name) =>
	    page.waitForResponse((response) =>
		response.url().endsWith(`_dash-update-component/${name}`)));

	await choose(page, "#score", score);
	return (await Promise.all(answers))[0];
}

for (const workers of [1, 8])
	describe(`sealed, workers: ${workers}`, () => {
		const served = site(["--workers", String(workers)], false);

		test("the broken callback is stopped, for each user anew",
		    async () => {
			for (const user of ["first", "second"]) {
				const page = await served.open();

				await textOf(page, "#mended", COUNTS[1]);
				for (const score of ["5", "2", "4", "3"]) {
					const response = await ask(page, score);

					assert.equal(response.status(), 500, user);
					assert.ok((await response.text())
					    .includes(MESSAGE));
					await textOf(page, "#mended",
					    COUNTS[score]);
					assert.equal(await page
					    .textContent("#broken"), "");
				}
				await page.context().close();
			}
		});
	});

/* What the page tells of failures: all of its text. */
async function told(page) {
	await page.waitForSelector(".lethe-failure");
	return page.locator(".lethe-failure [role=alert]").textContent();
}

/* Those that come of nothing but the failure. */
function otherTroubles(page) {
	return page.troubles.filter((trouble) => !new RegExp("count_broken|" +
	    "status of 500|Callback error updating broken").test(trouble));
}

const LOOKS = {
	"desktop": {},
	"desktop-dark": { colorScheme: "dark" },
	"phone": { viewport: { width: 390, height: 844 } },
	"phone-dark": { viewport: { width: 390, height: 844 },
		colorScheme: "dark" },
};

describe("what the visitor is told", () => {
	const served = site(["--workers", "2"], false);

	for (const [look, options] of Object.entries(LOOKS))
		test(`the message, until it is closed: ${look}`, async () => {
			const page = await served.open(options);
			const bar = page.locator(".lethe-failure");
			const close = page.getByRole("button", { name: "Close" });

			assert.match(await told(page), new RegExp(MESSAGE));
			await textOf(page, "#mended", COUNTS[1]);
			await screenshot(page, `global_variable-told-${look}`);

			const box = await bar.boundingBox();
			const { width, height } = page.viewportSize();

			assert.ok(box.x >= 0 && box.x + box.width <= width);
			assert.ok(box.y >= height / 2 &&
			    box.y + box.height <= height);
			assert.ok(await page.evaluate(() =>
				document.documentElement.scrollWidth <=
				innerWidth), "the page got wider");
			await ask(page, "5");
			assert.equal(await bar.count(), 1);
			await close.focus();
			await page.keyboard.press("Enter");
			assert.equal(await bar.count(), 0);
			/* The next failure is told again. */
			await ask(page, "2");
			assert.match(await told(page), new RegExp(MESSAGE));
			/* Nothing but the failures themselves. */
			assert.deepEqual(otherTroubles(page), []);
			await page.context().close();
		});
});

describe("with dev tools", () => {
	const served = site(["--workers", "2", "--dev"], false);

	test("they tell it, and nobody else", async () => {
		const page = await served.open();
		const frame = page.frameLocator(".dash-backend-error iframe")
		    .first();

		await textOf(page, "#mended", COUNTS[1]);
		await page.waitForSelector(".dash-fe-error-item");
		if (!await page.isVisible(".dash-backend-error iframe"))
			await page.locator(".dash-fe-error-item").first().click();
		assert.match(await frame.locator(".message").textContent(),
		    new RegExp(MESSAGE));
		assert.equal(await page.locator(".lethe-failure").count(), 0);
		await screenshot(page, "global_variable-dev");
		/* The icon, like all else but the callback, was there. */
		assert.deepEqual(otherTroubles(page), []);
		await page.context().close();
	});
});

describe("unsealed, one worker", () => {
	const served = site(["--workers", "1"], true);

	test("the first answer is right, all others are wrong", async () => {
		const first = await served.open();

		await textOf(first, "#broken", COUNTS[1]);
		for (const score of ["5", "2"]) {
			await ask(first, score);
			await textOf(first, "#mended", COUNTS[score]);
			await textOf(first, "#broken", "0");
		}
		await first.context().close();
		/* What one user did, another one sees. */
		const second = await served.open();

		await textOf(second, "#broken", "0");
		await textOf(second, "#mended", COUNTS[1]);
		await screenshot(second, "global_variable-unsealed");
		await second.context().close();
	});
});

describe("unsealed, eight workers", () => {
	const served = site(["--workers", "8"], true);

	test("an answer depends on the worker that gives it", async () => {
		const seen = new Set();
		const page = await served.open();

		await textOf(page, "#broken");
		for (let i = 0; i < 40 && seen.size < 2; i++)
			for (const score of ["5", "2"]) {
				await ask(page, score);
				await textOf(page, "#mended", COUNTS[score]);
				seen.add(await page.textContent("#broken") ===
				    COUNTS[score] ? "right" : "wrong");
			}
		assert.deepEqual([...seen].sort(), ["right", "wrong"]);
		await page.context().close();
	});
});
