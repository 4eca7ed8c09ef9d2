/*
 * tests/unit/check_test.c: small apps, each with one mistake, and what is said
 * about it; and apps that look like mistakes but are none.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/nearest.h"
#include "dash/dash.h"
#include "dash/script_scan.h"

/* ------------------------------------------------------------------------
 * Apps
 */

static enum lethe_result
nothing(struct lethe_call *call)
{
	(void)call;
	return LETHE_PREVENT_UPDATE;
}

/* The layout's text is what the app "started". */
static struct json_object *
layout(struct lethe_call *call)
{
	return lethe_parse(lethe_started(call));
}

#define COMPONENT(library, type, props) \
	"{\"namespace\":\"" library "\",\"type\":\"" type \
	"\",\"props\":{" props "}}"
#define HTML(type, props) COMPONENT("dash_html_components", type, props)
#define DCC(type, props) COMPONENT("dash_core_components", type, props)
#define ID(id) "\"id\":\"" id "\""
#define DIV(id) HTML("Div", ID(id))
#define PAGE(children) HTML("Div", "\"children\":[" children "]")
#define ABC PAGE(DIV("a") "," DIV("b") "," DIV("c"))
#define ROW(index) HTML("Div", "\"id\":{\"index\":" index ",\"type\":\"row\"}")

#define CALLBACK(name_, ...) \
	&(const struct lethe_callback) \
	{ \
		.name = name_, .handler = nothing, __VA_ARGS__ \
	}
#define IN_BROWSER(name_, ...) \
	&(const struct lethe_callback) \
	{ \
		.name = name_, .outputs = LETHE_OUTPUTS({ "b", "children" }), \
		.inputs = LETHE_INPUTS({ "a", "n_clicks" }), __VA_ARGS__ \
	}
/* From one property to another. */
#define FROM_TO(name_, from, from_property, to, to_property) \
	CALLBACK(name_, .outputs = LETHE_OUTPUTS({ to, to_property }), \
	    .inputs = LETHE_INPUTS({ from, from_property }))
#define INDEX(value) LETHE_ID("index": value, "type": "row")

struct check_case {
	int line;
	const char *layout;
	const struct lethe_callback *const *callbacks;
	/* Parts of the one finding; NULL: there is none. */
	const char *expected;
	const char *expected_too;
	const char *callback; /* NULL: the app or its layout */
	bool warning;
	bool prevent_initial_callbacks;
};

static const struct check_case cases[] = {
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", "a", "n_clicks", "b", "title")) },

	/* The description. */
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", "a", "n_clicks", "b", "title"),
		    FROM_TO("f", "a", "n_clicks", "c", "title")),
	    .expected = "callback f: there are two of that name",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", "a", "n_clicks", "b", "title"),
		    FROM_TO("g", "c", "n_clicks", "b", "title")),
	    .expected = "callback g: its output b.title is an output of "
			"callback f too: name it as "
			"LETHE_ALLOW_DUPLICATE(\"title\")",
	    .callback = "g" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ "b", "title" }, { "b", "title" }),
		.inputs = LETHE_INPUTS({ "a", "n_clicks" }))),
	    .expected = "callback f: it has the output b.title twice",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ "b",
			LETHE_ALLOW_DUPLICATE("title") }, { "b", "title" }),
		.inputs = LETHE_INPUTS({ "a", "n_clicks" }),
		.prevent_initial_call = true)),
	    .expected = "callback f: it has the output b.title twice",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", "a", "n_clicks", "b", "title"),
		    CALLBACK("g",
			.outputs = LETHE_OUTPUTS({ "b",
				LETHE_ALLOW_DUPLICATE("title") }),
			.inputs = LETHE_INPUTS({ "a", "n_clicks" }),
			.prevent_initial_call = true)) },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		FROM_TO("f", "a", "n_clicks", "b",
		    LETHE_ALLOW_DUPLICATE("title")),
		FROM_TO("g", "a", "n_clicks", "b",
		    LETHE_ALLOW_DUPLICATE("title"))),
	    .prevent_initial_callbacks = true,
	    .expected = "callback g: its output b.title is an output of "
			"callback f too, and both have the same inputs",
	    .callback = "g" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(FROM_TO("f", "a", "n_clicks", "b",
		LETHE_ALLOW_DUPLICATE("title"))),
	    .expected = "set .prevent_initial_call to true or to "
			"LETHE_INITIAL_DUPLICATE",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		CALLBACK("f", .inputs = LETHE_INPUTS({ "a", "n_clicks" })),
		CALLBACK("g", .inputs = LETHE_INPUTS({ "a", "n_clicks" }))),
	    .expected = "callback g: it has no outputs and the inputs of "
			"callback f",
	    .callback = "g" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		CALLBACK("f", .outputs = LETHE_OUTPUTS({ "b", "title" }))) },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ "b", "title" }),
		.prevent_initial_call = true)),
	    .expected = "callback f: .inputs is missing", .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ "a{b", "title" }),
		.inputs = LETHE_INPUTS({ "a", "n_clicks" }))),
	    .expected = "callback f: output number 0: the id \"a{b\"",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ "b", "@" }),
		.inputs = LETHE_INPUTS({ "a", "n_clicks" }))),
	    .expected = "callback f: output number 0 lacks its id or its "
			"property",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ "b", "title" }),
		.inputs = LETHE_INPUTS({ "a", "n_clicks" }),
		.running = LETHE_RUNNING({ "c", "title", "on", "null" }))),
	    .expected = "callback f: .running of c.title has a value that is "
			"not JSON",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ "b", "title" }),
		.inputs = LETHE_INPUTS({ "a", "n_clicks" }),
		.running = LETHE_RUNNING({ "c.d", "title", "1", "0" }))),
	    .expected = "callback f: .running: the id \"c.d\"",
	    .callback = "f" },

	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(FROM_TO("f",
		"a", LETHE_ALLOW_DUPLICATE("title"), "b", "title")),
	    .expected = "callback f: a.title is marked with "
			"LETHE_ALLOW_DUPLICATE, which is for outputs",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(FROM_TO("f", "a", "title", "b",
		LETHE_ALLOW_OPTIONAL("title"))),
	    .expected = "callback f: b.title is marked with "
			"LETHE_ALLOW_OPTIONAL, which is for inputs",
	    .callback = "f" },

	/* Wildcards. */
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", INDEX(MATCH), "n_clicks",
				    INDEX(MATCH), "title"),
		    FROM_TO("g", "a", "n_clicks", INDEX(ALL), "title")),
	    .expected = "callback g: its output {\"index\":[\"ALL\"],"
			"\"type\":\"row\"}.title can be of the same component "
			"as the output {\"index\":[\"MATCH\"],\"type\":"
			"\"row\"}.title of f",
	    .callback = "g" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", "a", "n_clicks", INDEX(1),
				    "title"),
		    FROM_TO("g", "a", "n_clicks", INDEX("1"), "title"),
		    FROM_TO("h", "a", "n_clicks", INDEX(2), "title"),
		    FROM_TO("i", "a", "n_clicks", INDEX(ALL), "hidden"),
		    FROM_TO("j", "a", "n_clicks", LETHE_ID("index": ALL),
			"title")) },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ INDEX(1), "title" },
		    { INDEX(ALL), "title" }),
		.inputs = LETHE_INPUTS({ "a", "n_clicks" }))),
	    .expected = "can be of the same component",
	    .expected_too = "of the same callback", .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ INDEX(MATCH), "title" },
		    { "b", "title" }),
		.inputs = LETHE_INPUTS({ INDEX(MATCH), "n_clicks" }))),
	    .expected = "do not have MATCH at the same keys",
	    .expected_too = "and b.title", .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ INDEX(MATCH), "title" },
		    { INDEX(MATCH), "hidden" },
		    { LETHE_ID("index": MATCH, "x": ALL), "title" }),
		.inputs = LETHE_INPUTS({ INDEX(MATCH), "n_clicks" },
		    { INDEX(ALL), "lang" }),
		.state = LETHE_STATE({ INDEX(ALLSMALLER), "lang" },
		    { "a", "lang" }))) },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ INDEX(MATCH), "title" }),
		.inputs = LETHE_INPUTS({
		    LETHE_ID("index": MATCH, "type": MATCH), "n_clicks" }))),
	    .expected = "callback f: its input {\"index\":[\"MATCH\"],"
			"\"type\":[\"MATCH\"]}.n_clicks has MATCH at the key "
			"\"type\"",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ INDEX(MATCH), "title" }),
		.inputs = LETHE_INPUTS({ INDEX(MATCH), "n_clicks" }),
		.state = LETHE_STATE({ LETHE_ID("k": MATCH), "n_clicks" }))),
	    .expected = "callback f: its state {\"k\":[\"MATCH\"]}.n_clicks "
			"has MATCH at the key \"k\"",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(FROM_TO("f", INDEX(ALLSMALLER),
		"n_clicks", "b", "title")),
	    .expected = "has ALLSMALLER at the key \"index\", where its "
			"outputs do not have MATCH",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		FROM_TO("f", INDEX(MATCH), "n_clicks", "b", "title")) },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		FROM_TO("f", "a", "n_clicks", INDEX(ALLSMALLER), "title")),
	    .expected = "callback f: its output {\"index\":[\"ALLSMALLER\"],"
			"\"type\":\"row\"}.title has ALLSMALLER",
	    .callback = "f" },

	/* Circles. */
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", "a", "title", "b", "title"),
		    FROM_TO("g", "b", "title", "a", "title")),
	    .expected = "a.title -> callback f -> b.title -> callback g -> "
			"a.title",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("h", "c", "title", "a", "title"),
		    FROM_TO("f", "a", "title", "b", "title"),
		    FROM_TO("g", "b", "title", "c", "title"),
		    FROM_TO("aside", "b", "title", "c", "lang")),
	    .expected = ": c.title -> callback h -> a.title -> callback f -> "
			"b.title -> callback g -> c.title: ",
	    .callback = "h" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		FROM_TO("f", "a", "title", "b", "title"),
		FROM_TO("g", "b", "title", "a",
		    LETHE_ALLOW_DUPLICATE("title"))),
	    .prevent_initial_callbacks = true },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", "a", "title", "a", "title")),
	    .expected = "callback f: a.title is its output and its input: "
			"read it as state",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ "a", "title" }),
		.inputs = LETHE_INPUTS({ "a", "title" }, { "b", "title" }))),
	    .expected = "callback f: a.title is its output and its input",
	    .callback = "f", .warning = true },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", INDEX(MATCH), "title",
				    INDEX(MATCH), "lang"),
		    FROM_TO("g", INDEX(ALL), "lang", INDEX(3), "title")),
	    .expected = "{\"index\":[\"MATCH\"],\"type\":\"row\"}.title -> "
			"callback f -> {\"index\":[\"ALL\"],\"type\":"
			"\"row\"}.lang -> callback g -> {\"index\":"
			"[\"MATCH\"],\"type\":\"row\"}.title",
	    .callback = "f" },
	/* Each element reads those before it: no circle. */
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", INDEX(ALLSMALLER), "title",
				    INDEX(MATCH), "lang"),
		    FROM_TO("g", INDEX(MATCH), "lang", INDEX(MATCH),
			"title")) },
	/* Only component 2's title and 1's lang: no circle either. */
	{ .line = __LINE__, .layout = ABC,
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", INDEX(2), "title", INDEX(1),
				    "lang"),
		    FROM_TO("g", INDEX(MATCH), "lang", INDEX(MATCH),
			"title")) },

	/* Ids and properties. */
	{ .line = __LINE__, .layout = PAGE(DIV("name") "," DIV("greeting")),
	    .callbacks = LETHE_CALLBACKS(
		FROM_TO("f", "nme", "n_clicks", "greeting", "title")),
	    .expected = "callback f: its input nme.n_clicks: no component",
	    .expected_too = "did you mean \"name\"?", .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		FROM_TO("f", "a", "n_clicks", "elsewhere", "title")),
	    .expected = "callback f: its output elsewhere.title: no component "
			"of the layout has that id: add one",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ "b", "title" }),
		.inputs = LETHE_INPUTS({ "a", "n_clicks" }),
		.state = LETHE_STATE({ "gone", "title" }))),
	    .expected = "callback f: its state gone.title", .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ "b", "title" }),
		.inputs = LETHE_INPUTS({ "a", "n_clicks" },
		    { "gone", LETHE_ALLOW_OPTIONAL("title") }))) },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f", .optional = true,
		.outputs = LETHE_OUTPUTS({ "gone", "title" }),
		.inputs = LETHE_INPUTS({ "a", "n_clicks" }))) },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(CALLBACK("f",
		.outputs = LETHE_OUTPUTS({ "b", "title" }),
		.inputs = LETHE_INPUTS({ "a", "n_clicks" }),
		.running = LETHE_RUNNING({ "gone", "title", "1", "0" }))),
	    .expected = "callback f: its .running gone.title: no component",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		FROM_TO("f", "a", "n_clicks", "b", "childen")),
	    .expected = "callback f: its output b.childen: the component "
			"\"b\" is a Div of dash_html_components, which has no "
			"property \"childen\": did you mean \"children\"?",
	    .callback = "f" },
	{ .line = __LINE__, .layout = PAGE(DIV("b") "," DCC("Input", ID("a"))),
	    .callbacks =
		LETHE_CALLBACKS(FROM_TO("f", "a", "vlaue", "b", "data-x")),
	    .expected = "is a Input of dash_core_components",
	    .expected_too = "did you mean \"value\"?", .callback = "f" },
	{ .line = __LINE__, .layout = PAGE(ROW("1") "," DIV("b")),
	    .callbacks = LETHE_CALLBACKS(
		FROM_TO("f", INDEX(ALL), "clicks", "b", "title")),
	    .expected = "the component \"{\"index\":1,\"type\":\"row\"}\" is "
			"a Div",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		FROM_TO("f", INDEX(ALL), "anything", "b", "title")) },

	/* The layout. */
	{ .line = __LINE__, .layout = PAGE(DIV("a") "," DIV("b") "," DIV("a")),
	    .expected = "layout: 2 components have the id \"a\"" },
	{ .line = __LINE__,
	    .layout = PAGE(ROW("1") "," HTML("Div",
		"\"id\":{\"type\":\"row\",\"index\":1}")),
	    .expected = "layout: 2 components have the id "
			"\"{\"index\":1,\"type\":\"row\"}\"" },
	{ .line = __LINE__, .layout = PAGE(ROW("1") "," ROW("\"1\"")) },
	{ .line = __LINE__,
	    .layout = PAGE(DCC("Tab", "\"label\":" DIV("a")) "," DIV("a")),
	    .expected = "layout: 2 components have the id \"a\"" },
	{ .line = __LINE__, .layout = PAGE(HTML("Dvi", "")),
	    .expected = "has a component \"Dvi\", which "
			"dash_html_components does not have: did you mean "
			"\"Div\"?" },
	{ .line = __LINE__, .layout = PAGE(COMPONENT("my_library", "Knob", "")),
	    .expected = "component Knob of \"my_library\"", .warning = true },
	{ .line = __LINE__, .layout = PAGE("{\"type\":\"Div\"}"),
	    .expected = "has an object that is no component, since its "
			"\"namespace\" is missing" },
	{ .line = __LINE__,
	    .layout = PAGE("{\"type\":\"Div\",\"namespace\":"
			   "\"dash_html_components\",\"props\":[]}"),
	    .expected = "its \"props\" is missing or of the wrong type" },
	{ .line = __LINE__,
	    .layout = PAGE("null,1,\"text\",[" DIV("a") "]"),
	    .expected = "list within a list" },
	{ .line = __LINE__, .layout = PAGE("null,1,true,\"text\"") },
	{ .line = __LINE__, .layout = "[" DIV("a") "," DIV("b") "]" },
	{ .line = __LINE__, .layout = PAGE(HTML("Div", "\"class\":\"x\"")),
	    .expected = "layout: the Div has the property \"class\"",
	    .expected_too = "did you mean \"className\"?" },
	{ .line = __LINE__,
	    .layout = PAGE(HTML("Div", ID("a") ",\"data-x\":1,\"aria-y\":2")) },
	{ .line = __LINE__, .layout = PAGE(DIV("v1.2")),
	    .expected = "no callback can name the id \"v1.2\" of a Div",
	    .warning = true },
	{ .line = __LINE__, .layout = PAGE(DIV("{x")),
	    .expected = "the id \"{x\" of a Div is empty or begins with a "
			"brace" },
	{ .line = __LINE__, .layout = PAGE(HTML("Div", "\"id\":{\"a\":null}")),
	    .expected = "layout: a Div has an id that is none" },
	{ .line = __LINE__, .layout = PAGE(HTML("Div", "\"id\":7")),
	    .expected = "layout: a Div has an id that is none" },
	{ .line = __LINE__, .layout = "",
	    .expected = "layout failed: it returned NULL" },

	/* Functions in the browser. */
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		IN_BROWSER("f", .clientside_function = "(n) => `${n}`")) },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(IN_BROWSER("f",
		.clientside_function = "function (n) {\n return [n);\n}")),
	    .expected = "callback f: its .clientside_function is not "
			"JavaScript: a ')' closes nothing (line 2 of it)",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		IN_BROWSER("f", .clientside_function = "n + 1")),
	    .expected = "callback f: its .clientside_function is no function",
	    .callback = "f" },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(IN_BROWSER("f",
		.clientside_namespace = "app", .clientside_name = "add")) },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(IN_BROWSER("f",
		.clientside_namespace = "app", .clientside_name = "ad")),
	    .expected = "callback f: its function app.ad is missing",
	    .expected_too = "the name \"ad\" below that of its namespace",
	    .callback = "f", .warning = true },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(IN_BROWSER("f",
		.clientside_namespace = "ap", .clientside_name = "add")),
	    .expected = "callback f: its function ap.add is missing",
	    .expected_too = "has the name \"ap\":", .callback = "f",
	    .warning = true },
	{ .line = __LINE__, .layout = ABC,
	    .callbacks = LETHE_CALLBACKS(
		IN_BROWSER("f", .clientside_name = "add")),
	    .expected = "callback f: .clientside_namespace and "
			".clientside_name belong together",
	    .callback = "f" },
};

/* ------------------------------------------------------------------------
 * Checking them
 */

struct heard {
	size_t count;
	bool warning;
	char callback[64];
	char messages[4096];
};

static void
hear(void *context, const struct dash_finding *finding)
{
	struct heard *heard = context;
	size_t used = strlen(heard->messages);

	heard->count++;
	heard->warning = finding->warning;
	(void)snprintf(heard->callback, sizeof(heard->callback), "%s",
	    finding->callback != NULL ? finding->callback : "");
	(void)snprintf(heard->messages + used, sizeof(heard->messages) - used,
	    "%s\n", finding->message);
}

/* A folder with one script, which defines app.add. */
static void
make_assets(char directory[64])
{
	char path[128];
	FILE *file;

	(void)snprintf(directory, 64, "/tmp/lethe-check-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
	(void)snprintf(path, sizeof(path), "%s/nested", directory);
	CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/nested/a.js", directory);
	file = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	(void)fputs("window.dash_clientside = { app: { add(a) { } } };\n",
	    file);
	(void)fclose(file);
}

static void
remove_assets(const char *directory)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/nested/a.js", directory);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/nested", directory);
	(void)rmdir(path);
	CU_ASSERT_EQUAL(rmdir(directory), 0);
}

static void
check(const struct lethe_app *app, const char *text, const char *assets,
    struct heard *heard)
{
	const char *volatile running = NULL;
	struct dash_kept kept;
	const struct dash_services services = { .running = &running,
		.kept = &kept,
		.started = text,
		.response_limit = 1 << 20 };
	size_t before = 0, after = 0;
	struct dash *dash = dash_prepare(app, hear, heard, &before);

	CU_ASSERT_PTR_NOT_NULL_FATAL(dash);
	dash_kept_init(&kept, services.response_limit);
	after = dash_check(dash, &services, assets, hear, heard);
	if (heard->count == 1)
		CU_ASSERT_EQUAL(before + after, heard->warning ? 0 : 1);
	dash_kept_clear(&kept);
	dash_free(dash);
}

static bool
is_right(const struct check_case *each, const struct heard *heard)
{
	if (each->expected == NULL)
		return heard->count == 0;
	return heard->count == 1 && heard->warning == each->warning &&
	    strcmp(heard->callback,
		each->callback != NULL ? each->callback : "") == 0 &&
	    strstr(heard->messages, each->expected) != NULL &&
	    (each->expected_too == NULL ||
		strstr(heard->messages, each->expected_too) != NULL);
}

static void
test_cases(void)
{
	char assets[64];

	make_assets(assets);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct check_case *each = &cases[i];
		const struct lethe_app app = { .name = "app",
			.layout = layout,
			.callbacks = each->callbacks,
			.prevent_initial_callbacks =
			    each->prevent_initial_callbacks };
		struct heard heard = { .count = 0 };
		bool right;

		check(&app, each->layout, assets, &heard);
		right = is_right(each, &heard);
		CU_ASSERT(right);
		if (!right)
			(void)printf("# line %d: %zu %s%s: %s\n", each->line,
			    heard.count, heard.warning ? "warning " : "",
			    heard.callback, heard.messages);
	}
	remove_assets(assets);
}

static void
test_all_at_once(void)
{
	const struct lethe_app app = { .name = "a/b",
		.layout = layout,
		.callbacks = LETHE_CALLBACKS(
		    CALLBACK("f", .outputs = LETHE_OUTPUTS({ "b.c", "title" }),
			.inputs = LETHE_INPUTS({ "x.y", "p" })),
		    FROM_TO("g", "nowhere", "n_clicks", "a", "titel")) };
	struct heard heard = { .count = 0 };

	check(&app, PAGE(DIV("a") "," DIV("a")), NULL, &heard);
	CU_ASSERT_EQUAL(heard.count, 6);
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.messages, "\"a/b\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.messages, "\"b.c\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.messages, "\"x.y\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.messages, "nowhere"));
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.messages, "titel"));
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.messages, "2 components"));
}

/* All components that there may be. */
static struct json_object *
all(struct lethe_call *call)
{
	(void)call;
	return lethe_parse(PAGE(DIV("a") "," DIV("later")));
}

static void
test_later_components(void)
{
	const struct lethe_callback *const callbacks[] = {
		FROM_TO("f", "a", "n_clicks", "later", "title"),
		FROM_TO("g", "a", "clicks", "never", "title"),
		NULL,
	};
	struct lethe_app app = { .name = "app",
		.layout = layout,
		.callbacks = callbacks };
	struct heard heard = { .count = 0 };

	check(&app, PAGE(DIV("a")), NULL, &heard);
	CU_ASSERT_EQUAL(heard.count, 3);
	heard = (struct heard){ .count = 0 };
	app.validation_layout = all;
	check(&app, PAGE(DIV("a")), NULL, &heard);
	CU_ASSERT_EQUAL(heard.count, 2);
	CU_ASSERT_PTR_NULL(strstr(heard.messages, "later.title"));
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.messages, "never.title"));
	/* A property that is wrong now stays wrong. */
	heard = (struct heard){ .count = 0 };
	app.suppress_callback_exceptions = true;
	check(&app, PAGE(DIV("a")), NULL, &heard);
	CU_ASSERT_EQUAL(heard.count, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.messages, "a.clicks"));
}

static void
test_no_assets(void)
{
	const struct lethe_app app = { .name = "app",
		.layout = layout,
		.callbacks = LETHE_CALLBACKS(IN_BROWSER("f",
		    .clientside_namespace = "app",
		    .clientside_name = "add")) };
	struct heard heard = { .count = 0 };

	check(&app, ABC, "/nowhere/assets", &heard);
	CU_ASSERT_EQUAL(heard.count, 1);
	CU_ASSERT(heard.warning);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(heard.messages, "the assets folder /nowhere/assets"));
	heard.count = 0;
	check(&app, ABC, NULL, &heard);
	CU_ASSERT_EQUAL(heard.count, 0);
}

/* ------------------------------------------------------------------------
 * What the checks are made of
 */

static void
test_nearest(void)
{
	static const struct {
		int line;
		const char *a, *b;
		size_t distance;
	} pairs[] = {
		{ __LINE__, "", "", 0 },
		{ __LINE__, "", "abc", 3 },
		{ __LINE__, "value", "value", 0 },
		{ __LINE__, "vlaue", "value", 1 },
		{ __LINE__, "vale", "value", 1 },
		{ __LINE__, "values", "value", 1 },
		{ __LINE__, "valve", "value", 1 },
		{ __LINE__, "kitten", "sitting", 3 },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (nearest_distance(pairs[i].a, pairs[i].b) !=
			pairs[i].distance ||
		    nearest_distance(pairs[i].b, pairs[i].a) !=
			pairs[i].distance) {
			CU_FAIL("distance");
			(void)printf("# line %d\n", pairs[i].line);
		}
}

static void
test_offers(void)
{
	static const char *const names[] = { "value", "values", "className",
		"a" };
	static const struct {
		int line;
		const char *wanted, *best;
	} offers[] = {
		{ __LINE__, "vlaue", "value" },
		{ __LINE__, "valuess", "values" },
		{ __LINE__, "class", "className" },
		{ __LINE__, "b", NULL },
		{ __LINE__, "something", NULL },
	};

	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		struct nearest nearest;

		nearest_init(&nearest, offers[i].wanted);
		for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
			nearest_offer(&nearest, names[n]);
		if (offers[i].best == NULL
			? nearest.best == NULL
			: nearest.best != NULL &&
			    strcmp(nearest.best, offers[i].best) == 0)
			continue;
		CU_FAIL("offer");
		(void)printf("# line %d: %s\n", offers[i].line,
		    nearest.best != NULL ? nearest.best : "none");
	}
}

static void
test_scripts(void)
{
	static const struct {
		int line;
		const char *text;
		bool function;
		const char *expected; /* NULL: nothing is wrong */
	} scripts[] = {
		{ __LINE__, "function (a) { return a; }", true, NULL },
		{ __LINE__, " // why\n async function f() {}", true, NULL },
		{ __LINE__, "(function () { })", true, NULL },
		{ __LINE__, "a => a[0]", true, NULL },
		{ __LINE__, "a", false, NULL },
		{ __LINE__, "a => '}'", true, NULL },
		{ __LINE__, "a => \"\\\"}\"", true, NULL },
		{ __LINE__, "a => /[)/]\\/(/.test(a)", true, NULL },
		{ __LINE__, "a => a / 2 + b[1] / 3", true, NULL },
		{ __LINE__, "a => { return /}/; }", true, NULL },
		{ __LINE__, "a => `}${ [`x${a}`, {}] }(`", true, NULL },
		{ __LINE__, "a => a /* } */", true, NULL },
		{ __LINE__, "a => { if (a) /}/.test(a); }", true, NULL },
		{ __LINE__, "a => { a++ / 2; }", true, NULL },
		{ __LINE__, "a => {", true, "a '{' is not closed" },
		{ __LINE__, "a => (a]", true, "a ']' closes nothing" },
		{ __LINE__, "a => a)", true, "a ')' closes nothing" },
		{ __LINE__, "a => 'x", true, "a string has no end" },
		{ __LINE__, "a => `x", true, "a template string has no end" },
		{ __LINE__, "a => `${x`", true, "a '`' is not closed" },
		{ __LINE__, "a => a /* ", true, "a comment has no end" },
		{ __LINE__, "a => /x", true, "a regular expression" },
		{ __LINE__, "a =>\n{\n'x\n}", true, "(line 3 of it)" },
	};
	struct script_facts facts;

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct error error = { "" };
		int done = script_scan(scripts[i].text, &facts, &error);
		bool right = scripts[i].expected == NULL
		    ? done == 0
		    : done == -1 &&
			strstr(error.message, scripts[i].expected) != NULL;

		if (right && facts.is_function == scripts[i].function)
			continue;
		CU_FAIL("script");
		(void)printf("# line %d: %s\n", scripts[i].line,
		    error.message);
	}
	CU_ASSERT(script_names("x.add = 1", "add"));
	CU_ASSERT_FALSE(script_names("x.added = 1", "add"));
	CU_ASSERT_FALSE(script_names("badd", "add"));
}

void check_suite(void);

void
check_suite(void)
{
	CU_pSuite suite = CU_add_suite("check", NULL, NULL);

	CU_add_test(suite, "each mistake is told, and nothing else",
	    test_cases);
	CU_add_test(suite, "all mistakes of an app are told together",
	    test_all_at_once);
	CU_add_test(suite, "components that come later are no mistakes",
	    test_later_components);
	CU_add_test(suite, "a folder of scripts that is not there is told",
	    test_no_assets);
	CU_add_test(suite, "the distance between names", test_nearest);
	CU_add_test(suite, "only names that are near are offered",
	    test_offers);
	CU_add_test(suite, "scripts are whole, or what is open is told",
	    test_scripts);
}
