/* Putting the parts of a manifest together: see book_manifest.h. */
#include "book_manifest.h"

#include <assert.h>
#include <string.h>

#include "plate.h"

/* One of the two lists, and how its lines are told apart. */
struct list {
	struct manifest_line *lines;
	size_t n;
	size_t kept, most;
	bool (*same)(const ProtobufCMessage *a, const ProtobufCMessage *b);
	const char *of;
};

static bool
same_unit(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
	char plain_a[UNIT_ID_BYTES_MAX + 1], plain_b[UNIT_ID_BYTES_MAX + 1];
	plate_plain(((const Juyan__V1__Unit *)a)->unit_id, plain_a, sizeof plain_a);
	plate_plain(((const Juyan__V1__Unit *)b)->unit_id, plain_b, sizeof plain_b);
	return strcmp(plain_a, plain_b) == 0;
}

static bool
same_waybill(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
	return strcmp(((const Juyan__V1__Waybill *)a)->waybill_no, ((const Juyan__V1__Waybill *)b)->waybill_no) == 0;
}

static struct list
units_of(const struct manifest *manifest)
{
	return (struct list){ manifest->units, manifest->n_units, MANIFEST_UNITS_KEPT, UNITS_MAX, same_unit, "units" };
}

static struct list
waybills_of(const struct manifest *manifest)
{
	return (struct list){ manifest->waybills, manifest->n_waybills, MANIFEST_WAYBILLS_KEPT, WAYBILLS_MAX, same_waybill,
		"waybills" };
}

static size_t
count_in(const struct list *list)
{
	size_t n = 0;
	for (size_t i = 0; i < list->n; i++)
		n += list->lines[i].in;
	return n;
}

void
manifest_begin(struct manifest *manifest)
{
	*manifest = (struct manifest){ .direction_at_ms = MANIFEST_NEVER_MS,
		.mode_at_ms = MANIFEST_NEVER_MS,
		.units_from_ms = MANIFEST_NEVER_MS,
		.waybills_from_ms = MANIFEST_NEVER_MS,
		.goodless_at_ms = MANIFEST_NEVER_MS,
		.newest_ms = MANIFEST_NEVER_MS,
		.sent_at_ms = MANIFEST_NEVER_MS,
		.due_ms = MANIFEST_NEVER_MS };
}

/* ---- taking a part in ---- */

/* The oldest of what is out makes room. */
static bool
forget_one(struct list *list)
{
	size_t oldest = list->n;
	for (size_t i = 0; i < list->n; i++)
		if (!list->lines[i].in && (oldest == list->n || list->lines[i].at_ms < list->lines[oldest].at_ms))
			oldest = i;
	if (oldest == list->n)
		return false;
	memmove(&list->lines[oldest], &list->lines[oldest + 1], (list->n - oldest - 1) * sizeof *list->lines);
	list->n--;
	return true;
}

/* A list has room for one line more than may be kept, so that what is too much shows. */
static enum status
put_line(struct list *list, int64_t from_ms, ProtobufCMessage *said, int64_t at_ms, bool in, bool *held)
{
	size_t i = 0;
	if (at_ms < from_ms)
		return STATUS_OK;
	while (i < list->n && !list->same(list->lines[i].said, said))
		i++;
	if (i < list->n && at_ms < list->lines[i].at_ms)
		return STATUS_OK;
	if (i == list->n && list->n == list->kept && !forget_one(list))
		return STATUS_TOO_MANY;
	i = i < list->n ? i : list->n++;
	list->lines[i] = (struct manifest_line){ at_ms, in, { said } };
	*held = true;
	return STATUS_OK;
}

/* Whatever is older than a word on all of them, is out. */
static void
clear_older(struct list *list, int64_t *from_ms, int64_t at_ms, bool *held)
{
	if (at_ms < *from_ms)
		return;
	*from_ms = at_ms;
	*held = true;
	for (size_t i = 0; i < list->n; i++)
		if (list->lines[i].at_ms <= at_ms)
			list->lines[i].in = false;
}

static enum status
put_lines(struct manifest *manifest, const Juyan__V1__ManifestLodged *said, int64_t at_ms, bool in, bool *held)
{
	struct list units = units_of(manifest), waybills = waybills_of(manifest);
	enum status status = STATUS_OK;
	for (size_t i = 0; i < said->n_units && status == STATUS_OK; i++)
		status = put_line(&units, manifest->units_from_ms, &said->units[i]->base, at_ms, in, held);
	for (size_t i = 0; i < said->n_waybills && status == STATUS_OK; i++)
		status = put_line(&waybills, manifest->waybills_from_ms, &said->waybills[i]->base, at_ms, in, held);
	manifest->n_units = units.n;
	manifest->n_waybills = waybills.n;
	return status;
}

static void
clear_units(struct manifest *manifest, int64_t at_ms, bool *held)
{
	struct list units = units_of(manifest);
	clear_older(&units, &manifest->units_from_ms, at_ms, held);
}

static void
clear_waybills(struct manifest *manifest, int64_t at_ms, bool *held)
{
	struct list waybills = waybills_of(manifest);
	clear_older(&waybills, &manifest->waybills_from_ms, at_ms, held);
	if (manifest->goodless_at_ms <= at_ms)
		manifest->goodless_at_ms = MANIFEST_NEVER_MS;
}

static void
drop_all(struct manifest *manifest, int64_t at_ms, bool *held)
{
	clear_units(manifest, at_ms, held);
	clear_waybills(manifest, at_ms, held);
	if (manifest->direction_at_ms <= at_ms)
		manifest->direction = JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED;
	if (manifest->mode_at_ms <= at_ms)
		manifest->mode = JUYAN__V1__MODE__MODE_UNSPECIFIED;
	manifest->direction_at_ms = manifest->direction_at_ms < at_ms ? at_ms : manifest->direction_at_ms;
	manifest->mode_at_ms = manifest->mode_at_ms < at_ms ? at_ms : manifest->mode_at_ms;
}

/* What a part says beside its lines. */
static void
put_words(struct manifest *manifest, const struct finding *part, int64_t at_ms, bool *held)
{
	const Juyan__V1__ManifestLodged *said = part->event->manifest_lodged;
	if (said->direction != JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED && at_ms >= manifest->direction_at_ms) {
		manifest->direction = said->direction;
		manifest->direction_at_ms = at_ms;
		*held = true;
	}
	if (said->mode != JUYAN__V1__MODE__MODE_UNSPECIFIED && at_ms >= manifest->mode_at_ms) {
		manifest->mode = said->mode;
		manifest->mode_at_ms = at_ms;
		*held = true;
	}
	if (part->without_goods && at_ms >= manifest->goodless_at_ms && at_ms >= manifest->waybills_from_ms) {
		manifest->goodless_at_ms = at_ms;
		*held = true;
	}
}

/* Lists with room for all that the part may bring. */
static enum status
widen(struct manifest *manifest, struct arena *arena, struct reason *why)
{
	struct manifest_line *units = arena_take(arena, MANIFEST_UNITS_KEPT * sizeof *units);
	struct manifest_line *waybills = arena_take(arena, MANIFEST_WAYBILLS_KEPT * sizeof *waybills);
	if (units == NULL || waybills == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to put a manifest together");
	assert(manifest->n_units <= MANIFEST_UNITS_KEPT && manifest->n_waybills <= MANIFEST_WAYBILLS_KEPT);
	if (manifest->n_units > 0)
		memcpy(units, manifest->units, manifest->n_units * sizeof *units);
	if (manifest->n_waybills > 0)
		memcpy(waybills, manifest->waybills, manifest->n_waybills * sizeof *waybills);
	manifest->units = units;
	manifest->waybills = waybills;
	return STATUS_OK;
}

static enum status
check_counts(const struct manifest *manifest, enum status status, struct reason *why)
{
	struct list lists[] = { units_of(manifest), waybills_of(manifest) };
	if (status != STATUS_OK)
		return reason_say(why, status, "with this part the manifest would have more units or waybills than one may have");
	for (size_t i = 0; i < 2; i++)
		if (count_in(&lists[i]) > lists[i].most)
			return reason_say(why, STATUS_TOO_MANY,
			    "with this part the manifest would have %zu %s: at most %zu were expected", count_in(&lists[i]),
			    lists[i].of, lists[i].most);
	return STATUS_OK;
}

enum status
manifest_apply(struct manifest *manifest, const struct finding *part, int64_t at_ms, struct arena *arena, bool *held,
    struct reason *why)
{
	const Juyan__V1__ManifestLodged *said = part->event->manifest_lodged;
	bool took = false;
	enum status status = widen(manifest, arena, why);
	if (status != STATUS_OK)
		return status;
	if (part->part == PART_DROP && said->n_units == 0 && said->n_waybills == 0) {
		drop_all(manifest, at_ms, &took);
	} else {
		if (part->part == PART_WHOLE || (part->part == PART_REPLACE && said->n_units > 0))
			clear_units(manifest, at_ms, &took);
		if (part->part == PART_WHOLE || (part->part == PART_REPLACE && (said->n_waybills > 0 || part->without_goods)))
			clear_waybills(manifest, at_ms, &took);
		status = put_lines(manifest, said, at_ms, part->part != PART_DROP, &took);
		if (part->part != PART_DROP)
			put_words(manifest, part, at_ms, &took);
	}
	status = check_counts(manifest, status, why);
	if (status != STATUS_OK)
		return status;
	if (took && at_ms > manifest->newest_ms)
		manifest->newest_ms = at_ms;
	*held = took;
	return STATUS_OK;
}

enum status
manifest_mention(struct manifest *manifest, const char *unit_id, struct arena *arena)
{
	Juyan__V1__Unit *unit = arena_take(arena, sizeof *unit);
	char *copy = arena_take(arena, strlen(unit_id) + 1);
	if (unit == NULL || copy == NULL || widen(manifest, arena, NULL) != STATUS_OK)
		return STATUS_NO_MEMORY;
	juyan__v1__unit__init(unit);
	unit->unit_id = memcpy(copy, unit_id, strlen(unit_id) + 1);
	struct list units = units_of(manifest);
	for (size_t i = 0; i < units.n; i++)
		if (same_unit(units.lines[i].said, &unit->base))
			return STATUS_OK;
	if (units.n < units.kept)
		units.lines[manifest->n_units++] = (struct manifest_line){ MANIFEST_NEVER_MS, false, { &unit->base } };
	return STATUS_OK;
}

static int64_t
in_at(const struct list *list, const ProtobufCMessage *said)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->lines[i].in && list->same(list->lines[i].said, said))
			return list->lines[i].at_ms;
	return MANIFEST_NEVER_MS;
}

int64_t
manifest_unit_at(const struct manifest *manifest, const Juyan__V1__Unit *unit)
{
	struct list units = units_of(manifest);
	return in_at(&units, &unit->base);
}

int64_t
manifest_waybill_at(const struct manifest *manifest, const Juyan__V1__Waybill *waybill)
{
	struct list waybills = waybills_of(manifest);
	return in_at(&waybills, &waybill->base);
}

/* ---- what goes out ---- */

bool
manifest_complete(const struct manifest *manifest)
{
	struct list units = units_of(manifest), waybills = waybills_of(manifest);
	return count_in(&units) > 0 && manifest->direction != JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED &&
	    manifest->mode != JUYAN__V1__MODE__MODE_UNSPECIFIED &&
	    (count_in(&waybills) > 0 || manifest->goodless_at_ms != MANIFEST_NEVER_MS);
}

Juyan__V1__ManifestLodged *
manifest_whole(const struct manifest *manifest, struct arena *arena)
{
	struct list units = units_of(manifest), waybills = waybills_of(manifest);
	Juyan__V1__ManifestLodged *whole = arena_take(arena, sizeof *whole);
	Juyan__V1__Unit **in_units = arena_take(arena, (units.n + 1) * sizeof(void *));
	Juyan__V1__Waybill **in_waybills = arena_take(arena, (waybills.n + 1) * sizeof(void *));
	if (whole == NULL || in_units == NULL || in_waybills == NULL)
		return NULL;
	juyan__v1__manifest_lodged__init(whole);
	whole->direction = manifest->direction;
	whole->mode = manifest->mode;
	whole->units = in_units;
	whole->waybills = in_waybills;
	for (size_t i = 0; i < units.n; i++)
		if (units.lines[i].in)
			in_units[whole->n_units++] = units.lines[i].unit;
	for (size_t i = 0; i < waybills.n; i++)
		if (waybills.lines[i].in)
			in_waybills[whole->n_waybills++] = waybills.lines[i].waybill;
	return whole;
}

int64_t
manifest_time(const struct manifest *manifest)
{
	if (manifest->sent == SENT_NOTHING || manifest->newest_ms > manifest->sent_at_ms)
		return manifest->newest_ms;
	return manifest->sent_at_ms + 1;
}
