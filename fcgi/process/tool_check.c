/*
 * process/tool_check.c: `app check`: all mistakes in an app that can be found
 * before it is served.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/assets.h"
#include "process/crash.h"
#include "process/imports.h"
#include "process/process.h"
#include "process/sandbox.h"
#include "process/seal.h"

/* A variable that can be written is a warning only: the seal stops who does. */
static void
report_variable(void *context, const char *name, size_t size)
{
	struct findings *findings = context;
	struct dash_finding finding = { .warning = true };
	char *message;

	if (asprintf(&message,
		"the variable %s (%zu bytes) can be written until the process "
		"is sealed: make it const, or keep what it is for in a "
		"dcc.Store, in the cache (lethe_memoize) or in the session",
		name, size) < 0)
		return;
	finding.message = message;
	findings_add(findings, &finding);
	free(message);
}

static void
look_at_assets(struct process *process)
{
	const char *folder = process->settings.assets;
	struct assets assets;
	struct error error;

	if (folder[0] == '\0')
		return;
	if (assets_read(&assets, folder, process->app->assets_ignore,
		&error) != 0)
		findings_add_mistake(&process->findings, error.message);
	assets_clear(&assets);
}

/* What can be seen without running any of the app's code. */
static void
look(struct process *process)
{
	struct error error;

	if (seal_list_variables(report_variable, &process->findings, &error) <
	    0)
		findings_add_mistake(&process->findings, error.message);
	if (process->settings.unsealed)
		findings_add(&process->findings,
		    &(struct dash_finding){
			.message = process_unsealed, .warning = true });
	(void)imports_check(
	    process->app->calls, findings_add, &process->findings);
	if (process_open_store(process, &error) != 0)
		findings_add_mistake(&process->findings, error.message);
	store_close(process->store);
	process->store = NULL;
	look_at_assets(process);
}

static void
warn(struct findings *findings, const char *message)
{
	if (message[0] != '\0')
		findings_add(findings,
		    &(struct dash_finding){
			.warning = true, .message = message });
}

/* What shows when the app's code runs.  It may die in that, so what was found
 * before is told first, unless it is to be one JSON text. */
static void
run(struct process *process, bool json)
{
	struct findings *findings = &process->findings;
	struct error error;

	if (process_start(process, PROCESS_CHECK, &error) != 0) {
		findings_add_mistake(findings, error.message);
		return;
	}
	warn(findings, process_start_missing(process));
	warn(findings, sandbox_missing());
	if (process->services.data_error.message[0] != '\0')
		findings_add_mistake(
		    findings, process->services.data_error.message);
	if (!json) {
		findings_tell(findings, process->app->name);
		findings->tell_for = process->app->name;
	}
	crash_watchdog(process->settings.timeout_ms);
	(void)process_check(process, findings_add, findings);
	crash_watchdog(0);
}

static int
tell(struct process *process, bool json)
{
	struct findings *findings = &process->findings;
	size_t count = process->dash->callback_count;
	struct buffer out;

	if (!json) {
		findings_tell(findings, process->app->name);
		if (findings->mistakes == 0)
			(void)printf("%s: %zu callback%s, nothing wrong\n",
			    process->app->name, count, count == 1 ? "" : "s");
		return findings->mistakes > 0;
	}
	buffer_init(&out, (size_t)64 << 20);
	findings_write(findings, &out);
	if (buffer_failed(&out) ||
	    fwrite(out.data, 1, out.size, stdout) != out.size ||
	    fflush(stdout) != 0) {
		(void)fprintf(stderr, "the output could not be written\n");
		return 1;
	}
	buffer_clear(&out);
	return findings->mistakes > 0;
}

int
run_check(struct process *process, bool json)
{
	int status;

	/* Settings that are wrong leave nothing to start with. */
	if (process->settings_are_read) {
		look(process);
		run(process, json);
	}
	status = tell(process, json);
	(void)fflush(stdout);
	/* After the seal, exit() would run what writes to sealed memory. */
	_exit(status);
}
