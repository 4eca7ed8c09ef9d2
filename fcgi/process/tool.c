/*
 * process/tool.c: the tool face of an app: look at it from the shell.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dash/json_write.h"
#include "process/nginx.h"
#include "process/process.h"
#include "process/seal.h"
#include "process/tool.h"

struct command {
	const char *name;
	const char *usage;
	const char *meaning;
	/* The exit status.  `argv` begins after the command's name. */
	int (*run)(struct process *process, int argc, char *argv[]);
};

static const struct command commands[];

int
tool_complain(const struct process *process, const char *message)
{
	(void)fprintf(stderr, "%s: %s\n", process->app->name, message);
	return 1;
}

int
tool_complain_usage(const struct process *process, const char *name)
{
	for (const struct command *each = commands; each->name != NULL; each++)
		if (strcmp(each->name, name) == 0)
			(void)fprintf(stderr, "usage: %s %s %s\n",
			    process->argv[0], each->name, each->usage);
	return 2;
}

int
tool_print(const struct process *process, struct buffer *out)
{
	/* Nothing at all is what a 204 has to say. */
	int failed = buffer_failed(out) ||
		     (out->size > 0 && fwrite(out->data, 1, out->size,
					   stdout) != out->size) ||
		     fflush(stdout) != 0;

	buffer_clear(out);
	return failed
		   ? tool_complain(process, "the output could not be written")
		   : 0;
}

/* After the seal, exit() would run destructors that write to sealed memory. */
static int
end_sealed(int status)
{
	(void)fflush(stdout);
	_exit(status);
}

static int
start(struct process *process)
{
	struct error error;

	if (process_start(process, PROCESS_TOOL, &error) == 0)
		return 0;
	return tool_complain(process, error.message);
}

static int
run_layout(struct process *process, int argc, char *argv[])
{
	struct dash_result result;
	struct buffer out;

	(void)argv;
	if (argc != 0)
		return tool_complain_usage(process, "layout");
	if (start(process) != 0)
		return 1;
	buffer_init(&out, TOOL_OUTPUT_LIMIT);
	dash_layout(process->dash, &process->services, &out, &result);
	if (result.status != 200)
		return end_sealed(tool_complain(process, result.error.message));
	return end_sealed(tool_print(process, &out));
}

static int
run_dependencies(struct process *process, int argc, char *argv[])
{
	struct buffer out;

	(void)argv;
	if (argc != 0)
		return tool_complain_usage(process, "dependencies");
	buffer_init(&out, TOOL_OUTPUT_LIMIT);
	dash_dependencies(process->dash, &out);
	return tool_print(process, &out);
}

static int
run_check_command(struct process *process, int argc, char *argv[])
{
	bool json = argc == 1 && strcmp(argv[0], "--json") == 0;

	if (argc == 2 && strcmp(argv[0], "--replay") == 0)
		return run_replay(process, argv[1]);
	if (argc != 0 && !json)
		return tool_complain_usage(process, "check");
	return run_check(process, json);
}

/* Standard input up to the body limit. */
static int
read_body(const struct process *process, struct buffer *body)
{
	size_t limit = process->settings.limits.body, piece, got;
	char *room;

	/* One byte more than allowed shows that there is more. */
	buffer_init(body, limit + 1);
	do {
		piece = limit + 1 - body->size;
		if (piece > 65536)
			piece = 65536;
		room = buffer_reserve(body, piece);
		if (room == NULL)
			return tool_complain(process, "out of memory");
		got = fread(room, 1, piece, stdin);
		buffer_added(body, got);
		if (body->size > limit)
			return tool_complain(process,
			    "the body is larger than LETHE_BODY_LIMIT");
	} while (got > 0);
	if (ferror(stdin))
		return tool_complain(process, "standard input cannot be read");
	return 0;
}

static int
run_call(struct process *process, int argc, char *argv[])
{
	struct dash_result result;
	struct buffer body, out;

	if (argc != 1)
		return tool_complain_usage(process, "call");
	/* The start may run the program again, which would find no body. */
	if (start(process) != 0)
		return 1;
	if (read_body(process, &body) != 0)
		return end_sealed(1);
	buffer_init(&out, process->settings.limits.response);
	dash_update(process->dash, &process->services, argv[0], body.data,
	    body.size, &out, &result);
	buffer_clear(&body);
	if (result.status >= 400)
		return end_sealed(tool_complain(process, result.error.message));
	return end_sealed(tool_print(process, &out));
}

static int
run_nginx(struct process *process, int argc, char *argv[])
{
	const char *socket = NULL, *frontend = LETHE_FRONTEND_DIRECTORY;
	struct error error;
	struct buffer out;

	for (int i = 0; i < argc; i += 2) {
		if (i + 1 >= argc)
			return tool_complain_usage(process, "nginx");
		if (strcmp(argv[i], "--socket") == 0)
			socket = argv[i + 1];
		else if (strcmp(argv[i], "--frontend") == 0)
			frontend = argv[i + 1];
		else
			return tool_complain_usage(process, "nginx");
	}
	if (socket == NULL)
		return tool_complain_usage(process, "nginx");
	buffer_init(&out, TOOL_OUTPUT_LIMIT);
	if (nginx_print(&out, process, socket, frontend, &error) != 0)
		return tool_complain(process, error.message);
	return tool_print(process, &out);
}

static int
run_info(struct process *process, int argc, char *argv[])
{
	const struct lethe_app *app = process->app;
	struct json_object *info;
	struct buffer out;

	(void)argv;
	if (argc != 0)
		return tool_complain_usage(process, "info");
	info = lethe_object({ "name", lethe_string(app->name) },
	    { "title",
		lethe_string(app->title != NULL ? app->title : app->name) },
	    { "description", lethe_string(app->description) },
	    { "prefix", lethe_string(process->settings.prefix) });
	buffer_init(&out, TOOL_OUTPUT_LIMIT);
	json_write(&out, info);
	buffer_add_char(&out, '\n');
	json_object_put(info);
	return tool_print(process, &out);
}

static const struct command commands[] = {
	{ "check", "[--json | --replay FILE.har]",
	    "look for mistakes before anything is served, or ask for recorded "
	    "requests\n      to see whether a process remembers",
	    run_check_command },
	{ "layout", "", "print the layout as the browser gets it", run_layout },
	{ "dependencies", "", "print the callbacks as the browser gets them",
	    run_dependencies },
	{ "call", "NAME < BODY.json",
	    "run a callback with the body of a browser's request", run_call },
	{ "nginx", "--socket PATH|HOST:PORT [--frontend DIR]",
	    "print the nginx locations of this app", run_nginx },
	{ "store", "stats|list|get|delete|clear|sessions|check|backup [--json]",
	    "look at the cache and the sessions; get and delete take "
	    "FUNCTION\n      [ARGUMENTS-JSON], backup a DIRECTORY that it "
	    "makes",
	    run_store },
	{ "info", "", "print name, title, description and prefix as JSON",
	    run_info },
	{ NULL, NULL, NULL, NULL },
};

static int
help(const struct process *process)
{
	const struct lethe_app *app = process->app;
	struct buffer out;

	buffer_init(&out, TOOL_OUTPUT_LIMIT);
	buffer_addf(&out, "%s: %s, an app made with Lethe %s\n", app->name,
	    app->title != NULL ? app->title : app->name, LETHE_VERSION);
	if (app->description != NULL)
		buffer_addf(&out, "%s\n", app->description);
	buffer_addf(&out,
	    "\nStarted by spawn-fcgi it is a FastCGI worker, started by a web "
	    "server a CGI\nprogram; from the shell:\n\n");
	for (const struct command *each = commands; each->name != NULL; each++)
		buffer_addf(&out, "  %s %s%s%s\n      %s\n", process->argv[0],
		    each->name, each->usage[0] != '\0' ? " " : "", each->usage,
		    each->meaning);
	buffer_addf(&out,
	    "\nE.g. two workers:\n"
	    "  spawn-fcgi -s %s.sock -M 0660 -U www-data -u %s -F 2 -- %s\n"
	    "\nSettings, as environment variables, or as options before a "
	    "command, e.g.\n--default-timeout 60:\n",
	    app->name, app->name, process->argv[0]);
	settings_help(&out);
	return tool_print(process, &out);
}

int
run_tool(struct process *process, int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "--help";

	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return help(process);
	if (strcmp(name, "--version") == 0) {
		(void)printf(
		    "%s (Lethe %s)\n", process->app->name, LETHE_VERSION);
		return 0;
	}
	for (const struct command *each = commands; each->name != NULL; each++)
		if (strcmp(each->name, name) == 0)
			return each->run(process, argc - 2, argv + 2);
	(void)fprintf(stderr, "%s: there is no command \"%s\": see %s --help\n",
	    process->app->name, name, process->argv[0]);
	return 2;
}
