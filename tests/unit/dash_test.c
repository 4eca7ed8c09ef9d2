/*
 * tests/unit/dash_test.c: an app's description, and update-component, without
 * a web server.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dash/dash.h"

/* ------------------------------------------------------------------------
 * The app that the tests ask
 */

static enum lethe_result
echo(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_input_take(call, 0));
}

static enum lethe_result
two(struct lethe_call *call)
{
	if (lethe_output(call, 0, lethe_integer(1)) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_no_update(call, 1);
}

static enum lethe_result
sum(struct lethe_call *call)
{
	int64_t total = json_object_get_int64(lethe_input(call, 0)) +
	    json_object_get_int64(lethe_state(call, 0));

	return lethe_output(call, 0, lethe_integer(total));
}

static enum lethe_result
prevent(struct lethe_call *call)
{
	(void)call;
	return LETHE_PREVENT_UPDATE;
}

static enum lethe_result
fail(struct lethe_call *call)
{
	return lethe_fail(call, "no %s", "luck");
}

static enum lethe_result
forget_output(struct lethe_call *call)
{
	(void)call;
	return LETHE_OK;
}

static enum lethe_result
set_twice(struct lethe_call *call)
{
	(void)!lethe_output(call, 0, lethe_null());
	(void)!lethe_output(call, 0, lethe_null());
	/* The mistake is found even though the handler hides it. */
	return LETHE_OK;
}

static enum lethe_result
set_unknown(struct lethe_call *call)
{
	(void)!lethe_output(call, 0, lethe_null());
	(void)!lethe_output(call, 1, lethe_string("lost"));
	return LETHE_OK;
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return lethe_object({ "props", lethe_object({ "children",
	    lethe_null() }) });
}

#define CALLBACK(function) \
	static const struct lethe_callback function##_callback = { \
		.name = #function, \
		.handler = function, \
		.outputs = LETHE_OUTPUTS({ #function "-out", "children" }), \
		.inputs = LETHE_INPUTS({ "in", "value" }), \
	}

CALLBACK(echo);
CALLBACK(prevent);
CALLBACK(fail);
CALLBACK(forget_output);
CALLBACK(set_twice);
CALLBACK(set_unknown);

static const struct lethe_callback two_callback = {
	.name = "two",
	.handler = two,
	.outputs = LETHE_OUTPUTS({ "a", "x" }, { "a", "y" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
	.prevent_initial_call = true,
};

static const struct lethe_callback sum_callback = {
	.name = "sum",
	.handler = sum,
	.outputs = LETHE_OUTPUTS({ "total", "children" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
	.state = LETHE_STATE({ "kept", "data" }),
};

static const struct lethe_app test_app = {
	.name = "test",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&echo_callback, &two_callback,
	    &sum_callback, &prevent_callback, &fail_callback,
	    &forget_output_callback, &set_twice_callback,
	    &set_unknown_callback),
};

static void
report(void *context, const char *mistake)
{
	struct error *last = context;

	(void)error_set(last, "%s", mistake);
}

/* ------------------------------------------------------------------------
 * Bodies, as a browser or somebody else sends them
 */

struct answer {
	struct dash_result result;
	struct buffer out;
};

static void
ask(struct answer *answer, const char *name, const char *body, size_t size)
{
	const char *volatile running = NULL;
	struct dash_services services = { .running = &running };
	struct error mistake = { "" };
	struct dash *dash;

	buffer_init(&answer->out, 1 << 20);
	CU_ASSERT_FATAL(dash_new(&dash, &test_app, report, &mistake) == 0);
	dash_update(dash, &services, name, body, size, &answer->out,
	    &answer->result);
	CU_ASSERT(running == NULL);
	dash_free(dash);
}

#define REQUEST(output, id, property, inputs) \
	"{\"output\":\"" output "\",\"outputs\":{\"id\":\"" id \
	"\",\"property\":\"" property "\"},\"inputs\":" inputs "}"
#define ONE_INPUT(value) \
	"[{\"id\":\"in\",\"property\":\"value\",\"value\":" value "}]"
#define ECHO(inputs) REQUEST("echo-out.children", "echo-out", "children", inputs)

struct exchange_case {
	int line;
	const char *name;
	const char *body;
	int status;
	/* 200: the whole response; else a part of the message. */
	const char *expected;
};

static const struct exchange_case cases[] = {
	{ __LINE__, NULL, ECHO(ONE_INPUT("\"x\"")), 200,
	    "{\"multi\":true,\"response\":{\"echo-out\":"
	    "{\"children\":\"x\"}}}\n" },
	{ __LINE__, "echo", ECHO(ONE_INPUT("[1,{\"a\":1.5}]")), 200,
	    "{\"multi\":true,\"response\":{\"echo-out\":"
	    "{\"children\":[1,{\"a\":1.5}]}}}\n" },
	{ __LINE__, NULL, ECHO("[{\"property\":\"value\",\"id\":\"in\"}]"),
	    200,
	    "{\"multi\":true,\"response\":{\"echo-out\":"
	    "{\"children\":null}}}\n" },
	{ __LINE__, NULL,
	    "{\"output\":\"..a.x...a.y..\",\"outputs\":["
	    "{\"id\":\"a\",\"property\":\"x\"},"
	    "{\"id\":\"a\",\"property\":\"y\"}],\"inputs\":" ONE_INPUT("1")
	    "}",
	    200, "{\"multi\":true,\"response\":{\"a\":{\"x\":1}}}\n" },
	{ __LINE__, NULL,
	    "{\"output\":\"total.children\",\"outputs\":{\"id\":\"total\","
	    "\"property\":\"children\"},\"inputs\":" ONE_INPUT("40")
	    ",\"state\":[{\"id\":\"kept\",\"property\":\"data\","
	    "\"value\":2}]}",
	    200,
	    "{\"multi\":true,\"response\":{\"total\":{\"children\":42}}}\n" },
	{ __LINE__, NULL,
	    REQUEST("prevent-out.children", "prevent-out", "children",
		ONE_INPUT("1")),
	    204, "" },
	{ __LINE__, NULL,
	    REQUEST("fail-out.children", "fail-out", "children",
		ONE_INPUT("1")),
	    500, "callback fail failed: no luck" },
	{ __LINE__, NULL,
	    REQUEST("forget_output-out.children", "forget_output-out",
		"children", ONE_INPUT("1")),
	    500, "did not set its output forget_output-out.children" },
	{ __LINE__, NULL,
	    REQUEST("set_twice-out.children", "set_twice-out", "children",
		ONE_INPUT("1")),
	    500, "set its output set_twice-out.children twice" },
	{ __LINE__, NULL,
	    REQUEST("set_unknown-out.children", "set_unknown-out", "children",
		ONE_INPUT("1")),
	    500, "output number 1, but has 1" },
	{ __LINE__, NULL, "", 400, "empty" },
	{ __LINE__, NULL, "{\"output\":", 400, "not valid JSON" },
	{ __LINE__, NULL, "null", 400, "must be a JSON object" },
	{ __LINE__, NULL, "[]", 400, "must be a JSON object" },
	{ __LINE__, NULL, "{}", 400, "\"output\" must be a string" },
	{ __LINE__, NULL, "{\"output\":{}}", 400, "must be a string" },
	{ __LINE__, NULL, "{\"output\":\"a\",\"output\":\"a\"}", 400,
	    "\"output\" twice" },
	{ __LINE__, NULL, ECHO("[]"), 400, "takes 1 input, but" },
	{ __LINE__, NULL, ECHO("null"), 400, "not a list" },
	{ __LINE__, NULL, ECHO("{}"), 400, "not a list" },
	{ __LINE__, NULL, ECHO("[7]"), 400, "must be an object" },
	{ __LINE__, NULL, ECHO("[{\"id\":\"in\"}]"), 400,
	    "must have the id \"in\" and the property \"value\"" },
	{ __LINE__, NULL,
	    ECHO("[{\"id\":\"evil\",\"property\":\"value\"}]"), 400,
	    "must have the id \"in\"" },
	{ __LINE__, NULL,
	    ECHO("[{\"id\":\"in\",\"id\":\"in\",\"property\":\"value\"}]"),
	    400, "has a member twice" },
	{ __LINE__, NULL,
	    REQUEST("nope.children", "nope", "children", ONE_INPUT("1")), 404,
	    "no callback with the body's" },
	{ __LINE__, "nope", ECHO(ONE_INPUT("1")), 404, "name in the URL" },
	{ __LINE__, "two", ECHO(ONE_INPUT("1")), 400,
	    "names callback two, but the body's \"output\" is that of "
	    "callback echo" },
	{ __LINE__, NULL,
	    REQUEST("echo-out.children", "other", "children", ONE_INPUT("1")),
	    400, "output number 0 must have the id \"echo-out\"" },
	{ __LINE__, NULL,
	    "{\"output\":\"echo-out.children\",\"inputs\":" ONE_INPUT("1")
	    "}",
	    400, "output number 0 must be an object" },
	{ __LINE__, NULL,
	    "{\"output\":\"echo-out.children\",\"outputs\":{\"id\":"
	    "\"echo-out\",\"property\":\"children\"},\"changedPropIds\":null,"
	    "\"inputs\":" ONE_INPUT("1") "}",
	    400, "\"changedPropIds\" must be a list" },
	{ __LINE__, NULL,
	    "{\"output\":\"echo-out.children\",\"outputs\":{\"id\":"
	    "\"echo-out\",\"property\":\"children\"},\"state\":[{}],"
	    "\"inputs\":" ONE_INPUT("1") "}",
	    400, "takes 0 states, but the body has 1" },
};

static void
test_exchanges(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct exchange_case *each = &cases[i];
		const char *said;
		struct answer answer;
		bool right;

		ask(&answer, each->name, each->body, strlen(each->body));
		said = answer.result.status >= 400
		    ? answer.result.error.message
		    : answer.out.data != NULL ? answer.out.data
					      : "";
		right = answer.result.status == each->status &&
		    (each->status >= 400
			    ? strstr(said, each->expected) != NULL
			    : strcmp(said, each->expected) == 0);
		CU_ASSERT(right);
		if (!right)
			(void)printf("# line %d: %d %s\n", each->line,
			    answer.result.status, said);
		buffer_clear(&answer.out);
	}
}

static void
test_deep_nesting(void)
{
	size_t depth = 10000, size;
	struct answer answer;
	struct buffer body;

	buffer_init(&body, 1 << 20);
	buffer_add_string(&body, "{\"output\":");
	for (size_t i = 0; i < depth; i++)
		buffer_add_char(&body, '[');
	size = body.size;
	ask(&answer, NULL, body.data, size);
	CU_ASSERT_EQUAL(answer.result.status, 400);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.result.error.message, "deep"));
	buffer_clear(&answer.out);
	buffer_clear(&body);
}

static void
test_dependencies(void)
{
	struct error mistake = { "" };
	struct dash *dash;
	struct buffer out;

	CU_ASSERT_FATAL(dash_new(&dash, &test_app, report, &mistake) == 0);
	buffer_init(&out, 1 << 20);
	dash_dependencies(dash, &out);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data,
	    "{\"output\":\"..a.x...a.y..\",\"inputs\":[{\"id\":\"in\","
	    "\"property\":\"value\"}],\"state\":[],"
	    "\"clientside_function\":null,\"background\":null,"
	    "\"dynamic_creator\":null,\"prevent_initial_call\":true,"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data,
	    "\"state\":[{\"id\":\"kept\",\"property\":\"data\"}]"));
	buffer_clear(&out);
	dash_free(dash);
}

/* ------------------------------------------------------------------------
 * Mistakes in the description
 */

static void
expect_mistake(int line, const struct lethe_app *app, const char *expected)
{
	struct error mistake = { "" };
	struct dash *dash;
	bool right;

	right = dash_new(&dash, app, report, &mistake) == -1 &&
	    strstr(mistake.message, expected) != NULL;
	CU_ASSERT(right);
	if (!right)
		(void)printf("# line %d: %s\n", line, mistake.message);
	CU_ASSERT_PTR_NULL(dash);
	dash_free(dash);
}

#define EXPECT_CALLBACK(expected, ...) \
	do { \
		const struct lethe_callback callback = { __VA_ARGS__ }; \
		const struct lethe_app app = { .name = "app", \
			.layout = layout, \
			.callbacks = LETHE_CALLBACKS(&callback) }; \
		expect_mistake(__LINE__, &app, expected); \
	} while (0)

static void
test_mistakes(void)
{
	const struct lethe_app unnamed = { .name = "a/b", .layout = layout };
	const struct lethe_app bare = { .name = "a" };
	const struct lethe_app twice = { .name = "a",
		.layout = layout,
		.callbacks = LETHE_CALLBACKS(&echo_callback, &echo_callback) };

	expect_mistake(__LINE__, &unnamed, ".name \"a/b\"");
	expect_mistake(__LINE__, &bare, ".layout is missing");
	expect_mistake(__LINE__, &twice, "output echo-out.children is an");
	EXPECT_CALLBACK("its name \"a b\"", .name = "a b", .handler = echo,
	    .outputs = LETHE_OUTPUTS({ "o", "p" }),
	    .inputs = LETHE_INPUTS({ "i", "p" }));
	EXPECT_CALLBACK(".handler is missing", .name = "a",
	    .outputs = LETHE_OUTPUTS({ "o", "p" }),
	    .inputs = LETHE_INPUTS({ "i", "p" }));
	EXPECT_CALLBACK(".inputs is missing", .name = "a", .handler = echo,
	    .outputs = LETHE_OUTPUTS({ "o", "p" }),
	    .prevent_initial_call = true);
	EXPECT_CALLBACK("lacks its id or its property", .name = "a",
	    .handler = echo, .outputs = LETHE_OUTPUTS({ "o", NULL }),
	    .inputs = LETHE_INPUTS({ "i", "p" }));
	EXPECT_CALLBACK("the id \"a.b\" is empty or has a dot", .name = "a", .handler = echo,
	    .outputs = LETHE_OUTPUTS({ "a.b", "p" }),
	    .inputs = LETHE_INPUTS({ "i", "p" }));
}

void dash_suite(void);

void
dash_suite(void)
{
	CU_pSuite suite = CU_add_suite("dash", NULL, NULL);

	CU_add_test(suite, "bodies get the answers that they deserve",
	    test_exchanges);
	CU_add_test(suite, "10,000 levels are refused", test_deep_nesting);
	CU_add_test(suite, "dependencies are as the front end wants them",
	    test_dependencies);
	CU_add_test(suite, "mistakes in the description are told",
	    test_mistakes);
}
