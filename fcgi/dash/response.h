/*
 * dash/response.h: what a callback answers.
 */
#ifndef LETHE_DASH_RESPONSE_H
#define LETHE_DASH_RESPONSE_H

#include "dash/call.h"

/* Has the call nothing to say (204)?  `prevented`: PreventUpdate. */
bool response_is_empty(const struct lethe_call *call, bool prevented);

/* Appends {"multi":true,"sideUpdate":{..},"response":{id:{prop:value}}}. */
void response_write(struct buffer *out, struct lethe_call *call);

#endif
