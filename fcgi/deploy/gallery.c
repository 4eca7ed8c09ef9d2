/* deploy/gallery.c: see deploy/gallery.h. */
#include "deploy/gallery.h"

#include <stdlib.h>
#include <string.h>

enum { TEMPLATE_LIMIT = 4 * 1024 * 1024, PAGE_LIMIT = 16 * 1024 * 1024 };

/* Parts of the template: one for an app by name, and one for any app. */
#define APP_BEGIN "{{#app "
#define APP_END "{{/app}}\n"
#define ANY_BEGIN "{{#apps}}\n"
#define ANY_END "{{/apps}}\n"

static void
add_escaped(struct buffer *page, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			buffer_add_string(page, "&amp;");
			break;
		case '<':
			buffer_add_string(page, "&lt;");
			break;
		case '>':
			buffer_add_string(page, "&gt;");
			break;
		case '"':
			buffer_add_string(page, "&quot;");
			break;
		case '\'':
			buffer_add_string(page, "&#39;");
			break;
		default:
			buffer_add_char(page, *text);
		}
	}
}

/* The app's text for a placeholder of the template; NULL: none such. */
static const char *
placeholder(const struct site_app *app, const char *key, size_t size)
{
	if (size == 5 && memcmp(key, "title", size) == 0)
		return *app->title != '\0' ? app->title : app->name;
	if (size == 11 && memcmp(key, "description", size) == 0)
		return app->description;
	if (size == 6 && memcmp(key, "prefix", size) == 0)
		return app->prefix;
	if (size == 4 && memcmp(key, "name", size) == 0)
		return app->name;
	return NULL;
}

/* One app's part of the page, from the template's part for one app. */
static int
add_app(struct buffer *page, const char *part, size_t size,
    const struct site_app *app)
{
	const char *end = part + size;
	const char *open;
	const char *close;
	const char *value;

	while ((open = memmem(part, (size_t)(end - part), "{{", 2)) != NULL) {
		buffer_add(page, part, (size_t)(open - part));
		open += 2;
		close = memmem(open, (size_t)(end - open), "}}", 2);
		if (close == NULL)
			return -1;
		value = placeholder(app, open, (size_t)(close - open));
		if (value == NULL)
			return -1;
		add_escaped(page, value);
		part = close + 2;
	}
	buffer_add(page, part, (size_t)(end - part));
	return 0;
}

/* Does the template have a part for this app? */
static bool
has_part(const char *template, const struct site_app *app)
{
	char *begin = site_text("%s%s}}\n", APP_BEGIN, app->name);
	bool found = begin != NULL && strstr(template, begin) != NULL;

	free(begin);
	return found;
}

/* Adds the part from `part` to `end` for each app that it is for. */
static int
add_part(struct buffer *page, const struct site *site, const char *template,
    const char *part, const char *end)
{
	bool is_any = strncmp(part, ANY_BEGIN, strlen(ANY_BEGIN)) == 0;
	const char *content = strchr(part, '\n') + 1;

	for (size_t i = 0; i < site->app_count; i++) {
		const struct site_app *app = &site->apps[i];
		size_t length = strlen(app->name);
		const char *name = part + strlen(APP_BEGIN);
		bool is_meant = is_any
		    ? !has_part(template, app)
		    : strncmp(name, app->name, length) == 0 &&
			strncmp(name + length, "}}\n", 3) == 0;

		if (is_meant &&
		    add_app(page, content, (size_t)(end - content), app) < 0)
			return -1;
	}
	return 0;
}

/* Fills in the template; -1 when it is none. */
static int
fill_in(struct buffer *page, const struct site *site, const char *template)
{
	const char *rest = template;
	const char *part;
	bool was_any = false;

	while ((part = strstr(rest, "{{#")) != NULL) {
		bool is_any = strncmp(part, ANY_BEGIN, strlen(ANY_BEGIN)) == 0;
		const char *end = strstr(part, is_any ? ANY_END : APP_END);

		if (end == NULL || strchr(part, '\n') > end ||
		    (!is_any &&
			strncmp(part, APP_BEGIN, strlen(APP_BEGIN)) != 0))
			return -1;
		buffer_add(page, rest, (size_t)(part - rest));
		if (add_part(page, site, template, part, end) < 0)
			return -1;
		rest = end + strlen(is_any ? ANY_END : APP_END);
		was_any = was_any || is_any;
	}
	buffer_add_string(page, rest);
	return was_any ? 0 : -1;
}

int
gallery_write(const struct site *site, struct error *error)
{
	struct buffer template, page;
	char *path = site_text("%s/gallery.html", site->frontend);
	char *directory = site_text("%s/nginx/page", site->directory);
	int result = -1;

	buffer_init(&template, TEMPLATE_LIMIT);
	buffer_init(&page, PAGE_LIMIT);
	if (path == NULL || directory == NULL)
		error_set(error, "the gallery page: no memory");
	else if (site_read(path, &template, error) < 0)
		;
	else if (template.data == NULL ||
		 fill_in(&page, site, template.data) < 0)
		error_set(error,
		    "%s is not the gallery's template; fetch the front "
		    "end again",
		    path);
	else if (buffer_failed(&page))
		error_set(error, "the gallery page: no memory");
	else
		result = site_write(
		    directory, "index.html", page.data, page.size, error);
	buffer_clear(&template);
	buffer_clear(&page);
	free(path);
	free(directory);
	return result;
}
