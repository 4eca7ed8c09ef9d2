/*
 * tests/unit/call_test.c: what a handler gets and what it answers, through
 * update-component.
 *
 * JSON is written with ' for " here; expect() puts the quotes right.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/patch.h>

#include "dash/dash.h"
#include "dash/json_write.h"

void call_suite(void);

/* ------------------------------------------------------------------------
 * Asking a callback
 */

static void
add_quoted(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++)
		buffer_add_char(out, *text == '\'' ? '"' : *text);
}

static void
report(void *context, const char *mistake)
{
	(void)context;
	(void)printf("# %s\n", mistake);
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return lethe_null();
}

static const struct lethe_app bare_app = { .name = "app",
	.layout = layout };

static struct dash *
dash_with(const struct lethe_app *app)
{
	struct dash *dash;

	CU_ASSERT_FATAL(dash_new(&dash, app, report, NULL) == 0);
	return dash;
}

/* Compares the answer: 200: the response; else a part of the message. */
static void
compare(int line, const struct dash_result *result, const struct buffer *out,
    int status, const char *expected)
{
	const char *said = result->status >= 400 ? result->error.message
	    : out->data != NULL			 ? out->data
						 : "";
	struct buffer text;
	bool right;

	buffer_init(&text, 1 << 20);
	add_quoted(&text, expected);
	if (status == 200)
		buffer_add_char(&text, '\n');
	buffer_add_string(&text, "");
	right = result->status == status &&
	    (status >= 400 ? strstr(said, text.data) != NULL
			   : strcmp(said, text.data) == 0);
	CU_assertImplementation(right, (unsigned)line, expected, __FILE__, "",
	    CU_FALSE);
	if (!right)
		(void)printf("# line %d: %d %s\n", line, result->status, said);
	buffer_clear(&text);
}

/* Asks the callback with the members of a body that follow "output". */
static void
expect_of(int line, const struct lethe_app *app,
    const struct lethe_callback *callback, const char *members, int status,
    const char *expected)
{
	const struct lethe_callback *const callbacks[] = { callback, NULL };
	struct lethe_app with = *app;
	const char *volatile running = NULL;
	struct dash_services services = { .running = &running };
	struct dash_result result;
	struct buffer body, out;
	struct dash *dash;

	with.callbacks = callbacks;
	dash = dash_with(&with);
	buffer_init(&body, 1 << 20);
	buffer_init(&out, 1 << 20);
	buffer_add_string(&body, "{\"output\":");
	json_write_string(&body, dash->callbacks[0].output,
	    strlen(dash->callbacks[0].output));
	add_quoted(&body, members);
	buffer_add_char(&body, '}');
	dash_update(dash, &services, NULL, body.data, body.size, &out,
	    &result);
	compare(line, &result, &out, status, expected);
	CU_ASSERT(running == NULL);
	buffer_clear(&out);
	buffer_clear(&body);
	dash_free(dash);
}

#define EXPECT(callback, members, status, expected) \
	expect_of(__LINE__, &bare_app, callback, members, status, expected)

#define PLAIN_OUTPUT ",'outputs':{'id':'o','property':'children'}"
#define PLAIN_INPUT ",'inputs':[{'id':'i','property':'value','value':7}]"
#define PLAIN PLAIN_OUTPUT PLAIN_INPUT
#define ANSWER(value) "{'multi':true,'response':{'o':{'children':" value "}}}"

#define CALLBACK(function, ...) \
	static const struct lethe_callback function##_callback = { \
		.name = #function, .handler = function, __VA_ARGS__ \
	}
#define PLAIN_CALLBACK(function) \
	CALLBACK(function, .outputs = LETHE_OUTPUTS({ "o", "children" }), \
	    .inputs = LETHE_INPUTS({ "i", "value" }))

/* A value that the list may hold, of one that is borrowed. */
static struct json_object *
share(struct json_object *value)
{
	return value != NULL ? json_object_get(value) : lethe_null();
}

static struct json_object *
count_of(size_t count)
{
	return lethe_integer((int64_t)count);
}

/* ------------------------------------------------------------------------
 * Pattern ids: inputs and state
 */

static enum lethe_result
show_all(struct lethe_call *call)
{
	return lethe_output(call, 0,
	    lethe_list(count_of(lethe_input_count(call, 0)),
		share(lethe_input(call, 0)), share(lethe_input_at(call, 0, 1)),
		share(lethe_input_id(call, 0, 1)),
		share(lethe_input_at(call, 0, 2)),
		count_of(lethe_state_count(call, 0)),
		share(lethe_state_id(call, 0, 0)),
		share(lethe_state_at(call, 0, 0)),
		count_of(lethe_state_count(call, 1))));
}

CALLBACK(show_all, .outputs = LETHE_OUTPUTS({ "o", "children" }),
    .inputs = LETHE_INPUTS({ LETHE_ID("type": "city", "index": ALL),
	"value" }),
    .state = LETHE_STATE({ "s", "data" }));

#define CITY(index, rest) \
	"{'id':{'index':" index ",'type':'city'},'property':'value'" rest "}"
#define STATE ",'state':[{'id':'s','property':'data','value':true}]"

static void
test_all(void)
{
	EXPECT(&show_all_callback,
	    PLAIN_OUTPUT ",'inputs':[[" CITY("0", ",'value':'NYC'") ","
	    CITY("'x'", ",'value':[1]") "]]" STATE, 200,
	    ANSWER("[2,['NYC',[1]],[1],{'index':'x','type':'city'},null,1,"
		"'s',true,0]"));
	EXPECT(&show_all_callback, PLAIN_OUTPUT ",'inputs':[[]]" STATE, 200,
	    ANSWER("[0,[],null,null,null,1,'s',true,0]"));
	EXPECT(&show_all_callback,
	    PLAIN_OUTPUT ",'inputs':[[" CITY("0", "") "," CITY("1", "") "]]"
	    STATE, 200,
	    ANSWER("[2,[null,null],null,{'index':1,'type':'city'},null,1,'s',"
		"true,0]"));
}

static void
test_all_refused(void)
{
	EXPECT(&show_all_callback,
	    PLAIN_OUTPUT ",'inputs':[" CITY("0", "") "]" STATE, 400,
	    "callback show_all: input number 0 must be a list, since the id "
	    "{'index':['ALL'],'type':'city'} is of any number");
	EXPECT(&show_all_callback,
	    PLAIN_OUTPUT ",'inputs':[[{'id':{'index':0,'type':'town'},"
	    "'property':'value'}]]" STATE, 400, "must have the id");
	EXPECT(&show_all_callback,
	    PLAIN_OUTPUT ",'inputs':[[{'id':'city','property':'value'}]]"
	    STATE, 400, "must have the id");
	EXPECT(&show_all_callback,
	    PLAIN_OUTPUT ",'inputs':[[{'id':{'index':0,'type':'city',"
	    "'more':1},'property':'value'}]]" STATE, 400, "must have the id");
	EXPECT(&show_all_callback,
	    PLAIN_OUTPUT ",'inputs':[[{'id':{'index':null,'type':'city'},"
	    "'property':'value'}]]" STATE, 400, "must have the id");
	EXPECT(&show_all_callback,
	    PLAIN_OUTPUT ",'inputs':[[{'id':{'index':0,'type':'city'},"
	    "'property':'options'}]]" STATE, 400, "the property 'value'");
}

static enum lethe_result
show_match(struct lethe_call *call)
{
	return lethe_output(call, 0,
	    lethe_list(share(lethe_match(call, "index")),
		share(lethe_match(call, "type")),
		share(lethe_output_id(call, 0, 0)),
		share(lethe_output_id(call, 0, 1)),
		share(lethe_input(call, 0)), share(lethe_input(call, 1)),
		share(lethe_state(call, 0))));
}

CALLBACK(show_match,
    .outputs = LETHE_OUTPUTS({ LETHE_ID("type": "out", "index": MATCH),
	"children" }),
    .inputs = LETHE_INPUTS({ LETHE_ID("type": "in", "index": MATCH),
	"value" }, { LETHE_ID("type": "in", "index": ALLSMALLER), "value" }),
    .state = LETHE_STATE({ LETHE_ID("type": "in", "index": MATCH), "id" }));

#define ID(type, index) "'id':{'type':'" type "','index':" index "}"
#define MATCHING(out, in, smaller, state) \
	",'outputs':{" ID("out", out) ",'property':'children'}," \
	"'inputs':[{" ID("in", in) ",'property':'value','value':'v'}," \
	"[{" ID("in", smaller) ",'property':'value','value':'w'}]]," \
	"'state':[{" ID("in", state) ",'property':'id','value':{'a':1}}]"

static void
test_match(void)
{
	EXPECT(&show_match_callback, MATCHING("3", "3", "2", "3"), 200,
	    "{'multi':true,'response':{'{\\'index\\':3,\\'type\\':\\'out\\'}':"
	    "{'children':[3,null,{'type':'out','index':3},null,'v',['w'],"
	    "{'a':1}]}}}");
	EXPECT(&show_match_callback,
	    MATCHING("'b'", "'b'", "'a'", "'b'"), 200,
	    "{'multi':true,'response':{'{\\'index\\':\\'b\\',\\'type\\':"
	    "\\'out\\'}':{'children':['b',null,{'type':'out','index':'b'},"
	    "null,'v',['w'],{'a':1}]}}}");
}

static void
test_match_refused(void)
{
	EXPECT(&show_match_callback, MATCHING("3", "4", "2", "3"), 400,
	    "input number 0 must have the id");
	EXPECT(&show_match_callback, MATCHING("3", "3", "2", "4"), 400,
	    "state number 0 must have the id");
	EXPECT(&show_match_callback, MATCHING("3", "'3'", "2", "3"), 400,
	    "input number 0 must have the id");
	EXPECT(&show_match_callback, MATCHING("3", "3", "3", "3"), 400,
	    "input number 1 must have the id");
	EXPECT(&show_match_callback, MATCHING("3", "3", "2", "null"), 400,
	    "state number 0 must have the id");
	EXPECT(&show_match_callback, MATCHING("[3]", "[3]", "2", "[3]"), 400,
	    "output number 0 must have the id");
}

static enum lethe_result
ask_wrongly(struct lethe_call *call)
{
	return lethe_output(call, 0,
	    lethe_list(share(lethe_input(call, 1)),
		share(lethe_state(call, 0)), count_of(lethe_input_count(call,
		    1)), share(lethe_input_id(call, 0, 1)),
		share(lethe_input_at(call, 0, 1)),
		share(lethe_input_id(call, 0, 0)),
		share(lethe_match(call, "index")),
		count_of(lethe_output_count(call, 0)),
		count_of(lethe_output_count(call, 1)),
		lethe_string(lethe_input_string(call, 0)),
		lethe_boolean(lethe_triggered(call, 0) == NULL)));
}

PLAIN_CALLBACK(ask_wrongly);

static void
test_out_of_range(void)
{
	EXPECT(&ask_wrongly_callback, PLAIN, 200,
	    ANSWER("[null,null,0,null,null,'i',null,1,0,null,true]"));
}

/* ------------------------------------------------------------------------
 * Pattern ids: outputs
 */

static enum lethe_result
double_all(struct lethe_call *call)
{
	size_t count = lethe_output_count(call, 0);
	struct json_object *values = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		CU_ASSERT(json_object_array_add(values,
			lethe_list(share(lethe_output_id(call, 0, i)),
			    share(lethe_input(call, 0)))) == 0);
	if (lethe_output(call, 0, values) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_no_update(call, 1);
}

#define ALL_OUTPUTS \
	LETHE_OUTPUTS({ LETHE_ID("row": ALL), "children" }, \
	    { LETHE_ID("row": ALL), "title" })
CALLBACK(double_all, .outputs = ALL_OUTPUTS,
    .inputs = LETHE_INPUTS({ "i", "value" }));

#define ROW(row, property) "{'id':{'row':" row "},'property':'" property "'}"

static void
test_all_outputs(void)
{
	EXPECT(&double_all_callback,
	    ",'outputs':[[" ROW("1", "children") "," ROW("2", "children")
	    "],[]]" PLAIN_INPUT, 200,
	    "{'multi':true,'response':{'{\\'row\\':1}':{'children':"
	    "[{'row':1},7]},'{\\'row\\':2}':{'children':[{'row':2},7]}}}");
	EXPECT(&double_all_callback, ",'outputs':[[],[]]" PLAIN_INPUT, 200,
	    "{'multi':true,'response':{}}");
}

static void
test_output_named_twice(void)
{
	/* A browser does not, but an object must not have a name twice. */
	EXPECT(&double_all_callback,
	    ",'outputs':[[" ROW("1", "children") "," ROW("1", "children")
	    "],[]]" PLAIN_INPUT, 200,
	    "{'multi':true,'response':{'{\\'row\\':1}':{'children':"
	    "[{'row':1},7]}}}");
}

static void
test_long_id(void)
{
	struct buffer body, expected;

	buffer_init(&body, 1 << 20);
	buffer_init(&expected, 1 << 20);
	buffer_add_string(&body, ",'outputs':[[{'id':{'row':'");
	buffer_add_string(&expected,
	    "{'multi':true,'response':{'{\\'row\\':\\'");
	for (size_t i = 0; i < 10000; i++) {
		buffer_add_char(&body, 'x');
		buffer_add_char(&expected, 'x');
	}
	buffer_add_string(&body,
	    "'},'property':'children'}],[]],'inputs':[{'id':'i',"
	    "'property':'value','value':7}]");
	buffer_add_string(&expected, "\\'}':{'children':[{'row':'");
	for (size_t i = 0; i < 10000; i++)
		buffer_add_char(&expected, 'x');
	buffer_add_string(&expected, "'},7]}}}");
	EXPECT(&double_all_callback, body.data, 200, expected.data);
	buffer_clear(&expected);
	buffer_clear(&body);
}

static enum lethe_result
set_scalar(struct lethe_call *call)
{
	(void)!lethe_no_update(call, 1);
	(void)!lethe_output(call, 0, lethe_string("not a list"));
	return LETHE_OK;
}

static enum lethe_result
set_too_few(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_list(lethe_integer(1)));
}

CALLBACK(set_scalar, .outputs = ALL_OUTPUTS,
    .inputs = LETHE_INPUTS({ "i", "value" }));
CALLBACK(set_too_few, .outputs = ALL_OUTPUTS,
    .inputs = LETHE_INPUTS({ "i", "value" }));

static void
test_all_outputs_misused(void)
{
	EXPECT(&set_scalar_callback,
	    ",'outputs':[[" ROW("1", "children") "],[]]" PLAIN_INPUT, 500,
	    "its output {'row':['ALL']}.children is of 1 component here, so "
	    "set it to an array");
	EXPECT(&set_too_few_callback,
	    ",'outputs':[[" ROW("1", "children") "," ROW("2", "children")
	    "],[]]" PLAIN_INPUT, 500, "is of 2 components here");
}

/* ------------------------------------------------------------------------
 * What made it run
 */

static enum lethe_result
show_triggers(struct lethe_call *call)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < lethe_triggered_count(call); i++) {
		const struct lethe_trigger *trigger = lethe_triggered(call, i);

		/* Asking again must not matter. */
		CU_ASSERT_PTR_EQUAL(lethe_triggered(call, i), trigger);
		CU_ASSERT(json_object_array_add(list,
			lethe_list(lethe_string(trigger->id),
			    lethe_string(trigger->property),
			    share(trigger->value))) == 0);
	}
	return lethe_output(call, 0,
	    lethe_list(list, lethe_boolean(lethe_triggered_by(call, "i")),
		lethe_boolean(lethe_triggered_by(call,
		    "{\"index\":1,\"type\":\"city\"}"))));
}

CALLBACK(show_triggers, .outputs = LETHE_OUTPUTS({ "o", "children" }),
    .inputs = LETHE_INPUTS({ "i", "value" },
	{ LETHE_ID("type": "city", "index": ALL), "value" },
	{ "i", "n_clicks" }));

#define TRIGGERED(changed) \
	PLAIN_OUTPUT ",'inputs':[{'id':'i','property':'value','value':7},[" \
	CITY("0", ",'value':'a'") "," CITY("1", ",'value':'b'") "]," \
	"{'id':'i','property':'n_clicks','value':null}],'changedPropIds':" \
	changed

static void
test_triggers(void)
{
	EXPECT(&show_triggers_callback, TRIGGERED("[]"), 200,
	    ANSWER("[[],false,false]"));
	EXPECT(&show_triggers_callback, TRIGGERED("['i.value']"), 200,
	    ANSWER("[[['i','value',7]],true,false]"));
	EXPECT(&show_triggers_callback,
	    TRIGGERED("['{\\'index\\':1,\\'type\\':\\'city\\'}.value',"
		      "'i.n_clicks']"), 200,
	    ANSWER("[[['{\\'index\\':1,\\'type\\':\\'city\\'}','value','b'],"
		"['i','n_clicks',null]],true,true]"));
	EXPECT(&show_triggers_callback,
	    TRIGGERED("['elsewhere.value','no dot','.','i.']"), 200,
	    ANSWER("[[['elsewhere','value',null],['','',null],"
		"['i','',null]],true,false]"));
}

static void
test_triggers_refused(void)
{
	EXPECT(&show_triggers_callback, TRIGGERED("{}"), 400,
	    "'changedPropIds' must be a list");
	EXPECT(&show_triggers_callback, TRIGGERED("[{'id':'i'}]"), 400,
	    "must be a list of strings");
}

/* ------------------------------------------------------------------------
 * Components that may be missing
 */

static enum lethe_result
show_optional(struct lethe_call *call)
{
	const struct lethe_trigger *trigger = lethe_triggered(call, 0);

	return lethe_output(call, 0,
	    lethe_list(share(lethe_input(call, 0)),
		share(lethe_input(call, 1)),
		share(lethe_input_id(call, 1, 0)),
		lethe_string(trigger != NULL ? trigger->property : NULL)));
}

#define OPTIONAL_INPUTS \
	LETHE_INPUTS({ "maybe", LETHE_ALLOW_OPTIONAL("value") }, \
	    { LETHE_ID("type": "t", "index": MATCH), \
		LETHE_ALLOW_OPTIONAL("value") })
CALLBACK(show_optional,
    .outputs = LETHE_OUTPUTS({ LETHE_ID("o": 1, "index": MATCH), "x" }),
    .inputs = OPTIONAL_INPUTS);

#define OPTIONAL(pattern_input) \
	",'outputs':{'id':{'o':1,'index':5},'property':'x'},'inputs':[" \
	"{'id':'maybe','property':'value','value':null}," pattern_input "]," \
	"'changedPropIds':['{\\'index\\':9,\\'type\\':\\'t\\'}.value']"
#define OPTIONAL_ANSWER(value) \
	"{'multi':true,'response':{'{\\'index\\':5,\\'o\\':1}':{'x':" value \
	"}}}"

static void
test_optional(void)
{
	EXPECT(&show_optional_callback,
	    OPTIONAL("{" ID("t", "5") ",'property':'value','value':1}"), 200,
	    OPTIONAL_ANSWER("[null,1,{'type':'t','index':5},'value']"));
	/* As the front end describes one that the page lacks. */
	EXPECT(&show_optional_callback,
	    OPTIONAL("{" ID("t", "{'wild':'MATCH','multi':false}")
		",'property':'value','value':null,'allow_optional':true}"),
	    200, OPTIONAL_ANSWER("[null,null,null,'value']"));
	EXPECT(&show_optional_callback,
	    OPTIONAL("{" ID("t", "{'wild':'MATCH'}")
		",'property':'value','value':1}"), 400, "must have the id");
	EXPECT(&show_optional_callback,
	    OPTIONAL("{" ID("t", "{'wild':'MATCH'}") ",'property':'value'}"),
	    400, "must have the id");
}

/* ------------------------------------------------------------------------
 * Other components' properties
 */

static enum lethe_result
set_sides(struct lethe_call *call)
{
	const char *id = lethe_id(call,
	    lethe_object({ "type", lethe_string("pm") },
		{ "index", lethe_integer(1) }));

	if (lethe_set_props(call, "side", "children", lethe_string("old")) !=
		LETHE_OK ||
	    lethe_set_props(call, id, "children", lethe_null()) != LETHE_OK ||
	    lethe_set_props(call, "side", "title", lethe_string("t")) !=
		LETHE_OK ||
	    lethe_set_props(call, LETHE_ID("type": "pm", "index": 1), "title",
		lethe_integer(2)) != LETHE_OK ||
	    lethe_set_props(call, "side", "children", lethe_string("new")) !=
		LETHE_OK)
		return LETHE_ERROR;
	return lethe_no_update(call, 0);
}

PLAIN_CALLBACK(set_sides);

static void
test_set_props(void)
{
	EXPECT(&set_sides_callback, PLAIN, 200,
	    "{'multi':true,'sideUpdate':{'side':{'children':'new',"
	    "'title':'t'},'{\\'index\\':1,\\'type\\':\\'pm\\'}':"
	    "{'children':null,'title':2}},'response':{}}");
}

static enum lethe_result
set_side(struct lethe_call *call)
{
	int64_t wish = json_object_get_int64(lethe_input(call, 0));

	if (wish == 0)
		return LETHE_OK;
	if (wish == 1)
		return lethe_set_props(call, "s", "p", lethe_integer(wish));
	if (wish == 2)
		return lethe_set_props(call, "s", "", lethe_integer(wish));
	if (wish == 3)
		return lethe_set_props(call, "s.p", "p", lethe_null());
	(void)!lethe_set_props(call, "s", "p", lethe_null());
	return wish == 4 ? LETHE_PREVENT_UPDATE
			 : lethe_output(call, 0, lethe_null());
}

CALLBACK(set_side, .inputs = LETHE_INPUTS({ "i", "value" }));

#define WISH(value) \
	",'inputs':[{'id':'i','property':'value','value':" value "}]"

static void
test_no_outputs(void)
{
	EXPECT(&set_side_callback, WISH("0"), 204, "");
	EXPECT(&set_side_callback, WISH("1"), 200,
	    "{'multi':true,'sideUpdate':{'s':{'p':1}},'response':{}}");
	EXPECT(&set_side_callback, WISH("4"), 204, "");
	EXPECT(&set_side_callback, WISH("5"), 500,
	    "set_side failed: it set output number 0, but has 0");
	EXPECT(&set_side_callback, PLAIN_OUTPUT WISH("0"), 400,
	    "list of outputs is not a list");
}

static enum lethe_result
send_unmade(struct lethe_call *call)
{
	int64_t wish = json_object_get_int64(lethe_input(call, 0));

	if (wish == 0)
		return lethe_output(call, 0, NULL);
	if (wish == 1)
		(void)!lethe_set_props(call, "s", "p", NULL);
	return lethe_output(call, 0,
	    wish == 2 ? lethe_object({ "x", lethe_input_take(call, 1) })
		      : lethe_null());
}

PLAIN_CALLBACK(send_unmade);

/* What could not be made must not pass for null. */
static void
test_unmade(void)
{
	EXPECT(&send_unmade_callback, PLAIN_OUTPUT WISH("0"), 500,
	    "could not be made");
	EXPECT(&send_unmade_callback, PLAIN_OUTPUT WISH("1"), 500,
	    "could not be made");
	EXPECT(&send_unmade_callback, PLAIN_OUTPUT WISH("2"), 200,
	    ANSWER("{'x':null}"));
	EXPECT(&send_unmade_callback, PLAIN_OUTPUT WISH("3"), 200,
	    ANSWER("null"));
}

static void
test_set_props_misused(void)
{
	EXPECT(&set_side_callback, WISH("2"), 500,
	    "lethe_set_props() needs a callback, an id and a property");
	EXPECT(&set_side_callback, WISH("3"), 500, "the id 's.p' is empty or");
}

static enum lethe_result
make_bad_id(struct lethe_call *call)
{
	int64_t wish = json_object_get_int64(lethe_input(call, 0));
	struct json_object *parts = wish == 0
	    ? lethe_object({ "a", lethe_parse("[\"ALL\"]") })
	    : wish == 1 ? lethe_object({ "a", lethe_null() })
	    : wish == 2 ? lethe_object({ "a", lethe_number(1e300 * 1e300) })
	    : wish == 3 ? lethe_string("text")
			: lethe_object({ "a", lethe_object({ "b",
			      lethe_integer(1) }) });

	CU_ASSERT_PTR_NULL(lethe_id(call, parts));
	return lethe_output(call, 0, lethe_null());
}

PLAIN_CALLBACK(make_bad_id);

static void
test_bad_ids(void)
{
	EXPECT(&make_bad_id_callback, PLAIN_OUTPUT WISH("0"), 500,
	    "id cannot have a wildcard");
	EXPECT(&make_bad_id_callback, PLAIN_OUTPUT WISH("1"), 500,
	    "key 'a' must be a string");
	EXPECT(&make_bad_id_callback, PLAIN_OUTPUT WISH("2"), 500,
	    "key 'a' must be a string");
	EXPECT(&make_bad_id_callback, PLAIN_OUTPUT WISH("3"), 500,
	    "a pattern id must be an object");
	EXPECT(&make_bad_id_callback, PLAIN_OUTPUT WISH("4"), 500,
	    "key 'a' must be a string");
}

/* ------------------------------------------------------------------------
 * Handlers that fail, and who answers for them
 */

static enum lethe_result
set_and_fail(struct lethe_call *call)
{
	(void)!lethe_output(call, 0, lethe_string("half"));
	(void)!lethe_set_props(call, "side", "p", lethe_string("half"));
	return lethe_fail(call, "no %s", "luck");
}

static enum lethe_result
forget(struct lethe_call *call)
{
	(void)call;
	return LETHE_OK;
}

static enum lethe_result
hide_mistake(struct lethe_call *call)
{
	(void)!lethe_output(call, 0, lethe_null());
	(void)!lethe_output(call, 0, lethe_null());
	return LETHE_OK;
}

static enum lethe_result
say_error(struct lethe_call *call, const char *message)
{
	return lethe_output(call, 0, lethe_stringf("sorry: %s", message));
}

static enum lethe_result
leave_all(struct lethe_call *call, const char *message)
{
	(void)call;
	(void)message;
	return LETHE_OK;
}

static enum lethe_result
tell_beside(struct lethe_call *call, const char *message)
{
	return lethe_set_props(call, "log", "children",
	    lethe_string(message));
}

static enum lethe_result
prevent_error(struct lethe_call *call, const char *message)
{
	(void)!lethe_output(call, 0, lethe_string(message));
	return LETHE_PREVENT_UPDATE;
}

static enum lethe_result
fail_again(struct lethe_call *call, const char *message)
{
	return lethe_fail(call, "and again: %s", message);
}

static enum lethe_result
fail_silently(struct lethe_call *call, const char *message)
{
	(void)call;
	(void)message;
	return LETHE_ERROR;
}

/* The plain callback with this handler and this error handler. */
#define EXPECT_ERROR(function, handles, status, expected) \
	do { \
		const struct lethe_callback callback = { .name = "c", \
			.handler = function, \
			.on_error = handles, \
			.outputs = LETHE_OUTPUTS({ "o", "children" }), \
			.inputs = LETHE_INPUTS({ "i", "value" }) }; \
		EXPECT(&callback, PLAIN, status, expected); \
	} while (0)

static void
test_on_error(void)
{
	EXPECT_ERROR(set_and_fail, NULL, 500, "callback c failed: no luck");
	EXPECT_ERROR(set_and_fail, say_error, 200, ANSWER("'sorry: no luck'"));
	EXPECT_ERROR(hide_mistake, say_error, 200,
	    ANSWER("'sorry: it set its output o.children twice: set "
		   "each once'"));
	EXPECT_ERROR(forget, say_error, 200,
	    ANSWER("'sorry: it did not set its output o.children: call "
		   "lethe_output() or lethe_no_update() for it'"));
	EXPECT_ERROR(set_and_fail, leave_all, 200,
	    "{'multi':true,'response':{}}");
	EXPECT_ERROR(set_and_fail, tell_beside, 200,
	    "{'multi':true,'sideUpdate':{'log':{'children':'no luck'}},"
	    "'response':{}}");
	EXPECT_ERROR(set_and_fail, prevent_error, 204, "");
	EXPECT_ERROR(set_and_fail, fail_again, 500,
	    "callback c failed: and again: no luck");
	EXPECT_ERROR(set_and_fail, fail_silently, 500,
	    "callback c failed: no luck");
}

PLAIN_CALLBACK(set_and_fail);

static void
test_app_on_error(void)
{
	struct lethe_callback own = set_and_fail_callback;
	struct lethe_app app = bare_app;

	app.on_error = say_error;
	expect_of(__LINE__, &app, &own, PLAIN, 200,
	    ANSWER("'sorry: no luck'"));
	own.on_error = fail_again;
	expect_of(__LINE__, &app, &own, PLAIN, 500, "and again: no luck");
}

static enum lethe_result
prevent(struct lethe_call *call)
{
	(void)!lethe_output(call, 0, lethe_string("lost"));
	return LETHE_PREVENT_UPDATE;
}

static enum lethe_result
fail_silently_itself(struct lethe_call *call)
{
	(void)call;
	return LETHE_ERROR;
}

static enum lethe_result
make_nonsense(struct lethe_call *call)
{
	(void)!lethe_output(call, 0, lethe_null());
	return LETHE_ROW;
}

static void
test_results(void)
{
	EXPECT_ERROR(prevent, say_error, 204, "");
	EXPECT_ERROR(fail_silently_itself, NULL, 500,
	    "callback c failed: it returned an error without lethe_fail()");
	EXPECT_ERROR(make_nonsense, NULL, 500, "callback c failed");
}

/* ------------------------------------------------------------------------
 * Dependencies
 */

/* What the front end is told of one callback. */
static void
expect_dependencies(int line, const struct lethe_callback *callback,
    const char *expected)
{
	const struct lethe_callback *const callbacks[] = { callback, NULL };
	struct lethe_app app = bare_app;
	struct buffer out, text;
	struct dash *dash;
	bool right;

	app.callbacks = callbacks;
	dash = dash_with(&app);
	buffer_init(&out, 1 << 20);
	buffer_init(&text, 1 << 20);
	dash_dependencies(dash, &out);
	add_quoted(&text, expected);
	right = strstr(out.data, text.data) != NULL;
	CU_assertImplementation(right, (unsigned)line, expected, __FILE__, "",
	    CU_FALSE);
	if (!right)
		(void)printf("# line %d: %s\n", line, out.data);
	buffer_clear(&text);
	buffer_clear(&out);
	dash_free(dash);
}

#define EXPECT_DEPENDENCIES(expected, ...) \
	do { \
		const struct lethe_callback callback = { .name = "c", \
			__VA_ARGS__ }; \
		expect_dependencies(__LINE__, &callback, expected); \
	} while (0)

/* The hashes are those that the reference makes for the same inputs. */
static void
test_names(void)
{
	EXPECT_DEPENDENCIES("{'output':'o.children@5b2e8bd50e92d71d4864130afe5"
			    "74ff58273b3c193f9c93b946617ae6a1237f9',",
	    .handler = forget, .prevent_initial_call = true,
	    .outputs = LETHE_OUTPUTS({ "o",
		LETHE_ALLOW_DUPLICATE("children") }),
	    .inputs = LETHE_INPUTS({ "b", "n_clicks" }));
	EXPECT_DEPENDENCIES("{'output':'..o.title@8974297a2ec69ffe56c42df1273f"
			    "4703aa261fb8e4ad8a5bef824b8e7bf75c26...p.children"
			    "..',",
	    .handler = forget,
	    .prevent_initial_call = LETHE_INITIAL_DUPLICATE,
	    .outputs = LETHE_OUTPUTS({ "o", LETHE_ALLOW_DUPLICATE("title") },
		{ "p", "children" }),
	    .inputs = LETHE_INPUTS({ "b", "n_clicks" }, { "a", "n_clicks" }));
	EXPECT_DEPENDENCIES("{'output':'e75193f0388a4027f20c7e920c65629ba58005"
			    "ef7c4105cca7f669f1f2bbb55f',",
	    .handler = forget, .inputs = LETHE_INPUTS({ "a", "n_clicks" }));
	EXPECT_DEPENDENCIES("'no_output':true,", .handler = forget,
	    .inputs = LETHE_INPUTS({ "a", "n_clicks" }));
	EXPECT_DEPENDENCIES("{'output':'..o.children..',", .handler = forget,
	    .output_list = true,
	    .outputs = LETHE_OUTPUTS({ "o", "children" }),
	    .inputs = LETHE_INPUTS({ "a", "n_clicks" }));
	EXPECT_DEPENDENCIES("{'output':'{\\'index\\':[\\'MATCH\\'],"
			    "\\'type\\':\\'out\\'}.children',"
			    "'inputs':[{'id':'{\\'index\\':[\\'MATCH\\'],"
			    "\\'type\\':\\'in\\'}','property':'value'}]",
	    .handler = forget,
	    .outputs = LETHE_OUTPUTS({ LETHE_ID("type": "out",
		"index": MATCH), "children" }),
	    .inputs = LETHE_INPUTS({ LETHE_ID("type": "in", "index": MATCH),
		"value" }));
	EXPECT_DEPENDENCIES("'inputs':[{'id':'a','property':'n_clicks',"
			    "'allow_optional':true}]",
	    .handler = forget, .outputs = LETHE_OUTPUTS({ "o", "children" }),
	    .inputs = LETHE_INPUTS({ "a",
		LETHE_ALLOW_OPTIONAL("n_clicks") }));
}

static void
test_running(void)
{
	EXPECT_DEPENDENCIES("'running':{'running':{'btn.disabled':true,"
			    "'status.children':'running'},'runningOff':{"
			    "'btn.disabled':false,'status.children':null}}}",
	    .handler = forget, .outputs = LETHE_OUTPUTS({ "o", "children" }),
	    .inputs = LETHE_INPUTS({ "btn", "n_clicks" }),
	    .running = LETHE_RUNNING({ "btn", "disabled", "true", "false" },
		{ "status", "children", "\"running\"", "null" }));
}

static void
test_clientside(void)
{
	const struct lethe_callback inline_callback = { .name = "c",
		.clientside_function = "\n    function(v) {\n        return "
				       "'inline ' + v;\n    }\n    ",
		.outputs = LETHE_OUTPUTS({ "o", "children" }),
		.inputs = LETHE_INPUTS({ "i", "value" }) };

	expect_dependencies(__LINE__, &inline_callback,
	    "'clientside_function':{'namespace':"
	    "'_dashprivate_clientside_funcs','function_name':'19071c49d2508b25"
	    "45a6d5d7a8abfec0428372fa756665755e0333a8ac12838b'},"
	    "'background':null,'dynamic_creator':false,");
	EXPECT(&inline_callback, PLAIN, 404,
	    "callback c runs in the browser, not here");
	EXPECT_DEPENDENCIES("'clientside_function':{'namespace':'my_ns',"
			    "'function_name':'double'}",
	    .clientside_namespace = "my_ns", .clientside_name = "double",
	    .outputs = LETHE_OUTPUTS({ "o", "children" }),
	    .inputs = LETHE_INPUTS({ "i", "value" }));
}

static enum lethe_result
echo(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_input_take(call, 0));
}

CALLBACK(echo, .output_list = true,
    .outputs = LETHE_OUTPUTS({ "o", "children" }),
    .inputs = LETHE_INPUTS({ "i", "value" }));

static void
test_output_list(void)
{
	EXPECT(&echo_callback,
	    ",'outputs':[{'id':'o','property':'children'}]" PLAIN_INPUT, 200,
	    ANSWER("7"));
	EXPECT(&echo_callback, PLAIN, 400, "is not a list");
}

static const struct lethe_callback duplicate_callback = {
	.name = "duplicate",
	.handler = echo,
	.prevent_initial_call = LETHE_INITIAL_PREVENT,
	.outputs = LETHE_OUTPUTS({ "o", LETHE_ALLOW_DUPLICATE("children") }),
	.inputs = LETHE_INPUTS({ "b", "n_clicks" }),
};

#define DUPLICATE(property) \
	",'outputs':{'id':'o','property':'" property "'},'inputs':[" \
	"{'id':'b','property':'n_clicks','value':2}]"

static void
test_duplicate(void)
{
	EXPECT(&duplicate_callback,
	    DUPLICATE("children@5b2e8bd50e92d71d4864130afe574ff58273b3c193f9c9"
		      "3b946617ae6a1237f9"),
	    200, ANSWER("2"));
	EXPECT(&duplicate_callback, DUPLICATE("children"), 400,
	    "the property 'children@5b2e");
}

/* ------------------------------------------------------------------------
 * Values
 */

static enum lethe_result
echo_plain(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_input_take(call, 0));
}

PLAIN_CALLBACK(echo_plain);

static void
test_values(void)
{
	static const struct {
		int line;
		const char *given;
		const char *answered;
	} values[] = {
		{ __LINE__, "9223372036854775807", "9223372036854775807" },
		{ __LINE__, "-9223372036854775808", "-9223372036854775808" },
		{ __LINE__, "18446744073709551615", "18446744073709551615" },
		{ __LINE__, "0.1", "0.1" },
		{ __LINE__, "1.0", "1.0" },
		{ __LINE__, "5e-324", "5e-324" },
		{ __LINE__, "1.7976931348623157e308",
		    "1.7976931348623157e+308" },
		{ __LINE__, "-0.0", "-0.0" },
		{ __LINE__, "'\\ud83d\\ude00 \\u00e9 \\u0000 \\n'",
		    "'😀 é \\u0000 \\n'" },
		{ __LINE__, "{'':{'a':[[],{},null,true]}}",
		    "{'':{'a':[[],{},null,true]}}" },
	};
	char body[512], answer[512];

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		(void)snprintf(body, sizeof(body), PLAIN_OUTPUT WISH("%s"),
		    values[i].given);
		(void)snprintf(answer, sizeof(answer), ANSWER("%s"),
		    values[i].answered);
		expect_of(values[i].line, &bare_app, &echo_plain_callback,
		    body, 200, answer);
	}
}

/* The value is in an object in a list in the body: three levels. */
#define BODY_DEPTH 256

static void
test_deepest_value(void)
{
	for (int depth = BODY_DEPTH - 3; depth <= BODY_DEPTH - 2; depth++) {
		struct buffer value, body, answer;

		buffer_init(&value, 10000);
		buffer_init(&body, 10000);
		buffer_init(&answer, 10000);
		for (int i = 0; i < depth; i++)
			buffer_add_char(&value, '[');
		for (int i = 0; i < depth; i++)
			buffer_add_char(&value, ']');
		buffer_addf(&body, PLAIN_OUTPUT WISH("%s"), value.data);
		buffer_addf(&answer, ANSWER("%s"), value.data);
		if (depth == BODY_DEPTH - 3)
			EXPECT(&echo_plain_callback, body.data, 200,
			    answer.data);
		else
			EXPECT(&echo_plain_callback, body.data, 400,
			    "the body is not valid JSON");
		buffer_clear(&answer);
		buffer_clear(&body);
		buffer_clear(&value);
	}
}

/* As a patch is after memory ran out. */
static struct json_object *
broken_patch(void)
{
	struct json_object *patch = lethe_patch();

	json_object_object_del(patch, "operations");
	return patch;
}

static enum lethe_result
send_broken(struct lethe_call *call)
{
	int64_t wish = json_object_get_int64(lethe_input(call, 0));

	if (wish == 0)
		(void)!lethe_set_props(call, "s", "p", broken_patch());
	(void)!lethe_output(call, 0,
	    wish == 1 ? broken_patch() : lethe_patch());
	return LETHE_OK;
}

PLAIN_CALLBACK(send_broken);

static void
test_broken_patch(void)
{
	EXPECT(&send_broken_callback, PLAIN_OUTPUT WISH("0"), 500,
	    "no memory for a patch");
	EXPECT(&send_broken_callback, PLAIN_OUTPUT WISH("1"), 500,
	    "there was no memory for a patch");
	EXPECT(&send_broken_callback, PLAIN_OUTPUT WISH("2"), 200,
	    ANSWER("{'__dash_patch_update':'__dash_patch_update',"
		   "'operations':[]}"));
}

static enum lethe_result
tell_argument(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_string(lethe_argument(call)));
}

static void
test_argument(void)
{
	struct lethe_callback callback = {
		.name = "callback",
		.handler = tell_argument,
		.outputs = LETHE_OUTPUTS({ "o", "children" }),
		.inputs = LETHE_INPUTS({ "i", "value" }),
	};

	EXPECT(&callback, PLAIN, 200, ANSWER("null"));
	callback.argument = "apples";
	EXPECT(&callback, PLAIN, 200, ANSWER("'apples'"));
}

void
call_suite(void)
{
	CU_pSuite suite = CU_add_suite("call", NULL, NULL);

	CU_add_test(suite, "ALL gives a list with ids", test_all);
	CU_add_test(suite, "ALL takes nothing but a list of its components",
	    test_all_refused);
	CU_add_test(suite, "MATCH is known to the handler", test_match);
	CU_add_test(suite, "MATCH is the same everywhere",
	    test_match_refused);
	CU_add_test(suite, "what there is not is null", test_out_of_range);
	CU_add_test(suite, "an output with ALL has a value for each",
	    test_all_outputs);
	CU_add_test(suite, "an output named twice is answered once",
	    test_output_named_twice);
	CU_add_test(suite, "an id of the browser's may be long",
	    test_long_id);
	CU_add_test(suite, "an output with ALL takes nothing but its list",
	    test_all_outputs_misused);
	CU_add_test(suite, "triggers have id, property and value",
	    test_triggers);
	CU_add_test(suite, "triggers are texts", test_triggers_refused);
	CU_add_test(suite, "an optional component may be missing",
	    test_optional);
	CU_add_test(suite, "properties set beside are grouped, the last stays",
	    test_set_props);
	CU_add_test(suite, "a callback may have no outputs", test_no_outputs);
	CU_add_test(suite, "what could not be made is not null", test_unmade);
	CU_add_test(suite, "lethe_set_props() says what it needs",
	    test_set_props_misused);
	CU_add_test(suite, "lethe_id() says what it needs", test_bad_ids);
	CU_add_test(suite, "an error handler answers anew", test_on_error);
	CU_add_test(suite, "the app's error handler is the default",
	    test_app_on_error);
	CU_add_test(suite, "results mean what they say", test_results);
	CU_add_test(suite, "a handler knows its callback's argument",
	    test_argument);
	CU_add_test(suite, "callbacks are named as the reference does",
	    test_names);
	CU_add_test(suite, "what to set while running is told", test_running);
	CU_add_test(suite, "functions in the browser are told",
	    test_clientside);
	CU_add_test(suite, "a list of one output stays one",
	    test_output_list);
	CU_add_test(suite, "values survive the way both ways", test_values);
	CU_add_test(suite, "values may be as deep as the body, no deeper",
	    test_deepest_value);
	CU_add_test(suite, "a broken patch is not sent", test_broken_patch);
	CU_add_test(suite, "a duplicate's hash is not in the response",
	    test_duplicate);
}
