/*
 * dash/check_page.c: mistakes in what an app says of its page.
 */
#include <regex.h>
#include <stdbool.h>
#include <string.h>

#include "dash/check.h"

/* Is the attribute within the tag that ends after `size` bytes? */
static bool
has_attribute(const char *tag, size_t size, const char *attribute)
{
	const char *found = strcasestr(tag, attribute);

	return found != NULL && (size_t)(found - tag) < size;
}

/*
 * Browsers run no script of the page that does not have the response's nonce
 * (http/policy.c); data for scripts is none.
 */
static void
check_nonces(struct mistakes *mistakes, const char *text)
{
	while ((text = strcasestr(text, "<script")) != NULL) {
		size_t size = strcspn(text, ">");

		if (!has_attribute(text, size, "{%nonce%}") &&
		    !has_attribute(text, size, "application/json"))
			mistake(mistakes, NULL,
			    "the app's .index_string has %.*s>, which browsers "
			    "will not run: write <script "
			    "nonce=\"{%%nonce%%}\"",
			    size < 80 ? (int)size : 80, text);
		text += size;
	}
}

static void
check_index_string(struct mistakes *mistakes, const char *text)
{
	static const char *const required[] = { "{%app_entry%}", "{%config%}",
		"{%scripts%}" };

	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (strstr(text, required[i]) == NULL)
			mistake(mistakes, NULL,
			    "the app's .index_string lacks the place %s, "
			    "without which the page cannot start",
			    required[i]);
	/* A renderer with hooks of the app's own has to be in it by hand. */
	if (strstr(text, "{%renderer%}") == NULL &&
	    strstr(text, "_dash-renderer") == NULL)
		mistake(mistakes, NULL,
		    "the app's .index_string lacks the place {%%renderer%%}, "
		    "or a <script id=\"_dash-renderer\"> of its own");
	check_nonces(mistakes, text);
}

static void
check_meta_tags(struct mistakes *mistakes, const struct lethe_meta_tag *tags)
{
	for (size_t i = 0;
	     tags[i].name != NULL || tags[i].property != NULL ||
	     tags[i].http_equiv != NULL || tags[i].charset != NULL;
	     i++)
		if (tags[i].charset == NULL && tags[i].content == NULL)
			mistake(mistakes, NULL,
			    "the app's .meta_tags: number %zu lacks its "
			    ".content",
			    i);
}

void
check_page(struct mistakes *mistakes, const struct lethe_app *app)
{
	regex_t pattern;
	char reason[128];
	int done;

	if (app->index_string != NULL)
		check_index_string(mistakes, app->index_string);
	if (app->meta_tags != NULL)
		check_meta_tags(mistakes, app->meta_tags);
	if (app->assets_ignore == NULL)
		return;
	done = regcomp(&pattern, app->assets_ignore, REG_EXTENDED | REG_NOSUB);
	if (done == 0) {
		regfree(&pattern);
		return;
	}
	(void)regerror(done, &pattern, reason, sizeof(reason));
	mistake(mistakes, NULL,
	    "the app's .assets_ignore \"%s\" is no POSIX extended regular "
	    "expression: %s",
	    app->assets_ignore, reason);
}
