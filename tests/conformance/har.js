/*
 * har.js: recorded exchanges as a browser's dev tools would have exported
 * them (HTTP Archive 1.2).
 */
"use strict";

/* The bytes of the recorded body; undefined when there was none. */
function bodyOf(exchange) {
	const { body, body_text: text } = exchange.request;

	if (text !== undefined)
		return text;
	/* A recorded string is the body itself, unless it was sent as JSON. */
	if (typeof body === "string" && !/JSON string/.test(exchange.name))
		return body;
	return body === undefined ? undefined : JSON.stringify(body);
}

/* One entry for { method, path, headers, body }; the body is text. */
function entry({ method = "GET", path = "/", headers = {}, body }) {
	return { request: {
		method,
		url: `http://localhost${path}`,
		headers: Object.entries(headers).map(([name, value]) =>
		    ({ name, value })),
		...(body === undefined ? {} : { postData: { text: body } }),
	} };
}

/* The text of a HAR file with these requests. */
function archive(requests) {
	return JSON.stringify({ log: { version: "1.2",
		entries: requests.map(entry) } });
}

/* All that was recorded of an app: its page, and the exchanges. */
function requestsOf(recording) {
	return ["", "_dash-layout", "_dash-dependencies"]
	    .map((target) => ({ path: recording.prefix + target }))
	    .concat(recording.exchanges.map((exchange) => ({
	        ...exchange.request, body: bodyOf(exchange) })));
}

module.exports = { archive, bodyOf, requestsOf };
