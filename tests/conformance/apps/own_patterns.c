/*
 * own_patterns.c: callbacks over pattern ids, for own/own_patterns.json: what
 * the recordings lack of ALL, ALLSMALLER, MATCH in several keys, components
 * that may be missing, and triggers.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>
#include <lethe/patch.h>

#define CELLS LETHE_ID("type" : "cell", "index" : ALL)

/* Titles of all cells at once; of the cell with the index 1 on click 2. */
static enum lethe_result
fill(struct lethe_call *call)
{
	int n = json_object_get_int(lethe_input(call, 0));
	struct json_object *titles = json_object_new_array();

	for (size_t i = 0; i < lethe_output_count(call, 0); i++) {
		int index = json_object_get_int(json_object_object_get(
		    lethe_output_id(call, 0, i), "index"));

		if (n == 2 && index == 1)
			lethe_output_at(
			    call, 0, i, lethe_string("this one only"));
		json_object_array_add(
		    titles, lethe_stringf("%d in %d", n, index));
	}
	if (n != 2)
		return lethe_output(call, 0, titles);
	json_object_put(titles);
	return LETHE_OK;
}

static const struct lethe_callback fill_callback = {
	.name = "fill",
	.handler = fill,
	.outputs = LETHE_OUTPUTS({ CELLS, "title" }),
	.inputs = LETHE_INPUTS({ "go", "n_clicks" }),
	.prevent_initial_call = true,
};

/* lethe_list() and lethe_object() take NULL for a failure, not for null. */
static struct json_object *
or_null(struct json_object *value)
{
	return value != NULL ? json_object_get(value) : lethe_null();
}

/* All that a field knows of itself and of those before it in its row. */
static enum lethe_result
add_up(struct lethe_call *call)
{
	struct json_object *before = json_object_new_array();

	for (size_t i = 0; i < lethe_input_count(call, 0); i++)
		json_object_array_add(
		    before, json_object_get(lethe_input_id(call, 0, i)));
	return lethe_output(call, 0,
	    lethe_object({ "row", json_object_get(lethe_match(call, "row")) },
		{ "column", json_object_get(lethe_match(call, "column")) },
		{ "before", before }, { "values", lethe_input_take(call, 0) },
		{ "own", or_null(lethe_state(call, 0)) }));
}

static const struct lethe_callback add_up_callback = {
	.name = "add_up",
	.handler = add_up,
	.outputs = LETHE_OUTPUTS({ LETHE_ID("type"
					    : "sum", "row"
					    : MATCH, "column"
					    : MATCH),
	    "data" }),
	.inputs = LETHE_INPUTS({ LETHE_ID("type"
					  : "field", "row"
					  : MATCH, "column"
					  : ALLSMALLER),
	    "value" }),
	.state = LETHE_STATE({ LETHE_ID("type"
					: "field", "row"
					: MATCH, "column"
					: MATCH),
	    "value" }),
};

static enum lethe_result
collect(struct lethe_call *call)
{
	struct json_object *cells = json_object_new_array();

	for (size_t i = 0; i < lethe_state_count(call, 0); i++)
		json_object_array_add(cells,
		    lethe_list(json_object_get(lethe_state_id(call, 0, i)),
			or_null(lethe_state_at(call, 0, i))));
	return lethe_output(call, 0,
	    lethe_object(
		{ "each", cells }, { "all", lethe_state_take(call, 0) }));
}

static const struct lethe_callback collect_callback = {
	.name = "collect",
	.handler = collect,
	.outputs = LETHE_OUTPUTS({ "collected", "data" }),
	.inputs = LETHE_INPUTS({ "go", "n_clicks" }),
	.state = LETHE_STATE({ CELLS, "title" }),
};

static enum lethe_result
read_optional(struct lethe_call *call)
{
	return lethe_output(call, 0,
	    lethe_list(
		or_null(lethe_input(call, 1)), or_null(lethe_state(call, 0))));
}

static const struct lethe_callback read_optional_callback = {
	.name = "read_optional",
	.handler = read_optional,
	.outputs = LETHE_OUTPUTS({ "optional", "data" }),
	.inputs = LETHE_INPUTS(
	    { "go", "n_clicks" }, { "maybe", LETHE_ALLOW_OPTIONAL("value") }),
	.state = LETHE_STATE({ LETHE_ID("type"
					: "rare", "index" : 1),
	    LETHE_ALLOW_OPTIONAL("value") }),
};

static enum lethe_result
trace(struct lethe_call *call)
{
	struct json_object *triggers = json_object_new_array();

	for (size_t i = 0; i < lethe_triggered_count(call); i++) {
		const struct lethe_trigger *trigger = lethe_triggered(call, i);

		json_object_array_add(
		    triggers, lethe_list(lethe_string(trigger->id),
				  lethe_string(trigger->property),
				  or_null(trigger->value)));
	}
	return lethe_output(call, 0,
	    lethe_object({ "triggers", triggers },
		{ "a", lethe_boolean(lethe_triggered_by(call, "a")) },
		{ "cell 1", lethe_boolean(lethe_triggered_by(
				call, LETHE_ID("type"
					       : "cell", "index" : 1))) }));
}

static const struct lethe_callback trace_callback = {
	.name = "trace",
	.handler = trace,
	.outputs = LETHE_OUTPUTS({ "trace", "data" }),
	.inputs = LETHE_INPUTS(
	    { "a", "n_clicks" }, { "b", "n_clicks" }, { CELLS, "n_clicks" }),
};

/* Sets properties of cells that are no outputs, as whole and in part. */
static enum lethe_result
mark(struct lethe_call *call)
{
	const char *id =
	    lethe_id(call, lethe_object({ "type", lethe_string("cell") },
			       { "index", lethe_input_take(call, 0) }));
	struct json_object *patch;

	if (id == NULL)
		return LETHE_ERROR;
	patch = lethe_patch();
	lethe_patch_append(patch, LETHE_ROOT, lethe_string("marked"));
	lethe_patch_assign(patch, LETHE_AT(0), lethe_string("first"));
	lethe_set_props(call, id, "children", patch);
	lethe_set_props(call, "log", "children", lethe_string("lost"));
	lethe_set_props(call,
	    LETHE_ID("type"
		     : "cell", "index" : 0),
	    "title", lethe_null());
	/* The same property again: the last value holds. */
	return lethe_set_props(
	    call, "log", "children", lethe_stringf("marked %s", id));
}

static const struct lethe_callback mark_callback = {
	.name = "mark",
	.handler = mark,
	.inputs = LETHE_INPUTS({ "mark", "n_clicks" }),
	.prevent_initial_call = true,
};

static struct json_object *
cell(struct lethe_call *call, int index)
{
	return html_div(.id = lethe_id(
			    call, lethe_object({ "type", lethe_string("cell") },
				      { "index", lethe_integer(index) })),
	    .children = lethe_list(lethe_stringf("cell %d", index)));
}

static const char *
place(struct lethe_call *call, const char *type, int row, int column)
{
	return lethe_id(call, lethe_object({ "type", lethe_string(type) },
				  { "row", lethe_integer(row) },
				  { "column", lethe_integer(column) }));
}

static struct json_object *
field(struct lethe_call *call, int row, int column)
{
	return html_div(.children = lethe_children(
			    dcc_input(.id = place(call, "field", row, column),
				.value = lethe_integer(10 * row + column)),
			    dcc_store(.id = place(call, "sum", row, column))));
}

static struct json_object *
button(const char *id)
{
	return html_button(.id = id, .children = lethe_string(id));
}

static struct json_object *
layout(struct lethe_call *call)
{
	return html_div(.children = lethe_children(button("go"), button("a"),
			    button("b"), button("mark"), cell(call, 0),
			    cell(call, 1), field(call, 1, 1), field(call, 1, 2),
			    dcc_store(.id = "collected"),
			    dcc_store(.id = "optional"),
			    dcc_store(.id = "trace"), html_div(.id = "log")));
}

static const struct lethe_app app = {
	.name = "own_patterns",
	.layout = layout,
	.callbacks =
	    LETHE_CALLBACKS(&fill_callback, &add_up_callback, &collect_callback,
		&read_optional_callback, &trace_callback, &mark_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
