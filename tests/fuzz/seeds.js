/*
 * seeds.js NAME DIRECTORY: makes a fuzz target's first inputs out of the
 * recorded exchanges.
 */
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const recordings = path.join(__dirname, '..', 'conformance', 'recordings');
// Larger ones are slow, and teach a fuzzer nothing.
const mostBytes = 4096;

function exchanges() {
	return fs.readdirSync(recordings)
	    .filter((name) => name.endsWith('.json'))
	    .flatMap((name) => JSON.parse(
		fs.readFileSync(path.join(recordings, name))).exchanges);
}

function bodyText(exchange) {
	const body = exchange.request.body;

	if (body === undefined || body === null)
		return '';
	return typeof body === 'string' ? body : JSON.stringify(body);
}

// The parameters that the web server would hand on, and the body.
function parameters(exchange) {
	const {method, headers} = exchange.request;
	const target = exchange.request.path;
	const body = bodyText(exchange);
	const lines = [`REQUEST_METHOD=${method}`,
		`DOCUMENT_URI=/app${target.replace(/\?.*/s, '')}`,
		`QUERY_STRING=${target.replace(/^[^?]*\??/s, '')}`,
		'REQUEST_ID=0123456789abcdef0123456789abcdef'];

	for (const [name, value] of Object.entries(headers || {})) {
		const variable = name.toUpperCase().replace(/-/g, '_');
		lines.push((variable === 'CONTENT_TYPE' ? '' : 'HTTP_') +
		    `${variable}=${value}`);
	}
	lines.push(`CONTENT_LENGTH=${Buffer.byteLength(body)}`);
	return `${lines.join('\n')}\n\n${body}`;
}

// All ids in a value: those of arguments and those in keys and "output"s.
function ids(value) {
	if (Array.isArray(value))
		return value.flatMap(ids);
	if (value === null || typeof value !== 'object')
		return [];
	return Object.entries(value).flatMap(([name, part]) => [
		...(name === 'id' ? [typeof part === 'string' ? part
		    : JSON.stringify(part)] : []),
		...(name.startsWith('{') ? [name] : []),
		...(name === 'output' && typeof part === 'string'
		    ? [part.replace(/\.[^.]*$/, '')] : []),
		...ids(part)]);
}

// What the recordings have nothing of; for the app of fuzz_app.c.
const row = (index) => ({index, type: 'row'});
const extraBodies = [{
	output: '..rows.data...{"index":["ALL"],"type":"row"}.children...' +
	    '{"index":["ALL"],"type":["ALL"]}.title..',
	outputs: [{id: 'rows', property: 'data'},
		[{id: row(1), property: 'children'},
			{id: row('b'), property: 'children'}],
		[{id: row(1), property: 'title'}]],
	inputs: [{id: 'go', property: 'n_clicks', value: 'beside'},
		[{id: row(1), property: 'value', value: 1.5}]],
	state: [{id: {k: 1.5}, property: 'value', value: null},
		{id: 'go', property: 'title', value: {a: [1]}}],
	changedPropIds: ['{"index":1,"type":"row"}.value', 'go.n_clicks'],
}, {
	output: '..{"a":["MATCH"],"index":["MATCH"],"type":"sum"}.children' +
	    '...{"a":["MATCH"],"index":["MATCH"],"type":"sum"}.title..',
	outputs: ['children', 'title'].map((property) =>
	    ({id: {a: 'x', index: 2, type: 'sum'}, property})),
	inputs: [{id: {a: 'x', index: 2, type: 'in'}, property: 'value',
		value: [1, 2]},
	[0, 1].map((index) => ({id: {a: 'y', index, type: 'in'},
		property: 'value', value: index}))],
	state: [[{id: {a: 'x', index: 1.5, type: true}, property: 'data',
		value: 'kept'}]],
	changedPropIds: ['{"a":"x","index":2,"type":"in"}.value'],
}, {
	output: '{"x":["MATCH"],"y":"t"}.children',
	outputs: {id: {x: 'one', y: 't'}, property: 'children'},
	inputs: [{id: 'maybe', property: 'value', value: null},
		{id: {x: {wild: 'MATCH', multi: false}, y: 'may'},
			property: 'value', value: null},
		[{id: {x: 'one', y: 'may'}, property: 'value', value: true}]],
	changedPropIds: ['{"x":"one","y":"may"}.value'],
}, {
	output: '..square.children...cube.children...cube.title..',
	outputs: [['square', 'children'], ['cube', 'children'],
		['cube', 'title']].map(([id, property]) => ({id, property})),
	inputs: [{id: 'num', property: 'value', value: 'beside me'},
		{id: 'num', property: 'n_blur'}],
	state: ['input-1', 'input-2'].map((id) =>
	    ({id, property: 'value', value: id})),
	changedPropIds: ['num.value'],
}];

// A name, a value to set, Cookie, Referer and the query string.
const cookies = ['session\nabc123\nother=1; session="a b"; session=2\n' +
	'http://127.0.0.1:8000/app/page?session=1&b=%F0%9F%98%80#top\n' +
	'page=%2Fapp%2Fp%3Fsession%3D%2541',
'__Host-id\nv\n__Host-id=v\nhttps://example.org/\n/'];

const makers = {
	cookie: (exchange) => [...cookies, ['Accept', 'text/html',
		(exchange.request.headers || {}).cookie || '',
		`http://127.0.0.1:8000/app${exchange.request.path}`,
		`page=${encodeURIComponent(exchange.request.path)}`].join('\n')],
	id: (exchange) => [...ids(exchange.request.body),
		...ids(exchange.response)],
	json: (exchange) => [bodyText(exchange),
		JSON.stringify(exchange.response)],
	request: (exchange) => [parameters(exchange)],
	update: (exchange) => [bodyText(exchange)],
};

function main(name, directory) {
	const extra = extraBodies.map((body) => ({request: {method: 'POST',
		path: '/_dash-update-component', body}}));

	for (const text of [...exchanges(), ...extra].flatMap(makers[name])) {
		const bytes = Buffer.from(text || '');
		const hash = crypto.createHash('sha1').update(bytes)
		    .digest('hex');

		if (bytes.length > 0 && bytes.length <= mostBytes)
			fs.writeFileSync(path.join(directory, hash), bytes);
	}
}

if (makers[process.argv[2]] === undefined || process.argv.length !== 4) {
	console.error('usage: seeds.js cookie|id|json|request|update DIRECTORY');
	process.exit(2);
}
main(process.argv[2], process.argv[3]);
