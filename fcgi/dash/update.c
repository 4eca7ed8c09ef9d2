/*
 * dash/update.c: POST _dash-update-component: which callback is meant, and
 * what becomes of its handler's work.
 */
#include <string.h>

#include "base/clock.h"
#include "dash/bind.h"
#include "dash/response.h"

/* Finds the callback that "output" names, and that the URL names too. */
static const struct dash_callback *
find_callback(const struct dash *dash, struct dash_result *result,
    const char *name, const struct body *body)
{
	const struct dash_callback *callback = NULL, *named = NULL;

	if (name != NULL) {
		named = dash_find_name(dash, name);
		if (named == NULL) {
			(void)dash_refuse(result, 404,
			    "there is no callback of the name in the URL: "
			    "reload the page if the app has changed");
			return NULL;
		}
		result->callback = named->description->name;
	}
	if (json_span_type(body->output) != JSON_STRING) {
		(void)dash_refuse(result, 400,
		    "the body's \"output\" must be a string: the outputs of "
		    "the callback to run");
		return NULL;
	}
	for (size_t i = 0; i < dash->callback_count && callback == NULL; i++)
		if (json_span_is(body->output, dash->callbacks[i].output))
			callback = &dash->callbacks[i];
	if (callback == NULL) {
		(void)dash_refuse(result, 404,
		    "there is no callback with the body's \"output\": reload "
		    "the page if the app has changed");
		return NULL;
	}
	if (named != NULL && named != callback) {
		(void)dash_refuse(result, 400,
		    "the URL names callback %s, but the body's \"output\" is "
		    "that of callback %s",
		    named->description->name, callback->description->name);
		return NULL;
	}
	result->callback = callback->description->name;
	return callback;
}

/* Whose fault is it: the request's, or that of who made the call wait until
 * its time was up, or the handler's? */
static int
status_of(const struct lethe_call *call)
{
	if (call->too_large)
		return 413;
	return call->deadline_ms > 0 &&
		clock_monotonic_ms() >= call->deadline_ms
	    ? 504
	    : 500;
}

/* Says why the handler failed; a message of its own is the best. */
static void
fail(const struct lethe_call *call, struct dash_result *result)
{
	(void)dash_refuse(result, status_of(call), "callback %s failed: %s",
	    call->callback->description->name,
	    call->error.message[0] != '\0'
		? call->error.message
		: "it returned an error without lethe_fail()");
	result->trace = call->trace;
	if (call->services->trace_base != NULL)
		result->trace.handler = call->services->trace_base->function;
}

/* Gives the app's error handler, if there is one, its turn. */
static enum lethe_result
run_error_handler(const struct dash *dash, struct lethe_call *call)
{
	lethe_error_handler *handler = call->callback->description->on_error;
	struct error error = call->error;
	struct trace trace = call->trace;
	enum lethe_result done;

	if (handler == NULL)
		handler = dash->app->on_error;
	if (handler == NULL)
		return LETHE_ERROR;
	call_reset_results(call);
	call->failed = false;
	call->error.message[0] = '\0';
	if (call->services->trace_base != NULL)
		trace_enter(call->services->trace_base, (uintptr_t)handler);
	done = handler(call, error.message);
	/* What an error handler leaves alone stays as it is. */
	for (size_t i = 0; i < call->callback->outputs.count; i++)
		if (call->results[i].state == RESULT_UNSET)
			call->results[i].state = RESULT_NO_UPDATE;
	if ((done != LETHE_OK && done != LETHE_PREVENT_UPDATE) ||
	    call->failed) {
		if (call->error.message[0] == '\0') {
			call->error = error;
			call->trace = trace;
		}
		return LETHE_ERROR;
	}
	return done;
}

/* The first output that the handler forgot; NULL: none.  Of one without
 * components there is nothing to set. */
static const struct dash_property *
find_unset(const struct lethe_call *call)
{
	for (size_t i = 0; i < call->callback->outputs.count; i++)
		if (call->results[i].state == RESULT_UNSET &&
		    call->outputs[i].count > 0)
			return &call->callback->outputs.list[i];
	return NULL;
}

static enum lethe_result
run_handler(const struct dash *dash, struct lethe_call *call,
    struct dash_result *result)
{
	int64_t started_us = clock_monotonic_us();
	const char *name = call->callback->description->name;
	const struct dash_property *unset;
	enum lethe_result done;

	*call->services->running = name;
	if (call->services->trace_base != NULL)
		trace_enter(call->services->trace_base,
		    (uintptr_t)call->callback->description->handler);
	done = call->callback->description->handler(call);
	if (done == LETHE_OK && !call->failed) {
		unset = find_unset(call);
		if (unset != NULL)
			done = lethe_fail(call,
			    "it did not set its output %s.%s: call "
			    "lethe_output() or lethe_no_update() for it",
			    unset->id.text, unset->property);
	}
	if ((done != LETHE_OK && done != LETHE_PREVENT_UPDATE) ||
	    call->failed)
		done = run_error_handler(dash, call);
	*call->services->running = NULL;
	result->handler_us = clock_monotonic_us() - started_us;
	/* Of many steps of a statement only a few were timed. */
	result->store_us = call->store_us < result->handler_us
	    ? call->store_us
	    : result->handler_us;
	return done;
}

static void
answer(struct lethe_call *call, enum lethe_result done, struct buffer *out,
    struct dash_result *result)
{
	if (done != LETHE_OK && done != LETHE_PREVENT_UPDATE) {
		fail(call, result);
		return;
	}
	if (done == LETHE_PREVENT_UPDATE)
		call_reset_results(call);
	if (response_is_empty(call, done == LETHE_PREVENT_UPDATE)) {
		result->status = 204;
		return;
	}
	response_write(out, call);
	if (buffer_failed(out))
		(void)dash_refuse(result, 500,
		    "callback %s: the response is larger than allowed (%zu "
		    "bytes, LETHE_RESPONSE_LIMIT), or nested too deeply",
		    call->callback->description->name, out->limit);
}

void
dash_update(const struct dash *dash, const struct dash_services *services,
    const char *name, const char *text, size_t size, struct buffer *out,
    struct dash_result *result)
{
	const struct dash_callback *callback;
	struct lethe_call call;
	struct body body;

	*result = (struct dash_result){ .status = 200 };
	if (body_read(&body, text, size, services->depth_limit, result) != 0)
		return;
	callback = find_callback(dash, result, name, &body);
	if (callback == NULL)
		return;
	if (callback->description->handler == NULL) {
		(void)dash_refuse(result, 404,
		    "callback %s runs in the browser, not here",
		    callback->description->name);
		return;
	}
	if (call_init(&call, services, callback) != 0) {
		(void)dash_refuse(result, 500, "out of memory");
		return;
	}
	if (body_bind(&call, &body, result) == 0)
		answer(&call, run_handler(dash, &call, result), out, result);
	call_clear(&call);
}
