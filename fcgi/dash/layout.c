/*
 * dash/layout.c: the component tree of the page.
 */
#include "dash/call.h"
#include "dash/json_write.h"

void
dash_layout(const struct dash *dash, const struct dash_services *services,
    struct buffer *out, struct dash_result *result)
{
	struct lethe_call call;
	struct json_object *tree;

	*result = (struct dash_result){ .status = 200, .callback = "layout" };
	if (call_init(&call, services, NULL) != 0) {
		result->status = 500;
		(void)error_set(&result->error, "out of memory");
		return;
	}
	*services->running = "layout";
	if (services->trace_base != NULL)
		trace_enter(services->trace_base,
		    (uintptr_t)dash->app->layout);
	tree = dash->app->layout(&call);
	*services->running = NULL;
	if (tree == NULL) {
		result->status = 500;
		(void)error_set(&result->error, "layout failed: %s",
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
		if (buffer_failed(out)) {
			result->status = 500;
			(void)error_set(&result->error,
			    "layout is larger than a response may be (%zu "
			    "bytes), or nested too deeply",
			    out->limit);
		}
		json_object_put(tree);
	}
	call_clear(&call);
}
