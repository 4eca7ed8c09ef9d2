/*
 * f_components.c: twin of the recorded app of that name: one of each common
 * component.
 */
#include <lethe.h>
#include <lethe/dash_table.h>
#include <lethe/dcc.h>
#include <lethe/figure.h>
#include <lethe/html.h>

static struct json_object *
strings(const char *one, const char *other)
{
	return lethe_list(lethe_string(one), lethe_string(other));
}

/* Those into which values are put, after each other. */
static struct json_object *
inputs(void)
{
	return lethe_list(
	    dcc_dropdown(.id = "dd", .options = strings("a", "b"),
		.value = lethe_list(lethe_string("a")), .multi = true),
	    dcc_slider(.id = "sl", .min = 0, .max = 10, .step = 1, .value = 3),
	    dcc_range_slider(.id = "rs", .min = 0, .max = 10,
		.value = lethe_list(lethe_integer(2), lethe_integer(5))),
	    dcc_radio_items(.id = "ri", .options = strings("x", "y"),
		.value = lethe_string("x")),
	    dcc_checklist(.id = "cl", .options = strings("x", "y"),
		.value = lethe_list(lethe_string("y"))),
	    dcc_input(.id = "in", .type = DCC_INPUT_TYPE_NUMBER,
		.min = lethe_integer(0)),
	    dcc_textarea(.id = "ta", .value = "t"),
	    dcc_date_picker_single(.id = "dp",
		.date = lethe_string("2020-01-05")),
	    dcc_date_picker_range(.id = "dpr",
		.start_date = lethe_string("2020-01-05"),
		.end_date = lethe_string("2020-01-09")));
}

static struct json_object *
tabs(void)
{
	return dcc_tabs(.id = "tabs", .value = "2",
	    .children = lethe_children(
		dcc_tab(.label = lethe_string("one"), .value = "1",
		    .children = lethe_string("c1")),
		dcc_tab(.label = lethe_string("two"), .value = "2",
		    .children = lethe_string("c2"))));
}

static struct json_object *
graph(void)
{
	static const double y[] = { 1, 3, 2 };

	return dcc_graph(.id = "g",
	    .figure = lethe_figure(
		lethe_list(lethe_object({ "y", lethe_list_doubles(y, 3) })),
		json_object_new_object()));
}

static struct json_object *
others(void)
{
	return lethe_list(
	    dcc_markdown(.id = "md",
		.children = lethe_string("# md\n```python\nx = 1\n```")),
	    dcc_upload(.id = "up", .children = lethe_string("up")), tabs(),
	    dcc_interval(.id = "iv", .interval = 10000, .disabled = true),
	    dcc_location(.id = "loc"),
	    dcc_link(.href = "/p", .children = lethe_string("lnk")), graph(),
	    dcc_loading(.id = "ld",
		.children = html_div(.children = lethe_string("l"))),
	    dcc_store(.id = "s1",
		.storage_type = DCC_STORE_STORAGE_TYPE_SESSION,
		.data = lethe_integer(1)),
	    dcc_download(.id = "dl"), dcc_clipboard(.id = "cb", .content = "x"),
	    dcc_confirm_dialog(.id = "cd", .message = "m"),
	    dcc_tooltip(.id = "tt"),
	    html_details(.children = lethe_children(
			     html_summary(.children = lethe_string("s")),
			     lethe_string("body"))),
	    dash_table_data_table(.id = "dt",
		.data = lethe_list(lethe_object(
		    { "a", lethe_integer(1) }, { "b", lethe_integer(2) }))));
}

static struct json_object *
layout(struct lethe_call *call)
{
	struct json_object *children = inputs();
	struct json_object *more = others();

	(void)call;
	if (children == NULL || more == NULL) {
		json_object_put(children);
		json_object_put(more);
		return NULL;
	}
	for (size_t i = 0; i < json_object_array_length(more); i++)
		json_object_array_add(children,
		    json_object_get(json_object_array_get_idx(more, i)));
	json_object_put(more);
	return html_div(.children = children);
}

static const struct lethe_app app = {
	.name = "f_components",
	.layout = layout,
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
