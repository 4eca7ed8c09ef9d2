/*
 * lethe/result.h: what functions of Lethe and handlers answer, and the call
 * that most of them are given.
 */
#ifndef LETHE_RESULT_H
#define LETHE_RESULT_H

#if defined(__GNUC__)
#define LETHE_PRINTF(text, first) \
	__attribute__((format(printf, text, first)))
#define LETHE_MUST_CHECK __attribute__((warn_unused_result))
#else
#define LETHE_PRINTF(text, first)
#define LETHE_MUST_CHECK
#endif

/* What a function of Lethe, or a handler, has to say. */
enum lethe_result {
	LETHE_OK = 0,
	/* Failed; lethe_fail(), or the function that failed, left a message. */
	LETHE_ERROR,
	/* From a handler only: leave every output as it is (HTTP 204). */
	LETHE_PREVENT_UPDATE,
	/* From lethe_statement_step() only: a row can be read. */
	LETHE_ROW,
	/* From lethe_statement_step() only: there is no further row. */
	LETHE_DONE
};

/*
 * A call: one run of the app's code (layout or handler) for one request.
 * Valid until that code returns; everything borrowed from it too.
 */
struct lethe_call;

#endif
