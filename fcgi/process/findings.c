/*
 * process/findings.c: a list of what checks found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dash/json_write.h"
#include "process/findings.h"

/* Room for one more; -1: no memory. */
static int
make_room(struct findings *findings)
{
	size_t capacity = findings->capacity == 0 ? 16 : 2 * findings->capacity;
	struct dash_finding *list = findings->list;

	if (findings->count < findings->capacity)
		return 0;
	list = realloc(list, capacity * sizeof(*list));
	if (list == NULL)
		return -1;
	findings->list = list;
	findings->capacity = capacity;
	return 0;
}

void
findings_add(void *context, const struct dash_finding *finding)
{
	struct findings *findings = context;
	char *message = strdup(finding->message);

	if (!finding->warning)
		findings->mistakes++;
	if (message == NULL || make_room(findings) != 0) {
		(void)fprintf(stderr, "%s\n", finding->message);
		free(message);
		return;
	}
	findings->list[findings->count] = *finding;
	findings->list[findings->count++].message = message;
	if (findings->tell_for != NULL)
		findings_tell(findings, findings->tell_for);
}

void
findings_add_mistake(struct findings *findings, const char *message)
{
	findings_add(findings, &(struct dash_finding){ .message = message });
}

void
findings_tell(struct findings *findings, const char *app)
{
	for (; findings->told < findings->count; findings->told++) {
		const struct dash_finding *each =
		    &findings->list[findings->told];

		(void)fprintf(stderr, "%s: %s%s\n", app != NULL ? app : "app",
		    each->warning ? "warning: " : "", each->message);
	}
}

static void
write_text(struct buffer *out, const char *text)
{
	if (text != NULL)
		json_write_string(out, text, strlen(text));
	else
		buffer_add_string(out, "null");
}

void
findings_write(const struct findings *findings, struct buffer *out)
{
	buffer_add_char(out, '[');
	for (size_t i = 0; i < findings->count; i++) {
		const struct dash_finding *each = &findings->list[i];

		buffer_addf(out,
		    "%s\n{\"severity\":\"%s\",\"callback\":", i == 0 ? "" : ",",
		    each->warning ? "warning" : "mistake");
		write_text(out, each->callback);
		buffer_add_string(out, ",\"message\":");
		write_text(out, each->message);
		buffer_add_char(out, '}');
	}
	buffer_add_string(out, findings->count > 0 ? "\n]\n" : "]\n");
}

void
findings_clear(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free((char *)(uintptr_t)findings->list[i].message);
	free(findings->list);
	*findings = (struct findings){ .list = NULL };
}
