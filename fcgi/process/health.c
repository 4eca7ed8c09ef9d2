/*
 * process/health.c: what a worker answers those who watch over it.
 *
 * Each part that can fail is looked at anew: "ok", or a sentence that says
 * what is wrong.  It is for machines and for whoever gets up at night, on this
 * machine alone: the sentences have paths.
 */
#include "process/health.h"

#include <string.h>

#include "dash/json_write.h"
#include "process/process.h"
#include "process/sandbox.h"

/* Adds a member with the sentence; NULL: all is well. */
static void
add_part(struct buffer *out, const char *name, const char *problem)
{
	if (problem == NULL)
		problem = "ok";
	buffer_addf(out, ",\"%s\":", name);
	json_write_string(out, problem, strlen(problem));
}

static int
probe_cache(struct process *process, struct error *error)
{
	if (process->store != NULL)
		return store_probe(process->store, error);
	*error = process->store_error;
	return -1;
}

static int
probe_sessions(struct process *process, struct error *error)
{
	if (process->sessions != NULL)
		return sessions_probe(process->sessions, error);
	return error_set(error, "there was no memory for sessions");
}

static int
probe_data(struct process *process, struct error *error)
{
	if (process->data != NULL)
		return data_probe(process->data, error);
	*error = process->services.data_error;
	return -1;
}

int
health_report(void *context, struct buffer *out)
{
	struct process *process = context;
	const char *sandbox = sandbox_missing();
	bool has_data = process->settings.data[0] != '\0';
	struct error cache, sessions, data;
	int cache_is = probe_cache(process, &cache);
	int sessions_are = probe_sessions(process, &sessions);
	int data_is = has_data ? probe_data(process, &data) : 0;
	bool well = cache_is == 0 && sessions_are == 0 && data_is == 0;

	buffer_addf(out, "{\"status\":\"%s\",\"app\":\"%s\",\"lethe\":\"%s\"",
	    well ? "ok" : "failing", process->app->name, LETHE_VERSION);
	add_part(out, "cache", cache_is == 0 ? NULL : cache.message);
	add_part(out, "sessions", sessions_are == 0 ? NULL : sessions.message);
	if (has_data)
		add_part(out, "data", data_is == 0 ? NULL : data.message);
	add_part(out, "seal",
	    process->settings.unsealed ? process_unsealed : NULL);
	add_part(out, "sandbox", sandbox[0] != '\0' ? sandbox : NULL);
	buffer_add_string(out, "}\n");
	return well ? 0 : -1;
}
