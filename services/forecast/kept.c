/* A kept forecast to JSON and back. The file is our own, but what is read is checked as if it were not. */
#include "kept.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "civil.h"
#include "json.h"
#include "outlook.h"
#include "registry.h"

/* No leaf has had more on a day, and no file is larger: 4096 leaves of 20 years in ten digits. */
#define DAY_KG_MOST INT64_C(1000000000000)
#define FILE_BYTES_MAX (INT64_C(320) << 20)

enum { REGISTRY_ARENA_BYTES = 32 * 1024 * 1024, DAYS_MAX = INPUTS_DAYS_MAX + 1, FUTURE_MAX = 20000 };

/* ---- writing ---- */

static json_t *
row_of(const int64_t *kg, size_t n)
{
	json_t *row = json_array();
	int64_t zeros = 0;
	for (size_t i = 0; row != NULL && i < n; i++) {
		if (kg[i] == 0) {
			zeros++;
			continue;
		}
		if (zeros > 0)
			json_array_append_new(row, json_integer(-zeros));
		zeros = 0;
		json_array_append_new(row, json_integer(kg[i]));
	}
	if (row != NULL && zeros > 0)
		json_array_append_new(row, json_integer(-zeros));
	return row;
}

/* Back from the origin, as far as anything is still expected. */
static json_t *
late_of(const struct leaves *leaves, size_t i)
{
	json_t *row = json_array();
	int64_t from = leaves_revised_from(leaves, i);
	for (int64_t lag = 0; row != NULL && lag < COMPLETION_LAGS && leaves->origin - lag >= from; lag++)
		json_array_append_new(row, json_integer(leaves_revision_mean(leaves, i, leaves->origin - lag)));
	return row;
}

static json_t *
reals_of(const double *values, size_t n)
{
	json_t *row = json_array();
	for (size_t i = 0; row != NULL && i < n; i++)
		json_array_append_new(row, json_real(values[i]));
	return row;
}

static json_t *
completions_of(const struct inputs *inputs)
{
	json_t *list = json_array();
	for (size_t i = 0; list != NULL && i < inputs->n_completions; i++) {
		const struct completion *one = &inputs->completion[i];
		json_array_append_new(list,
		    json_pack("{s:s, s:o, s:o}", "port", one->port, "upto", reals_of(one->upto, one->looks), "growth",
			reals_of(one->growth[0], one->looks * COMPLETION_LAGS)));
	}
	return list;
}

static json_t *
leaf_of(const struct world *world, size_t i, const int64_t *means)
{
	const struct leaves *leaves = &world->leaves;
	const struct leaf_key *key = &leaves->leaf[i].key;
	const char *direction = wire_direction_name(key->direction), *mode = wire_mode_name(key->mode);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "port", key->port, "direction", direction == NULL ? "" : direction,
	    "mode", mode == NULL ? "" : mode, "group", key->group, "past", row_of(leaves->leaf[i].past_kg, leaves->past_days),
	    "mean", row_of(means + i * leaves->days, leaves->days), "late", late_of(leaves, i));
}

static json_t *
leaves_of(const struct world *world)
{
	const struct leaves *leaves = &world->leaves;
	json_t *list = json_array();
	int64_t *means = calloc(leaves->n * leaves->days + 1, sizeof *means);
	if (list != NULL && means != NULL) {
		outlook_means(world->sum, leaves->n, leaves->days, leaves->paths, means);
		for (size_t i = 0; i < leaves->n; i++)
			json_array_append_new(list, leaf_of(world, i, means));
	}
	free(means);
	return list;
}

/* On disk before it is given its name: else a machine that fails may keep the name and not the bytes. */
static bool
dump(const json_t *root, const char *path)
{
	FILE *file = fopen(path, "we");
	if (file == NULL)
		return false;
	bool fine = json_dumpf(root, file, JSON_COMPACT) == 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
	return fclose(file) == 0 && fine;
}

enum status
kept_write(const char *path, const struct world *world, struct reason *why)
{
	json_t *registry = NULL;
	if (json_write(&world->inputs.registry->base, true, &registry) != STATUS_OK)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	json_t *root = json_pack("{s:i, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:o, s:I, s:o}", "version",
	    ARCHIVE_VERSION, "program", JUYAN_VERSION, "model", world->model, "lsn", (json_int_t)world->inputs.lsn, "first_day",
	    (json_int_t)world->inputs.first_day, "origin", (json_int_t)world->inputs.origin, "silent_days",
	    (json_int_t)world->inputs.silent_days, "last_day", (json_int_t)world->making.last_day, "paths",
	    (json_int_t)world->making.paths, "seed", (json_int_t)world->making.seed, "overrides", (int)world->making.overrides,
	    "registry", registry, "leaves", leaves_of(world), "lag", (json_int_t)world->inputs.lag, "completion",
	    completions_of(&world->inputs));
	if (root == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	enum status status = dump(root, path)
	    ? STATUS_OK
	    : reason_say(why, STATUS_SYSTEM, "%.160s: it cannot be written: %s", path, strerror(errno));
	json_decref(root);
	return status;
}

/* ---- reading ---- */

void
kept_close(struct kept *kept)
{
	inputs_close(&kept->inputs);
	for (size_t i = 0; kept->leaf != NULL && i < kept->n; i++)
		free(kept->leaf[i].past_kg);
	free(kept->leaf);
	free(kept->mean_kg);
	free(kept->late_kg);
	*kept = (struct kept){ 0 };
}

static bool
read_row(const json_t *row, int64_t *kg, size_t n)
{
	size_t at = 0;
	for (size_t i = 0; i < json_array_size(row); i++) {
		const json_t *item = json_array_get(row, i);
		int64_t value = json_integer_value(item);
		if (!json_is_integer(item) || value > DAY_KG_MOST || (value < 0 ? value < -(int64_t)(n - at) : at >= n))
			return false;
		if (value >= 0)
			kg[at++] = value;
		else
			at += (size_t)-value; /* the rows begin as zeros */
	}
	return at == n;
}

static bool
read_key(const json_t *leaf, struct leaf_key *key)
{
	const char *port = json_string_value(json_object_get(leaf, "port"));
	const char *group = json_string_value(json_object_get(leaf, "group"));
	const char *direction = json_string_value(json_object_get(leaf, "direction"));
	const char *mode = json_string_value(json_object_get(leaf, "mode"));
	if (port == NULL || group == NULL || direction == NULL || mode == NULL || strlen(port) > PORT_BYTES_MAX ||
	    strlen(group) > GROUP_ID_BYTES_MAX)
		return false;
	snprintf(key->port, sizeof key->port, "%s", port);
	snprintf(key->group, sizeof key->group, "%s", group);
	return (direction[0] == '\0' || wire_direction_of(direction, &key->direction)) &&
	    (mode[0] == '\0' || wire_mode_of(mode, &key->mode));
}

/* Into the forecast's leaves; those that say more than their port are the inputs' too. */
static bool
read_leaf(const json_t *from, struct kept *kept)
{
	struct leaf *leaf = &kept->leaf[kept->n];
	size_t past_days = kept->inputs.past_days;
	leaf->past_kg = calloc(past_days, sizeof *leaf->past_kg);
	if (leaf->past_kg == NULL)
		return false;
	kept->n++;
	if (!read_key(from, &leaf->key) || !read_row(json_object_get(from, "past"), leaf->past_kg, past_days) ||
	    !read_row(json_object_get(from, "mean"), kept->mean_kg + (kept->n - 1) * kept->days, kept->days))
		return false;
	const json_t *late = json_object_get(from, "late");
	for (size_t lag = 0; lag < COMPLETION_LAGS && lag < json_array_size(late); lag++)
		kept->late_kg[(kept->n - 1) * COMPLETION_LAGS + lag] = json_integer_value(json_array_get(late, lag));
	if (leaf->key.direction == 0 && leaf->key.mode == 0 && leaf->key.group[0] == '\0')
		return true;
	struct leaf *own = &kept->inputs.leaf[kept->inputs.n];
	*own = (struct leaf){ .key = leaf->key, .past_kg = calloc(past_days, sizeof *own->past_kg) };
	if (own->past_kg == NULL)
		return false;
	memcpy(own->past_kg, leaf->past_kg, past_days * sizeof *own->past_kg);
	kept->inputs.n++;
	return true;
}

static bool
read_leaves(const json_t *root, struct kept *kept)
{
	const json_t *list = json_object_get(root, "leaves");
	size_t n = json_array_size(list);
	if (!json_is_array(list) || n > INPUTS_LEAVES_MAX)
		return false;
	kept->leaf = calloc(n + 1, sizeof *kept->leaf);
	kept->inputs.leaf = calloc(n + 1, sizeof *kept->inputs.leaf);
	kept->mean_kg = calloc(n * kept->days + 1, sizeof *kept->mean_kg);
	kept->late_kg = calloc(n * COMPLETION_LAGS + 1, sizeof *kept->late_kg);
	bool fine = kept->leaf != NULL && kept->inputs.leaf != NULL && kept->mean_kg != NULL && kept->late_kg != NULL;
	for (size_t i = 0; fine && i < n; i++)
		fine = read_leaf(json_array_get(list, i), kept);
	return fine;
}

static bool
read_reals(const json_t *row, double *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(row, i);
		out[i] = json_number_value(item);
		if (!json_is_number(item) || !(out[i] >= 0.0))
			return false;
	}
	return json_array_size(row) == n;
}

/* Older files have none: their days were taken as complete. */
static bool
read_completions(const json_t *root, struct inputs *out)
{
	const json_t *list = json_object_get(root, "completion");
	size_t n = json_array_size(list);
	out->lag = json_integer_value(json_object_get(root, "lag"));
	out->completion = n > INPUTS_LEAVES_MAX ? NULL : calloc(n + 1, sizeof *out->completion);
	bool fine = out->completion != NULL && out->lag >= 0;
	for (size_t i = 0; fine && i < n; i++) {
		const json_t *from = json_array_get(list, i);
		struct completion *one = &out->completion[out->n_completions++];
		const char *port = json_string_value(json_object_get(from, "port"));
		one->looks = json_array_size(json_object_get(from, "upto"));
		snprintf(one->port, sizeof one->port, "%s", port == NULL ? "" : port);
		fine = port != NULL && one->looks <= COMPLETION_LOOKS &&
		    read_reals(json_object_get(from, "upto"), one->upto, one->looks) &&
		    read_reals(json_object_get(from, "growth"), one->growth[0], one->looks * COMPLETION_LAGS);
	}
	return fine;
}

/* What the forecast makes of a record rests on what the ledger lets into its registry. */
static bool
records_fine(const Juyan__V1__Registry *registry)
{
	struct reason why = { "" };
	for (size_t i = 0; i < registry->n_records; i++)
		if (registry_check(registry->records[i], &why) != STATUS_OK)
			return false;
	return true;
}

/* Out of an arena into memory that is freed as a whole. */
static bool
read_registry(const json_t *root, struct kept *kept)
{
	struct arena arena = { 0 };
	const ProtobufCMessage *message = NULL;
	json_t *value = json_object_get(root, "registry");
	bool fine = value != NULL && arena_open(&arena, REGISTRY_ARENA_BYTES) == STATUS_OK &&
	    json_read(&juyan__v1__registry__descriptor, value, &arena, &message, NULL) == STATUS_OK &&
	    records_fine((const Juyan__V1__Registry *)message);
	size_t bytes = fine ? protobuf_c_message_get_packed_size(message) : 0;
	uint8_t *packed = fine ? malloc(bytes + 1) : NULL;
	if (packed != NULL)
		kept->inputs.registry = juyan__v1__registry__unpack(NULL, protobuf_c_message_pack(message, packed), packed);
	free(packed);
	arena_close(&arena);
	return kept->inputs.registry != NULL;
}

/* Differences of days that are in the calendar cannot overflow. */
static bool
is_day(json_int_t day)
{
	return day >= civil_day(1900, 1, 1) && day <= civil_day(2199, 12, 31);
}

static bool
read_head(json_t *root, struct kept *kept)
{
	int version = 0, overrides = 0;
	const char *program = NULL, *model = NULL;
	json_int_t lsn, first, origin, silent, last, paths, seed;
	if (json_unpack(root, "{s:i, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "version", &version, "program", &program,
		"model", &model, "lsn", &lsn, "first_day", &first, "origin", &origin, "silent_days", &silent, "last_day", &last,
		"paths", &paths, "seed", &seed, "overrides", &overrides) != 0 ||
	    version != ARCHIVE_VERSION || !is_day(first) || !is_day(origin) || !is_day(last) || silent < 0 || silent >= DAYS_MAX ||
	    first > origin || origin - first >= DAYS_MAX || last <= origin || last - origin > FUTURE_MAX || paths < 1 ||
	    paths > FORECAST_PATHS_MAX)
		return false;
	kept->inputs = (struct inputs){ .lsn = (uint64_t)lsn,
		.first_day = first,
		.origin = origin,
		.past_days = (size_t)(origin - first + 1),
		.silent_days = silent };
	kept->making =
	    (struct world_making){ .seed = (uint64_t)seed, .paths = (size_t)paths, .last_day = last, .overrides = overrides != 0 };
	kept->days = (size_t)(last - origin);
	snprintf(kept->program, sizeof kept->program, "%s", program);
	snprintf(kept->model, sizeof kept->model, "%s", model);
	return true;
}

/* A file of a size that can be; the folder is open to others, and a pipe in it would never end. NULL: errno, or 0 for no file. */
static FILE *
open_file(const char *path)
{
	struct stat about;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	errno = 0;
	FILE *file = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size <= FILE_BYTES_MAX ? fdopen(fd, "r") : NULL;
	if (file == NULL)
		close(fd);
	return file;
}

static enum status
load(const char *path, json_t **out, struct reason *why)
{
	json_error_t error;
	FILE *file = open_file(path);
	if (file == NULL)
		return reason_say(why, STATUS_SYNTAX, "%.160s: %s", path,
		    errno == 0 ? "a plain file of a bounded size was expected" : strerror(errno));
	json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
	fclose(file);
	if (root == NULL)
		return reason_say(why, STATUS_SYNTAX, "%.160s:%d: %.80s", path, error.line, error.text);
	*out = root;
	return STATUS_OK;
}

enum status
kept_read(const char *path, struct kept *out, struct reason *why)
{
	struct kept kept = { 0 };
	json_t *root = NULL;
	enum status status = load(path, &root, why);
	if (status != STATUS_OK)
		return status;
	bool fine = read_head(root, &kept) && read_leaves(root, &kept) && read_completions(root, &kept.inputs) &&
	    read_registry(root, &kept);
	json_decref(root);
	if (!fine) {
		kept_close(&kept);
		return reason_say(why, STATUS_SYNTAX, "%.160s: a forecast kept in form %d was expected", path, ARCHIVE_VERSION);
	}
	inputs_mark(&kept.inputs);
	*out = kept;
	return STATUS_OK;
}
