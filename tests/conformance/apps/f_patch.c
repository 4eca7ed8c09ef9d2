/*
 * f_patch.c: twin of the recorded app of that name: every operation of a
 * patch.
 */
#include <stdio.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>
#include <lethe/patch.h>

#include "python_text.h"

static void
change_assign(struct json_object *patch)
{
	lethe_patch_assign(patch, LETHE_AT("d", "k", "x"),
	    lethe_parse("{\"new\":[1,null,true]}"));
}

static void
change_assign_index(struct json_object *patch)
{
	lethe_patch_assign(patch, LETHE_AT("l", 0), lethe_string("first"));
}

static void
change_neg_index(struct json_object *patch)
{
	lethe_patch_assign(patch, LETHE_AT("l", -1), lethe_string("last"));
}

static void
change_append(struct json_object *patch)
{
	lethe_patch_append(
	    patch, LETHE_AT("l"), lethe_object({ "z", lethe_integer(1) }));
}

static void
change_prepend(struct json_object *patch)
{
	lethe_patch_prepend(patch, LETHE_AT("l"), lethe_string("p"));
}

static void
change_insert(struct json_object *patch)
{
	lethe_patch_insert(patch, LETHE_AT("l"), 1, lethe_string("ins"));
}

static void
change_insert_neg(struct json_object *patch)
{
	lethe_patch_insert(patch, LETHE_AT("l"), -1, lethe_string("insneg"));
}

static void
change_extend(struct json_object *patch)
{
	lethe_patch_extend(patch, LETHE_AT("l"),
	    lethe_list(lethe_integer(7), lethe_integer(8)));
}

static void
change_iadd_list(struct json_object *patch)
{
	lethe_patch_extend(patch, LETHE_AT("l"), lethe_list(lethe_integer(9)));
}

static void
change_merge(struct json_object *patch)
{
	lethe_patch_merge(patch, LETHE_AT("d"),
	    lethe_object({ "m", lethe_integer(1) }, { "o", lethe_integer(2) }));
}

static void
change_ior(struct json_object *patch)
{
	lethe_patch_merge(
	    patch, LETHE_AT("d"), lethe_object({ "ior", lethe_integer(1) }));
}

static void
change_delete(struct json_object *patch)
{
	lethe_patch_delete(patch, LETHE_AT("d", "m"));
}

static void
change_delattr(struct json_object *patch)
{
	lethe_patch_delete(patch, LETHE_AT("d", "o"));
}

static void
change_clear(struct json_object *patch)
{
	lethe_patch_clear(patch, LETHE_AT("l"));
}

static void
change_reverse(struct json_object *patch)
{
	lethe_patch_reverse(patch, LETHE_AT("l"));
}

static void
change_remove(struct json_object *patch)
{
	lethe_patch_remove(patch, LETHE_AT("l"), lethe_integer(2));
}

static void
change_add(struct json_object *patch)
{
	lethe_patch_add(patch, LETHE_AT("n"), lethe_integer(5));
}

static void
change_sub(struct json_object *patch)
{
	lethe_patch_sub(patch, LETHE_AT("n"), lethe_integer(1));
}

static void
change_mul(struct json_object *patch)
{
	lethe_patch_mul(patch, LETHE_AT("n"), lethe_integer(2));
}

static void
change_div(struct json_object *patch)
{
	lethe_patch_div(patch, LETHE_AT("n"), lethe_integer(4));
}

static void
change_several(struct json_object *patch)
{
	lethe_patch_assign(patch, LETHE_AT("a"), lethe_string("attr"));
	lethe_patch_append(patch, LETHE_AT("l"), lethe_integer(1));
	lethe_patch_append(patch, LETHE_AT("l"), lethe_integer(2));
	lethe_patch_assign(patch, LETHE_AT("d", "k", "x"), lethe_integer(0));
}

/* What each button does; the last does it to another component. */
static const struct change {
	const char *id;
	void (*apply)(struct json_object *patch);
} changes[] = {
	{ "assign", change_assign },
	{ "assign_index", change_assign_index },
	{ "neg_index", change_neg_index },
	{ "append", change_append },
	{ "prepend", change_prepend },
	{ "insert", change_insert },
	{ "insert_neg", change_insert_neg },
	{ "extend", change_extend },
	{ "iadd_list", change_iadd_list },
	{ "merge", change_merge },
	{ "ior", change_ior },
	{ "delete", change_delete },
	{ "delattr", change_delattr },
	{ "clear", change_clear },
	{ "reverse", change_reverse },
	{ "remove", change_remove },
	{ "add", change_add },
	{ "sub", change_sub },
	{ "mul", change_mul },
	{ "div", change_div },
	{ "several", change_several },
};

static enum lethe_result
change_store(struct lethe_call *call)
{
	struct json_object *patch = lethe_patch();

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		if (lethe_triggered_by(call, changes[i].id))
			changes[i].apply(patch);
	return lethe_output(call, 0, patch);
}

static const struct lethe_callback change_store_callback = {
	.name = "change_store",
	.handler = change_store,
	.outputs = LETHE_OUTPUTS({ "store", "data" }),
	.inputs = LETHE_INPUTS({ "assign", "n_clicks" },
	    { "assign_index", "n_clicks" }, { "neg_index", "n_clicks" },
	    { "append", "n_clicks" }, { "prepend", "n_clicks" },
	    { "insert", "n_clicks" }, { "insert_neg", "n_clicks" },
	    { "extend", "n_clicks" }, { "iadd_list", "n_clicks" },
	    { "merge", "n_clicks" }, { "ior", "n_clicks" },
	    { "delete", "n_clicks" }, { "delattr", "n_clicks" },
	    { "clear", "n_clicks" }, { "reverse", "n_clicks" },
	    { "remove", "n_clicks" }, { "add", "n_clicks" },
	    { "sub", "n_clicks" }, { "mul", "n_clicks" }, { "div", "n_clicks" },
	    { "several", "n_clicks" }),
	.prevent_initial_call = true,
};

static enum lethe_result
append_kid(struct lethe_call *call)
{
	int n = json_object_get_int(lethe_input(call, 0));
	struct json_object *patch = lethe_patch();
	char id[32];

	(void)snprintf(id, sizeof(id), "kid%d", n);
	lethe_patch_append(patch, LETHE_ROOT,
	    html_div(.id = id, .children = lethe_stringf("kid %d", n)));
	return lethe_output(call, 0, patch);
}

static const struct lethe_callback append_kid_callback = {
	.name = "append_kid",
	.handler = append_kid,
	.outputs = LETHE_OUTPUTS({ "kids", "children" }),
	.inputs = LETHE_INPUTS({ "component", "n_clicks" }),
	.prevent_initial_call = true,
};

static enum lethe_result
view(struct lethe_call *call)
{
	return lethe_output(call, 0, python_json(lethe_input(call, 0)));
}

static const struct lethe_callback view_callback = {
	.name = "view",
	.handler = view,
	.outputs = LETHE_OUTPUTS({ "view", "children" }),
	.inputs = LETHE_INPUTS({ "store", "data" }),
};

static struct json_object *
button(const char *id)
{
	return html_button(.id = id, .children = lethe_string(id));
}

static struct json_object *
layout(struct lethe_call *call)
{
	struct json_object *children = json_object_new_array();

	(void)call;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		json_object_array_add(children, button(changes[i].id));
	json_object_array_add(children, button("component"));
	json_object_array_add(children,
	    dcc_store(.id = "store",
		.data = lethe_parse("{\"a\":1,\"l\":[1,2,3],"
				    "\"d\":{\"k\":{\"x\":1}},\"n\":10}")));
	json_object_array_add(children,
	    html_div(.id = "view", .children = lethe_string("start")));
	json_object_array_add(children,
	    html_div(.id = "kids", .children = json_object_new_array()));
	return html_div(.children = children);
}

static const struct lethe_app app = {
	.name = "f_patch",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(
	    &change_store_callback, &append_kid_callback, &view_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
