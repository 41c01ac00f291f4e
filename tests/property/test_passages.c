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

/* ---- where each batch stands, the naive way ---- */

struct naive {
	struct world *world;
	const char *port, *batch_no;
};

/* The i-th event, where it is one of the batch that was applied. */
static const struct naive_event *
own(const struct naive *naive, size_t i)
{
	const struct naive_event *e = &naive->world->history.events[i].naive;
	bool is = naive->world->applied[i] && strcmp(e->event->port, naive->port) == 0 &&
	    strcmp(e->event->batch_no, naive->batch_no) == 0;
	return is ? e : NULL;
}

static bool
later(const struct naive_event *a, const struct naive_event *b)
{
	if (b == NULL || a->event->occurred_at_ms != b->event->occurred_at_ms)
		return b == NULL || a->event->occurred_at_ms > b->event->occurred_at_ms;
	return a->terminal_no != b->terminal_no ? a->terminal_no > b->terminal_no : a->stream_seq > b->stream_seq;
}

static const char *
unit_of(const Juyan__V1__Event *event)
{
	switch (event->what_case) {
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
		return event->unit_arrived->unit_id;
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
		return event->unit_departed->unit_id;
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
		return event->unit_weighed->unit_id;
	case JUYAN__V1__EVENT__WHAT_INSPECTED:
		return event->inspected->unit_id;
	case JUYAN__V1__EVENT__WHAT_MASS_CORRECTED:
		return event->mass_corrected->unit_id;
	default:
		return "";
	}
}

/* The latest event of a kind about a unit ("": whichever); `first`: the first instead. */
static const struct naive_event *
find(const struct naive *naive, int kind, const char *unit, bool first)
{
	const struct naive_event *best = NULL;
	for (size_t i = 0; i < naive->world->history.n; i++) {
		const struct naive_event *e = own(naive, i);
		if (e == NULL || (int)e->event->what_case != kind || (unit[0] != '\0' && strcmp(unit_of(e->event), unit) != 0))
			continue;
		if (kind == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED &&
		    e->event->unit_weighed->stability == JUYAN__V1__STABILITY__MOVING)
			continue;
		if (kind == JUYAN__V1__EVENT__WHAT_INSPECTED && e->event->inspected->outcome == 0)
			continue;
		if (best == NULL || later(e, best) != first)
			best = e;
	}
	return best;
}

static const struct naive_event *
lodging(const struct naive *naive)
{
	const struct naive_event *lodged = find(naive, JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED, "", false);
	const struct naive_event *deleted = find(naive, JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED, "", false);
	return deleted != NULL && later(deleted, lodged) ? deleted : lodged;
}

static bool
is_named(const Juyan__V1__ManifestLodged *manifest, const char *vehicle)
{
	for (size_t i = 0; i < manifest->n_units; i++)
		if (strcmp(manifest->units[i]->unit_id, vehicle) == 0)
			return true;
	return false;
}

/* "place stage departed/units arrived lane departed lane first last inspected released inspections second held". */
static void
describe(const struct naive *naive, char out[256])
{
	const struct naive_event *paper = lodging(naive), *in = NULL, *outgoing = NULL;
	bool deleted = paper != NULL && paper->event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED;
	size_t units = paper != NULL && !deleted ? paper->event->manifest_lodged->n_units : 0, seen = 0, left = 0;
	size_t unseen = 0, others = 0;
	const struct naive_event *stranger = NULL;
	for (size_t v = 0; v < 3; v++) {
		bool any = false;
		for (size_t i = 0; i < naive->world->history.n; i++)
			any = any || (own(naive, i) != NULL && strcmp(unit_of(own(naive, i)->event), vehicles[v]) == 0);
		const struct naive_event *a = find(naive, JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED, vehicles[v], false);
		const struct naive_event *d = find(naive, JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED, vehicles[v], false);
		bool named = units == 0 || is_named(paper->event->manifest_lodged, vehicles[v]);
		seen += any;
		left += named && d != NULL;
		unseen += named && a == NULL && d == NULL;
		if (a != NULL && (in == NULL || later(in, a)))
			in = a;
		if (named && d != NULL && later(d, outgoing))
			outgoing = d;
		if (!named && a != NULL && d != NULL) {
			others++;
			stranger = later(d, stranger) ? d : stranger;
		}
	}
	/* Strangers that came and went stand for those that nobody saw. */
	if (units > 0 && unseen > 0 && stranger != NULL && later(stranger, outgoing))
		outgoing = stranger;
	left += units == 0 ? 0 : others < unseen ? others : unseen;
	size_t all = units > 0 ? units : seen;
	bool gone = outgoing != NULL && left == all;
	const struct naive_event *look = find(naive, JUYAN__V1__EVENT__WHAT_INSPECTED, "", false);
	const struct naive_event *first = find(naive, JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED, "", true);
	const struct naive_event *last = find(naive, JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED, "", false);
	const struct naive_event *released = find(naive, JUYAN__V1__EVENT__WHAT_RELEASED, "", false);
	char told[EVENTS_MAX][64];
	size_t n_told = 0;
	bool second = false;
	for (size_t i = 0; i < naive->world->history.n; i++) {
		const struct naive_event *e = own(naive, i);
		if (e == NULL || e->event->what_case != JUYAN__V1__EVENT__WHAT_INSPECTED || e->event->inspected->outcome == 0)
			continue;
		int by = snprintf(told[n_told], 64, "%d %s;", (int)e->event->inspected->by, e->event->inspected->unit_id);
		snprintf(told[n_told] + by, 64 - (size_t)by, "%lld %d", (long long)e->event->occurred_at_ms,
		    (int)e->event->inspected->outcome);
		bool twice = false, other = false;
		for (size_t k = 0; k < n_told; k++) {
			twice = twice || strcmp(told[k], told[n_told]) == 0;
			other = other || strncmp(told[k], told[n_told], (size_t)by) == 0;
		}
		second = second || (other && !twice);
		n_told += !twice;
	}
	const char *stage = deleted ? "deleted"
	    : gone                  ? "departed"
	    : released != NULL      ? "released"
	    : look != NULL          ? (look->event->inspected->outcome == JUYAN__V1__OUTCOME__PASSED ? "inspected" : "held")
	    : last != NULL          ? "weighed"
	    : in != NULL            ? "arrived"
	    : paper != NULL         ? "lodged"
				    : "";
#define AT(e) (long long)((e) == NULL ? 0 : (e)->event->occurred_at_ms)
	snprintf(out, 256, "%s %zu/%zu %lld '%s' %lld '%s' %lld %lld %lld %lld %zu %d '%s'", stage, left, units, AT(in),
	    in != NULL ? in->event->unit_arrived->lane : "", gone ? AT(outgoing) : 0,
	    outgoing != NULL ? outgoing->event->unit_departed->lane : "", AT(first), AT(last), AT(look), AT(released), n_told,
	    second, look != NULL ? look->event->inspected->held : "");
	bool yard = in != NULL && !gone && !deleted;
	const char *place = yard ? "yard" : "nowhere";
	if (gone && !deleted)
		place = AT(outgoing) < 1738252800000 + 86400000 ? "2025-01-31" : "2025-02-01";
	size_t bytes = strlen(place);
	memmove(out + bytes + 1, out, strlen(out) + 1);
	memcpy(out, place, bytes);
	out[bytes] = ' ';
}

static void
show(const Juyan__V1__Crossing *c, const char *place, char out[256])
{
	snprintf(out, 256, "%s %s %u/%u %lld '%s' %lld '%s' %lld %lld %lld %lld %u %d '%s'", place, c->stage, c->units_departed,
	    c->units, (long long)c->arrived_at_ms, c->lane_in, (long long)c->departed_at_ms, c->lane_out,
	    (long long)c->first_weighed_at_ms, (long long)c->last_weighed_at_ms, (long long)c->inspected_at_ms,
	    (long long)c->released_at_ms, c->inspections, c->second_inspection != 0, c->held);
}

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
			struct naive naive = { world, rows->rows[i]->port, rows->rows[i]->batch_no };
			describe(&naive, naive_says);
			show(rows->rows[i], places[d], ledger_says);
			assert_string_equal(naive_says, ledger_says);
		}
	}
	for (size_t b = 0; b < BATCHES; b++)
		for (size_t p = 0; p < 2; p++) {
			char batch_no[16];
			snprintf(batch_no, sizeof batch_no, "B%zu", b);
			describe(&(struct naive){ world, ports[p], batch_no }, naive_says);
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
	for (size_t i = 0; i < naive->world->history.n; i++) {
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
			expected += is_found(&(struct naive){ world, ports[p], batch_no }, text);
		}
	if (results->n_rows != expected)
		fail_msg("'%s': %zu are found, %zu were expected", text, results->n_rows, expected);
	for (size_t i = 0; i < results->n_rows; i++) {
		const Juyan__V1__SearchRow *row = results->rows[i];
		assert_true(is_found(&(struct naive){ world, row->crossing->port, row->crossing->batch_no }, text));
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
