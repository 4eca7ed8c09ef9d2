/*
 * lethe.js: gives every callback its own URL, and the layout its page.
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
 */
(function () {
	"use strict";

	var ENDPOINT = /(^|\/)_dash-update-component$/;
	var LAYOUT = /(^|\/)_dash-layout$/;
	/* Web servers take URLs of 8 KiB and less. */
	var PAGE_MAX = 4000;
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

	function pageUrl(url) {
		var page = encodeURIComponent(window.location.pathname +
		    window.location.search);

		return page.length > PAGE_MAX ? url : url + "?page=" + page;
	}

	function isUrl(resource) {
		return typeof resource === "string" || resource instanceof URL;
	}

	window.fetch = function (resource, options) {
		var rest;
		var method;
		var url;

		try {
			method = options ? String(options.method).toUpperCase() : "";
			if (method === "POST" && isUrl(resource) &&
			    typeof options.body === "string")
				url = namedUrl(String(resource), options.body);
			else if (method === "GET" && isUrl(resource) &&
			    LAYOUT.test(String(resource)))
				url = pageUrl(String(resource));
			if (url !== undefined) {
				rest = Array.prototype.slice.call(arguments, 1);
				return plainFetch.apply(window, [url].concat(rest));
			}
		} catch (error) {
			/* Not a request of Dash's: send what was asked for. */
		}
		return plainFetch.apply(window, arguments);
	};
})();
