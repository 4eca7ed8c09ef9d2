/*
 * widgets.c: a page with all that the front end loads late, draws by itself
 * or hands to the browser: what a Content-Security-Policy may break.
 */
#include <stdbool.h>

#include <lethe.h>
#include <lethe/dash_table.h>
#include <lethe/dcc.h>
#include <lethe/figure.h>
#include <lethe/html.h>

static const char text[] = "A *formula*: $x^2 + y^2$\n\n"
			   "```python\nx = [1, 2]\n```\n\n"
			   "![dot](data:image/gif;base64,R0lGODlhAQABAIAAAAA"
			   "AAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7)";

/* A trace of each way to draw: SVG, WebGL in two and in three dimensions, an
 * image. */
static struct json_object *
trace(const char *type, bool is_plane)
{
	static const double numbers[] = { 1, 3, 2, 4 };

	if (!is_plane)
		return lethe_object({ "type", lethe_string(type) },
		    { "y", lethe_column_doubles(numbers, 4) });
	return lethe_object({ "type", lethe_string(type) },
	    { "z", lethe_matrix_doubles(numbers, 2, 2) });
}

static struct json_object *
graph(const char *id, const char *type, bool is_plane)
{
	return dcc_graph(.id = id, .mathjax = true,
	    .figure = lethe_figure(lethe_list(trace(type, is_plane)),
		lethe_object({ "title",
		    lethe_object({ "text", lethe_string("$\\beta$") }) })));
}

static struct json_object *
inputs(void)
{
	return html_div(.children = lethe_children(
	    dcc_location(.id = "location",
		.refresh = DCC_LOCATION_REFRESH_FALSE),
	    dcc_link(.id = "link", .href = "?to=there",
		.children = lethe_string("link")),
	    dcc_dropdown(.id = "dropdown",
		.options = lethe_list(lethe_string("one"),
		    lethe_string("two"))),
	    dcc_slider(.id = "slider", .min = 0, .max = 9, .step = 1),
	    dcc_date_picker_single(.id = "date",
		.date = lethe_string("2026-01-05")),
	    dcc_upload(.id = "upload", .children = lethe_string("upload")),
	    dcc_clipboard(.id = "clipboard", .content = "copied"),
	    html_button(.id = "button", .children = lethe_string("save")),
	    dcc_download(.id = "download")));
}

/* Slow to draw without a graphics card, so only for who asks. */
static struct json_object *
graphs(struct lethe_call *call)
{
	if (lethe_page_query(call, "graphs") == NULL)
		return html_div(.id = "no-graphs");
	return html_div(
	    .children = lethe_children(graph("svg", "scatter", false),
		graph("gl", "scattergl", false),
		graph("image", "heatmap", true),
		graph("space", "surface", true)));
}

static struct json_object *
layout(struct lethe_call *call)
{
	return html_div(.children = lethe_children(inputs(),
	    html_div(.id = "uploaded"), html_div(.id = "chosen"),
	    html_div(.id = "place"),
	    dcc_markdown(.id = "markdown", .mathjax = true,
		.children = lethe_string(text)),
	    dash_table_data_table(.id = "table",
		.export_format = DASH_TABLE_DATA_TABLE_EXPORT_FORMAT_XLSX,
		.columns = lethe_list(
		    lethe_object({ "id", lethe_string("a") },
			{ "name", lethe_string("a") },
			{ "presentation", lethe_string("markdown") })),
		.data = lethe_list(lethe_object(
		    { "a", lethe_string("```js\nvar a;\n```") }))),
	    html_iframe(.srcDoc = "<b style=\"color:red\">frame</b>"),
	    graphs(call)));
}

static enum lethe_result
upload(struct lethe_call *call)
{
	const char *contents = lethe_input_string(call, 0);

	return lethe_output(
	    call, 0, lethe_string(contents != NULL ? contents : ""));
}

static const struct lethe_callback upload_callback = {
	.name = "upload",
	.handler = upload,
	.outputs = LETHE_OUTPUTS({ "uploaded", "children" }),
	.inputs = LETHE_INPUTS({ "upload", "contents" }),
};

static enum lethe_result
download(struct lethe_call *call)
{
	return lethe_output(call, 0,
	    lethe_object({ "content", lethe_string("saved") },
		{ "filename", lethe_string("saved.txt") }));
}

static const struct lethe_callback download_callback = {
	.name = "download",
	.handler = download,
	.outputs = LETHE_OUTPUTS({ "download", "data" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
	.prevent_initial_call = true,
};

/* The function goes into the page as a URL, since it has the end of its
 * element in it. */
static const struct lethe_callback choose_callback = {
	.name = "choose",
	.outputs = LETHE_OUTPUTS({ "chosen", "children" }),
	.inputs = LETHE_INPUTS({ "dropdown", "value" },
	    { "slider", "value" }),
	.clientside_function = "function (value) {\n"
			       "	return value + ' </script>';\n"
			       "}",
};

static const struct lethe_callback place_callback = {
	.name = "place",
	.outputs = LETHE_OUTPUTS({ "place", "children" }),
	.inputs = LETHE_INPUTS({ "location", "search" }),
	.clientside_function = "function (search) { return search; }",
};

static const struct lethe_app app = {
	.name = "widgets",
	.prefix = "/widgets/",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&upload_callback, &download_callback,
	    &choose_callback, &place_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
