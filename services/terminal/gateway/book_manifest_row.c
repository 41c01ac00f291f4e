/*
 * A manifest's parts as a row, and back: see book_manifest.h.
 *
 *     format u8, direction u8, mode u8, sent u8, ten times i64 and a hash (in the order below), units u16, waybills u16; then each
 *     line: time i64, in u8, bytes u32, the unit or waybill, encoded
 */
#include <string.h>

#include "book_manifest.h"
#include "key.h"

enum { ROW_FORMAT = 1, TIMES = 9, HEAD_BYTES = 4 + 8 * TIMES + 8 + 4, LINE_BYTES = 8 + 1 + 4 };

static void
times_of(struct manifest *manifest, int64_t *times[TIMES])
{
	times[0] = &manifest->direction_at_ms;
	times[1] = &manifest->mode_at_ms;
	times[2] = &manifest->units_from_ms;
	times[3] = &manifest->waybills_from_ms;
	times[4] = &manifest->goodless_at_ms;
	times[5] = &manifest->newest_ms;
	times[6] = &manifest->sent_at_ms;
	times[7] = &manifest->changed_ms;
	times[8] = &manifest->due_ms;
}

static size_t
lines_bytes(const struct manifest_line *lines, size_t n)
{
	size_t bytes = 0;
	for (size_t i = 0; i < n; i++)
		bytes += LINE_BYTES + protobuf_c_message_get_packed_size(lines[i].said);
	return bytes;
}

static uint8_t *
put_lines(uint8_t *at, const struct manifest_line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t bytes = protobuf_c_message_pack(lines[i].said, at + LINE_BYTES);
		value_put(at, (uint64_t)lines[i].at_ms, 8);
		value_put(at + 8, lines[i].in, 1);
		value_put(at + 9, bytes, 4);
		at += LINE_BYTES + bytes;
	}
	return at;
}

enum status
manifest_pack(const struct manifest *manifest, struct arena *arena, struct span *out)
{
	struct manifest copy = *manifest;
	int64_t *times[TIMES];
	size_t bytes =
	    HEAD_BYTES + lines_bytes(manifest->units, manifest->n_units) + lines_bytes(manifest->waybills, manifest->n_waybills);
	if (bytes > MANIFEST_BYTES_MAX)
		return STATUS_TOO_LARGE;
	uint8_t *row = arena_take(arena, bytes), *at = row;
	if (row == NULL)
		return STATUS_NO_MEMORY;
	value_put(at, ROW_FORMAT, 1);
	value_put(at + 1, (uint64_t)manifest->direction, 1);
	value_put(at + 2, (uint64_t)manifest->mode, 1);
	value_put(at + 3, (uint64_t)manifest->sent, 1);
	at += 4;
	times_of(&copy, times);
	for (size_t i = 0; i < TIMES; i++, at += 8)
		value_put(at, (uint64_t)*times[i], 8);
	value_put(at, manifest->sent_hash, 8);
	value_put(at + 8, manifest->n_units, 2);
	value_put(at + 10, manifest->n_waybills, 2);
	at = put_lines(put_lines(at + 12, manifest->units, manifest->n_units), manifest->waybills, manifest->n_waybills);
	assert((size_t)(at - row) == bytes);
	*out = (struct span){ row, bytes };
	return STATUS_OK;
}

/* Takes the lines off the front of the row. */
static enum status
take_lines(struct span *row, const ProtobufCMessageDescriptor *type, struct arena *arena, struct manifest_line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (row->bytes < LINE_BYTES)
			return STATUS_DAMAGED;
		size_t bytes = (size_t)value_get(row->data + 9, 4);
		struct manifest_line line = { .at_ms = (int64_t)value_get(row->data, 8), .in = row->data[8] != 0 };
		if (bytes > row->bytes - LINE_BYTES || !manifest_time_right(line.at_ms))
			return STATUS_DAMAGED;
		line.said = protobuf_c_message_unpack(type, &arena->allocator, bytes, row->data + LINE_BYTES);
		if (line.said == NULL)
			return arena->exhausted ? STATUS_NO_MEMORY : STATUS_DAMAGED;
		row->data += LINE_BYTES + bytes;
		row->bytes -= LINE_BYTES + bytes;
		lines[i] = line;
	}
	return STATUS_OK;
}

/* Whether the lines are such as they were before they were written: what goes out of them is checked as a whole once more. */
static bool
lines_right(const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->n_units; i++) {
		const char *unit_id = manifest->units[i].unit->unit_id;
		if (unit_id[0] == '\0' || strlen(unit_id) > UNIT_ID_BYTES_MAX)
			return false;
	}
	for (size_t i = 0; i < manifest->n_waybills; i++) {
		const char *waybill_no = manifest->waybills[i].waybill->waybill_no;
		if (waybill_no[0] == '\0' || strlen(waybill_no) > SHORT_TEXT_BYTES_MAX)
			return false;
	}
	return true;
}

enum status
manifest_unpack(struct span row, struct arena *arena, struct manifest *out)
{
	struct manifest manifest;
	int64_t *times[TIMES];
	if (row.bytes < HEAD_BYTES || row.data[0] != ROW_FORMAT || row.data[3] > SENT_DELETED)
		return STATUS_DAMAGED;
	manifest_begin(&manifest);
	manifest.direction = (Juyan__V1__Direction)row.data[1];
	manifest.mode = (Juyan__V1__Mode)row.data[2];
	manifest.sent = (enum manifest_sent)row.data[3];
	times_of(&manifest, times);
	for (size_t i = 0; i < TIMES; i++) {
		*times[i] = (int64_t)value_get(row.data + 4 + 8 * i, 8);
		if (!manifest_time_right(*times[i]))
			return STATUS_DAMAGED;
	}
	manifest.sent_hash = value_get(row.data + HEAD_BYTES - 12, 8);
	manifest.n_units = (size_t)value_get(row.data + HEAD_BYTES - 4, 2);
	manifest.n_waybills = (size_t)value_get(row.data + HEAD_BYTES - 2, 2);
	if (manifest.n_units > MANIFEST_UNITS_KEPT || manifest.n_waybills > MANIFEST_WAYBILLS_KEPT)
		return STATUS_DAMAGED;
	manifest.units = arena_take(arena, (manifest.n_units + 1) * sizeof *manifest.units);
	manifest.waybills = arena_take(arena, (manifest.n_waybills + 1) * sizeof *manifest.waybills);
	if (manifest.units == NULL || manifest.waybills == NULL)
		return STATUS_NO_MEMORY;
	row.data += HEAD_BYTES;
	row.bytes -= HEAD_BYTES;
	enum status status = take_lines(&row, &juyan__v1__unit__descriptor, arena, manifest.units, manifest.n_units);
	if (status == STATUS_OK)
		status = take_lines(&row, &juyan__v1__waybill__descriptor, arena, manifest.waybills, manifest.n_waybills);
	if (status == STATUS_OK && (row.bytes > 0 || !lines_right(&manifest)))
		status = STATUS_DAMAGED;
	if (status == STATUS_OK)
		*out = manifest;
	return status;
}
