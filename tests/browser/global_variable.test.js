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
		served.open = async () => {
			const page = await openPage(browser, served.site);

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
