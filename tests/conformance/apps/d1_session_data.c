/*
 * d1_session_data.c: twin of the recorded app of that name: each page load
 * has data of its own on the server, under an id that the page carries.
 */
#include <sys/random.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "python_text.h"

/* The time `seconds` before `now`, in the form of Python's str(). */
static struct json_object *
time_before(struct timespec now, int seconds)
{
	time_t second = now.tv_sec - seconds;
	struct tm local;
	char text[32];

	if (localtime_r(&second, &local) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local) == 0)
		return NULL;
	return lethe_stringf("%s.%06ld", text, now.tv_nsec / 1000);
}

/* Work that takes a while, and whose result is the session's own. */
static enum lethe_result
query_data(struct lethe_call *call, struct json_object *session_id,
    struct json_object **data)
{
	const struct timespec pause = { .tv_nsec = 300 * 1000 * 1000 };
	struct timespec now;

	(void)session_id;
	clock_gettime(CLOCK_REALTIME, &now);
	nanosleep(&pause, NULL);
	*data = lethe_object(
	    { "time", lethe_list(time_before(now, 15), time_before(now, 10),
			  time_before(now, 5), time_before(now, 0)) },
	    { "values", lethe_list(lethe_string("a"), lethe_string("b"),
			    lethe_string("a"), lethe_string("c")) });
	return *data != NULL ? LETHE_OK : lethe_fail(call, "out of memory");
}

static const struct lethe_memo session_data = {
	.name = "query_and_serialize_data",
	.compute = query_data,
};

/* The data as comma-separated values, numbered from 0. */
static struct json_object *
csv(struct json_object *data)
{
	struct json_object *time = json_object_object_get(data, "time");
	struct json_object *values = json_object_object_get(data, "values");
	struct json_object *text;
	char *lines = NULL;
	size_t size;
	FILE *out = open_memstream(&lines, &size);

	if (out == NULL)
		return NULL;
	fputs(",time,values\n", out);
	for (size_t i = 0; i < json_object_array_length(time); i++)
		fprintf(out, "%zu,%s,%s\n", i,
		    json_object_get_string(json_object_array_get_idx(time, i)),
		    json_object_get_string(
			json_object_array_get_idx(values, i)));
	text = fclose(out) == 0 ? lethe_string(lines) : NULL;
	free(lines);
	return text;
}

static enum lethe_result
display_value(struct lethe_call *call, int number)
{
	struct json_object *data, *heading;
	char *clicks;

	if (lethe_memoize(call, &session_data, lethe_input_take(call, 1),
		&data) != LETHE_OK)
		return LETHE_ERROR;
	clicks = python_str(lethe_input(call, 0));
	heading = lethe_stringf("Output %d - Button has been clicked %s times",
	    number, clicks != NULL ? clicks : "");
	free(clicks);
	heading = html_div(.children = lethe_children(
			       heading, html_pre(.children = csv(data))));
	json_object_put(data);
	return lethe_output(call, 0, heading);
}

static enum lethe_result
display_value_1(struct lethe_call *call)
{
	return display_value(call, 1);
}

static enum lethe_result
display_value_2(struct lethe_call *call)
{
	return display_value(call, 2);
}

static const struct lethe_callback display_value_1_callback = {
	.name = "display_value_1",
	.handler = display_value_1,
	.outputs = LETHE_OUTPUTS({ "output-1", "children" }),
	.inputs = LETHE_INPUTS(
	    { "get-data-button", "n_clicks" }, { "session-id", "data" }),
};

static const struct lethe_callback display_value_2_callback = {
	.name = "display_value_2",
	.handler = display_value_2,
	.outputs = LETHE_OUTPUTS({ "output-2", "children" }),
	.inputs = LETHE_INPUTS(
	    { "get-data-button", "n_clicks" }, { "session-id", "data" }),
};

/* A random UUID (RFC 4122, version 4). */
static struct json_object *
new_uuid(void)
{
	uint64_t half[2];

	if (getrandom(half, sizeof(half), 0) != (ssize_t)sizeof(half))
		return NULL;
	return lethe_stringf("%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64
			     "-%04" PRIx64 "-%012" PRIx64,
	    half[0] >> 32, half[0] >> 16 & 0xffff, half[0] & 0xfff,
	    (half[1] >> 48 & 0x3fff) | 0x8000, half[1] & 0xffffffffffff);
}

static struct json_object *
layout(struct lethe_call *call)
{
	struct json_object *session_id = new_uuid();

	if (session_id == NULL) {
		(void)lethe_fail(call, "there is no random session id");
		return NULL;
	}
	return html_div(.children = lethe_children(
			    dcc_store(.id = "session-id", .data = session_id),
			    html_button(.id = "get-data-button",
				.children = lethe_string("Get data")),
			    html_div(.id = "output-1"),
			    html_div(.id = "output-2")));
}

static const struct lethe_app app = {
	.name = "d1_session_data",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(
	    &display_value_1_callback, &display_value_2_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
