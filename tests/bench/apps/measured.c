/*
 * measured.c: an app with a callback for each thing that is measured.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/figure.h>
#include <lethe/html.h>

#define CACHED_SIZE 1024
#define POINTS 1000000
#define WORK_TURNS 2000000
#define WAIT_NS 20000000

static enum lethe_result
greet(struct lethe_call *call)
{
	const char *name = lethe_input_string(call, 0);

	return lethe_output(call, 0,
	    lethe_stringf("Hello, %s", name != NULL ? name : "nobody"));
}

static enum lethe_result
compute_text(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	char text[CACHED_SIZE - 1];

	(void)call;
	(void)arguments;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	*value = lethe_string(text);
	return LETHE_OK;
}

/* A text of 1 KiB, from the cache after the first time. */
static enum lethe_result
recall(struct lethe_call *call)
{
	static const struct lethe_memo memo = {
		.name = "text",
		.compute = compute_text,
		.timeout_s = LETHE_TIMEOUT_NEVER,
	};
	struct json_object *value;

	if (lethe_memoize_raw(call, &memo, lethe_input_take(call, 0),
		&value) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, value);
}

/* A figure of all points of the database. */
static enum lethe_result
plot(struct lethe_call *call)
{
	double *x = calloc(POINTS, sizeof(*x)), *y = calloc(POINTS, sizeof(*y));
	struct lethe_statement *statement;
	struct json_object *figure = NULL;
	enum lethe_result result = LETHE_ERROR;
	size_t count = 0;

	if (x == NULL || y == NULL)
		goto out;
	statement = lethe_statement_prepare(call, "SELECT x, y FROM points");
	while (count < POINTS &&
	    (result = lethe_statement_step(statement)) == LETHE_ROW) {
		x[count] = lethe_statement_double(statement, 0);
		y[count++] = lethe_statement_double(statement, 1);
	}
	if (result == LETHE_ERROR)
		goto out;
	figure = lethe_figure(
	    lethe_list(lethe_object({ "type", lethe_string("scattergl") },
		{ "x", lethe_column_doubles(x, count) },
		{ "y", lethe_column_doubles(y, count) })),
	    json_object_new_object());
	result = lethe_output(call, 0, figure);
out:
	free(x);
	free(y);
	return result;
}

/* One member of a large value. */
static enum lethe_result
look(struct lethe_call *call)
{
	struct json_object *field;

	if (!json_object_object_get_ex(lethe_input(call, 0), "name", &field))
		return lethe_fail(call, "the value has no member \"name\"");
	return lethe_output(call, 0, json_object_get(field));
}

/* A large value is there, but nobody asks for it. */
static enum lethe_result
ignore(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_string("unread"));
}

/* A large value goes back as it came. */
static enum lethe_result
hand_on(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_input_take(call, 0));
}

static enum lethe_result
work(struct lethe_call *call)
{
	volatile unsigned int turns = 0;

	while (turns < WORK_TURNS)
		turns++;
	return lethe_output(call, 0, lethe_integer(turns));
}

static enum lethe_result
wait_idly(struct lethe_call *call)
{
	const struct timespec pause = { .tv_nsec = WAIT_NS };

	(void)nanosleep(&pause, NULL);
	return lethe_output(call, 0, lethe_string("waited"));
}

#define CALLBACK(function, output, property)                               \
	static const struct lethe_callback function##_callback = {         \
		.name = #function,                                         \
		.handler = function,                                       \
		.outputs = LETHE_OUTPUTS({ output, property }),            \
		.inputs = LETHE_INPUTS({ "name", "value" }),               \
	}

CALLBACK(greet, "greeting", "children");
CALLBACK(recall, "recalled", "children");
CALLBACK(plot, "plotted", "figure");
CALLBACK(look, "looked", "children");
CALLBACK(ignore, "ignored", "children");
CALLBACK(hand_on, "handed-on", "children");
CALLBACK(work, "worked", "children");
CALLBACK(wait_idly, "waited", "children");

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
	    dcc_input(.id = "name", .value = lethe_string("Charon")),
	    html_div(.id = "greeting"), html_div(.id = "recalled"),
	    dcc_graph(.id = "plotted"), html_div(.id = "looked"),
	    html_div(.id = "ignored"), html_div(.id = "handed-on"),
	    html_div(.id = "worked"), html_div(.id = "waited")));
}

static const struct lethe_app app = {
	.name = "measured",
	.prefix = "/measured/",
	.data = "points.db",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&greet_callback, &recall_callback,
	    &plot_callback, &look_callback, &ignore_callback,
	    &hand_on_callback, &work_callback, &wait_idly_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
