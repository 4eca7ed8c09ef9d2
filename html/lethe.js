/*
 * lethe.js: gives every callback its own URL, and the layout its page; tells
 * the visitor of what failed.
 *
 * Dash's front end posts all callbacks to one URL.  Loaded before it, this
 * wraps fetch() and appends the callback's name to that URL, so that a web
 * server can give each callback its own pool, limits and log line.  The names
 * come from the index page, as an object {output: name} in
 * <script id="_lethe-callbacks" type="application/json">.
 *
 * To the request for the layout it appends which page the browser is on,
 * ?page=PATH%3FQUERY, since a Referer may be cut short or left out.
 *
 * A request that it does not understand goes out as it is: the server takes
 * the plain URL too.
 *
 * What the page shows of a failure: a bar with the server's message, until the
 * same outputs are computed without one, or the visitor closes it.  The app
 * may have another text shown, or none, as JSON (a string, or false) in
 * <script id="_lethe-failures" type="application/json">; Dash's dev tools
 * tell failures themselves, so the server says false with them.
 */
(function () {
	"use strict";

	var ENDPOINT = /(^|\/)_dash-update-component$/;
	var LAYOUT = /(^|\/)_dash-layout$/;
	/* Web servers take URLs of 8 KiB and less. */
	var PAGE_MAX = 4000;
	var OUTPUT = /^\s*\{\s*"output"\s*:\s*"/;
	/* So many messages at once, each so long: the page is to stay in
	 * sight. */
	var MESSAGES_MAX = 3;
	var MESSAGE_MAX = 1000;
	var plainFetch = window.fetch;
	var names = null;
	/* What failed, and how many requests there were, by their outputs. */
	var failures = new Map();
	var turns = new Map();
	var bar = null;

	/* Read when first needed: scripts may come before it on the page. */
	function callbackNames() {
		var element;

		if (names !== null)
			return names;
		element = document.getElementById("_lethe-callbacks");
		if (!element)
			return {};
		try {
			names = JSON.parse(element.textContent);
		} catch (error) {
			names = undefined;
		}
		if (typeof names !== "object" || names === null)
			names = {};
		return names;
	}

	/* Where the JSON string ends whose first character is at `start`. */
	function stringEnd(text, start) {
		var end = start;
		var before;

		do {
			end = text.indexOf('"', end);
			if (end < 0)
				return -1;
			for (before = end; text[before - 1] === "\\"; before--)
				continue;
			end++;
		} while ((end - 1 - before) % 2 !== 0);
		return end - 1;
	}

	/*
	 * The request's output.  The front end writes it first, so a body of
	 * megabytes need not be parsed to find it.
	 */
	function outputOf(body) {
		var head = OUTPUT.exec(body);
		var end;

		if (head === null)
			return JSON.parse(body).output;
		end = stringEnd(body, head[0].length);
		return JSON.parse(body.slice(head[0].length - 1, end + 1));
	}

	function pathOf(url) {
		var cut = url.search(/[?#]/);

		return cut < 0 ? url : url.slice(0, cut);
	}

	function isCallback(url) {
		return ENDPOINT.test(pathOf(url));
	}

	function namedUrl(url, body) {
		var path = pathOf(url);
		var known;
		var output;

		if (!isCallback(url))
			return url;
		known = callbackNames();
		output = outputOf(body);
		if (typeof output !== "string" ||
		    !Object.prototype.hasOwnProperty.call(known, output) ||
		    typeof known[output] !== "string")
			return url;
		return path + "/" + encodeURIComponent(known[output]) +
		    url.slice(path.length);
	}

	function pageUrl(url) {
		var page = encodeURIComponent(window.location.pathname +
		    window.location.search);

		return page.length > PAGE_MAX ? url : url + "?page=" + page;
	}

	/*
	 * Which outputs a request is for: the part of its body that names
	 * them, since components with pattern ids share the name.
	 */
	function outputsOf(body) {
		var end = body.indexOf(',"inputs":');

		return end < 0 ? body : body.slice(0, end);
	}

	/* What the app has visitors told: a text; true: what the server says;
	 * false: nothing. */
	function notice() {
		var element = document.getElementById("_lethe-failures");

		return element ? JSON.parse(element.textContent) : true;
	}

	function child(parent, name, className, text) {
		var element = document.createElement(name);

		element.className = className;
		element.textContent = text;
		parent.appendChild(element);
		return element;
	}

	function closeBar() {
		failures.clear();
		showBar();
	}

	/* The bar is in the page before it has a text: only what changes is
	 * read out. */
	function openBar() {
		var button;

		bar = child(document.body, "div", "lethe-failure", "");
		bar.texts = child(bar, "div", "lethe-failure-texts", "");
		bar.texts.setAttribute("role", "alert");
		button = child(bar, "button", "lethe-failure-close", "\u00d7");
		button.type = "button";
		button.setAttribute("aria-label", "Close");
		button.addEventListener("click", closeBar);
	}

	/* The failures, without those that say the same. */
	function different() {
		var seen = new Map();

		failures.forEach(function (failure) {
			if (!seen.has(failure.message))
				seen.set(failure.message, failure);
		});
		return Array.from(seen.values());
	}

	function showFailure(failure) {
		child(bar.texts, "p", "lethe-failure-message", failure.message);
		if (failure.request !== "")
			child(bar.texts, "code", "lethe-failure-request",
			    failure.request);
	}

	function showBar() {
		var shown = different();
		var key = JSON.stringify(shown.map(function (failure) {
			return failure.message;
		}));

		if (shown.length === 0) {
			if (bar)
				bar.remove();
			bar = null;
			return;
		}
		if (!bar)
			openBar();
		/* The same again would only be read out again. */
		if (bar.key === key)
			return;
		bar.key = key;
		bar.texts.textContent = "";
		shown.slice(0, MESSAGES_MAX).forEach(showFailure);
		if (shown.length > MESSAGES_MAX)
			child(bar.texts, "p", "lethe-failure-message",
			    "+ " + (shown.length - MESSAGES_MAX));
	}

	/* A failure as the visitor is told it; null: not at all. */
	function failureOf(status, text) {
		var wanted = notice();
		var failure = { message: "The server cannot be reached.",
			request: "" };
		var answer = {};

		if (wanted === false)
			return null;
		if (status > 0)
			failure.message =
			    "The server answered with status " + status + ".";
		try {
			answer = JSON.parse(text) || {};
		} catch (error) {
			/* Another server's page. */
		}
		if (typeof answer.error === "string")
			failure.message = answer.error.slice(0, MESSAGE_MAX);
		if (typeof answer.request === "string")
			failure.request = answer.request;
		if (typeof wanted === "string")
			failure.message = wanted;
		return failure;
	}

	/* Notes how a request ended, and lets the visitor know. */
	function settle(key, turn, failure) {
		/* A later request for the same outputs is what counts. */
		if (turns.get(key) !== turn)
			return;
		if (failure !== null)
			failures.set(key, failure);
		else if (!failures.delete(key))
			return;
		showBar();
	}

	/* Waits for an answer that another reads. */
	function watch(answer, key) {
		var turn = (turns.get(key) || 0) + 1;

		turns.set(key, turn);
		answer.then(function (response) {
			if (!(response.status >= 400))
				return settle(key, turn, null);
			return response.clone().text().then(function (text) {
				settle(key, turn,
				    failureOf(response.status, text));
			});
		}, function (error) {
			if (error.name !== "AbortError")
				settle(key, turn, failureOf(0, ""));
		}).catch(function (error) {
			console.error(error);
		});
		return answer;
	}

	function isUrl(resource) {
		return typeof resource === "string" || resource instanceof URL;
	}

	window.fetch = function (resource, options) {
		var args = Array.prototype.slice.call(arguments);
		var key = null;
		var method;
		var answer;

		try {
			method = options ? String(options.method).toUpperCase() : "";
			if (method === "POST" && isUrl(resource) &&
			    typeof options.body === "string") {
				if (isCallback(String(resource)))
					key = outputsOf(options.body);
				args[0] = namedUrl(String(resource),
				    options.body);
			} else if (method === "GET" && isUrl(resource) &&
			    LAYOUT.test(String(resource))) {
				key = "layout";
				args[0] = pageUrl(String(resource));
			}
		} catch (error) {
			/* Not a request of Dash's: send what was asked for. */
		}
		answer = plainFetch.apply(window, args);
		return key === null ? answer : watch(answer, key);
	};
})();
