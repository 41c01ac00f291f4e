/* See sessions.h. A table in the order of its slots; who looks for a token compares hashes, so that no time tells of it. */
#include "sessions.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_BYTES = SESSION_HASH_BYTES, SECRET_BYTES = 32 };

struct slot {
	struct session session; /* number 0: free */
	unsigned char hash[HASH_BYTES];
	char address[SESSION_ADDRESS_BYTES];
	int64_t begun_s, used_s;
};

struct sessions {
	pthread_mutex_t mutex;
	uint64_t given, moved;
	unsigned char salt[HASH_BYTES];
	struct slot slots[SESSIONS_OPEN_MAX];
};

static const char *const role_names[] = { "none",
#define X(name) #name,
	ROLE_LIST(X)
#undef X
};

const char *
role_name(enum role role)
{
	return role_names[role < ROLES ? role : ROLE_none];
}

bool
role_of(const char *name, enum role *out)
{
	for (int i = ROLE_none + 1; i < ROLES; i++) {
		if (strcmp(name, role_names[i]) == 0) {
			*out = (enum role)i;
			return true;
		}
	}
	return false;
}

enum status
sessions_open(struct sessions **out, struct reason *why)
{
	struct sessions *sessions = calloc(1, sizeof *sessions);
	if (sessions == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	if (sodium_init() < 0) {
		free(sessions);
		return reason_say(why, STATUS_SYSTEM, "libsodium cannot be used");
	}
	randombytes_buf(sessions->salt, sizeof sessions->salt);
	pthread_mutex_init(&sessions->mutex, NULL);
	*out = sessions;
	return STATUS_OK;
}

void
sessions_close(struct sessions **sessions)
{
	if (*sessions == NULL)
		return;
	pthread_mutex_destroy(&(*sessions)->mutex);
	sodium_memzero(*sessions, sizeof **sessions);
	free(*sessions);
	*sessions = NULL;
}

static void
hash_of(const struct sessions *sessions, const char *token, unsigned char out[HASH_BYTES])
{
	crypto_generichash(out, HASH_BYTES, (const unsigned char *)token, strlen(token), sessions->salt, HASH_BYTES);
}

static void
forget(struct slot *slot)
{
	sodium_memzero(slot, sizeof *slot);
}

static bool
is_over(const struct slot *slot, int64_t now_s)
{
	return now_s - slot->used_s >= SESSION_IDLE_S || now_s - slot->begun_s >= SESSION_WHOLE_S;
}

/* A free slot; else that which was not used for longest, of this user where he has as many as he may. */
static struct slot *
slot_for(struct sessions *sessions, const char *user, int64_t now_s)
{
	struct slot *empty = NULL, *oldest = NULL, *his_oldest = NULL;
	int his = 0;
	for (size_t i = 0; i < SESSIONS_OPEN_MAX; i++) {
		struct slot *slot = &sessions->slots[i];
		if (slot->session.number != 0 && is_over(slot, now_s))
			forget(slot);
		if (slot->session.number == 0) {
			empty = empty != NULL ? empty : slot;
			continue;
		}
		oldest = oldest == NULL || slot->used_s < oldest->used_s ? slot : oldest;
		if (strcmp(slot->session.user, user) == 0) {
			his++;
			his_oldest = his_oldest == NULL || slot->used_s < his_oldest->used_s ? slot : his_oldest;
		}
	}
	return his >= SESSIONS_USER_MAX ? his_oldest : empty != NULL ? empty : oldest;
}

enum status
sessions_begin(struct sessions *sessions, const char *user, enum role role, uint64_t account, const char *address, int64_t now_s,
    char token[SESSION_TOKEN_BYTES], struct session *out)
{
	unsigned char secret[SECRET_BYTES];
	if (strlen(user) >= USER_BYTES)
		return STATUS_TOO_LARGE;
	randombytes_buf(secret, sizeof secret);
	sodium_bin2base64(token, SESSION_TOKEN_BYTES, secret, sizeof secret, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(secret, sizeof secret);
	pthread_mutex_lock(&sessions->mutex);
	struct slot *slot = slot_for(sessions, user, now_s);
	forget(slot);
	hash_of(sessions, token, slot->hash);
	memcpy(slot->session.user, user, strlen(user) + 1);
	slot->session.role = role;
	slot->session.account = account;
	snprintf(slot->address, sizeof slot->address, "%s", address);
	slot->session.number = ++sessions->given;
	sessions->moved++;
	slot->begun_s = slot->used_s = now_s;
	*out = slot->session;
	pthread_mutex_unlock(&sessions->mutex);
	return STATUS_OK;
}

/* Under the lock. NULL: there is none, or it is over. */
static struct slot *
find(struct sessions *sessions, const char *token, int64_t now_s)
{
	unsigned char hash[HASH_BYTES];
	struct slot *found = NULL;
	hash_of(sessions, token, hash);
	for (size_t i = 0; i < SESSIONS_OPEN_MAX; i++)
		if (sessions->slots[i].session.number != 0 && sodium_memcmp(sessions->slots[i].hash, hash, HASH_BYTES) == 0)
			found = &sessions->slots[i];
	if (found != NULL && is_over(found, now_s)) {
		forget(found);
		found = NULL;
	}
	return found;
}

bool
sessions_look(struct sessions *sessions, const char *token, int64_t now_s, struct session *out)
{
	pthread_mutex_lock(&sessions->mutex);
	struct slot *slot = find(sessions, token, now_s);
	if (slot != NULL) {
		slot->used_s = now_s;
		*out = slot->session;
	}
	pthread_mutex_unlock(&sessions->mutex);
	return slot != NULL;
}

bool
sessions_goes_on(struct sessions *sessions, uint64_t number, int64_t now_s)
{
	bool goes_on = false;
	pthread_mutex_lock(&sessions->mutex);
	for (size_t i = 0; i < SESSIONS_OPEN_MAX; i++) {
		struct slot *slot = &sessions->slots[i];
		if (slot->session.number != number || number == 0 || is_over(slot, now_s))
			continue;
		slot->used_s = now_s;
		goes_on = true;
	}
	pthread_mutex_unlock(&sessions->mutex);
	return goes_on;
}

void
sessions_end(struct sessions *sessions, const char *token)
{
	pthread_mutex_lock(&sessions->mutex);
	struct slot *slot = find(sessions, token, INT64_MIN / 2);
	if (slot != NULL) {
		forget(slot);
		sessions->moved++;
	}
	pthread_mutex_unlock(&sessions->mutex);
}

bool
sessions_end_number(struct sessions *sessions, uint64_t number, int64_t now_s, char user[USER_BYTES])
{
	bool ended = false;
	pthread_mutex_lock(&sessions->mutex);
	for (size_t i = 0; i < SESSIONS_OPEN_MAX; i++) {
		struct slot *slot = &sessions->slots[i];
		if (slot->session.number != number || number == 0 || is_over(slot, now_s))
			continue;
		memcpy(user, slot->session.user, USER_BYTES);
		forget(slot);
		sessions->moved++;
		ended = true;
	}
	pthread_mutex_unlock(&sessions->mutex);
	return ended;
}

uint64_t
sessions_moved(struct sessions *sessions)
{
	pthread_mutex_lock(&sessions->mutex);
	uint64_t moved = sessions->moved;
	pthread_mutex_unlock(&sessions->mutex);
	return moved;
}

/* ---- all of them ---- */

static void
see(const struct slot *slot, struct session_seen *out)
{
	*out = (struct session_seen){ .session = slot->session, .begun_s = slot->begun_s, .used_s = slot->used_s };
	memcpy(out->address, slot->address, sizeof slot->address);
}

static int
by_number(const void *a, const void *b)
{
	const struct session_seen *x = a, *y = b;
	return x->session.number < y->session.number ? -1 : x->session.number > y->session.number;
}

size_t
sessions_list(struct sessions *sessions, int64_t now_s, struct session_seen out[SESSIONS_OPEN_MAX])
{
	size_t n = 0;
	pthread_mutex_lock(&sessions->mutex);
	for (size_t i = 0; i < SESSIONS_OPEN_MAX; i++) {
		const struct slot *slot = &sessions->slots[i];
		if (slot->session.number == 0 || is_over(slot, now_s))
			continue;
		see(slot, &out[n++]);
	}
	pthread_mutex_unlock(&sessions->mutex);
	qsort(out, n, sizeof *out, by_number);
	return n;
}

static int
kept_by_number(const void *a, const void *b)
{
	const struct session_kept *x = a, *y = b;
	return by_number(&x->seen, &y->seen);
}

void
sessions_keep(struct sessions *sessions, int64_t now_s, struct sessions_kept *out)
{
	memset(out, 0, sizeof *out);
	pthread_mutex_lock(&sessions->mutex);
	out->given = sessions->given;
	memcpy(out->salt, sessions->salt, sizeof out->salt);
	for (size_t i = 0; i < SESSIONS_OPEN_MAX; i++) {
		const struct slot *slot = &sessions->slots[i];
		if (slot->session.number == 0 || is_over(slot, now_s))
			continue;
		see(slot, &out->list[out->n].seen);
		memcpy(out->list[out->n++].hash, slot->hash, sizeof slot->hash);
	}
	pthread_mutex_unlock(&sessions->mutex);
	qsort(out->list, out->n, sizeof *out->list, kept_by_number);
}

void
sessions_take(struct sessions *sessions, int64_t now_s, const struct sessions_kept *kept)
{
	assert(kept->n <= SESSIONS_OPEN_MAX);
	pthread_mutex_lock(&sessions->mutex);
	assert(sessions->given == 0);
	sessions->given = kept->given;
	memcpy(sessions->salt, kept->salt, sizeof sessions->salt);
	for (size_t i = 0; i < kept->n; i++) {
		const struct session_seen *seen = &kept->list[i].seen;
		struct slot *slot = &sessions->slots[i];
		assert(seen->session.number != 0 && seen->session.number <= kept->given);
		*slot = (struct slot){ .session = seen->session,
			.begun_s = seen->begun_s < now_s ? seen->begun_s : now_s,
			.used_s = seen->used_s < now_s ? seen->used_s : now_s };
		memcpy(slot->address, seen->address, sizeof slot->address);
		memcpy(slot->hash, kept->list[i].hash, sizeof slot->hash);
		if (is_over(slot, now_s))
			forget(slot);
	}
	pthread_mutex_unlock(&sessions->mutex);
}

void
sessions_prune(struct sessions *sessions, bool (*stays)(void *user, const struct session *session), void *user)
{
	pthread_mutex_lock(&sessions->mutex);
	for (size_t i = 0; i < SESSIONS_OPEN_MAX; i++)
		if (sessions->slots[i].session.number != 0 && !stays(user, &sessions->slots[i].session)) {
			forget(&sessions->slots[i]);
			sessions->moved++;
		}
	pthread_mutex_unlock(&sessions->mutex);
}

unsigned
sessions_count(struct sessions *sessions, int64_t now_s)
{
	unsigned n = 0;
	pthread_mutex_lock(&sessions->mutex);
	for (size_t i = 0; i < SESSIONS_OPEN_MAX; i++)
		n += sessions->slots[i].session.number != 0 && !is_over(&sessions->slots[i], now_s);
	pthread_mutex_unlock(&sessions->mutex);
	return n;
}
