"use strict";
/*
 * model.js: from the types that a bundle declares to what C can say of them.
 * It knows names and types, nothing of the C text.
 */

/* Words that cannot name a struct's member in C or C++, and macros that the
 * standard headers and compilers define. */
const RESERVED = new Set(
	`alignas alignof and and_eq asm auto bitand bitor bool
  break case catch char class compl concept const const_cast consteval
  constexpr constinit continue co_await co_return co_yield decltype default
  delete do double dynamic_cast else enum explicit export extern false float
  for friend goto if inline int long mutable namespace new noexcept not not_eq
  nullptr operator or or_eq private protected public register
  reinterpret_cast requires restrict return short signed sizeof static
  static_assert static_cast struct switch template this thread_local throw
  true try typedef typeid typename typeof union unsigned using virtual void
  volatile wchar_t while xor xor_eq
  assert complex errno imaginary linux noreturn offsetof stderr stdin stdout
  unix`.split(/\s+/),
);

/* lower_case from camelCase, kebab-case and the like. */
function snake(name) {
	return name
		.replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
		.replace(/([a-z0-9])([A-Z])/g, "$1_$2")
		.replace(/[^A-Za-z0-9]+/g, "_")
		.replace(/^_+|_+$/g, "")
		.toLowerCase();
}

/* Names that are used once only: a second one gets a number. */
class Names {
	constructor() {
		this.used = new Set();
	}

	unique(name) {
		let result = name;
		for (let i = 2; this.used.has(result); i++)
			result = `${name}_${i}`;
		this.used.add(result);
		return result;
	}
}

function memberName(name) {
	let member = name.replace(/[^A-Za-z0-9_]/g, "_");
	if (/^[0-9]/.test(member)) member = `_${member}`;
	return RESERVED.has(member) ? `${member}_` : member;
}

/* All kinds and all literal values that a type allows. */
function alternatives(type, found = { kinds: new Set(), values: [] }) {
	if (type && type.kind === "oneOfType") {
		for (const one of type.argument) alternatives(one, found);
	} else if (type && type.kind === "oneOf") {
		for (const value of type.argument)
			if (!found.values.includes(value))
				found.values.push(value);
	} else {
		found.kinds.add((type && type.kind) || "any");
	}
	return found;
}

function isWholeNumber(value) {
	return Number.isInteger(value) && Math.abs(value) < 2 ** 30;
}

/*
 * Gives each value of an enumeration its number in C.  Booleans and whole
 * numbers are themselves there, since `.hidden = true` compiles in any case;
 * null when that is ambiguous or a value is of another type.
 */
function enumeration(values) {
	const natural = values
		.filter((v) => typeof v === "boolean" || isWholeNumber(v))
		.map(Number);
	const others = values.filter(
		(v) => v === null || typeof v === "string",
	);
	if (
		natural.length + others.length !== values.length ||
		new Set(natural).size !== natural.length
	)
		return null;
	const unset = natural.length === 0 ? 0 : Math.min(0, ...natural) - 1;
	const taken = new Set(natural);
	/* Out of the way of what a careless `.hidden = count` would give. */
	let next = natural.length === 0 ? 1 : 1000;
	return {
		unset,
		natural: natural.length > 0,
		values: values.map((value) => {
			if (value !== null && typeof value !== "string")
				return { value, number: Number(value) };
			while (taken.has(next)) next++;
			taken.add(next);
			return { value, number: next };
		}),
	};
}

/* What a property is in C; null: nothing that a server could send. */
function classify(name, type) {
	const { kinds, values } = alternatives(type);
	const only = (...allowed) =>
		[...kinds].every((k) => allowed.includes(k));
	const literals = (type_) => values.every((v) => typeof v === type_);

	if (kinds.size > 0 && only("func") && values.length === 0) return null;
	if (kinds.size === 0 && values.length === 0) kinds.add("any");
	if (name === "id") return { kind: "ID" };
	if (kinds.has("node") || kinds.has("element")) return { kind: "NODE" };
	if (kinds.size === 1 && kinds.has("string") && literals("string"))
		return { kind: "TEXT" };
	if (kinds.size === 1 && kinds.has("number") && literals("number"))
		return { kind: "NUMBER" };
	if (only("bool") && literals("boolean")) return { kind: "BOOLEAN" };
	if (only("bool")) {
		const others = values.filter((v) => typeof v !== "boolean");
		const all = kinds.size === 0 ? values : [false, true, ...others];
		const found = enumeration(all);
		if (found) return { kind: "ENUM", enumeration: found };
	}
	return { kind: name === "children" ? "NODE" : "JSON" };
}

/* Where in a property components can be, as the front end writes the paths. */
function nodePaths(type, base) {
	const inShape = (shape, prefix) =>
		Object.keys(shape).flatMap((name) =>
			nodePaths(shape[name], `${prefix}.${name}`),
		);
	const inContainer = (inner, mark) =>
		alternativesOf(inner).flatMap((one) => {
			if (
				one &&
				(one.kind === "node" || one.kind === "element")
			)
				return [base];
			return nodePaths(one, base + mark);
		});
	switch (type && type.kind) {
		case "node":
		case "element":
			return [base];
		case "oneOfType":
			return type.argument.flatMap((one) =>
				nodePaths(one, base),
			);
		case "shape":
		case "exact":
			return inShape(type.argument, base);
		case "arrayOf":
			return inContainer(type.argument, "[]");
		case "objectOf":
			return inContainer(type.argument, "{}");
		default:
			return [];
	}
}

function alternativesOf(type) {
	return type && type.kind === "oneOfType"
		? type.argument.flatMap(alternativesOf)
		: [type];
}

/* Set by the renderer, not by a server. */
function isInternal(name) {
	return (
		name === "setProps" ||
		name === "componentPath" ||
		name.startsWith("_dashprivate_")
	);
}

/* A component's properties, in the bundle's order. */
function properties(component, types) {
	const members = new Names();
	const wildcards = [];
	const list = [];
	for (const name of Object.keys(types)) {
		if (isInternal(name)) continue;
		if (name === "data-*" || name === "aria-*") {
			wildcards.push(name.slice(0, 4).toUpperCase());
			continue;
		}
		const found = classify(name, types[name]);
		if (found)
			list.push({
				name,
				member: members.unique(memberName(name)),
				...found,
				flags: name === "children" ? ["ALWAYS"] : [],
			});
	}
	if (wildcards.length > 0) {
		if (members.used.has("wildcards"))
			throw new Error(
				`${component} has a property "wildcards" and ` +
					"attributes by pattern too; one of them needs another name",
			);
		list.push({
			name: "wildcards",
			member: "wildcards",
			kind: "WILDCARDS",
			flags: wildcards,
		});
	}
	return list;
}

/* Properties that all components have alike are written once.  A few of
 * them are not worth it. */
function sharedProperties(components) {
	const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
	const shared =
		components.length < 2
			? []
			: components[0].properties.filter((property) =>
					components.every((component) =>
						component.properties.some((p) =>
							same(p, property),
						),
					),
				);
	return shared.length < 4 ? [] : shared;
}

function valueName(value) {
	return (
		snake(String(value)) || (value === "" ? "empty" : "value")
	).toUpperCase();
}

/* Names an enumeration and its constants. */
function nameEnumeration(property, prefix, tags, constants) {
	const tag = tags.unique(prefix);
	const upper = tag.toUpperCase();
	const named = property.enumeration;
	named.tag = tag;
	named.unsetName = named.natural
		? constants.unique(`${upper}_UNSET`)
		: null;
	const literal = new Set(
		named.values
			.filter((v) => typeof v.value !== "string")
			.map((v) => valueName(v.value)),
	);
	for (const one of named.values) {
		let name = valueName(one.value);
		if (typeof one.value === "string" && literal.has(name))
			name = `${name}_TEXT`;
		one.name = constants.unique(`${upper}_${name}`);
	}
}

/*
 * The whole library: { components, shared }.  A component has its name, tag
 * (of the struct and constructor), own properties and node paths.
 */
function model(loaded, prefix) {
	const tags = new Names();
	const constants = new Names();
	const components = loaded.components.map(([name, types]) => ({
		name,
		tag: tags.unique(`${prefix}_${snake(name)}`),
		properties: properties(name, types),
		paths: Object.keys(types)
			.filter(
				(property) =>
					!isInternal(property) &&
					property !== "children",
			)
			.flatMap((property) => [
				...new Set(
					nodePaths(types[property], property),
				),
			])
			.filter((path, at, all) => all.indexOf(path) === at),
	}));
	const shared = sharedProperties(components);
	const isShared = new Set(shared.map((property) => property.name));

	for (const property of shared)
		if (property.kind === "ENUM")
			nameEnumeration(
				property,
				`${prefix}_${snake(property.name)}`,
				tags,
				constants,
			);
	for (const component of components) {
		component.properties = component.properties.filter(
			(property) => !isShared.has(property.name),
		);
		for (const property of component.properties)
			if (property.kind === "ENUM")
				nameEnumeration(
					property,
					`${component.tag}_${snake(property.name)}`,
					tags,
					constants,
				);
	}
	return { components, shared };
}

module.exports = { model };
