/* See inputs.h. Texts of the registry belong to its one unpacked message. */
#include "inputs.h"

#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "civil.h"
#include "definition.h"

void
inputs_close(struct inputs *inputs)
{
	for (size_t i = 0; inputs->leaf != NULL && i < inputs->n; i++)
		free(inputs->leaf[i].past_kg);
	free(inputs->leaf);
	free(inputs->running_kg);
	free(inputs->running_share);
	free(inputs->completion);
	if (inputs->registry != NULL)
		juyan__v1__registry__free_unpacked(inputs->registry, NULL);
	*inputs = (struct inputs){ 0 };
}

const struct completion *
inputs_completion(const struct inputs *inputs, const char *port)
{
	for (size_t i = 0; i < inputs->n_completions; i++)
		if (strcmp(inputs->completion[i].port, port) == 0)
			return &inputs->completion[i];
	return NULL;
}

int
leaf_key_order(const struct leaf_key *a, const struct leaf_key *b)
{
	int order = strcmp(a->port, b->port);
	if (order == 0)
		order = (int)a->direction - (int)b->direction;
	if (order == 0)
		order = (int)a->mode - (int)b->mode;
	return order != 0 ? order : strcmp(a->group, b->group);
}

/* ---- the registry's part ---- */

/* Records come sorted by id, then valid_from, so that one port's stand together. */
const char *
inputs_port(const struct inputs *inputs, size_t i)
{
	const char *last = NULL;
	for (size_t k = 0; k < inputs->registry->n_records; k++) {
		const Juyan__V1__RegistryRecord *record = inputs->registry->records[k];
		if (record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_PORT ||
		    (last != NULL && strcmp(last, record->port->id) == 0))
			continue;
		last = record->port->id;
		if (i-- == 0)
			return last;
	}
	return NULL;
}

/* Whether a record could be known at the end of this day. */
static bool
known_by(const Juyan__V1__RegistryRecord *record, int64_t as_of)
{
	int64_t day;
	if (record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED)
		return civil_parse_day(record->published->to, &day) && day <= as_of;
	if (record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE)
		return record->valid_from[0] == '\0' || (civil_parse_day(record->valid_from, &day) && day <= as_of + 1);
	return true;
}

/* A deep copy of the records that were known: packed and unpacked again, for messages have no other. */
static enum status
copy_registry(const Juyan__V1__Registry *from, const Juyan__V1__Registry *overrides, int64_t as_of, Juyan__V1__Registry **out)
{
	Juyan__V1__Registry part = JUYAN__V1__REGISTRY__INIT;
	const Juyan__V1__RegistryRecord__RecordCase override = JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE;
	part.records = malloc((from->n_records + overrides->n_records + 1) * sizeof *part.records);
	if (part.records == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < from->n_records; i++)
		if (from->records[i]->record_case != override && known_by(from->records[i], as_of))
			part.records[part.n_records++] = from->records[i];
	for (size_t i = 0; i < overrides->n_records; i++)
		if (overrides->records[i]->record_case == override && known_by(overrides->records[i], as_of))
			part.records[part.n_records++] = overrides->records[i];
	size_t bytes = juyan__v1__registry__get_packed_size(&part);
	uint8_t *packed = malloc(bytes + 1);
	if (packed != NULL)
		*out = juyan__v1__registry__unpack(NULL, juyan__v1__registry__pack(&part, packed), packed);
	enum status status = packed == NULL || *out == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	free(packed);
	free(part.records);
	return status;
}

/* ---- as of a day ---- */

static bool
has_traffic(const struct inputs *inputs, int64_t day)
{
	for (size_t i = 0; i < inputs->n; i++)
		if (inputs->leaf[i].past_kg[day - inputs->first_day] != 0)
			return true;
	return false;
}

/* The last day of those behind `day`, up to `limit`, on all of which this port is shut. */
static int64_t
port_shut_until(const struct inputs *inputs, const char *port, int64_t day, int64_t limit)
{
	const Juyan__V1__RegistryRecord *const *records = (const Juyan__V1__RegistryRecord *const *)inputs->registry->records;
	struct calendar calendar;
	size_t days = limit - day < CALENDAR_DAYS_MAX ? (size_t)(limit - day) : CALENDAR_DAYS_MAX, n = 0;
	if (calendar_make(records, inputs->registry->n_records, port, JUYAN__V1__MODE__MODE_UNSPECIFIED, day + 1, days,
		&calendar) != STATUS_OK)
		return day;
	while (n < days && calendar.open[n] < 0.5)
		n++;
	calendar_close(&calendar);
	return day + (int64_t)n;
}

/* Likewise of every port that has leaves. A port's calendar is made once, however many days that are. */
static int64_t
shut_until(const struct inputs *inputs, int64_t day, int64_t limit)
{
	for (size_t i = 0; limit > day && i < inputs->n; i++)
		if (i == 0 || strcmp(inputs->leaf[i].key.port, inputs->leaf[i - 1].key.port) != 0)
			limit = port_shut_until(inputs, inputs->leaf[i].key.port, day, limit);
	return limit;
}

int64_t
inputs_stopped(const struct inputs *all)
{
	int64_t last = all->origin;
	if (all->running_kg != NULL)
		return 0;
	while (last >= all->first_day && !has_traffic(all, last))
		last--;
	int64_t day = last >= all->first_day ? shut_until(all, last, all->origin) : last;
	return day < all->first_day || all->origin - day <= INPUTS_SILENT_DAYS ? 0 : last;
}

/* The first and the last day of published figures that count and were known by `as_of`; false where there are none. */
static bool
published_days(const struct inputs *all, int64_t as_of, int64_t *first, int64_t *last)
{
	bool any = false;
	const char *port = "", *definition = "";
	for (size_t i = 0; i < all->registry->n_records; i++) {
		const Juyan__V1__RegistryRecord *record = all->registry->records[i];
		int64_t from, to;
		if (record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED || !known_by(record, as_of))
			continue;
		if (strcmp(record->published->port, port) != 0) { /* one port's stand together */
			port = record->published->port;
			definition = definition_of(all->registry, port, as_of);
		}
		if (strcmp(record->published->definition, definition) != 0 || !civil_parse_day(record->published->from, &from) ||
		    !civil_parse_day(record->published->to, &to))
			continue;
		*first = !any || from < *first ? from : *first;
		*last = !any || to > *last ? to : *last;
		any = true;
	}
	return any;
}

/* The last day by `limit` of which something is known. */
static int64_t
last_known(const struct inputs *all, int64_t limit)
{
	int64_t day = limit, first, published = INT64_MIN;
	while (day >= all->first_day && !has_traffic(all, day))
		day--;
	bool any = published_days(all, limit, &first, &published);
	if (day < all->first_day && !any)
		return limit; /* nothing has ever come: there is no last day of it */
	if (any && (published > day || day < all->first_day))
		day = published;
	return all->n > 0 ? shut_until(all, day, limit) : day;
}

static bool
begun_by(const struct inputs *all, size_t leaf, int64_t origin)
{
	for (int64_t day = all->first_day; day <= origin && day <= all->origin; day++)
		if (all->leaf[leaf].past_kg[day - all->first_day] != 0)
			return true;
	return false;
}

static enum status
take_leaf(const struct inputs *all, size_t i, bool running, struct inputs *out)
{
	struct leaf *leaf = &out->leaf[out->n];
	leaf->key = all->leaf[i].key;
	leaf->past_kg = malloc(out->past_days * sizeof *leaf->past_kg);
	if (leaf->past_kg == NULL)
		return STATUS_NO_MEMORY;
	memset(leaf->past_kg, 0, out->past_days * sizeof *leaf->past_kg);
	int64_t last = out->origin < all->origin ? out->origin : all->origin;
	for (int64_t day = all->first_day; day <= last; day++)
		leaf->past_kg[day - out->first_day] = all->leaf[i].past_kg[day - all->first_day];
	if (running) {
		out->running_kg[out->n] = all->running_kg[i];
		out->running_share[out->n] = all->running_share[i];
	}
	out->n++;
	return STATUS_OK;
}

/* Histories begin with the first day of anything, published figures too; there is always at least one day. */
static void
begin(const struct inputs *all, int64_t limit, struct inputs *out)
{
	int64_t first, last;
	out->lsn = all->lsn;
	out->first_day = all->first_day;
	if (published_days(all, limit, &first, &last) && first < out->first_day)
		out->first_day = first > out->origin - INPUTS_DAYS_MAX ? first : out->origin - INPUTS_DAYS_MAX;
	if (out->first_day > out->origin)
		out->first_day = out->origin;
	out->past_days = (size_t)(out->origin - out->first_day + 1);
	out->silent_days = limit - out->origin;
	out->lag = all->lag + (all->origin > out->origin ? all->origin - out->origin : 0);
}

static enum status
take_completions(const struct inputs *all, struct inputs *out)
{
	out->completion = calloc(all->n_completions + 1, sizeof *out->completion);
	if (out->completion == NULL)
		return STATUS_NO_MEMORY;
	if (all->n_completions > 0)
		memcpy(out->completion, all->completion, all->n_completions * sizeof *out->completion);
	out->n_completions = all->n_completions;
	return STATUS_OK;
}

static enum status
take_leaves(const struct inputs *all, bool running, struct inputs *out)
{
	out->leaf = calloc(all->n + 1, sizeof *out->leaf);
	if (running) {
		out->running_kg = calloc(all->n + 1, sizeof *out->running_kg);
		out->running_share = calloc(all->n + 1, sizeof *out->running_share);
	}
	if (out->leaf == NULL || (running && (out->running_kg == NULL || out->running_share == NULL)))
		return STATUS_NO_MEMORY;
	enum status status = take_completions(all, out);
	for (size_t i = 0; status == STATUS_OK && i < all->n; i++)
		if (begun_by(all, i, out->origin) || (running && all->running_kg[i] != 0))
			status = take_leaf(all, i, running, out);
	return status;
}

/* The end of both ways to make inputs: the made ones go out, or are closed. */
static enum status
hand_out(enum status status, struct inputs *made, struct inputs *out)
{
	if (status != STATUS_OK) {
		inputs_close(made);
		return status;
	}
	inputs_mark(made);
	*out = *made;
	return STATUS_OK;
}

enum status
inputs_as_of(const struct inputs *all, int64_t as_of, struct inputs *out)
{
	bool now = as_of > all->origin, running = now && all->running_kg != NULL;
	int64_t limit = now ? all->origin : as_of;
	struct inputs made = { .origin = running ? limit : last_known(all, limit) };
	begin(all, limit, &made);
	enum status status = take_leaves(all, running, &made);
	if (status == STATUS_OK)
		status = copy_registry(all->registry, all->registry, as_of, &made.registry);
	return hand_out(status, &made, out);
}

enum status
inputs_cut(const struct inputs *all, int64_t origin, const Juyan__V1__Registry *registry, const Juyan__V1__Registry *overrides,
    struct inputs *out)
{
	struct inputs made = { .origin = origin };
	begin(all, origin, &made);
	enum status status = take_leaves(all, false, &made);
	if (status == STATUS_OK)
		status = copy_registry(registry, overrides, origin, &made.registry);
	return hand_out(status, &made, out);
}

/* ---- the mark: FNV-1a over all that counts ---- */

static uint64_t
mark_bytes(uint64_t mark, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	for (size_t i = 0; i < n; i++)
		mark = (mark ^ at[i]) * UINT64_C(1099511628211);
	return mark;
}

/* Takes a message's bytes as they are packed, however many. */
struct marker {
	ProtobufCBuffer buffer;
	uint64_t mark;
};

static void
mark_packed(ProtobufCBuffer *buffer, size_t n, const uint8_t *bytes)
{
	struct marker *marker = (struct marker *)buffer;
	marker->mark = mark_bytes(marker->mark, bytes, n);
}

static uint64_t
mark_registry(uint64_t mark, const Juyan__V1__Registry *registry)
{
	struct marker marker = { { mark_packed }, mark };
	for (size_t i = 0; i < registry->n_records; i++) {
		size_t n = juyan__v1__registry_record__pack_to_buffer(registry->records[i], &marker.buffer);
		marker.mark = mark_bytes(marker.mark, (const uint8_t *)&n, sizeof n);
	}
	return marker.mark;
}

void
inputs_mark(struct inputs *inputs)
{
	uint64_t mark = UINT64_C(14695981039346656037);
	mark = mark_bytes(mark, &inputs->first_day, sizeof inputs->first_day);
	mark = mark_bytes(mark, &inputs->origin, sizeof inputs->origin);
	mark = mark_bytes(mark, &inputs->silent_days, sizeof inputs->silent_days);
	for (size_t i = 0; i < inputs->n; i++) {
		const struct leaf *leaf = &inputs->leaf[i];
		mark = mark_bytes(mark, leaf->key.port, strlen(leaf->key.port) + 1);
		mark = mark_bytes(mark, &leaf->key.direction, sizeof leaf->key.direction);
		mark = mark_bytes(mark, &leaf->key.mode, sizeof leaf->key.mode);
		mark = mark_bytes(mark, leaf->key.group, strlen(leaf->key.group) + 1);
		mark = mark_bytes(mark, leaf->past_kg, inputs->past_days * sizeof *leaf->past_kg);
	}
	for (size_t i = 0; inputs->lag < COMPLETION_LAGS && i < inputs->n_completions; i++) {
		const struct completion *one = &inputs->completion[i];
		mark = mark_bytes(mark, &inputs->lag, sizeof inputs->lag);
		mark = mark_bytes(mark, one->port, strlen(one->port) + 1);
		mark = mark_bytes(mark, one->upto, one->looks * sizeof *one->upto);
		mark = mark_bytes(mark, one->growth, one->looks * sizeof *one->growth);
	}
	inputs->digest = mark_registry(mark, inputs->registry);
}
