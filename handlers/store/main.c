/* main.c: the page, whose address says how long the store lasts; the app. */
#include <string.h>

#include <lethe/dcc.h>
#include <lethe/html.h>

#include "store.h"

static const struct {
	const char *name, *link;
	enum dcc_store_storage_type type;
} storages[] = {
	{ "memory", "?storage=memory", DCC_STORE_STORAGE_TYPE_MEMORY },
	{ "session", "?storage=session", DCC_STORE_STORAGE_TYPE_SESSION },
	{ "local", "?storage=local", DCC_STORE_STORAGE_TYPE_LOCAL },
};
enum { STORAGES = sizeof(storages) / sizeof(storages[0]) };

static const char lead[] =
    "Cleaning takes a while. A dcc.Store keeps the result: until the page is "
    "reloaded (memory), until the tab is closed (session), or for good (local).";

/* Links to the pages with each storage. */
static struct json_object *
links(size_t chosen)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < STORAGES; i++)
		(void)json_object_array_add(list,
		    html_a(.href = storages[i].link, .className = "badge",
			.wildcards = lethe_object({ "aria-current",
			    lethe_string(i == chosen ? "page" : "false") }),
			.children = lethe_string(storages[i].name)));
	return html_nav(.className = "toolbar", .children = list);
}

static struct json_object *
layout(struct lethe_call *call)
{
	const char *asked = lethe_page_query(call, "storage");
	size_t chosen = 0;

	for (size_t i = 0; asked != NULL && i < STORAGES; i++)
		if (strcmp(asked, storages[i].name) == 0)
			chosen = i;
	return html_main(.className = "container", .children = lethe_children(
		html_h1(.children = lethe_string("Kept in the browser")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		links(chosen),
		html_div(.className = "toolbar",
		    .children = fruit_control(call, NULL)),
		fruit_view(dcc_store(.id = "intermediate-value",
		    .storage_type = storages[chosen].type))));
}

static const struct lethe_app app = {
	.name = "store",
	.title = "Kept in the browser",
	.description = "A dcc.Store keeps cleaned data for a graph and a "
		       "table: in memory, for the session, or for good.",
	.prefix = "/store/",
	.data = "fruit.db",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&clean_data_callback,
	    &update_graph_callback, &update_table_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
