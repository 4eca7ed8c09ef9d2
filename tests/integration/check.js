/*
 * check.js: what several integration tests assert in the same way.
 */
"use strict";

const assert = require("node:assert/strict");

const REQUEST_ID = /^[0-9a-f]{8,32}$/;

/*
 * An error answer: the status, and {"error", "request"} in JSON, one line,
 * with the id that is in the header too.  Gives the id.
 */
function assertError(response, status, message) {
	assert.equal(response.status, status, String(response.text ||
	    response.body));
	assert.equal(response.headers["content-type"], "application/json");

	const answer = response.json();

	assert.deepEqual(Object.keys(answer).sort(), ["error", "request"]);
	assert.match(answer.request, REQUEST_ID);
	assert.equal(response.headers["x-request-id"], answer.request);
	assert.doesNotMatch(answer.error, /[\n\r]/);
	assert.notEqual(answer.error, "");
	if (message !== undefined)
		assert.match(answer.error, message);
	return answer.request;
}

/* An answer to a callback: its outputs. */
function assertOutputs(response, outputs) {
	assert.equal(response.status, 200, String(response.text ||
	    response.body));
	assert.equal(response.headers["content-type"], "application/json");
	assert.deepEqual(response.json(), { multi: true, response: outputs });
}

/* The value of a callback's only output. */
function outputOf(response) {
	assert.equal(response.status, 200, String(response.text ||
	    response.body));

	const [properties] = Object.values(response.json().response);

	return Object.values(properties)[0];
}

module.exports = { REQUEST_ID, assertError, assertOutputs, outputOf };
