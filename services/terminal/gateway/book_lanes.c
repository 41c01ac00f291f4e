/*
 * Vehicles in lanes on disk, and the weighings that belong to them; which vehicle it is, is book_lanes.h's.
 *
 *     port, lane, time, plain plate -> the plate as it was seen, then each scale that has weighed it, each ended by NUL
 */
#include "book_lanes.h"

#include "book_inside.h"
#include "book_manifest.h"
#include "plate.h"

enum { TIME_BYTES = 8, SCALES_BYTES_MAX = 512 };

/* A row of the table, copied. */
struct vehicle {
	struct lanes_vehicle as;
	struct key key;
	char *unit_id; /* in the row */
	struct span row;
};

static void
lane_key(struct key *key, const char *port, const char *lane)
{
	key_text(key, port);
	key_text(key, lane);
}

/* Times before 1970 are before those after. */
static void
time_key(struct key *key, int64_t at_ms)
{
	key_be(key, (uint64_t)at_ms + (UINT64_C(1) << 63), TIME_BYTES);
}

static bool
has_scale(struct span row, const char *scale)
{
	struct span rest = row;
	if (book_key_text(&rest) == NULL)
		return false;
	for (const char *at = book_key_text(&rest); at != NULL; at = book_key_text(&rest))
		if (strcmp(at, scale) == 0)
			return true;
	return false;
}

/* ---- seeing ---- */

/* The row with one scale more. Of a vehicle on very many scales no more are noted. */
static enum status
put_scale(struct book *book, const struct key *key, struct span row, const char *scale)
{
	size_t bytes = strlen(scale) + 1;
	if (has_scale(row, scale) || row.bytes + bytes > SCALES_BYTES_MAX)
		return STATUS_OK;
	uint8_t *wider = arena_take(&book->arena, row.bytes + bytes);
	if (wider == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for a lane");
	memcpy(wider, row.data, row.bytes);
	memcpy(wider + row.bytes, scale, bytes);
	return cabinet_put(book->cabinet, BOOK_lanes, key_span(key), (struct span){ wider, row.bytes + bytes }, book->why);
}

enum status
book_lane_seen(struct book *book, const Juyan__V1__Event *event)
{
	char plain[UNIT_ID_BYTES_MAX + 1];
	const char *lane = book_lane_of(event);
	struct key key = { 0 };
	struct span row;
	if (lane[0] == '\0')
		return STATUS_OK;
	const char *unit_id = *book_unit_of(event);
	bool weighed = event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED;
	plate_plain(unit_id, plain, sizeof plain);
	lane_key(&key, event->port, lane);
	time_key(&key, event->occurred_at_ms);
	key_text(&key, plain);
	enum status status = cabinet_get(book->cabinet, BOOK_lanes, key_span(&key), &row, book->why);
	if (status == STATUS_NOT_FOUND) {
		int64_t kept_ms = book->options.wait_ms + book->options.pair_ms;
		row = (struct span){ (const uint8_t *)unit_id, strlen(unit_id) + 1 };
		status = cabinet_put(book->cabinet, BOOK_lanes, key_span(&key), row, book->why);
		if (status == STATUS_OK)
			status = book_due(book, book->now_ms + kept_ms, DUE_VEHICLE, key_span(&key));
	}
	return status == STATUS_OK && weighed ? put_scale(book, &key, row, event->unit_weighed->scale) : status;
}

enum status
book_vehicle_due(struct book *book, struct span key)
{
	return cabinet_delete(book->cabinet, BOOK_lanes, key, book->why);
}

/* ---- weighing ---- */

/* A row that was found, where it is of this lane; *out is NULL where it is not. */
static enum status
take_vehicle(struct book *book, const struct key *lane, enum status status, struct span found, struct span row, const char *scale,
    struct vehicle **out)
{
	*out = NULL;
	if (status != STATUS_OK || !book_key_begins(found, lane))
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	struct span rest = { found.data + lane->used, found.bytes - lane->used };
	struct vehicle *vehicle = arena_take(&book->arena, sizeof *vehicle);
	uint8_t *copy = arena_take(&book->arena, row.bytes + 1);
	if (vehicle == NULL || copy == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for a lane");
	if (rest.bytes < TIME_BYTES + 1 || found.bytes > KEY_BYTES_MAX || row.bytes < 2 || row.data[row.bytes - 1] != '\0')
		return cabinet_damaged(book->cabinet, BOOK_lanes, book->why);
	memcpy(copy, row.data, row.bytes);
	*vehicle = (struct vehicle){ .unit_id = (char *)copy, .row = { copy, row.bytes } };
	vehicle->key.used = found.bytes;
	memcpy(vehicle->key.bytes, found.data, found.bytes);
	vehicle->as.seen_ms = (int64_t)(key_take_be(&rest, TIME_BYTES) - (UINT64_C(1) << 63));
	vehicle->as.weighed = has_scale(vehicle->row, scale);
	if (strlen(vehicle->unit_id) > UNIT_ID_BYTES_MAX || vehicle->unit_id[0] == '\0' ||
	    !manifest_time_right(vehicle->as.seen_ms))
		return cabinet_damaged(book->cabinet, BOOK_lanes, book->why);
	*out = vehicle;
	return STATUS_OK;
}

static enum status
find_vehicle(struct book *book, const struct book_said *said, struct vehicle **out)
{
	const Juyan__V1__Event *event = said->event;
	struct vehicle *before, *after;
	struct key lane = { 0 };
	struct span found = { NULL, 0 }, row = { NULL, 0 };
	const char *scale = event->unit_weighed->scale;
	lane_key(&lane, event->port, book_lane_of(event));
	struct key later = lane;
	time_key(&later, event->occurred_at_ms + 1);
	enum status status = cabinet_before(book->cabinet, BOOK_lanes, key_span(&later), &found, &row, book->why);
	status = take_vehicle(book, &lane, status, found, row, scale, &before);
	if (status != STATUS_OK)
		return status;
	status = cabinet_from(book->cabinet, BOOK_lanes, key_span(&later), &found, &row, book->why);
	status = take_vehicle(book, &lane, status, found, row, scale, &after);
	if (status != STATUS_OK)
		return status;
	const struct lanes_vehicle *chosen = lanes_choose(before == NULL ? NULL : &before->as, after == NULL ? NULL : &after->as,
	    event->occurred_at_ms, book->options.pair_ms, said->seen_before);
	*out = chosen == NULL ? NULL : before != NULL && chosen == &before->as ? before : after;
	return STATUS_OK;
}

enum status
book_lane_again(struct book *book, const struct book_said *said, bool *taken)
{
	struct vehicle *vehicle = NULL;
	enum status status = find_vehicle(book, said, &vehicle);
	*taken = status == STATUS_OK && vehicle != NULL;
	if (!*taken)
		return status;
	said->event->unit_weighed->unit_id = vehicle->unit_id;
	status = put_scale(book, &vehicle->key, vehicle->row, said->event->unit_weighed->scale);
	return status == STATUS_OK ? book_unit_found(book, said) : status;
}

enum status
book_lane_weighed(struct book *book, const struct book_said *said)
{
	const Juyan__V1__Event *event = said->event;
	bool taken = false;
	enum status status = book_lane_again(book, said, &taken);
	if (status == STATUS_OK && !taken)
		status = book_wait(book, said, WAIT_LANE, book_lane_of(event));
	if (status == STATUS_OK && !taken)
		book_remark(book, said->source, REMARK_no_vehicle,
		    "a weighing in lane %s of scale \"%s\", and no vehicle for it: it waits", book_lane_of(event),
		    event->unit_weighed->scale);
	return status;
}
