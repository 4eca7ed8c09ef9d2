/*
 * deviations.js: where Lethe answers otherwise than the reference, on
 * purpose.  This one table is all that the runner excuses.
 *
 * `covers` tells whether an exchange (and the name of the app that was
 * recorded) is such a place, `allows` whether the response is the one that is
 * meant there.
 */
"use strict";

const { difference } = require("./compare.js");

const isUpdate = (exchange) =>
    /\/_dash-update-component$/.test(exchange.request.path);
const isFile = (exchange) =>
    /\/(_dash-component-suites|assets)\//.test(exchange.request.path);
const isHand = (exchange) => exchange.by === "hand";
const refused = (response) =>
    response.status >= 400 && response.status <= 499;

/* What is said of the apps that write to a global variable. */
const GLOBALS = {
	d1_global_broken:
	    "callback update_output wrote to the static variable df",
	d2_global_variable:
	    "callback update_output_div wrote to the static variable shared",
};

const DEVIATIONS = [
	{
		name: "a refusal is a 4xx",
		reason: "The reference answers 500 to any request that it cannot " +
		    "use, or a 400 that says nothing.  Lethe says which of 400, " +
		    "404, 405, 413 and 415 it is, with a reason in JSON; of a " +
		    "missing file nginx says so in its own way.",
		covers: (exchange) => isHand(exchange) && exchange.status >= 400,
		allows: (response, exchange) => refused(response) &&
		    (isFile(exchange) || hasReason(response)),
	},
	{
		name: "wrong input ids are refused",
		reason: "The reference runs the callback with inputs of other " +
		    "ids than it declares.",
		covers: (exchange) => isHand(exchange) && isUpdate(exchange) &&
		    exchange.name === "raw: inputs item with other id",
		allows: (response) => response.status === 400 &&
		    hasReason(response),
	},
	{
		name: "ALL takes a list",
		reason: "The reference takes one component where a list of " +
		    "them is due, and runs the callback with the characters of " +
		    "its value.",
		covers: (exchange, app) => isHand(exchange) &&
		    app === "f_pattern_all" &&
		    exchange.name === "raw: ALL, flat instead of list",
		allows: (response) => response.status === 400 &&
		    hasReason(response),
	},
	{
		name: "GET and HEAD of update-component are refused",
		reason: "The reference answers them with the index page, which " +
		    "is no answer of this URL.",
		covers: (exchange) => isUpdate(exchange) &&
		    ["GET", "HEAD"].includes(exchange.request.method),
		allows: (response) => response.status === 405 &&
		    /\bPOST\b/.test(response.headers.allow),
	},
	{
		name: "OPTIONS of update-component has no content",
		reason: "The reference answers 200 with an empty page; 204 says " +
		    "the same, and what is allowed stands in Allow.",
		covers: (exchange) => isUpdate(exchange) &&
		    exchange.request.method === "OPTIONS",
		allows: (response) => response.status === 204 &&
		    /\bPOST\b/.test(response.headers.allow),
	},
	{
		name: "a write to a global variable is caught",
		reason: "These apps show what not to do: their callbacks assign " +
		    "to a global variable, and the recorded answers are those " +
		    "that come of it.  Lethe stops the callback there, and says " +
		    "which variable it is.",
		covers: (exchange, app) => isUpdate(exchange) &&
		    Object.hasOwn(GLOBALS, app),
		allows: (response, exchange, app) => response.status === 500 &&
		    hasReason(response) && response.json().error
		        .includes(GLOBALS[app]),
	},
	{
		name: "development mode reloads",
		reason: "The recorded app is in development mode without hot " +
		    "reload.  Lethe's has it always, so there is a hash, and " +
		    "the page is loaded anew when that changes.",
		covers: (exchange, app) => app === "f_debug" &&
		    exchange.name === "raw: reload hash",
		allows: (response, exchange) => response.status === 200 &&
		    /^[0-9a-f]+$/.test(response.json().reloadHash) &&
		    difference({ ...exchange.response, hard: true,
			reloadHash: response.json().reloadHash },
		    response.json()) === undefined,
	},
];

/* The same for members of the page's configuration. */
const CONFIG_DEVIATIONS = [
	{
		app: "f_prefix",
		keys: ["plotlyjs_url", "children_props"],
		reason: "The recorded app has its scripts from a server on the " +
		    "internet and loads no library but that of HTML.  Lethe " +
		    "serves them itself, and always all of them: the keys are " +
		    "those of the page of basic.",
	},
];

/* Is this member of the page's configuration excused? */
function configDeviates(app, key) {
	return CONFIG_DEVIATIONS.some((each) => each.app === app &&
	    each.keys.includes(key));
}

/*
 * A one-line reason in JSON; or in a page, which is what the dev tools show in
 * development mode.
 */
function hasReason(response) {
	let error;

	if (/^<!doctype html>.*LETHE_DEBUG=1/s.test(response.text))
		return /<p class="message">[^<\n]+<\/p>/.test(response.text);
	try {
		({ error } = response.json());
	} catch (failure) {
		return false;
	}
	return typeof error === "string" && error !== "" &&
	    !error.includes("\n");
}

/* The deviation that covers the exchange, if one does. */
function deviation(exchange, app) {
	return DEVIATIONS.find((each) => each.covers(exchange, app));
}

module.exports = { configDeviates, deviation };
