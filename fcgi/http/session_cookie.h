/*
 * http/session_cookie.h: how a session's token travels: in a cookie, and from
 * there only.
 */
#ifndef LETHE_HTTP_SESSION_COOKIE_H
#define LETHE_HTTP_SESSION_COOKIE_H

#include "http/request.h"

/* Is it a name of the session's cookie, which is not the app's to see? */
bool session_cookie_is_name(const char *name);

/* Appends the token that the browser sent.  False: none. */
bool session_cookie_get(const struct http_request *http, struct buffer *token);

/* Has the browser keep the token; "": it forgets the one it has. */
void session_cookie_set(const struct http_request *http, const char *token);

#endif
