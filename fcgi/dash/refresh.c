/*
 * dash/refresh.c: stale values that are to be computed anew once the visitor
 * has his answer.
 *
 * By then the call and its request are gone, so that everything the
 * computation needs is copied: the description of the function (which may
 * have been on a handler's stack), its arguments as text, and the owner.
 */
#include "dash/refresh.h"

#include <stdlib.h>
#include <string.h>

#include "dash/call.h"
#include "dash/json_parse.h"

#define REFRESHES_MAX 16

struct refresh {
	struct lethe_memo memo;
	enum store_kind kind;
	char *name;
	char *owner;
	char *arguments;
	size_t arguments_size;
};

struct refreshes {
	struct refresh list[REFRESHES_MAX];
	size_t count;
};

struct refreshes *
refreshes_new(void)
{
	return calloc(1, sizeof(struct refreshes));
}

static void
refresh_clear(struct refresh *refresh)
{
	free(refresh->name);
	free(refresh->owner);
	free(refresh->arguments);
}

static bool
is_noted(const struct refreshes *refreshes, const struct store_key *key)
{
	for (size_t i = 0; i < refreshes->count; i++) {
		const struct refresh *each = &refreshes->list[i];

		if (strcmp(each->name, key->function) == 0 &&
		    strcmp(each->owner, key->owner) == 0 &&
		    each->arguments_size == key->arguments_size &&
		    memcmp(each->arguments, key->arguments,
			key->arguments_size) == 0)
			return true;
	}
	return false;
}

void
refresh_add(struct refreshes *refreshes, const struct lethe_memo *memo,
    enum store_kind kind, const struct store_key *key)
{
	struct refresh refresh = { .memo = *memo,
		.kind = kind,
		.arguments_size = key->arguments_size };

	if (refreshes->count == REFRESHES_MAX || is_noted(refreshes, key))
		return;
	refresh.name = strdup(key->function);
	refresh.owner = strdup(key->owner);
	refresh.arguments = strndup(key->arguments, key->arguments_size);
	if (refresh.name == NULL || refresh.owner == NULL ||
	    refresh.arguments == NULL) {
		refresh_clear(&refresh);
		return;
	}
	refresh.memo.name = refresh.name;
	refreshes->list[refreshes->count++] = refresh;
}

const char *
refresh_next(const struct refreshes *refreshes)
{
	return refreshes->count == 0 ? NULL : refreshes->list[0].name;
}

/* Computes in a call of its own. */
static int
run(const struct refresh *refresh, const struct dash_services *services,
    struct error *error)
{
	struct json_object *arguments;
	struct json_fault fault;
	struct json_span span;
	struct lethe_call call;
	int done;

	if (json_scan(refresh->arguments, refresh->arguments_size,
		JSON_DEPTH_MAX, &span, &fault) != 0)
		return error_set(error, "its arguments are not JSON");
	arguments = json_span_type(span) == JSON_NULL ? lethe_null()
						      : json_parse_span(span);
	if (arguments == NULL || call_init(&call, services, NULL) != 0) {
		json_object_put(arguments);
		return error_set(error, "out of memory");
	}
	call.refreshing = true;
	call.owner = refresh->owner[0] == '\0' ? NULL : refresh->owner;
	*services->running = refresh->name;
	if (services->trace_base != NULL)
		trace_enter(services->trace_base,
		    refresh->kind == STORE_BYTES
			? (uintptr_t)refresh->memo.compute_bytes
			: (uintptr_t)refresh->memo.compute);
	done = memo_refresh(
	    &call, &refresh->memo, refresh->kind, arguments, error);
	*services->running = NULL;
	json_object_put(arguments);
	call_clear(&call);
	return done;
}

int
refresh_run(struct refreshes *refreshes, const struct dash_services *services,
    struct error *error)
{
	struct refresh refresh = refreshes->list[0];
	struct error reason = { "" };
	int done;

	/* First forgotten, lest a mistake make it run for ever. */
	refreshes->count--;
	memmove(&refreshes->list[0], &refreshes->list[1],
	    refreshes->count * sizeof(refresh));
	done = run(&refresh, services, &reason);
	if (done != 0)
		(void)error_set(error,
		    "%s could not be computed anew, and is served stale until "
		    "it expires: %s",
		    refresh.name, reason.message);
	refresh_clear(&refresh);
	return done;
}
