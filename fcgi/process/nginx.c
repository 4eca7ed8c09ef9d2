/*
 * process/nginx.c: the nginx locations of an app: one for the app, one per
 * callback, one for the front end's files.
 */
#include <string.h>

#include "base/template.h"
#include "process/nginx.h"

/* deploy/app.nginx.conf. */
extern const char app_nginx_conf[];

struct locations {
	const struct process *process;
	const char *socket;
	const char *frontend;
};

static void
add_name(struct buffer *out, const void *context)
{
	const struct locations *locations = context;

	buffer_add_string(out, locations->process->app->name);
}

static void
add_program(struct buffer *out, const void *context)
{
	const struct locations *locations = context;

	buffer_add_string(out, locations->process->argv[0]);
}

static void
add_socket(struct buffer *out, const void *context)
{
	const struct locations *locations = context;

	/* A path unless it looks like HOST:PORT. */
	if (strchr(locations->socket, '/') != NULL ||
	    strchr(locations->socket, ':') == NULL)
		buffer_add_string(out, "unix:");
	buffer_add_string(out, locations->socket);
}

static void
add_prefix(struct buffer *out, const void *context)
{
	const struct locations *locations = context;

	buffer_add_string(out, locations->process->settings.prefix);
}

/* The prefix within a regular expression. */
static void
add_prefix_pattern(struct buffer *out, const void *context)
{
	const struct locations *locations = context;
	const char *at = locations->process->settings.prefix;

	for (; *at != '\0'; at++) {
		if (*at == '.')
			buffer_add_char(out, '\\');
		buffer_add_char(out, *at);
	}
}

/* The prefix without its slash leads to the one with. */
static void
add_bare(struct buffer *out, const void *context)
{
	const struct locations *locations = context;
	const char *prefix = locations->process->settings.prefix;
	int size = (int)strlen(prefix);

	if (size > 1)
		buffer_addf(out,
		    "location = %.*s {\n\tserver_tokens off;\n"
		    "\tabsolute_redirect off;\n"
		    "\treturn 308 %s$is_args$args;\n}\n",
		    size - 1, prefix, prefix);
}

static void
add_body_limit(struct buffer *out, const void *context)
{
	const struct locations *locations = context;

	buffer_addf(out, "%zu", locations->process->settings.limits.body);
}

/* A little more than the worker gives itself, so that its answer comes. */
static void
add_timeout(struct buffer *out, const void *context)
{
	const struct locations *locations = context;

	buffer_addf(out, "%lld",
	    (long long)(locations->process->settings.timeout_ms / 1000 + 5));
}

static void
add_frontend(struct buffer *out, const void *context)
{
	const struct locations *locations = context;

	buffer_add_string(out, locations->frontend);
}

static void
add_assets(struct buffer *out, const void *context)
{
	const struct locations *locations = context;
	const char *assets = locations->process->settings.assets;

	if (assets[0] == '\0')
		buffer_add_string(out, "return 404");
	else
		buffer_addf(out, "alias \"%s/\"", assets);
}

/* Each may be given a pool and limits of its own, by editing this. */
static void
add_callbacks(struct buffer *out, const void *context)
{
	const struct locations *locations = context;
	const struct dash *dash = locations->process->dash;

	for (size_t i = 0; i < dash->callback_count; i++) {
		buffer_addf(out,
		    "\n\tlocation = %s_dash-update-component/%s {\n"
		    "\t\tfastcgi_pass ",
		    locations->process->settings.prefix,
		    dash->callbacks[i].description->name);
		add_socket(out, context);
		buffer_add_string(out, ";\n\t}\n");
	}
}

static const struct template_place places[] = {
	{ "name", add_name },
	{ "program", add_program },
	{ "socket", add_socket },
	{ "prefix", add_prefix },
	{ "prefix_pattern", add_prefix_pattern },
	{ "bare", add_bare },
	{ "body_limit", add_body_limit },
	{ "timeout", add_timeout },
	{ "frontend", add_frontend },
	{ "assets", add_assets },
	{ "callbacks", add_callbacks },
	{ NULL, NULL },
};

/* nginx's configuration has its own ideas of these characters. */
static int
check_word(const char *what, const char *word, struct error *error)
{
	size_t plain = strcspn(word, " \t\r\n\"'\\;{}$");

	if (word[0] != '\0' && word[plain] == '\0')
		return 0;
	return error_set(error,
	    "%s \"%s\" cannot stand in nginx's configuration: use a name "
	    "without blanks, quotes and any of \\;{}$",
	    what, word);
}

int
nginx_print(struct buffer *out, const struct process *process,
    const char *socket, const char *frontend, struct error *error)
{
	const struct locations locations = { .process = process,
		.socket = socket, .frontend = frontend };

	if (check_word("the socket", socket, error) != 0 ||
	    check_word("the front-end directory", frontend, error) != 0 ||
	    (process->settings.assets[0] != '\0' &&
		check_word("the assets directory", process->settings.assets,
		    error) != 0) ||
	    check_word("the program", process->argv[0], error) != 0)
		return -1;
	template_fill(out, app_nginx_conf, places, &locations);
	if (buffer_failed(out))
		return error_set(error, "out of memory");
	return 0;
}
