/*
 * dash/check.c: looks for mistakes in an app before it is served.
 *
 * The rules are those that Dash's front end complains about when its dev
 * tools are on, and some that it leaves for the author to find out.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "dash/check.h"
#include "dash/json_parse.h"

static void tell(struct mistakes *mistakes, bool warning,
    const struct lethe_callback *callback, const char *format,
    va_list arguments) __attribute__((format(printf, 4, 0)));

static void
tell(struct mistakes *mistakes, bool warning,
    const struct lethe_callback *callback, const char *format,
    va_list arguments)
{
	struct dash_finding finding = { .warning = warning,
		.callback = callback != NULL ? callback->name : NULL };
	char *message;

	if (vasprintf(&message, format, arguments) < 0)
		message = NULL;
	/* Rather a bare format than a mistake that nobody hears of. */
	finding.message = message != NULL ? message : format;
	mistakes->report(mistakes->context, &finding);
	free(message);
}

void
mistake(struct mistakes *mistakes, const struct lethe_callback *callback,
    const char *format, ...)
{
	va_list arguments;

	mistakes->count++;
	va_start(arguments, format);
	tell(mistakes, false, callback, format, arguments);
	va_end(arguments);
}

void
oddity(struct mistakes *mistakes, const struct lethe_callback *callback,
    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(mistakes, true, callback, format, arguments);
	va_end(arguments);
}

void
no_memory_to_check(struct mistakes *mistakes)
{
	mistake(mistakes, NULL, "there is no memory to check the app");
}

typedef void run_function(const struct dash *dash,
    const struct dash_services *services, struct buffer *out,
    struct dash_result *result);

/* Runs a layout and takes the result apart as the front end does, from its
 * text: a part of it may be text that nobody has looked into. */
static struct json_object *
run_layout(struct mistakes *mistakes, const struct dash *dash,
    const struct dash_services *services, run_function *run)
{
	struct json_object *tree = NULL;
	struct dash_result result;
	struct json_span whole;
	struct json_fault fault;
	struct buffer out;

	buffer_init(&out, services->response_limit);
	run(dash, services, &out, &result);
	if (result.status != 200)
		mistake(mistakes, NULL, "%s", result.error.message);
	else if (json_scan(
		     out.data, out.size, JSON_DEPTH_MAX, &whole, &fault) != 0)
		mistake(mistakes, NULL,
		    "layout: what it returns is no JSON: %s at byte %zu",
		    fault.reason, fault.offset);
	else if ((tree = json_parse_span(whole)) == NULL &&
	    json_span_type(whole) != JSON_NULL)
		no_memory_to_check(mistakes);
	buffer_clear(&out);
	return tree;
}

static void
check_tree(struct mistakes *mistakes, const struct dash *dash,
    struct json_object *tree, bool is_whole)
{
	bool complete = !dash->app->suppress_callback_exceptions;
	struct placed_list placed = { .list = NULL };

	if (tree != NULL && check_layout(mistakes, tree, &placed) == 0 &&
	    is_whole)
		check_targets(mistakes, dash, &placed, complete);
	placed_clear(&placed);
	json_object_put(tree);
}

size_t
dash_check(const struct dash *dash, const struct dash_services *services,
    const char *assets, dash_report *report, void *context)
{
	struct mistakes mistakes = { .report = report, .context = context };
	/* Callbacks are checked against that, as the browser does. */
	bool is_separate = dash->app->validation_layout != NULL &&
			   !dash->app->suppress_callback_exceptions &&
			   services->kept != NULL;

	check_wildcards(&mistakes, dash);
	check_cycles(&mistakes, dash);
	check_clientside(&mistakes, dash, assets);
	if (dash->app->layout == NULL)
		return mistakes.count;
	check_tree(&mistakes, dash,
	    run_layout(&mistakes, dash, services, dash_layout), !is_separate);
	if (is_separate)
		check_tree(&mistakes, dash,
		    run_layout(
			&mistakes, dash, services, dash_validation_layout),
		    true);
	return mistakes.count;
}
