/*
 * process/connects.h: where the app may connect to, its .connects.
 */
#ifndef LETHE_PROCESS_CONNECTS_H
#define LETHE_PROCESS_CONNECTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include "base/error.h"
#include "base/text.h"

/* One of them: a Unix socket, or a TCP port of one address or of any. */
struct connects_place {
	int family;			/* AF_UNSPEC: a port of any address */
	uint16_t port;
	struct in_addr ipv4;
	struct in6_addr ipv6;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

/* Reads "unix:/PATH", "tcp:PORT", "tcp:IPV4:PORT" or "tcp:[IPV6]:PORT".  -1
 * with the reason, as the rest of a sentence. */
int connects_read(
    const char *text, struct connects_place *place, struct error *error);

/* What connects_judge() says. */
enum connects_verdict {
	CONNECTS_ALLOWED,
	CONNECTS_REFUSED,
	/* No such thing is there: libc asks, and can do without. */
	CONNECTS_ABSENT
};

/* May the socket of this type (SOCK_...) be connected to the address?  Reads
 * no more than `size` bytes of it.  Async-signal-safe. */
enum connects_verdict connects_judge(const struct connects_place *places,
    size_t count, int type, const struct sockaddr *address, size_t size);

/* Adds the address as an entry of .connects.  Async-signal-safe. */
void connects_describe(
    struct text *text, const struct sockaddr *address, size_t size);

#endif
