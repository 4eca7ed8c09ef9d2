/*
 * http/route.c: which part of the app answers which request.
 *
 * Below the app's prefix: _dash-layout, _dash-dependencies, _reload-hash,
 * _dash-update-component[/NAME], _lethe/health; assets and component suites are files, which
 * the web server serves: here they are missing.  Everything else is the index
 * page, since an app may have pages of its own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/error_page.h"
#include "http/hot_reload.h"
#include "http/index.h"
#include "http/origin.h"
#include "http/request.h"
#include "http/route.h"

#define UPDATE "_dash-update-component"

/* One request on its way. */
struct visit {
	const struct site *site;
	struct exchange *exchange;
	const struct last_answer *answer;
	const char *below; /* the path below the prefix */
	/* Where the app lives, from the web server's root. */
	char prefix[2048];
	/* The site's services with this request. */
	struct dash_services services;
	struct dash_request request;
	struct http_request http;
};

static bool
starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* The failure as a page; that it cannot be made leaves the JSON. */
static void
show_page(const struct visit *visit, const struct dash_result *result)
{
	const struct site_development *development = visit->site->development;
	struct exchange *exchange = visit->exchange;
	char *trace = malloc(ERROR_TRACE_SIZE);
	char *text = malloc(ERROR_PAGE_SIZE);
	struct error_page page = { .callback = result->callback,
		.message = exchange->error.message,
		.trace = trace,
		.request = visit->answer->id };
	size_t size;

	if (trace == NULL || text == NULL)
		goto out;
	trace[0] = '\0';
	if (result->trace.file != NULL || result->trace.count > 0 ||
	    result->trace.handler != 0)
		(void)development->describe(development->context,
		    &result->trace, trace, ERROR_TRACE_SIZE);
	size = error_page(text, ERROR_PAGE_SIZE, &page);
	buffer_clear(&exchange->out);
	buffer_init(&exchange->out, ERROR_PAGE_SIZE);
	buffer_add(&exchange->out, text, size);
	exchange->type = "text/html; charset=utf-8";
out:
	free(trace);
	free(text);
}

/* What dash said, as a response. */
static void
take_result(const struct visit *visit, const struct dash_result *result)
{
	struct exchange *exchange = visit->exchange;

	exchange->callback = result->callback;
	if (result->status < 400) {
		exchange->status = result->status;
		return;
	}
	/* What the app's code set belongs to its answer. */
	buffer_reset(&exchange->headers);
	exchange_fail(exchange, visit->answer, result->status, "%s",
	    result->error.message);
	if (visit->site->development != NULL)
		show_page(visit, result);
	/* The log alone is told where. */
	if (result->trace.file != NULL)
		(void)error_set(&exchange->error, "%s (%s, %s:%d)",
		    result->error.message, result->trace.function,
		    result->trace.file, result->trace.line);
}

static void
method_not_allowed(const struct visit *visit, const char *allowed)
{
	exchange_fail(visit->exchange, visit->answer, 405,
	    "this method is not allowed here: use %s", allowed);
	buffer_addf(&visit->exchange->headers, "Allow: %s\r\n", allowed);
}

/* GET and HEAD go on; the rest is answered here. */
static bool
is_read(const struct visit *visit)
{
	switch (visit->exchange->method) {
	case METHOD_GET:
	case METHOD_HEAD:
		return true;
	case METHOD_OPTIONS:
		visit->exchange->type = "text/html; charset=utf-8";
		buffer_add_string(
		    &visit->exchange->headers, "Allow: GET, HEAD, OPTIONS\r\n");
		return false;
	default:
		method_not_allowed(visit, "GET, HEAD, OPTIONS");
		return false;
	}
}

static void
visit_layout(const struct visit *visit)
{
	struct dash_result result;

	if (!is_read(visit))
		return;
	dash_layout(visit->site->dash, &visit->services, &visit->exchange->out,
	    &result);
	take_result(visit, &result);
}

static void
visit_dependencies(const struct visit *visit)
{
	if (is_read(visit))
		dash_dependencies(visit->site->dash, &visit->exchange->out);
}

/* The front end asks only when hot reload is on. */
static void
visit_reload_hash(const struct visit *visit)
{
	const struct site *site = visit->site;
	struct exchange *exchange = visit->exchange;
	struct error error;

	if (!is_read(visit))
		return;
	if (site->development == NULL) {
		buffer_add_string(&exchange->out,
		    "{\"files\":[],\"hard\":false,"
		    "\"packages\":[\"dash\",\"plotly\"],"
		    "\"reloadHash\":null}\n");
		return;
	}

	const struct hot_reload given = {
		.program = site->development->program_hash,
		.program_changed_s = site->development->program_changed_s,
		.prefix = visit->prefix,
		.assets = site->assets,
		.assets_ignore = site->dash->app->assets_ignore,
	};

	if (hot_reload_add(&exchange->out, &given, &error) != 0)
		exchange_fail(
		    exchange, visit->answer, 500, "%s", error.message);
}

/* For this machine alone: the web server keeps others out. */
static void
visit_health(const struct visit *visit)
{
	const struct site *site = visit->site;

	if (!is_read(visit))
		return;
	visit->exchange->is_probe = true;
	if (site->health(site->health_context, &visit->exchange->out) != 0)
		visit->exchange->status = 503;
}

static void
visit_index(const struct visit *visit)
{
	char nonce[POLICY_NONCE_SIZE];
	const struct index_page page = { .dash = visit->site->dash,
		.services = &visit->services,
		.prefix = visit->prefix,
		.assets = visit->site->assets,
		.nonce = nonce,
		.development = visit->site->development != NULL };
	struct error error;

	if (!is_read(visit))
		return;
	policy_nonce(nonce);
	visit->exchange->type = "text/html; charset=utf-8";
	policy_add_page(&visit->exchange->policy, &visit->site->policy,
	    visit->site->dash->app, nonce, origin_is_secure(&visit->http));
	if (index_page(&visit->exchange->out, &page, &error) != 0)
		exchange_fail(
		    visit->exchange, visit->answer, 500, "%s", error.message);
}

static void
visit_missing_file(const struct visit *visit)
{
	if (is_read(visit))
		exchange_fail(visit->exchange, visit->answer, 404,
		    "there is no such file: the web server serves these, as "
		    "the program's \"nginx\" command prints");
}

/* Milliseconds, as Server-Timing has them. */
static void
add_duration(struct buffer *headers, const char *name, int64_t passed_us)
{
	buffer_addf(headers, "%s;dur=%" PRId64 ".%03d", name, passed_us / 1000,
	    (int)(passed_us % 1000));
}

/* For the profile in the front end's dev tools, which splits at commas and
 * knows no blanks. */
static void
add_timing(struct exchange *exchange, const struct dash_result *result)
{
	struct buffer *headers = &exchange->headers;

	buffer_add_string(headers, "Server-Timing: ");
	add_duration(headers, "__dash_server",
	    clock_monotonic_us() - exchange->started_us);
	add_duration(headers, ",handler", result->handler_us);
	add_duration(headers, ",store", result->store_us);
	buffer_add_string(headers, "\r\n");
}

static bool
is_json(const char *type)
{
	size_t size = strlen(type);

	return strcmp(type, "application/json") == 0 ||
	       (starts_with(type, "application/") && size > 5 &&
		   strcmp(type + size - 5, "+json") == 0);
}

static void
visit_update(const struct visit *visit)
{
	const char *name = visit->below + strlen(UPDATE);
	struct exchange *exchange = visit->exchange;
	struct dash_result result;

	if (exchange->method == METHOD_OPTIONS) {
		exchange->status = 204;
		buffer_add_string(
		    &exchange->headers, "Allow: POST, OPTIONS\r\n");
		return;
	}
	if (exchange->method != METHOD_POST) {
		method_not_allowed(visit, "POST, OPTIONS");
		return;
	}
	if (!is_json(exchange->content_type)) {
		exchange_fail(exchange, visit->answer, 415,
		    "Content-Type must be application/json");
		return;
	}
	if (origin_is_foreign(&visit->http)) {
		exchange_fail(exchange, visit->answer, 403,
		    "a page of another origin may not call this app; is "
		    "there a proxy before the web server, it has to leave "
		    "the header Host as it is");
		return;
	}
	dash_update(visit->site->dash, &visit->services,
	    name[0] == '/' ? name + 1 : NULL, exchange->body,
	    exchange->body_size, &exchange->out, &result);
	take_result(visit, &result);
	add_timing(exchange, &result);
}

static bool
is_update(const char *below)
{
	size_t size = strlen(UPDATE);

	return starts_with(below, UPDATE) &&
	       (below[size] == '\0' || below[size] == '/');
}

static void
visit_below(const struct visit *visit)
{
	const char *below = visit->below;

	if (is_update(below))
		visit_update(visit);
	else if (strcmp(below, "_dash-layout") == 0)
		visit_layout(visit);
	else if (strcmp(below, "_dash-dependencies") == 0)
		visit_dependencies(visit);
	else if (strcmp(below, "_reload-hash") == 0)
		visit_reload_hash(visit);
	else if (strcmp(below, "_lethe/health") == 0 &&
		 visit->site->health != NULL)
		visit_health(visit);
	else if (starts_with(below, "_dash-component-suites/") ||
		 starts_with(below, "assets/") ||
		 strcmp(below, "_favicon.ico") == 0)
		visit_missing_file(visit);
	else
		visit_index(visit);
}

/* Is this the prefix without its last slash? */
static bool
is_bare_prefix(const char *path, const char *prefix)
{
	size_t size = strlen(prefix);

	return size > 1 && strlen(path) == size - 1 &&
	       strncmp(path, prefix, size - 1) == 0;
}

void
route(const struct site *site, struct exchange *exchange,
    const struct last_answer *answer)
{
	struct visit visit = { .site = site,
		.exchange = exchange,
		.answer = answer,
		.services = *site->services };

	if (is_bare_prefix(exchange->path, site->prefix)) {
		exchange->status = 308;
		buffer_addf(&exchange->headers, "Location: %s%s\r\n",
		    exchange->script, site->prefix);
		return;
	}
	if (!starts_with(exchange->path, site->prefix)) {
		exchange_fail(exchange, answer, 404,
		    "there is nothing here: this app lives below %s%s",
		    exchange->script, site->prefix);
		return;
	}
	visit.below = exchange->path + strlen(site->prefix);
	(void)snprintf(visit.prefix, sizeof(visit.prefix), "%s%s",
	    exchange->script, site->prefix);
	http_request_init(&visit.http, &visit.request, exchange, visit.prefix);
	visit.services.request = &visit.request;
	visit_below(&visit);
	if (exchange->status < 400 && buffer_failed(&exchange->out))
		exchange_fail(exchange, answer, 500,
		    "the response is larger than allowed "
		    "(LETHE_RESPONSE_LIMIT), or there is no memory for it");
}
