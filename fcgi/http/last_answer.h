/*
 * http/last_answer.h: the answer that a dying process can still give.
 *
 * While a handler runs nothing of the response has been sent, so that a
 * signal handler can answer in its place: one write() of ready-made bytes.
 * The layer that talks to the web server keeps struct last_answer up to date;
 * last_answer_send() is all that a signal handler needs.
 */
#ifndef LETHE_HTTP_LAST_ANSWER_H
#define LETHE_HTTP_LAST_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#define REQUEST_ID_SIZE 33 /* 32 characters at most and the NUL */

struct last_answer {
	/* The connection; -1 while there is nobody to answer. */
	volatile int fd;
	/* FastCGI's request id; -1 for plain CGI, which has no records. */
	int fastcgi_id;
	/* The request's id, for the log and the response. */
	char id[REQUEST_ID_SIZE];
	/* Name of the callback ("layout" for the layout) that runs now; NULL:
	 * none.  Constant text of the app. */
	const char *volatile running;
};

/*
 * Answers with a status, 500 or 504, and {"error":message,"request":id} in one
 * write().
 * Async-signal-safe.  Does nothing when there is nobody to answer, and
 * marks the request as answered.  The message is cut to 1,000 bytes.
 */
void last_answer_send(
    struct last_answer *answer, int status, const char *message);

/* The same with a page of HTML in place of JSON, for development. */
void last_answer_send_page(
    struct last_answer *answer, int status, const char *page, size_t size);

#endif
