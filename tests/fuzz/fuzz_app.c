/*
 * tests/fuzz/fuzz_app.c: an app with every kind of id and argument.
 *
 * Some callbacks have the outputs and inputs of recorded apps, so that their
 * recorded exchanges are good inputs.
 */
#include <string.h>

#include <lethe/patch.h>

#include "dash/call.h"

#include "fuzz.h"
#include "fuzz_app.h"

static bool has_failed;

bool
fuzz_app_has_failed(void)
{
	bool failed = has_failed;

	has_failed = false;
	return failed;
}

static enum lethe_result
fail(struct lethe_call *call)
{
	has_failed = true;
	return lethe_fail(call, "as the input wanted");
}

/* ------------------------------------------------------------------------
 * Touching everything
 */

typedef struct json_object *argument_part(
    struct lethe_call *call, size_t index, size_t which);

/* Each component has an id and a value, and there is none behind the last. */
static void
touch_components(struct lethe_call *call, size_t index, size_t count,
    argument_part *at, argument_part *id)
{
	for (size_t i = 0; i < count; i++) {
		(void)json_object_get_type(at(call, index, i));
		(void)json_object_get_type(id(call, index, i));
	}
	FUZZ_CHECK(at(call, index, count) == NULL);
	FUZZ_CHECK(id(call, index, count) == NULL);
}

static void
touch_arguments(struct lethe_call *call)
{
	size_t inputs = call->callback->inputs.count;
	size_t states = call->callback->states.count;

	for (size_t i = 0; i < inputs; i++) {
		struct json_object *value = lethe_input(call, i);

		if (call->callback->inputs.list[i].id.multiple)
			FUZZ_CHECK(json_object_array_length(value) ==
				   lethe_input_count(call, i));
		(void)lethe_input_string(call, i);
		touch_components(call, i, lethe_input_count(call, i),
		    lethe_input_at, lethe_input_id);
	}
	for (size_t i = 0; i < states; i++) {
		(void)lethe_state_string(call, i);
		touch_components(call, i, lethe_state_count(call, i),
		    lethe_state_at, lethe_state_id);
	}
	FUZZ_CHECK(lethe_input(call, inputs) == NULL);
	FUZZ_CHECK(lethe_state(call, states) == NULL);
}

static void
touch_triggers(struct lethe_call *call)
{
	size_t count = lethe_triggered_count(call);

	for (size_t i = 0; i < count; i++) {
		const struct lethe_trigger *trigger = lethe_triggered(call, i);

		FUZZ_CHECK(trigger->id != NULL && trigger->property != NULL);
		FUZZ_CHECK(lethe_triggered_by(call, trigger->id));
		(void)json_object_get_type(trigger->value);
	}
	FUZZ_CHECK(lethe_triggered(call, count) == NULL);
}

/* What MATCH stands for is what the first output has there. */
static void
touch_matches(struct lethe_call *call)
{
	const struct id *id;

	if (call->callback->outputs.count == 0)
		return;
	id = &call->callback->outputs.list[0].id;
	for (size_t i = 0; i < id->key_count; i++)
		if (id->keys[i].wildcard == ID_MATCH &&
		    lethe_output_count(call, 0) > 0)
			FUZZ_CHECK(lethe_match(call, id->keys[i].name) != NULL);
	FUZZ_CHECK(lethe_match(call, "no such key") == NULL);
}

/* ------------------------------------------------------------------------
 * Answering
 */

static struct json_object *
patch_with(struct json_object *value)
{
	struct json_object *patch = lethe_patch();

	lethe_patch_append(patch, LETHE_AT("a", -1), value);
	lethe_patch_reverse(patch, LETHE_ROOT);
	return patch;
}

/* A value for each component of an output. */
static struct json_object *
values_for(size_t count, struct json_object *value)
{
	struct json_object *values = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		FUZZ_CHECK(
		    json_object_array_add(values, json_object_get(value)) == 0);
	return values;
}

static enum lethe_result
set_output(struct lethe_call *call, size_t index)
{
	size_t which = index % call->callback->inputs.count;
	struct json_object *value = lethe_input(call, which);

	if (call->callback->outputs.list[index].id.multiple)
		return lethe_output(call, index,
		    values_for(lethe_output_count(call, index), value));
	if (index == 2)
		return lethe_output(call, index,
		    patch_with(lethe_input_take(call, which)));
	return lethe_output(call, index, lethe_input_take(call, which));
}

/* Sets what a text in the first input asks for. */
static enum lethe_result
obey(struct lethe_call *call, const char *wish)
{
	if (strcmp(wish, "fail") == 0)
		return fail(call);
	if (strcmp(wish, "prevent") == 0)
		return LETHE_PREVENT_UPDATE;
	if (strcmp(wish, "forget") == 0) {
		has_failed = call->callback->outputs.count > 0;
		return LETHE_OK;
	}
	return lethe_set_props(call, "beside", "title", lethe_string(wish));
}

static enum lethe_result
touch_all(struct lethe_call *call)
{
	const char *wish;

	touch_arguments(call);
	touch_triggers(call);
	touch_matches(call);
	wish = lethe_input_string(call, 0);
	if (wish != NULL && strcmp(wish, "beside") != 0) {
		enum lethe_result done = obey(call, wish);

		if (done != LETHE_OK || strcmp(wish, "forget") == 0)
			return done;
	}
	for (size_t i = 0; i < call->callback->outputs.count; i++)
		if (set_output(call, i) != LETHE_OK)
			return LETHE_ERROR;
	return LETHE_OK;
}

/* Sets what a browser would have named. */
static enum lethe_result
set_sides(struct lethe_call *call)
{
	const char *id = lethe_id(call,
	    lethe_object({ "type", lethe_string("pm") },
		{ "index", lethe_integer((int64_t)call->trigger_count) }));

	touch_arguments(call);
	if (lethe_set_props(call, id, "children", lethe_input_take(call, 0)) !=
		LETHE_OK ||
	    lethe_set_props(call, "beside", "children", lethe_null()) !=
		LETHE_OK)
		return LETHE_ERROR;
	return touch_all(call);
}

static enum lethe_result
answer_error(struct lethe_call *call, const char *message)
{
	FUZZ_CHECK(message[0] != '\0');
	/* It is the answer of a callback that failed. */
	has_failed = false;
	touch_triggers(call);
	return lethe_output(call, 0, lethe_string(message));
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return lethe_object(
	    { "props", lethe_object({ "children", lethe_null() }) });
}

/* ------------------------------------------------------------------------
 * The callbacks
 */

#define CALLBACK(callback_name, ...)                                           \
	static const struct lethe_callback callback_name = {                   \
		.name = #callback_name, .handler = touch_all, __VA_ARGS__      \
	}

CALLBACK(plain, .outputs = LETHE_OUTPUTS({ "my-output", "children" }),
    .inputs = LETHE_INPUTS({ "my-input", "value" }));
CALLBACK(several,
    .outputs = LETHE_OUTPUTS(
	{ "square", "children" }, { "cube", "children" }, { "cube", "title" }),
    .inputs = LETHE_INPUTS({ "num", "value" }, { "num", "n_blur" }),
    .state = LETHE_STATE({ "input-1", "value" }, { "input-2", "value" }));
CALLBACK(list_of_one, .output_list = true,
    .outputs = LETHE_OUTPUTS({ "one-in-list", "children" }),
    .inputs = LETHE_INPUTS({ "num", "value" }));
CALLBACK(all, .outputs = LETHE_OUTPUTS({ "out", "children" }),
    .inputs = LETHE_INPUTS({ LETHE_ID("type"
				      : "city", "index"
				      : ALL),
	"value" }));
CALLBACK(match,
    .outputs = LETHE_OUTPUTS({ LETHE_ID("type"
					: "out", "index"
					: MATCH),
	"children" }),
    .inputs = LETHE_INPUTS({ LETHE_ID("type"
				      : "in", "index"
				      : MATCH),
	"value" }),
    .state = LETHE_STATE({ LETHE_ID("type"
				    : "in", "index"
				    : MATCH),
	"id" }));
CALLBACK(smaller,
    .outputs = LETHE_OUTPUTS({ LETHE_ID("a"
					: MATCH, "index"
					: MATCH, "type"
					: "sum"),
				 "children" },
	{ LETHE_ID("a"
		   : MATCH, "index"
		   : MATCH, "type"
		   : "sum"),
	    "title" }),
    .inputs = LETHE_INPUTS({ LETHE_ID("a"
				      : MATCH, "index"
				      : MATCH, "type"
				      : "in"),
			       "value" },
	{ LETHE_ID("a"
		   : ALL, "index"
		   : ALLSMALLER, "type"
		   : "in"),
	    "value" }),
    .state = LETHE_STATE({ LETHE_ID("a"
				    : MATCH, "index"
				    : ALLSMALLER, "type"
				    : true),
	"data" }));
CALLBACK(rows, .on_error = answer_error,
    .outputs = LETHE_OUTPUTS({ "rows", "data" },
	{ LETHE_ID("type"
		   : "row", "index"
		   : ALL),
	    "children" },
	{ LETHE_ID("type"
		   : ALL, "index"
		   : ALL),
	    "title" }),
    .inputs = LETHE_INPUTS({ "go", "n_clicks" }, { LETHE_ID("type"
							    : "row", "index"
							    : ALL),
						     "value" }),
    .state = LETHE_STATE({ LETHE_ID("k" : 1.5), "value" },
	{ "go", LETHE_ALLOW_OPTIONAL("title") }));
CALLBACK(duplicate, .prevent_initial_call = LETHE_INITIAL_DUPLICATE,
    .outputs = LETHE_OUTPUTS(
	{ "o", LETHE_ALLOW_DUPLICATE("title") }, { "p", "children" }),
    .inputs = LETHE_INPUTS({ "b", "n_clicks" }, { "a", "n_clicks" }));
CALLBACK(optional,
    .outputs = LETHE_OUTPUTS({ LETHE_ID("x"
					: MATCH, "y"
					: "t"),
	"children" }),
    .inputs = LETHE_INPUTS({ "maybe", LETHE_ALLOW_OPTIONAL("value") },
	{ LETHE_ID("x"
		   : MATCH, "y"
		   : "may"),
	    LETHE_ALLOW_OPTIONAL("value") },
	{ LETHE_ID("x"
		   : ALL, "y"
		   : "may"),
	    LETHE_ALLOW_OPTIONAL("value") }));

static const struct lethe_callback no_output = {
	.name = "no_output",
	.handler = set_sides,
	.inputs = LETHE_INPUTS({ "a", "n_clicks" }),
};

static const struct lethe_callback sides = {
	.name = "sides",
	.handler = set_sides,
	.outputs = LETHE_OUTPUTS({ "main", "children" }),
	.inputs = LETHE_INPUTS({ "a", "n_clicks" }),
};

static const struct lethe_callback browser = {
	.name = "browser",
	.clientside_function = "function(v) { return v; }",
	.outputs = LETHE_OUTPUTS({ "here", "children" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
};

const struct lethe_app fuzz_app = {
	.name = "fuzz",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&plain, &several, &list_of_one, &all,
	    &match, &smaller, &rows, &duplicate, &optional, &no_output, &sides,
	    &browser),
};

static void
report(void *context, const char *mistake)
{
	(void)context;
	(void)fprintf(stderr, "%s\n", mistake);
}

struct dash *
fuzz_app_new(void)
{
	struct dash *dash;

	FUZZ_CHECK(dash_new(&dash, &fuzz_app, report, NULL) == 0);
	return dash;
}
