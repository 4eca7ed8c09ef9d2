/*
 * lethe.js: gives every callback its own URL.
 *
 * Dash's front end posts all callbacks to one URL.  Loaded before it, this
 * wraps fetch() and appends the callback's name to that URL, so that a web
 * server can give each callback its own pool, limits and log line.  The names
 * come from the index page, as an object {output: name} in
 * <script id="_lethe-callbacks" type="application/json">.
 *
 * A request that it does not understand goes out as it is: the server takes
 * the plain URL too.
 */
(function () {
	"use strict";

	var ENDPOINT = /(^|\/)_dash-update-component$/;
	var OUTPUT = /^\s*\{\s*"output"\s*:\s*"/;
	var plainFetch = window.fetch;
	var names = null;

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

	function namedUrl(url, body) {
		var cut = url.search(/[?#]/);
		var path = cut < 0 ? url : url.slice(0, cut);
		var known;
		var output;

		if (!ENDPOINT.test(path))
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

	window.fetch = function (resource, options) {
		var rest;

		try {
			if (options && typeof options.body === "string" &&
			    String(options.method).toUpperCase() === "POST" &&
			    (typeof resource === "string" ||
			    resource instanceof URL)) {
				rest = Array.prototype.slice.call(arguments, 1);
				return plainFetch.apply(window,
				    [namedUrl(String(resource), options.body)]
				        .concat(rest));
			}
		} catch (error) {
			/* Not a request of Dash's: send what was asked for. */
		}
		return plainFetch.apply(window, arguments);
	};
})();
