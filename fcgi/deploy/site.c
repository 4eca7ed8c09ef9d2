/* deploy/site.c: see deploy/site.h. */
#include "deploy/site.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

enum { NAME_LIMIT = 64, TEMPLATE_LIMIT = 1024 * 1024 };
enum { TAIL_BYTES = 4096, TAIL_LINES = 10 };

#define NAME_CHARACTERS                                                        \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

char *
site_text(const char *format, ...)
{
	va_list arguments;
	char *text;
	int result;

	va_start(arguments, format);
	result = vasprintf(&text, format, arguments);
	va_end(arguments);
	return result < 0 ? NULL : text;
}

void
site_app_clear(struct site_app *app)
{
	size_t i;

	free(app->program);
	free(app->name);
	free(app->title);
	free(app->description);
	free(app->prefix);
	free(app->socket);
	free(app->log);
	free(app->state);
	for (i = 0; app->environment[i] != NULL; i++)
		free(app->environment[i]);
	memset(app, 0, sizeof(*app));
}

/* A copy of a text of the app's; "" when it is absent or null. */
static char *
info_text(struct json_object *info, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(info, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return strdup("");
	return strdup(json_object_get_string(value));
}

static bool
is_prefix(const char *prefix)
{
	size_t length = strlen(prefix);

	return length > 0 && prefix[0] == '/' && prefix[length - 1] == '/' &&
	       strstr(prefix, "//") == NULL &&
	       strspn(prefix, NAME_CHARACTERS "/.~") == length;
}

/* Where the app's files are, and its environment, which says so. */
static int
set_places(const struct site *site, struct site_app *app)
{
	size_t count = 0;

	app->socket = site_text("%s/%s.sock", site->sockets, app->name);
	app->log = site_text("%s/log/%s.log", site->directory, app->name);
	app->state = site_text("%s/state/%s", site->directory, app->name);
	if (app->socket == NULL || app->log == NULL || app->state == NULL)
		return -1;
	app->environment[count++] = site_text("LETHE_STATE=%s", app->state);
	app->environment[count++] = site_text("LETHE_LOG=%s", app->log);
	if (site->data != NULL)
		app->environment[count++] =
		    site_text("LETHE_DATA=%s", site->data);
	if (site->development)
		app->environment[count++] = strdup("LETHE_DEBUG=1");
	while (count > 0) {
		if (app->environment[--count] == NULL)
			return -1;
	}
	return 0;
}

int
site_app_describe(const struct site *site, struct site_app *app,
    const char *info, size_t size, struct error *error)
{
	struct json_tokener *tokener;
	struct json_object *parsed;
	int result = -1;

	tokener = json_tokener_new();
	if (tokener == NULL || size > INT_MAX)
		return error_set(error, "%s: no memory", app->program);
	parsed = json_tokener_parse_ex(tokener, info, (int)size);
	json_tokener_free(tokener);
	if (!json_object_is_type(parsed, json_type_object)) {
		error_set(error,
		    "%s is not an app of Lethe: what \"%s info\" "
		    "prints is not a JSON object",
		    app->program, app->program);
		goto out;
	}
	app->name = info_text(parsed, "name");
	app->title = info_text(parsed, "title");
	app->description = info_text(parsed, "description");
	app->prefix = info_text(parsed, "prefix");
	if (app->name == NULL || app->title == NULL ||
	    app->description == NULL || app->prefix == NULL) {
		error_set(error, "%s: no memory", app->program);
		goto out;
	}
	if (*app->name == '\0' || strlen(app->name) > NAME_LIMIT ||
	    strspn(app->name, NAME_CHARACTERS) != strlen(app->name)) {
		error_set(error,
		    "%s: its name must be 1 to %d letters, "
		    "digits, '_' and '-'",
		    app->program, NAME_LIMIT);
		goto out;
	}
	if (!is_prefix(app->prefix)) {
		error_set(error,
		    "%s: its prefix \"%s\" must begin and end "
		    "with '/' and consist of letters, digits and /.~_-",
		    app->program, app->prefix);
		goto out;
	}
	if (set_places(site, app) < 0)
		error_set(error, "%s: no memory", app->program);
	else
		result = 0;
out:
	json_object_put(parsed);
	return result;
}

int
site_check_clash(const struct site *site, size_t index, struct error *error)
{
	const struct site_app *app = &site->apps[index];
	const struct site_app *other;

	for (other = site->apps; other < app; other++) {
		if (strcmp(other->name, app->name) == 0)
			return error_set(error,
			    "%s and %s are both called "
			    "\"%s\"; serve one of them, or rename one",
			    other->program, app->program, app->name);
		if (strcmp(other->prefix, app->prefix) == 0)
			return error_set(error,
			    "%s and %s both want to be at "
			    "%s; serve one of them, or change the prefix of "
			    "one",
			    other->program, app->program, app->prefix);
	}
	return 0;
}

int
site_write(const char *directory, const char *name, const char *bytes,
    size_t size, struct error *error)
{
	char path[PATH_MAX];
	char fresh[PATH_MAX];
	FILE *file;
	bool good;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >=
		(int)sizeof(path) ||
	    snprintf(fresh, sizeof(fresh), "%s/%s.new", directory, name) >=
		(int)sizeof(fresh))
		return error_set(
		    error, "%s/%s: the path is too long", directory, name);
	file = fopen(fresh, "we");
	if (file == NULL)
		return error_set(
		    error, "cannot write %s: %s", fresh, strerror(errno));
	good = fwrite(bytes, 1, size, file) == size;
	good = fclose(file) == 0 && good;
	if (good && rename(fresh, path) == 0)
		return 0;
	error_set(error, "cannot write %s: %s", path, strerror(errno));
	unlink(fresh);
	return -1;
}

int
site_read(const char *path, struct buffer *content, struct error *error)
{
	char part[8192];
	size_t got;
	FILE *file;
	int result = 0;

	file = fopen(path, "re");
	if (file == NULL)
		return error_set(
		    error, "cannot read %s: %s", path, strerror(errno));
	while ((got = fread(part, 1, sizeof(part), file)) > 0)
		buffer_add(content, part, got);
	if (ferror(file) || buffer_failed(content))
		result = error_set(error, "cannot read %s", path);
	fclose(file);
	return result;
}

/* An app at "/" leaves no room for the gallery. */
static bool
has_gallery(const struct site *site)
{
	size_t i;

	for (i = 0; i < site->app_count; i++) {
		if (strcmp(site->apps[i].prefix, "/") == 0)
			return false;
	}
	return true;
}

/* What is the same for every site, up to the server block. */
static const char http_settings[] =
    "    server_tokens off;\n"
    "    sendfile on;\n"
    "    tcp_nopush on;\n"
    "    gzip on;\n"
    "    gzip_static on;\n"
    "    gzip_vary on;\n"
    "    gzip_min_length 1000;\n"
    "    gzip_types application/json text/css text/javascript"
    " image/svg+xml;\n"
    "    default_type application/octet-stream;\n"
    "    types {\n"
    "        text/html html;\n"
    "        text/css css;\n"
    "        text/javascript js mjs;\n"
    "        text/plain txt;\n"
    "        text/csv csv;\n"
    "        application/json json map;\n"
    "        application/pdf pdf;\n"
    "        application/wasm wasm;\n"
    "        image/svg+xml svg;\n"
    "        image/png png;\n"
    "        image/jpeg jpg jpeg;\n"
    "        image/gif gif;\n"
    "        image/webp webp;\n"
    "        image/x-icon ico;\n"
    "        font/woff woff;\n"
    "        font/woff2 woff2;\n"
    "    }\n";

static void
add_main(const struct site *site, struct buffer *conf)
{
	static const char *const temporary[] = { "client_body", "fastcgi",
		"proxy", "scgi", "uwsgi" };
	const char *directory = site->directory;
	size_t i;

	buffer_addf(conf,
	    "# Made by lethe-run; overwritten at its next start.\n"
	    "daemon off;\n"
	    "worker_processes 2;\n"
	    "pid \"%s/nginx/nginx.pid\";\n"
	    "error_log \"%s/log/nginx-error.log\" warn;\n"
	    "events {\n"
	    "    worker_connections 1024;\n"
	    "}\n"
	    "http {\n"
	    "    access_log \"%s/log/nginx-access.log\";\n",
	    directory, directory, directory);
	for (i = 0; i < sizeof(temporary) / sizeof(temporary[0]); i++)
		buffer_addf(conf, "    %s_temp_path \"%s/nginx/%s\";\n",
		    temporary[i], directory, temporary[i]);
	buffer_add_string(conf, http_settings);
}

/* The page, with what it may do, and its sheets. */
static void
add_gallery(const struct site *site, struct buffer *conf)
{
	static const char *const sheets[] = { "gallery", "lethe" };
	size_t i;

	buffer_addf(conf,
	    "        root \"%s/nginx/page\";\n"
	    "        location / {\n"
	    "            return 404;\n"
	    "        }\n"
	    "        location = / {\n"
	    "            try_files /index.html =404;\n"
	    "            add_header X-Content-Type-Options nosniff always;\n"
	    "            add_header Content-Security-Policy \"default-src 'none';"
	    " style-src 'self'; img-src data:; base-uri 'none';"
	    " form-action 'none'; frame-ancestors 'self'\";\n"
	    "        }\n",
	    site->directory);
	for (i = 0; i < sizeof(sheets) / sizeof(sheets[0]); i++)
		buffer_addf(conf,
		    "        location = /%s.css {\n"
		    "            alias \"%s/suites/lethe/%s.css\";\n"
		    "        }\n",
		    sheets[i], site->frontend, sheets[i]);
}

int
site_write_nginx(const struct site *site, struct error *error)
{
	struct buffer conf;
	char *directory;
	int result = -1;
	size_t i;

	buffer_init(&conf, TEMPLATE_LIMIT);
	directory = site_text("%s/nginx", site->directory);
	add_main(site, &conf);
	buffer_addf(&conf,
	    "    server {\n"
	    "        listen %s;\n"
	    "        server_name _;\n"
	    "        add_header X-Content-Type-Options nosniff always;\n",
	    site->listen);
	if (has_gallery(site))
		add_gallery(site, &conf);
	for (i = 0; i < site->app_count; i++)
		buffer_addf(&conf, "        include app-%s.conf;\n",
		    site->apps[i].name);
	buffer_add_string(&conf, "    }\n}\n");
	if (directory == NULL || buffer_failed(&conf))
		error_set(error, "nginx.conf: no memory");
	else
		result = site_write(
		    directory, "nginx.conf", conf.data, conf.size, error);
	buffer_clear(&conf);
	free(directory);
	return result;
}

void
site_remove_sockets(const struct site *site)
{
	const struct dirent *entry;
	DIR *directory;

	directory = opendir(site->sockets);
	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(directory), entry->d_name, 0);
	}
	closedir(directory);
	rmdir(site->sockets);
}

long
site_log_size(const char *log)
{
	struct stat status;

	return stat(log, &status) == 0 ? (long)status.st_size : 0;
}

void
site_log_tail(const char *log, long offset, struct buffer *text)
{
	char part[TAIL_BYTES + 1];
	long size = site_log_size(log);
	const char *line;
	size_t got;
	int lines = 0;
	FILE *file;

	file = fopen(log, "re");
	if (file == NULL)
		return;
	if (size - offset > TAIL_BYTES)
		offset = size - TAIL_BYTES;
	got = fseek(file, offset, SEEK_SET) == 0
		  ? fread(part, 1, TAIL_BYTES, file)
		  : 0;
	fclose(file);
	part[got] = '\0';
	for (line = part + got; line > part && lines <= TAIL_LINES; line--)
		lines += line[-1] == '\n';
	if (lines > TAIL_LINES)
		line++;
	if (*line != '\0')
		buffer_addf(text, "\n%s says last:\n%s", log, line);
}
