/*
 * http/policy.h: what browsers let an app's page do, and who may frame it:
 * the page's Content-Security-Policy, and headers of the same kind.
 */
#ifndef LETHE_HTTP_POLICY_H
#define LETHE_HTTP_POLICY_H

#include <stdbool.h>

#include <lethe.h>

#include "base/buffer.h"

/* 18 random bytes in base64, and the NUL. */
#define POLICY_NONCE_SIZE 25

/* What stands for the nonce in a policy that is set. */
#define POLICY_NONCE_PLACE "{nonce}"

struct policy {
	/* NULL: Lethe's own; "": none; else this one. */
	const char *csp;
	/* Whose pages may have this one in a frame: 'self', 'none', or
	 * origins separated by blanks. */
	const char *frame_ancestors;
	/* The page has Dash's dev tools. */
	bool development;
};

/* Makes a nonce, which one response alone may have. */
void policy_nonce(char nonce[POLICY_NONCE_SIZE]);

/* Appends the headers of an app's page. */
void policy_add_page(struct buffer *headers, const struct policy *policy,
    const struct lethe_app *app, const char *nonce, bool secure);

/* Appends those of all other responses, which are no pages. */
void policy_add_other(struct buffer *headers);

#endif
