/*
 * A scale for tests: frames of each protocol as a scale would send them, a connector that hears them, and what it found, as text.
 *
 * What was found stands in one text, in order, each ended by ';':
 *     120 kg@1000        a weighing of 120 kg (gross; "tare 120 kg" else) at that time
 *     broken_frame       a remark
 *     WORKING            how the scale stands
 */
#ifndef JUYAN_TESTS_SCALES_H
#define JUYAN_TESTS_SCALES_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "connector.h"

enum { SCALES_TEXT_BYTES = 8192 };

struct scales {
	const struct connector *connector;
	void *state;
	struct yaml *yaml;
	struct place place;
	struct arena arena;
	struct findings findings;
	int64_t now_ms;
	int64_t step_ms; /* between two frames */
	bool wordy;      /* with the words of a remark, and the key of a weighing */
	char found[SCALES_TEXT_BYTES];
	char last_remark[SENTENCE_BYTES_MAX + 1];
	bool last_seen_before;
	char last_key[SHORT_TEXT_BYTES_MAX + 1];
	uint8_t last_raw[512];
	size_t last_raw_bytes;
};

static inline enum status
scales_try(struct scales *scales, const struct connector *connector, const char *settings, struct reason *why)
{
	memset(scales, 0, sizeof *scales);
	scales->connector = connector;
	scales->place = (struct place){ "north", "ceke", 480, NULL };
	scales->now_ms = 1000;
	scales->step_ms = 100;
	assert_int_equal(arena_open(&scales->arena, 1 << 16), STATUS_OK);
	findings_open(&scales->findings, &scales->arena);
	assert_int_equal(yaml_open_text("gateway.yaml", settings, strlen(settings), &scales->yaml, why), STATUS_OK);
	return connector->open(yaml_root(scales->yaml), &scales->place, &scales->state, why);
}

static inline void
scales_open(struct scales *scales, const struct connector *connector, const char *settings)
{
	struct reason why = { "" };
	if (scales_try(scales, connector, settings, &why) != STATUS_OK)
		fail_msg("%s", why.text);
}

static inline void
scales_close(struct scales *scales)
{
	if (scales->state != NULL)
		scales->connector->close(&scales->state);
	assert_null(scales->state);
	yaml_close(&scales->yaml);
	arena_close(&scales->arena);
}

static inline void
scales_note_event(struct scales *scales, const struct finding *finding)
{
	const Juyan__V1__Event *event = finding->event;
	size_t n = strlen(scales->found), room = sizeof scales->found - n;
	assert_string_equal(event->batch_no, "");
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED) {
		const Juyan__V1__MachineReported *said = event->machine_reported;
		assert_int_equal(said->kind, JUYAN__V1__MACHINE_KIND__SCALE);
		snprintf(scales->found + n, room, "%s;",
		    protobuf_c_enum_descriptor_get_value(&juyan__v1__condition__descriptor, (int)said->condition)->name);
		snprintf(scales->last_remark, sizeof scales->last_remark, "%s", said->note);
		return;
	}
	assert_int_equal(event->what_case, JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED);
	const Juyan__V1__UnitWeighed *said = event->unit_weighed;
	assert_string_equal(said->unit_id, "");
	assert_int_equal(said->stability, JUYAN__V1__STABILITY__STABLE);
	assert_true(said->has_gross_kg != said->has_tare_kg && !said->has_container_tare_kg);
	snprintf(scales->found + n, room, "%s%" PRId64 " kg@%" PRId64 "%s%s;", said->has_tare_kg ? "tare " : "",
	    said->has_tare_kg ? said->tare_kg : said->gross_kg, event->occurred_at_ms, scales->wordy ? " " : "",
	    scales->wordy ? event->source_key : "");
	scales->last_seen_before = finding->seen_before;
	snprintf(scales->last_key, sizeof scales->last_key, "%s", event->source_key);
	struct span raw = scales->findings.messages[finding->message];
	assert_true(raw.bytes > 0 && raw.bytes <= sizeof scales->last_raw);
	memcpy(scales->last_raw, raw.data, scales->last_raw_bytes = raw.bytes);
}

/* Writes down what was found, and forgets it. */
static inline void
scales_note(struct scales *scales)
{
	assert_false(findings_full(&scales->findings));
	for (size_t i = 0; i < scales->findings.n; i++) {
		const struct finding *finding = &scales->findings.list[i];
		size_t n = strlen(scales->found);
		assert_true(n + 512 < sizeof scales->found);
		if (finding->event != NULL) {
			scales_note_event(scales, finding);
			continue;
		}
		snprintf(scales->found + n, sizeof scales->found - n, "%s%s%s;", remark_name(finding->remark),
		    scales->wordy ? ": " : "", scales->wordy ? finding->text : "");
		snprintf(scales->last_remark, sizeof scales->last_remark, "%s", finding->text);
	}
	findings_clear(&scales->findings);
}

static inline void
scales_feed(struct scales *scales, const void *bytes, size_t n)
{
	struct moment_of when = { scales->now_ms, "" };
	scales->connector->take(scales->state, (struct span){ bytes, n }, &when, &scales->findings);
	scales_note(scales);
}

static inline void
scales_pass(struct scales *scales)
{
	scales->connector->pass(scales->state, scales->now_ms, &scales->findings);
	scales_note(scales);
}

static inline void
scales_line(struct scales *scales, bool connected)
{
	scales->connector->line(scales->state, connected, scales->now_ms, &scales->findings);
	scales_note(scales);
}

/* What was found since the last look. */
static inline void
scales_found(struct scales *scales, const char *expected)
{
	assert_string_equal(scales->found, expected);
	scales->found[0] = '\0';
}

/* ---- frames: each writes one into `out` and says its bytes ---- */

enum { SCALES_FRAME_BYTES = 32 };

static inline size_t
scales_yaohua(int64_t number, int places, bool hexadecimal, char out[SCALES_FRAME_BYTES])
{
	unsigned sum = 0;
	snprintf(out, SCALES_FRAME_BYTES, "\x02%c%06" PRId64 "%d", number < 0 ? '-' : '+',
	    (number < 0 ? -number : number) % 1000000, places);
	for (size_t i = 1; i < 9; i++)
		sum ^= (unsigned char)out[i];
	if (hexadecimal)
		snprintf(out + 9, SCALES_FRAME_BYTES - 9, "%02X\x03", sum);
	else
		snprintf(out + 9, SCALES_FRAME_BYTES - 9, "%c%c\x03", (char)(0x30 + (sum >> 4)), (char)(0x30 + (sum & 15)));
	return 12;
}

/* A figure of eight signs with three places, first digit first or last. */
static inline size_t
scales_equals(int64_t thousandths, bool reversed, char out[SCALES_FRAME_BYTES])
{
	char figure[SCALES_FRAME_BYTES];
	int64_t size = thousandths < 0 ? -thousandths : thousandths;
	int n = snprintf(figure, sizeof figure, "%s%03" PRId64 ".%03" PRId64, thousandths < 0 ? "-" : "", size / 1000 % 1000,
	    size % 1000);
	out[0] = '=';
	for (int i = 0; i < n; i++)
		out[1 + i] = figure[reversed ? n - 1 - i : i];
	return (size_t)n + 1;
}

struct toledo {
	int64_t shown, tare;
	int point; /* bits 0-2 of the first status word: 2 is none */
	bool net, negative, beyond, moving, pounds;
	unsigned unit; /* bits 0-2 of the third */
	bool checked;
};

static inline size_t
scales_toledo(const struct toledo *said, char out[SCALES_FRAME_BYTES])
{
	unsigned sum = 0;
	unsigned b = 0x20u | said->net | (unsigned)said->negative << 1 | (unsigned)said->beyond << 2 | (unsigned)said->moving << 3 |
	    (unsigned)!said->pounds << 4;
	snprintf(out, SCALES_FRAME_BYTES, "\x02%c%c%c%06" PRId64 "%06" PRId64 "\r", (char)(0x28 | said->point), (char)b,
	    (char)(0x20 | said->unit), said->shown % 1000000, said->tare % 1000000);
	for (size_t i = 0; i < 17; i++)
		sum += (unsigned char)out[i];
	out[17] = (char)(-sum & 0x7F);
	return said->checked ? 18 : 17;
}

static inline size_t
scales_sics(int64_t kg, bool stable, char out[SCALES_FRAME_BYTES])
{
	return (size_t)snprintf(out, SCALES_FRAME_BYTES, "S %c %10" PRId64 " kg\r\n", stable ? 'S' : 'D', kg);
}

/* So many frames of a Yaohua A9, one after the other. */
static inline void
scales_say(struct scales *scales, int64_t kg, int frames)
{
	char frame[SCALES_FRAME_BYTES];
	for (int i = 0; i < frames; i++) {
		scales->now_ms += scales->step_ms;
		scales_feed(scales, frame, scales_yaohua(kg, 0, true, frame));
	}
}

#endif
