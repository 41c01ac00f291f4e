/* Texts from outside: what is UTF-8 without control characters, and that no NUL hides in an event. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "wired.h"

/* Each byte 0x01 is a place where a NUL would stand: protobuf-c hides what comes behind it. */
static void
a_nul_inside_of_a_text_is_seen(void **state)
{
	(void)state;
	static const char marked[] = "AB\x01"
				     "CD";
	struct reason why;
	const Juyan__V1__Event *back = NULL;
	for (int at = 0; at < 6; at++) {
		empty_arenas(NULL);
		Juyan__V1__Event *event = any_event(&build);
		event->what_case = JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED;
		Juyan__V1__ManifestLodged *said = event->manifest_lodged = any_manifest(&build);
		while (said->n_waybills == 0 || said->units[0]->n_trailers == 0)
			said = event->manifest_lodged = any_manifest(&build);
		char **texts[] = { &event->port, &event->batch_no, &event->source_key, &said->units[0]->unit_id,
			&said->units[0]->trailers[0], &said->waybills[0]->goods[0]->description };
		char *text = any_take(&build, sizeof marked);
		memcpy(text, marked, sizeof marked);
		*texts[at] = text;
		struct span bytes = packed(&event->base);
		assert_int_equal(wire_event(bytes, &decode, &back, &why), STATUS_NOT_TEXT);
		uint8_t *hidden = any_take(&build, bytes.bytes);
		memcpy(hidden, bytes.data, bytes.bytes);
		((uint8_t *)memmem(hidden, bytes.bytes, marked, 5))[2] = 0;
		assert_int_equal(wire_event((struct span){ hidden, bytes.bytes }, &decode, &back, &why), STATUS_NOT_TEXT);
		assert_non_null(strstr(why.text, "NUL"));
	}
}

/* The look for NULs has to keep step with what stands before: numbers of a later version, whose bytes look like a long text. */
static void
a_nul_behind_unknown_fields_is_seen(void **state)
{
	(void)state;
	static const uint8_t before[] = { 0xC1, 0x3E, 0, 0, 0, 0, 0x7A, 0x7F, 0, 0, /* field 1000: eight bytes */
		0xCD, 0x3E, 0x7A, 0x7F, 0, 0,                                       /* field 1001: four bytes */
		0x12, 3, 'a', 0, 'b' };                                             /* port */
	Juyan__V1__Event *event = any_event(&build);
	const Juyan__V1__Event *back = NULL;
	struct span bytes = packed(&event->base);
	uint8_t *longer = any_take(&build, bytes.bytes + sizeof before);
	memcpy(longer, before, sizeof before);
	memcpy(longer + sizeof before, bytes.data, bytes.bytes);
	assert_int_equal(wire_event((struct span){ longer, bytes.bytes + sizeof before }, &decode, &back, NULL), STATUS_NOT_TEXT);
}

/* A zero that is no text: an explicit 0 kg, an empty message, a key's bytes. */
static void
a_zero_elsewhere_is_no_nul(void **state)
{
	(void)state;
	const Juyan__V1__Event *back = NULL;
	struct reason why = { "" };
	Juyan__V1__Event *event = any_event(&build);
	Juyan__V1__UnitWeighed *said = any_weighing(&build);
	said->has_tare_kg = true;
	said->tare_kg = 0;
	event->what_case = JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED;
	event->unit_weighed = said;
	assert_int_equal(wire_event(packed(&event->base), &decode, &back, &why), STATUS_OK);
	assert_true(back->unit_weighed->has_tare_kg && back->unit_weighed->tare_kg == 0);

	Juyan__V1__ManifestDeleted deleted = JUYAN__V1__MANIFEST_DELETED__INIT;
	event->what_case = JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED;
	event->manifest_deleted = &deleted;
	assert_int_equal(wire_event(packed(&event->base), &decode, &back, &why), STATUS_OK);
}

static size_t
encode(uint32_t point, char out[4])
{
	if (point < 0x80)
		return out[0] = (char)point, 1;
	size_t n = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	for (size_t i = n; i-- > 1; point >>= 6)
		out[i] = (char)(0x80 | (point & 0x3F));
	out[0] = (char)((n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0) | point);
	return n;
}

/* Every code point, alone and at every place of a word of eight. */
static void
every_code_point_is_judged_rightly(void **state)
{
	(void)state;
	for (uint32_t point = 0; point < 0x200000; point++) {
		bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
		bool exists = point <= 0x10FFFF && !(point >= 0xD800 && point < 0xE000);
		char text[24];
		memset(text, 'x', sizeof text);
		size_t at = point % 9;
		size_t n = encode(point, text + at);
		assert_int_equal(wire_text_clean(text + at, n), exists && !control);
		assert_int_equal(wire_text_clean(text, sizeof text), exists && !control);
		if (n > 1)
			assert_false(wire_text_clean(text + at, n - 1));
	}
}

/* Words of eight and of four bytes are looked at together: a wrong byte has to be seen at every place of every length. */
static void
every_place_of_every_length_is_looked_at(void **state)
{
	(void)state;
	static const struct {
		char byte;
		bool clean;
	} rows[] = { { '~', true }, { ' ', true }, { '\x1F', false }, { '\x7F', false }, { '\0', false }, { '\x80', false },
		{ '\xFF', false } };
	for (size_t bytes = 0; bytes <= 40; bytes++)
		for (size_t at = 0; at < bytes; at++)
			for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
				char *text = any_take(&build, bytes);
				memset(text, 'x', bytes);
				text[at] = rows[i].byte;
				assert_int_equal(wire_text_clean(text, bytes), rows[i].clean);
			}
}

static void
forms_that_are_not_utf8_are_refused(void **state)
{
	(void)state;
	static const char *const broken[] = { "\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF",
		"\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF5\x80\x80\x80", "\xFF", "\xFE", "\xC3(", "\xE2\x82", "\xE2(\xA1",
		"\xF0\x9F\x9A", "aaaaaaa\xC3", "\xED\xA0\x80" };
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
		assert_false(wire_text_clean(broken[i], strlen(broken[i])));
	assert_true(wire_text_clean("", 0));
	assert_true(wire_text_clean("策克 Сэхэ ~ 🚛", strlen("策克 Сэхэ ~ 🚛")));
	assert_false(wire_text_clean("a\0b", 3));
}

static void
mends(const char *broken, const char *expected)
{
	char text[64];
	snprintf(text, sizeof text, "%s", broken);
	wire_text_mend(text);
	assert_string_equal(text, expected);
	assert_true(wire_text_clean(text, strlen(text)));
}

static void
what_is_no_text_is_mended(void **state)
{
	(void)state;
	mends("", "");
	mends("策克 Сэхэ ~ 🚛", "策克 Сэхэ ~ 🚛");
	mends("a\x1b[2Jb\n\x7F", "a?[2Jb??");
	mends("\xE7\xAD\x96\xE5\x85",
	    "策?"
	    "?");
	mends("\xC2\x85x",
	    "?"
	    "?x");
	mends("\xFFé\xE2(\xA1", "?é?(?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_nul_inside_of_a_text_is_seen, empty_arenas),
		cmocka_unit_test_setup(a_nul_behind_unknown_fields_is_seen, empty_arenas),
		cmocka_unit_test_setup(a_zero_elsewhere_is_no_nul, empty_arenas),
		cmocka_unit_test(every_code_point_is_judged_rightly),
		cmocka_unit_test_setup(every_place_of_every_length_is_looked_at, empty_arenas),
		cmocka_unit_test(forms_that_are_not_utf8_are_refused),
		cmocka_unit_test(what_is_no_text_is_mended),
	};
	return cmocka_run_group_tests(tests, open_arenas, close_arenas);
}
