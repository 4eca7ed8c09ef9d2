/*
 * http/index.c: the index page: html/index.html with its places filled in.
 *
 * The order of the scripts is the front end's: what a bundle needs is loaded
 * before it.  The pinned list of bundles has that order (frontend.h, which the
 * build makes of it).
 */
#include <string.h>

#include "base/template.h"
#include "components/component.h"
#include "dash/json_write.h"
#include "frontend.h"
#include "http/index.h"

/* html/index.html. */
extern const char html_index[];

/* What the places of the template are filled from. */
struct page {
	const struct dash *dash;
	const char *prefix;
	bool development;
};

static void
add_html(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '<':
			buffer_add_string(out, "&lt;");
			break;
		case '>':
			buffer_add_string(out, "&gt;");
			break;
		case '&':
			buffer_add_string(out, "&amp;");
			break;
		case '"':
			buffer_add_string(out, "&quot;");
			break;
		default:
			buffer_add_char(out, *text);
		}
}

static void
add_title(struct buffer *out, const void *context)
{
	const struct page *page = context;
	const struct lethe_app *app = page->dash->app;

	add_html(out, app->title != NULL ? app->title : app->name);
}

/* A URL of a front-end file. */
static void
add_suite(struct buffer *out, const struct page *page, const char *name)
{
	add_html(out, page->prefix);
	buffer_add_string(out, "_dash-component-suites/");
	add_html(out, name);
}

static void
add_css(struct buffer *out, const void *context)
{
	const struct page *page = context;
	const char *const *sheets = page->dash->app->external_stylesheets;

	for (size_t i = 0; frontend_styles[i].path != NULL; i++) {
		buffer_add_string(out, "<link rel=\"stylesheet\" href=\"");
		add_suite(out, page, frontend_styles[i].fingerprinted);
		buffer_add_string(out, "\">\n");
	}
	for (; sheets != NULL && *sheets != NULL; sheets++) {
		buffer_add_string(out, "<link rel=\"stylesheet\" href=\"");
		if (strstr(*sheets, "://") != NULL || (*sheets)[0] == '/')
			add_html(out, *sheets);
		else
			add_suite(out, page, *sheets);
		buffer_add_string(out, "\">\n");
	}
}

static void
add_scripts(struct buffer *out, const void *context)
{
	const struct page *page = context;
	const struct frontend_file *scripts =
	    page->development ? frontend_scripts_debug : frontend_scripts;

	for (size_t i = 0; scripts[i].path != NULL; i++) {
		buffer_add_string(out, "<script src=\"");
		add_suite(out, page, scripts[i].fingerprinted);
		buffer_add_string(out, "\"></script>\n");
	}
}

/* How often the page asks for the reload hash (ms), and how many failures in
 * a row it takes: the reference's values. */
static struct json_object *
hot_reload(void)
{
	return lethe_object(
	    { "interval", lethe_integer(3000) },
	    { "max_retry", lethe_integer(8) });
}

/*
 * The keys that the reference sends, with its values where they say something
 * about the server.  The version check is off: it would call out from every
 * visitor's browser.
 */
static void
add_config(struct buffer *out, const void *context)
{
	const struct page *page = context;
	struct json_object *config = lethe_object(
	    { "url_base_pathname", lethe_null() },
	    { "requests_pathname_prefix", lethe_string(page->prefix) },
	    { "ui", lethe_boolean(page->development) },
	    { "props_check", lethe_boolean(page->development) },
	    { "disable_version_check", lethe_boolean(true) },
	    { "show_undo_redo", lethe_boolean(false) },
	    { "suppress_callback_exceptions", lethe_boolean(false) },
	    { "update_title", lethe_string("Updating...") },
	    { "children_props", component_children_props() },
	    { "serve_locally", lethe_boolean(true) },
	    { "dash_version", lethe_string("4.3.0") },
	    { "python_version", lethe_string("") },
	    { "dash_version_url", lethe_string("") },
	    { "ddk_version", lethe_null() },
	    { "plotly_version", lethe_string("") },
	    { "validate_callbacks", lethe_boolean(false) },
	    { "csrf_token_name", lethe_string("_csrf_token") },
	    { "csrf_header_name", lethe_string("X-CSRFToken") },
	    { "plotly_cloud_installed", lethe_boolean(false) });

	if (page->development && config != NULL)
		json_object_object_add(config, "hot_reload", hot_reload());
	if (config == NULL)
		out->failed = true;
	json_write_html(out, config);
	json_object_put(config);
}

/* Which callback has which outputs, for html/lethe.js. */
static void
add_callbacks(struct buffer *out, const void *context)
{
	const struct page *page = context;
	struct json_object *names = json_object_new_object();

	for (size_t i = 0; i < page->dash->callback_count; i++)
		json_object_object_add(names, page->dash->callbacks[i].output,
		    json_object_new_string(
			page->dash->callbacks[i].description->name));
	json_write_html(out, names);
	json_object_put(names);
}

static const struct template_place places[] = {
	{ "title", add_title },
	{ "css", add_css },
	{ "config", add_config },
	{ "callbacks", add_callbacks },
	{ "scripts", add_scripts },
	{ NULL, NULL },
};

void
index_page(struct buffer *out, const struct dash *dash, const char *prefix,
    bool development)
{
	const struct page page = { .dash = dash, .prefix = prefix,
		.development = development };

	template_fill(out, html_index, places, &page);
}
