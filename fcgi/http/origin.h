/*
 * http/origin.h: from which origin (RFC 6454) a request was made.
 */
#ifndef LETHE_HTTP_ORIGIN_H
#define LETHE_HTTP_ORIGIN_H

#include "http/request.h"

/* Did the browser come by HTTPS? */
bool origin_is_secure(const struct http_request *http);

/*
 * Was the request made by a page of another origin?  Browsers tell, either by
 * Sec-Fetch-Site or, where they have no trust in the connection, by Origin,
 * which must be the Host that was asked.  Of other clients, which send
 * neither, no page can make use.
 */
bool origin_is_foreign(const struct http_request *http);

#endif
