/*
 * remembering.c: an app for the experiment that shows whether a process
 * remembers: one callback does, where no seal reaches, one differs by itself,
 * and the others do what apps may do.
 */
#include <time.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#define FAR ((size_t)256 * 1024)

/*
 * A number in memory of the stack that no call uses, far below all frames: it
 * stays there from one request to the next.
 */
__attribute__((noinline, no_sanitize("address"))) static int
count_on_stack(void)
{
	volatile char here = 0;
	volatile int *below =
	    (volatile int *)(void *)(((uintptr_t)&here - FAR) & ~(uintptr_t)63);

	__asm__ volatile("" : "+r"(below));
	return ++*below;
}

static enum lethe_result
remember(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_integer(count_on_stack()));
}

static enum lethe_result
tell_time(struct lethe_call *call)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return lethe_output(call, 0,
	    lethe_stringf("%lld.%09ld", (long long)now.tv_sec, now.tv_nsec));
}

/* What is asked for, and how often this visitor asked. */
static enum lethe_result
count_visits(struct lethe_call *call)
{
	int64_t count =
	    json_object_get_int64(lethe_session_get(call, "count")) + 1;

	if (lethe_session_set(call, "count", lethe_integer(count)) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, lethe_integer(count));
}

static enum lethe_result
compute(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	(void)call;
	*value = lethe_stringf("of %s", json_object_to_json_string(arguments));
	return LETHE_OK;
}

static const struct lethe_memo memo = { .name = "memo", .compute = compute };

static enum lethe_result
memoize(struct lethe_call *call)
{
	struct json_object *value;

	if (lethe_memoize(call, &memo, lethe_input_take(call, 0), &value) !=
	    LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, value);
}

static enum lethe_result
end(struct lethe_call *call)
{
	(void)call;
	_Exit(1);
}

#define CALLBACK(function)                                                     \
	static const struct lethe_callback function##_callback = {             \
		.name = #function,                                             \
		.handler = function,                                           \
		.outputs = LETHE_OUTPUTS({ #function, "children" }),           \
		.inputs = LETHE_INPUTS({ "in", "value" }),                     \
	}

CALLBACK(remember);
CALLBACK(tell_time);
CALLBACK(count_visits);
CALLBACK(memoize);
CALLBACK(end);

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(dcc_input(.id = "in"),
			    html_p(.id = "remember"), html_p(.id = "tell_time"),
			    html_p(.id = "count_visits"),
			    html_p(.id = "memoize"), html_p(.id = "end")));
}

static const struct lethe_app app = {
	.name = "remembering",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&remember_callback, &tell_time_callback,
	    &count_visits_callback, &memoize_callback, &end_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
