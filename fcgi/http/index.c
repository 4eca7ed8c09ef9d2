/*
 * http/index.c: the index page: the template (html/index.html, or the app's
 * own) with its places filled in.
 *
 * The order of the scripts is the front end's: what a bundle needs is loaded
 * before it.  The pinned list of bundles has that order (frontend.h, which the
 * build makes of it); the app's own scripts come before the renderer.
 */
#include <inttypes.h>
#include <string.h>

#include "base/template.h"
#include "components/component.h"
#include "dash/json_write.h"
#include "frontend.h"
#include "http/assets.h"
#include "http/html.h"
#include "http/index.h"
#include "http/url.h"

/* html/index.html. */
extern const char html_index[];

/* What the places of the template are filled from. */
struct page {
	const struct index_page *given;
	const struct lethe_app *app;
	struct assets assets;
};

static void
add_meta(struct buffer *out, const struct lethe_meta_tag *tag)
{
	buffer_add_string(out, "<meta");
	html_add_attribute(out, "charset", tag->charset);
	html_add_attribute(out, "name", tag->name);
	html_add_attribute(out, "property", tag->property);
	html_add_attribute(out, "http-equiv", tag->http_equiv);
	html_add_attribute(out, "content", tag->content);
	buffer_add_string(out, ">\n");
}

static bool
is_last_meta(const struct lethe_meta_tag *tag)
{
	return tag->name == NULL && tag->property == NULL &&
	       tag->http_equiv == NULL && tag->charset == NULL;
}

/* The app's tags, and what a page must not lack, should the app not say it. */
static void
add_metas(struct buffer *out, const void *context)
{
	const struct page *page = context;
	const struct lethe_meta_tag charset = { .charset = "utf-8" };
	const struct lethe_meta_tag viewport = { .name = "viewport",
		.content = "width=device-width, initial-scale=1" };
	const struct lethe_meta_tag *tags = page->app->meta_tags;
	bool has_charset = false, has_viewport = false;

	for (size_t i = 0; tags != NULL && !is_last_meta(&tags[i]); i++) {
		has_charset = has_charset || tags[i].charset != NULL;
		has_viewport =
		    has_viewport || (tags[i].name != NULL &&
					strcmp(tags[i].name, "viewport") == 0);
	}
	if (!has_charset)
		add_meta(out, &charset);
	if (!has_viewport)
		add_meta(out, &viewport);
	for (size_t i = 0; tags != NULL && !is_last_meta(&tags[i]); i++)
		add_meta(out, &tags[i]);
}

static void
add_title(struct buffer *out, const void *context)
{
	const struct page *page = context;

	html_add_text(
	    out, page->app->title != NULL ? page->app->title : page->app->name);
}

/* A URL of a front-end file. */
static void
add_suite(struct buffer *out, const struct page *page, const char *name)
{
	html_add_text(out, page->given->prefix);
	buffer_add_string(out, "_dash-component-suites/");
	html_add_text(out, name);
}

/* A URL as the app gives it: absolute, or below the front-end files. */
static void
add_given(struct buffer *out, const struct page *page, const char *url)
{
	if (strstr(url, "://") != NULL || url[0] == '/')
		html_add_text(out, url);
	else
		add_suite(out, page, url);
}

/* The time in it makes browsers fetch a file anew that has changed. */
static void
add_asset(
    struct buffer *out, const struct page *page, const struct asset *asset)
{
	html_add_text(out, page->given->prefix);
	buffer_add_string(out, "assets/");
	url_encode_path(out, asset->directory);
	if (asset->directory[0] != '\0')
		buffer_add_char(out, '/');
	url_encode_path(out, asset->name);
	buffer_addf(out, "?m=%" PRId64, asset->modified_ns / 1000000000);
}

static void
add_favicon(struct buffer *out, const void *context)
{
	const struct page *page = context;
	const struct asset *icon = NULL;

	for (size_t i = 0; i < page->assets.count && icon == NULL; i++)
		if (page->assets.list[i].kind == ASSET_FAVICON)
			icon = &page->assets.list[i];
	buffer_add_string(
	    out, "<link rel=\"icon\" type=\"image/x-icon\" href=\"");
	if (icon != NULL) {
		add_asset(out, page, icon);
	} else {
		html_add_text(out, page->given->prefix);
		buffer_add_string(out, "_favicon.ico");
	}
	buffer_add_string(out, "\">\n");
}

static void
add_stylesheet(struct buffer *out, const struct page *page,
    const struct lethe_stylesheet *sheet)
{
	buffer_add_string(out, "<link");
	html_add_attribute(
	    out, "rel", sheet->rel != NULL ? sheet->rel : "stylesheet");
	buffer_add_string(out, " href=\"");
	add_given(out, page, sheet->href);
	buffer_add_char(out, '"');
	html_add_attribute(out, "type", sheet->type);
	html_add_attribute(out, "media", sheet->media);
	html_add_attribute(out, "integrity", sheet->integrity);
	html_add_attribute(out, "crossorigin", sheet->crossorigin);
	html_add_attribute(out, "referrerpolicy", sheet->referrerpolicy);
	buffer_add_string(out, ">\n");
}

static void
add_css(struct buffer *out, const void *context)
{
	const struct page *page = context;
	const struct lethe_stylesheet *sheets = page->app->external_stylesheets;

	for (size_t i = 0; frontend_styles[i].path != NULL; i++) {
		const struct lethe_stylesheet own = {
			.href = frontend_styles[i].fingerprinted,
		};

		add_stylesheet(out, page, &own);
	}
	for (; sheets != NULL && sheets->href != NULL; sheets++)
		add_stylesheet(out, page, sheets);
	for (size_t i = 0; i < page->assets.count; i++) {
		if (page->assets.list[i].kind != ASSET_STYLE)
			continue;
		buffer_add_string(out, "<link rel=\"stylesheet\" href=\"");
		add_asset(out, page, &page->assets.list[i]);
		buffer_add_string(out, "\">\n");
	}
}

static void
add_app_entry(struct buffer *out, const void *context)
{
	(void)context;
	buffer_add_string(out,
	    "<div id=\"react-entry-point\">"
	    "<div class=\"_dash-loading\">Loading...</div></div>\n");
}

static void
open_script(struct buffer *out, const struct page *page)
{
	buffer_add_string(out, "<script");
	html_add_attribute(out, "nonce", page->given->nonce);
}

static void
add_script(struct buffer *out, const struct page *page,
    const struct lethe_script *script)
{
	open_script(out, page);
	buffer_add_string(out, " src=\"");
	add_given(out, page, script->src);
	buffer_add_char(out, '"');
	html_add_attribute(out, "type", script->type);
	html_add_attribute(out, "integrity", script->integrity);
	html_add_attribute(out, "crossorigin", script->crossorigin);
	html_add_attribute(out, "referrerpolicy", script->referrerpolicy);
	html_add_flag(out, "async", script->async);
	html_add_flag(out, "defer", script->defer);
	buffer_add_string(out, "></script>\n");
}

/* The app's own scripts. */
static void
add_app_scripts(struct buffer *out, const struct page *page)
{
	const struct lethe_script *scripts = page->app->external_scripts;

	for (; scripts != NULL && scripts->src != NULL; scripts++)
		add_script(out, page, scripts);
	for (size_t i = 0; i < page->assets.count; i++) {
		const struct asset *asset = &page->assets.list[i];

		if (asset->kind != ASSET_SCRIPT && asset->kind != ASSET_MODULE)
			continue;
		open_script(out, page);
		buffer_add_string(out, " src=\"");
		add_asset(out, page, asset);
		buffer_add_string(out, asset->kind == ASSET_MODULE
					   ? "\" type=\"module\"></script>\n"
					   : "\"></script>\n");
	}
}

/* A script of the page's own.  What would end the element that it is in, or
 * change how that is read, goes into a URL, since there is no way to escape it
 * that leaves every script what it is. */
static void
add_text_script(
    struct buffer *out, const struct page *page, const char *text)
{
	open_script(out, page);
	if (html_is_script_text(text)) {
		buffer_add_char(out, '>');
		buffer_add_string(out, text);
	} else {
		buffer_add_string(
		    out, " src=\"data:text/javascript;charset=utf-8,");
		url_encode_path(out, text);
		buffer_add_string(out, "\">");
	}
	buffer_add_string(out, "</script>\n");
}

/*
 * The functions of callbacks that came as text.  A script each: one that is no
 * JavaScript does not take the others with it.
 */
static void
add_functions(struct buffer *out, const struct page *page)
{
	const struct dash *dash = page->given->dash;
	struct buffer text;

	buffer_init(&text, out->limit);
	for (size_t i = 0; i < dash->callback_count; i++) {
		const struct dash_callback *callback = &dash->callbacks[i];

		if (callback->function_name == NULL)
			continue;
		buffer_reset(&text);
		buffer_addf(&text,
		    "(function (all) {\n"
		    "(all." DASH_INLINE_NAMESPACE " = "
		    "all." DASH_INLINE_NAMESPACE " || {})[\"%s\"] =\n",
		    callback->function_name);
		buffer_add_string(
		    &text, callback->description->clientside_function);
		buffer_add_string(&text,
		    ";\n})(window.dash_clientside = "
		    "window.dash_clientside || {});");
		if (buffer_failed(&text))
			out->failed = true;
		else
			add_text_script(out, page, text.data);
	}
	buffer_clear(&text);
}

static void
add_scripts(struct buffer *out, const void *context)
{
	const struct page *page = context;
	const struct frontend_file *scripts = page->given->development
	    ? frontend_scripts_debug
	    : frontend_scripts;
	static const char renderer[] = "dash/dash-renderer/";

	for (size_t i = 0; scripts[i].path != NULL; i++) {
		const struct lethe_script script = {
			.src = scripts[i].fingerprinted,
		};

		if (strncmp(scripts[i].path, renderer,
			sizeof(renderer) - 1) == 0)
			add_app_scripts(out, page);
		add_script(out, page, &script);
	}
	add_functions(out, page);
}

/* What the browser checks callbacks against.  The page does without it when
 * there is none: the layout's own request will tell why. */
static void
add_validation_layout(
    struct json_object *config, const struct index_page *given)
{
	struct dash_result result;
	struct json_object *raw;
	struct buffer text;

	buffer_init(&text, given->services->response_limit);
	dash_validation_layout(given->dash, given->services, &text, &result);
	if (result.status != 200 || buffer_failed(&text) || text.size == 0) {
		buffer_clear(&text);
		return;
	}
	raw = json_raw_take(text.data, text.size);
	if (raw != NULL &&
	    json_object_object_add(config, "validation_layout", raw) != 0)
		json_object_put(raw);
}

/* How often the page asks for the reload hash (ms), and how many failures in
 * a row it takes: the reference's values. */
static void
add_hot_reload(struct json_object *config)
{
	json_object_object_add(config, "hot_reload",
	    lethe_object({ "interval", lethe_integer(3000) },
		{ "max_retry", lethe_integer(8) }));
}

/*
 * The keys that the reference sends, with its values where they say something
 * about the server.  The version check is off: it would call out from every
 * visitor's browser.
 */
static struct json_object *
config_new(const struct index_page *given)
{
	const struct lethe_app *app = given->dash->app;
	bool at_root = strcmp(given->prefix, "/") == 0;

	return lethe_object(
	    { "url_base_pathname",
		at_root ? lethe_null() : lethe_string(given->prefix) },
	    { "requests_pathname_prefix", lethe_string(given->prefix) },
	    { "ui", lethe_boolean(given->development) },
	    { "props_check", lethe_boolean(given->development) },
	    { "disable_version_check", lethe_boolean(true) },
	    { "show_undo_redo", lethe_boolean(false) },
	    { "suppress_callback_exceptions",
		lethe_boolean(app->suppress_callback_exceptions) },
	    { "update_title",
		lethe_string(app->update_title != NULL ? app->update_title
						       : "Updating...") },
	    { "children_props", component_children_props() },
	    { "serve_locally", lethe_boolean(true) },
	    { "dash_version", lethe_string("4.3.0") },
	    { "python_version", lethe_string("") },
	    { "dash_version_url",
		lethe_string("https://dash-version.plotly.com:8080/"
			     "current_version") },
	    { "ddk_version", lethe_null() },
	    { "plotly_version", lethe_string("5.4.0") },
	    { "validate_callbacks", lethe_boolean(false) },
	    { "csrf_token_name", lethe_string("_csrf_token") },
	    { "csrf_header_name", lethe_string("X-CSRFToken") },
	    { "plotly_cloud_installed", lethe_boolean(false) });
}

/* Which callback has which outputs, for html/lethe.js. */
static struct json_object *
names_new(const struct dash *dash)
{
	struct json_object *names = json_object_new_object();

	for (size_t i = 0; names != NULL && i < dash->callback_count; i++)
		json_object_object_add(names, dash->callbacks[i].output,
		    json_object_new_string(
			dash->callbacks[i].description->name));
	return names;
}

/* Takes `value`. */
static void
add_json_script(struct buffer *out, const char *id, struct json_object *value)
{
	if (value == NULL)
		out->failed = true;
	buffer_addf(out, "<script id=\"%s\" type=\"application/json\">", id);
	json_write_html(out, value);
	buffer_add_string(out, "</script>\n");
	json_object_put(value);
}

/* What html/lethe.js tells visitors of failures, if not what the server says
 * of them.  The dev tools tell them by themselves. */
static void
add_failures(struct buffer *out, const struct page *page)
{
	const char *notice = page->app->failure_notice;

	if (page->given->development || (notice != NULL && *notice == '\0'))
		add_json_script(
		    out, "_lethe-failures", json_object_new_boolean(0));
	else if (notice != NULL)
		add_json_script(
		    out, "_lethe-failures", json_object_new_string(notice));
}

static void
add_config(struct buffer *out, const void *context)
{
	const struct page *page = context;
	struct json_object *config = config_new(page->given);

	if (config != NULL)
		add_validation_layout(config, page->given);
	if (config != NULL && page->given->development)
		add_hot_reload(config);
	add_json_script(out, "_dash-config", config);
	add_json_script(out, "_lethe-callbacks", names_new(page->given->dash));
	add_failures(out, page);
}

static void
add_renderer(struct buffer *out, const void *context)
{
	open_script(out, context);
	buffer_add_string(out,
	    " id=\"_dash-renderer\" type=\"application/javascript\">"
	    "var renderer = new DashRenderer();</script>\n");
}

/* For scripts of the template's own. */
static void
add_nonce(struct buffer *out, const void *context)
{
	const struct page *page = context;

	html_add_text(out, page->given->nonce);
}

static const struct template_place places[] = {
	{ "metas", add_metas },
	{ "title", add_title },
	{ "favicon", add_favicon },
	{ "css", add_css },
	{ "app_entry", add_app_entry },
	{ "config", add_config },
	{ "scripts", add_scripts },
	{ "renderer", add_renderer },
	{ "nonce", add_nonce },
	{ NULL, NULL },
};

int
index_page(
    struct buffer *out, const struct index_page *given, struct error *error)
{
	struct page page = { .given = given, .app = given->dash->app };

	if (given->assets[0] != '\0' &&
	    assets_read(&page.assets, given->assets, page.app->assets_ignore,
		error) != 0)
		return -1;
	template_fill(out,
	    page.app->index_string != NULL ? page.app->index_string
					   : html_index,
	    places, &page);
	assets_clear(&page.assets);
	return 0;
}
