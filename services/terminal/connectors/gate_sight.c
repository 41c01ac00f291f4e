/* Values of a message into what an event can hold: plates, times, masses and keys, each by its own rule. */
#include "gate_sight.h"

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "civil.h"
#include "decimal.h"
#include "moment.h"
#include "plate.h"

const char *
gate_sight_value(const struct gate_sight *sight, enum gate_field field)
{
	return gate_value(&sight->settings->places, sight->root, field, 0);
}

void
gate_put(struct findings *findings, char **field, const char *text, size_t bytes_max)
{
	char *copy = findings_text(findings, text, bytes_max);
	if (copy != NULL)
		*field = copy;
}

/* ---- who speaks, of what ---- */

/* A key that is too long is told by its hash: cut, it might be another's. "": the message has no number. */
static void
make_key(const struct gate_sight *sight, char part, char key[SHORT_TEXT_BYTES_MAX + 1])
{
	const char *parts[] = { sight->area, sight->channel, sight->number };
	size_t first = 0, n = 3;
	if (sight->number[0] == '\0') {
		parts[2] = sight->session;
		first = 2;
	}
	unsigned char hash[SHORT_TEXT_BYTES_MAX / 2];
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	size_t bytes = 2;
	for (size_t i = first; i < n; i++) {
		crypto_generichash_update(&state, (const unsigned char *)parts[i], strlen(parts[i]) + 1);
		bytes += strlen(parts[i]) + (i > first);
	}
	crypto_generichash_update(&state, (const unsigned char *)&part, 1);
	crypto_generichash_final(&state, hash, sizeof hash);
	if (parts[2][0] == '\0')
		key[0] = '\0';
	else if (bytes > SHORT_TEXT_BYTES_MAX)
		sodium_bin2hex(key, SHORT_TEXT_BYTES_MAX + 1, hash, sizeof hash);
	else if (first == 0)
		snprintf(key, SHORT_TEXT_BYTES_MAX + 1, "%s/%s/%s/%c", parts[0], parts[1], parts[2], part);
	else
		snprintf(key, SHORT_TEXT_BYTES_MAX + 1, "%s/%c", parts[2], part);
}

static const char *
either(const char *of_xml, const char *of_frame)
{
	return of_xml[0] != '\0' ? of_xml : of_frame;
}

static char
way_of(const char *text)
{
	char way = (char)toupper((unsigned char)text[0]);
	return way == 'I' || way == 'E' ? way : 0;
}

/* The XML holds: the frame's header is often filled by another program, or once for all lanes. */
static void
read_way(struct gate_sight *sight, const struct gate_frame *frame, struct findings *findings)
{
	char of_frame = way_of((const char[2]){ frame->way, '\0' });
	sight->way = way_of(gate_sight_value(sight, GATE_way));
	if (sight->way == 0)
		sight->way = of_frame;
	else if (of_frame != 0 && of_frame != sight->way)
		findings_remark(findings, REMARK_differs, "channel %.64s: the frame says %c, its XML %c; the XML holds",
		    sight->channel, of_frame, sight->way);
}

void
gate_sight_of(const struct gate_settings *settings, const struct place *place, const struct gate_frame *frame,
    const struct xml_node *root, int64_t now_ms, struct gate_sight *out, struct findings *findings)
{
	*out = (struct gate_sight){ .settings = settings, .place = place, .root = root, .now_ms = now_ms };
	out->area = either(gate_sight_value(out, GATE_area), frame->station);
	out->channel = either(gate_sight_value(out, GATE_channel), frame->channel);
	out->number = gate_sight_value(out, GATE_number);
	out->session = gate_sight_value(out, GATE_session);
	out->lane = gate_lane_of(settings, out->channel);
	read_way(out, frame, findings);
	make_key(out, 'q', out->pair);
}

const char *
gate_sight_lane(const struct gate_sight *sight)
{
	return sight->lane->lane[0] != '\0' ? sight->lane->lane : sight->channel;
}

/* ---- plates ---- */

/* What cameras and clerks write where there is no plate. */
static bool
no_plate(const char *plain)
{
	static const char *const words[] = { "无车牌", "无牌车", "无牌", "未识别", "未知", "NULL", "NONE", "UNKNOWN" };
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(plain, words[i]) == 0)
			return true;
	return plain[strspn(plain, "0*?_#")] == '\0';
}

/* The n-th plate of a field that is one, plain and as it stands; false: there are no more. A bar code's goes up to its '|'. */
static bool
plate_at(const struct gate_sight *sight, enum gate_field field, size_t n, char plain[GATE_NAME_BYTES], char said[GATE_NAME_BYTES])
{
	const char *text;
	for (size_t i = 0; (text = gate_value(&sight->settings->places, sight->root, field, i))[0] != '\0'; i++) {
		snprintf(said, GATE_NAME_BYTES, "%.*s", (int)strcspn(text, "|"), text);
		wire_text_mend(said);
		plate_plain(said, plain, GATE_NAME_BYTES);
		if (!no_plate(plain) && n-- == 0)
			return true;
	}
	return false;
}

/* A Mongolian lorry may carry a Chinese plate as well: it is enough that the camera saw one of them. */
static void
compare(const struct gate_sight *sight, const char *plain, const char *said, struct findings *findings)
{
	char seen[GATE_NAME_BYTES], seen_plain[GATE_NAME_BYTES], first[GATE_NAME_BYTES] = "";
	for (size_t n = 0; plate_at(sight, GATE_camera, n, seen_plain, seen); n++) {
		if (strcmp(seen_plain, plain) == 0)
			return;
		if (n == 0)
			memcpy(first, seen, sizeof first);
	}
	if (first[0] != '\0')
		findings_remark(findings, REMARK_differs, "channel %.40s: the camera saw %.40s, the card says %.40s, which holds",
		    sight->channel, first, said);
}

void
gate_sight_unit(struct gate_sight *sight, struct findings *findings)
{
	char plain[GATE_NAME_BYTES], said[GATE_NAME_BYTES];
	if (plate_at(sight, GATE_plate, 0, plain, said))
		compare(sight, plain, said, findings);
	else if (!plate_at(sight, GATE_camera, 0, plain, said))
		return;
	if (strlen(said) > UNIT_ID_BYTES_MAX) { /* cut, it might be another's */
		findings_remark(findings, REMARK_implausible, "channel %.40s: the plate %.80s has more than %d bytes: not taken",
		    sight->channel, said, UNIT_ID_BYTES_MAX);
		return;
	}
	memcpy(sight->unit_id, said, strlen(said) + 1);
}

void
gate_sight_batch(struct gate_sight *sight, struct findings *findings)
{
	enum gate_batch from = sight->settings->batch;
	if (from == GATE_BATCH_NONE)
		return;
	const char *text = gate_sight_value(sight, from == GATE_BATCH_BILL ? GATE_bill : GATE_form);
	if (strlen(text) > BATCH_NO_BYTES_MAX || !wire_text_clean(text, strlen(text)))
		findings_remark(findings, REMARK_implausible, "channel %.40s: '%.80s' is no batch number of at most %d bytes",
		    sight->channel, text, BATCH_NO_BYTES_MAX);
	else
		memcpy(sight->batch_no, text, strlen(text) + 1);
}

/* ---- times and masses ---- */

static bool
read_time(const char *text, size_t bytes, const struct place *place, int64_t *out)
{
	static const char *const forms[] = { "YYYYMMDDhhmmss", "iso", "YYYY/M/D h:mm:ss" };
	struct reason why;
	struct span span = { (const uint8_t *)text, bytes };
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (moment_parse(span, forms[i], &place->offset_minutes, out, &why) == STATUS_OK)
			return true;
	return false;
}

int64_t
gate_sight_time(const struct gate_sight *sight, struct findings *findings)
{
	enum { DIGITS = 14 };
	const char *said = gate_sight_value(sight, GATE_time);
	int64_t at_ms;
	bool numbered = strspn(sight->number, "0123456789") >= DIGITS;
	if (!(numbered && read_time(sight->number, DIGITS, sight->place, &at_ms))) {
		if (said[0] == '\0' && !numbered)
			return sight->now_ms;
		if (said[0] == '\0' || !read_time(said, strlen(said), sight->place, &at_ms))
			at_ms = INT64_MIN;
		else
			numbered = false;
	}
	if (at_ms >= TIME_MS_MIN && at_ms <= sight->now_ms + TIME_AHEAD_MS_MAX)
		return at_ms;
	findings_remark(findings, REMARK_implausible, "channel %.40s: the time %.40s can hardly be; the time of receipt is taken",
	    sight->channel, numbered ? sight->number : said);
	return sight->now_ms;
}

/* No number, or less than nothing: refused. More than any road vehicle, and still a mass: kept, for the review that it gets. */
bool
gate_sight_mass(const struct gate_sight *sight, enum gate_field field, int64_t *kg, struct findings *findings)
{
	const char *text = gate_sight_value(sight, field), *name = field == GATE_gross ? "GROSS_WT" : "VE_WT";
	struct reason why = { "" };
	int64_t said = 0;
	if (text[0] == '\0')
		return false;
	enum status status = decimal_kg((struct span){ (const uint8_t *)text, strlen(text) }, (struct decimal_style){ '.', 0 },
	    DECIMAL_KG, &said, &why);
	if (status != STATUS_OK || said < 0) {
		findings_remark(findings, REMARK_implausible,
		    "channel %.40s: %s is '%.40s', expected kilograms: the mass is unknown", sight->channel, name, text);
		return false;
	}
	if (said > UNIT_KG_MAX_ROAD)
		findings_remark(findings, REMARK_implausible, "channel %.40s: %s of %.32s is '%.40s', more than %lld kg",
		    sight->channel, name, sight->unit_id[0] != '\0' ? sight->unit_id : "a vehicle", text,
		    (long long)UNIT_KG_MAX_ROAD);
	*kg = said;
	return said > 0; /* 0 is what a lane without a scale writes */
}

/* ---- events ---- */

Juyan__V1__Event *
gate_sight_event(const struct gate_sight *sight, Juyan__V1__Event__WhatCase what, enum gate_part part, int64_t occurred_at_ms,
    struct findings *findings)
{
	char key[SHORT_TEXT_BYTES_MAX + 1];
	Juyan__V1__Event *event = findings_event(findings, what);
	if (event == NULL)
		return NULL;
	event->occurred_at_ms = occurred_at_ms;
	gate_put(findings, &event->port, sight->place->port, PORT_BYTES_MAX);
	gate_put(findings, &event->batch_no, sight->batch_no, BATCH_NO_BYTES_MAX);
	make_key(sight, (char)part, key);
	gate_put(findings, &event->source_key, key, SHORT_TEXT_BYTES_MAX);
	return event;
}
