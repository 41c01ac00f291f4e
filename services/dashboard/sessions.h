/*
 * Who is logged in. A token is 256 random bits that only its owner has: kept is its hash. A login makes a new one, always; a
 * session ends when it is not used for SESSION_IDLE_S, SESSION_WHOLE_S after the login, with a logout, with a change of its
 * account. What a process leaves to the next (lasting.h) are hashes as well. Any thread.
 */
#ifndef JUYAN_DASHBOARD_SESSIONS_H
#define JUYAN_DASHBOARD_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

enum {
	SESSIONS_OPEN_MAX = 512, /* of all; the one that was not used for longest makes room */
	SESSIONS_USER_MAX = 16,  /* of one account, likewise */
	SESSION_IDLE_S = 12 * 60 * 60,
	SESSION_WHOLE_S = 30 * 24 * 60 * 60, /* a screen on the wall asks for a password once a month */
	SESSION_TOKEN_BYTES = 48,            /* as text, with its NUL */
	SESSION_HASH_BYTES = 32,
	SESSION_ADDRESS_BYTES = 64,
	USER_BYTES = 65
};

#define ROLE_LIST(X) X(viewer) X(manager) X(administrator)
#define X(name) ROLE_##name,
enum role { ROLE_none, ROLE_LIST(X) ROLES };
#undef X

const char *role_name(enum role role);
bool role_of(const char *name, enum role *out) MUST_USE;

struct session {
	char user[USER_BYTES]; /* "": nobody needs to log in here */
	enum role role;
	uint64_t number;  /* of the session, never given again; 0: none */
	uint64_t account; /* account_mark of what it was begun under */
};

struct sessions;

enum status sessions_open(struct sessions **out, struct reason *why) MUST_USE;
void sessions_close(struct sessions **sessions);

/* As those see it who look after sessions. */
struct session_seen {
	struct session session;
	char address[SESSION_ADDRESS_BYTES]; /* from which it was begun */
	int64_t begun_s, used_s;
};

/* now_s counts seconds that only go forward. */
enum status sessions_begin(struct sessions *sessions, const char *user, enum role role, uint64_t account, const char *address,
    int64_t now_s, char token[SESSION_TOKEN_BYTES], struct session *out) MUST_USE;
/* False: no such session (any more). A look is a use. */
bool sessions_look(struct sessions *sessions, const char *token, int64_t now_s, struct session *out) MUST_USE;
/* The same by its number, for an open stream. */
bool sessions_goes_on(struct sessions *sessions, uint64_t number, int64_t now_s) MUST_USE;
void sessions_end(struct sessions *sessions, const char *token);
/* The same by its number; false: there is none. Whose it was, into `user`. */
bool sessions_end_number(struct sessions *sessions, uint64_t number, int64_t now_s, char user[USER_BYTES]) MUST_USE;
/* Those that are open, in the order in which they were begun. */
size_t sessions_list(struct sessions *sessions, int64_t now_s, struct session_seen out[SESSIONS_OPEN_MAX]);
/* What an account's change ends: all of this user but those for which `stays` is true. */
void sessions_prune(struct sessions *sessions, bool (*stays)(void *user, const struct session *session), void *user);
/* Moves with each session that begins or ends, not with its use. */
uint64_t sessions_moved(struct sessions *sessions);

/* What outlives the process. */
struct session_kept {
	struct session_seen seen;
	unsigned char hash[SESSION_HASH_BYTES];
};
struct sessions_kept {
	uint64_t given; /* the highest number */
	size_t n;
	struct session_kept list[SESSIONS_OPEN_MAX];
	unsigned char salt[SESSION_HASH_BYTES]; /* of the hashes */
};
/* Those that are open, in the order of their numbers. */
void sessions_keep(struct sessions *sessions, int64_t now_s, struct sessions_kept *out);
/* Into a table without sessions; those that are over by now stay out, and a time to come is taken for now. */
void sessions_take(struct sessions *sessions, int64_t now_s, const struct sessions_kept *kept);
unsigned sessions_count(struct sessions *sessions, int64_t now_s);

#endif
