/*
 * dash/layout.c: the component tree of the page.
 *
 * A layout that is the same for all, and the one that the browser checks
 * callbacks against, are made once per process and kept as text.  They are
 * made without a request: what one browser sent must not reach others.
 */
#include "dash/call.h"
#include "dash/json_write.h"

typedef struct json_object *layout_function(struct lethe_call *call);

void
dash_kept_init(struct dash_kept *kept, size_t limit)
{
	buffer_init(&kept->layout, limit);
	buffer_init(&kept->validation_layout, limit);
}

void
dash_kept_clear(struct dash_kept *kept)
{
	buffer_clear(&kept->layout);
	buffer_clear(&kept->validation_layout);
}

static void
fail(struct dash_result *result, const char *name, const char *message)
{
	result->status = 500;
	(void)error_set(&result->error, "%s failed: %s", name, message);
}

/* Runs the function `name` of the app and appends what it returns. */
static void
run(const struct dash_services *services, layout_function *function,
    const char *name, struct buffer *out, struct dash_result *result)
{
	struct lethe_call call;
	struct json_object *tree;

	*result = (struct dash_result){ .status = 200, .callback = name };
	if (call_init(&call, services, NULL) != 0) {
		fail(result, name, "out of memory");
		return;
	}
	*services->running = name;
	if (services->trace_base != NULL)
		trace_enter(services->trace_base, (uintptr_t)function);
	tree = function(&call);
	*services->running = NULL;
	if (tree == NULL) {
		fail(result, name,
		    call.error.message[0] != '\0'
			? call.error.message
			: "it returned NULL without lethe_fail(): a component "
			  "could not be made (no memory, or a malformed id)");
		result->trace = call.trace;
		if (services->trace_base != NULL)
			result->trace.handler = services->trace_base->function;
	} else {
		json_write(out, tree);
		buffer_add_char(out, '\n');
		json_object_put(tree);
	}
	if (buffer_failed(out)) {
		result->status = 500;
		(void)error_set(&result->error,
		    "%s is larger than a response may be (%zu bytes, "
		    "LETHE_RESPONSE_LIMIT), or nested too deeply",
		    name, out->limit);
	}
	call_clear(&call);
}

/* The same, but without a request, and only when `kept` is still empty. */
static void
run_once(const struct dash_services *services, layout_function *function,
    const char *name, struct buffer *kept, struct buffer *out,
    struct dash_result *result)
{
	struct dash_services alone = *services;

	alone.request = NULL;
	*result = (struct dash_result){ .status = 200, .callback = name };
	if (kept->size == 0)
		run(&alone, function, name, kept, result);
	if (result->status == 200)
		buffer_add(out, kept->data, kept->size);
	else
		buffer_clear(kept);
}

void
dash_layout(const struct dash *dash, const struct dash_services *services,
    struct buffer *out, struct dash_result *result)
{
	const struct lethe_app *app = dash->app;

	if (app->layout_is_constant && services->kept != NULL)
		run_once(services, app->layout, "layout",
		    &services->kept->layout, out, result);
	else
		run(services, app->layout, "layout", out, result);
}

void
dash_validation_layout(const struct dash *dash,
    const struct dash_services *services, struct buffer *out,
    struct dash_result *result)
{
	const struct lethe_app *app = dash->app;
	layout_function *function = app->validation_layout;
	const char *name = "validation_layout";

	*result = (struct dash_result){ .status = 200 };
	if (app->suppress_callback_exceptions || services->kept == NULL)
		return;
	if (function == NULL && !app->layout_is_constant) {
		function = app->layout;
		name = "layout";
	}
	if (function != NULL)
		run_once(services, function, name,
		    &services->kept->validation_layout, out, result);
}
