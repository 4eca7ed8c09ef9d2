/*
 * process/tool_store.c: `app store`: look at the cache and the sessions.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dash/cache_key.h"
#include "dash/json_write.h"
#include "process/process.h"
#include "process/tool.h"
#include "store/inspect.h"
#include "store/session.h"

/* What was asked for. */
struct request {
	struct process *process;
	bool json;
	int argc;
	char **argv;
	struct buffer out;
	struct error error;
	bool wrong; /* it was done, and something is wrong */
};

static void
warn(void *context, const char *message)
{
	const struct process *process = context;

	(void)fprintf(stderr, "%s: %s\n", process->app->name, message);
}

static int
need_store(struct request *request)
{
	struct process *process = request->process;

	if (process_open_store(process, &request->error) != 0)
		return -1;
	store_on_warning(process->store, warn, process);
	return 0;
}

static int
print_stats(struct request *request)
{
	if (need_store(request) != 0)
		return -1;
	return store_print_stats(request->process->store, request->json,
	    &request->out, &request->error);
}

static int
print_list(struct request *request)
{
	if (need_store(request) != 0)
		return -1;
	return store_print_list(request->process->store, request->json,
	    &request->out, &request->error);
}

static int
print_sessions(struct request *request)
{
	struct process *process = request->process;

	if (process_make_state(process, &request->error) != 0 ||
	    process_open_sessions(process, &request->error) != 0)
		return -1;
	return sessions_print(
	    process->sessions, request->json, &request->out, &request->error);
}

/* What FUNCTION [ARGUMENTS-JSON] means; `arguments` is what it refers to. */
static int
choose(struct request *request, struct store_choice *choice,
    struct buffer *arguments)
{
	*choice = (struct store_choice){ .function = request->argv[0] };
	if (request->argc == 1)
		return 0;
	if (cache_arguments(arguments, request->argv[1], &request->error) != 0)
		return -1;
	choice->arguments = arguments->data;
	choice->arguments_size = arguments->size;
	return 0;
}

static int
print_value(struct request *request)
{
	struct store_choice choice;
	struct buffer arguments;
	int failed = -1;

	buffer_init(&arguments, CACHE_ARGUMENTS_MAX);
	if (choose(request, &choice, &arguments) == 0 &&
	    need_store(request) == 0)
		failed = store_print_value(request->process->store, &choice,
		    request->json, &request->out, &request->error);
	buffer_clear(&arguments);
	return failed;
}

static int
print_deleted(struct request *request, int64_t deleted)
{
	if (deleted < 0)
		return error_set(
		    &request->error, "nothing was deleted from the cache");
	if (request->json)
		buffer_addf(
		    &request->out, "{\"deleted\":%" PRId64 "}\n", deleted);
	else
		buffer_addf(&request->out, "%" PRId64 " value%s deleted\n",
		    deleted, deleted == 1 ? "" : "s");
	return 0;
}

static int
delete_values(struct request *request)
{
	struct store_choice choice;
	struct buffer arguments;
	int failed = -1;

	buffer_init(&arguments, CACHE_ARGUMENTS_MAX);
	if (choose(request, &choice, &arguments) == 0 &&
	    need_store(request) == 0)
		failed = print_deleted(request,
		    store_delete_chosen(request->process->store, &choice));
	buffer_clear(&arguments);
	return failed;
}

static int
clear(struct request *request)
{
	if (need_store(request) != 0)
		return -1;
	return print_deleted(request, store_clear(request->process->store));
}

static void
print_report(struct request *request, enum store_file file,
    const struct store_report *report)
{
	static const char *const things[STORE_FILES] = { "values", "sessions" };
	const char *problem = report->problems.data;
	struct buffer *out = &request->out;

	if (request->json)
		buffer_addf(out,
		    "%s{\"file\":\"%s\",\"exists\":%s,\"version\":%" PRId64
		    ",\"rows\":%" PRId64 ",\"bytes\":%" PRId64
		    ",\"problems\":[",
		    file == 0 ? "[" : ",\n", store_file_name(file),
		    report->exists ? "true" : "false", report->version,
		    report->rows, report->bytes);
	else if (!report->exists)
		buffer_addf(
		    out, "%s: there is none yet\n", store_file_name(file));
	else if (report->problem_count == 0)
		buffer_addf(out,
		    "%s: version %" PRId64 ", %" PRId64 " %s, %" PRId64
		    " bytes, nothing wrong\n",
		    store_file_name(file), report->version, report->rows,
		    things[file], report->bytes);
	for (size_t i = 0; i < report->problem_count; i++) {
		if (request->json) {
			if (i > 0)
				buffer_add_char(out, ',');
			json_write_string(out, problem, strlen(problem));
		} else {
			(void)fprintf(stderr, "%s: %s: %s\n",
			    request->process->app->name, store_file_name(file),
			    problem);
		}
		problem += strlen(problem) + 1;
	}
	if (request->json)
		buffer_addf(out, "]}%s", file == STORE_FILES - 1 ? "]\n" : "");
}

static int
check(struct request *request)
{
	const struct process *process = request->process;
	struct store_report report;
	int failed = process_make_state(process, &request->error);

	for (int file = 0; file < STORE_FILES && failed == 0; file++) {
		failed = store_check(process->settings.state,
		    (enum store_file)file, &report, &request->error);
		if (failed == 0)
			print_report(request, (enum store_file)file, &report);
		if (report.problem_count > 0)
			request->wrong = true;
		buffer_clear(&report.problems);
	}
	return failed;
}

static int
backup(struct request *request)
{
	const struct process *process = request->process;
	const char *target = request->argv[0];
	int files;

	if (process_make_state(process, &request->error) != 0)
		return -1;
	files = store_backup(process->settings.state, target, &request->error);
	if (files < 0)
		return -1;
	if (request->json) {
		buffer_add_string(&request->out, "{\"directory\":");
		json_write_string(&request->out, target, strlen(target));
		buffer_addf(&request->out, ",\"files\":%d}\n", files);
	} else {
		buffer_addf(&request->out, "%d file%s in %s\n", files,
		    files == 1 ? "" : "s", target);
	}
	return 0;
}

static const struct verb {
	const char *name;
	int least, most; /* arguments */
	int (*run)(struct request *request);
} verbs[] = {
	{ "stats", 0, 0, print_stats },
	{ "list", 0, 0, print_list },
	{ "sessions", 0, 0, print_sessions },
	{ "get", 1, 2, print_value },
	{ "delete", 1, 2, delete_values },
	{ "clear", 0, 0, clear },
	{ "check", 0, 0, check },
	{ "backup", 1, 1, backup },
	{ NULL, 0, 0, NULL },
};

static const struct verb *
find_verb(const char *name, int argc)
{
	const struct verb *verb;

	for (verb = verbs; verb->name != NULL; verb++)
		if (strcmp(verb->name, name) == 0)
			return argc >= verb->least && argc <= verb->most ? verb
									 : NULL;
	return NULL;
}

int
run_store(struct process *process, int argc, char *argv[])
{
	struct request request = { .process = process };
	const struct verb *verb;
	int status;

	if (argc > 1 && strcmp(argv[argc - 1], "--json") == 0) {
		request.json = true;
		argc--;
	}
	verb = argc > 0 ? find_verb(argv[0], argc - 1) : NULL;
	if (verb == NULL)
		return tool_complain_usage(process, "store");
	request.argc = argc - 1;
	request.argv = argv + 1;
	buffer_init(&request.out, TOOL_OUTPUT_LIMIT);
	if (verb->run(&request) != 0) {
		buffer_clear(&request.out);
		return tool_complain(process, request.error.message);
	}
	status = tool_print(process, &request.out);
	return status == 0 && request.wrong ? 1 : status;
}
