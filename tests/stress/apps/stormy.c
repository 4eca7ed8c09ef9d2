/*
 * stormy.c: an app for the storm.  What each of its callbacks answers can be
 * told from its inputs, the first of which is a text of the request's own.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#define FILL 2000
#define LARGE 300000

volatile int written;

static struct json_object *
repeat(const char *text, size_t size)
{
	size_t length = strlen(text);
	char *all = malloc(size + 1);
	struct json_object *value;

	if (all == NULL)
		return NULL;
	for (size_t i = 0; i < size; i++)
		all[i] = text[i % length];
	all[size] = '\0';
	value = lethe_string(all);
	free(all);
	return value;
}

static const char *
nonce(struct lethe_call *call)
{
	const char *text = lethe_input_string(call, 0);

	return text != NULL && text[0] != '\0' ? text : "none";
}

static enum lethe_result
echo(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_input_take(call, 0));
}

static enum lethe_result
enlarge(struct lethe_call *call)
{
	return lethe_output(call, 0, repeat(nonce(call), LARGE));
}

static enum lethe_result
compute(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	volatile uint32_t turns = 0;
	char key[32];

	(void)call;
	while (turns < 2000000)
		turns++;
	(void)snprintf(key, sizeof(key), "%d.", json_object_get_int(arguments));
	*value = repeat(key, FILL);
	return LETHE_OK;
}

static const struct lethe_memo memo = { .name = "memo", .compute = compute };

/* The second input's own value, behind the first input. */
static enum lethe_result
memoize(struct lethe_call *call)
{
	struct json_object *value;

	if (lethe_memoize(call, &memo, lethe_input_take(call, 1), &value) !=
	    LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(
	    call, 0, lethe_list(lethe_string(nonce(call)), value));
}

/* Keeps the second input for this visitor, and tells what was there. */
static enum lethe_result
keep(struct lethe_call *call)
{
	struct json_object *before =
	    json_object_get(lethe_session_get(call, "kept"));

	if (lethe_session_set(call, "kept", lethe_input_take(call, 1)) !=
	    LETHE_OK) {
		json_object_put(before);
		return LETHE_ERROR;
	}
	return lethe_output(call, 0,
	    lethe_list(lethe_string(nonce(call)),
		before != NULL ? before : lethe_null()));
}

static int
descend(volatile char *above, int64_t depth)
{
	volatile char frame[4096];

	frame[0] = above[0];
	return depth == 0 ? frame[0] : descend(frame, depth - 1) + frame[4095];
}

/* Ends the process as the second input says. */
static enum lethe_result
crash(struct lethe_call *call)
{
	int64_t how = json_object_get_int64(lethe_input(call, 1));
	volatile char bottom[1] = { 0 };
	volatile int *volatile nowhere = NULL;

	switch (how) {
	case 0:
		abort();
	case 1:
		*nowhere = 1;
		break;
	case 2:
		exit(1);
	case 3:
		_Exit(1);
	case 4:
		written++;
		break;
	default:
		return lethe_output(
		    call, 0, lethe_integer(descend(bottom, INT64_MAX)));
	}
	return lethe_output(call, 0, lethe_null());
}

#define CALLBACK(function)                                                     \
	static const struct lethe_callback function##_callback = {             \
		.name = #function,                                             \
		.handler = function,                                           \
		.outputs = LETHE_OUTPUTS({ #function, "children" }),           \
		.inputs =                                                      \
		    LETHE_INPUTS({ "nonce", "value" }, { "second", "value" }), \
	}

CALLBACK(echo);
CALLBACK(enlarge);
CALLBACK(memoize);
CALLBACK(keep);
CALLBACK(crash);

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(dcc_input(.id = "nonce"),
			    dcc_input(.id = "second"), html_p(.id = "echo"),
			    html_p(.id = "enlarge"), html_p(.id = "memoize"),
			    html_p(.id = "keep"), html_p(.id = "crash")));
}

static const struct lethe_app app = {
	.name = "stormy",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&echo_callback, &enlarge_callback,
	    &memoize_callback, &keep_callback, &crash_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
