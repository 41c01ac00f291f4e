/*
 * How a service that brings the journal elsewhere stands, as a file, and what query makes of it: what was written is read, what is
 * no such file is refused, and a person is asked for when nothing is brought and that does not pass by itself.
 */
#include "check.h"

#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bulletin.h"
#include "folder.h"
#include "matters.h"

#define HOUR INT64_C(3600000)
#define BEGAN (100 * HOUR)

static char dir[FOLDER_BYTES];
static struct reason why;
static struct arena arena;

static const struct bulletin well = { .state = "connected",
	.since_ms = BEGAN,
	.told_ms = BEGAN + 5000,
	.where = "tcp://hq:4711",
	.name = "ceke",
	.lsn = 700,
	.reached = 650,
	.waits_from_ms = BEGAN + 4000,
	.trouble = BULLETIN_WELL };

static int
set_up(void **state)
{
	char path[FOLDER_BYTES + 8];
	(void)state;
	folder_make(dir);
	snprintf(path, sizeof path, "%s/run", dir);
	return arena_open(&arena, 1 << 20) == STATUS_OK ? mkdir(path, 0700) : 1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_close(&arena);
	folder_remove(dir);
	return 0;
}

static void
put(const char *service, const struct bulletin *bulletin)
{
	if (bulletin_write(dir, service, bulletin, &why) != STATUS_OK)
		fail_msg("%s", why.text);
}

/* ---- the file ---- */

static void
test_what_was_written_is_read(void **state)
{
	(void)state;
	struct bulletin read = { .lsn = 7 };
	assert_int_equal(bulletin_read(dir, "relay", &read, &why), STATUS_NOT_FOUND);
	assert_int_equal(read.lsn, 7);
	struct bulletin written = well;
	written.differs = UINT64_C(1) << 62;
	written.lasts = true;
	snprintf(written.trouble, sizeof written.trouble, "other_past");
	snprintf(written.why, sizeof written.why, "a \"reason\", 原因");
	put("relay", &written);
	assert_int_equal(bulletin_read(dir, "warehouse", &read, &why), STATUS_NOT_FOUND);
	assert_int_equal(bulletin_read(dir, "relay", &read, &why), STATUS_OK);
	assert_string_equal(read.state, "connected");
	assert_string_equal(read.trouble, "other_past");
	assert_string_equal(read.why, written.why);
	assert_string_equal(read.where, written.where);
	assert_string_equal(read.name, written.name);
	assert_true(read.lasts);
	assert_int_equal(read.differs, written.differs);
	assert_int_equal(bulletin_behind(&read, 0), 50);
	assert_int_equal(bulletin_behind(&read, 800), 150);
	assert_int_equal(bulletin_lag_ms(&read, BEGAN + 9000), 5000);
	bulletin_remove(dir, "relay");
	assert_int_equal(bulletin_read(dir, "relay", &read, &why), STATUS_NOT_FOUND);
}

/* What a database says in its own encoding must not keep the state from being told. */
static void
test_bytes_that_are_no_text_are_told_all_the_same(void **state)
{
	(void)state;
	struct bulletin bulletin = well, read;
	snprintf(bulletin.why, sizeof bulletin.why, "FATAL:  \xd6\xd0\xce\xc4\n no");
	put("warehouse", &bulletin);
	assert_int_equal(bulletin_read(dir, "warehouse", &read, &why), STATUS_OK);
	assert_non_null(strstr(read.why, "FATAL:  ????"));
}

static void
test_what_is_no_such_file_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "{", "[]", "{\"state\":\"connected\"}" };
	struct bulletin read;
	char path[FOLDER_BYTES + 32], text[32768];
	snprintf(path, sizeof path, "%s/run/relay.json", dir);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		fputs(texts[i], file);
		fclose(file);
		assert_int_equal(bulletin_read(dir, "relay", &read, &why), STATUS_SETTING);
	}
	/* Whatever one field is made of, and however long the file is. */
	put("relay", &well);
	json_t *json = json_load_file(path, 0, NULL);
	const char *key;
	json_t *value;
	json_object_foreach(json, key, value)
	{
		json_t *broken = json_copy(json);
		json_object_set_new(broken, key, json_array());
		assert_int_equal(json_dump_file(broken, path, 0), 0);
		json_decref(broken);
		assert_int_equal(bulletin_read(dir, "relay", &read, &why), STATUS_SETTING);
	}
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	json_object_set_new(json, "why", json_string(text));
	assert_int_equal(json_dump_file(json, path, 0), 0);
	json_decref(json);
	assert_int_equal(bulletin_read(dir, "relay", &read, &why), STATUS_SETTING);
}

static void
test_a_state_that_cannot_be_written_says_why(void **state)
{
	char path[FOLDER_BYTES + 8];
	(void)state;
	snprintf(path, sizeof path, "%s/run", dir);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(bulletin_write(dir, "relay", &well, &why), STATUS_SYSTEM);
	assert_non_null(strstr(why.text, "No such file"));
}

/* ---- who is asked for ---- */

static bool
asks(struct bulletin bulletin, int64_t now_ms)
{
	bulletin.told_ms = now_ms - 1000;
	why.text[0] = '\0';
	return bulletin_asks(&bulletin, "relay", now_ms, &why);
}

static void
test_a_person_is_asked_for_when_it_does_not_pass_by_itself(void **state)
{
	(void)state;
	struct bulletin bulletin = well;
	assert_false(asks(bulletin, BEGAN + 6000));
	snprintf(bulletin.trouble, sizeof bulletin.trouble, "rights");
	snprintf(bulletin.why, sizeof bulletin.why, "it is refused");
	bulletin.lasts = true;
	assert_true(asks(bulletin, BEGAN + 6000));
	assert_string_equal(why.text, "it is refused");
	/* What may pass gets an hour, from when something waits, and when something was brought last. */
	bulletin.lasts = false;
	assert_false(asks(bulletin, BEGAN + 6000));
	assert_false(asks(bulletin, BEGAN + HOUR));
	assert_true(asks(bulletin, BEGAN + 2 * HOUR));
	assert_string_equal(why.text, "it is refused");
	bulletin.waits_from_ms = BEGAN + 3 * HOUR / 2;
	assert_false(asks(bulletin, BEGAN + 2 * HOUR));
	bulletin.waits_from_ms = 0;
	assert_false(asks(bulletin, BEGAN + 2 * HOUR));
	bulletin.waits_from_ms = 1; /* weeks are caught up with: what waits is old, and less with each minute */
	bulletin.reached_at_ms = BEGAN + 2 * HOUR - 1000;
	assert_false(asks(bulletin, BEGAN + 2 * HOUR));
}

static void
test_a_person_is_asked_for_when_nothing_moves_and_nobody_says_why(void **state)
{
	(void)state;
	assert_false(asks(well, BEGAN + HOUR));
	assert_true(asks(well, BEGAN + 2 * HOUR));
	assert_non_null(strstr(why.text, "the relay has brought nothing for an hour"));
}

static void
test_a_person_is_asked_for_when_nobody_writes_the_state_any_more(void **state)
{
	(void)state;
	assert_false(bulletin_asks(&well, "relay", well.told_ms + BULLETIN_STALE_MS, &why));
	assert_true(bulletin_asks(&well, "relay", well.told_ms + BULLETIN_STALE_MS + 1, &why));
	assert_non_null(strstr(why.text, "the relay has not said anything"));
}

static void
test_a_person_is_asked_for_what_has_to_be_mended_besides(void **state)
{
	(void)state;
	struct bulletin bulletin = well;
	snprintf(bulletin.besides, sizeof bulletin.besides, "decree 7 is not taken here");
	assert_true(asks(bulletin, BEGAN + 6000));
	assert_string_equal(why.text, "decree 7 is not taken here");
}

/* ---- as rows of what asks for a person ---- */

static struct told {
	Juyan__V1__Answer answer;
	Juyan__V1__AttentionList list;
	Juyan__V1__AttentionRow *rows[ANSWER_ROWS_MAX], row;
	Juyan__V1__AttentionCount *counts[1], count;
} told;

/* An answer with so many rows of one kind, to which the services' are added. */
static const Juyan__V1__Answer *
added(const char *kind, size_t n, const char *port, int64_t now_ms)
{
	static char name[16], of[16];
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__AttentionAsk ask = JUYAN__V1__ATTENTION_ASK__INIT;
	snprintf(name, sizeof name, "%s", kind);
	snprintf(of, sizeof of, "%s", port);
	juyan__v1__answer__init(&told.answer);
	juyan__v1__attention_list__init(&told.list);
	juyan__v1__attention_row__init(&told.row);
	juyan__v1__attention_count__init(&told.count);
	told.answer.say_case = JUYAN__V1__ANSWER__SAY_ATTENTION;
	told.answer.attention = &told.list;
	told.row.kind = told.count.kind = name;
	told.count.n = n;
	told.list.n_counts = 1;
	told.list.counts = told.counts;
	told.counts[0] = &told.count;
	told.list.n_rows = n;
	told.list.rows = told.rows;
	for (size_t i = 0; i < n; i++)
		told.rows[i] = &told.row;
	question.ask_case = JUYAN__V1__QUESTION__ASK_ATTENTION;
	question.attention = &ask;
	ask.now_ms = now_ms;
	ask.port = of;
	const Juyan__V1__Answer *answer = &told.answer;
	arena_reset(&arena);
	assert_int_equal(matters_add(dir, &question, &arena, &answer), STATUS_OK);
	return answer;
}

static struct bulletin
stopped(const char *trouble, const char *sentence)
{
	struct bulletin bulletin = well;
	bulletin.lasts = true;
	snprintf(bulletin.trouble, sizeof bulletin.trouble, "%s", trouble);
	snprintf(bulletin.why, sizeof bulletin.why, "%s", sentence);
	return bulletin;
}

static uint64_t
counted(const Juyan__V1__AttentionList *list, const char *kind)
{
	for (size_t i = 0; i < list->n_counts; i++)
		if (strcmp(list->counts[i]->kind, kind) == 0)
			return list->counts[i]->n;
	return 0;
}

static void
test_what_asks_stands_before_all_else(void **state)
{
	(void)state;
	struct bulletin relay = stopped("other_past", "event 17 is another one");
	struct bulletin warehouse = stopped("rights", "permission denied");
	relay.differs = 17;
	assert_ptr_equal(added("stuck", 4, "", BEGAN + 6000), &told.answer); /* none of them is on */
	put("relay", &well);
	put("warehouse", &well);
	assert_ptr_equal(added("stuck", 4, "", BEGAN + 6000), &told.answer);
	put("relay", &relay);
	put("warehouse", &warehouse);
	const Juyan__V1__AttentionList *list = added("stuck", 4, "", BEGAN + 6000)->attention;
	assert_int_equal(list->n_rows, 6);
	assert_string_equal(list->rows[0]->kind, "site");
	assert_string_equal(list->rows[0]->subject, "site:headquarters");
	assert_string_equal(list->rows[0]->sentence, "event 17 is another one");
	assert_string_equal(list->rows[0]->reasons[0], "other_past");
	assert_int_equal(list->rows[0]->lsn, 17);
	assert_int_equal(list->rows[0]->since_ms, BEGAN);
	assert_string_equal(list->rows[1]->kind, "warehouse");
	assert_string_equal(list->rows[1]->sentence, "permission denied");
	assert_string_equal(list->rows[1]->reasons[0], "rights");
	assert_string_equal(list->rows[2]->kind, "stuck");
	assert_int_equal(counted(list, "stuck"), 4);
	assert_int_equal(counted(list, "site"), 1);
	assert_int_equal(counted(list, "warehouse"), 1);
	assert_false(list->more);
	/* A site of this headquarters that stands still is one more of its kind. */
	list = added("site", 2, "", BEGAN + 6000)->attention;
	assert_int_equal(counted(list, "site"), 3);
	assert_int_equal(list->n_counts, 2);
	/* They belong to no port. */
	assert_ptr_equal(added("stuck", 4, "ceke", BEGAN + 6000), &told.answer);
}

static void
test_a_full_list_gives_up_its_last(void **state)
{
	(void)state;
	struct bulletin warehouse = stopped("schema", "it is a newer one");
	put("warehouse", &warehouse);
	const Juyan__V1__AttentionList *list = added("stuck", ANSWER_ROWS_MAX, "", BEGAN + 6000)->attention;
	assert_int_equal(list->n_rows, ANSWER_ROWS_MAX);
	assert_string_equal(list->rows[0]->kind, "warehouse");
	assert_true(list->more);
	assert_int_equal(counted(list, "stuck"), ANSWER_ROWS_MAX);
}

static void
test_a_row_without_trouble_has_its_sentence_alone(void **state)
{
	(void)state;
	struct bulletin relay = well;
	snprintf(relay.besides, sizeof relay.besides, "decree 7 is not taken here");
	put("relay", &relay);
	const Juyan__V1__AttentionList *list = added("stuck", 0, "", BEGAN + 6000)->attention;
	assert_int_equal(list->n_rows, 1);
	assert_int_equal(list->rows[0]->n_reasons, 0);
	assert_string_equal(list->rows[0]->sentence, relay.besides);
}

static void
test_who_is_silent_is_told_as_that(void **state)
{
	(void)state;
	struct bulletin warehouse = stopped("rights", "permission denied");
	put("warehouse", &warehouse);
	const Juyan__V1__AttentionList *list = added("stuck", 0, "", BEGAN + HOUR)->attention;
	assert_int_equal(list->n_rows, 1);
	assert_string_equal(list->rows[0]->reasons[0], "silent");
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_was_written_is_read),
		CASE(bytes_that_are_no_text_are_told_all_the_same),
		CASE(what_is_no_such_file_is_refused),
		CASE(a_state_that_cannot_be_written_says_why),
		CASE(a_person_is_asked_for_when_it_does_not_pass_by_itself),
		CASE(a_person_is_asked_for_when_nothing_moves_and_nobody_says_why),
		CASE(a_person_is_asked_for_when_nobody_writes_the_state_any_more),
		CASE(a_person_is_asked_for_what_has_to_be_mended_besides),
		CASE(what_asks_stands_before_all_else),
		CASE(a_full_list_gives_up_its_last),
		CASE(a_row_without_trouble_has_its_sentence_alone),
		CASE(who_is_silent_is_told_as_that),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
