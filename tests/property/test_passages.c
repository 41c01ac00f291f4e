/*
 * Random histories once more (test_histories.c), for what stands beside the totals: where each batch stands, by what it is found,
 * and the news. The first two are held against a naive look through all events. The news are told to listeners who ask after as
 * many commits as they like, and each keeps a picture of the days' totals by what he hears alone: it has to be the ledger's.
 * JUYAN_HISTORIES=N sets how many (3,000).
 * also: address
 */
#include "check.h"

#include "../unit/folder.h"
#include "history.h"
#include "ledger.h"
#include "whereabouts.h"

enum { HISTORIES = 3000, LISTENERS = 3, CELLS_MAX = 512, ARENA = 16 * 1024 * 1024 };

struct cell {
	char key[128];
	int64_t kg, batches, units, units_unknown;
};

struct picture {
	struct cell cells[CELLS_MAX];
	size_t n;
};

struct listener {
	struct picture picture;
	uint64_t lsn;
	unsigned percent; /* how often he asks */
};

struct world {
	char folder[FOLDER_BYTES];
	struct env *env;
	struct ledger *ledger;
	struct reader *reader;
	struct arena arena;
	struct history history;
	bool applied[EVENTS_MAX]; /* verdict OK, or released since */
	uint64_t lsn[EVENTS_MAX];
	struct listener listeners[LISTENERS];
};

static void
must(enum status status, const struct reason *why)
{
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), why->text);
}

static const Juyan__V1__Answer *
ask(struct world *world, Juyan__V1__Question *question)
{
	const Juyan__V1__Answer *answer;
	struct reason why = { "" };
	question->version = PROTOCOL_VERSION;
	arena_reset(&world->arena);
	must(reader_answer(world->reader, question, &world->arena, &answer, &why), &why);
	if (answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE)
		fail_msg("%s", answer->failure->sentence);
	return answer;
}

/* ---- news ---- */

static struct cell *
cell_of(struct picture *picture, const char *key)
{
	size_t i = 0;
	while (i < picture->n && strcmp(picture->cells[i].key, key) != 0)
		i++;
	assert_true(i < CELLS_MAX);
	if (i == picture->n) {
		picture->cells[picture->n++] = (struct cell){ .kg = 0 };
		snprintf(picture->cells[i].key, sizeof picture->cells[i].key, "%s", key);
	}
	return &picture->cells[i];
}

static void
read_totals(struct world *world, struct picture *out)
{
	Juyan__V1__TotalsAsk totals = JUYAN__V1__TOTALS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	totals.by_period = JUYAN__V1__PERIOD_KIND__DAY;
	totals.by_port = totals.by_direction = totals.by_mode = totals.by_basis = true;
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = &totals;
	const Juyan__V1__Totals *rows = ask(world, &question)->totals;
	out->n = 0;
	for (size_t i = 0; i < rows->n_rows; i++) {
		const Juyan__V1__TotalsRow *row = rows->rows[i];
		char key[128];
		snprintf(key, sizeof key, "%s %s %s %s %s", row->port, row->period, row->direction, row->mode, row->basis);
		struct cell *cell = cell_of(out, key);
		cell->kg = row->net_kg;
		cell->batches = row->batches;
		cell->units = row->units;
		cell->units_unknown = row->units_unknown;
	}
}

/* A day that is told is told whole: what he had of it is gone. */
static void
forget_day(struct picture *picture, const Juyan__V1__DayTotal *day)
{
	char prefix[64];
	int bytes = snprintf(prefix, sizeof prefix, "%s %s ", day->port, day->day);
	for (size_t i = 0; i < picture->n;)
		if (strncmp(picture->cells[i].key, prefix, (size_t)bytes) == 0)
			picture->cells[i] = picture->cells[--picture->n];
		else
			i++;
}

static void
hear(struct world *world, struct listener *listener)
{
	Juyan__V1__NewsAsk asked = JUYAN__V1__NEWS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	asked.after_lsn = listener->lsn;
	question.ask_case = JUYAN__V1__QUESTION__ASK_NEWS;
	question.news = &asked;
	const Juyan__V1__News *news = ask(world, &question)->news;
	assert_int_equal(news->before_lsn, listener->lsn);
	assert_int_equal(news->lsn, ledger_lsn(world->ledger));
	assert_int_equal(news->events, news->lsn - news->before_lsn);
	assert_false(news->skipped);
	listener->lsn = news->lsn;
	if (news->registry) {
		read_totals(world, &listener->picture);
		return;
	}
	for (size_t i = 0; i < news->n_days; i++)
		forget_day(&listener->picture, news->days[i]);
	for (size_t i = 0; i < news->n_days; i++) {
		const Juyan__V1__DayTotal *day = news->days[i];
		char key[128];
		if (day->direction[0] == '\0')
			continue;
		snprintf(key, sizeof key, "%s %s %s %s %s", day->port, day->day, day->direction, day->mode, day->basis);
		struct cell *cell = cell_of(&listener->picture, key);
		cell->kg = day->net_kg;
		cell->batches = day->batches;
		cell->units = day->units;
		cell->units_unknown = day->units_unknown;
	}
	for (size_t i = 0; i < news->n_crossings; i++) {
		const Juyan__V1__CrossingNews *told = news->crossings[i];
		assert_true(told->n_happened > 0 && told->lsn > asked.after_lsn && told->lsn <= news->lsn);
	}
}

static void
same_pictures(struct picture *heard, struct picture *right)
{
	assert_int_equal(heard->n, right->n);
	for (size_t i = 0; i < right->n; i++) {
		const struct cell *a = cell_of(heard, right->cells[i].key), *b = &right->cells[i];
		if (a->kg != b->kg || a->batches != b->batches || a->units != b->units || a->units_unknown != b->units_unknown)
			fail_msg("%s: heard %lld kg, right %lld kg", b->key, (long long)a->kg, (long long)b->kg);
	}
}

/* ---- where each batch stands ---- */

static const Juyan__V1__Crossings *
crossings(struct world *world, char *day)
{
	Juyan__V1__CrossingsAsk asked = JUYAN__V1__CROSSINGS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	asked.day = day;
	question.ask_case = JUYAN__V1__QUESTION__ASK_CROSSINGS;
	question.crossings = &asked;
	return ask(world, &question)->crossings;
}

static void
check_places(struct world *world)
{
	static char *const days[] = { "", "2025-01-31", "2025-02-01" };
	static const char *const places[] = { "yard", "2025-01-31", "2025-02-01" };
	size_t found = 0, expected = 0;
	char naive_says[256], ledger_says[256];
	for (size_t d = 0; d < 3; d++) {
		const Juyan__V1__Crossings *rows = crossings(world, days[d]);
		for (size_t i = 0; i < rows->n_rows; i++, found++) {
			struct naive naive = { &world->history, world->applied, rows->rows[i]->port, rows->rows[i]->batch_no };
			describe(&naive, naive_says);
			show(rows->rows[i], places[d], ledger_says);
			assert_string_equal(naive_says, ledger_says);
		}
	}
	for (size_t b = 0; b < BATCHES; b++)
		for (size_t p = 0; p < 2; p++) {
			char batch_no[16];
			snprintf(batch_no, sizeof batch_no, "B%zu", b);
			describe(&(struct naive){ &world->history, world->applied, ports[p], batch_no }, naive_says);
			expected += strncmp(naive_says, "nowhere", 7) != 0;
		}
	assert_int_equal(found, expected);
}

/* ---- by what each batch is found ---- */

static bool
begins(const char *name, const char *text)
{
	char plain[64] = "";
	for (size_t n = 0; *name != '\0'; name++)
		if (*name != ' ' && *name != '-')
			plain[n++] = (char)(*name >= 'A' && *name <= 'Z' ? *name + 32 : *name);
	return strncmp(plain, text, strlen(text)) == 0;
}

static bool
is_found(const struct naive *naive, const char *text)
{
	const struct naive_event *paper = lodging(naive);
	bool any = false, found = false;
	for (size_t i = 0; i < naive->history->n; i++) {
		const struct naive_event *e = own(naive, i);
		any = any || e != NULL;
		found = found || (e != NULL && paper == NULL && begins(unit_of(e->event), text) && unit_of(e->event)[0] != '\0');
	}
	found = any && (found || begins(naive->batch_no, text));
	if (paper == NULL || paper->event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED)
		return found;
	const Juyan__V1__ManifestLodged *m = paper->event->manifest_lodged;
	for (size_t w = 0; w < m->n_waybills; w++)
		found = found || begins(m->waybills[w]->waybill_no, text);
	for (size_t u = 0; u < m->n_units; u++) {
		found = found || begins(m->units[u]->unit_id, text);
		for (size_t t = 0; t < m->units[u]->n_trailers; t++)
			found = found || begins(m->units[u]->trailers[t], text);
		for (size_t c = 0; c < m->units[u]->n_containers; c++)
			found = found || begins(m->units[u]->containers[c], text);
	}
	return found;
}

static void
check_search(struct world *world)
{
	static char *const texts[] = { "b1", "wb", "wb1", "挂1", "t7", "msku", "tghu7654321", "1234", "蒙l1", "b0" };
	char *text = OF(texts);
	Juyan__V1__SearchAsk asked = JUYAN__V1__SEARCH_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	size_t expected = 0;
	asked.text = text;
	question.ask_case = JUYAN__V1__QUESTION__ASK_SEARCH;
	question.search = &asked;
	const Juyan__V1__SearchResults *results = ask(world, &question)->search;
	for (size_t b = 0; b < BATCHES; b++)
		for (size_t p = 0; p < 2; p++) {
			char batch_no[16];
			snprintf(batch_no, sizeof batch_no, "B%zu", b);
			expected += is_found(&(struct naive){ &world->history, world->applied, ports[p], batch_no }, text);
		}
	if (results->n_rows != expected)
		fail_msg("'%s': %zu are found, %zu were expected", text, results->n_rows, expected);
	for (size_t i = 0; i < results->n_rows; i++) {
		const Juyan__V1__SearchRow *row = results->rows[i];
		assert_true(is_found(
		    &(struct naive){ &world->history, world->applied, row->crossing->port, row->crossing->batch_no }, text));
		assert_true(begins(row->found, text));
	}
}

/* ---- a history ---- */

static void
apply(struct world *world, struct entry *entries, const size_t *of, size_t n)
{
	struct reason why = { "" };
	must(ledger_apply(world->ledger, entries, n, &why), &why);
	for (size_t i = 0; i < n; i++)
		if (of != NULL)
			world->lsn[of[i]] = entries[i].lsn;
	for (size_t l = 0; l < LISTENERS; l++)
		if (any_chance(world->listeners[l].percent))
			hear(world, &world->listeners[l]);
}

static void
administer(struct world *world, struct span bytes, uint64_t seq)
{
	struct arena arena;
	struct entry entry = { .terminal_no = 1, .stream_seq = seq, .received_at_ms = 1738252800000, .bytes = bytes };
	assert_int_equal(arena_open(&arena, 8 << 20), STATUS_OK);
	must(wire_event(bytes, &arena, &entry.event, &(struct reason){ "" }), &(struct reason){ "" });
	apply(world, &entry, NULL, 1);
	assert_int_equal(entry.verdict, STATUS_OK);
	arena_close(&arena);
}

static void
play(struct world *world)
{
	struct entry entries[EVENTS_MAX];
	size_t of[EVENTS_MAX], gathered = 0;
	for (size_t i = 0; i < world->history.n; i++) {
		const struct happening *happening = &world->history.events[i];
		world->applied[i] = happening->verdict == STATUS_OK;
		of[gathered] = i;
		entries[gathered++] = (struct entry){ .terminal_no = happening->naive.terminal_no,
			.stream_seq = happening->naive.stream_seq,
			.received_at_ms = 1738252800000,
			.bytes = happening->bytes,
			.event = happening->naive.event,
			.verdict = happening->verdict };
		if (any_chance(30) || i + 1 == world->history.n) {
			apply(world, entries, of, gathered);
			gathered = 0;
		}
	}
}

/* Some leave quarantine, now that all others are there. */
static void
release_some(struct world *world, uint64_t *seq)
{
	for (size_t i = 0; i < world->history.n; i++) {
		if (world->history.events[i].verdict != STATUS_UNKNOWN_PORT || any_chance(40))
			continue;
		Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
		Juyan__V1__QuarantineReleased released = JUYAN__V1__QUARANTINE_RELEASED__INIT;
		event.occurred_at_ms = 1738252800000;
		event.what_case = JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED;
		event.quarantine_released = &released;
		released.lsn = world->lsn[i];
		released.by = released.reason = "a test";
		released.dismissed = any_chance(30);
		world->applied[i] = !released.dismissed;
		administer(world, packed(&event, &world->history.arena), ++*seq);
	}
}

/* Who sends needs rights, for what leaves quarantine is judged anew. */
static struct span
terminals(struct arena *arena)
{
	static char *all[] = { "*" };
	Juyan__V1__RegistryRecord *records[TERMINALS];
	Juyan__V1__RegistryChanged *change = NEW(arena, Juyan__V1__RegistryChanged, JUYAN__V1__REGISTRY_CHANGED__INIT);
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	event.occurred_at_ms = 1738252800000;
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = change;
	change->by = change->reason = "a test";
	change->put = records;
	for (; change->n_put < TERMINALS; change->n_put++) {
		Juyan__V1__RegistryRecord *record = NEW(arena, Juyan__V1__RegistryRecord, JUYAN__V1__REGISTRY_RECORD__INIT);
		Juyan__V1__Terminal *terminal = NEW(arena, Juyan__V1__Terminal, JUYAN__V1__TERMINAL__INIT);
		record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
		record->terminal = terminal;
		terminal->terminal_no = (uint32_t)change->n_put + 1;
		terminal->name = "one";
		terminal->administrator = terminal->terminal_no == 1;
		terminal->public_key.len = PUBLIC_KEY_BYTES;
		terminal->public_key.data = any_take(arena, PUBLIC_KEY_BYTES);
		memset(terminal->public_key.data, (int)terminal->terminal_no, PUBLIC_KEY_BYTES);
		terminal->n_ports = terminal->n_kinds = 1;
		terminal->ports = terminal->kinds = all;
		records[change->n_put] = record;
	}
	return packed(&event, arena);
}

static void
begin(struct world *world)
{
	char dir[FOLDER_BYTES + 8];
	struct reason why = { "" };
	snprintf(dir, sizeof dir, "%s/book", world->folder);
	struct env_options options = { .dir = dir,
		.scratch = true,
		.map_bytes = 64 << 20,
		.headroom_disk_bytes = 1,
		.headroom_map_bytes = 1 };
	must(env_open(&options, &world->env, &why), &why);
	must(ledger_open(world->env, &world->ledger, &why), &why);
	must(reader_open(world->env, &world->reader, &why), &why);
	for (size_t l = 0; l < LISTENERS; l++) {
		world->listeners[l].lsn = 0;
		world->listeners[l].picture.n = 0;
		world->listeners[l].percent = l == 0 ? 100 : l == 1 ? 30 : 5;
	}
}

static void
end(struct world *world)
{
	char dir[FOLDER_BYTES + 8];
	snprintf(dir, sizeof dir, "%s/book", world->folder);
	reader_close(&world->reader);
	ledger_close(&world->ledger);
	env_close(&world->env);
	folder_remove(dir);
}

static void
check_all(struct world *world)
{
	static struct picture right;
	check_places(world);
	check_search(world);
	read_totals(world, &right);
	for (size_t l = 0; l < LISTENERS; l++) {
		hear(world, &world->listeners[l]);
		same_pictures(&world->listeners[l].picture, &right);
	}
}

static void
test_places_names_and_news(void **state)
{
	static struct world world;
	const char *wanted = getenv("JUYAN_HISTORIES");
	size_t histories = wanted != NULL ? strtoul(wanted, NULL, 10) : HISTORIES;
	(void)state;
	any_begin();
	folder_make(world.folder);
	assert_int_equal(arena_open(&world.arena, ARENA), STATUS_OK);
	assert_int_equal(arena_open(&world.history.arena, ARENA), STATUS_OK);
	for (size_t i = 0; i < histories; i++) {
		uint64_t seq = 0, seed = any_state;
		if (i % 1000 == 0)
			printf("history %zu, seed=%llu\n", i, (unsigned long long)seed);
		make_history(&world.history);
		begin(&world);
		administer(&world, registry_change(false, false, &world.history.arena), ++seq);
		administer(&world, terminals(&world.history.arena), ++seq);
		play(&world);
		check_all(&world);
		release_some(&world, &seq);
		check_all(&world);
		if (any_chance(25)) {
			administer(&world, registry_change(true, any_chance(50), &world.history.arena), ++seq);
			check_all(&world);
		}
		end(&world);
	}
	arena_close(&world.arena);
	arena_close(&world.history.arena);
	folder_remove(world.folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_places_names_and_news) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
