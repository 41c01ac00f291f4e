/* The file of bulletin.h: one JSON object. One table of fields serves both ways. */
#include "bulletin.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

enum { PATH_BYTES = 512, FILE_BYTES_MAX = 16384 };

/* X(name): whole numbers, and texts. */
#define NUMBERS(X) \
	X(since_ms) \
	X(told_ms) \
	X(lsn) \
	X(reached) \
	X(reached_at_ms) \
	X(waits_from_ms) \
	X(lasts) \
	X(differs) \
	X(lost_at_ms) \
	X(lost_from)
#define TEXTS(X) \
	X(state) \
	X(where) \
	X(name) \
	X(trouble) \
	X(why) \
	X(besides)

static enum status
path_of(const char *dir, const char *service, const char *ending, char out[PATH_BYTES], struct reason *why)
{
	if (snprintf(out, PATH_BYTES, "%s/run/%s.json%s", dir, service, ending) >= PATH_BYTES)
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
take_all(const json_t *json, struct bulletin *out)
{
	int64_t number;
	bool right = true;
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
bulletin_read(const char *dir, const char *service, struct bulletin *out, struct reason *why)
{
	char path[PATH_BYTES], text[FILE_BYTES_MAX];
	struct bulletin read = { .since_ms = 0 };
	enum status status = path_of(dir, service, "", path, why);
	if (status != STATUS_OK)
		return status;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return errno == ENOENT ? reason_say(why, STATUS_NOT_FOUND, "no %.32s tells in %.160s how it stands", service, dir)
				       : reason_say(why, STATUS_SETTING, "%.180s: %s", path, strerror(errno));
	size_t bytes = fread(text, 1, sizeof text, file);
	fclose(file);
	json_t *json = bytes < sizeof text ? json_loadb(text, bytes, JSON_REJECT_DUPLICATES, NULL) : NULL;
	bool right = take_all(json, &read);
	json_decref(json);
	if (!right)
		return reason_say(why, STATUS_SETTING, "%.180s: it does not tell how the %.32s stands", path, service);
	*out = read;
	return STATUS_OK;
}

/* ---- writing ---- */

static json_t *
all_of(const struct bulletin *bulletin)
{
	struct bulletin mended = *bulletin;
	json_t *json = json_object();
	int failed = 0;
#define X(field) failed |= json_object_set_new(json, #field, json_integer((json_int_t)bulletin->field));
	NUMBERS(X)
#undef X
#define X(field) \
	wire_text_mend(mended.field); \
	failed |= json_object_set_new(json, #field, json_string(mended.field));
	TEXTS(X)
#undef X
	if (failed == 0)
		return json;
	json_decref(json);
	return NULL;
}

enum status
bulletin_write(const char *dir, const char *service, const struct bulletin *bulletin, struct reason *why)
{
	char path[PATH_BYTES], part[PATH_BYTES];
	enum status status = path_of(dir, service, "", path, why);
	if (status == STATUS_OK)
		status = path_of(dir, service, ".part", part, why);
	if (status != STATUS_OK)
		return status;
	json_t *json = all_of(bulletin);
	if (json == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	errno = 0;
	bool done = json_dump_file(json, part, JSON_COMPACT) == 0 && rename(part, path) == 0;
	json_decref(json);
	return done ? STATUS_OK : reason_say(why, STATUS_SYSTEM, "%.180s: it cannot be written: %s", path, strerror(errno));
}

void
bulletin_remove(const char *dir, const char *service)
{
	char path[PATH_BYTES];
	if (path_of(dir, service, "", path, NULL) == STATUS_OK)
		unlink(path);
}

/* ---- what follows from it ---- */

uint64_t
bulletin_behind(const struct bulletin *bulletin, uint64_t lsn)
{
	uint64_t end = lsn > bulletin->lsn ? lsn : bulletin->lsn;
	return end > bulletin->reached ? end - bulletin->reached : 0;
}

int64_t
bulletin_lag_ms(const struct bulletin *bulletin, int64_t now_ms)
{
	return bulletin->waits_from_ms > 0 && now_ms > bulletin->waits_from_ms ? now_ms - bulletin->waits_from_ms : 0;
}

bool
bulletin_silent(const struct bulletin *bulletin, int64_t now_ms)
{
	return now_ms - bulletin->told_ms > BULLETIN_STALE_MS;
}

bool
bulletin_asks(const struct bulletin *bulletin, const char *service, int64_t now_ms, struct reason *why)
{
	int64_t moved_ms = bulletin->reached_at_ms > bulletin->since_ms ? bulletin->reached_at_ms : bulletin->since_ms;
	bool wrong = strcmp(bulletin->trouble, BULLETIN_WELL) != 0;
	bool stuck = now_ms - moved_ms > BULLETIN_PATIENCE_MS && bulletin_lag_ms(bulletin, now_ms) > BULLETIN_PATIENCE_MS;
	if (bulletin_silent(bulletin, now_ms))
		reason_write(why, "the %.32s has not said anything for a minute", service);
	else if (wrong && (bulletin->lasts || stuck))
		reason_write(why, "%s", bulletin->why);
	else if (stuck)
		reason_write(why, "the %.32s has brought nothing for an hour, and something waits", service);
	else if (bulletin->besides[0] != '\0')
		reason_write(why, "%s", bulletin->besides);
	else
		return false;
	return true;
}
