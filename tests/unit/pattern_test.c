/*
 * pattern_test.c: callbacks over pattern ids, from the body to the answer.
 */
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "dash/dash.h"

/* ------------------------------------------------------------------------
 * The app that the tests ask
 */

/* Sets the odd components, and leaves the others. */
static enum lethe_result
set_odd(struct lethe_call *call)
{
	for (size_t i = 1; i < lethe_output_count(call, 0); i += 2)
		if (lethe_output_at(call, 0, i, lethe_integer((int64_t)i)) !=
		    LETHE_OK)
			return LETHE_ERROR;
	return LETHE_OK;
}

static enum lethe_result
set_part_twice(struct lethe_call *call)
{
	(void)lethe_output_at(call, 0, 0, lethe_null());
	(void)lethe_output_at(call, 0, 0, lethe_string("lost"));
	return LETHE_OK;
}

static enum lethe_result
set_part_and_all(struct lethe_call *call)
{
	(void)lethe_output_at(call, 0, 0, lethe_string("kept"));
	(void)lethe_output(call, 0, lethe_list(lethe_string("lost")));
	return LETHE_OK;
}

static enum lethe_result
set_beyond(struct lethe_call *call)
{
	return lethe_output_at(
	    call, 0, lethe_output_count(call, 0), lethe_string("lost"));
}

#define CALLBACK(function)                                                     \
	static const struct lethe_callback function##_callback = {             \
		.name = #function,                                             \
		.handler = function,                                           \
		.outputs = LETHE_OUTPUTS({ LETHE_ID("for"                      \
						    : #function, "n"           \
						    : ALL),                    \
		    "children" }),                                             \
		.inputs = LETHE_INPUTS({ "in", "value" }),                     \
	}

CALLBACK(set_odd);
CALLBACK(set_part_twice);
CALLBACK(set_part_and_all);
CALLBACK(set_beyond);

/* What made it run: value of the first trigger, and whether it was city 3. */
static enum lethe_result
tell_trigger(struct lethe_call *call)
{
	const struct lethe_trigger *trigger = lethe_triggered(call, 0);

	return lethe_output(call, 0,
	    lethe_list(trigger != NULL ? json_object_get(trigger->value)
				       : lethe_null(),
		lethe_boolean(
		    lethe_triggered_by(call, LETHE_ID("type"
						      : "city", "n" : 3)))));
}

static const struct lethe_callback tell_trigger_callback = {
	.name = "tell_trigger",
	.handler = tell_trigger,
	.outputs = LETHE_OUTPUTS({ LETHE_ID("type"
					    : "told", "n"
					    : MATCH),
	    "x" }),
	.inputs = LETHE_INPUTS({ LETHE_ID("type"
					  : "rare", "n"
					  : MATCH),
				   LETHE_ALLOW_OPTIONAL("value") },
	    { LETHE_ID("type"
		       : "city", "n"
		       : MATCH),
		"value" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return lethe_null();
}

static const struct lethe_app test_app = {
	.name = "test",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&set_odd_callback,
	    &set_part_twice_callback, &set_part_and_all_callback,
	    &set_beyond_callback, &tell_trigger_callback),
};

/* ------------------------------------------------------------------------
 * Bodies, and what they get
 */

#define COMPONENT(name, n)                                                     \
	"{\"id\":{\"n\":" #n ",\"for\":\"" #name                               \
	"\"},\"property\":\"children\"}"
#define REQUEST(name, components)                                              \
	"{\"output\":\"{\\\"for\\\":\\\"" #name                                \
	"\\\",\\\"n\\\":[\\\"ALL\\\"]}.children\",\"outputs\":[" components    \
	"],\"inputs\":[{\"id\":\"in\",\"property\":\"value\"}]}"

/* Of component 3; the component that may be missing is as given. */
#define TELL(rare, changed)                                                    \
	"{\"output\":\"{\\\"n\\\":[\\\"MATCH\\\"],\\\"type\\\":"               \
	"\\\"told\\\"}.x\",\"outputs\":{\"id\":{\"n\":3,\"type\":\"told\"},"   \
	"\"property\":\"x\"},\"inputs\":[" rare                                \
	",{\"id\":{\"n\":3,\"type\":\"city\"},\"property\":\"value\","         \
	"\"value\":\"LA\"}],\"changedPropIds\":[" changed "]}"
#define RARE                                                                   \
	"{\"id\":{\"n\":3,\"type\":\"rare\"},\"property\":\"value\","          \
	"\"value\":7}"
/* As the front end sends it: the description, and null. */
#define MISSING                                                                \
	"{\"id\":{\"n\":{\"wild\":\"MATCH\",\"multi\":false},"                 \
	"\"type\":\"rare\"},\"property\":\"value\",\"allow_optional\":true,"   \
	"\"value\":null}"
#define TOLD(value)                                                            \
	"{\"multi\":true,\"response\":{\"{\\\"n\\\":3,"                        \
	"\\\"type\\\":\\\"told\\\"}\":{\"x\":" value "}}}\n"

static const struct {
	int line;
	const char *body;
	int status;
	/* 200: the whole response; else a part of the message. */
	const char *expected;
} cases[] = {
	{ __LINE__,
	    REQUEST(set_odd, COMPONENT(set_odd, 5) "," COMPONENT(set_odd, 6)),
	    200,
	    "{\"multi\":true,\"response\":{\"{\\\"for\\\":\\\"set_odd\\\","
	    "\\\"n\\\":6}\":{\"children\":1}}}\n" },
	{ __LINE__, REQUEST(set_odd, ""), 200,
	    "{\"multi\":true,\"response\":{}}\n" },
	{ __LINE__, REQUEST(set_odd, COMPONENT(set_odd, 5)), 500,
	    "did not set its output" },
	{ __LINE__, REQUEST(set_part_twice, COMPONENT(set_part_twice, 1)), 500,
	    "twice: set each once" },
	{ __LINE__, REQUEST(set_part_and_all, COMPONENT(set_part_and_all, 1)),
	    500, "twice: set each once" },
	{ __LINE__, REQUEST(set_beyond, COMPONENT(set_beyond, 1)), 500,
	    "set component number 1 of its output" },
	{ __LINE__, REQUEST(set_odd, COMPONENT(other, 1)), 400,
	    "output number 0 must have the id" },
	{ __LINE__, TELL(RARE, ""), 200, TOLD("[null,false]") },
	{ __LINE__,
	    TELL(RARE, "\"{\\\"n\\\":3,\\\"type\\\":\\\"rare\\\"}.value\""),
	    200, TOLD("[7,false]") },
	{ __LINE__,
	    TELL(MISSING, "\"{\\\"n\\\":3,\\\"type\\\":\\\"city\\\"}.value\""),
	    200, TOLD("[\"LA\",true]") },
};

static void
report(void *context, const char *mistake)
{
	(void)context;
	(void)printf("# %s\n", mistake);
}

static void
bodies_get_their_answers(void)
{
	const char *volatile running = NULL;
	struct dash_services services = { .running = &running };
	struct dash *dash;

	CU_ASSERT_FATAL(dash_new(&dash, &test_app, report, NULL) == 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dash_result result;
		const char *said;
		struct buffer out;
		bool right;

		buffer_init(&out, 1 << 20);
		dash_update(dash, &services, NULL, cases[i].body,
		    strlen(cases[i].body), &out, &result);
		said = result.status >= 400 ? result.error.message : out.data;
		right = result.status == cases[i].status && said != NULL &&
			(result.status >= 400
				? strstr(said, cases[i].expected) != NULL
				: strcmp(said, cases[i].expected) == 0);
		CU_ASSERT(right);
		if (!right)
			(void)printf("# line %d: %d %s\n", cases[i].line,
			    result.status, said != NULL ? said : "");
		buffer_clear(&out);
	}
	dash_free(dash);
}

void pattern_suite(void);

void
pattern_suite(void)
{
	CU_pSuite suite = CU_add_suite("pattern", NULL, NULL);

	CU_add_test(suite, "bodies with pattern ids get their answers",
	    bodies_get_their_answers);
}
