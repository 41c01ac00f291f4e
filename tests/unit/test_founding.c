/* A ledger begins with its registry: the shipped one, and one that takes several events, which all come or none. */
#include "check.h"

#include <string.h>

#include <sodium.h>
#include <sys/stat.h>

#include "folder.h"
#include "founding.h"
#include "registry_file.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, MANY = 5000, NOW_MS = 1000000 };

typedef Juyan__V1__RegistryRecord Record;

static char dir[FOLDER_BYTES];
static struct env *env;
static struct ledger *ledger;
static struct arena arena;

static int
start(void **unused)
{
	(void)unused;
	struct reason why = { "" };
	char keys[FOLDER_BYTES + 8];
	folder_make(dir);
	snprintf(keys, sizeof keys, "%s/keys", dir);
	if (mkdir(keys, 0700) != 0)
		return -1;
	const struct env_options options = { .dir = dir,
		.scratch = true,
		.map_bytes = 64 << 20,
		.headroom_disk_bytes = 1,
		.headroom_map_bytes = 1 };
	if (sodium_init() < 0 || arena_open(&arena, ARENA_BYTES) != STATUS_OK)
		return -1;
	if (env_open(&options, &env, &why) != STATUS_OK || ledger_open(env, &ledger, &why) != STATUS_OK) {
		print_error("%s\n", why.text);
		return -1;
	}
	return 0;
}

static int
stop(void **unused)
{
	(void)unused;
	ledger_close(&ledger);
	env_close(&env);
	arena_close(&arena);
	folder_remove(dir);
	return 0;
}

static size_t
days_on_file(void)
{
	struct reason why = { "" };
	struct reader *reader;
	const Juyan__V1__Answer *answer;
	Juyan__V1__RegistryAsk ask = JUYAN__V1__REGISTRY_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	char kind[] = "day";
	ask.kind = kind;
	question.version = PROTOCOL_VERSION;
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &ask;
	assert_int_equal(reader_open(env, &reader, &why), STATUS_OK);
	assert_int_equal(reader_answer(reader, &question, &arena, &answer, &why), STATUS_OK);
	assert_int_equal(answer->say_case, JUYAN__V1__ANSWER__SAY_REGISTRY);
	reader_close(&reader);
	return answer->registry->n_records;
}

static void
test_the_shipped_registry_with_its_calendar(void **unused)
{
	struct reason why = { "" };
	(void)unused;
	if (founding_begin(ledger, dir, NOW_MS, NULL, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_true(registry_knows_port(ledger_registry(ledger), "ceke"));
	assert_true(registry_terminal(ledger_registry(ledger), FOUNDING_TERMINAL_NO)->administrator);
	assert_true(days_on_file() > 180);
}

/* So many days, and a port. */
static void
make_records(Record *records, Juyan__V1__CalendarDay *days, const Record **pointers, Juyan__V1__Port *port)
{
	static char all[] = "*", id[] = "ceke", offset[] = "+08:00", notes[MANY][16], texts[MANY][16];
	juyan__v1__port__init(port);
	port->id = id;
	port->utc_offset = offset;
	port->count_on = JUYAN__V1__COUNT_ON__RELEASE;
	for (int i = 0; i < MANY; i++) {
		juyan__v1__registry_record__init(&records[i]);
		juyan__v1__calendar_day__init(&days[i]);
		snprintf(texts[i], sizeof texts[i], "%04d-%02d-%02d", 2000 + i / 336, i / 28 % 12 + 1, i % 28 + 1);
		snprintf(notes[i], sizeof notes[i], "day %d", i);
		days[i].port = all;
		days[i].day = texts[i];
		days[i].note = notes[i];
		days[i].kind = JUYAN__V1__DAY_KIND__CLOSED;
		records[i].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_DAY;
		records[i].day = &days[i];
		pointers[i] = &records[i];
	}
	juyan__v1__registry_record__init(&records[MANY]);
	records[MANY].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
	records[MANY].port = port;
	pointers[MANY] = &records[MANY];
}

static void
test_more_than_one_event_holds(void **unused)
{
	static Record records[MANY + 1];
	static Juyan__V1__CalendarDay days[MANY];
	static const Record *pointers[MANY + 1];
	Juyan__V1__Port port;
	struct reason why = { "" };
	(void)unused;
	make_records(records, days, pointers, &port);
	if (founding_with(ledger, dir, NOW_MS, pointers, MANY + 1, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_true(ledger_lsn(ledger) > MANY / REGISTRY_RECORDS_MAX);
	assert_int_equal(ledger_stream_tail(ledger, FOUNDING_TERMINAL_NO), ledger_lsn(ledger));
	assert_int_equal(days_on_file(), MANY);
}

/* What does not fit is refused before anything is on file: here a day at a port that nobody knows. */
static void
test_what_does_not_fit_founds_nothing(void **unused)
{
	static Record records[MANY + 1];
	static Juyan__V1__CalendarDay days[MANY];
	static const Record *pointers[MANY + 1];
	static char elsewhere[] = "elsewhere";
	Juyan__V1__Port port;
	struct reason why = { "" };
	(void)unused;
	make_records(records, days, pointers, &port);
	days[MANY - 1].port = elsewhere;
	assert_int_not_equal(founding_with(ledger, dir, NOW_MS, pointers, MANY + 1, &why), STATUS_OK);
	assert_non_null(strstr(why.text, "elsewhere"));
	assert_int_equal(ledger_lsn(ledger), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_shipped_registry_with_its_calendar, start, stop),
		cmocka_unit_test_setup_teardown(test_more_than_one_event_holds, start, stop),
		cmocka_unit_test_setup_teardown(test_what_does_not_fit_founds_nothing, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
