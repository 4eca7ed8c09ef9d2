/*
 * update_output_div.c: at a click, show the value that the session's file had,
 * and put the new one into it.
 */
#include <lethe/html.h>

#include "session_file.h"

static const char create[] =
    "CREATE TABLE IF NOT EXISTS given("
    " id INTEGER PRIMARY KEY, value TEXT NOT NULL) STRICT";
static const char insert[] = "INSERT INTO given(value) VALUES (?1)";
static const char keep_ten[] =
    "DELETE FROM given WHERE id <= (SELECT max(id) - 10 FROM given)";
static const char newest_first[] = "SELECT value FROM given ORDER BY id DESC";

/* Runs a statement that gives no row; `text`, if any, is its parameter. */
static enum lethe_result
run(struct lethe_call *call, const char *sql, const char *text)
{
	struct lethe_statement *statement = lethe_session_prepare(call, sql);

	if (text != NULL)
		lethe_statement_bind_text(statement, 1, text);
	return lethe_statement_step(statement) == LETHE_DONE ? LETHE_OK
							     : LETHE_ERROR;
}

/* The value before the newest, and the list of all. */
static enum lethe_result
show(struct lethe_call *call)
{
	struct lethe_statement *row = lethe_session_prepare(call, newest_first);
	struct json_object *before = NULL, *items = json_object_new_array();
	enum lethe_result result;

	while ((result = lethe_statement_step(row)) == LETHE_ROW) {
		const char *value = lethe_statement_text(row, 0);

		if (json_object_array_length(items) == 1)
			before = lethe_string(value);
		(void)json_object_array_add(items,
		    html_li(.children = lethe_string(value)));
	}
	(void)lethe_output(call, 0,
	    before != NULL ? before : lethe_string("None"));
	(void)lethe_output(call, 1, html_ol(.children = items));
	return result == LETHE_DONE ? LETHE_OK : LETHE_ERROR;
}

static enum lethe_result
update_output_div(struct lethe_call *call)
{
	const char *value = lethe_state_string(call, 0);

	if (value == NULL || *value == '\0') {
		(void)lethe_no_update(call, 1);
		return lethe_output(call, 0,
		    lethe_string("Type a value first."));
	}
	/* If one of them fails, the end of the call undoes the others. */
	if (run(call, "BEGIN IMMEDIATE", NULL) != LETHE_OK ||
	    run(call, create, NULL) != LETHE_OK ||
	    run(call, insert, value) != LETHE_OK ||
	    run(call, keep_ten, NULL) != LETHE_OK || show(call) != LETHE_OK)
		return LETHE_ERROR;
	return run(call, "COMMIT", NULL);
}

const struct lethe_callback update_output_div_callback = {
	.name = "update_output_div",
	.handler = update_output_div,
	.outputs =
	    LETHE_OUTPUTS({ "content", "children" }, { "history", "children" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
	.state = LETHE_STATE({ "input", "value" }),
	.prevent_initial_call = LETHE_INITIAL_PREVENT,
};
