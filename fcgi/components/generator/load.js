"use strict";
/*
 * load.js: runs a component library's bundles and hands back what types its
 * components declare for their properties.
 *
 * The bundles are written for a browser.  They get stand-ins for it, for
 * React and for PropTypes that only remember what is said to them; nothing is
 * drawn and nothing is fetched.  (A vm context keeps names apart; it is no
 * protection against a hostile bundle.)
 */

const fs = require("fs");
const path = require("path");
const vm = require("vm");

/* A type as a bundle declares it: its name in PropTypes and its argument. */
class Type {
	constructor(kind, argument) {
		this.kind = kind;
		this.argument = argument;
	}

	get isRequired() {
		return this;
	}
}

const PLAIN_TYPES = [
	"any",
	"array",
	"bool",
	"bigint",
	"element",
	"elementType",
	"func",
	"node",
	"number",
	"object",
	"string",
	"symbol",
];
const TYPES_WITH_ARGUMENT = [
	"arrayOf",
	"exact",
	"instanceOf",
	"objectOf",
	"oneOf",
	"oneOfType",
	"shape",
];

function standInPropTypes() {
	const types = {};
	for (const kind of PLAIN_TYPES) types[kind] = new Type(kind);
	for (const kind of TYPES_WITH_ARGUMENT)
		types[kind] = (argument) => new Type(kind, argument);
	return types;
}

/*
 * Something that can be read, called and constructed, with the same again as
 * the result; what is set stays set.  `own` are things it really has.
 */
function standIn(own = {}) {
	/* A module that has these is taken for another kind of module. */
	const absent = new Set(["__esModule", "default", "then"]);
	return new Proxy(
		Object.assign(function () {}, own),
		{
			get(target, name) {
				if (name === Symbol.toPrimitive)
					return () => "";
				if (
					name in target ||
					absent.has(name) ||
					typeof name === "symbol"
				)
					return target[name];
				target[name] = standIn();
				return target[name];
			},
			apply: () => standIn(),
			construct: () => standIn(),
		},
	);
}

function standInReact() {
	/* Wrapped components must each be a thing of their own, to carry types. */
	const wrap = () => function () {};
	return standIn({
		Component: class {},
		PureComponent: class {},
		forwardRef: wrap,
		lazy: wrap,
		memo: wrap,
	});
}

function standInWindow(extra) {
	const window = {
		PropTypes: standInPropTypes(),
		React: standInReact(),
		ReactDOM: standIn(),
		/* Of dash-renderer, which bundles expect to be there before them. */
		dash_component_api: standIn(),
		console: {
			log() {},
			warn() {},
			error() {},
			info() {},
			debug() {},
		},
		document: standIn({
			/* webpack finds out from it where to fetch further parts. */
			currentScript: {
				tagName: "SCRIPT",
				src: "http://localhost/bundle.js",
			},
			getElementsByTagName: () => [],
			querySelectorAll: () => [],
		}),
		location: {
			href: "http://localhost/",
			search: "",
			pathname: "/",
		},
		navigator: { userAgent: "", platform: "", language: "en" },
		addEventListener() {},
		removeEventListener() {},
		setTimeout: () => 0,
		clearTimeout() {},
	};
	for (const name of extra) window[name] = standIn();
	window.window = window;
	window.self = window;
	return window;
}

/* Runs the scripts with the stand-ins; a name that none of them has is left
 * to the caller as the bundle's ReferenceError. */
function run(scripts, extra) {
	const window = standInWindow(extra);
	const context = vm.createContext(window);
	for (const script of scripts)
		script.runInContext(context, { timeout: 60000 });
	return window;
}

function reason(error) {
	const at = String(error.stack)
		.split("\n")
		.find((line) => /^ {4}at /.test(line));
	return `${error.message}${at ? ` (${at.trim()})` : ""}`;
}

/* The bundle's own global, after running all its scripts. */
function runBundle(namespace, files) {
	const scripts = files.map(
		(file) =>
			new vm.Script(fs.readFileSync(file, "utf8"), {
				filename: file,
			}),
	);
	const extra = new Set();
	for (;;) {
		try {
			return run(scripts, extra)[namespace];
		} catch (error) {
			/* Browsers have hundreds of names: stand in for what is missed. */
			const missed = /^(\w+) is not defined$/.exec(
				error.message,
			);
			if (!missed || extra.has(missed[1]))
				throw new Error(
					`cannot run the bundle of ${namespace}: ` +
						reason(error),
				);
			extra.add(missed[1]);
		}
	}
}

/* Does a component declare its properties?  One that inherits from a stand-in
 * has a stand-in, which is a function, for them. */
function declares(component) {
	return (
		Boolean(component) &&
		Boolean(component.propTypes) &&
		typeof component.propTypes === "object"
	);
}

/*
 * Loads a library: { namespace, package, scripts }, scripts relative to the
 * package.  Returns its version and its components, [name, types] sorted by
 * name, where types maps property names to Type (or to a function, for a
 * check of the library's own).
 */
function load(packages, library) {
	const directory = path.join(packages, library.package);
	const about = path.join(directory, "package.json");
	if (!fs.existsSync(about))
		throw new Error(
			`no npm package in ${directory}; unpack it there`,
		);
	const files = library.scripts.map((script) =>
		path.join(directory, script),
	);
	const exported = runBundle(library.namespace, files);
	if (!exported)
		throw new Error(
			`${files.join(", ")}: does not define ` +
				`window.${library.namespace}; is that the library's namespace?`,
		);
	const components = Object.keys(exported)
		.filter((name) => declares(exported[name]))
		.sort()
		.map((name) => [name, exported[name].propTypes]);
	if (components.length === 0)
		throw new Error(
			`${library.namespace}: no component declares its ` +
				"properties; if the package has a proptypes.js, name it as a script",
		);
	return {
		version: JSON.parse(fs.readFileSync(about, "utf8")).version,
		components,
		undeclared: Object.keys(exported).filter(
			(name) =>
				/^[A-Z]/.test(name) &&
				exported[name] &&
				!declares(exported[name]),
		),
	};
}

module.exports = { load };
