/*
 * own_answers.c: what handlers can answer, for own/own_answers.json: what the
 * recordings lack of error handlers, of outputs that are left alone, of
 * callbacks that do not run at first, and of values' way through a handler.
 */
#include <string.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

static enum lethe_result
fail(struct lethe_call *call)
{
	/* Whatever was set before is gone. */
	lethe_set_props(call, "log", "children", lethe_string("lost"));
	lethe_output(call, 0, lethe_string("lost"));
	return lethe_fail(
	    call, "no %s today", json_object_get_string(lethe_input(call, 0)));
}

/* The app's error handler: tells it, and leaves further outputs alone. */
static enum lethe_result
tell(struct lethe_call *call, const char *message)
{
	lethe_set_props(call, "log", "children", lethe_string(message));
	return lethe_output(call, 0, lethe_stringf("told: %s", message));
}

static enum lethe_result
keep_quiet(struct lethe_call *call, const char *message)
{
	(void)call;
	(void)message;
	return LETHE_PREVENT_UPDATE;
}

static enum lethe_result
fail_too(struct lethe_call *call, const char *message)
{
	return lethe_fail(call, "worse than \"%s\"", message);
}

static enum lethe_result
give_up(struct lethe_call *call, const char *message)
{
	(void)call;
	(void)message;
	return LETHE_ERROR;
}

#define FAILING_CALLBACK(function)                                             \
	static const struct lethe_callback function##_callback = {             \
		.name = #function,                                             \
		.handler = fail,                                               \
		.on_error = function,                                          \
		.outputs = LETHE_OUTPUTS({ #function, "data" }),               \
		.inputs = LETHE_INPUTS({ "in", "value" }),                     \
	}

FAILING_CALLBACK(keep_quiet);
FAILING_CALLBACK(fail_too);
FAILING_CALLBACK(give_up);

static const struct lethe_callback fail_callback = {
	.name = "fail",
	.handler = fail,
	.outputs = LETHE_OUTPUTS({ "told", "data" }, { "untold", "data" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
};

/* Sets those of three outputs whose letter is in the text. */
static enum lethe_result
set_some(struct lethe_call *call)
{
	static const char letters[] = "abc";
	const char *wanted = lethe_input_string(call, 0);

	for (size_t i = 0; i < 3; i++)
		if (wanted != NULL && strchr(wanted, letters[i]) != NULL)
			lethe_output(call, i, lethe_integer((int64_t)i));
		else
			lethe_no_update(call, i);
	return LETHE_OK;
}

static const struct lethe_callback set_some_callback = {
	.name = "set_some",
	.handler = set_some,
	.outputs = LETHE_OUTPUTS({ "log", "title" },
	    { "told", "modified_timestamp" }, { "log", "className" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
	.prevent_initial_call = LETHE_INITIAL_RUN,
};

/* One output, named as a list of one. */
static enum lethe_result
set_one(struct lethe_call *call)
{
	if (lethe_input(call, 0) == NULL)
		return lethe_no_update(call, 0);
	return lethe_output(call, 0, lethe_list(lethe_input_take(call, 0)));
}

static const struct lethe_callback set_one_callback = {
	.name = "set_one",
	.handler = set_one,
	.outputs = LETHE_OUTPUTS({ "one", "data" }),
	.output_list = true,
	.inputs = LETHE_INPUTS({ "in", "value" }),
};

/* Sends back what came: any JSON value. */
static enum lethe_result
echo(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_input_take(call, 0));
}

static const struct lethe_callback echo_callback = {
	.name = "echo",
	.handler = echo,
	.outputs = LETHE_OUTPUTS({ "echo", "data" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(dcc_input(.id = "in"),
			    dcc_store(.id = "keep_quiet"),
			    dcc_store(.id = "fail_too"),
			    dcc_store(.id = "give_up"), dcc_store(.id = "told"),
			    dcc_store(.id = "untold"), dcc_store(.id = "one"),
			    dcc_store(.id = "echo"), html_div(.id = "log")));
}

static const struct lethe_app app = {
	.name = "own_answers",
	.layout = layout,
	.prevent_initial_callbacks = true,
	.on_error = tell,
	.callbacks = LETHE_CALLBACKS(&keep_quiet_callback, &fail_too_callback,
	    &give_up_callback, &fail_callback, &set_some_callback,
	    &set_one_callback, &echo_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
