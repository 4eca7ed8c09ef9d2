/*
 * twins.test.js: the twins of the recorded apps in a real browser.
 *
 * What was done with the recorded app is done with its twin, by its name in
 * the recording ("step").  After each step the browser must have run the
 * callbacks that it ran then, and have been answered with the same status;
 * in the end the page shows the recorded text, and its console tells of no
 * error but of the refusals that were recorded.
 */
"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const net = require("node:net");
const { after, before, test } = require("node:test");

const { difference } = require("../conformance/compare.js");
const { readRecording, startTwin } = require("../conformance/start.js");
const twins = require("../conformance/twins.js");
const { openPage, screenshot, startBrowser, until } = require("./site.js");

/* Chooses as a user does: opens the list and clicks on the entry. */
const choose = (selector, value) => async (page) => {
	await page.click(selector);
	await page.locator(".dash-dropdown-content")
	    .getByText(String(value), { exact: true }).click();
};
const click = (selector) => (page) => page.click(selector);
const fill = (selector, text) => (page) => page.fill(selector, text);
const all = (...actions) => async (page) => {
	for (const action of actions) {
		await action(page);
		await settle(page, 0);
	}
};

/*
 * What the steps of a recording were; those named "1. click #id" need no
 * entry.
 */
const STEPS = {
	basic: {
		"fill abc": fill("#my-input", "abc"),
		"fill unicode": fill("#my-input", "\u00e9\u2603\u{1f600}\"<b>"),
		"fill empty": fill("#my-input", ""),
	},
	d1_aggregations: {
		"dropdown=three": choose("#dropdown", "three"),
	},
	d1_caching_fs: {
		"dropdown=figs": choose("#dropdown", "figs"),
		"dropdown=apples again (hit)": choose("#dropdown", "apples"),
	},
	d1_global_broken: {
		"score=5": choose("#score", 5),
		"score=1": choose("#score", 1),
	},
	d1_global_fixed: {
		"score=5": choose("#score", 5),
		"score=1": choose("#score", 1),
		"score=4": choose("#score", 4),
		"real click on the dropdown": choose("#score", 2),
		"cleared": click(".dash-dropdown-clear"),
		"score=2": choose("#score", 2),
	},
	d1_store_intermediate: {
		"dropdown=three": choose("#dropdown", "three"),
	},
	d2_global_variable: {
		"fill a": fill("#input", "a"),
		"fill ab": fill("#input", "ab"),
	},
	d2_opt1_file: {
		"click 1": all(fill("#session_name", "s18681"),
		    fill("#input", "v1"), click("#button")),
		"click 2": all(fill("#input", "v2"), click("#button")),
	},
	d2_opt2_store_graph: {
		"dropdown=B": choose("#dropdown", "B"),
	},
	d2_opt2_store_inputs: {
		"click": all(fill("#input_1", "hello"),
		    fill("#input_2", "world"), click("#button")),
	},
	d2_opt3_hidden_div: {
		"click": all(fill("#input_1", "hello"),
		    fill("#input_2", "world"), click("#button")),
	},
	d2_opt4_flask_caching: {
		"click 1 (miss)": all(fill("#input", "val18681"),
		    click("#button")),
		"click 2 (hit)": click("#button2"),
	},
	f_clientside: {
		"click": all(fill("#in", "7"), click("#b")),
	},
	f_multi_output: {
		"num=3": fill("#num", "3"),
	},
	f_pattern_all: {
		"add 1": click("#add"),
		"add 2": click("#add"),
		"value MTL in index 1":
		    choose("[id='{\"index\":1,\"type\":\"city\"}']", "MTL"),
	},
	f_pattern_match: {
		"add 1": click("#add"),
		"type": fill(".in1 input", "hi"),
	},
	f_types: {
		"kind=series": choose("#kind", "series"),
		"kind=gofig": all(choose("#kind", "records"),
		    choose("#kind", "gofig")),
		"kind=px": choose("#kind", "px"),
		"kind=nested": choose("#kind", "nested"),
		"kind=bad": choose("#kind", "bad"),
		"kind=df": choose("#kind", "df"),
		"kind=values": choose("#kind", "values"),
	},
};

/*
 * Where the twin's page differs from the recorded one on purpose, and why:
 *
 *	text	what it shows in the end: a text, or a regular expression
 *	status	what its callbacks are answered
 *	loads	bodies of callbacks that run when it loads, beyond those
 *		recorded
 */
const OTHERWISE = {
	d1_global_broken: {
		reason: "the worker stops the write to the global that made " +
		    "the recorded 0; the page keeps what it had, nothing",
		text: "5\nwas scored by this many students:",
		status: 500,
	},
	d2_global_variable: {
		reason: "the worker stops the write to the global",
		text: "",
		status: 500,
	},
	f_components: {
		reason: "the recorded page was drawn by bundles of an older " +
		    "version; today's keep the newline that ends a block of code",
		text: readRecording("f_components").final_text
		    .replace("x = 1\nup", "x = 1\n\nup"),
	},
	f_debug: {
		reason: "the dev tools show what time it was",
		text: new RegExp("^" + readRecording("f_debug").final_text
		    .replace(/\d+:\d+:\d+ [AP]M/, "\\d+:\\d+:\\d+ [AP]M") +
		    "$"),
	},
	f_layout_function: {
		reason: "the recorded app counts its page loads in a variable; " +
		    "the twin numbers them by the clock",
		text: /^load number \d+\nb\n1$/,
	},
	f_prefix: {
		reason: "the recorded page waits for scripts that its browser " +
		    "could not load; the twin's come from its own server",
		text: "b\nNone",
		loads: [{
			output: "o.children",
			outputs: { id: "o", property: "children" },
			inputs: [{ id: "b", property: "n_clicks" }],
			changedPropIds: [],
			parsedChangedPropsIds: [],
		}],
	},
};

/* What the recorded apps load from elsewhere; the test stands in for it. */
const ELSEWHERE = {
	d1_caching_fs: [
		"https://codepen.io/chriddyp/pen/bWLwgP.css",
		"https://codepen.io/chriddyp/pen/brPBPO.css",
	],
	f_prefix: [
		"https://example.invalid/x.css",
		"https://example.invalid/x.js",
	],
};

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

let browser;

/* One answered callback as text, to be compared with a recorded one. */
function answerText(status, body) {
	return `${status} ` + JSON.stringify({ ...body,
		changedPropIds: body.changedPropIds.slice().sort(),
		parsedChangedPropsIds: body.parsedChangedPropsIds.slice().sort(),
	}, (name, value) => value === null || typeof value !== "object" ||
	    Array.isArray(value) ? value :
	    Object.fromEntries(Object.entries(value).sort()))
	    .replace(UUID, "<UUID>");
}

/*
 * The steps of a recording in their order, with what the browser was answered
 * in each.  All begin with the page load, though it may run no callback.
 */
function stepsOf(name, recording) {
	const { status, loads = [] } = OTHERWISE[name] || {};
	const steps = [{ step: "page load",
		answers: loads.map((body) => answerText(200, body)) }];

	for (const { by, step, request, ...exchange } of recording.exchanges) {
		if (by !== "browser")
			continue;
		if (step !== steps.at(-1).step)
			steps.push({ step, answers: [] });
		steps.at(-1).answers.push(answerText(
		    status || exchange.status, request.body));
	}
	return steps;
}

/* What to do on the page in a step. */
function actionOf(name, step) {
	const [, clicked] = /^\d+\. click (#.*)$/.exec(step) || [];
	const action = (STEPS[name] || {})[step] || (clicked && click(clicked));

	assert.ok(action, `no entry in STEPS for "${step}" of ${name}`);
	return action;
}

/* page.answers: the callbacks' answers; page.waiting: those to come. */
function watch(page) {
	const end = (request) => page.waiting.delete(request);

	page.answers = [];
	page.waiting = new Set();
	page.on("request", (request) => {
		if (request.method() === "POST")
			page.waiting.add(request);
	});
	page.on("response", (response) => {
		const request = response.request();

		if (request.method() === "POST")
			page.answers.push(answerText(response.status(),
			    request.postDataJSON()));
	});
	page.on("requestfinished", end);
	page.on("requestfailed", end);
}

/* Has the page run all callbacks that are due? */
async function isQuiet(page) {
	return page.waiting.size === 0 && await page.evaluate(() => {
		if (!window.store || document.querySelector("._dash-loading"))
			return false;

		const { stored, completed, ...due } =
		    window.store.getState().callbacks;

		return Object.values(due).flat().length === 0;
	}) && page.waiting.size === 0;
}

async function settle(page, count) {
	await until(`${count} callbacks (there were ${page.answers.length})`,
	    async () => page.answers.length >= count && await isQuiet(page),
	    15000);
}

/* Answers requests that go elsewhere, with nothing. */
function standIn(page, url) {
	return page.route((each) => each.origin !== new URL(url).origin,
	    (route) => route.fulfill({ body: "",
		contentType: { script: "text/javascript",
		    stylesheet: "text/css" }[route.request().resourceType()],
		headers: { "access-control-allow-origin": "*" } }));
}

/* Each refused callback is told in the console three times. */
function unexpectedTroubles(page, name) {
	const allowed = (ELSEWHERE[name] || [])
	    .map((url) => `asked elsewhere: ${url}`);
	const troubles = page.troubles
	    .filter((trouble) => !allowed.includes(trouble));

	for (const answer of page.answers) {
		const status = answer.slice(0, 3);

		for (const kind of status < 400 ? [] : [
			`${status}: `,
			"console error: Failed to load resource: the server " +
			    `responded with a status of ${status} `,
			"console error: {message: Callback error "]) {
			const found = troubles.findIndex((trouble) =>
			    trouble.startsWith(kind));

			assert.ok(found >= 0, `no ${kind}`);
			troubles.splice(found, 1);
		}
	}
	return troubles;
}

/* What the page shows, without Lethe's own bar about what failed: it is not
 * among what was recorded. */
function textOf(page) {
	return page.evaluate(() => {
		const bar = document.querySelector("body > .lethe-failure");

		if (bar)
			bar.style.display = "none";

		const text = document.body.innerText;

		if (bar)
			bar.style.display = "";
		return text;
	});
}

/* Graphs are drawn a while after their data came. */
async function assertText(page, text) {
	const deadline = Date.now() + 10000;
	let found, problem;

	do {
		found = await textOf(page);
		problem = text instanceof RegExp ?
		    (text.test(found) ? undefined : `${text}, found ${found}`) :
		    difference(text, found);
	} while (problem !== undefined && Date.now() < deadline);
	assert.equal(problem, undefined);
}

/* nginx listens on a Unix socket; browsers need a port. */
async function openPort(socket) {
	const server = net.createServer((client) => {
		const connection = net.connect(socket);

		client.on("error", () => connection.destroy());
		connection.on("error", () => client.destroy());
		client.pipe(connection).pipe(client);
	});

	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return server;
}

async function visit(name, url) {
	const recording = readRecording(name);
	const { text = recording.final_text } = OTHERWISE[name] || {};
	const page = await openPage(browser, { url });
	let count = 0;

	try {
		watch(page);
		await standIn(page, url);
		await page.goto(url);
		for (const { step, answers } of stepsOf(name, recording)) {
			if (step !== "page load")
				await actionOf(name, step)(page);
			await settle(page, count + answers.length);
			assert.deepEqual(page.answers.slice(count).sort(),
			    answers.sort(), step);
			count = page.answers.length;
		}
		await assertText(page, text);
		assert.deepEqual(unexpectedTroubles(page, name), []);
		await screenshot(page, `twin-${name}`);
	} finally {
		await page.context().close();
	}
}

before(async () => {
	browser = await startBrowser();
});

after(async () => {
	if (browser)
		await browser.close();
});

/* Starts a twin, calls visit(url), and ends it. */
async function withTwin(name, env, visitor) {
	const site = await startTwin(name, env);

	try {
		const server = await openPort(site.nginx.socket);

		try {
			await visitor("http://127.0.0.1:" +
			    `${server.address().port}${site.prefix}`);
		} finally {
			server.close();
		}
	} finally {
		await site.stop();
	}
}

for (const name of Object.keys(twins).filter((each) => !twins[each].own))
	test(`${name} does in the browser what was recorded`,
	    () => withTwin(name, {}, (url) => visit(name, url)));

test("the dev tools show where a callback wrote to a global variable",
    () => withTwin("d1_global_broken", { LETHE_DEBUG: "1" }, async (url) => {
	const page = await openPage(browser, { url });

	try {
		await page.goto(url);
		await page.getByText("Callback error updating").click();

		const shown = page.frameLocator("iframe").locator("body");

		await shown.getByText("wrote to the static variable df").waitFor();
		await shown.getByText("d1_global_broken.c:").waitFor();
		await shown.getByText("df.score[kept++] = value;").waitFor();
		await screenshot(page, "twin-d1_global_broken-debug");
		/* The dev tools' own script in that frame runs, too. */
		assert.deepEqual(page.troubles.filter((trouble) =>
			trouble.includes("Content Security Policy")), []);
	} finally {
		await page.context().close();
	}
    }));
