/* The relay's state as a file: see relaying.h. One table of fields serves both ways. */
#include "relaying.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

enum { PATH_BYTES = 512, FILE_BYTES_MAX = 16384 };
#define STALE_MS INT64_C(60000)
#define AWAY_MS INT64_C(3600000)

static const char *const states[] = { "away", "connected", "searching", "stopped" };

const char *
relaying_state_name(enum relaying_state state)
{
	return states[state];
}

/* X(name): whole numbers, and texts. */
#define NUMBERS(X) \
	X(since_ms) \
	X(told_ms) \
	X(lsn) \
	X(confirmed) \
	X(confirmed_at_ms) \
	X(waits_from_ms) \
	X(differs) \
	X(lost_at_ms) \
	X(lost_from)
#define TEXTS(X) \
	X(headquarters) \
	X(name) \
	X(status) \
	X(why) \
	X(decree_why)

static enum status
path_of(const char *dir, const char *ending, char out[PATH_BYTES], struct reason *why)
{
	if (snprintf(out, PATH_BYTES, "%s/run/relay.json%s", dir, ending) >= PATH_BYTES)
		return reason_say(why, STATUS_SETTING, "%.64s…: the path of the data folder is too long", dir);
	return STATUS_OK;
}

/* ---- reading ---- */

static bool
take_text(const json_t *json, const char *name, char *out, size_t bytes)
{
	const char *text = json_string_value(json_object_get(json, name));
	if (text == NULL || strlen(text) >= bytes || !wire_text_clean(text, strlen(text)))
		return false;
	memcpy(out, text, strlen(text) + 1);
	return true;
}

static bool
take_number(const json_t *json, const char *name, int64_t *out)
{
	const json_t *value = json_object_get(json, name);
	*out = json_integer_value(value);
	return json_is_integer(value) && *out >= 0;
}

static bool
take_state(const json_t *json, enum relaying_state *out)
{
	const char *name = json_string_value(json_object_get(json, "state"));
	for (size_t i = 0; name != NULL && i < sizeof states / sizeof states[0]; i++) {
		if (strcmp(name, states[i]) != 0)
			continue;
		*out = (enum relaying_state)i;
		return true;
	}
	return false;
}

static bool
take_all(const json_t *json, struct relaying *out)
{
	int64_t number;
	bool right = take_state(json, &out->state);
#define X(field) \
	right = right && take_number(json, #field, &number); \
	if (right) \
		out->field = (__typeof__(out->field))number;
	NUMBERS(X)
#undef X
#define X(field) right = right && take_text(json, #field, out->field, sizeof out->field);
	TEXTS(X)
#undef X
	return right;
}

enum status
relaying_read(const char *dir, struct relaying *out, struct reason *why)
{
	char path[PATH_BYTES], text[FILE_BYTES_MAX];
	struct relaying read = { 0 };
	enum status status = path_of(dir, "", path, why);
	if (status != STATUS_OK)
		return status;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return errno == ENOENT ? reason_say(why, STATUS_NOT_FOUND, "%.128s brings its journal to no headquarters", dir)
				       : reason_say(why, STATUS_SETTING, "%.180s: %s", path, strerror(errno));
	size_t bytes = fread(text, 1, sizeof text, file);
	fclose(file);
	json_t *json = bytes < sizeof text ? json_loadb(text, bytes, JSON_REJECT_DUPLICATES, NULL) : NULL;
	bool right = take_all(json, &read);
	json_decref(json);
	if (!right)
		return reason_say(why, STATUS_SETTING, "%.180s: it is no state of a relay", path);
	*out = read;
	return STATUS_OK;
}

/* ---- writing ---- */

static json_t *
all_of(const struct relaying *relaying)
{
	json_t *json = json_object();
	int failed = json_object_set_new(json, "state", json_string(states[relaying->state]));
#define X(field) failed |= json_object_set_new(json, #field, json_integer((json_int_t)relaying->field));
	NUMBERS(X)
#undef X
#define X(field) failed |= json_object_set_new(json, #field, json_string(relaying->field));
	TEXTS(X)
#undef X
	if (failed == 0)
		return json;
	json_decref(json);
	return NULL;
}

/* Not synced: after a power cut the relay writes it anew, and nobody waits for the disk meanwhile. */
enum status
relaying_write(const char *dir, const struct relaying *relaying, struct reason *why)
{
	char path[PATH_BYTES], part[PATH_BYTES];
	enum status status = path_of(dir, "", path, why);
	if (status == STATUS_OK)
		status = path_of(dir, ".part", part, why);
	if (status != STATUS_OK)
		return status;
	json_t *json = all_of(relaying);
	if (json == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	errno = 0;
	bool done = json_dump_file(json, part, JSON_COMPACT) == 0 && rename(part, path) == 0;
	json_decref(json);
	return done ? STATUS_OK : reason_say(why, STATUS_SYSTEM, "%.180s: it cannot be written: %s", path, strerror(errno));
}

void
relaying_remove(const char *dir)
{
	char path[PATH_BYTES];
	if (path_of(dir, "", path, NULL) == STATUS_OK)
		unlink(path);
}

/* ---- what follows from it ---- */

uint64_t
relaying_behind(const struct relaying *relaying, uint64_t lsn)
{
	uint64_t end = lsn > relaying->lsn ? lsn : relaying->lsn;
	return end > relaying->confirmed ? end - relaying->confirmed : 0;
}

int64_t
relaying_lag_ms(const struct relaying *relaying, int64_t now_ms)
{
	return relaying->waits_from_ms > 0 && now_ms > relaying->waits_from_ms ? now_ms - relaying->waits_from_ms : 0;
}

bool
relaying_trouble(const struct relaying *relaying, int64_t now_ms, struct reason *why)
{
	bool silent = relaying->state == RELAYING_AWAY && now_ms - relaying->since_ms > AWAY_MS &&
	    relaying_lag_ms(relaying, now_ms) > AWAY_MS;
	if (relaying->state == RELAYING_STOPPED || silent)
		reason_write(why, "%s", relaying->why);
	else if (now_ms - relaying->told_ms > STALE_MS)
		reason_write(why, "the relay has not said anything for a minute");
	else if (relaying->decree_why[0] != '\0')
		reason_write(why, "%s", relaying->decree_why);
	else
		return false;
	return true;
}
