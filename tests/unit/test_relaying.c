/*
 * The relay's state as a file, and what the dashboard makes of it: what was written is read, what is no such file is refused, and a
 * person is asked for when nothing is brought for a reason that does not pass by itself.
 */
#include "check.h"

#include <string.h>
#include <sys/stat.h>

#include "folder.h"
#include "relay_matter.h"
#include "relaying.h"

static char dir[FOLDER_BYTES];
static struct reason why;

static const struct relaying well = { .state = RELAYING_CONNECTED,
	.since_ms = 1000,
	.told_ms = 5000,
	.headquarters = "tcp://hq:4711",
	.name = "ceke",
	.lsn = 700,
	.confirmed = 650,
	.waits_from_ms = 4000,
	.status = "ok" };

static int
set_up(void **state)
{
	char path[FOLDER_BYTES + 8];
	(void)state;
	folder_make(dir);
	snprintf(path, sizeof path, "%s/run", dir);
	return mkdir(path, 0700);
}

static int
tear_down(void **state)
{
	(void)state;
	folder_remove(dir);
	return 0;
}

static void
test_what_was_written_is_read(void **state)
{
	(void)state;
	struct relaying read = { .lsn = 7 };
	assert_int_equal(relaying_read(dir, &read, &why), STATUS_NOT_FOUND);
	assert_int_equal(read.lsn, 7);
	for (int i = RELAYING_AWAY; i <= RELAYING_STOPPED; i++) {
		struct relaying written = well;
		written.state = (enum relaying_state)i;
		written.differs = UINT64_C(1) << 62;
		snprintf(written.why, sizeof written.why, "a \"reason\", 原因");
		assert_int_equal(relaying_write(dir, &written, &why), STATUS_OK);
		assert_int_equal(relaying_read(dir, &read, &why), STATUS_OK);
		assert_int_equal(read.state, i);
		assert_int_equal(read.differs, written.differs);
		assert_string_equal(read.why, written.why);
		assert_string_equal(read.headquarters, written.headquarters);
		assert_int_equal(relaying_behind(&read, 0), 50);
		assert_int_equal(relaying_behind(&read, 800), 150);
		assert_int_equal(relaying_lag_ms(&read, 9000), 5000);
	}
	relaying_remove(dir);
	assert_int_equal(relaying_read(dir, &read, &why), STATUS_NOT_FOUND);
}

static void
test_what_is_no_such_file_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "{", "[]", "{\"state\":\"connected\"}", "{\"state\":\"odd\"}" };
	struct relaying read;
	char path[FOLDER_BYTES + 32], text[32768];
	snprintf(path, sizeof path, "%s/run/relay.json", dir);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		fputs(texts[i], file);
		fclose(file);
		assert_int_equal(relaying_read(dir, &read, &why), STATUS_SETTING);
	}
	/* Whatever one field is made of, and however long the file is. */
	assert_int_equal(relaying_write(dir, &well, &why), STATUS_OK);
	json_t *json = json_load_file(path, 0, NULL);
	const char *key;
	json_t *value;
	json_object_foreach(json, key, value)
	{
		json_t *broken = json_copy(json);
		json_object_set_new(broken, key, json_array());
		assert_int_equal(json_dump_file(broken, path, 0), 0);
		json_decref(broken);
		assert_int_equal(relaying_read(dir, &read, &why), STATUS_SETTING);
	}
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	json_object_set_new(json, "why", json_string(text));
	assert_int_equal(json_dump_file(json, path, 0), 0);
	json_decref(json);
	assert_int_equal(relaying_read(dir, &read, &why), STATUS_SETTING);
}

static void
test_a_person_is_asked_for_when_it_does_not_pass_by_itself(void **state)
{
	(void)state;
	const int64_t hour = 3600000;
	struct relaying relaying = well;
	assert_false(relaying_trouble(&relaying, 6000, &why));
	assert_true(relaying_trouble(&relaying, 5000 + 60001, &why)); /* nobody writes it any more */
	relaying.state = RELAYING_STOPPED;
	snprintf(relaying.why, sizeof relaying.why, "it is refused");
	assert_true(relaying_trouble(&relaying, 6000, &why));
	assert_string_equal(why.text, "it is refused");
	relaying.state = RELAYING_AWAY;
	assert_false(relaying_trouble(&relaying, 6000, &why));
	relaying.told_ms = relaying.since_ms + 2 * hour;
	assert_true(relaying_trouble(&relaying, relaying.told_ms, &why));
	relaying.waits_from_ms = 0; /* nothing waits */
	assert_false(relaying_trouble(&relaying, relaying.told_ms, &why));
}

static int64_t
now_ms(void *user)
{
	(void)user;
	return 6000;
}

static void
test_the_dashboard_shows_it_before_all_else(void **state)
{
	(void)state;
	struct config config = { .data_dir = "" };
	struct service_kit kit = { .config = &config, .clock = { .utc_ms = now_ms } };
	struct relaying relaying = well;
	snprintf(config.data_dir, sizeof config.data_dir, "%s", dir);
	json_t *live = json_pack("{s:i}", "attention", 4);
	json_t *picture = json_pack("{s:[{s:s}], s:[{s:s, s:i, s:b}]}", "rows", "kind", "stuck", "counts", "kind", "stuck", "n", 4,
	    "at_least", 0);
	assert_int_equal(relaying_write(dir, &relaying, &why), STATUS_OK);
	assert_int_equal(relay_matter_put(&kit, picture), STATUS_OK);
	relay_matter_count(&kit, live);
	assert_int_equal(json_array_size(json_object_get(picture, "rows")), 1);
	assert_int_equal(json_integer_value(json_object_get(live, "attention")), 4);

	relaying.state = RELAYING_STOPPED;
	relaying.differs = 17;
	snprintf(relaying.status, sizeof relaying.status, "other_past");
	snprintf(relaying.why, sizeof relaying.why, "event 17 is another one");
	assert_int_equal(relaying_write(dir, &relaying, &why), STATUS_OK);
	for (int i = 1; i <= 2; i++)
		assert_int_equal(relay_matter_put(&kit, picture), STATUS_OK);
	relay_matter_count(&kit, live);
	const json_t *row = json_array_get(json_object_get(picture, "rows"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "kind")), "site");
	assert_string_equal(json_string_value(json_object_get(row, "sentence")), "event 17 is another one");
	assert_int_equal(json_integer_value(json_object_get(row, "lsn")), 17);
	const json_t *count = json_array_get(json_object_get(picture, "counts"), 1);
	assert_string_equal(json_string_value(json_object_get(count, "kind")), "site");
	assert_int_equal(json_integer_value(json_object_get(count, "n")), 2);
	assert_int_equal(json_integer_value(json_object_get(live, "attention")), 5);
	json_decref(live);
	json_decref(picture);
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_was_written_is_read),
		CASE(what_is_no_such_file_is_refused),
		CASE(a_person_is_asked_for_when_it_does_not_pass_by_itself),
		CASE(the_dashboard_shows_it_before_all_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
