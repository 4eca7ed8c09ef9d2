/*
 * compare.js: is a response what was recorded?
 *
 * JSON is compared parsed, so that 1.0 equals 1 and the order of members does
 * not matter.  In recorded texts some parts stand for what differs from run to
 * run; each has a pattern here.
 */
"use strict";

const PLACEHOLDERS = {
	"<UUID>": "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
	"<NOW>": "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+",
	"<MTIME>": "[0-9]+",
	"<PYTHON>": ".*",
	"<REQUEST>": "[0-9a-f]{32}",
};
const PLACEHOLDER = new RegExp(Object.keys(PLACEHOLDERS).join("|"), "g");

function escape(text) {
	return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function sameText(recorded, found) {
	if (recorded.search(PLACEHOLDER) < 0)
		return recorded === found;

	const parts = recorded.split(PLACEHOLDER).map(escape);
	const names = recorded.match(PLACEHOLDER);
	const pattern = parts.map((part, index) =>
	    part + (index < names.length ? PLACEHOLDERS[names[index]] : ""));

	return new RegExp(`^${pattern.join("")}$`, "s").test(found);
}

function show(value) {
	const text = value === undefined ? "nothing" : JSON.stringify(value);

	return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

/* undefined when the same; else the first difference, in words. */
function difference(recorded, found, where = "") {
	const place = where || "the whole";
	const differs = () =>
	    `${place}: recorded ${show(recorded)}, found ${show(found)}`;

	if (typeof recorded === "string")
		return typeof found === "string" && sameText(recorded, found) ?
		    undefined : differs();
	if (recorded === null || typeof recorded !== "object")
		return recorded === found ? undefined : differs();
	if (found === null || typeof found !== "object" ||
	    Array.isArray(recorded) !== Array.isArray(found))
		return differs();
	if (Array.isArray(recorded) && recorded.length !== found.length)
		return `${place}: recorded ${recorded.length} items, found ` +
		    `${found.length}`;
	for (const name of Object.keys(found))
		if (!Object.hasOwn(recorded, name))
			return `${where}.${name}: not recorded, found ` +
			    show(found[name]);
	for (const [name, value] of Object.entries(recorded)) {
		const first = difference(value, found[name], `${where}.${name}`);

		if (first !== undefined)
			return first;
	}
	return undefined;
}

module.exports = { difference };
