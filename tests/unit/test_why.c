/*
 * What moved a forecast: each day's is kept once, whole or not at all, and not for ever; the moves add up to the difference to the
 * kilogram, and each is zero unless its own thing has changed; the parts add up to the forecast.
 */
#include "check.h"

#include <dirent.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive.h"
#include "folder.h"
#include "made_up.h"

static uint64_t seed;
static struct arena arena;

struct scene {
	char folder[FOLDER_BYTES];
	struct made_up *ledger;
	struct engine *engine;
};

/* Filled in place: the engine keeps a pointer to its folder's name. */
static void
scene_open(struct scene *scene)
{
	struct reason why = { "" };
	folder_make(scene->folder);
	scene->ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine_options options = made_up_options(scene->ledger);
	options.archive = scene->folder;
	options.keeps = true;
	assert_int_equal(engine_open(&options, &scene->engine, &why), STATUS_OK);
}

static void
scene_close(struct scene *scene)
{
	engine_close(&scene->engine);
	made_up_close(scene->ledger);
	folder_remove(scene->folder);
}

static bool
refresh(struct scene *scene)
{
	bool changed = false;
	struct reason why = { "" }, unkept = { "" };
	if (engine_refresh(scene->engine, &changed, &unkept, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_string_equal(unkept.text, "");
	return changed;
}

/* The next noon; what came on the day that ended is like the day a week before. */
static void
next_day(struct scene *scene)
{
	struct made_up *ledger = scene->ledger;
	int64_t d = ledger->today - ledger->first;
	for (size_t i = 0; i < MADE_UP_LEAVES; i++)
		ledger->kg[i][d] = ledger->kg[i][d - 7];
	made_up_noon(ledger, ledger->today + 1);
	ledger->lsn++;
}

static enum status
ask_why(struct scene *scene, const char *question, const Juyan__V1__WhyReport **out, struct reason *why)
{
	char text[1024];
	const Juyan__V1__ForecastReply *reply = NULL;
	snprintf(text, sizeof text, "%s", question);
	const ProtobufCMessage *message = said_message(&juyan__v1__forecast_question__descriptor, text);
	arena_reset(&arena);
	enum status status = engine_answer(scene->engine, (const Juyan__V1__ForecastQuestion *)message, &arena, &reply, why);
	if (status == STATUS_OK)
		*out = reply->why;
	return status;
}

static const Juyan__V1__WhyReport *
why_of(struct scene *scene, const char *question)
{
	const Juyan__V1__WhyReport *report = NULL;
	struct reason why = { "" };
	if (ask_why(scene, question, &report, &why) != STATUS_OK)
		fail_msg("%s: %s", question, why.text);
	int64_t parts = 0, moves = 0;
	for (size_t i = 0; i < report->n_parts; i++)
		parts += report->parts[i]->kg;
	for (size_t i = 0; i < report->n_moves; i++)
		moves += report->moves[i]->kg;
	assert_int_equal(parts, report->mean_kg);
	if (report->earlier != NULL)
		assert_int_equal(moves, report->mean_kg - report->earlier_kg);
	else
		assert_int_equal(report->n_moves, 0);
	return report;
}

static int64_t
move_of(const Juyan__V1__WhyReport *report, const char *name)
{
	for (size_t i = 0; i < report->n_moves; i++)
		if (strcmp(report->moves[i]->name, name) == 0)
			return report->moves[i]->kg;
	fail_msg("there is no move '%s'", name);
	return 0;
}

static size_t
files_in(const char *folder)
{
	size_t n = 0;
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* ---- tests ---- */

static void
each_day_is_kept_once(void **state)
{
	(void)state;
	struct scene scene;
	scene_open(&scene);
	char path[FOLDER_BYTES + 32];
	struct stat first, second;
	assert_true(refresh(&scene));
	snprintf(path, sizeof path, "%s/2025-06-30.json", scene.folder);
	assert_int_equal(stat(path, &first), 0);
	assert_false(refresh(&scene));
	scene.ledger->kg[0][100] += 5000;
	scene.ledger->lsn++;
	assert_true(refresh(&scene)); /* a fact of a past day has changed: the forecast of that day stays as it was */
	assert_int_equal(stat(path, &second), 0);
	assert_int_equal(first.st_ino, second.st_ino);
	scene.ledger->lsn++; /* an event that changes no day */
	assert_false(refresh(&scene));
	next_day(&scene);
	assert_true(refresh(&scene));
	assert_int_equal(files_in(scene.folder), 2);
	scene_close(&scene);
}

static void
nothing_kept_means_no_moves(void **state)
{
	(void)state;
	struct scene scene;
	scene_open(&scene);
	const Juyan__V1__WhyReport *report = why_of(&scene, "{'why': {}}");
	assert_null(report->earlier);
	assert_string_equal(report->to, "2025-12-31");
	refresh(&scene);
	assert_null(why_of(&scene, "{'why': {}}")->earlier); /* today's own is no earlier one */
	scene_close(&scene);
}

static void
new_days_alone_move_it(void **state)
{
	(void)state;
	struct scene scene;
	scene_open(&scene);
	refresh(&scene);
	next_day(&scene);
	next_day(&scene);
	const Juyan__V1__WhyReport *report = why_of(&scene, "{'why': {}}");
	assert_non_null(report->earlier);
	assert_string_equal(report->earlier->origin, "2025-06-30");
	assert_int_equal(move_of(report, "model"), 0);
	assert_int_equal(move_of(report, "corrections"), 0);
	assert_int_equal(move_of(report, "calendar"), 0);
	assert_int_equal(move_of(report, "overrides"), 0);
	assert_int_not_equal(move_of(report, "new data"), 0);
	scene_close(&scene);
}

static void
each_thing_has_its_own_move(void **state)
{
	(void)state;
	struct scene scene;
	scene_open(&scene);
	refresh(&scene);
	int64_t earlier = why_of(&scene, "{'why': {}}")->mean_kg;
	next_day(&scene);
	refresh(&scene);
	next_day(&scene);
	refresh(&scene);
	scene.ledger->kg[0][civil_day(2025, 3, 5) - scene.ledger->first] += 1000 * T;
	made_up_registry(scene.ledger,
	    ", {'day': {'port': 'ceke', 'day': '2025-09-01', 'to': '2025-09-10', 'kind': 'CLOSED'}}"
	    ", {'override': {'id': 'o', 'port': 'ceke', 'from': '2025-10-01', 'to': '2025-10-31', 'per_mille': 900, 'by': 'A', "
	    "'reason': 'r'}}");
	const Juyan__V1__WhyReport *report = why_of(&scene, "{'why': {'since': '2025-07-01'}}");
	assert_string_equal(report->earlier->origin, "2025-06-30");
	assert_int_equal(report->earlier_kg, earlier);
	assert_int_equal(move_of(report, "model"), 0);
	assert_int_not_equal(move_of(report, "corrections"), 0);
	assert_true(move_of(report, "calendar") < -100000 * T);
	assert_true(move_of(report, "overrides") < -10000 * T);
	report = why_of(&scene, "{'why': {}}"); /* since yesterday's */
	assert_string_equal(report->earlier->origin, "2025-07-01");
	scene_close(&scene);
}

static void
slices_and_scenarios_add_up_too(void **state)
{
	(void)state;
	struct scene scene;
	scene_open(&scene);
	refresh(&scene);
	next_day(&scene);
	const Juyan__V1__WhyReport *report = why_of(&scene,
	    "{'why': {'slice': {'modes': ['agv']}, 'to': '2025-09-30', 'making': {'scenario': {'name': 's', 'changes': "
	    "[{'from': '2025-08-01', 'demand_per_mille': 500}]}}}}");
	assert_true(move_of(report, "scenario") < 0);
	scene_close(&scene);
}

static void
put_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* A kept file that something has happened to is told of, and the one before it takes its place; so would no file at all. */
static void
a_damaged_file_is_named_and_passed_over(void **state)
{
	(void)state;
	struct scene scene;
	char path[FOLDER_BYTES + 32];
	const Juyan__V1__WhyReport *report = NULL;
	static const char *const heads[] = { "{\"version\": 1", "{}", "[1]", "{\"version\": 2}", "", "\xff\xfe",
		"{\"version\":1,\"program\":\"\",\"model\":\"\",\"lsn\":1,\"first_day\":-9223372036854775808,\"origin\":"
		"9223372036854775807,"
		"\"silent_days\":0,\"last_day\":9223372036854775807,\"paths\":200,\"seed\":1,\"overrides\":true,\"registry\":{},"
		"\"leaves\":[]}",
		"{\"version\":1,\"program\":\"\",\"model\":\"\",\"lsn\":1,\"first_day\":20000,\"origin\":20001,"
		"\"silent_days\":0,\"last_day\":20400,\"paths\":200,\"seed\":1,\"overrides\":true,\"registry\":{},\"leaves\":[{"
		"\"port\":\"ceke\","
		"\"direction\":\"import\",\"mode\":\"truck\",\"group\":\"coal\",\"past\":[9223372036854775807,9223372036854775807],"
		"\"mean\":"
		"[-399]}]}",
		"{\"version\":1,\"program\":\"\",\"model\":\"\",\"lsn\":1,\"first_day\":20000,\"origin\":20001,"
		"\"silent_days\":0,\"last_day\":20400,\"paths\":200,\"seed\":1,\"overrides\":true,\"registry\":{\"records\":[{"
		"\"port\":{\"id\":"
		"\"a-port-whose-name-is-longer-than-any-port-may-have\"}}]},\"leaves\":[{\"port\":\"a-port-whose-name-is-longer-"
		"than-any-port\","
		"\"direction\":\"import\",\"mode\":\"truck\",\"group\":\"coal\",\"past\":[1,1],\"mean\":[-399]}]}" };
	scene_open(&scene);
	refresh(&scene);
	next_day(&scene);
	next_day(&scene);
	snprintf(path, sizeof path, "%s/2025-07-01.json", scene.folder);
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		put_file(path, heads[i]);
		report = why_of(&scene, "{'why': {}}");
		assert_non_null(report->earlier);
		assert_string_equal(report->earlier->origin, "2025-06-30");
		assert_true(report->provenance->n_notes > 0);
		assert_non_null(strstr(report->provenance->notes[report->provenance->n_notes - 1], "2025-07-01.json"));
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0); /* reading it would wait for ever */
	report = why_of(&scene, "{'why': {}}");
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof path, "%s/2025-06-30.json", scene.folder);
	put_file(path, "{");
	assert_null(why_of(&scene, "{'why': {}}")->earlier);
	scene_close(&scene);
}

/* A file of today's name that was cut off is no forecast that is kept: it is written anew. */
static void
a_damaged_file_is_written_anew(void **state)
{
	(void)state;
	struct scene scene;
	char path[FOLDER_BYTES + 32];
	scene_open(&scene);
	snprintf(path, sizeof path, "%s/2025-06-30.json", scene.folder);
	put_file(path, "{\"version\": 1");
	assert_false(archive_has(scene.folder, civil_day(2025, 6, 30)));
	refresh(&scene);
	assert_true(archive_has(scene.folder, civil_day(2025, 6, 30)));
	scene_close(&scene);
}

static void
the_archive_has_a_bound(void **state)
{
	(void)state;
	struct scene scene;
	scene_open(&scene);
	for (int64_t day = civil_day(2015, 1, 1); day < civil_day(2025, 6, 30); day += 3) {
		char path[FOLDER_BYTES + 32];
		int year, month, dom;
		civil_date(day, &year, &month, &dom);
		snprintf(path, sizeof path, "%s/%04d-%02d-%02d.json", scene.folder, year, month, dom);
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		fclose(file);
	}
	refresh(&scene);
	assert_in_range(files_in(scene.folder), 80, ARCHIVE_FILES);
	assert_true(archive_has(scene.folder, civil_day(2025, 6, 30)));
	scene_close(&scene);
}

/* A folder that cannot be written was "nothing has changed", for as long as it stayed so. */
static void
news_are_told_where_nothing_can_be_kept(void **state)
{
	(void)state;
	struct scene scene;
	char path[FOLDER_BYTES + 48];
	struct reason why = { "" }, unkept = { "" };
	bool changed = false;
	scene_open(&scene);
	snprintf(path, sizeof path, "%s/2025-06-30.json", scene.folder);
	assert_int_equal(mkdir(path, 0700), 0); /* a file cannot take its place, whoever runs this */
	for (int look = 0; look < 3; look++) {
		assert_int_equal(engine_refresh(scene.engine, &changed, &unkept, &why), STATUS_OK);
		assert_int_equal(changed, look == 0);
		assert_non_null(strstr(unkept.text, "2025-06-30.json"));
	}
	assert_int_equal(rmdir(path), 0);
	assert_false(refresh(&scene)); /* kept now, and that is no news */
	assert_true(archive_has(scene.folder, civil_day(2025, 6, 30)));
	scene_close(&scene);
}

/* What a crash left half written stayed for good. */
static void
half_written_files_are_swept_at_the_start(void **state)
{
	(void)state;
	struct scene scene;
	char path[FOLDER_BYTES + 48], other[FOLDER_BYTES + 48];
	struct reason why = { "" };
	scene_open(&scene);
	refresh(&scene);
	struct engine_options options = made_up_options(scene.ledger);
	snprintf(path, sizeof path, "%s/2025-06-29.json.part", scene.folder);
	snprintf(other, sizeof other, "%s/notes.part", scene.folder);
	put_file(path, "{");
	put_file(other, "mine");
	engine_close(&scene.engine);
	options.archive = scene.folder;
	for (int keeps = 0; keeps < 2; keeps++) { /* who only reads there removes nothing: somebody else may be writing */
		options.keeps = keeps == 1;
		assert_int_equal(engine_open(&options, &scene.engine, &why), STATUS_OK);
		assert_int_equal(access(path, F_OK) == 0, keeps == 0);
		engine_close(&scene.engine);
	}
	assert_int_equal(access(other, F_OK), 0);
	assert_true(archive_has(scene.folder, civil_day(2025, 6, 30)));
	scene_close(&scene);
}

/* Only so many names were read, in the folder's own order: the newest could be among the others. */
static void
the_newest_of_thousands_is_found(void **state)
{
	(void)state;
	struct scene scene;
	char path[FOLDER_BYTES + 32];
	scene_open(&scene);
	refresh(&scene);
	for (int64_t day = civil_day(1990, 1, 1), n = 0; n < 6000; day++, n++) {
		int year, month, dom;
		civil_date(day, &year, &month, &dom);
		snprintf(path, sizeof path, "%s/%04d-%02d-%02d.json", scene.folder, year, month, dom);
		put_file(path, "");
	}
	next_day(&scene);
	assert_string_equal(why_of(&scene, "{'why': {}}")->earlier->origin, "2025-06-30");
	refresh(&scene);
	assert_in_range(files_in(scene.folder), 2, ARCHIVE_FILES);
	scene_close(&scene);
}

int
main(void)
{
	const char *given = getenv("JUYAN_SEED");
	seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	print_message("seed=%llu\n", (unsigned long long)seed);
	assert_int_equal(arena_open(&arena, 32 * 1024 * 1024), STATUS_OK);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_day_is_kept_once, said_forget),
		cmocka_unit_test_setup(nothing_kept_means_no_moves, said_forget),
		cmocka_unit_test_setup(new_days_alone_move_it, said_forget),
		cmocka_unit_test_setup(each_thing_has_its_own_move, said_forget),
		cmocka_unit_test_setup(slices_and_scenarios_add_up_too, said_forget),
		cmocka_unit_test_setup(a_damaged_file_is_named_and_passed_over, said_forget),
		cmocka_unit_test_setup(a_damaged_file_is_written_anew, said_forget),
		cmocka_unit_test_setup(news_are_told_where_nothing_can_be_kept, said_forget),
		cmocka_unit_test_setup(half_written_files_are_swept_at_the_start, said_forget),
		cmocka_unit_test_setup(the_archive_has_a_bound, said_forget),
		cmocka_unit_test_setup(the_newest_of_thousands_is_found, said_forget),
	};
	int failed = cmocka_run_group_tests(tests, said_begin, said_end);
	arena_close(&arena);
	return failed;
}
