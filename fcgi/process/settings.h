/*
 * process/settings.h: what the one who runs an app can set, by environment
 * variables.
 */
#ifndef LETHE_PROCESS_SETTINGS_H
#define LETHE_PROCESS_SETTINGS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <lethe.h>

#include "base/buffer.h"
#include "base/error.h"
#include "http/exchange.h"
#include "http/policy.h"
#include "store/session.h"
#include "store/store.h"

enum sandbox_mode {
	SANDBOX_AUTO,	 /* what the kernel has */
	SANDBOX_REQUIRE, /* no start without all of it */
	SANDBOX_OFF
};

struct settings {
	char state[PATH_MAX - 256];  /* LETHE_STATE: the app's own directory */
	char data[PATH_MAX];	     /* the app's database; "": it has none */
	char prefix[256];	     /* LETHE_PREFIX */
	char assets[PATH_MAX];	     /* LETHE_ASSETS; "": there are none */
	const char *log;	     /* LETHE_LOG; NULL: standard error */
	/* LETHE_PARAMETER_LIMIT, ..BODY_LIMIT, ..RESPONSE_LIMIT */
	struct http_limits limits;
	size_t depth_limit;	     /* LETHE_DEPTH_LIMIT: of a body */
	size_t input_limit;	     /* LETHE_INPUT_LIMIT: bytes */
	int64_t requests;	     /* LETHE_REQUESTS; 0: no limit */
	int64_t kept_bytes;	     /* LETHE_KEPT_LIMIT */
	int64_t timeout_ms;	     /* LETHE_TIMEOUT: for a whole request */
	int64_t silence_ms;	     /* LETHE_READ_TIMEOUT: for a silent peer */
	struct policy policy;	     /* LETHE_CSP, LETHE_FRAME_ANCESTORS */
	int64_t memory;		     /* LETHE_MEMORY_LIMIT */
	bool debug;		     /* LETHE_DEBUG: development mode */
	bool unsealed;		     /* LETHE_UNSEALED: a demonstration */
	enum sandbox_mode sandbox;   /* LETHE_SANDBOX */
	int sandbox_landlock;	     /* LETHE_SANDBOX_ABI: most of Landlock */
	struct store_settings store;
	struct session_settings sessions;
};

/* Reads the environment.  -1 with a message that names the variable. */
int settings_read(struct settings *settings, const struct lethe_app *app,
    struct error *error);

/* Is there a setting of this name ("LETHE_THRESHOLD")? */
bool settings_has(const char *name);

/* Is it one that is 1 or 0? */
bool settings_is_flag(const char *name);

/* For --help: appends the variables, what they mean and their defaults. */
void settings_help(struct buffer *out);

#endif
