/*
 * dash/check_cycles.c: callbacks that start each other for ever.
 *
 * A graph has a node for each property that is an input or an output, and an
 * edge from each input of a callback to each of its outputs.  For a pattern id
 * with wildcards there is a node for each combination of values that can make
 * a difference: at each key those that some id has there, and for ALLSMALLER
 * one before and one after them; all that counts is their order, so a value
 * is its rank.
 *
 * A callback whose output is its own input is no circle: the front end does
 * not start it again.  Its output gets a node of its own, which starts the
 * others that have the property as an input.  An output that is allowed to be
 * another's too never makes one, as in the reference: that is how an author
 * says that he knows.
 */
#include <stdlib.h>
#include <string.h>

#include "dash/check.h"

#define EDGE_LIMIT 200000
#define TEXT_LIMIT 65536

/* From a property to one that a callback sets when the first changes. */
struct edge {
	size_t from, to;
	const struct dash_callback *callback;
	const struct dash_property *input;
};

struct graph {
	struct mistakes *mistakes;
	const struct dash *dash;
	/* Values at each key, in order: an object of arrays. */
	struct json_object *values;
	/* How many ids have ALLSMALLER at each key. */
	struct json_object *smaller;
	struct json_object *nodes; /* number by name */
	size_t node_count;
	struct edge *edges;
	size_t edge_count;
	size_t edge_capacity;
	struct json_object *told; /* chains, each once */
	bool full;
	bool failed;
};

/* Which values a pattern id's keys stand for: ranks from `low` up to, without
 * it, `high`; `at` is the combination in hand. */
struct choice {
	const struct id *id;
	size_t low[ID_KEY_LIMIT], high[ID_KEY_LIMIT], at[ID_KEY_LIMIT];
};

static struct json_object *
member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	(void)json_object_object_get_ex(object, name, &value);
	return value;
}

/* ------------------------------------------------------------------------
 * The values of keys
 */

static int
compare_values(const void *left, const void *right)
{
	struct json_object *const *a = left, *const *b = right;

	return id_values_compare(*a, *b);
}

static void
collect_value(struct graph *graph, const struct id_key *key)
{
	struct json_object *list = member(graph->values, key->name);

	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (id_values_equal(
			json_object_array_get_idx(list, i), key->value))
			return;
	if (json_object_array_add(list, json_object_get(key->value)) != 0) {
		json_object_put(key->value);
		graph->failed = true;
	}
}

static void
collect_keys(struct graph *graph, const struct dash_properties *properties)
{
	for (size_t i = 0; i < properties->count; i++)
		for (size_t k = 0; k < properties->list[i].id.key_count; k++) {
			const struct id_key *key =
			    &properties->list[i].id.keys[k];

			if (member(graph->values, key->name) == NULL &&
			    (json_object_object_add(graph->values, key->name,
				 json_object_new_array()) != 0 ||
				json_object_object_add(graph->smaller,
				    key->name, json_object_new_int(0)) != 0 ||
				member(graph->values, key->name) == NULL ||
				member(graph->smaller, key->name) == NULL)) {
				graph->failed = true;
				return;
			}
			if (key->wildcard == ID_VALUE)
				collect_value(graph, key);
			else if (key->wildcard == ID_ALLSMALLER)
				(void)json_object_int_inc(
				    member(graph->smaller, key->name), 1);
		}
}

static size_t
smaller_count(const struct graph *graph, const char *key)
{
	return (size_t)json_object_get_int(member(graph->smaller, key));
}

/* How many ranks a key has, and which is an exact value's. */
static size_t
rank_count(const struct graph *graph, const char *key)
{
	size_t exact = json_object_array_length(member(graph->values, key));
	size_t smaller = smaller_count(graph, key);

	return exact > 0 ? exact + 2 * smaller : smaller + 1;
}

static size_t
rank_of(const struct graph *graph, const struct id_key *key)
{
	struct json_object *list = member(graph->values, key->name);
	size_t rank = 0;

	while (
	    rank < json_object_array_length(list) &&
	    !id_values_equal(json_object_array_get_idx(list, rank), key->value))
		rank++;
	return rank + smaller_count(graph, key->name);
}

/* ------------------------------------------------------------------------
 * Combinations of values
 */

/* The rank that an output's combination has at a key; -1: no such key. */
static long
rank_chosen(const struct choice *output, const char *key)
{
	for (size_t i = 0; output != NULL && i < output->id->key_count; i++)
		if (strcmp(output->id->keys[i].name, key) == 0)
			return (long)output->at[i];
	return -1;
}

/* The first combination for an id, of an input seen from an output's (NULL:
 * for the output itself).  False: there is none. */
static bool
choice_first(const struct graph *graph, struct choice *choice,
    const struct id *id, const struct choice *output)
{
	choice->id = id;
	for (size_t i = 0; i < id->key_count; i++) {
		const struct id_key *key = &id->keys[i];
		long chosen = rank_chosen(output, key->name);
		size_t low = 0, high = rank_count(graph, key->name);

		if (key->wildcard == ID_VALUE) {
			low = rank_of(graph, key);
			high = low + 1;
		} else if (key->wildcard == ID_MATCH && chosen >= 0) {
			low = (size_t)chosen;
			high = low + 1;
		} else if (key->wildcard == ID_ALLSMALLER) {
			high = chosen > 0 ? (size_t)chosen : 0;
		}
		if (low == high)
			return false;
		choice->low[i] = choice->at[i] = low;
		choice->high[i] = high;
	}
	return true;
}

static bool
choice_next(struct choice *choice)
{
	for (size_t i = 0; i < choice->id->key_count; i++) {
		if (++choice->at[i] < choice->high[i])
			return true;
		choice->at[i] = choice->low[i];
	}
	return false;
}

/* ------------------------------------------------------------------------
 * Nodes and edges
 */

/* The number of a property's node; `own`: that of an output which is an input
 * of the same callback. */
static size_t
node_number(struct graph *graph, const struct choice *choice,
    const struct dash_property *property, bool own)
{
	struct json_object *number;
	struct buffer name;
	size_t found = 0;

	buffer_init(&name, TEXT_LIMIT);
	if (choice->id->keys == NULL)
		buffer_add_string(&name, choice->id->text);
	for (size_t i = 0; i < choice->id->key_count; i++)
		buffer_addf(&name, "%s\n%zu\n", choice->id->keys[i].name,
		    choice->at[i]);
	buffer_addf(&name, ".%s%s", property->property, own ? ".own" : "");
	if (buffer_failed(&name)) {
		graph->failed = true;
	} else if ((number = member(graph->nodes, name.data)) != NULL) {
		found = (size_t)json_object_get_int64(number);
	} else {
		found = graph->node_count++;
		if (json_object_object_add(graph->nodes, name.data,
			json_object_new_int64((int64_t)found)) != 0)
			graph->failed = true;
	}
	buffer_clear(&name);
	return found;
}

static void
add_edge(struct graph *graph, struct edge edge)
{
	struct edge *edges = graph->edges;
	size_t capacity = graph->edge_capacity;

	if (graph->edge_count >= EDGE_LIMIT) {
		graph->full = true;
		return;
	}
	if (graph->edge_count == capacity) {
		capacity = capacity == 0 ? 64 : 2 * capacity;
		edges = realloc(edges, capacity * sizeof(*edges));
		if (edges == NULL) {
			graph->failed = true;
			return;
		}
		graph->edges = edges;
		graph->edge_capacity = capacity;
	}
	edges[graph->edge_count++] = edge;
}

/* Is an output an input of its own callback? */
static bool
is_own_input(
    const struct dash_callback *callback, const struct dash_property *output)
{
	for (size_t i = 0; i < callback->inputs.count; i++)
		if (!output->allow_duplicate &&
		    properties_overlap(output, &callback->inputs.list[i]))
			return true;
	return false;
}

/* Is an input an output of its own callback? */
static bool
is_own_output(
    const struct dash_callback *callback, const struct dash_property *input)
{
	for (size_t i = 0; i < callback->outputs.count; i++)
		if (!callback->outputs.list[i].allow_duplicate &&
		    properties_overlap(&callback->outputs.list[i], input))
			return true;
	return false;
}

static void
add_inputs(struct graph *graph, const struct dash_callback *callback,
    const struct choice *output, size_t to)
{
	for (size_t i = 0; i < callback->inputs.count; i++) {
		const struct dash_property *input = &callback->inputs.list[i];
		struct edge edge = {
			.to = to, .callback = callback, .input = input
		};
		struct choice choice;

		if (!choice_first(graph, &choice, &input->id, output))
			continue;
		do {
			edge.from = node_number(graph, &choice, input, false);
			add_edge(graph, edge);
			if (is_own_output(callback, input))
				continue;
			/* Some callback's output and input: it starts this
			 * one too.  Without such a one nothing leads there. */
			edge.from = node_number(graph, &choice, input, true);
			add_edge(graph, edge);
		} while (
		    !graph->full && !graph->failed && choice_next(&choice));
	}
}

static void
add_callback(struct graph *graph, const struct dash_callback *callback)
{
	for (size_t i = 0; i < callback->outputs.count; i++) {
		const struct dash_property *output = &callback->outputs.list[i];
		bool own = is_own_input(callback, output);
		struct choice choice;

		if (output->allow_duplicate ||
		    !choice_first(graph, &choice, &output->id, NULL))
			continue;
		do {
			add_inputs(graph, callback, &choice,
			    node_number(graph, &choice, output, own));
		} while (
		    !graph->full && !graph->failed && choice_next(&choice));
	}
}

static int
compare_edges(const void *left, const void *right)
{
	const struct edge *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

/* ------------------------------------------------------------------------
 * Circles
 */

/* Tells a circle of edges as a chain, which begins at the callback that comes
 * first, so that it looks the same wherever it was found. */
static void
tell_circle(struct graph *graph, const struct edge *const *circle, size_t count)
{
	size_t first = 0;
	struct buffer chain;

	for (size_t i = 1; i < count; i++)
		if (circle[i]->callback < circle[first]->callback)
			first = i;
	buffer_init(&chain, TEXT_LIMIT);
	for (size_t i = 0; i < count; i++) {
		const struct edge *edge = circle[(first + i) % count];

		buffer_addf(&chain, "%s.%s -> callback %s -> ",
		    edge->input->id.text, edge->input->property,
		    edge->callback->description->name);
	}
	buffer_addf(&chain, "%s.%s", circle[first]->input->id.text,
	    circle[first]->input->property);
	if (buffer_failed(&chain)) {
		graph->failed = true;
	} else if (member(graph->told, chain.data) == NULL) {
		mistake(graph->mistakes, circle[first]->callback->description,
		    "callback %s: callbacks start each other in a circle: %s: "
		    "read one of these inputs as state, or let one callback "
		    "do it all",
		    circle[first]->callback->description->name, chain.data);
		if (json_object_object_add(graph->told, chain.data,
			json_object_new_boolean(1)) != 0)
			graph->failed = true;
	}
	buffer_clear(&chain);
}

/* A walk through the graph, depth first. */
struct walk {
	const struct edge **path; /* the edges walked, in order */
	size_t length;
	size_t *next; /* by node: the next edge to try */
	size_t *end;  /* by node: the one after its last */
	/* By node: where it is on the path, from 1; 0: not there. */
	size_t *place;
};

/* Walks on from a node that was not visited before. */
static void
walk_from(struct graph *graph, struct walk *walk, size_t node)
{
	walk->length = 0;
	walk->place[node] = 1;
	for (;;) {
		const struct edge *edge;

		if (walk->next[node] == walk->end[node]) {
			walk->place[node] = 0;
			if (walk->length == 0)
				return;
			node = walk->path[--walk->length]->from;
			continue;
		}
		edge = &graph->edges[walk->next[node]++];
		walk->path[walk->length] = edge;
		if (walk->place[edge->to] > 0) {
			tell_circle(graph,
			    walk->path + walk->place[edge->to] - 1,
			    walk->length + 2 - walk->place[edge->to]);
		} else if (walk->next[edge->to] < walk->end[edge->to]) {
			node = edge->to;
			walk->place[node] = ++walk->length + 1;
		}
	}
}

static void
find_circles(struct graph *graph)
{
	size_t nodes = graph->node_count;
	struct walk walk = {
		.path = calloc(nodes + 1, sizeof(*walk.path)),
		.next = calloc(nodes + 1, sizeof(*walk.next)),
		.end = calloc(nodes + 1, sizeof(*walk.end)),
		.place = calloc(nodes + 1, sizeof(*walk.place)),
	};

	if (walk.path == NULL || walk.next == NULL || walk.end == NULL ||
	    walk.place == NULL) {
		graph->failed = true;
		goto out;
	}
	if (graph->edge_count > 0)
		qsort(graph->edges, graph->edge_count, sizeof(struct edge),
		    compare_edges);
	for (size_t i = graph->edge_count; i > 0; i--)
		walk.next[graph->edges[i - 1].from] = i - 1;
	for (size_t i = 0; i < graph->edge_count; i++)
		walk.end[graph->edges[i].from] = i + 1;
	for (size_t i = 0; i < nodes; i++)
		if (walk.next[i] < walk.end[i])
			walk_from(graph, &walk, i);
out:
	free(walk.path);
	free(walk.next);
	free(walk.end);
	free(walk.place);
}

static void
build(struct graph *graph)
{
	size_t count = graph->dash->callback_count;

	for (size_t i = 0; i < count; i++) {
		collect_keys(graph, &graph->dash->callbacks[i].outputs);
		collect_keys(graph, &graph->dash->callbacks[i].inputs);
	}
	json_object_object_foreach(graph->values, name, list)
	{
		(void)name;
		json_object_array_sort(list, compare_values);
	}
	for (size_t i = 0; i < count && !graph->failed; i++)
		if (graph->dash->callbacks[i].output != NULL)
			add_callback(graph, &graph->dash->callbacks[i]);
	if (graph->full)
		oddity(graph->mistakes, NULL,
		    "the callbacks' wildcards have too many combinations to "
		    "look for circles in all of them");
}

/* An output that is the only input changes for itself alone.  With other
 * inputs the callback can hold them in step, as Dash's authors do. */
static void
check_own_inputs(
    struct mistakes *mistakes, const struct dash_callback *callback)
{
	void (*tell)(struct mistakes * mistakes,
	    const struct lethe_callback *callback, const char *format, ...) =
	    callback->inputs.count == 1 ? mistake : oddity;

	for (size_t i = 0; i < callback->outputs.count; i++) {
		const struct dash_property *output = &callback->outputs.list[i];

		if (is_own_input(callback, output))
			tell(mistakes, callback->description,
			    "callback %s: %s.%s is its output and its input: "
			    "read it as state instead%s",
			    callback->description->name, output->id.text,
			    output->property,
			    callback->inputs.count == 1
				? ""
				: ", unless it is to follow its other inputs");
	}
}

void
check_cycles(struct mistakes *mistakes, const struct dash *dash)
{
	struct graph graph = { .mistakes = mistakes,
		.dash = dash,
		.values = json_object_new_object(),
		.smaller = json_object_new_object(),
		.nodes = json_object_new_object(),
		.told = json_object_new_object() };

	for (size_t i = 0; i < dash->callback_count; i++)
		if (dash->callbacks[i].output != NULL)
			check_own_inputs(mistakes, &dash->callbacks[i]);
	graph.failed = graph.values == NULL || graph.smaller == NULL ||
		       graph.nodes == NULL || graph.told == NULL;
	if (!graph.failed)
		build(&graph);
	if (!graph.failed)
		find_circles(&graph);
	if (graph.failed)
		no_memory_to_check(mistakes);
	json_object_put(graph.values);
	json_object_put(graph.smaller);
	json_object_put(graph.nodes);
	json_object_put(graph.told);
	free(graph.edges);
}
