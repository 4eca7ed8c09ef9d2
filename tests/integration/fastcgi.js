/*
 * fastcgi.js: a FastCGI client for the tests, which can also misbehave:
 * every record is sent as the test says, whole, cut, late or wrong.
 */
"use strict";

const net = require("node:net");

const TYPE = {
	BEGIN_REQUEST: 1, ABORT_REQUEST: 2, END_REQUEST: 3, PARAMS: 4, STDIN: 5,
	STDOUT: 6, STDERR: 7, DATA: 8, GET_VALUES: 9, GET_VALUES_RESULT: 10,
	UNKNOWN_TYPE: 11,
};
const ROLE = { RESPONDER: 1, AUTHORIZER: 2, FILTER: 3 };
const KEEP_CONNECTION = 1;
const CONTENT_MAX = 65535;

/* One record. */
function record(type, id, content = Buffer.alloc(0)) {
	const body = Buffer.from(content);
	const head = Buffer.alloc(8);

	head[0] = 1;
	head[1] = type;
	head.writeUInt16BE(id, 2);
	head.writeUInt16BE(body.length, 4);
	return Buffer.concat([head, body]);
}

/* As many records as the content needs, and the empty one at the end. */
function stream(type, id, content) {
	const bytes = Buffer.from(content);
	const records = [];

	for (let at = 0; at < bytes.length; at += CONTENT_MAX)
		records.push(record(type, id,
		    bytes.subarray(at, at + CONTENT_MAX)));
	records.push(record(type, id));
	return Buffer.concat(records);
}

function begin(id = 1, { role = ROLE.RESPONDER, keep = false } = {}) {
	return record(TYPE.BEGIN_REQUEST, id,
	    [role >> 8, role & 255, keep ? KEEP_CONNECTION : 0, 0, 0, 0, 0, 0]);
}

function length(bytes) {
	if (bytes.length < 128)
		return Buffer.from([bytes.length]);

	const four = Buffer.alloc(4);

	four.writeUInt32BE((bytes.length | 0x80000000) >>> 0);
	return four;
}

/* The content of PARAMS and GET_VALUES records. */
function pairs(values) {
	return Buffer.concat(Object.entries(values).flatMap(([name, value]) => {
		const [n, v] = [Buffer.from(name), Buffer.from(value)];

		return [length(n), length(v), n, v];
	}));
}

/* What a web server says of a request. */
function params({ method = "GET", path = "/", type, size, extra = {} } = {}) {
	const query = path.indexOf("?");
	const values = {
		GATEWAY_INTERFACE: "CGI/1.1",
		REQUEST_METHOD: method,
		REQUEST_URI: path,
		DOCUMENT_URI: query < 0 ? path : path.slice(0, query),
		SCRIPT_NAME: query < 0 ? path : path.slice(0, query),
		QUERY_STRING: query < 0 ? "" : path.slice(query + 1),
		SERVER_PROTOCOL: "HTTP/1.1",
		SERVER_NAME: "localhost",
		SERVER_PORT: "80",
		HTTP_HOST: "localhost",
	};

	if (type !== undefined)
		values.CONTENT_TYPE = type;
	if (size !== undefined)
		values.CONTENT_LENGTH = String(size);
	return { ...values, ...extra };
}

/* A whole request with a JSON body, as one buffer. */
function request({ id = 1, keep = false, body = "", ...rest } = {}) {
	const bytes = Buffer.from(body);

	return Buffer.concat([
		begin(id, { keep }),
		stream(TYPE.PARAMS, id, pairs(params({
			size: bytes.length, ...rest }))),
		stream(TYPE.STDIN, id, bytes),
	]);
}

/* Cuts what a worker sent into records; the tail may be incomplete. */
function parse(bytes) {
	const records = [];
	let at = 0;

	while (at + 8 <= bytes.length) {
		const size = bytes.readUInt16BE(at + 4);
		const next = at + 8 + size + bytes[at + 6];

		if (next > bytes.length)
			break;
		records.push({
			type: bytes[at + 1],
			id: bytes.readUInt16BE(at + 2),
			content: bytes.subarray(at + 8, at + 8 + size),
		});
		at = next;
	}
	return { records, rest: bytes.subarray(at) };
}

/* The CGI response in the STDOUT records, as an HTTP client would see it. */
function response(bytes) {
	const { records } = parse(bytes);
	const output = Buffer.concat(records.filter(
	    (each) => each.type === TYPE.STDOUT).map((each) => each.content));
	const end = records.find((each) => each.type === TYPE.END_REQUEST);

	return { ...cgiResponse(output), records, ended: end !== undefined,
		protocolStatus: end === undefined ? undefined : end.content[4] };
}

/* Header fields, an empty line, and the body, as CGI programs write them. */
function cgiResponse(output) {
	const cut = output.indexOf("\r\n\r\n");
	const headers = {};

	if (cut < 0)
		return { status: undefined, headers, body: output };
	for (const line of output.toString("latin1", 0, cut).split("\r\n")) {
		const colon = line.indexOf(":");

		headers[line.slice(0, colon).toLowerCase()] =
		    line.slice(colon + 1).trim();
	}

	const body = output.subarray(cut + 4);

	return { status: parseInt(headers.status || "200", 10), headers, body,
		json: () => JSON.parse(body.toString("utf8")) };
}

/*
 * One connection to a worker.  When the worker has said all, it is closed, as
 * web servers do, unless it `lingers`.
 */
class Connection {
	constructor(socket, { lingers = false } = {}) {
		this.socket = socket;
		this.received = Buffer.alloc(0);
		this.closed = new Promise((resolve) => {
			socket.on("close", () => resolve());
		});
		socket.on("data", (bytes) => {
			this.received = Buffer.concat([this.received, bytes]);
		});
		socket.on("end", () => {
			if (!lingers)
				socket.end();
		});
		/* A worker may well reset the connection of a bad peer. */
		socket.on("error", (error) => {
			this.error = error;
		});
	}

	static open(path, options) {
		return new Promise((resolve, reject) => {
			const socket = net.connect({ path, allowHalfOpen: true });

			socket.once("error", reject);
			socket.once("connect", () => {
				socket.off("error", reject);
				resolve(new Connection(socket, options));
			});
		});
	}

	/* Resolves when the bytes are with the kernel. */
	send(bytes) {
		return new Promise((resolve) => {
			this.socket.write(bytes, () => resolve());
		});
	}

	/* No more to come, as a peer says that goes on reading. */
	endSending() {
		this.socket.end();
	}

	destroy() {
		this.socket.destroy();
	}

	/* Waits until the worker closes; fails when it takes too long. */
	async response({ deadline_ms = 10000, what = "a response" } = {}) {
		let timer;
		const late = new Promise((resolve, reject) => {
			timer = setTimeout(() => reject(new Error(
			    `no end of ${what} within ${deadline_ms} ms; so far: ` +
			    JSON.stringify(this.received.toString("latin1")))),
			    deadline_ms);
		});

		try {
			await Promise.race([this.closed, late]);
		} finally {
			clearTimeout(timer);
			this.socket.destroy();
		}
		return response(this.received);
	}
}

/* Sends bytes on a connection of their own and waits for the answer. */
async function exchange(path, bytes, options) {
	const connection = await Connection.open(path);

	await connection.send(bytes);
	return connection.response(options);
}

module.exports = { Connection, ROLE, TYPE, begin, cgiResponse, exchange, pairs,
	params, parse, record, request, stream };
