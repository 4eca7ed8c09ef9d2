/* main.c: the page of the example, and the app. */
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "session.h"

static const char lead[] =
    "The server keeps this page's data, for you alone, and computes it once "
    "for both outputs. Another browser, or a reload, has data of its own.";

static struct json_object *
layout(struct lethe_call *call)
{
	const char *page_id = lethe_session_page_id(call);

	if (page_id == NULL)
		return NULL;
	return html_main(.className = "container", .children = lethe_children(
		html_h1(.children = lethe_string("A session's own data")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		dcc_store(.id = "session-id", .data = lethe_string(page_id)),
		html_p(.children = html_button(.id = "get-data-button",
		    .children = lethe_string("Get data"))),
		dcc_loading(.children = html_div(.className = "row",
		    .children = lethe_children(
		    html_div(.id = "output-1",
			.className = "six columns card"),
		    html_div(.id = "output-2",
			.className = "six columns card"))))));
}

/* Shows what is wrong in the place of the output. */
static enum lethe_result
tell(struct lethe_call *call, const char *message)
{
	return lethe_output(call, 0,
	    html_p(.role = "alert", .children = lethe_string(message)));
}

static const struct lethe_app app = {
	.name = "session",
	.title = "A session's own data",
	.description = "The server keeps data for each visitor alone, and "
		       "computes it once for two outputs.",
	.prefix = "/session/",
	.layout = layout,
	.on_error = tell,
	.callbacks = LETHE_CALLBACKS(
	    &display_value_1_callback, &display_value_2_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
