/*
 * store/session_internal.h: what the files of sessions share.
 */
#ifndef LETHE_STORE_SESSION_INTERNAL_H
#define LETHE_STORE_SESSION_INTERNAL_H

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "store/session.h"

/* The compiled-in text of schema/state.sql. */
extern const char schema_state_sql[];

/* Version of the schema, as PRAGMA user_version. */
#define STATE_VERSION 3

/* ------------------------------------------------------------------------
 * session_key.c: the key file, and what is signed with it.
 */

#define SESSION_KEYS_MAX 16
#define SESSION_KEY_SIZE 32
#define SESSION_KEY_ID_SIZE 8
#define SESSION_TOKEN_MAX 256

struct session_key {
	char id[SESSION_KEY_ID_SIZE + 1];
	unsigned char bytes[SESSION_KEY_SIZE];
};

/* The first key signs, the others are still accepted. */
struct session_keys {
	struct session_key list[SESSION_KEYS_MAX];
	size_t count;
	/* Which file they are from. */
	struct stat file;
};

/* Are the keys still those of the file? */
bool session_keys_current(const struct session_keys *keys, const char *path);

/* Reads the file, or makes it with one key; the lock of state.db is held.
 * -1 with a message; the keys are as they were then. */
int session_keys_load(
    struct session_keys *keys, const char *path, struct error *error);

/*
 * "<kind>.<key id>.<label>.<MAC>", signed for `binding`.  Kinds keep apart
 * what is signed for different uses.
 */
void session_sign(const struct session_keys *keys, const char *kind,
    const char *binding, const unsigned char *label, size_t size,
    char token[SESSION_TOKEN_MAX]);
/* Is the token whole, and of this kind and binding?  Then its label is in
 * `label`, of exactly `size` bytes. */
bool session_verify(const struct session_keys *keys, const char *kind,
    const char *binding, const char *token, unsigned char *label, size_t size);

/* ------------------------------------------------------------------------
 * session_database.c: state.db, which is opened when it is needed.
 */

enum session_statement {
	SESSION_SQL_BEGIN,
	SESSION_SQL_COMMIT,
	SESSION_SQL_ROLLBACK,
	SESSION_SQL_FIND,
	SESSION_SQL_TOTALS,
	SESSION_SQL_INSERT,
	SESSION_SQL_INSERT_ID,
	SESSION_SQL_USED,
	SESSION_SQL_END_OTHERS,
	SESSION_SQL_END_OLDER,
	SESSION_SQL_TOUCH,
	SESSION_SQL_ROTATED,
	SESSION_SQL_GET,
	SESSION_SQL_SIZE,
	SESSION_SQL_PUT,
	SESSION_SQL_DELETE_VALUE,
	SESSION_SQL_OLDEST_STORED,
	SESSION_SQL_BYTES,
	SESSION_SQL_DELETE,
	SESSION_SQL_EVICT,
	SESSION_SQL_EVICTED,
	SESSION_SQL_DELETE_OVER,
	SESSION_SQL_DELETE_IDS,
	SESSION_SQL_SOME_OVER,
	SESSION_SQL_DELETE_ENDED,
	SESSION_SQL_SET_BEGIN,
	SESSION_SQL_PUT_FILE,
	SESSION_SQL_ENDED_FILE,
	SESSION_SQL_DELETE_FILE,
	SESSION_SQL_STATEMENTS
};

struct sessions {
	struct session_settings settings;
	char *directory;
	char *path;	 /* of state.db */
	char *key_path;	 /* of session.key */
	char *lock_path; /* of state.lk */
	int lock_fd;
	struct session_keys keys;

	sqlite3 *db;
	sqlite3_stmt *statements[SESSION_SQL_STATEMENTS];
	/* Which file `db` is. */
	dev_t device;
	ino_t inode;
	/* The file is damaged: it is left alone until another is there. */
	bool damaged;
	unsigned int closed; /* how often files were closed */

	int64_t check_at_ms;
	int64_t upkeep_at_ms;
	void (*warn)(void *context, const char *message);
	void *warn_context;
	int64_t warned_at_ms;

	/* For tests: added to the clock. */
	int64_t clock_offset_ms;
};

int64_t sessions_now_ms(const struct sessions *sessions);
/* Tells the log, but at most once in ten seconds. */
void sessions_warn(struct sessions *sessions, const char *message);

/* The keys are there.  -1 with a message. */
int sessions_need_keys(struct sessions *sessions, struct error *error);
/* The database is open as well; `create`: it is made if need be.  1; 0: there
 * is none; -1 with a message. */
int sessions_need_database(
    struct sessions *sessions, bool create, struct error *error);

/* Says what SQLite has to say; returns -1.  A damaged file is left alone from
 * then on. */
int sessions_fail(struct sessions *sessions, int result, struct error *error);

/* Takes the lock of all who write, waiting for them: 0, or -1 with a
 * message. */
int sessions_lock(struct sessions *sessions, struct error *error);
/* Under the lock: opens the file that took the place of the one that is open.
 * 0, or -1 with a message. */
int sessions_follow_file(struct sessions *sessions, struct error *error);

/* ------------------------------------------------------------------------
 * session_statement.c: statements on state.db and their transactions.
 */

/* NULL with a message. */
sqlite3_stmt *sessions_statement(
    struct sessions *sessions, enum session_statement id, struct error *error);
/* Steps to the end and resets: 0, or -1 with a message. */
int sessions_run(
    struct sessions *sessions, sqlite3_stmt *statement, struct error *error);
/* Takes the lock and begins to write: 0, or -1 with a message. */
int sessions_write_begin(struct sessions *sessions, struct error *error);
/* Commits, or undoes when `failed`; drops the lock.  0, or -1; the message is
 * that of the commit, unless it failed before. */
int sessions_write_end(
    struct sessions *sessions, bool failed, struct error *error);

/* ------------------------------------------------------------------------
 * session.c
 */

#define SESSION_ID_SIZE 40
#define SESSION_HASH_SIZE 32
#define SESSION_NAME_SIZE 32

struct session {
	struct sessions *sessions;
	unsigned char id[SESSION_ID_SIZE];
	unsigned char hash[SESSION_HASH_SIZE];
	int64_t issued_ms;
	/* Its row; 0: nothing was written yet. */
	int64_t number;
	char name[SESSION_NAME_SIZE + 1];
	/* It was drawn in this request: no browser has it. */
	bool fresh;
	/* What the browser has is to be forgotten. */
	bool forgotten;
	char token[SESSION_TOKEN_MAX]; /* to send; "": nothing */
};

/* Begins to write to the session's row, which is made if need be. */
int session_row_begin(struct session *session, struct error *error);
/* As sessions_write_end(), for a session that had the row `number`. */
int session_row_end(
    struct session *session, int64_t number, bool failed, struct error *error);

/* ------------------------------------------------------------------------
 * session_limit.c: within a write transaction; 0, or -1 with a message.
 */

/* Removes files of sessions that are over; the writer lock is held. */
int session_remove_files(struct sessions *sessions, struct error *error);

/* Room for one session more. */
int session_limit_rows(struct sessions *sessions, struct error *error);
/* Room for `bytes` more of all sessions; `number` stays. */
int session_limit_bytes(struct sessions *sessions, int64_t number,
    int64_t bytes, struct error *error);

#endif
