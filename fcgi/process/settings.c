/*
 * process/settings.c: the environment variables, checked.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dash/json_scan.h"
#include "process/settings.h"

#define MEBIBYTE (INT64_C(1024) * 1024)

/* A number with what is allowed for it. */
struct number {
	const char *name;
	int64_t value; /* when it is not set */
	int64_t least;
	int64_t most;
	bool bytes; /* K, M and G may follow */
	const char *meaning;
};

static const struct number parameter_limit = { "LETHE_PARAMETER_LIMIT",
	128 * 1024, 4096, 16 * MEBIBYTE, true,
	"most bytes of a request's parameters, its headers among them" };
static const struct number depth_limit = { "LETHE_DEPTH_LIMIT", 256, 8,
	JSON_DEPTH_MAX, false, "deepest nesting of a request's body" };
static const struct number input_limit = { "LETHE_INPUT_LIMIT",
	256 * MEBIBYTE, MEBIBYTE, 1024 * 1024 * MEBIBYTE, true,
	"most bytes of memory of a request's values" };
static const struct number requests = { "LETHE_REQUESTS", 100000, 0,
	INT64_C(1000000000000), false,
	"requests after which a worker starts anew; 0: never" };
static const struct number kept_limit = { "LETHE_KEPT_LIMIT", 128 * MEBIBYTE,
	8 * MEBIBYTE, 1024 * 1024 * MEBIBYTE, true,
	"bytes kept between requests with which a worker starts anew" };
static const struct number body_limit = { "LETHE_BODY_LIMIT", 16 * MEBIBYTE,
	1024, 1024 * MEBIBYTE, true, "most bytes of a request's body" };
static const struct number response_limit = { "LETHE_RESPONSE_LIMIT",
	64 * MEBIBYTE, 65536, 1024 * MEBIBYTE, true,
	"most bytes of a response" };
static const struct number timeout = { "LETHE_TIMEOUT", 30, 1, 86400, false,
	"seconds that a request may take" };
static const struct number read_timeout = { "LETHE_READ_TIMEOUT", 5, 1, 3600,
	false, "seconds that a connection may stay silent" };
static const struct number memory_limit = { "LETHE_MEMORY_LIMIT",
	1024 * MEBIBYTE, 16 * MEBIBYTE, 1024 * 1024 * MEBIBYTE, true,
	"most bytes of memory that requests may add to a worker's" };

static const struct number session_idle = { "LETHE_SESSION_IDLE", 1800, 10,
	31536000, false, "seconds without use after which a session ends" };
static const struct number session_lifetime = { "LETHE_SESSION_LIFETIME",
	28800, 10, 31536000, false,
	"seconds after which a session ends in any case" };
static const struct number session_threshold = { "LETHE_SESSION_THRESHOLD",
	10000, 1, 10000000, false, "most sessions" };
static const struct number session_bytes = { "LETHE_SESSION_BYTES",
	16 * MEBIBYTE, 1024, 512 * MEBIBYTE, true,
	"most bytes of one session" };
static const struct number session_total = { "LETHE_SESSION_TOTAL",
	1024 * MEBIBYTE, MEBIBYTE, 1024 * 1024 * MEBIBYTE, true,
	"most bytes of all sessions" };

static const struct number sandbox_abi = { "LETHE_SANDBOX_ABI", 1000, 0, 1000,
	false, "newest version of Landlock to use; 0: none" };

static int
number_bad(const struct number *number, const char *text, struct error *error)
{
	return error_set(error,
	    "%s is \"%s\": it must be a whole number from %" PRId64
	    " to %" PRId64 "%s (%s)",
	    number->name, text, number->least, number->most,
	    number->bytes ? ", or one with K, M or G behind it" : "",
	    number->meaning);
}

static int
number_read(const struct number *number, int64_t *value, struct error *error)
{
	const char *text = getenv(number->name);
	int64_t factor = 1;
	intmax_t read;
	char *end;

	*value = number->value;
	if (text == NULL || text[0] == '\0')
		return 0;
	errno = 0;
	read = strtoimax(text, &end, 10);
	if (number->bytes && end != text && *end != '\0') {
		factor = *end == 'K' ? 1024
		    : *end == 'M'    ? MEBIBYTE
		    : *end == 'G'    ? 1024 * MEBIBYTE
				     : 0;
		end++;
	}
	if (errno != 0 || end == text || *end != '\0' || factor == 0 ||
	    read > number->most / factor || read * factor < number->least)
		return number_bad(number, text, error);
	*value = (int64_t)read * factor;
	return 0;
}

static int
read_numbers(struct settings *settings, struct error *error)
{
	int64_t parameters, depth, inputs, body, response, request_s, silence_s;

	if (number_read(&parameter_limit, &parameters, error) != 0 ||
	    number_read(&depth_limit, &depth, error) != 0 ||
	    number_read(&input_limit, &inputs, error) != 0 ||
	    number_read(&requests, &settings->requests, error) != 0 ||
	    number_read(&kept_limit, &settings->kept_bytes, error) != 0 ||
	    number_read(&body_limit, &body, error) != 0 ||
	    number_read(&response_limit, &response, error) != 0 ||
	    number_read(&timeout, &request_s, error) != 0 ||
	    number_read(&read_timeout, &silence_s, error) != 0 ||
	    number_read(&memory_limit, &settings->memory, error) != 0)
		return -1;
	settings->limits.parameters = (size_t)parameters;
	settings->depth_limit = (size_t)depth;
	settings->input_limit = (size_t)inputs;
	settings->limits.body = (size_t)body;
	settings->limits.response = (size_t)response;
	settings->timeout_ms = request_s * 1000;
	settings->silence_ms = silence_s * 1000;
	return 0;
}

static int
read_flag(const char *name, const char *meaning, bool *flag,
    struct error *error)
{
	const char *text = getenv(name);

	*flag = text != NULL && strcmp(text, "1") == 0;
	if (text == NULL || text[0] == '\0' || *flag || strcmp(text, "0") == 0)
		return 0;
	return error_set(error, "%s is \"%s\": it must be 1 (%s) or 0", name,
	    text, meaning);
}

static int
read_sessions(struct settings *settings, struct error *error)
{
	struct session_settings *sessions = &settings->sessions;

	sessions->directory = settings->state;
	if (number_read(&session_idle, &sessions->idle_s, error) != 0 ||
	    number_read(&session_lifetime, &sessions->lifetime_s, error) !=
		0 ||
	    number_read(&session_threshold, &sessions->threshold, error) !=
		0 ||
	    number_read(&session_bytes, &sessions->session_bytes, error) !=
		0 ||
	    number_read(&session_total, &sessions->total_bytes, error) != 0)
		return -1;
	return read_flag("LETHE_SESSION_DURABLE",
	    "sessions outlive a power failure", &sessions->durable, error);
}

/* The first of these that there is: set, systemd's, the system's, the user's. */
static int
read_state(struct settings *settings, const struct lethe_app *app,
    struct error *error)
{
	const char *set = getenv("LETHE_STATE");
	const char *service = getenv("STATE_DIRECTORY");
	const char *xdg = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	size_t size = sizeof(settings->state);
	char *out = settings->state;
	int length;

	if (set != NULL && set[0] != '\0')
		length = snprintf(out, size, "%s", set);
	else if (service != NULL && service[0] != '\0')
		length = snprintf(out, size, "%.*s",
		    (int)strcspn(service, ":"), service);
	else if (access("/var/lib/lethe", W_OK) == 0)
		length = snprintf(out, size, "/var/lib/lethe/%s", app->name);
	else if (xdg != NULL && xdg[0] == '/')
		length = snprintf(out, size, "%s/lethe/%s", xdg, app->name);
	else if (home != NULL && home[0] == '/')
		length = snprintf(out, size, "%s/.local/state/lethe/%s", home,
		    app->name);
	else
		return error_set(error,
		    "there is no state directory: set LETHE_STATE to one that "
		    "this user may write, or make /var/lib/lethe");
	if (length < 0 || (size_t)length >= size)
		return error_set(error, "the state directory's name is too "
					"long: choose a shorter LETHE_STATE");
	return 0;
}

static int
read_data(struct settings *settings, const struct lethe_app *app,
    struct error *error)
{
	const char *directory = getenv("LETHE_DATA");
	int length;

	if (app->data == NULL)
		return 0;
	if (directory == NULL || directory[0] == '\0')
		directory = LETHE_DATA_DIRECTORY;
	length = snprintf(settings->data, sizeof(settings->data), "%s/%s",
	    directory, app->data);
	if (length < 0 || (size_t)length >= sizeof(settings->data))
		return error_set(error,
		    "LETHE_DATA with the name of the app's data is too long");
	return 0;
}

static int
read_prefix(struct settings *settings, const struct lethe_app *app,
    struct error *error)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_-./~";
	const char *prefix = getenv("LETHE_PREFIX");
	const char *source = "LETHE_PREFIX";
	size_t size;

	if (prefix == NULL || prefix[0] == '\0') {
		source = "the app's .prefix";
		prefix = app->prefix != NULL ? app->prefix : "/";
	}
	size = strlen(prefix);
	if (size >= sizeof(settings->prefix) || prefix[0] != '/' ||
	    prefix[size - 1] != '/' || prefix[strspn(prefix, plain)] != '\0' ||
	    strstr(prefix, "//") != NULL)
		return error_set(error,
		    "%s is \"%s\": it must begin and end with '/', e.g. "
		    "\"/%s/\", and have letters, digits, '_', '-', '.' and "
		    "'~' between",
		    source, prefix, app->name);
	memcpy(settings->prefix, prefix, size + 1);
	return 0;
}

static int
read_sandbox(struct settings *settings, struct error *error)
{
	const char *text = getenv("LETHE_SANDBOX");
	int64_t landlock;

	if (number_read(&sandbox_abi, &landlock, error) != 0)
		return -1;
	settings->sandbox_landlock = (int)landlock;
	settings->sandbox = SANDBOX_AUTO;
	if (text == NULL || text[0] == '\0' || strcmp(text, "auto") == 0)
		return 0;
	settings->sandbox = SANDBOX_REQUIRE;
	if (strcmp(text, "require") == 0)
		return 0;
	settings->sandbox = SANDBOX_OFF;
	if (strcmp(text, "off") == 0)
		return 0;
	return error_set(error,
	    "LETHE_SANDBOX is \"%s\": it must be require, auto or off", text);
}

static int
read_flags(struct settings *settings, struct error *error)
{
	if (read_flag("LETHE_DEBUG",
		"development: visitors see where the code failed",
		&settings->debug, error) != 0)
		return -1;
	return read_flag("LETHE_UNSEALED",
	    "a demonstration: the app's variables stay writable",
	    &settings->unsealed, error);
}

/* Is it text for a header, without any of `not`? */
static bool
is_header_text(const char *text, const char *not)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~' || strchr(not, *text) != NULL)
			return false;
	return true;
}

static int
read_policy(struct settings *settings, struct error *error)
{
	const char *csp = getenv("LETHE_CSP");
	const char *ancestors = getenv("LETHE_FRAME_ANCESTORS");

	if (csp == NULL || csp[0] == '\0')
		csp = NULL;
	else if (strcmp(csp, "off") == 0)
		csp = "";
	else if (!is_header_text(csp, ""))
		return error_set(error,
		    "LETHE_CSP must be \"off\" or a Content-Security-Policy "
		    "in printable ASCII, in which " POLICY_NONCE_PLACE
		    " stands for the nonce of the page's scripts");
	if (ancestors == NULL || ancestors[0] == '\0')
		ancestors = "'self'";
	else if (!is_header_text(ancestors, ",;\""))
		return error_set(error,
		    "LETHE_FRAME_ANCESTORS is \"%s\": it must be 'self', "
		    "'none', or origins separated by blanks, e.g. "
		    "\"'self' https://intranet.example.org\"",
		    ancestors);
	settings->policy =
	    (struct policy){ .csp = csp, .frame_ancestors = ancestors };
	return 0;
}

static bool
is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The folder "assets" beside the program; "": there is none. */
static void
find_beside(char *out, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", out, size);
	char *slash;

	out[length > 0 && (size_t)length < size ? length : 0] = '\0';
	slash = strrchr(out, '/');
	if (slash == NULL ||
	    (size_t)(slash + 1 - out) + sizeof("assets") > size) {
		out[0] = '\0';
		return;
	}
	memcpy(slash + 1, "assets", sizeof("assets"));
	if (!is_directory(out))
		out[0] = '\0';
}

/* Where it says, or beside the program, or where it was installed. */
static int
read_assets(struct settings *settings, const struct lethe_app *app,
    struct error *error)
{
	const char *set = getenv("LETHE_ASSETS");
	char *out = settings->assets;

	if (set != NULL) {
		if (set[0] == '\0')
			return 0;
		if (realpath(set, out) != NULL && is_directory(out))
			return 0;
		out[0] = '\0';
		return error_set(error,
		    "LETHE_ASSETS is \"%s\": it must be a directory, or "
		    "empty for none",
		    set);
	}
	find_beside(out, sizeof(settings->assets));
	if (out[0] != '\0')
		return 0;
	(void)snprintf(out, sizeof(settings->assets), "%s/%s",
	    LETHE_ASSETS_DIRECTORY, app->name);
	if (!is_directory(out))
		out[0] = '\0';
	return 0;
}

/* What the app says of its cache, where nothing is set. */
static int
take_cache(
    struct settings *settings, const struct lethe_app *app, struct error *error)
{
	if (app->cache_threshold < 0)
		return error_set(error,
		    "struct lethe_app: .cache_threshold is %lld, but must be "
		    "the most rows of the cache",
		    (long long)app->cache_threshold);
	if (app->cache_timeout_s < LETHE_TIMEOUT_NEVER)
		return error_set(error,
		    "struct lethe_app: .cache_timeout_s is %lld, but must be "
		    "seconds or LETHE_TIMEOUT_NEVER",
		    (long long)app->cache_timeout_s);
	if (app->cache_threshold > 0 && getenv("LETHE_THRESHOLD") == NULL)
		settings->store.threshold = app->cache_threshold;
	if (app->cache_timeout_s != 0 &&
	    getenv("LETHE_DEFAULT_TIMEOUT") == NULL)
		settings->store.default_timeout_s =
		    app->cache_timeout_s == LETHE_TIMEOUT_NEVER
			? 0
			: app->cache_timeout_s;
	return 0;
}

int
settings_read(struct settings *settings, const struct lethe_app *app,
    struct error *error)
{
	const char *log = getenv("LETHE_LOG");

	*settings = (struct settings){ .log =
		log != NULL && log[0] != '\0' ? log : NULL };
	if (read_numbers(settings, error) != 0 ||
	    read_state(settings, app, error) != 0 ||
	    read_data(settings, app, error) != 0 ||
	    read_prefix(settings, app, error) != 0 ||
	    read_policy(settings, error) != 0 ||
	    read_flags(settings, error) != 0 ||
	    read_sandbox(settings, error) != 0 ||
	    read_assets(settings, app, error) != 0 ||
	    read_sessions(settings, error) != 0 ||
	    store_settings_read(&settings->store, error) != 0 ||
	    take_cache(settings, app, error) != 0)
		return -1;
	settings->store.directory = settings->state;
	return 0;
}

/* Those that are no bounded numbers. */
static const struct { const char *name, *meaning; } texts[] = {
	{ "LETHE_STATE", "directory of the app's cache, sessions and lock "
			 "files" },
	{ "LETHE_DATA", "directory of the apps' own databases" },
	{ "LETHE_PREFIX", "where the app lives, e.g. /signal/" },
	{ "LETHE_ASSETS", "directory of the app's own styles, scripts and "
			  "images" },
	{ "LETHE_CSP", "Content-Security-Policy of the page, with "
		       POLICY_NONCE_PLACE " where the nonce belongs; off: none "
		       "(Lethe's own)" },
	{ "LETHE_FRAME_ANCESTORS", "who may have the page in a frame: 'self', "
				   "'none', or origins ('self')" },
	{ "LETHE_LOG", "log file (standard error; spawn-fcgi: in "
		       "LETHE_STATE)" },
	{ "LETHE_DEBUG", "1: development, with Dash's dev tools (0)" },
	{ "LETHE_SANDBOX", "require, auto or off: what keeps handlers to what "
			   "the app declares (auto)" },
	{ "LETHE_THRESHOLD", "most rows in the cache (500)" },
	{ "LETHE_CACHE_BYTES", "most bytes in the cache (256M)" },
	{ "LETHE_DEFAULT_TIMEOUT", "seconds until a cached value expires; 0: "
				   "never (300)" },
	{ "LETHE_UNSEALED", "1: variables stay writable, to show what goes "
			    "wrong then (0)" },
	{ "LETHE_SESSION_DURABLE", "1: each write to a session waits for the "
				   "disk (0)" },
};

static const struct number *const numbers[] = { &sandbox_abi,
	&parameter_limit,
	&body_limit, &depth_limit, &input_limit, &response_limit,
	&memory_limit, &timeout, &read_timeout, &requests, &kept_limit,
	&session_idle, &session_lifetime,
	&session_threshold, &session_bytes, &session_total };

bool
settings_has(const char *name)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(numbers[i]->name, name) == 0)
			return true;
	return false;
}

bool
settings_is_flag(const char *name)
{
	static const char *const flags[] = { "LETHE_DEBUG",
		"LETHE_SESSION_DURABLE", "LETHE_UNSEALED" };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(flags[i], name) == 0)
			return true;
	return false;
}

void
settings_help(struct buffer *out)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buffer_addf(out, "  %-22s %s\n", texts[i].name,
		    texts[i].meaning);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct number *number = numbers[i];

		int64_t unit = !number->bytes		   ? 1
		    : number->value % MEBIBYTE == 0 ? MEBIBYTE
						    : 1024;

		buffer_addf(out, "  %-22s %s (%" PRId64 "%s)\n", number->name,
		    number->meaning, number->value / unit,
		    unit == 1		   ? ""
			: unit == 1024 ? "K"
				       : "M");
	}
}
