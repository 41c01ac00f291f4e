/*
 * The warehouse as a service, through its open, step and close, without a PostgreSQL: what it refuses to begin with, and what it
 * tells of itself while it cannot write.
 *
 * also: thread
 */
#include "check.h"

#include "bulletin.h"
#include "opened_ledger.h"
#include "warehouse.h"

enum { TURNS_MAX = 20000 };

/* Port 1 is nobody's; the other says what libpq does not know. */
#define NOBODY "host=127.0.0.1 port=1 user=x dbname=y"
#define NONSENSE "host=127.0.0.1 colour=blue"

static struct scene {
	struct book book;
	struct config config;
	struct log *log;
	FILE *log_stream;
	struct counters counters;
	struct service_kit kit;
	void *warehouse;
} scene;

static struct reason why;

static int
set_up(void **state)
{
	char run[FOLDER_BYTES + 8];
	memset(&scene, 0, sizeof scene);
	if (said_begin(state) != 0)
		return 1;
	folder_make_quick(scene.book.dir);
	book_open_env(&scene.book, 16 << 20);
	book_take(&scene.book, ADMIN, book_founding());
	snprintf(run, sizeof run, "%s/run", scene.book.dir);
	assert_int_equal(mkdir(run, 0700), 0);
	config_defaults(&scene.config);
	snprintf(scene.config.data_dir, sizeof scene.config.data_dir, "%s", scene.book.dir);
	scene.log_stream = fopen("/dev/null", "w");
	must(log_open(scene.log_stream, LOG_DEBUG, &scene.log), &why);
	scene.kit = (struct service_kit){ .env = scene.book.env,
		.config = &scene.config,
		.log = scene.log,
		.counters = &scene.counters,
		.clock = clock_system() };
	return 0;
}

static int
tear_down(void **state)
{
	warehouse_service.close(&scene.warehouse);
	log_close(&scene.log);
	fclose(scene.log_stream);
	book_close(&scene.book);
	return said_end(state);
}

static void
begin(const char *conninfo)
{
	snprintf(scene.config.warehouse, sizeof scene.config.warehouse, "%s", conninfo);
	must(warehouse_service.open(&scene.kit, &scene.warehouse, &why), &why);
}

static void
write_events(size_t n)
{
	for (size_t i = 0; i < n; i++)
		book_take(&scene.book, GATE, cargo(MIDNIGHT, "ceke", "B", RELEASED));
}

static struct bulletin
turn_until_told(const char *trouble, uint64_t lsn)
{
	struct bulletin now = { .state = "" };
	for (int i = 0; i < TURNS_MAX; i++) {
		must(warehouse_service.step(scene.warehouse, 1, &why), &why);
		if (bulletin_read(scene.book.dir, "warehouse", &now, &why) == STATUS_OK && strcmp(now.trouble, trouble) == 0 &&
		    now.lsn == lsn)
			return now;
	}
	fail_msg("'%s' at event %llu is never told: %s", trouble, (unsigned long long)lsn, now.trouble);
	return now;
}

static void
test_without_a_setting_it_does_nothing(void **state)
{
	(void)state;
	struct bulletin old = { .state = "waiting" };
	must(bulletin_write(scene.book.dir, "warehouse", &old, &why), &why);
	begin("");
	must(warehouse_service.step(scene.warehouse, 1, &why), &why);
	assert_int_equal(bulletin_read(scene.book.dir, "warehouse", &old, &why), STATUS_NOT_FOUND);
}

static void
test_settings_that_cannot_be_are_refused(void **state)
{
	(void)state;
	snprintf(scene.config.warehouse, sizeof scene.config.warehouse, "%s", NOBODY);
	snprintf(scene.config.warehouse_partitions, sizeof scene.config.warehouse_partitions, "week");
	assert_int_equal(warehouse_service.open(&scene.kit, &scene.warehouse, &why), STATUS_SETTING);
	assert_non_null(strstr(why.text, "expected: month or none"));
	assert_null(scene.warehouse);
	snprintf(scene.config.warehouse_partitions, sizeof scene.config.warehouse_partitions, "none");
	snprintf(scene.config.warehouse, sizeof scene.config.warehouse, "/no/such/file");
	assert_int_not_equal(warehouse_service.open(&scene.kit, &scene.warehouse, &why), STATUS_OK);
	assert_non_null(strstr(why.text, "/no/such/file"));
	assert_null(scene.warehouse);
}

static void
test_what_waits_is_told_while_nothing_can_be_written(void **state)
{
	(void)state;
	begin(NOBODY);
	struct bulletin now = turn_until_told("away", ledger_lsn(scene.book.ledger));
	assert_string_equal(now.state, "waiting");
	assert_int_equal(now.reached, 0);
	assert_int_equal(now.waits_from_ms, MIDNIGHT);
	assert_false(now.lasts || bulletin_asks(&now, "warehouse", now.told_ms, &why));
	write_events(5); /* it grows meanwhile, and the trouble is the same */
	struct bulletin later = turn_until_told("away", ledger_lsn(scene.book.ledger));
	assert_int_equal(later.since_ms, now.since_ms);
	assert_int_equal(bulletin_behind(&later, 0), ledger_lsn(scene.book.ledger));
	assert_true(bulletin_asks(&later, "warehouse", later.told_ms + BULLETIN_STALE_MS, &why) == false);
	later.told_ms = later.since_ms + 2 * BULLETIN_PATIENCE_MS;
	assert_true(bulletin_asks(&later, "warehouse", later.told_ms, &why));
}

static void
test_what_somebody_has_to_mend_asks_at_once(void **state)
{
	(void)state;
	begin(NONSENSE);
	struct bulletin now = turn_until_told("setting", ledger_lsn(scene.book.ledger));
	assert_true(now.lasts && bulletin_asks(&now, "warehouse", now.told_ms, &why));
	assert_non_null(strstr(why.text, "colour"));
	assert_true(atomic_load(&scene.counters.values[COUNTER_warehouse_troubles]) > 0);
}

static void
test_a_new_process_knows_how_far_it_had_come(void **state)
{
	(void)state;
	struct bulletin before = { .state = "going", .lsn = 1, .reached = 1, .trouble = BULLETIN_WELL };
	must(bulletin_write(scene.book.dir, "warehouse", &before, &why), &why);
	write_events(5);
	begin(NOBODY);
	struct bulletin now = turn_until_told("away", ledger_lsn(scene.book.ledger));
	assert_int_equal(now.reached, 1);
	assert_int_equal(bulletin_behind(&now, 0), ledger_lsn(scene.book.ledger) - 1);
	warehouse_service.close(&scene.warehouse);
	assert_int_equal(bulletin_read(scene.book.dir, "warehouse", &now, &why), STATUS_OK);
	assert_int_equal(now.reached, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(without_a_setting_it_does_nothing),
		CASE(settings_that_cannot_be_are_refused),
		CASE(what_waits_is_told_while_nothing_can_be_written),
		CASE(what_somebody_has_to_mend_asks_at_once),
		CASE(a_new_process_knows_how_far_it_had_come),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
