/*
 * dash/call_data.c: a call's statements on the app's data.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "dash/call.h"
#include "store/store.h"

/* So many steps of a statement are timed; later ones, of which there may be
 * millions, stand each for as many. */
#define TIMED_STEPS 64

struct lethe_statement {
	struct lethe_call *call;
	struct statement *statement; /* NULL: preparing failed */
	/* A bind failed; step says so. */
	bool failed;
	uint64_t steps;
	struct lethe_statement *next;
};

/* For when there is not even memory for a statement; never written to. */
static const struct lethe_statement no_memory = { .failed = true };

/* A statement of the call that is not prepared yet; NULL: no memory. */
static struct lethe_statement *
add_statement(struct lethe_call *call)
{
	struct lethe_statement *statement = calloc(1, sizeof(*statement));

	if (statement == NULL) {
		(void)lethe_fail(call, "out of memory");
		return NULL;
	}
	statement->call = call;
	statement->next = call->statements;
	call->statements = statement;
	return statement;
}

struct lethe_statement *
lethe_session_prepare(struct lethe_call *call, const char *sql)
{
	struct lethe_statement *statement = add_statement(call);
	int64_t started_us = clock_monotonic_us();
	struct data *data;

	if (statement == NULL)
		return (struct lethe_statement *)(uintptr_t)&no_memory;
	data = call_session_data(call);
	if (data != NULL)
		statement->statement = data_prepare(data, sql, &call->error);
	statement->failed = statement->statement == NULL;
	call->store_us += clock_monotonic_us() - started_us;
	return statement;
}

struct lethe_statement *
lethe_statement_prepare(struct lethe_call *call, const char *sql)
{
	struct lethe_statement *statement = add_statement(call);
	int64_t started_us = clock_monotonic_us();

	if (statement == NULL)
		return (struct lethe_statement *)(uintptr_t)&no_memory;
	if (call->services->data != NULL) {
		statement->statement = data_prepare(call->services->data, sql,
		    &call->error);
	} else if (call->services->data_error.message[0] != '\0') {
		(void)lethe_fail(call, "%s",
		    call->services->data_error.message);
	} else {
		(void)lethe_fail(call,
		    "the app has no data to query: set .data of its struct "
		    "lethe_app to the name of an SQLite database");
	}
	if (statement->statement == NULL)
		statement->failed = true;
	call->store_us += clock_monotonic_us() - started_us;
	return statement;
}

void
call_data_clear(struct lethe_call *call)
{
	struct lethe_statement *statement, *next;

	if (call->statements == NULL)
		return;
	for (statement = call->statements; statement != NULL;
	    statement = next) {
		next = statement->next;
		free(statement);
	}
	call->statements = NULL;
	if (call->services->data != NULL)
		data_reset(call->services->data);
}

void
lethe_statement_bind_text(struct lethe_statement *statement, int index,
    const char *text)
{
	if (!statement->failed)
		statement->failed = statement_bind_text(statement->statement,
		    index, text, &statement->call->error) != 0;
}

void
lethe_statement_bind_double(struct lethe_statement *statement, int index,
    double number)
{
	if (!statement->failed)
		statement->failed = statement_bind_double(
		    statement->statement, index, number,
		    &statement->call->error) != 0;
}

void
lethe_statement_bind_int64(struct lethe_statement *statement, int index,
    int64_t number)
{
	if (!statement->failed)
		statement->failed = statement_bind_int64(
		    statement->statement, index, number,
		    &statement->call->error) != 0;
}

/* Steps, and counts the time that it takes. */
static int
step(struct lethe_statement *statement)
{
	struct lethe_call *call = statement->call;
	uint64_t number = statement->steps++;
	int64_t started_us, passed_us;
	int done;

	if (number >= TIMED_STEPS && number % TIMED_STEPS != 0)
		return statement_step(statement->statement, &call->error);
	started_us = clock_monotonic_us();
	done = statement_step(statement->statement, &call->error);
	passed_us = clock_monotonic_us() - started_us;
	call->store_us +=
	    number < TIMED_STEPS ? passed_us : passed_us * TIMED_STEPS;
	return done;
}

enum lethe_result
lethe_statement_step(struct lethe_statement *statement)
{
	if (statement->failed)
		return LETHE_ERROR;
	switch (step(statement)) {
	case 1:
		return LETHE_ROW;
	case 0:
		return LETHE_DONE;
	default:
		return LETHE_ERROR;
	}
}

const char *
lethe_statement_text(struct lethe_statement *statement, int column)
{
	return statement->failed
	    ? NULL
	    : statement_text(statement->statement, column);
}

double
lethe_statement_double(struct lethe_statement *statement, int column)
{
	return statement->failed
	    ? 0
	    : statement_double(statement->statement, column);
}

int64_t
lethe_statement_int64(struct lethe_statement *statement, int column)
{
	return statement->failed
	    ? 0
	    : statement_int64(statement->statement, column);
}
