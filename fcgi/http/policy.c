/*
 * http/policy.c: what browsers let an app's page do.
 *
 * Scripts run when they are files of the page's own origin or bear the nonce
 * of this response: markup that got onto the page by a mistake has neither.
 * Nothing is evaluated from text.  Styles are open, since React sets them and
 * the components bring their own.
 */
#include "http/policy.h"

#include <string.h>

#include <sodium.h>

#define NONCE_BYTES 18

/* The script that the dev tools put into the frame with a failure's page, so
 * that the frame becomes as high as the page; the frame has the policy of the
 * page around it. */
#define FRAME_SCRIPT " 'sha256-zwUfZLycPPYo37o7v91eNCPFNj5TbZf8ccux3pTfJS4='"
#define ORIGINS_MAX 4096

void
policy_nonce(char nonce[POLICY_NONCE_SIZE])
{
	unsigned char random[NONCE_BYTES];

	randombytes_buf(random, sizeof(random));
	(void)sodium_bin2base64(nonce, POLICY_NONCE_SIZE, random,
	    sizeof(random), sodium_base64_VARIANT_ORIGINAL);
}

/* Is it among these, which have a blank before each? */
static bool
has_origin(const struct buffer *origins, const char *origin, size_t size)
{
	const char *at = origins->size > 0 ? origins->data : "";

	for (; *at != '\0'; at += strcspn(at + 1, " ") + 1)
		if (strcspn(at + 1, " ") == size &&
		    memcmp(at + 1, origin, size) == 0)
			return true;
	return false;
}

/* Appends the origin of a URL with a blank before it; a URL of the page's own
 * server has none. */
static void
add_origin(struct buffer *origins, const char *url)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._:*[]";
	const char *host = strstr(url, "://"), *end;

	if (host != NULL)
		host += 3;
	else if (strncmp(url, "//", 2) == 0)
		url = host = url + 2;
	else
		return;
	end = host + strspn(host, plain);
	/* What is no host would be read as something else in a header. */
	if ((*end != '\0' && strchr("/?#", *end) == NULL) ||
	    has_origin(origins, url, (size_t)(end - url)))
		return;
	buffer_add_char(origins, ' ');
	buffer_add(origins, url, (size_t)(end - url));
}

static void
add_origins(struct buffer *origins, const struct lethe_app *app)
{
	const struct lethe_script *script = app->external_scripts;
	const struct lethe_stylesheet *sheet = app->external_stylesheets;
	const char *const *origin = app->external_origins;

	for (; script != NULL && script->src != NULL; script++)
		add_origin(origins, script->src);
	for (; sheet != NULL && sheet->href != NULL; sheet++)
		add_origin(origins, sheet->href);
	for (; origin != NULL && *origin != NULL; origin++)
		add_origin(origins, *origin);
}

/* The policy that Lethe's pages have when none is set. */
static void
add_own(struct buffer *headers, const struct policy *policy,
    const struct lethe_app *app, const char *nonce)
{
	struct buffer origins;
	const char *more = "";

	buffer_init(&origins, ORIGINS_MAX);
	add_origins(&origins, app);
	if (origins.size > 0 && !buffer_failed(&origins))
		more = origins.data;
	buffer_addf(headers,
	    "default-src 'self'%s; "
	    "script-src 'self' 'nonce-%s'%s%s; "
	    "style-src 'self' 'unsafe-inline'%s; "
	    "img-src 'self' data: blob:%s; "
	    "font-src 'self' data:%s; "
	    "media-src 'self' data: blob:%s; "
	    "connect-src 'self' data: blob:%s; "
	    "frame-src 'self' data: blob:%s; "
	    "worker-src 'self' blob:; "
	    "base-uri 'self'; "
	    "form-action 'self'; "
	    "frame-ancestors %s",
	    more, nonce, policy->development ? FRAME_SCRIPT : "", more, more,
	    more, more, more, more, more, policy->frame_ancestors);
	buffer_clear(&origins);
}

/* A policy that was set, with the nonce in its places. */
static void
add_given(struct buffer *headers, const char *csp, const char *nonce)
{
	const char *place;

	while ((place = strstr(csp, POLICY_NONCE_PLACE)) != NULL) {
		buffer_add(headers, csp, (size_t)(place - csp));
		buffer_add_string(headers, nonce);
		csp = place + strlen(POLICY_NONCE_PLACE);
	}
	buffer_add_string(headers, csp);
}

/* For browsers that do not know frame-ancestors; it cannot name origins. */
static void
add_frame_options(struct buffer *headers, const char *frame_ancestors)
{
	if (strcmp(frame_ancestors, "'none'") == 0)
		buffer_add_string(headers, "X-Frame-Options: DENY\r\n");
	else if (strcmp(frame_ancestors, "'self'") == 0)
		buffer_add_string(headers, "X-Frame-Options: SAMEORIGIN\r\n");
}

void
policy_add_page(struct buffer *headers, const struct policy *policy,
    const struct lethe_app *app, const char *nonce, bool secure)
{
	if (policy->csp == NULL || policy->csp[0] != '\0') {
		buffer_add_string(headers, "Content-Security-Policy: ");
		if (policy->csp == NULL)
			add_own(headers, policy, app, nonce);
		else
			add_given(headers, policy->csp, nonce);
		buffer_add_string(headers, "\r\n");
	}
	add_frame_options(headers, policy->frame_ancestors);
	/* Browsers complain of it where they have no trust in the
	 * connection.  The app's own pop-ups, e.g. to log in, work on. */
	if (secure)
		buffer_add_string(headers,
		    "Cross-Origin-Opener-Policy: "
		    "same-origin-allow-popups\r\n");
}

/* Should a browser be brought to show an answer as a page, it is an inert
 * one, and in nobody's frame. */
void
policy_add_other(struct buffer *headers)
{
	buffer_add_string(headers,
	    "Content-Security-Policy: default-src 'none'; "
	    "style-src 'unsafe-inline'; frame-ancestors 'none'\r\n"
	    "X-Frame-Options: DENY\r\n");
}
