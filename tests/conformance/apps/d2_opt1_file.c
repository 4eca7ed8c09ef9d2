/*
 * d2_opt1_file.c: twin of the recorded app of that name: a session finds the
 * value that it gave last, by the name that its user chose for it.
 *
 * A cached value stays as it was computed, so a session's values are entries
 * of their own, numbered from 1.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

/* An entry that is there is read by this memo, since it does not compute. */
static enum lethe_result
no_value(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	(void)arguments;
	(void)value;
	return lethe_fail(call, "the session has no such value");
}

static enum lethe_result
given_value(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	(void)arguments;
	*value = lethe_state_take(call, 0);
	return LETHE_OK;
}

static const struct lethe_memo reading = {
	.name = "session",
	.compute = no_value,
	.timeout_s = LETHE_TIMEOUT_NEVER,
};

static const struct lethe_memo writing = {
	.name = "session",
	.compute = given_value,
	.timeout_s = LETHE_TIMEOUT_NEVER,
};

static struct json_object *
entry(struct lethe_call *call, int64_t number)
{
	return lethe_list(lethe_state_take(call, 1), lethe_integer(number));
}

static enum lethe_result
update_output_div(struct lethe_call *call)
{
	struct json_object *last, *value;
	int64_t number = 1;

	if (json_object_get_int64(lethe_input(call, 0)) == 0)
		return LETHE_PREVENT_UPDATE;
	if (lethe_state_string(call, 1) == NULL)
		return lethe_fail(call, "give the session a name");
	last = lethe_string("None");
	while (lethe_memoize(call, &reading, entry(call, number), &value) ==
	       LETHE_OK) {
		json_object_put(last);
		last = value;
		number++;
	}
	if (lethe_memoize(call, &writing, entry(call, number), &value) !=
	    LETHE_OK) {
		json_object_put(last);
		return LETHE_ERROR;
	}
	json_object_put(value);
	return lethe_output(call, 0, last);
}

static const struct lethe_callback update_output_div_callback = {
	.name = "update_output_div",
	.handler = update_output_div,
	.outputs = LETHE_OUTPUTS({ "content", "children" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
	.state = LETHE_STATE({ "input", "value" }, { "session_name", "value" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.className = "container",
	    .children = lethe_children(dcc_input(.id = "session_name"),
		dcc_input(.id = "input"), html_h1(.id = "content"),
		html_button(.id = "button",
		    .children = lethe_string("Click"))));
}

static const struct lethe_app app = {
	.name = "d2_opt1_file",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&update_output_div_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
