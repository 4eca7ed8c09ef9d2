/*
 * bare.c: the least that a FastCGI application can do with libfcgi: it reads
 * the body of each request and prints a constant.  What Lethe is measured
 * against.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcgiapp.h>

static const char body[] = "{\"multi\":true,\"response\":{\"greeting\":"
			   "{\"children\":\"Hello, Charon\"}}}";

int
main(void)
{
	static char buffer[65536];
	FCGX_Request request;
	char head[128];

	(void)snprintf(head, sizeof(head),
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
	    sizeof(body) - 1);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&request) == 0) {
		while (FCGX_GetStr(buffer, sizeof(buffer), request.in) > 0)
			;
		(void)FCGX_PutStr(head, (int)strlen(head), request.out);
		(void)FCGX_PutStr(body, (int)sizeof(body) - 1, request.out);
		FCGX_Finish_r(&request);
		FCGX_Free(&request, 1);
	}
	return 0;
}
