/*
 * f_types.c: twin of the recorded app of that name: values of every type, both
 * in a store and in figures.
 *
 * The recorded app sends types that Python has and JSON has not; here they are
 * what they become on the wire.  Two of its values cannot be sent at all.
 */
#include <math.h>
#include <string.h>

#include <lethe.h>
#include <lethe/dash_table.h>
#include <lethe/dcc.h>
#include <lethe/figure.h>
#include <lethe/html.h>

#include "plotly_template.h"

/* The columns of the recorded app's data frame. */
static const int64_t column_i[] = { 1, 2, 3 };
static const double column_f[] = { 0.5, NAN, 1e300 };
static const char *const column_s[] = { "a", "b</script>", "é" };
static const char *const column_d[] = { "2020-01-01T00:00:00",
	"2021-06-05T04:03:02.500000", NULL };

static struct json_object *
records(void)
{
	struct json_object *rows = json_object_new_array();

	for (size_t i = 0; i < 3; i++)
		json_object_array_add(
		    rows, lethe_object({ "i", lethe_integer(column_i[i]) },
			      { "f", lethe_number(column_f[i]) },
			      { "s", lethe_string(column_s[i]) },
			      { "d", lethe_string(column_d[i]) }));
	return rows;
}

static struct json_object *
values(void)
{
	return lethe_object({ "none", lethe_null() },
	    { "true", lethe_boolean(true) },
	    { "int", lethe_integer((INT64_C(1) << 53) + 1) },
	    { "big", lethe_number(1e20) }, { "float", lethe_number(1.0) },
	    { "small", lethe_number(1e-7) }, { "e", lethe_number(1e21) },
	    { "nan", lethe_number(NAN) }, { "inf", lethe_number(-INFINITY) },
	    { "dt", lethe_string("2020-01-02T03:04:05.000006") },
	    { "date", lethe_string("2020-01-02") },
	    { "time", lethe_string("01:02:00") }, { "dec", lethe_number(1.10) },
	    { "np_int", lethe_integer(7) },
	    { "np_f32", lethe_number((double)0.1f) },
	    { "np_bool", lethe_boolean(true) },
	    { "tuple", lethe_list(lethe_integer(1), lethe_integer(2)) },
	    { "uni", lethe_string("é☃😀\u2028") },
	    { "html", lethe_string("<a href=\"/x\">&'</a>") },
	    { "ctrl", lethe_string("\x01\t\n") },
	    { "intkey",
		lethe_object({ "1", lethe_string("a") },
		    { "b", lethe_object({ "2.5", lethe_integer(1) }) }) },
	    { "NaT", lethe_null() }, { "NA", lethe_null() },
	    { "neg0", lethe_number(-0.0) });
}

static struct json_object *
series(void)
{
	static const int64_t square[] = { 0, 1, 2, 3 };
	static const char *const categories[] = { "a", "b" };

	return lethe_list(lethe_list_int64(column_i, 3),
	    lethe_list_doubles(column_f, 3), lethe_list_strings(column_d, 3),
	    lethe_list_int64(column_i, 3),
	    lethe_list(
		lethe_list_int64(square, 2), lethe_list_int64(square + 2, 2)),
	    lethe_list_int64(square, 3), lethe_list_strings(categories, 2),
	    lethe_list(lethe_string("2020-01-01")));
}

/* The layout of a figure that was made with plotly.py's default template. */
static struct json_object *
default_layout(void)
{
	return lethe_object({ "template",
	    lethe_raw(plotly_template, sizeof(plotly_template) - 1) });
}

static struct json_object *
scatter_figure(void)
{
	return lethe_figure(
	    lethe_list(lethe_object({ "type", lethe_string("scatter") },
		{ "x", lethe_column_int64(column_i, 3) },
		{ "y", lethe_column_doubles(column_f, 3) },
		{ "text", lethe_list_strings(column_s, 3) })),
	    default_layout());
}

static struct json_object *
skip(void)
{
	return lethe_object({ "skip", lethe_integer(1) });
}

static struct json_object *
nested(void)
{
	return html_div(.children =
			    lethe_children(html_b(.children = lethe_string(
						      "component in store"))));
}

static const struct kind {
	const char *name;
	struct json_object *(*value)(void);
} kinds[] = {
	{ "values", values },
	{ "series", series },
	{ "records", records },
	{ "gofig", scatter_figure },
	{ "px", skip },
	{ "nested", nested },
};

static enum lethe_result
update_store(struct lethe_call *call)
{
	const char *name = lethe_input_string(call, 0);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (name != NULL && strcmp(kinds[i].name, name) == 0)
			return lethe_output(call, 0, kinds[i].value());
	return lethe_fail(call,
	    "kind.value is \"%s\", which has no form in JSON",
	    name != NULL ? name : "null");
}

static const struct lethe_callback update_store_callback = {
	.name = "update_store",
	.handler = update_store,
	.outputs = LETHE_OUTPUTS({ "st", "data" }),
	.inputs = LETHE_INPUTS({ "kind", "value" }),
};

/* plotly.py's template "none". */
static struct json_object *
no_template(void)
{
	return lethe_parse("{\"data\":{\"scatter\":[{\"type\":\"scatter\"}]}}");
}

static struct json_object *
typed_figure(void)
{
	static const double y[] = { 0.5, 1.5, NAN };
	static const int32_t z[] = { 0, 1, 2, 3, 4, 5 };
	static const char *const days[] = { "2020-01-01T00:00:00",
		"2020-01-02T00:00:00" };

	return lethe_figure(
	    lethe_list(lethe_object({ "type", lethe_string("bar") },
			   { "x", lethe_column_int64(column_i, 3) },
			   { "y", lethe_column_doubles(y, 3) }),
		lethe_object({ "type", lethe_string("heatmap") },
		    { "z", lethe_matrix_int32(z, 2, 3) }),
		lethe_object({ "type", lethe_string("scatter") },
		    { "x", lethe_list_strings(days, 2) },
		    { "y", lethe_list_int64(column_i, 2) })),
	    lethe_object({ "template", no_template() },
		{ "title", lethe_object({ "text", lethe_string("T") }) }));
}

static struct json_object *
bar_figure(void)
{
	static const char *const x[] = { "a", "b" };
	struct json_object *trace = lethe_parse(
	    "{\"alignmentgroup\":\"True\","
	    "\"hovertemplate\":\"x=%{x}<br>y=%{y}<extra></extra>\","
	    "\"legendgroup\":\"\",\"marker\":{\"color\":\"#636efa\","
	    "\"pattern\":{\"shape\":\"\"}},\"name\":\"\","
	    "\"offsetgroup\":\"\",\"orientation\":\"v\","
	    "\"showlegend\":false,\"textposition\":\"auto\","
	    "\"xaxis\":\"x\",\"yaxis\":\"y\",\"type\":\"bar\"}");
	struct json_object *layout = lethe_parse(
	    "{\"xaxis\":{\"anchor\":\"y\",\"domain\":[0,1],"
	    "\"title\":{\"text\":\"x\"}},"
	    "\"yaxis\":{\"anchor\":\"x\",\"domain\":[0,1],"
	    "\"title\":{\"text\":\"y\"}},"
	    "\"legend\":{\"tracegroupgap\":0},\"margin\":{\"t\":60},"
	    "\"barmode\":\"relative\"}");

	json_object_object_add(trace, "x", lethe_list_strings(x, 2));
	json_object_object_add(trace, "y", lethe_column_int64(column_i, 2));
	json_object_object_add(layout, "template",
	    lethe_raw(plotly_template, sizeof(plotly_template) - 1));
	return lethe_figure(lethe_list(trace), layout);
}

static enum lethe_result
update_graph(struct lethe_call *call)
{
	const char *name = lethe_input_string(call, 0);

	if (name != NULL && strcmp(name, "px") == 0)
		return lethe_output(call, 0, bar_figure());
	if (name != NULL && strcmp(name, "gofig") == 0)
		return lethe_output(call, 0, typed_figure());
	return lethe_output(call, 0,
	    lethe_figure(json_object_new_array(),
		lethe_object({ "template", no_template() })));
}

static const struct lethe_callback update_graph_callback = {
	.name = "update_graph",
	.handler = update_graph,
	.outputs = LETHE_OUTPUTS({ "g", "figure" }),
	.inputs = LETHE_INPUTS({ "kind", "value" }),
};

static struct json_object *
column(const char *name)
{
	return lethe_object(
	    { "name", lethe_string(name) }, { "id", lethe_string(name) });
}

static struct json_object *
layout(struct lethe_call *call)
{
	static const char *const options[] = { "values", "bad", "df", "series",
		"records", "gofig", "px", "nested" };

	(void)call;
	return html_div(.children = lethe_children(
			    dcc_dropdown(.id = "kind",
				.options = lethe_list_strings(options, 8),
				.value = lethe_string("values")),
			    dcc_store(.id = "st"), dcc_graph(.id = "g"),
			    dash_table_data_table(.id = "t",
				.columns = lethe_list(column("i"), column("f"),
				    column("s"), column("d")),
				.data = records()),
			    html_div(.key = "k", .n_clicks = 0, .hidden = false,
				.style = lethe_object(
				    { "marginTop", lethe_string("1px") }),
				.wildcards = lethe_object(
				    { "data-x", lethe_integer(1) },
				    { "aria-label", lethe_string("lbl") }))));
}

static const struct lethe_app app = {
	.name = "f_types",
	.layout = layout,
	.callbacks =
	    LETHE_CALLBACKS(&update_store_callback, &update_graph_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
