/* The text of a checkpoint, written and read: see checkpoint.h. */
#include "checkpoint.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "civil.h"

#define ORIGIN "juyan ledger "
enum { BASE64_BYTES = 64, LINE_BYTES = 256 };

_Static_assert(CHECKPOINT_TOTALS_MAX * 120 + 1024 < CHECKPOINT_TEXT_MAX, "every total has a line");

/* ---- writing ---- */

struct text {
	char *at;
	size_t used, room;
	bool full;
};

__attribute__((format(printf, 2, 3))) static void
say(struct text *text, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	int bytes = vsnprintf(text->at + text->used, text->room - text->used, format, list);
	va_end(list);
	if (bytes < 0 || (size_t)bytes >= text->room - text->used)
		text->full = true;
	else
		text->used += (size_t)bytes;
}

static void
say_head(struct text *text, const struct checkpoint *checkpoint)
{
	char name[CHAIN_TEXT_BYTES], chain[BASE64_BYTES], received[32], made[32];
	chain_text(checkpoint->ledger, name);
	sodium_bin2base64(chain, sizeof chain, checkpoint->chain, CHAIN_BYTES, sodium_base64_VARIANT_ORIGINAL);
	civil_format_ms(checkpoint->received_at_ms, received);
	civil_format_ms(checkpoint->made_at_ms, made);
	say(text, ORIGIN "%s\n%" PRIu64 "\n%s\nreceived %s\nmade %s\n", name, checkpoint->lsn, chain, received, made);
	if (checkpoint->totals_from != 0)
		say(text, "totals from %" PRIu32 "\n", checkpoint->totals_from);
}

enum status
checkpoint_write(const struct checkpoint *checkpoint, const struct signer *signer, struct arena *arena, struct span *out,
    struct reason *why)
{
	struct text text = { .at = arena_take(arena, CHECKPOINT_TEXT_MAX), .room = CHECKPOINT_TEXT_MAX };
	char signature[SIGNATURE_LINE_BYTES];
	if (text.at == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to write a checkpoint");
	say_head(&text, checkpoint);
	for (size_t i = 0; i < checkpoint->n_totals; i++) {
		const struct checkpoint_total *total = &checkpoint->totals[i];
		say(&text, "total %s %" PRIu32 " %s %s %" PRId64 " kg %" PRId64 " units %" PRId64 " batches\n", total->port,
		    total->year, wire_direction_name(total->direction), wire_mode_name(total->mode), total->net_kg, total->units,
		    total->batches);
	}
	signed_note_sign((struct span){ (const uint8_t *)text.at, text.used }, signer, signature);
	say(&text, "%s", signature);
	if (text.full)
		return reason_say(why, STATUS_TOO_LARGE, "the checkpoint is larger than %d bytes", CHECKPOINT_TEXT_MAX);
	*out = (struct span){ (const uint8_t *)text.at, text.used };
	return STATUS_OK;
}

/* ---- reading: what is read here was signed, and still may be anything ---- */

/* The next line, ended by NUL in `line`; false where there is none, or it does not fit. */
static bool
take_line(struct span *text, char line[LINE_BYTES])
{
	const uint8_t *newline = text->bytes == 0 ? NULL : memchr(text->data, '\n', text->bytes);
	size_t bytes = newline == NULL ? LINE_BYTES : (size_t)(newline - text->data);
	if (bytes >= LINE_BYTES)
		return false;
	memcpy(line, text->data, bytes);
	line[bytes] = '\0';
	text->data += bytes + 1;
	text->bytes -= bytes + 1;
	return strlen(line) == bytes;
}

static bool
take_number(const char *text, uint64_t *out)
{
	char again[24];
	char *end = NULL;
	*out = strtoull(text, &end, 10);
	snprintf(again, sizeof again, "%" PRIu64, *out);
	return *end == '\0' && strcmp(again, text) == 0;
}

/* As civil_format_ms writes it, and nothing else. */
static bool
take_time(const char *text, int64_t *out)
{
	int year, month, day, hour, minute, second, ms;
	char again[32];
	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &year, &month, &day, &hour, &minute, &second, &ms) != 7 || month < 1 ||
	    month > 12 || day < 1 || day > 31)
		return false;
	*out = ((civil_day(year, month, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000 + ms;
	civil_format_ms(*out, again);
	return strcmp(again, text) == 0;
}

static bool
take_chain(const char *text, uint8_t out[CHAIN_BYTES])
{
	size_t bytes = 0;
	return sodium_base642bin(out, CHAIN_BYTES, text, strlen(text), NULL, &bytes, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
	    bytes == CHAIN_BYTES;
}

static bool
take_name(const char *text, uint8_t out[CHAIN_BYTES])
{
	size_t bytes = 0, origin = sizeof ORIGIN - 1;
	return strncmp(text, ORIGIN, origin) == 0 && strlen(text + origin) == CHAIN_TEXT_BYTES - 1 &&
	    sodium_hex2bin(out, CHAIN_BYTES, text + origin, CHAIN_TEXT_BYTES - 1, NULL, &bytes, NULL) == 0 && bytes == CHAIN_BYTES;
}

static bool
take_total(const char *line, struct checkpoint_total *out)
{
	char direction[16], mode[16], end = '\0';
	struct checkpoint_total total = { .port = "" };
	int n = sscanf(line, "total %32s %" SCNu32 " %15s %15s %" SCNd64 " kg %" SCNd64 " units %" SCNd64 " batche%c", total.port,
	    &total.year, direction, mode, &total.net_kg, &total.units, &total.batches, &end);
	if (n != 8 || end != 's' || !wire_direction_of(direction, &total.direction) || !wire_mode_of(mode, &total.mode))
		return false;
	*out = total;
	return true;
}

static bool
read_head(struct span *text, struct checkpoint *out)
{
	char name[LINE_BYTES], lsn[LINE_BYTES], chain[LINE_BYTES], received[LINE_BYTES], made[LINE_BYTES];
	return take_line(text, name) && take_name(name, out->ledger) && take_line(text, lsn) && take_number(lsn, &out->lsn) &&
	    take_line(text, chain) && take_chain(chain, out->chain) && take_line(text, received) &&
	    strncmp(received, "received ", 9) == 0 && take_time(received + 9, &out->received_at_ms) && take_line(text, made) &&
	    strncmp(made, "made ", 5) == 0 && take_time(made + 5, &out->made_at_ms);
}

/* Lines that begin otherwise are a later version's: they are signed, and say nothing to this one. */
static bool
read_totals(struct span *text, struct checkpoint *out)
{
	char line[LINE_BYTES];
	uint64_t year;
	while (text->bytes > 0) {
		if (!take_line(text, line))
			return false;
		if (strncmp(line, "totals from ", 12) == 0) {
			if (!take_number(line + 12, &year) || year > UINT16_MAX)
				return false;
			out->totals_from = (uint32_t)year;
		} else if (strncmp(line, "total ", 6) == 0) {
			if (out->n_totals == CHECKPOINT_TOTALS_MAX || !take_total(line, &out->totals[out->n_totals]))
				return false;
			out->n_totals++;
		}
	}
	return true;
}

enum status
checkpoint_read(struct span text, const struct signer *signer, struct checkpoint *out, struct reason *why)
{
	struct checkpoint checkpoint = { 0 };
	struct span body;
	if (text.bytes > CHECKPOINT_TEXT_MAX)
		return reason_say(why, STATUS_UNDECODABLE, "a checkpoint has at most %d bytes", CHECKPOINT_TEXT_MAX);
	enum status status = signed_note_open(text, signer, &body, why);
	if (status != STATUS_OK)
		return status;
	checkpoint.totals = calloc(CHECKPOINT_TOTALS_MAX, sizeof *checkpoint.totals);
	if (checkpoint.totals == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to read a checkpoint");
	if (!read_head(&body, &checkpoint) || !read_totals(&body, &checkpoint)) {
		checkpoint_free(&checkpoint);
		return reason_say(why, STATUS_UNDECODABLE, "the text is signed, but it is no checkpoint that this version reads");
	}
	*out = checkpoint;
	return STATUS_OK;
}
