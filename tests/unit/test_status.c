/* Every status has its own code, name and sentence, and a sentence that is cut stays text. */
#include "check.h"

#include <string.h>

#include "wire.h"

static const enum status all[] = {
#define X(code, name, text, consequence, sentence) STATUS_##name,
	STATUS_LIST(X)
#undef X
};
static const int codes[] = {
#define X(code, name, text, consequence, sentence) code,
	STATUS_LIST(X)
#undef X
};

enum { N = sizeof all / sizeof all[0] };

static void
names_and_sentences_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < i; j++) {
			assert_int_not_equal(codes[i], codes[j]);
			assert_string_not_equal(status_name(all[i]), status_name(all[j]));
			assert_string_not_equal(status_sentence(all[i]), status_sentence(all[j]));
		}
}

static void
names_are_plain_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < N; i++) {
		const char *name = status_name(all[i]);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
		const char *sentence = status_sentence(all[i]);
		assert_true(strlen(sentence) > 3 && strlen(sentence) < SENTENCE_BYTES_MAX);
		assert_int_not_equal(sentence[strlen(sentence) - 1], '.');
	}
}

/* Codes stand in journals and on the wire: this list may grow, but what it says may never change. */
static void
codes_stay(void **state)
{
	(void)state;
	static const struct {
		int code;
		const char *name;
	} known[] = {
		{ 0, "ok" },
		{ 1, "gap" },
		{ 2, "version" },
		{ 3, "not_authorised" },
		{ 4, "revoked" },
		{ 5, "no_hello" },
		{ 6, "window" },
		{ 7, "no_room" },
		{ 8, "busy" },
		{ 9, "duplicate_event" },
		{ 10, "conflicting_event" },
		{ 11, "timeout" },
		{ 12, "closed" },
		{ 20, "undecodable" },
		{ 21, "too_large" },
		{ 22, "no_content" },
		{ 23, "not_text" },
		{ 24, "missing_field" },
		{ 25, "out_of_range" },
		{ 26, "too_many" },
		{ 27, "unknown_port" },
		{ 28, "double_unit" },
		{ 29, "syntax" },
		{ 30, "not_found" },
		{ 31, "not_waiting" },
		{ 32, "contradiction" },
		{ 33, "usage" },
		{ 50, "no_memory" },
		{ 51, "disk" },
		{ 52, "damaged" },
		{ 53, "in_use" },
		{ 54, "format" },
		{ 55, "system" },
		{ 56, "setting" },
		{ 57, "interrupted" },
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		assert_string_equal(status_name((enum status)known[i].code), known[i].name);
}

static void
consequences_follow_the_groups(void **state)
{
	(void)state;
	for (size_t i = 0; i < N; i++) {
		enum consequence consequence = status_consequence(all[i]);
		if (codes[i] >= 50)
			assert_int_equal(consequence, STOP);
		else
			assert_int_not_equal(consequence, STOP);
		if (codes[i] >= 20 && codes[i] < 50)
			assert_int_equal(consequence, REFUSE);
	}
	assert_int_equal(status_consequence(STATUS_OK), FINE);
	assert_int_equal(status_consequence(STATUS_NO_ROOM), RETRY);
}

static void
an_unknown_code_is_refused_and_said_so(void **state)
{
	(void)state;
	assert_string_equal(status_name((enum status)4711), "unknown");
	assert_int_equal(status_consequence((enum status)4711), REFUSE);
	assert_non_null(status_sentence((enum status)4711));
}

static void
a_sentence_is_cut_between_characters(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		char text[2 * SENTENCE_BYTES_MAX] = "abc";
		size_t at = shift;
		while (at + 3 < sizeof text - 1) {
			memcpy(text + at, "煤", 3);
			at += 3;
		}
		text[at] = '\0';
		struct reason why;
		assert_int_equal(reason_say(&why, STATUS_SYNTAX, "%s", text), STATUS_SYNTAX);
		size_t length = strlen(why.text);
		assert_true(length < sizeof why.text && length > sizeof why.text - 8);
		assert_true(wire_text_clean(why.text, length));
	}
	assert_int_equal(reason_say(NULL, STATUS_GAP, "nobody listens"), STATUS_GAP);
}

/* A port's name with bytes that are no text came back in the sentence of a Failure, and no other decoder then read that. */
static void
a_sentence_is_a_text_whatever_it_repeats(void **state)
{
	(void)state;
	struct reason why;
	assert_int_equal(reason_say(&why, STATUS_UNKNOWN_PORT, "'%s' is no port", "a\xFF\x08\xE7\x85 煤"), STATUS_UNKNOWN_PORT);
	assert_string_equal(why.text, "'a???? 煤' is no port");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_sentences_are_unique),
		cmocka_unit_test(names_are_plain_words),
		cmocka_unit_test(codes_stay),
		cmocka_unit_test(consequences_follow_the_groups),
		cmocka_unit_test(an_unknown_code_is_refused_and_said_so),
		cmocka_unit_test(a_sentence_is_cut_between_characters),
		cmocka_unit_test(a_sentence_is_a_text_whatever_it_repeats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
