/*
 * process/connects.c: where the app may connect to.
 */
#include "process/connects.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#define UNIX_SOCKET "unix:"
#define TCP_PORT "tcp:"
#define NAME_SERVICE 53

/* A port, the whole text; 0: it is none. */
static uint16_t
read_port(const char *text)
{
	unsigned int port = 0;

	if (text[0] < '1' || text[0] > '9')
		return 0;
	for (; *text >= '0' && *text <= '9' && port < 65536; text++)
		port = port * 10 + (unsigned int)(*text - '0');
	return *text == '\0' && port < 65536 ? (uint16_t)port : 0;
}

static int
read_address(const char *text, size_t size, struct connects_place *place)
{
	char address[INET6_ADDRSTRLEN];

	if (size == 0 || size >= sizeof(address))
		return -1;
	memcpy(address, text, size);
	address[size] = '\0';
	place->family = AF_INET;
	if (inet_pton(AF_INET, address, &place->ipv4) == 1)
		return 0;
	if (address[0] != '[' || address[size - 1] != ']')
		return -1;
	address[size - 1] = '\0';
	place->family = AF_INET6;
	return inet_pton(AF_INET6, address + 1, &place->ipv6) == 1 ? 0 : -1;
}

int
connects_read(
    const char *text, struct connects_place *place, struct error *error)
{
	const char *colon;

	memset(place, 0, sizeof(*place));
	if (strncmp(text, UNIX_SOCKET, sizeof(UNIX_SOCKET) - 1) == 0) {
		text += sizeof(UNIX_SOCKET) - 1;
		place->family = AF_UNIX;
		if (text[0] != '/' || strlen(text) >= sizeof(place->path))
			return error_set(error,
			    "after unix: comes the path of a socket, with a "
			    "'/' in front and at most %zu bytes",
			    sizeof(place->path) - 1);
		memcpy(place->path, text, strlen(text) + 1);
		return 0;
	}
	if (strncmp(text, TCP_PORT, sizeof(TCP_PORT) - 1) != 0)
		return error_set(error,
		    "it must be unix:/PATH, tcp:PORT or tcp:ADDRESS:PORT");
	text += sizeof(TCP_PORT) - 1;
	place->family = AF_UNSPEC;
	colon = strrchr(text, ':');
	if (colon != NULL &&
	    read_address(text, (size_t)(colon - text), place) != 0)
		return error_set(error,
		    "the address must be a number, as 192.0.2.1 or "
		    "[2001:db8::1], for the kernel knows no names; tcp:PORT "
		    "is that port of any host");
	place->port = read_port(colon != NULL ? colon + 1 : text);
	if (place->port == 0)
		return error_set(error, "the port must be from 1 to 65535");
	return 0;
}

/* Where libc looks for services that may not be there. */
static bool
is_of_libc(const char *path)
{
	static const char *const beginnings[] = { "/run/nscd/",
		"/var/run/nscd/", "/run/systemd/", "/var/run/systemd/" };

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (strncmp(path, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

static bool
is_at_address(
    const struct connects_place *place, const struct sockaddr *address)
{
	if (place->family == AF_UNSPEC)
		return true;
	if (place->family != address->sa_family)
		return false;
	if (place->family == AF_INET)
		return memcmp(&place->ipv4,
			   &((const struct sockaddr_in *)(const void *)address)
				->sin_addr,
			   sizeof(place->ipv4)) == 0;
	return memcmp(&place->ipv6,
		   &((const struct sockaddr_in6 *)(const void *)address)
			->sin6_addr,
		   sizeof(place->ipv6)) == 0;
}

static enum connects_verdict
judge_internet(const struct connects_place *places, size_t count, int type,
    const struct sockaddr *address)
{
	uint16_t port = ntohs(
	    ((const struct sockaddr_in *)(const void *)address)->sin_port);
	bool named = false;

	for (size_t i = 0; i < count; i++) {
		if (places[i].family == AF_UNIX)
			continue;
		named = named || places[i].family == AF_UNSPEC;
		if (places[i].port == port && type == SOCK_STREAM &&
		    is_at_address(&places[i], address))
			return CONNECTS_ALLOWED;
	}
	/* Whoever has any host by a port looks for its name. */
	if (named && port == NAME_SERVICE)
		return CONNECTS_ALLOWED;
	return named && type == SOCK_DGRAM ? CONNECTS_ABSENT
					   : CONNECTS_REFUSED;
}

static enum connects_verdict
judge_unix(const struct connects_place *places, size_t count,
    const struct sockaddr *address, size_t size)
{
	const struct sockaddr_un *socket = (const void *)address;
	char path[sizeof(socket->sun_path) + 1] = "";
	size_t start = offsetof(struct sockaddr_un, sun_path);

	if (size > start)
		memcpy(path, socket->sun_path, size - start);
	for (size_t i = 0; i < count; i++)
		if (places[i].family == AF_UNIX && path[0] != '\0' &&
		    strcmp(places[i].path, path) == 0)
			return CONNECTS_ALLOWED;
	return is_of_libc(path) ? CONNECTS_ABSENT : CONNECTS_REFUSED;
}

enum connects_verdict
connects_judge(const struct connects_place *places, size_t count, int type,
    const struct sockaddr *address, size_t size)
{
	if (size < sizeof(address->sa_family) ||
	    size > sizeof(struct sockaddr_un))
		return CONNECTS_REFUSED;
	if (address->sa_family == AF_UNSPEC) /* disconnects */
		return CONNECTS_ALLOWED;
	if (address->sa_family == AF_UNIX)
		return judge_unix(places, count, address, size);
	if ((address->sa_family == AF_INET &&
		size >= sizeof(struct sockaddr_in)) ||
	    (address->sa_family == AF_INET6 &&
		size >= sizeof(struct sockaddr_in6)))
		return judge_internet(places, count, type, address);
	return CONNECTS_REFUSED;
}

static void
add_ipv4(struct text *text, const unsigned char *bytes)
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			text_add_char(text, '.');
		text_add_number(text, bytes[i], 1);
	}
}

/* inet_ntop() is not for signal handlers.  Groups of zeros are written out. */
static void
add_ipv6(struct text *text, const unsigned char *bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 16; i++) {
		if (i > 0 && i % 2 == 0)
			text_add_char(text, ':');
		text_add_char(text, digits[bytes[i] >> 4]);
		text_add_char(text, digits[bytes[i] & 15]);
	}
}

void
connects_describe(
    struct text *text, const struct sockaddr *address, size_t size)
{
	const struct sockaddr_in *ipv4 = (const void *)address;
	const struct sockaddr_in6 *ipv6 = (const void *)address;
	const struct sockaddr_un *socket = (const void *)address;

	if (size >= sizeof(*ipv4) && address->sa_family == AF_INET) {
		text_add(text, TCP_PORT);
		add_ipv4(text, (const unsigned char *)&ipv4->sin_addr);
	} else if (size >= sizeof(*ipv6) && address->sa_family == AF_INET6) {
		text_add(text, TCP_PORT "[");
		add_ipv6(text, (const unsigned char *)&ipv6->sin6_addr);
		text_add_char(text, ']');
	} else if (size > offsetof(struct sockaddr_un, sun_path) &&
		   size <= sizeof(*socket) && address->sa_family == AF_UNIX) {
		text_add(text, UNIX_SOCKET);
		for (size_t i = 0;
		     i < size - offsetof(struct sockaddr_un, sun_path) &&
		     socket->sun_path[i] != '\0';
		     i++)
			text_add_char(text, socket->sun_path[i]);
		return;
	} else {
		text_add(text, "what is no TCP port and no Unix socket");
		return;
	}
	text_add_char(text, ':');
	text_add_number(text, ntohs(ipv4->sin_port), 1);
}
