/*
 * session.c: an app that does with sessions all that can be done.
 *
 * The page counts clicks in the session, and its dcc.Store "page" has a page
 * id, as the apps do that keep a session id in one.
 */
#include <string.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

static struct json_object *
layout(struct lethe_call *call)
{
	const char *page = lethe_session_page_id(call);

	if (page == NULL)
		return NULL;
	return html_div(.children = lethe_children(
	    dcc_store(.id = "page", .data = lethe_string(page)),
	    dcc_store(.id = "kept"),
	    html_button(.id = "button", .children = lethe_string("Count")),
	    html_div(.id = "count"), html_div(.id = "kept-sum"),
	    html_div(.id = "command"), html_div(.id = "answer"),
	    html_div(.id = "plain")));
}

/* Counts in the session; the page must be of the same one. */
static enum lethe_result
count(struct lethe_call *call)
{
	struct json_object *before;
	int64_t clicks = 0;

	if (lethe_session_page_check(call, lethe_state_string(call, 0)) !=
	    LETHE_OK)
		return LETHE_ERROR;
	before = lethe_session_get(call, "clicks");
	if (before != NULL)
		clicks = json_object_get_int64(before);
	if (lethe_input(call, 0) != NULL &&
	    lethe_session_set(call, "clicks", lethe_integer(++clicks)) !=
		LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, lethe_integer(clicks));
}

static const struct lethe_callback count_callback = {
	.name = "count",
	.handler = count,
	.outputs = LETHE_OUTPUTS({ "count", "children" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
	.state = LETHE_STATE({ "page", "data" }),
};

/* What the session has, memoized. */
static enum lethe_result
compute_value(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	struct json_object *kept = lethe_session_get(call, "value");

	(void)arguments;
	*value = kept != NULL ? json_object_get(kept) : lethe_null();
	return LETHE_OK;
}

static enum lethe_result
memoize(struct lethe_call *call, enum lethe_scope scope)
{
	const struct lethe_memo memo = { .name = "value",
		.compute = compute_value,
		.scope = scope };
	struct json_object *value;

	if (lethe_memoize(call, &memo, lethe_null(), &value) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, value != NULL ? value : lethe_null());
}

/* Runs a statement on the session's own database; the last row's text. */
static enum lethe_result
run_sql(struct lethe_call *call)
{
	struct lethe_statement *statement =
	    lethe_session_prepare(call, lethe_state_string(call, 0));
	struct json_object *text = NULL;
	enum lethe_result done;

	while ((done = lethe_statement_step(statement)) == LETHE_ROW) {
		json_object_put(text);
		text = lethe_string(lethe_statement_text(statement, 0));
	}
	if (done != LETHE_DONE) {
		json_object_put(text);
		return LETHE_ERROR;
	}
	return lethe_output(call, 0, text != NULL ? text : lethe_null());
}

/* Does what the first input says; the second is a value for it. */
static enum lethe_result
command(struct lethe_call *call)
{
	const char *name = lethe_input_string(call, 0);
	enum lethe_result done = LETHE_OK;
	struct json_object *value;

	if (name == NULL)
		return LETHE_PREVENT_UPDATE;
	if (strcmp(name, "set") == 0)
		done = lethe_session_set(call, "value",
		    lethe_state_take(call, 0));
	else if (strcmp(name, "set_and_fail") == 0) {
		done = lethe_session_set(call, "value",
		    lethe_state_take(call, 0));
		if (done == LETHE_OK)
			done = lethe_fail(call, "asked to fail");
	} else if (strcmp(name, "delete") == 0)
		done = lethe_session_delete(call, "value");
	else if (strcmp(name, "forget") == 0)
		done = lethe_session_forget(call);
	else if (strcmp(name, "rotate") == 0)
		done = lethe_session_rotate(call);
	else if (strcmp(name, "sql") == 0)
		return run_sql(call);
	else if (strcmp(name, "memoize") == 0)
		return memoize(call, LETHE_SESSION);
	else if (strcmp(name, "memoize_shared") == 0)
		return memoize(call, LETHE_SHARED);
	else if (strcmp(name, "label") == 0)
		return lethe_output(call, 0,
		    lethe_string(lethe_session_label(call)));
	if (done != LETHE_OK)
		return done;
	value = lethe_session_get(call, "value");
	return lethe_output(call, 0,
	    value != NULL ? json_object_get(value) : lethe_null());
}

static const struct lethe_callback command_callback = {
	.name = "command",
	.handler = command,
	.outputs = LETHE_OUTPUTS({ "answer", "children" }),
	.inputs = LETHE_INPUTS({ "command", "title" }),
	.state = LETHE_STATE({ "command", "children" }),
};

/* Keeps as many numbers as there are clicks, a thousandfold. */
static enum lethe_result
keep(struct lethe_call *call)
{
	struct json_object *clicks = lethe_input(call, 0);
	struct json_object *numbers;
	int64_t size;

	if (clicks == NULL)
		return LETHE_PREVENT_UPDATE;
	size = 1000 * json_object_get_int64(clicks);
	numbers = json_object_new_array();
	for (int64_t i = 0; numbers != NULL && i < size; i++)
		(void)json_object_array_add(numbers, lethe_integer(1));
	return lethe_output_stored(call, 0, numbers);
}

static const struct lethe_callback keep_callback = {
	.name = "keep",
	.handler = keep,
	.outputs = LETHE_OUTPUTS({ "kept", "data" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
};

static enum lethe_result
sum(struct lethe_call *call)
{
	struct json_object *numbers = lethe_input(call, 0);

	if (numbers == NULL)
		return LETHE_PREVENT_UPDATE;
	if (!json_object_is_type(numbers, json_type_array))
		return lethe_fail(call, "the numbers are no array");
	return lethe_output(call, 0,
	    lethe_integer((int64_t)json_object_array_length(numbers)));
}

static const struct lethe_callback sum_callback = {
	.name = "sum",
	.handler = sum,
	.outputs = LETHE_OUTPUTS({ "kept-sum", "children" }),
	.inputs = LETHE_INPUTS({ "kept", "data" }),
};

/* Uses no session. */
static enum lethe_result
plain(struct lethe_call *call)
{
	return lethe_output(call, 0,
	    lethe_boolean(lethe_request_cookie(call, "lethe") != NULL));
}

static const struct lethe_callback plain_callback = {
	.name = "plain",
	.handler = plain,
	.outputs = LETHE_OUTPUTS({ "plain", "children" }),
	.inputs = LETHE_INPUTS({ "command", "title" }),
};

static const struct lethe_app app = {
	.name = "session",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&count_callback, &command_callback,
	    &keep_callback, &sum_callback, &plain_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
