/*
 * store/session_key.c: the key file, and what is signed with it.
 *
 * session.key has a line for each key: its id, a blank and 32 bytes in
 * base64url.  The first key signs; who wants a new one puts a line before it,
 * and takes the old one away when its signatures need not hold any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/file.h"
#include "store/session_internal.h"
#include "store/store_internal.h"

#define FILE_MAX 4096
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define KEY_TEXT_SIZE sodium_base64_ENCODED_LEN(SESSION_KEY_SIZE, BASE64)
#define MAC_SIZE 32
#define MAC_TEXT_SIZE sodium_base64_ENCODED_LEN(MAC_SIZE, BASE64)

bool
session_keys_current(const struct session_keys *keys, const char *path)
{
	struct stat info;

	return keys->count > 0 && stat(path, &info) == 0 &&
	       info.st_dev == keys->file.st_dev &&
	       info.st_ino == keys->file.st_ino &&
	       info.st_size == keys->file.st_size &&
	       info.st_mtim.tv_sec == keys->file.st_mtim.tv_sec &&
	       info.st_mtim.tv_nsec == keys->file.st_mtim.tv_nsec;
}

/* Writes the line of a new key. */
static size_t
write_key(char *line, size_t size)
{
	unsigned char id[SESSION_KEY_ID_SIZE / 2], key[SESSION_KEY_SIZE];
	char id_text[SESSION_KEY_ID_SIZE + 1], key_text[KEY_TEXT_SIZE];
	int length;

	randombytes_buf(id, sizeof(id));
	randombytes_buf(key, sizeof(key));
	(void)sodium_bin2hex(id_text, sizeof(id_text), id, sizeof(id));
	(void)sodium_bin2base64(
	    key_text, sizeof(key_text), key, sizeof(key), BASE64);
	length = snprintf(line, size, "%s %s\n", id_text, key_text);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(key_text, sizeof(key_text));
	return (size_t)length;
}

/*
 * Makes the file whole or not at all: it gets its name when its content is on
 * the disk.
 */
static int
make_file(const char *path, struct error *error)
{
	char line[FILE_MAX], fresh[4096];
	size_t size = write_key(line, sizeof(line));
	ssize_t written = -1;
	int fd;

	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		file_adopt(fd, fresh);
		written = write(fd, line, size);
		if (written == (ssize_t)size && fsync(fd) != 0)
			written = -1;
		(void)close(fd);
	}
	sodium_memzero(line, sizeof(line));
	if (written == (ssize_t)size && rename(fresh, path) == 0)
		return 0;
	return error_set(error, "cannot make the sessions' key %s: %s", path,
	    strerror(errno));
}

static int
parse_line(struct session_key *key, const char *line, size_t size)
{
	const char *end;
	size_t got;

	if (size <= SESSION_KEY_ID_SIZE + 1 || line[SESSION_KEY_ID_SIZE] != ' ')
		return -1;
	memcpy(key->id, line, SESSION_KEY_ID_SIZE);
	key->id[SESSION_KEY_ID_SIZE] = '\0';
	if (strspn(key->id, "0123456789abcdef") != SESSION_KEY_ID_SIZE)
		return -1;
	line += SESSION_KEY_ID_SIZE + 1;
	size -= SESSION_KEY_ID_SIZE + 1;
	if (sodium_base642bin(key->bytes, sizeof(key->bytes), line, size, NULL,
		&got, &end, BASE64) != 0 ||
	    got != sizeof(key->bytes) || end != line + size)
		return -1;
	return 0;
}

static int
parse_file(struct session_keys *keys, const char *text, const char *path,
    struct error *error)
{
	while (*text != '\0') {
		size_t size = strcspn(text, "\n");

		if (size > 0 && (keys->count == SESSION_KEYS_MAX ||
				    parse_line(&keys->list[keys->count++], text,
					size) != 0))
			return error_set(error,
			    "the sessions' key file %s has a line %zu that is "
			    "no key (8 hexadecimal digits, a blank, 32 bytes "
			    "in base64url), or more than %d keys: mend it, or "
			    "remove the file, which ends all sessions",
			    path, keys->count, SESSION_KEYS_MAX);
		text += size;
		text += strspn(text, "\n");
	}
	if (keys->count == 0)
		return error_set(error,
		    "the sessions' key file %s is empty: remove it, which "
		    "ends all sessions",
		    path);
	return 0;
}

static int
read_file(
    struct session_keys *keys, const char *path, int fd, struct error *error)
{
	char text[FILE_MAX + 1];
	ssize_t size;
	int done;

	if (fstat(fd, &keys->file) != 0 || !S_ISREG(keys->file.st_mode))
		return error_set(
		    error, "the sessions' key %s is no file", path);
	if ((keys->file.st_mode & 077) != 0)
		return error_set(error,
		    "the sessions' key %s may be read by others: run \"chmod "
		    "600\" on it, or remove it, which ends all sessions",
		    path);
	size = read(fd, text, FILE_MAX);
	if (size < 0)
		return error_set(error, "cannot read the sessions' key %s: %s",
		    path, strerror(errno));
	text[size] = '\0';
	done = parse_file(keys, text, path, error);
	sodium_memzero(text, sizeof(text));
	return done;
}

int
session_keys_load(
    struct session_keys *keys, const char *path, struct error *error)
{
	struct session_keys fresh = { .count = 0 };
	int fd, done;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) {
		if (make_file(path, error) != 0)
			return -1;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	if (fd < 0)
		return error_set(error, "cannot open the sessions' key %s: %s",
		    path, strerror(errno));
	done = read_file(&fresh, path, fd, error);
	(void)close(fd);
	if (done == 0)
		*keys = fresh;
	sodium_memzero(&fresh, sizeof(fresh));
	return done;
}

/* Each part with its length in front, so that no two lists are the same. */
static void
add_part(crypto_generichash_state *state, const char *part, size_t size)
{
	unsigned char length[8];

	for (size_t i = 0; i < sizeof(length); i++)
		length[i] = (unsigned char)((uint64_t)size >> (8 * i));
	(void)crypto_generichash_update(state, length, sizeof(length));
	(void)crypto_generichash_update(
	    state, (const unsigned char *)part, size);
}

/* The MAC of the token's first `size` bytes, as text. */
static void
write_mac(const struct session_key *key, const char *binding, const char *token,
    size_t size, char text[MAC_TEXT_SIZE])
{
	static const char domain[] = "lethe session token, version 1";
	crypto_generichash_state state;
	unsigned char mac[MAC_SIZE];

	(void)crypto_generichash_init(
	    &state, key->bytes, sizeof(key->bytes), sizeof(mac));
	add_part(&state, domain, strlen(domain));
	add_part(&state, binding, strlen(binding));
	add_part(&state, token, size);
	(void)crypto_generichash_final(&state, mac, sizeof(mac));
	(void)sodium_bin2base64(text, MAC_TEXT_SIZE, mac, sizeof(mac), BASE64);
}

void
session_sign(const struct session_keys *keys, const char *kind,
    const char *binding, const unsigned char *label, size_t size,
    char token[SESSION_TOKEN_MAX])
{
	char text[128], mac[MAC_TEXT_SIZE];
	int length;

	(void)sodium_bin2base64(text, sizeof(text), label, size, BASE64);
	length = snprintf(
	    token, SESSION_TOKEN_MAX, "%s.%s.%s", kind, keys->list[0].id, text);
	write_mac(&keys->list[0], binding, token, (size_t)length, mac);
	(void)snprintf(
	    token + length, SESSION_TOKEN_MAX - (size_t)length, ".%s", mac);
}

static const struct session_key *
find_key(const struct session_keys *keys, const char *id, size_t size)
{
	for (size_t i = 0; size == SESSION_KEY_ID_SIZE && i < keys->count; i++)
		if (memcmp(keys->list[i].id, id, size) == 0)
			return &keys->list[i];
	return NULL;
}

bool
session_verify(const struct session_keys *keys, const char *kind,
    const char *binding, const char *token, unsigned char *label, size_t size)
{
	const char *id, *text, *mac, *end;
	const struct session_key *key;
	char expected[MAC_TEXT_SIZE];
	size_t kind_size = strlen(kind), text_size, got;

	if (strnlen(token, SESSION_TOKEN_MAX) >= SESSION_TOKEN_MAX ||
	    strncmp(token, kind, kind_size) != 0 || token[kind_size] != '.')
		return false;
	id = token + kind_size + 1;
	text = strchr(id, '.');
	if (text == NULL)
		return false;
	key = find_key(keys, id, (size_t)(text - id));
	mac = strchr(++text, '.');
	if (key == NULL || mac == NULL)
		return false;
	text_size = (size_t)(mac - text);
	write_mac(key, binding, token, (size_t)(mac - token), expected);
	/* As text, since several texts may be the same bytes. */
	if (strlen(++mac) != sizeof(expected) - 1 ||
	    sodium_memcmp(mac, expected, sizeof(expected) - 1) != 0)
		return false;
	return sodium_base642bin(label, size, text, text_size, NULL, &got, &end,
		   BASE64) == 0 &&
	       got == size && end == text + text_size;
}
