/*
 * components_test.c: what constructors of components put on the wire, what
 * they refuse, and who owns what.  Leaks show under AddressSanitizer.
 */
#include <lethe/dash_table.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "base/buffer.h"
#include "components/component.h"
#include "dash/json_write.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Takes a component, and compares its properties with JSON text, whatever
 * their order is.
 */
static void
check(int line, struct json_object *component, const char *expected)
{
	struct json_object *props = NULL, *sent, *wanted;
	struct buffer buffer;

	buffer_init(&buffer, 1 << 20);
	CU_ASSERT_TRUE(json_object_object_get_ex(component, "props", &props));
	json_write(&buffer, props);
	CU_ASSERT_FALSE(buffer_failed(&buffer));
	sent = json_tokener_parse(buffer.data == NULL ? "" : buffer.data);
	wanted = json_tokener_parse(expected);
	CU_ASSERT_PTR_NOT_NULL(wanted);
	if (!json_object_equal(sent, wanted)) {
		CU_FAIL("not the expected properties");
		fprintf(stderr, "%s:%d: %s\n%s:%d: %s expected\n", __FILE__,
		    line, buffer.data, __FILE__, line, expected);
	}
	json_object_put(sent);
	json_object_put(wanted);
	buffer_clear(&buffer);
	json_object_put(component);
}

#define CHECK(component, expected) check(__LINE__, component, expected)

/* A constructor that is to fail for this reason. */
static void
check_fails(int line, struct json_object *component, int reason)
{
	int found = errno;

	CU_ASSERT_PTR_NULL(component);
	CU_ASSERT_EQUAL(found, reason);
	if (component != NULL || found != reason)
		fprintf(stderr, "%s:%d: %s, errno %d; %d expected\n", __FILE__,
		    line, component == NULL ? "failed" : "did not fail", found,
		    reason);
	json_object_put(component);
}

#define CHECK_FAILS(component) check_fails(__LINE__, component, EINVAL)

static void
component_names_its_type_and_namespace(void)
{
	static const char expected[] =
	    "{\"props\":{\"id\":\"a\",\"children\":null},"
	    "\"type\":\"Div\",\"namespace\":\"dash_html_components\"}";
	struct json_object *component = html_div(.id = "a");
	struct buffer buffer;

	buffer_init(&buffer, 1000);
	json_write(&buffer, component);
	CU_ASSERT_STRING_EQUAL(buffer.data, expected);
	buffer_clear(&buffer);
	json_object_put(component);
}

static void
children_are_always_there(void)
{
	CHECK(html_div(), "{\"children\":null}");
	CHECK(dcc_confirm_dialog_provider(), "{\"children\":null}");
	CHECK(dcc_markdown(), "{\"children\":null}");
	CHECK(html_div(.children = LETHE_NOT_SET), "{\"children\":null}");
	CHECK(html_div(.children = lethe_null()), "{\"children\":null}");
	CHECK(dcc_graph(), "{}");
	CHECK(dash_table_data_table(), "{}");
}

static void
zero_and_false_are_sent(void)
{
	CHECK(dcc_slider(.min = 0, .max = -0.5, .disabled = false,
		  .included = true),
	    "{\"min\":0.0,\"max\":-0.5,\"disabled\":false,"
	    "\"included\":true}");
	CHECK(html_button(.n_clicks = 0, .disable_n_clicks = false),
	    "{\"n_clicks\":0.0,\"disable_n_clicks\":false,"
	    "\"children\":null}");
	CHECK(dcc_slider(.disabled = 8), "{\"disabled\":true}");
}

static void
unset_values_are_left_out(void)
{
	CHECK(dcc_slider(.min = NAN, .disabled = -1, .id = NULL, .marks = NULL,
		  .tooltip = LETHE_NOT_SET, .updatemode = 0),
	    "{}");
}

static void
explicit_null_is_sent(void)
{
	CHECK(dcc_dropdown(.value = lethe_null(), .maxHeight = INFINITY),
	    "{\"value\":null,\"maxHeight\":null}");
}

static void
enumerations_are_texts(void)
{
	CHECK(dcc_input(.type = DCC_INPUT_TYPE_NUMBER,
		  .inputMode = DCC_INPUT_INPUT_MODE_LATIN_NAME),
	    "{\"type\":\"number\",\"inputMode\":\"latin-name\"}");
	CHECK(dcc_location(.refresh = DCC_LOCATION_REFRESH_CALLBACK_NAV),
	    "{\"refresh\":\"callback-nav\"}");
}

static void
enumerations_of_booleans_and_numbers_are_natural(void)
{
	CHECK(
	    html_div(.hidden = false), "{\"hidden\":false,\"children\":null}");
	CHECK(html_div(.hidden = true), "{\"hidden\":true,\"children\":null}");
	CHECK(html_div(.hidden = HTML_HIDDEN_HIDDEN_2),
	    "{\"hidden\":\"HIDDEN\",\"children\":null}");
	CHECK(html_div(.hidden = HTML_HIDDEN_UNSET), "{\"children\":null}");
	CHECK(dcc_date_picker_single(.first_day_of_week = 0),
	    "{\"first_day_of_week\":0}");
	CHECK(dcc_date_picker_single(
		      .first_day_of_week =
			  DCC_DATE_PICKER_SINGLE_FIRST_DAY_OF_WEEK_6),
	    "{\"first_day_of_week\":6}");
	CHECK(dcc_input(.spellCheck = DCC_INPUT_SPELL_CHECK_FALSE_TEXT),
	    "{\"spellCheck\":\"false\"}");
	CHECK(dcc_input(.spellCheck = false), "{\"spellCheck\":false}");
	CHECK(dcc_graph(.responsive = DCC_GRAPH_RESPONSIVE_AUTO),
	    "{\"responsive\":\"auto\"}");
	CHECK(dash_table_data_table(.row_selectable = false),
	    "{\"row_selectable\":false}");
}

static void
unknown_enumerators_are_refused(void)
{
	CHECK_FAILS(dcc_input(.type = 99));
	CHECK_FAILS(dcc_date_picker_single(.first_day_of_week = 7));
	CHECK_FAILS(html_div(.hidden = 9));
}

static void
pattern_ids_are_objects(void)
{
	CHECK(html_p(.id = "{\"index\":1,\"type\":\"row\"}"),
	    "{\"id\":{\"index\":1,\"type\":\"row\"},\"children\":null}");
	CHECK(dcc_store(.id = " {"), "{\"id\":\" {\"}");
}

static void
malformed_pattern_ids_are_refused(void)
{
	CHECK_FAILS(html_p(.id = "{"));
	CHECK_FAILS(html_p(.id = "{}"));
	CHECK_FAILS(html_p(.id = "{\"index\":1} x"));
	CHECK_FAILS(html_p(.id = "{'index':1}"));
	CHECK_FAILS(html_p(.id = "{\"index\":[\"MATCH\"]}"));
	CHECK_FAILS(html_p(.id = "{\"index\":{\"a\":1}}"));
	CHECK_FAILS(html_p(.id = "{\"index\":null}"));
}

static void
wildcards_become_attributes(void)
{
	CHECK(html_div(.wildcards = lethe_object({ "data-x", lethe_integer(1) },
			   { "aria-label", lethe_string("l") },
			   { "data-none", lethe_null() })),
	    "{\"data-x\":1,\"aria-label\":\"l\",\"data-none\":null,"
	    "\"children\":null}");
}

static void
other_wildcards_are_refused(void)
{
	static const char *const names[] = { "data", "data-", "aria-", "Data-x",
		"id", "", "children", "xdata-x" };
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		CHECK_FAILS(html_div(.wildcards = lethe_object(
					 { "data-fine", lethe_integer(1) },
					 { names[i], lethe_integer(1) })));
	CHECK_FAILS(html_div(.wildcards = lethe_list(lethe_integer(1))));
	CHECK_FAILS(html_div(.wildcards = lethe_raw("{}", 2)));
}

static void
keywords_lose_their_underscore(void)
{
	CHECK(dcc_checklist(.inline_ = true), "{\"inline\":true}");
	CHECK(html_track(.default_ = true),
	    "{\"default\":true,\"children\":null}");
}

static void
texts_are_copied(void)
{
	struct json_object *component;
	char text[] = "before";

	component = html_div(.id = text, .className = text);
	memcpy(text, "after!", sizeof(text));
	CHECK(component, "{\"id\":\"before\",\"className\":\"before\","
			 "\"children\":null}");
}

static void
json_values_are_taken(void)
{
	struct json_object *value = lethe_string("kept by the test");

	CHECK(dcc_dropdown(.value = json_object_get(value)),
	    "{\"value\":\"kept by the test\"}");
	/* Only one reference is left if the component had the other. */
	CU_ASSERT_EQUAL(json_object_put(value), 1);
}

/* Each place where it can fail: before, after and at the value. */
static void
values_are_taken_by_a_constructor_that_fails(void)
{
	struct json_object *value = lethe_list(lethe_integer(1));

	CHECK_FAILS(html_div(.id = "{", .style = json_object_get(value),
	    .children = json_object_get(value)));
	CHECK_FAILS(html_div(.hidden = 77, .style = json_object_get(value)));
	CHECK_FAILS(html_div(.wildcards = json_object_get(value),
	    .style = json_object_get(value)));
	CHECK_FAILS(html_div(.children = NULL,
	    .tabIndex = json_object_get(value), .id = "{"));
	CHECK_FAILS(dcc_tab(.label = NULL, .children = json_object_get(value),
	    .style = json_object_get(value)));
	CU_ASSERT_EQUAL(json_object_put(value), 1);
}

static void
failed_child_fails_the_tree(void)
{
	CHECK_FAILS(html_div(.children = NULL));
	CHECK_FAILS(html_div(.children = lethe_children(html_p(.id = "ok"),
				 html_div(.children = html_p(.id = "{broken")),
				 html_p(.children = lethe_string("last")))));
	CHECK_FAILS(dcc_loading(.custom_spinner = html_p(.id = "{")));
}

/* In one expression, as in an app's layout: 12 constructors deep. */
/* clang-format off */
static struct json_object *
nested(const char *text)
{
	return html_div(.children =
	 html_section(.children =
	  html_div(.children =
	   html_ul(.children = lethe_children(
	    html_li(.children =
	     html_div(.children =
	      html_div(.children = lethe_children(
	       html_p(),
	       html_div(.children =
	        html_span(.children =
	         html_div(.children = lethe_children(
	          html_b(.children =
	           html_div(.children = lethe_string(text))))))))))))))));
}
/* clang-format on */

static void
constructors_nest_deeply(void)
{
	struct json_object *at = nested("deep"), *top = at, *props;
	int levels;

	for (levels = 0; at != NULL; levels++) {
		while (json_object_is_type(at, json_type_array))
			at = json_object_array_get_idx(
			    at, json_object_array_length(at) - 1);
		if (!json_object_is_type(at, json_type_object))
			break;
		CU_ASSERT_TRUE_FATAL(
		    json_object_object_get_ex(at, "props", &props));
		CU_ASSERT_TRUE_FATAL(
		    json_object_object_get_ex(props, "children", &at));
	}
	CU_ASSERT_EQUAL(levels, 12);
	CU_ASSERT_STRING_EQUAL(json_object_get_string(at), "deep");
	json_object_put(top);
}

static void
every_component_can_be_made(void)
{
	const struct lethe_component_library *const *library;
	const struct lethe_component_type *type;
	size_t count = 0, i;

	for (library = component_libraries; *library != NULL; library++) {
		for (i = 0; i < (*library)->type_count; i++, count++) {
			type = &(*library)->types[i];
			CU_ASSERT_PTR_EQUAL(component_find((*library)->name,
						component_type_name(type)),
			    type);
			CU_ASSERT_TRUE(component_has_property(type, "id"));
		}
	}
	CU_ASSERT_EQUAL(count, 152);
	CHECK(html_a(.href = "/"), "{\"href\":\"/\",\"children\":null}");
	CHECK(html_h1(.title = "t"), "{\"title\":\"t\",\"children\":null}");
	CHECK(
	    html_object_el(.data = "d"), "{\"data\":\"d\",\"children\":null}");
	CHECK(html_map_el(.name = "n"), "{\"name\":\"n\",\"children\":null}");
	CHECK(dcc_date_picker_range(.is_RTL = true), "{\"is_RTL\":true}");
}

static void
properties_can_be_looked_up(void)
{
	static const struct {
		int line;
		const char *namespace, *type, *property;
		bool expected;
	} cases[] = {
		{ __LINE__, "dash_html_components", "Div", "className", true },
		{ __LINE__, "dash_html_components", "Div", "href", false },
		{ __LINE__, "dash_html_components", "A", "href", true },
		{ __LINE__, "dash_html_components", "Div", "data-x", true },
		{ __LINE__, "dash_html_components", "Div", "wildcards", false },
		{ __LINE__, "dash_core_components", "Checklist", "inline",
		    true },
		{ __LINE__, "dash_core_components", "Checklist", "inline_",
		    false },
		{ __LINE__, "dash_core_components", "Graph", "data-x", false },
		{ __LINE__, "dash_core_components", "Graph", "setProps",
		    false },
		{ __LINE__, "dash_table", "DataTable", "page_size", true },
	};
	const struct lethe_component_type *type;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		type = component_find(cases[i].namespace, cases[i].type);
		CU_ASSERT_PTR_NOT_NULL_FATAL(type);
		if (component_has_property(type, cases[i].property) ==
		    cases[i].expected)
			continue;
		CU_FAIL("not the expected answer");
		fprintf(stderr, "%s:%d: wrong\n", __FILE__, cases[i].line);
	}
	CU_ASSERT_PTR_NULL(component_find("dash_table", "Div"));
	CU_ASSERT_PTR_NULL(component_find("dash_none", "Div"));
}

static void
children_props_are_the_reference_s(void)
{
	static const struct {
		const char *namespace, *type, *expected;
		int count;
	} cases[] = {
		{ "dash_core_components", "Clipboard", "[\"copied_children\"]",
		    26 },
		{ "dash_core_components", "Loading", "[\"custom_spinner\"]",
		    26 },
		{ "dash_core_components", "Tab", "[\"label\"]", 26 },
		{ "dash_core_components", "Upload", "[]", 26 },
		{ "dash_html_components", "Div", "[]", 125 },
		{ "dash_table", "DataTable", "[]", 1 },
	};
	struct json_object *all = component_children_props(), *types, *list;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		CU_ASSERT_TRUE_FATAL(
		    json_object_object_get_ex(all, cases[i].namespace, &types));
		CU_ASSERT_EQUAL(
		    json_object_object_length(types), cases[i].count);
		CU_ASSERT_TRUE_FATAL(
		    json_object_object_get_ex(types, cases[i].type, &list));
		CU_ASSERT_STRING_EQUAL(json_object_to_json_string_ext(
					   list, JSON_C_TO_STRING_PLAIN),
		    cases[i].expected);
	}
	CU_ASSERT_EQUAL(json_object_object_length(all), 3);
	json_object_put(all);
}

void components_suite(void);

void
components_suite(void)
{
	CU_pSuite suite = CU_add_suite("components", NULL, NULL);

	CU_add_test(suite, "a component names its type and namespace",
	    component_names_its_type_and_namespace);
	CU_add_test(
	    suite, "children are always there", children_are_always_there);
	CU_add_test(suite, "zero and false are sent", zero_and_false_are_sent);
	CU_add_test(
	    suite, "unset values are left out", unset_values_are_left_out);
	CU_add_test(suite, "an explicit null is sent", explicit_null_is_sent);
	CU_add_test(suite, "enumerations are texts", enumerations_are_texts);
	CU_add_test(suite, "booleans and numbers in enumerations are natural",
	    enumerations_of_booleans_and_numbers_are_natural);
	CU_add_test(suite, "unknown enumerators are refused",
	    unknown_enumerators_are_refused);
	CU_add_test(suite, "pattern ids are objects", pattern_ids_are_objects);
	CU_add_test(suite, "malformed pattern ids are refused",
	    malformed_pattern_ids_are_refused);
	CU_add_test(
	    suite, "wildcards become attributes", wildcards_become_attributes);
	CU_add_test(suite, "wildcards by other names are refused",
	    other_wildcards_are_refused);
	CU_add_test(suite, "keywords lose their underscore on the wire",
	    keywords_lose_their_underscore);
	CU_add_test(suite, "texts are copied", texts_are_copied);
	CU_add_test(suite, "JSON values are taken", json_values_are_taken);
	CU_add_test(suite, "JSON values are taken by a constructor that fails",
	    values_are_taken_by_a_constructor_that_fails);
	CU_add_test(suite, "a failed child fails the whole tree",
	    failed_child_fails_the_tree);
	CU_add_test(
	    suite, "constructors nest 12 deep", constructors_nest_deeply);
	CU_add_test(
	    suite, "all 152 components are there", every_component_can_be_made);
	CU_add_test(
	    suite, "properties can be looked up", properties_can_be_looked_up);
	CU_add_test(suite, "children_props are those of the reference",
	    children_props_are_the_reference_s);
}
