/* A scale's state: the bytes that are no whole frame yet, the disturbance under way, the load, and how the scale stands. */
#include "scale.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scale_health.h"

enum {
	BUFFER_BYTES = 512,
	FIRST_BYTES = 16, /* of a disturbance, shown */
	CALM_FRAMES = 10, /* in a row: it is over */
	KEEP_AGAIN_MS = 5000,
	NAME_BYTES_MAX = 32, /* of a machine */
	GUESS_BYTES = 4096,
};

/* What changes of a load that a restart must not forget; the readings between do not, but for when they were. */
struct kept {
	bool loaded, known, told, over;
	uint64_t loads;
	int64_t kg, heard_ms;
};

struct scale {
	const struct scale_format *format;
	struct scale_written written;
	struct weighing_rules rules;
	char name[NAME_BYTES_MAX + 1], lane[SHORT_TEXT_BYTES_MAX + 1];
	bool tare, seen_before;

	uint8_t buffer[BUFFER_BYTES];
	size_t bytes;
	size_t start; /* so many bytes may be the rest of a frame that began before the connection */
	struct {
		uint8_t first[FIRST_BYTES];
		size_t n;
		bool told;
		unsigned calm;
	} broken;
	bool unclear_told;
	struct weighing weighing;
	struct kept kept; /* of it, the last time that it was kept */
	struct scale_health health;
};

/* Before what is kept: to be changed with struct weighing. */
static const char keep_mark[8] = "scale 2";

_Static_assert((int)NAME_BYTES_MAX == (int)UNIT_ID_BYTES_MAX, "the scale's name is a machine's");
_Static_assert(BUFFER_BYTES >= 2 * SCALE_FRAME_BYTES_MAX, "more than a frame's rest fits");

/* ---- settings ---- */

struct number {
	const char *name;
	int64_t usual, min, max;
	int64_t *out;
};

static enum status
read_numbers(const struct yaml_node *settings, const struct number *numbers, size_t n, struct reason *why)
{
	enum status s = STATUS_OK;
	for (size_t i = 0; i < n && s == STATUS_OK; i++) {
		const struct yaml_node *node = settings != NULL ? yaml_get(settings, numbers[i].name) : NULL;
		*numbers[i].out = numbers[i].usual;
		if (node != NULL)
			s = yaml_number(node, numbers[i].name, numbers[i].min, numbers[i].max, numbers[i].out, why);
	}
	return s;
}

/* The word of a setting: NULL where it is not set. */
static enum status
read_text(const struct yaml_node *settings, const char *name, size_t bytes_max, const char **out, struct reason *why)
{
	const struct yaml_node *node = settings != NULL ? yaml_get(settings, name) : NULL;
	*out = NULL;
	if (node == NULL)
		return STATUS_OK;
	const char *text = yaml_text(node);
	if (text == NULL || text[0] == '\0' || strlen(text) > bytes_max || !wire_text_clean(text, strlen(text)))
		return yaml_fail(node, why, "%s: expected a text of at most %zu bytes", name, bytes_max);
	*out = text;
	return STATUS_OK;
}

static enum status
read_choice(const struct yaml_node *settings, const char *name, const char *usual, const char *other, bool *out, struct reason *why)
{
	const char *text;
	enum status s = read_text(settings, name, SHORT_TEXT_BYTES_MAX, &text, why);
	*out = text != NULL && strcmp(text, other) == 0;
	if (s != STATUS_OK || text == NULL || *out || strcmp(text, usual) == 0)
		return s;
	return yaml_fail(yaml_get(settings, name), why, "%s: %s: expected %s or %s", name, text, usual, other);
}

static enum status
read_written(struct scale *scale, const struct yaml_node *settings, struct reason *why)
{
	const char *unit;
	enum status s = read_text(settings, "unit", SHORT_TEXT_BYTES_MAX, &unit, why);
	if (s != STATUS_OK)
		return s;
	scale->written.unit_known = unit != NULL;
	if (unit != NULL && !decimal_unit_of((struct span){ (const uint8_t *)unit, strlen(unit) }, &scale->written.unit))
		return yaml_fail(yaml_get(settings, "unit"), why, "unit: %s: expected " DECIMAL_UNIT_NAMES, unit);
	if ((s = read_choice(settings, "digits", "forward", "reversed", &scale->written.reversed, why)) != STATUS_OK)
		return s;
	if ((s = read_choice(settings, "seen", "either", "before", &scale->seen_before, why)) != STATUS_OK)
		return s;
	return read_choice(settings, "weighs", "gross", "tare", &scale->tare, why);
}

static enum status
read_names(struct scale *scale, const struct yaml_node *settings, const struct place *place, struct reason *why)
{
	const char *name, *lane;
	enum status s = read_text(settings, "scale", NAME_BYTES_MAX, &name, why);
	if (s != STATUS_OK || (s = read_text(settings, "lane", SHORT_TEXT_BYTES_MAX, &lane, why)) != STATUS_OK)
		return s;
	if (name == NULL && strlen(place->source) > NAME_BYTES_MAX)
		return reason_say(why, STATUS_SYNTAX, "source %s: expected a setting scale with a name of at most %d bytes",
		    place->source, NAME_BYTES_MAX);
	snprintf(scale->name, sizeof scale->name, "%s", name != NULL ? name : place->source);
	snprintf(scale->lane, sizeof scale->lane, "%s", lane != NULL ? lane : "");
	return STATUS_OK;
}

static enum status
read_rules(struct scale *scale, const struct yaml_node *settings, struct reason *why)
{
	int64_t stable, stands, silent, stuck, stuck_vehicles;
	const struct number numbers[] = {
		{ "stable_frames", 5, 1, 1000, &stable },
		{ "minimum_kg", 500, 1, MASS_KG_MAX, &scale->rules.minimum_kg },
		{ "tolerance_kg", 20, 0, MASS_KG_MAX, &scale->rules.tolerance_kg },
		{ "stands_s", 0, 0, 86400, &stands },
		{ "silent_s", 10, 0, 86400, &silent },
		{ "stuck_s", 1800, 1, 7 * 86400, &stuck },
		{ "stuck_vehicles", 3, 0, SCALE_HEALTH_VEHICLES_MAX, &stuck_vehicles },
	};
	enum status s = read_numbers(settings, numbers, sizeof numbers / sizeof numbers[0], why);
	if (s != STATUS_OK)
		return s;
	scale->rules.stable_frames = (unsigned)stable;
	scale->rules.still_frames = scale->format->still_frames;
	scale->rules.stands_ms = stands * 1000;
	scale->health = (struct scale_health){ .name = scale->name,
		.lane = scale->lane,
		.silent_ms = silent * 1000,
		.stuck_ms = stuck * 1000,
		.stuck_vehicles = (size_t)stuck_vehicles,
		.minimum_kg = scale->rules.minimum_kg };
	return STATUS_OK;
}

enum status
scale_open(const struct scale_format *format, const struct yaml_node *settings, const struct place *place, void **state,
    struct reason *why)
{
	struct scale *scale = calloc(1, sizeof *scale);
	if (scale == NULL)
		return STATUS_NO_MEMORY;
	scale->format = format;
	scale->start = SCALE_FRAME_BYTES_MAX;
	enum status s = read_names(scale, settings, place, why);
	if (s == STATUS_OK)
		s = read_written(scale, settings, why);
	if (s == STATUS_OK)
		s = read_rules(scale, settings, why);
	if (s == STATUS_OK)
		*state = scale;
	else
		free(scale);
	return s;
}

void
scale_close(void **state)
{
	free(*state);
	*state = NULL;
}

/* ---- what is found ---- */

static void
tell_mass(struct scale *scale, struct findings *out)
{
	const struct plateau *plateau = &scale->weighing.plateau;
	char key[SHORT_TEXT_BYTES_MAX + 1];
	findings_message(out, (struct span){ plateau->raw, plateau->raw_bytes });
	Juyan__V1__Event *event = findings_event(out, JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED);
	if (event == NULL)
		return;
	snprintf(key, sizeof key, "%s@%" PRId64 "-%" PRIu64, scale->name, scale->weighing.on_ms, scale->weighing.loads % 1000000);
	findings_last(out)->seen_before = scale->seen_before;
	event->occurred_at_ms = plateau->since_ms;
	event->source_key = findings_text(out, key, SHORT_TEXT_BYTES_MAX);
	Juyan__V1__UnitWeighed *weighed = event->unit_weighed;
	weighed->has_gross_kg = !scale->tare;
	weighed->has_tare_kg = scale->tare;
	*(scale->tare ? &weighed->tare_kg : &weighed->gross_kg) = plateau->kg;
	weighed->scale = findings_text(out, scale->name, SHORT_TEXT_BYTES_MAX);
	weighed->lane = findings_text(out, scale->lane, SHORT_TEXT_BYTES_MAX);
	weighed->stability = JUYAN__V1__STABILITY__STABLE;
	if (plateau->kg > UNIT_KG_MAX_ROAD)
		findings_remark(out, REMARK_implausible, "scale %s: %" PRId64 " kg, expected at most %" PRId64, scale->name,
		    plateau->kg, UNIT_KG_MAX_ROAD);
}

static void
tell_below(const struct scale *scale, const struct reading *reading, struct findings *out)
{
	char says[64] = "less than it can show";
	if (reading->said == SAID_MASS)
		snprintf(says, sizeof says, "%" PRId64 " kg", reading->kg);
	findings_remark(out, REMARK_implausible,
	    "scale %s: it says %s without a load: expected 0; it may have been set to zero under a load", scale->name, says);
}

/* What is no mass, and for a person. */
static void
tell_doubt(const struct scale *scale, enum weighing_news news, const struct reading *reading, struct findings *out)
{
	const struct weighing *weighing = &scale->weighing;
	switch (news) {
	case WEIGHING_RESTLESS:
		findings_remark(out, REMARK_implausible,
		    "scale %s: a load of up to %" PRId64 " kg has gone and never came to rest: expected %u equal readings",
		    scale->name, weighing->heaviest_kg, scale->rules.stable_frames);
		break;
	case WEIGHING_UNSTEADY:
		findings_remark(out, REMARK_implausible,
		    "scale %s: a load of up to %" PRId64 " kg does not come to rest: expected %u equal readings within minutes",
		    scale->name, weighing->heaviest_kg, scale->rules.stable_frames);
		break;
	case WEIGHING_LEFT:
		findings_remark(out, REMARK_implausible,
		    "scale %s: a load of up to %" PRId64
		    " kg was driving off when the scale was heard again, and stopped at %" PRId64 " kg: no mass",
		    scale->name, weighing->heaviest_kg, weighing->plateau.top_kg);
		break;
	case WEIGHING_OVER:
		findings_remark(out, REMARK_implausible,
		    "scale %s: a load has gone that was more than the scale can weigh: no mass", scale->name);
		break;
	case WEIGHING_HEAVIER:
		findings_remark(out, REMARK_differs,
		    "scale %s: a load that stood still and was told as %" PRId64 " kg became heavier, up to %" PRId64 " kg",
		    scale->name, weighing->told_kg, weighing->heaviest_kg);
		break;
	case WEIGHING_AGAIN:
		findings_remark(out, REMARK_differs,
		    "scale %s: a load of %" PRId64 " kg fell to %" PRId64 " kg and rose again to %" PRId64
		    " kg: expected less than %" PRId64
		    " kg between two vehicles; they count as one, or the empty scale needs to be set to zero",
		    scale->name, weighing->plateau.top_kg, weighing->lowest_kg, reading->kg, scale->rules.minimum_kg);
		break;
	default:
		tell_below(scale, reading, out);
	}
}

static void
tell(struct scale *scale, enum weighing_news news, struct span frame, const struct reading *reading, struct findings *out)
{
	if (news == WEIGHING_NOTHING)
		return;
	if (news == WEIGHING_MASS) {
		tell_mass(scale, out);
		return;
	}
	findings_message(out, frame);
	tell_doubt(scale, news, reading, out);
}

static void
tell_unclear(struct scale *scale, struct span frame, struct findings *out)
{
	if (scale->unclear_told)
		return;
	scale->unclear_told = true;
	findings_message(out, frame);
	findings_remark(out, REMARK_lacks,
	    "scale %s: nobody says in which unit its figures are: expected a setting unit, or kg or t in a frame", scale->name);
}

static void
tell_broken(struct scale *scale, struct findings *out)
{
	char hex[3 * FIRST_BYTES + 1] = "";
	for (size_t i = 0; i < scale->broken.n; i++)
		snprintf(hex + 3 * i, 4, " %02X", scale->broken.first[i]);
	scale->broken.told = true;
	findings_message(out, (struct span){ scale->broken.first, scale->broken.n });
	findings_remark(out, REMARK_broken_frame, "scale %s: bytes that are no %s, beginning with%s", scale->name,
	    scale->format->name, hex);
}

/* ---- bytes ---- */

static void
hear(struct scale *scale, const struct reading *reading, struct span frame, int64_t now_ms, struct findings *out)
{
	scale->start = 0;
	if (scale->broken.n > 0 && !scale->broken.told)
		tell_broken(scale, out);
	if (scale->broken.n > 0 && ++scale->broken.calm >= CALM_FRAMES)
		memset(&scale->broken, 0, sizeof scale->broken);
	scale_health_frame(&scale->health, reading, now_ms);
	if (reading->said == SAID_UNCLEAR)
		tell_unclear(scale, frame, out);
	tell(scale, weighing_resume(&scale->weighing, &scale->rules, reading, now_ms), frame, reading, out);
	tell(scale, weighing_take(&scale->weighing, &scale->rules, reading, frame, now_ms), frame, reading, out);
}

static bool
is_filling(uint8_t byte)
{
	return byte == '\r' || byte == '\n' || byte == ' ' || byte == 0;
}

static void
skip(struct scale *scale, uint8_t byte, struct findings *out)
{
	if (scale->start > 0) {
		scale->start--;
		return;
	}
	if (is_filling(byte) && scale->broken.n == 0)
		return; /* line ends between frames, which some serial servers add */
	scale->broken.calm = 0;
	if (scale->broken.told)
		return;
	scale->broken.first[scale->broken.n++] = byte;
	if (scale->broken.n == FIRST_BYTES)
		tell_broken(scale, out);
}

/* Takes what can be taken of the buffer, and moves the rest to its front. */
static void
scan(struct scale *scale, int64_t now_ms, struct findings *out)
{
	size_t at = 0;
	while (at < scale->bytes) {
		struct reading reading = { 0 };
		struct span rest = { scale->buffer + at, scale->bytes - at };
		size_t length = 1;
		enum frame frame = scale->format->frame(rest, &scale->written, &length, &reading);
		assert(frame != FRAME_MORE || rest.bytes < SCALE_FRAME_BYTES_MAX);
		if (frame == FRAME_MORE)
			break;
		assert(length > 0 && length <= rest.bytes);
		if (frame == FRAME_WHOLE)
			hear(scale, &reading, (struct span){ rest.data, length }, now_ms, out);
		else
			skip(scale, rest.data[0], out);
		at += frame == FRAME_WHOLE ? length : 1;
	}
	scale->bytes -= at;
	memmove(scale->buffer, scale->buffer + at, scale->bytes);
}

void
scale_take(void *state, struct span bytes, const struct moment_of *when, struct findings *out)
{
	struct scale *scale = state;
	scale_health_line(&scale->health, true, when->now_ms, out);
	for (size_t at = 0; at < bytes.bytes;) {
		size_t n = BUFFER_BYTES - scale->bytes;
		if (n > bytes.bytes - at)
			n = bytes.bytes - at;
		memcpy(scale->buffer + scale->bytes, bytes.data + at, n);
		scale->bytes += n;
		at += n;
		scan(scale, when->now_ms, out);
	}
}

void
scale_pass(void *state, int64_t now_ms, struct findings *out)
{
	struct scale *scale = state;
	scale_health_pass(&scale->health, now_ms, out);
}

/* The load stays as it is: the vehicle stands there whether or not the line holds. */
void
scale_line(void *state, bool connected, int64_t now_ms, struct findings *out)
{
	struct scale *scale = state;
	scale->bytes = 0;
	scale->start = SCALE_FRAME_BYTES_MAX;
	scale->unclear_told = false;
	memset(&scale->broken, 0, sizeof scale->broken);
	scale_health_line(&scale->health, connected, now_ms, out);
}

void
scale_seen(void *state, const char *lane, const char *unit_id, int64_t at_ms, int64_t now_ms)
{
	scale_health_seen(&((struct scale *)state)->health, lane, unit_id, at_ms, now_ms);
}

static struct kept
kept_of(const struct weighing *weighing)
{
	return (struct kept){ weighing->loaded, weighing->plateau.known, weighing->told, weighing->over, weighing->loads,
		weighing->plateau.kg, weighing->heard_ms };
}

/* A restart under a load neither loses its mass nor tells it twice. */
bool
scale_keep(void *state, struct arena *arena, struct span *out)
{
	struct scale *scale = state;
	struct kept now = kept_of(&scale->weighing);
	const struct kept *then = &scale->kept;
	if (now.loaded == then->loaded && now.known == then->known && now.told == then->told && now.over == then->over &&
	    now.loads == then->loads && now.kg == then->kg && (!now.loaded || now.heard_ms - then->heard_ms < KEEP_AGAIN_MS))
		return false;
	struct span bytes = weighing_bytes(&scale->weighing);
	size_t mark = sizeof keep_mark;
	uint8_t *copy = arena_take(arena, mark + bytes.bytes);
	if (copy == NULL)
		return false;
	memcpy(copy, keep_mark, mark);
	memcpy(copy + mark, bytes.data, bytes.bytes);
	scale->kept = now;
	*out = (struct span){ copy, mark + bytes.bytes };
	return true;
}

void
scale_recall(void *state, struct span kept)
{
	struct scale *scale = state;
	size_t mark = sizeof keep_mark;
	if (kept.bytes > mark && memcmp(kept.data, keep_mark, mark) == 0 &&
	    weighing_from(&scale->weighing, (struct span){ kept.data + mark, kept.bytes - mark }))
		scale->kept = kept_of(&scale->weighing);
}

bool
scale_guess(const struct scale_format *format, struct span bytes)
{
	const struct scale_written written = { 0 };
	size_t frames = 0, strange = 0, end = bytes.bytes < GUESS_BYTES ? bytes.bytes : GUESS_BYTES;
	for (size_t at = 0; at < end;) {
		struct reading reading;
		size_t length = 1;
		enum frame frame = format->frame((struct span){ bytes.data + at, bytes.bytes - at }, &written, &length, &reading);
		if (frame == FRAME_MORE)
			break;
		frames += frame == FRAME_WHOLE;
		strange += frame == FRAME_NONE && !is_filling(bytes.data[at]);
		at += frame == FRAME_WHOLE ? length : 1;
	}
	return frames >= 2 && strange * 4 <= end;
}

/* ---- figures ---- */

bool
scale_text(struct span text, const struct scale_written *written, struct reading *out)
{
	struct reason why;
	const uint8_t *point = memchr(text.data, '.', text.bytes);
	size_t places = point != NULL ? (size_t)(text.data + text.bytes - point) - 1 : 0;
	enum decimal_unit unit = written->unit_known ? written->unit : DECIMAL_KG;
	if (decimal_kg(text, (struct decimal_style){ .mark = '.' }, unit, &out->kg, &why) != STATUS_OK)
		return false;
	out->said = written->unit_known || places <= 1 ? SAID_MASS : SAID_UNCLEAR;
	return true;
}

bool
scale_number(int64_t number, int places, const struct scale_written *written, struct reading *out)
{
	char text[SCALE_FRAME_BYTES_MAX];
	int64_t whole = number < 0 ? -number : number, part = 0, power = 1;
	for (int i = 0; i < places; i++) {
		part += whole % 10 * power;
		whole /= 10;
		power *= 10;
	}
	for (int i = places; i < 0; i++)
		whole *= 10;
	int n = snprintf(text, sizeof text, "%s%" PRId64, number < 0 ? "-" : "", whole);
	if (places > 0)
		n += snprintf(text + n, sizeof text - (size_t)n, ".%0*" PRId64, places, part);
	return scale_text((struct span){ (const uint8_t *)text, (size_t)n }, written, out);
}
