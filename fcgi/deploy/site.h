/*
 * deploy/site.h: what is served: the apps, and the web server's
 * configuration.  It starts no process.
 */
#ifndef LETHE_DEPLOY_SITE_H
#define LETHE_DEPLOY_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

/* One app; all texts are malloc'ed. */
struct site_app {
	char *program;
	/* From the app itself. */
	char *name;
	char *title;
	char *description;
	char *prefix;
	/* Where its files are. */
	char *socket;
	char *log;
	char *state;
	/* "NAME=value" for its environment, NULL at the end. */
	char *environment[5];
};

/* The whole site.  The directories are absolute paths. */
struct site {
	const char *directory;
	const char *frontend;
	const char *data; /* NULL: none */
	const char *sockets;
	const char *listen; /* as nginx writes it */
	bool development; /* the apps run with LETHE_DEBUG=1 */
	struct site_app *apps;
	size_t app_count;
};

void site_app_clear(struct site_app *app);

/* A formatted text, malloc'ed; NULL when there is no memory. */
char *site_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Fills in what `APP info` printed, and the app's places.  0 or -1. */
int site_app_describe(const struct site *site, struct site_app *app,
    const char *info, size_t size, struct error *error);

/* Whether an app before number `index` has its name or prefix.  0 or -1. */
int site_check_clash(
    const struct site *site, size_t index, struct error *error);

/* Writes `size` bytes to directory/name, all or nothing.  0 or -1. */
int site_write(const char *directory, const char *name, const char *bytes,
    size_t size, struct error *error);

/* Adds the content of a file.  0 or -1. */
int site_read(const char *path, struct buffer *content, struct error *error);

/* Writes nginx.conf, which includes NAME.conf for each app.  0 or -1. */
int site_write_nginx(const struct site *site, struct error *error);

/* Appends the last lines of a log, from `offset` on. */
void site_log_tail(const char *log, long offset, struct buffer *text);

/* Removes the sockets and their directory, which is lethe-run's alone. */
void site_remove_sockets(const struct site *site);

/* The size of a file; 0 when there is none. */
long site_log_size(const char *log);

#endif
