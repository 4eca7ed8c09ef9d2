/*
 * imports.test.js: functions of libc that remember from one request to the
 * next are refused before anything is served, with what to use instead.
 */
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const helpers = require("./helpers.js");

const LIBRARIES = helpers.built("fcgi/.libs");
const CC = process.env.CC || "cc";
const INCLUDE = (process.env.CPPFLAGS || "").split(" ").filter(Boolean);

/* Functions, and a word or more of what is said to be used instead. */
const REFUSED = [
	["setenv", "lethe_memoize"], ["putenv", "lethe_memoize"],
	["unsetenv", "lethe_memoize"], ["clearenv", "dcc.Store"],
	["srand", "rand_r()"], ["rand", "getrandom()"], ["random", "rand_r()"],
	["srandom", "rand_r()"], ["initstate", "rand_r()"],
	["setstate", "rand_r()"], ["drand48", "rand_r()"],
	["lrand48", "rand_r()"], ["srand48", "rand_r()"],
	["seed48", "rand_r()"],
	["strtok", "strtok_r()"],
	["setlocale", "newlocale()"], ["uselocale", "newlocale()"],
	["textdomain", "dgettext()"],
	["hcreate", "hcreate_r()"], ["hsearch", "hsearch_r()"],
	["atexit", "before the handler returns"],
	["on_exit", "before the handler returns"],
	["at_quick_exit", "before the handler returns"],
	["signal", "leave signals to Lethe"],
	["sigaction", "leave signals to Lethe"],
	["sigset", "leave signals to Lethe"],
	["sigaltstack", "leave signals to Lethe"],
	["umask", "the mode"], ["chdir", "whole paths"],
	["fchdir", "openat()"], ["chroot", "whole paths"],
	["dlopen", "link the library"], ["dlmopen", "link the library"],
	["dlsym", "link the library"],
	["getopt", "lethe_main()"], ["getopt_long", "lethe_main()"],
	["localtime", "localtime_r()"], ["gmtime", "gmtime_r()"],
	["ctime", "strftime()"], ["asctime", "strftime()"],
	["strerror", "strerrordesc_np()"], ["strsignal", "sigdescr_np()"],
	["inet_ntoa", "inet_ntop()"], ["getpwnam", "..._r"],
	["getpwent", "..._r"], ["ttyname", "..._r"], ["ptsname", "..._r"],
	["gethostbyname", "getaddrinfo()"], ["tmpnam", "O_TMPFILE"],
	["l64a", "snprintf()"], ["ecvt", "snprintf()"],
	["fcvt", "snprintf()"],
	["mblen", "mbrlen()"], ["mbtowc", "mbrtowc()"],
	["syslog", "standard error"], ["mallopt", "leave malloc"],
	["fork", "a program of its own"], ["vfork", "a program of its own"],
	["popen", "a program of its own"], ["system", "a program of its own"],
	["posix_spawn", "a program of its own"],
	["execve", "a program of its own"],
	["pthread_create", "other workers"], ["thrd_create", "other workers"],
	["pthread_setspecific", "a local variable"],
	["timer_create", "LETHE_TIMEOUT"], ["timer_settime", "LETHE_TIMEOUT"],
	["timer_delete", "LETHE_TIMEOUT"], ["setitimer", "LETHE_TIMEOUT"],
	["alarm", "LETHE_TIMEOUT"],
	["shm_open", "lethe_memoize"], ["shmget", "lethe_memoize"],
	["memfd_create", "lethe_memoize"], ["sem_open", "lethe_memoize"],
	["closefrom", "by its number"], ["close_range", "by its number"],
	["mprotect", "to Lethe"], ["mremap", "to Lethe"],
	["sbrk", "malloc()"], ["prctl", "whoever starts the worker"],
	["setrlimit", "whoever starts the worker"], ["syscall", "of libc"],
];

let directory;

before(() => {
	directory = helpers.temporaryDirectory();
	helpers.workerDirectory(path.join(directory, "state"));
});

after(() => helpers.removeDirectory(directory));

/* Functions use_NAME() that call these, and use_all() that calls them. */
function users(names) {
	const one = (name) => ["atexit", "at_quick_exit"].includes(name) ?
	    `int ${name}(void (*function)(void));\n` +
	    `__attribute__((noinline)) void use_${name}(void)\n` +
	    `{ (void)${name}(use_all); }\n` :
	    `extern void call_${name}(void) __asm__("${name}");\n` +
	    `__attribute__((noinline)) void use_${name}(void)\n` +
	    `{ call_${name}(); __asm__ volatile(""); }\n`;

	return names.map(one).join("") + "void use_all(void)\n{ " +
	    names.map((name) => `use_${name}();`).join(" ") + " }\n";
}

/* An app whose handler calls use_all(). */
function app(names, { calls = [], libraries = [],
    code = users(names) } = {}) {
	return `#include <lethe.h>
#include <lethe/html.h>
void use_all(void);
${code}
static struct json_object *layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(html_div(.id = "in"),
	    html_div(.id = "out")));
}
static enum lethe_result remember(struct lethe_call *call)
{
	use_all();
	return lethe_no_update(call, 0);
}
static const struct lethe_callback callback = { .name = "remember",
	.handler = remember, .outputs = LETHE_OUTPUTS({ "out", "children" }),
	.inputs = LETHE_INPUTS({ "in", "children" }) };
static const struct lethe_app app = { .name = "remember", .layout = layout,
	.callbacks = LETHE_CALLBACKS(&callback),
	.libraries = LETHE_NAMES(${[...libraries.map((name) => `"${name}"`),
	    "NULL"].join(", ")}),
	.calls = LETHE_NAMES(${[...calls.map((name) => `"${name}"`), "NULL"]
	    .join(", ")}) };
int main(int argc, char *argv[]) { return lethe_main(&app, argc, argv); }
`;
}

const LIBLETHE = {
	static: [path.join(LIBRARIES, "liblethe.a"), "-lfcgi", "-ljson-c",
		"-lsqlite3", "-lsodium", "-lm"],
	shared: ["-L" + LIBRARIES, "-llethe", "-ljson-c",
		"-Wl,-rpath," + LIBRARIES],
};
/* A build with sanitizers has its library so. */
const SANITIZERS = helpers.isSanitized(helpers.built("handlers/signal/signal"))
    ? ["-fsanitize=address,undefined"] : [];

/* Compiles a source in the directory; the program's path. */
async function compile(name, source, options, compiler = CC) {
	const file = path.join(directory, name);
	const code = path.join(directory, "code.c");

	fs.writeFileSync(code, source);
	const result = await helpers.run("/bin/sh", ["-c", 'exec "$@"', "sh",
		...compiler.split(" "), "-D_GNU_SOURCE", "-O2", ...INCLUDE,
		...SANITIZERS, "-o", file, code, ...options],
	    { cwd: directory });

	assert.equal(result.status, 0, result.stderr);
	return file;
}

function run(program, args) {
	return helpers.run(program, args, { asWorker: true,
		env: { LETHE_STATE: path.join(directory, "state") } });
}

async function findings(program) {
	const { stdout, stderr } = await run(program, ["check", "--json"]);

	assert.notEqual(stdout, "", stderr);
	return JSON.parse(stdout).filter((each) => / uses /.test(each.message));
}

const VARIANTS = [
	["the static liblethe", "static", []],
	["the shared liblethe", "shared", []],
	["-fno-plt", "static", ["-fno-plt", "-Wl,-z,now"]],
	["a program at a fixed address", "static", ["-fno-pie", "-no-pie"]],
	["clang", "static", [], "clang"],
	["clang and the shared liblethe", "shared", [], "clang"],
];

const exists = (name) => (process.env.PATH || "").split(":").some((each) =>
    fs.existsSync(path.join(each, name)));

for (const [what, kind, options, compiler] of VARIANTS) {
	const skip = (kind === "shared" &&
	    !fs.existsSync(path.join(LIBRARIES, "liblethe.so"))) ||
	    (compiler !== undefined &&
		(SANITIZERS.length > 0 || !exists(compiler)));

	test(`with ${what}, each is refused with its use`, { skip }, async () => {
		const names = REFUSED.map(([name]) => name);
		const program = await compile("remember", app(names),
		    [...options, ...LIBLETHE[kind]], compiler);
		const found = await findings(program);

		for (const [name, instead] of REFUSED) {
			const [one, ...more] = found.filter((each) =>
			    each.message.includes(` uses ${name}, `));

			assert.ok(one, `${name} is not refused`);
			assert.deepEqual(more, []);
			assert.equal(one.severity, "mistake");
			assert.ok(one.message.startsWith("remember "), one.message);
			assert.ok(one.message.includes(instead), one.message);
			if (process.arch === "x64")
				assert.ok(one.message.startsWith(
				    `remember (use_${name}()) uses`), one.message);
		}
		assert.equal(found.length, REFUSED.length,
		    JSON.stringify(found, null, 1));
	});

	test(`with ${what}, an app without them is not`, { skip }, async () => {
		const program = await compile("forget", app(["strtok_r"]),
		    [...options, ...LIBLETHE[kind]], compiler);

		assert.deepEqual(await findings(program), []);
		assert.equal((await run(program, ["layout"])).status, 0);
	});
}

test("a stripped program is refused, without the function", async () => {
	const program = await compile("stripped", app(["strtok", "setenv"]),
	    ["-s", ...LIBLETHE.static]);

	assert.deepEqual((await findings(program)).map((each) => each.message)
	    .sort(), [
		"stripped uses setenv, which keeps state in the process: keep " +
		    "it in a dcc.Store, in the cache (lethe_memoize) or in the " +
		    "session",
		"stripped uses strtok, which keeps state in the process: use " +
		    "strtok_r()",
	]);
});

test("an app's shared object is refused by its name", async () => {
	await compile("libwords.so", "void use_all(void);\n" +
	    users(["strtok"]), ["-shared", "-fPIC"]);
	const program = await compile("linked", app([], { code: "" }),
	    ["-L" + directory, "-l:libwords.so", "-Wl,-rpath," + directory,
		...LIBLETHE.static]);
	const found = await findings(program);

	assert.equal(found.length, 1);
	assert.match(found[0].message, /^libwords\.so .*uses strtok,/);
});

/* Runs the callback of an app whose shared object has a variable. */
async function callLibrary(name, libraries) {
	await compile("libkeeps.so", "int kept;\nvoid use_all(void);\n" +
	    "void use_all(void) { kept++; }\n", ["-shared", "-fPIC"]);
	const program = await compile(name, app([], { code: "", libraries }),
	    ["-L" + directory, "-l:libkeeps.so", "-Wl,-rpath," + directory,
		...LIBLETHE.static]);

	return helpers.run(program, ["call", "remember"], { asWorker: true,
		env: { LETHE_STATE: path.join(directory, "state") },
		input: JSON.stringify({ output: "out.children",
			outputs: { id: "out", property: "children" },
			inputs: [{ id: "in", property: "children", value: 1 }],
			changedPropIds: [] }) });
}

test("an app's shared object is sealed", async () => {
	const { status, stderr } = await callLibrary("sealed", []);

	assert.equal(status, 1);
	assert.match(stderr, /callback remember wrote to the global variable kept of libkeeps\.so: a process forgets everything when a request ends, so shared data belongs in a dcc\.Store in the browser, in the cache \(lethe_memoize\), or in the session/);
});

test("but for one that .libraries has", async () =>
	assert.equal((await callLibrary("writable", ["libkeeps.so"])).status,
	    0));

test("so is a function whose address is kept in a table", async () => {
	const program = await compile("table", app([], { code: `
extern void call_strtok(void) __asm__("strtok");
extern void (*const functions[])(void);
void (*const functions[])(void) = { call_strtok };
void use_all(void) { functions[0](); }` }),
	    ["-fno-builtin", "-O0", ...LIBLETHE.static]);

	assert.match((await findings(program))[0].message, / uses strtok,/);
});

test("a worker does not start, and its log says why", async () => {
	const program = await compile("worker", app(["strtok", "setenv"]),
	    LIBLETHE.static);
	const pool = new helpers.Pool(directory, "worker", program, 1, {});

	await pool.start().then(() => helpers.until(
	    () => pool.alive().length === 0, "the worker ends"), () => {});
	assert.match(pool.logText(), /error.*worker .* uses \w+, which keeps state in the process: .* \(and 1 more of the kind: see the command check\)/);
});

test("a command that runs the app's code does not run it", async () => {
	const program = await compile("command", app(["strtok"]),
	    LIBLETHE.static);
	const result = await run(program, ["layout"]);

	assert.equal(result.status, 1);
	assert.equal(result.stdout, "");
	assert.match(result.stderr, /^remember: command .* uses strtok, /m);
});

test("what .calls has is allowed, with a warning", async () => {
	const program = await compile("allowed", app(["strtok", "atexit"],
	    { calls: ["strtok", "atexit"] }), LIBLETHE.static);
	const found = await findings(program);

	assert.deepEqual(found.map((each) => each.severity),
	    ["warning", "warning"]);
	assert.match(found[0].message, /as the app's \.calls allows/);
	assert.equal((await run(program, ["layout"])).status, 0);
	assert.equal((await run(program, ["check"])).status, 0);
});

test("a name in .calls that is not refused is a mistake", async () => {
	const program = await compile("unknown", app(["strtok_r"],
	    { calls: ["strtock"] }), LIBLETHE.static);
	const result = await run(program, ["check"]);

	assert.equal(result.status, 1);
	assert.match(result.stderr, /the app's \.calls has strtock, which is no function that would be refused/);
});
