/*
 * Random loads through every scale's protocol: vehicles drive on, stop half on the bridge, stand, and drive off, with rubbish, torn
 * frames and broken lines between the frames. Each load gives exactly one weighing, of the right mass; and the same bytes in other
 * pieces give the same findings, to the letter. Nor do kills at any moment lose or double a load.
 *
 * also: address
 */
#include "check.h"

#include "../unit/scales.h"
#include "any.h"

enum { BYTES_MAX = 1 << 20, CHUNKS_MAX = 16384, PROTOCOLS = 7 };

/* What a scale sent: chunks of bytes, each with its time. */
struct sent {
	uint8_t bytes[BYTES_MAX];
	size_t n;
	struct {
		size_t begin, end;
		int64_t ms;
	} chunks[CHUNKS_MAX];
	size_t n_chunks;
	int64_t now_ms;
	int protocol;
	unsigned noise; /* percent of frames with something wrong before them */
	bool patient;   /* it stands long enough to be heard in spite of that, and of kills */
};

static const struct {
	const struct connector *connector;
	const char *settings;
	int64_t division; /* of what it can say */
} protocols[PROTOCOLS] = {
	{ &yaohua_connector, "{}", 1 },
	{ &yaohua_connector, "unit: t", 100 },
	{ &equals_connector, "unit: t", 1 },
	{ &equals_connector, "{unit: t, digits: reversed}", 1 },
	{ &toledo_connector, "{}", 1 },
	{ &toledo_connector, "stable_frames: 5", 10 },
	{ &sics_connector, "{}", 1 },
};

static size_t
encode(int protocol, int64_t kg, bool stable, char out[SCALES_FRAME_BYTES])
{
	switch (protocol) {
	case 0:
		return scales_yaohua(kg, 0, any_chance(50), out);
	case 1:
		return scales_yaohua(kg / 100, 1, any_chance(50), out); /* tenths of a tonne */
	case 2:
		return scales_equals(kg, false, out);
	case 3:
		return scales_equals(kg, true, out);
	case 4:
	case 5: {
		int64_t size = kg < 0 ? -kg : kg, tare = kg > 30000 && protocol == 5 ? 20000 : 0;
		struct toledo said = { .shown = (size - tare) / (protocol == 5 ? 10 : 1),
			.tare = tare / 10,
			.point = protocol == 5 ? 1 : 2,
			.net = tare > 0,
			.negative = kg < 0,
			.moving = !stable,
			.checked = protocol == 5 };
		return scales_toledo(&said, out);
	}
	default:
		return scales_sics(kg, stable, out);
	}
}

static void
put(struct sent *sent, const void *bytes, size_t n)
{
	assert_true(sent->n + n <= BYTES_MAX && sent->n_chunks < CHUNKS_MAX);
	memcpy(sent->bytes + sent->n, bytes, n);
	sent->chunks[sent->n_chunks].begin = sent->n;
	sent->chunks[sent->n_chunks].end = sent->n += n;
	sent->chunks[sent->n_chunks++].ms = sent->now_ms;
}

/* One frame, perhaps with a torn one or rubbish before it; what is torn never looks whole. */
static void
put_frame(struct sent *sent, int64_t kg, bool stable)
{
	char frame[SCALES_FRAME_BYTES];
	sent->now_ms += 50 + (int64_t)any_below(100);
	size_t n = encode(sent->protocol, kg, stable, frame);
	if (any_chance(sent->noise) && any_chance(50))
		put(sent, frame + 1, n - 2 - any_below(n - 3));
	else if (any_chance(sent->noise))
		put(sent, "\xFF\xFE?\x11##", 1 + any_below(6));
	put(sent, frame, n);
}

static void
put_moving(struct sent *sent, int64_t from_kg, int64_t to_kg)
{
	size_t frames = any_below(12);
	int64_t division = protocols[sent->protocol].division, last = -1;
	for (size_t i = 1; i <= frames; i++) {
		int64_t kg = from_kg + (to_kg - from_kg) * (int64_t)i / (int64_t)(frames + 1) + (int64_t)any_below(7) * division;
		kg = kg / division * division;
		put_frame(sent, kg == last ? kg + division : kg, false);
		last = kg;
	}
}

static void
put_standing(struct sent *sent, int64_t kg, size_t frames)
{
	for (size_t i = 0; i < frames; i++)
		put_frame(sent, kg, true);
}

/* One vehicle; its gross mass. */
static int64_t
put_load(struct sent *sent)
{
	int64_t division = protocols[sent->protocol].division;
	int64_t kg = (12000 + (int64_t)any_below(160000)) / division * division, part = kg / 3 / division * division;
	put_moving(sent, 600, part);
	if (any_chance(30))
		put_standing(sent, part, 8 + any_below(20));
	put_moving(sent, part, kg);
	put_standing(sent, kg, (sent->patient ? 40 : 9) + any_below(20));
	put_moving(sent, kg - 500, part * 2);
	if (any_chance(30))
		put_standing(sent, part * 2 / division * division, 8 + any_below(20));
	put_moving(sent, part * 2, 600);
	put_standing(sent, any_chance(20) ? -division : 0, (sent->patient ? 40 : 9) + any_below(10));
	return kg;
}

/* The whole of what was found, as text, with the remarks' own words. */
static void
hear(const struct sent *sent, bool whole, char *found, size_t room)
{
	struct scales scales;
	size_t n = 0;
	scales_open(&scales, protocols[sent->protocol].connector, protocols[sent->protocol].settings);
	scales.wordy = true;
	scales_line(&scales, true);
	found[0] = '\0';
	for (size_t i = 0; i < sent->n_chunks; i++) {
		scales.now_ms = sent->chunks[i].ms;
		for (size_t at = sent->chunks[i].begin; at < sent->chunks[i].end;) {
			size_t piece = whole ? SIZE_MAX : 1 + any_below(9);
			if (piece > sent->chunks[i].end - at)
				piece = sent->chunks[i].end - at;
			scales_feed(&scales, sent->bytes + at, piece);
			at += piece;
			if (scales.found[0] == '\0')
				continue;
			n += (size_t)snprintf(found + n, room - n, "%s", scales.found);
			assert_true(n < room);
			scales.found[0] = '\0';
		}
	}
	scales_close(&scales);
}

/* The state as the disk has it after a kill: what was kept last, or nothing; the connection is a new one. */
static void
kill_and_begin(struct scales *scales, struct span kept)
{
	struct reason why = { "" };
	scales->connector->close(&scales->state);
	assert_int_equal(scales->connector->open(yaml_root(scales->yaml), &scales->place, &scales->state, &why), STATUS_OK);
	if (kept.bytes > 0)
		scales->connector->recall(scales->state, kept);
	scales_line(scales, true);
}

/* The same with kills between any two chunks, each told of nothing but what was kept after the last: whole chunks are settled. */
static void
hear_killed(const struct sent *sent, char *found, size_t room)
{
	static uint8_t kept[4096];
	struct scales scales;
	struct span news, last = { kept, 0 };
	size_t n = 0;
	scales_open(&scales, protocols[sent->protocol].connector, protocols[sent->protocol].settings);
	scales_line(&scales, true);
	found[0] = '\0';
	for (size_t i = 0; i < sent->n_chunks; i++) {
		scales.now_ms = sent->chunks[i].ms;
		scales_feed(&scales, sent->bytes + sent->chunks[i].begin, sent->chunks[i].end - sent->chunks[i].begin);
		n += (size_t)snprintf(found + n, room - n, "%s", scales.found);
		assert_true(n < room);
		scales.found[0] = '\0';
		if (scales.connector->keep(scales.state, &scales.arena, &news)) {
			assert_true(news.bytes <= sizeof kept);
			memcpy(kept, news.data, last.bytes = news.bytes);
		}
		arena_reset(&scales.arena);
		if (any_chance(2))
			kill_and_begin(&scales, last);
	}
	scales_close(&scales);
}

/* The weighings of a text of findings are these, in order. */
static void
agrees(const char *found, const int64_t *kg, size_t n)
{
	size_t seen = 0;
	for (const char *at = found; (at = strstr(at, " kg@")) != NULL; at++) {
		const char *digit = at;
		while (digit > found && digit[-1] >= '0' && digit[-1] <= '9')
			digit--;
		assert_true(seen < n);
		assert_int_equal(strtoll(digit, NULL, 10), kg[seen]);
		seen++;
	}
	assert_int_equal(seen, n);
	assert_null(strstr(found, "implausible"));
	assert_null(strstr(found, "differs"));
}

static void
play(int protocol, unsigned noise)
{
	static struct sent sent;
	static char whole[1 << 20], pieces[1 << 20];
	int64_t kg[8];
	sent.n = sent.n_chunks = 0;
	sent.now_ms = INT64_C(1767225600000) + (int64_t)any_below(86400000);
	sent.protocol = protocol;
	sent.noise = noise;
	sent.patient = noise > 0 || any_chance(50);
	put_standing(&sent, 0, 3);
	size_t n = 1 + any_below(8);
	for (size_t i = 0; i < n; i++)
		kg[i] = put_load(&sent);
	hear(&sent, true, whole, sizeof whole);
	agrees(whole, kg, n);
	hear(&sent, false, pieces, sizeof pieces);
	assert_string_equal(whole, pieces);
	if (noise > 0 || !sent.patient)
		return;
	hear_killed(&sent, pieces, sizeof pieces);
	agrees(pieces, kg, n);
}

static void
test_quiet_line(void **state)
{
	(void)state;
	for (int run = 0; run < 20; run++)
		for (int protocol = 0; protocol < PROTOCOLS; protocol++)
			play(protocol, 0);
}

/* Noise that leaves a load frames enough in a row: "=" text has no checksum, and a torn figure may look like a whole one. */
static void
test_noisy_line(void **state)
{
	(void)state;
	for (int run = 0; run < 20; run++)
		for (int protocol = 0; protocol < PROTOCOLS; protocol++)
			play(protocol, 4);
}

/* Any bytes at all: nothing but remarks, in any pieces. */
static void
test_rubbish(void **state)
{
	static struct sent sent;
	static char whole[1 << 20], pieces[1 << 20];
	static const char letters[] = "\x02\x02\x03=S S+-DI0123456789. kg\r\n";
	(void)state;
	for (int run = 0; run < 60; run++) {
		uint8_t bytes[400];
		sent.n = sent.n_chunks = 0;
		sent.now_ms = 1000;
		sent.protocol = run % PROTOCOLS;
		for (int chunk = 0; chunk < 20; chunk++) {
			for (size_t i = 0; i < sizeof bytes; i++)
				bytes[i] = run % 2 == 0 ? (uint8_t)any_bits() : (uint8_t)letters[any_below(sizeof letters - 1)];
			sent.now_ms += (int64_t)any_below(3000);
			put(&sent, bytes, any_below(sizeof bytes));
		}
		hear(&sent, true, whole, sizeof whole);
		hear(&sent, false, pieces, sizeof pieces);
		assert_string_equal(whole, pieces);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet_line),
		cmocka_unit_test(test_noisy_line),
		cmocka_unit_test(test_rubbish),
	};
	any_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
