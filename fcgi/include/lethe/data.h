/*
 * lethe/data.h: the app's data: a read-only SQLite database, .data of struct
 * lethe_app.
 */
#ifndef LETHE_DATA_H
#define LETHE_DATA_H

#include <stdint.h>

#include <lethe/result.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* A prepared statement (sqlite3_stmt), kept by the worker for reuse. */
struct lethe_statement;

/*
 * Prepares `sql`, which must be one statement.  Never NULL: after a failure
 * lethe_statement_step() returns LETHE_ERROR and the call has the message.
 * Valid until the call ends; it is reset then.  A second prepare of the same
 * text within a call gives the same statement, reset.
 */
struct lethe_statement *lethe_statement_prepare(struct lethe_call *call,
    const char *sql);

/* Bind parameter number `index`, counted from 1; text is copied. */
void lethe_statement_bind_text(struct lethe_statement *statement, int index,
    const char *text);
void lethe_statement_bind_double(struct lethe_statement *statement, int index,
    double number);
void lethe_statement_bind_int64(struct lethe_statement *statement, int index,
    int64_t number);

/* LETHE_ROW, LETHE_DONE (the statement is reset), or LETHE_ERROR. */
enum lethe_result lethe_statement_step(struct lethe_statement *statement)
    LETHE_MUST_CHECK;

/*
 * Column number `column`, counted from 0, of the row last stepped to,
 * converted as SQLite does.  The text is borrowed until the next step;
 * NULL for SQL NULL.
 */
const char *lethe_statement_text(struct lethe_statement *statement,
    int column);
double lethe_statement_double(struct lethe_statement *statement, int column);
int64_t lethe_statement_int64(struct lethe_statement *statement, int column);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
