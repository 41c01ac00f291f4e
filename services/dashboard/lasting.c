/*
 * See lasting.h. The file: {"version": 1, "salt", "given", "sessions": [{"number", "user", "role", "account", "address", "begun_s",
 * "used_s", "hash"}]}; salt, account and hash in hexadecimal digits.
 */
#include "lasting.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "own_file.h"
#include "wire.h"

#define FILE_NAME "sessions.json"

enum { HEX_BYTES = 2 * SESSION_HASH_BYTES + 1, MARK_HEX_BYTES = 2 * sizeof(uint64_t) + 1 };

static const int64_t SECONDS_MAX = INT64_C(1) << 40; /* no sum of two such is too large */

struct lasting {
	const char *dir;
	const struct clock *clock;
	struct sessions *sessions;
	pthread_mutex_t mutex; /* one writes at a time, so that the newest is written last */
	uint64_t written;      /* sessions_moved of what stands in the file */
	struct sessions_kept all;
};

enum status
lasting_open(const char *dir, const struct clock *clock, struct sessions *sessions, struct lasting **out, struct reason *why)
{
	struct lasting *lasting = calloc(1, sizeof *lasting);
	if (lasting == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	lasting->dir = dir;
	lasting->clock = clock;
	lasting->sessions = sessions;
	pthread_mutex_init(&lasting->mutex, NULL);
	*out = lasting;
	return STATUS_OK;
}

void
lasting_close(struct lasting **lasting)
{
	if (*lasting == NULL)
		return;
	pthread_mutex_destroy(&(*lasting)->mutex);
	sodium_memzero(*lasting, sizeof **lasting);
	free(*lasting);
	*lasting = NULL;
}

static int64_t
now_s(const struct lasting *lasting)
{
	return clock_monotonic_ns(lasting->clock) / 1000000000;
}

/* From the seconds of the sessions, which only go forward, to those of UTC. */
static int64_t
ahead_s(const struct lasting *lasting)
{
	return clock_utc_ms(lasting->clock) / 1000 - now_s(lasting);
}

/* ---- reading ---- */

static bool
from_hex(const char *text, unsigned char *out, size_t bytes)
{
	size_t n = 0;
	const char *end = text;
	return strlen(text) == 2 * bytes && sodium_hex2bin(out, bytes, text, 2 * bytes, NULL, &n, &end) == 0 && n == bytes;
}

static bool
fits(const char *text, size_t room)
{
	size_t bytes = strlen(text);
	return bytes > 0 && bytes < room && wire_text_clean(text, bytes);
}

/* Numbers go up, so that no session stands there twice. */
static bool
take_one(json_t *json, uint64_t after, uint64_t given, int64_t ahead, struct session_kept *out)
{
	const char *user, *role, *account, *address, *hash;
	json_int_t number, begun_s, used_s;
	struct session *session = &out->seen.session;
	*out = (struct session_kept){ .seen.begun_s = 0 };
	if (json_unpack(json, "{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:s!}", "number", &number, "user", &user, "role", &role,
		"account", &account, "address", &address, "begun_s", &begun_s, "used_s", &used_s, "hash", &hash) != 0)
		return false;
	if (number <= 0 || (uint64_t)number <= after || (uint64_t)number > given || !fits(user, sizeof session->user) ||
	    !role_of(role, &session->role) || !fits(address, sizeof out->seen.address) || begun_s < 0 || used_s < begun_s ||
	    used_s > SECONDS_MAX || !from_hex(hash, out->hash, sizeof out->hash) ||
	    !from_hex(account, (unsigned char *)&session->account, sizeof session->account))
		return false;
	session->number = (uint64_t)number;
	memcpy(session->user, user, strlen(user) + 1);
	memcpy(out->seen.address, address, strlen(address) + 1);
	out->seen.begun_s = begun_s - ahead;
	out->seen.used_s = used_s - ahead;
	return true;
}

static bool
take_all(json_t *json, int64_t ahead, struct sessions_kept *out)
{
	const char *salt;
	json_int_t given;
	json_t *list, *one;
	size_t at;
	int version;
	if (json_unpack(json, "{s:i, s:s, s:I, s:o!}", "version", &version, "salt", &salt, "given", &given, "sessions", &list) !=
		0 ||
	    version != 1 || given < 0 || !json_is_array(list) || json_array_size(list) > SESSIONS_OPEN_MAX ||
	    !from_hex(salt, out->salt, sizeof out->salt))
		return false;
	out->given = (uint64_t)given;
	out->n = json_array_size(list);
	json_array_foreach(list, at, one)
	{
		uint64_t after = at == 0 ? 0 : out->list[at - 1].seen.session.number;
		if (!take_one(one, after, out->given, ahead, &out->list[at]))
			return false;
	}
	return true;
}

enum status
lasting_read(struct lasting *lasting, struct reason *why)
{
	json_t *json = NULL;
	pthread_mutex_lock(&lasting->mutex);
	enum status status = own_file_read(lasting->dir, FILE_NAME, &json, why);
	if (status == STATUS_OK && json != NULL) {
		if (take_all(json, ahead_s(lasting), &lasting->all))
			sessions_take(lasting->sessions, now_s(lasting), &lasting->all);
		else
			status = reason_say(why, STATUS_SETTING, "%.120s/" FILE_NAME " has not the form that the service writes",
			    lasting->dir);
	}
	sodium_memzero(&lasting->all, sizeof lasting->all);
	pthread_mutex_unlock(&lasting->mutex);
	json_decref(json);
	return status;
}

/* ---- writing ---- */

/* NULL: memory ran out. */
static json_t *
json_of_one(const struct session_kept *kept, int64_t ahead)
{
	char hash[HEX_BYTES], account[MARK_HEX_BYTES];
	const struct session *session = &kept->seen.session;
	sodium_bin2hex(hash, sizeof hash, kept->hash, sizeof kept->hash);
	sodium_bin2hex(account, sizeof account, (const unsigned char *)&session->account, sizeof session->account);
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:s}", "number", (json_int_t)session->number, "user", session->user,
	    "role", role_name(session->role), "account", account, "address", kept->seen.address, "begun_s",
	    (json_int_t)(kept->seen.begun_s + ahead), "used_s", (json_int_t)(kept->seen.used_s + ahead), "hash", hash);
}

static json_t *
json_of(const struct sessions_kept *all, int64_t ahead)
{
	char salt[HEX_BYTES];
	json_t *list = json_array();
	sodium_bin2hex(salt, sizeof salt, all->salt, sizeof all->salt);
	for (size_t i = 0; list != NULL && i < all->n; i++)
		if (json_array_append_new(list, json_of_one(&all->list[i], ahead)) != 0) {
			json_decref(list);
			list = NULL;
		}
	return list == NULL
	    ? NULL
	    : json_pack("{s:i, s:s, s:I, s:o}", "version", 1, "salt", salt, "given", (json_int_t)all->given, "sessions", list);
}

enum status
lasting_write(struct lasting *lasting, bool uses, struct reason *why)
{
	enum status status = STATUS_OK;
	pthread_mutex_lock(&lasting->mutex);
	uint64_t moved = sessions_moved(lasting->sessions);
	if (moved != lasting->written || (uses && sessions_count(lasting->sessions, now_s(lasting)) > 0)) {
		sessions_keep(lasting->sessions, now_s(lasting), &lasting->all);
		status = own_file_write(lasting->dir, FILE_NAME, json_of(&lasting->all, ahead_s(lasting)), why);
		sodium_memzero(&lasting->all, sizeof lasting->all);
		if (status == STATUS_OK)
			lasting->written = moved;
	}
	pthread_mutex_unlock(&lasting->mutex);
	return status;
}
