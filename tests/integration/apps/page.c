/*
 * page.c: apps whose pages differ in every way that struct lethe_app knows.
 * The variable PAGE_APP says which of them the program is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

/* ------------------------------------------------------------------------
 * What the app's code sees of a request
 */

static struct json_object *
text(const char *value)
{
	return value != NULL ? lethe_string(value) : lethe_null();
}

static struct json_object *
request(struct lethe_call *call)
{
	return lethe_object({ "path", text(lethe_page_path(call)) },
	    { "x", text(lethe_page_query(call, "x")) },
	    { "umlaut", text(lethe_page_query(call, "\xc3\xa4 b")) },
	    { "language", text(lethe_request_header(call, "Accept-Language")) },
	    { "content_type",
		text(lethe_request_header(call, "content-type")) },
	    { "odd", text(lethe_request_header(call, "Accept_Language")) },
	    { "cookie", text(lethe_request_cookie(call, "theme")) },
	    { "address", text(lethe_request_address(call)) });
}

static struct json_object *
request_layout(struct lethe_call *call)
{
	const struct lethe_cookie cookie = { .name = "seen", .value = "1" };
	struct json_object *seen = request(call);
	struct json_object *tree;

	if (lethe_page_query(call, "fail") != NULL) {
		json_object_put(seen);
		(void)lethe_response_header(call, "X-Failed", "yes");
		(void)lethe_fail(call, "asked to fail");
		return NULL;
	}
	if (lethe_response_cookie(call, &cookie) != LETHE_OK) {
		json_object_put(seen);
		return NULL;
	}
	tree = html_div(.id = "seen",
	    .title = json_object_to_json_string(seen));
	json_object_put(seen);
	return tree;
}

static enum lethe_result
show_request(struct lethe_call *call)
{
	return lethe_output(call, 0, request(call));
}

static const struct lethe_callback show_request_callback = {
	.name = "show_request",
	.handler = show_request,
	.outputs = LETHE_OUTPUTS({ "shown", "data" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
};

/* Sets the header of the first input to the second, then may fail. */
static enum lethe_result
set_header(struct lethe_call *call)
{
	if (lethe_response_header(call, lethe_input_string(call, 0),
		lethe_input_string(call, 1)) != LETHE_OK)
		return LETHE_ERROR;
	if (json_object_get_boolean(lethe_input(call, 2)))
		return lethe_fail(call, "asked to fail");
	return LETHE_PREVENT_UPDATE;
}

static const struct lethe_callback set_header_callback = {
	.name = "set_header",
	.handler = set_header,
	.outputs = LETHE_OUTPUTS({ "header", "data" }),
	.inputs = LETHE_INPUTS(
	    { "name", "value" }, { "value", "value" }, { "fail", "value" }),
};

static enum lethe_result
set_cookies(struct lethe_call *call)
{
	const struct lethe_cookie plain = { .name = "plain", .value = "a=b" };
	const struct lethe_cookie all = { .name = "__Host-all",
		.value = "c",
		.path = "/",
		.max_age_s = 60,
		.http_only = true,
		.secure = true,
		.same_site = LETHE_SAME_SITE_STRICT };
	const struct lethe_cookie gone = { .name = "gone",
		.max_age_s = LETHE_COOKIE_DELETE };

	if (lethe_response_cookie(call, &plain) != LETHE_OK ||
	    lethe_response_cookie(call, &all) != LETHE_OK ||
	    lethe_response_cookie(call, &gone) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, lethe_string("set"));
}

static const struct lethe_callback set_cookies_callback = {
	.name = "set_cookies",
	.handler = set_cookies,
	.outputs = LETHE_OUTPUTS({ "cookies", "data" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
};

/* ------------------------------------------------------------------------
 * Where the time goes
 */

/* So that the handler, what it computes and the store can be told apart. */
static void
wait_ms(long milliseconds)
{
	const struct timespec time = { .tv_sec = milliseconds / 1000,
		.tv_nsec = milliseconds % 1000 * 1000000 };

	(void)nanosleep(&time, NULL);
}

static enum lethe_result
compute_slowly(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	(void)call;
	wait_ms(100);
	*value = json_object_get(arguments);
	return LETHE_OK;
}

static enum lethe_result
memoize_slowly(struct lethe_call *call)
{
	static const struct lethe_memo memo = { .name = "compute_slowly",
		.compute = compute_slowly };
	struct json_object *value;

	wait_ms(50);
	if (lethe_memoize(call, &memo, lethe_input_take(call, 0), &value) !=
	    LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, value);
}

static const struct lethe_callback memoize_slowly_callback = {
	.name = "memoize_slowly",
	.handler = memoize_slowly,
	.outputs = LETHE_OUTPUTS({ "slow", "data" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
};

static const struct lethe_app request_app = {
	.name = "request",
	.prefix = "/request/",
	.layout = request_layout,
	.suppress_callback_exceptions = true,
	.callbacks =
	    LETHE_CALLBACKS(&show_request_callback, &set_header_callback,
		&set_cookies_callback, &memoize_slowly_callback),
};

/* ------------------------------------------------------------------------
 * Layouts: a constant, a list, ones that fail
 */

/* The process's id tells whether it was made anew. */
static struct json_object *
counted_layout(struct lethe_call *call)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return lethe_children(
	    html_h1(.id = "made", .children = lethe_stringf("%lld.%09ld",
				      (long long)now.tv_sec, now.tv_nsec)),
	    html_p(.id = "path",
		.children = lethe_string(lethe_page_path(call))));
}

static const struct lethe_app constant_app = {
	.name = "constant",
	.layout = counted_layout,
	.layout_is_constant = true,
};

static const struct lethe_app list_app = {
	.name = "list",
	.layout = counted_layout,
};

static struct json_object *
missing_layout(struct lethe_call *call)
{
	(void)lethe_fail(call, "the valve is stuck");
	return NULL;
}

static const struct lethe_app missing_app = {
	.name = "missing",
	.layout = missing_layout,
};

static const struct lethe_app missing_constant_app = {
	.name = "missing_constant",
	.layout = missing_layout,
	.layout_is_constant = true,
};

static struct json_object *
crashing_layout(struct lethe_call *call)
{
	(void)call;
	abort();
}

static const struct lethe_app crashing_app = {
	.name = "crashing",
	.failure_notice = "",
	.layout = crashing_layout,
	.layout_is_constant = true,
};

static struct json_object *
whole_layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.id = "whole",
	    .children = lethe_string("</script><b>&"));
}

static const struct lethe_app validation_app = {
	.name = "validation",
	.layout = counted_layout,
	.layout_is_constant = true,
	.validation_layout = whole_layout,
	.failure_notice = "Ask <Ann>.",
};

/* ------------------------------------------------------------------------
 * The head of the page, as the recorded app f_prefix has it and more
 */

static struct json_object *
prefixed_layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children =
			    lethe_children(html_button(.id = "b",
					       .children = lethe_string("b")),
				html_div(.id = "o")));
}

static enum lethe_result
f(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_string("None"));
}

static const struct lethe_callback f_callback = {
	.name = "f",
	.handler = f,
	.outputs = LETHE_OUTPUTS({ "o", "children" }),
	.inputs = LETHE_INPUTS({ "b", "n_clicks" }),
};

static const struct lethe_app prefixed_app = {
	.name = "prefixed",
	.title = "Prefixed",
	.prefix = "/my/app/",
	.meta_tags = LETHE_META_TAGS(
	    { .name = "description", .content = "a \"quoted\" <text>" },
	    { .name = "viewport", .content = "width=500" },
	    { .property = "og:title", .content = "Prefixed" }),
	.external_scripts =
	    LETHE_SCRIPTS({ .src = "https://example.invalid/x.js",
			      .integrity = "sha384-x",
			      .crossorigin = "anonymous" },
		{ .src = "/other.js", .type = "module", .async = true }),
	.external_stylesheets = LETHE_STYLESHEETS(
	    { .href = "https://example.invalid/x.css", .media = "print" }),
	.layout = prefixed_layout,
	.suppress_callback_exceptions = true,
	.callbacks = LETHE_CALLBACKS(&f_callback),
};

/* ------------------------------------------------------------------------
 * Assets, functions in the browser, a template
 */

static const struct lethe_callback inline_callback = {
	.name = "inline",
	.clientside_function =
	    "function (v) {\n"
	    "\t// </script> <script> <!-- in a comment\n"
	    "\tvar tag = '</sCript><!--' + /<\\/script/.source;\n"
	    "\tvar script = 3;\n"
	    "\treturn v <script ? tag : 'inline ' + v;\n"
	    "}",
	.outputs = LETHE_OUTPUTS({ "out", "children" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
};

static const struct lethe_callback plain_callback = {
	.name = "plain",
	.clientside_function = "(v) => 'plain < ' + v",
	.outputs = LETHE_OUTPUTS({ "out4", "children" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
};

static const struct lethe_callback broken_callback = {
	.name = "broken",
	.clientside_function = "function (",
	.outputs = LETHE_OUTPUTS({ "out3", "children" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
};

static const struct lethe_callback named_callback = {
	.name = "named",
	.clientside_namespace = "my_ns",
	.clientside_name = "double",
	.outputs = LETHE_OUTPUTS({ "out2", "children" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
};

static struct json_object *
assets_layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
			    dcc_input(.id = "in", .value = lethe_string("3")),
			    html_div(.id = "out"), html_div(.id = "out2"),
			    html_div(.id = "out3"), html_div(.id = "out4")));
}

static const struct lethe_app assets_app = {
	.name = "assets",
	.update_title = "",
	.prefix = "/assets.app/",
	.assets_ignore = "^ignored|[.]min[.]",
	.index_string =
	    "<!DOCTYPE html>\n<html><head>{%metas%}<title>{%title%}</title>"
	    "{%favicon%}{%css%}</head><body><p>{%unknown%} {% mine %}</p>"
	    "{%app_entry%}<script nonce=\"{%nonce%}\">var own;</script>"
	    "<footer>{%config%}{%scripts%}{%renderer%}</footer>"
	    "</body></html>\n",
	.layout = assets_layout,
	.layout_is_constant = true,
	.callbacks = LETHE_CALLBACKS(
	    &broken_callback, &inline_callback, &plain_callback,
	    &named_callback),
};

static const struct lethe_app mistaken_app = {
	.name = "mistaken",
	.assets_ignore = "(",
	.meta_tags = LETHE_META_TAGS({ .name = "description" }),
	.index_string = "<html>{%config%}<script>alert(1)</script></html>",
	.layout = assets_layout,
};

int
main(int argc, char *argv[])
{
	static const struct lethe_app *const apps[] = { &request_app,
		&constant_app, &list_app, &missing_app, &missing_constant_app,
		&crashing_app, &validation_app, &prefixed_app, &assets_app,
		&mistaken_app };
	const char *wanted = getenv("PAGE_APP");

	for (size_t i = 0; i < sizeof(apps) / sizeof(apps[0]); i++)
		if (wanted != NULL && strcmp(apps[i]->name, wanted) == 0)
			return lethe_main(apps[i], argc, argv);
	(void)fprintf(stderr, "PAGE_APP must name an app of page.c\n");
	return 2;
}
