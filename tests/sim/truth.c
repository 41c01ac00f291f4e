/* The copy of the journal, and what is held against it. */
#include "../check.h"

#include "truth.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ingest.pb-c.h"
#include "journal.h"
#include "network.h"
#include "sim.h"

enum {
	ROWS_MAX = 8192,
	ROUTES_MAX = 4096,
	COMMITS_MAX = 8192,
	COMMITS_WAITED_MAX = 5, /* one under way, a group of others and its own, and each of these two may be ended early */
	SMALL_GROUP = 64,       /* below it a batch may need several commits of its own */
	ROOMY_GROUP = 4096,
	ARENA_BYTES = 2 * DECODE_BYTES_MAX
};

/* One event of the journal. */
struct row {
	uint32_t terminal_no;
	uint64_t seq;
	enum status verdict;
	bool conflict;
	struct fact *fact; /* NULL: of one whose facts are not kept */
	uint8_t *bytes;
	size_t n_bytes;
};

/* A frame that the centre has taken and not answered yet. */
struct question {
	struct question *next;
	uint8_t key;
	bool beyond; /* the window: it has to be refused */
	Juyan__V1__FromTerminal__SayCase says;
	int64_t arrived_ns;
	size_t bytes;
	uint8_t frame[];
};

struct truth truth;

static struct row rows[ROWS_MAX]; /* lsn - 1 */
static size_t n_rows;
static size_t numbers[STREAMS_MAX][ROWS_MAX]; /* the row of a number */
static uint64_t tails[STREAMS_MAX];
static int64_t commit_times[COMMITS_MAX];
static struct question *questions[ROUTES_MAX];
static struct arena asked, answered;

/* ---- facts ---- */

void
truth_begin(void)
{
	truth_centre_gone();
	for (size_t i = 0; i < n_rows; i++)
		free(rows[i].bytes);
	for (size_t i = 0; i < truth.n_facts; i++)
		truth.facts[i] = (struct fact){ 0 };
	truth = (struct truth){ .n_facts = 0 };
	n_rows = 0;
	memset(tails, 0, sizeof tails);
	if (asked.base == NULL)
		sim_check(arena_open(&asked, ARENA_BYTES) == STATUS_OK && arena_open(&answered, ARENA_BYTES) == STATUS_OK,
		    "no memory");
}

struct fact *
truth_add(uint32_t terminal_no, size_t client, struct span bytes, enum status verdict)
{
	sim_check(truth.n_facts < FACTS_MAX && terminal_no < STREAMS_MAX, "too many facts");
	struct fact *fact = &truth.facts[truth.n_facts++];
	*fact = (struct fact){ .terminal_no = terminal_no, .client = client, .bytes = bytes, .verdict = verdict };
	return fact;
}

static bool
same(struct span a, const uint8_t *bytes, size_t n)
{
	return a.bytes == n && (n == 0 || memcmp(a.data, bytes, n) == 0);
}

static struct fact *
find_fact(uint32_t terminal_no, struct span bytes, bool *known_terminal)
{
	*known_terminal = false;
	for (size_t i = 0; i < truth.n_facts; i++) {
		struct fact *fact = &truth.facts[i];
		if (fact->terminal_no != terminal_no)
			continue;
		*known_terminal = true;
		if (same(fact->bytes, bytes.data, bytes.bytes))
			return fact;
	}
	return NULL;
}

/* ---- the journal's copy ---- */

uint64_t
truth_lsn(void)
{
	return n_rows;
}

uint64_t
truth_tail(uint32_t terminal_no)
{
	return tails[terminal_no];
}

bool
truth_row(uint64_t lsn, struct truth_row *out)
{
	if (lsn == 0 || lsn > n_rows)
		return false;
	const struct row *row = &rows[lsn - 1];
	*out = (struct truth_row){ row->terminal_no, row->seq, row->verdict, row->conflict, { row->bytes, row->n_bytes } };
	return true;
}

static void
count_row(struct row *row, int step)
{
	if (!row->conflict && step > 0)
		numbers[row->terminal_no][row->seq] = (size_t)(row - rows);
	if (!row->conflict)
		tails[row->terminal_no] = step > 0 ? row->seq : row->seq - 1;
	if (row->fact == NULL)
		return;
	unsigned *count = row->conflict ? &row->fact->conflicts : &row->fact->on_file;
	*count = step > 0 ? *count + 1 : *count - 1;
	row->fact->ever = row->fact->ever || !row->conflict;
	row->fact->ever_conflict = row->fact->ever_conflict || row->conflict;
}

static void
check_row(const struct row *row)
{
	const struct fact *fact = row->fact;
	if (row->conflict)
		sim_check(row->seq <= tails[row->terminal_no], "a conflict about number %" PRIu64 ", which nothing has", row->seq);
	else
		sim_check(row->seq == tails[row->terminal_no] + 1,
		    "terminal %u: number %" PRIu64 " stands behind %" PRIu64 " in the journal", row->terminal_no, row->seq,
		    tails[row->terminal_no]);
	if (fact == NULL)
		return;
	sim_check(row->conflict || fact->on_file == 0 || truth.key_shared[row->terminal_no],
	    "terminal %u: number %" PRIu64 " is an event that is on file already", row->terminal_no, row->seq);
	sim_check(!row->conflict || fact->conflicts == 0 || truth.key_shared[row->terminal_no],
	    "terminal %u: a conflict about number %" PRIu64 " is kept twice", row->terminal_no, row->seq);
	if (!row->conflict && row->terminal_no != ADMINISTRATOR)
		sim_check(row->verdict == fact->verdict, "terminal %u: number %" PRIu64 " is judged %s, not %s", row->terminal_no,
		    row->seq, status_name(row->verdict), status_name(fact->verdict));
}

static void
add_row(const struct journal_event *event)
{
	bool known;
	sim_check(n_rows < ROWS_MAX && event->terminal_no < STREAMS_MAX && event->lsn == n_rows + 1,
	    "the journal goes on with %" PRIu64 " behind %zu", event->lsn, n_rows);
	struct row *row = &rows[n_rows];
	*row = (struct row){ .terminal_no = event->terminal_no,
		.seq = event->stream_seq,
		.verdict = event->verdict,
		.conflict = event->conflict,
		.n_bytes = event->bytes.bytes };
	row->bytes = malloc(event->bytes.bytes + 1);
	sim_check(row->bytes != NULL, "no memory");
	memcpy(row->bytes, event->bytes.data, event->bytes.bytes);
	row->fact = find_fact(event->terminal_no, event->bytes, &known);
	sim_check(!known || row->fact != NULL, "terminal %u: number %" PRIu64 " is on file with bytes that nobody sent",
	    event->terminal_no, event->stream_seq);
	check_row(row);
	n_rows++;
	count_row(row, 1);
}

/* A row that was there has to be there still. */
static void
compare_row(const struct journal_event *event)
{
	const struct row *row = &rows[event->lsn - 1];
	sim_check(row->terminal_no == event->terminal_no && row->seq == event->stream_seq && row->conflict == event->conflict &&
		row->verdict == event->verdict && same(event->bytes, row->bytes, row->n_bytes),
	    "event %" PRIu64 " of the journal is not what it was", event->lsn);
}

void
truth_read(struct env *env, bool from_the_beginning)
{
	struct store store;
	struct journal_walk walk;
	struct journal_event event;
	struct reason why = { "" };
	uint64_t before = n_rows, last = 0;
	enum status status = store_begin_read(env, &store, &why);
	if (status == STATUS_OK && from_the_beginning)
		status = journal_walk_open(&store, &walk);
	else if (status == STATUS_OK)
		status = journal_walk_from(&store, n_rows + 1, &walk);
	sim_check(status == STATUS_OK || status == STATUS_NOT_FOUND, "the journal cannot be read: %s", why.text);
	bool empty = status == STATUS_NOT_FOUND;
	while (!empty) {
		status = from_the_beginning ? journal_walk_next(&walk, &event, &why) : journal_walk_onward(&walk, &event);
		if (status != STATUS_OK)
			break;
		last = event.lsn;
		if (event.lsn <= n_rows)
			compare_row(&event);
		else
			add_row(&event);
	}
	sim_check(status == STATUS_NOT_FOUND, "the journal is damaged: %s", why.text);
	sim_check(!from_the_beginning || last >= before, "the journal ends with %" PRIu64 "; %" PRIu64 " was committed", last,
	    before);
	if (!empty)
		journal_walk_close(&walk);
	store_abort(&store);
	if (n_rows > before)
		sim_trace("journal: events %" PRIu64 " to %zu are on disk", before + 1, n_rows);
	/* Each of an administrator's events is a group of its own: that is known, and nobody's mischief. */
	bool administers = n_rows > before && rows[n_rows - 1].terminal_no == ADMINISTRATOR;
	if (!from_the_beginning && !administers && truth.commits < COMMITS_MAX)
		commit_times[truth.commits++] = sim.now_ns;
}

void
truth_restored(uint64_t lsn)
{
	while (n_rows > lsn) {
		count_row(&rows[n_rows - 1], -1);
		free(rows[--n_rows].bytes);
	}
	truth.numbers_lost = true;
}

/* ---- what is said ---- */

static const Juyan__V1__FromTerminal *
read_question(const struct question *question)
{
	const ProtobufCMessage *message;
	arena_reset(&asked);
	enum status status = wire_unpack(&juyan__v1__from_terminal__descriptor, (struct span){ question->frame, question->bytes },
	    &asked, &message, NULL);
	return status == STATUS_OK ? (const void *)message : NULL;
}

/* As many batches as a window has are not answered since the last Hello. */
static bool
is_beyond(const struct question *first, const struct question *last)
{
	size_t batches = 0;
	for (; first != last; first = first->next)
		if (first->says == JUYAN__V1__FROM_TERMINAL__SAY_HELLO)
			batches = 0;
		else
			batches += first->says == JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH;
	return last->says == JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH && batches >= WINDOW_BATCHES;
}

void
truth_asked(uint32_t route, const uint8_t *key, struct span frame, int64_t arrived_ns)
{
	struct question *question = malloc(sizeof *question + frame.bytes);
	sim_check(question != NULL && route < ROUTES_MAX, "there is no end of connections");
	*question = (struct question){ .key = key[0], .arrived_ns = arrived_ns, .bytes = frame.bytes };
	if (frame.bytes > 0)
		memcpy(question->frame, frame.data, frame.bytes);
	struct question **end = &questions[route];
	while (*end != NULL)
		end = &(*end)->next;
	*end = question;
	const Juyan__V1__FromTerminal *from = read_question(question);
	if (from == NULL)
		return;
	question->says = from->say_case;
	/* A batch that finds no room in its group is weighed again when others have been answered. */
	question->beyond = truth.group_events_max >= ROOMY_GROUP && is_beyond(questions[route], question);
	if (from->say_case == JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH)
		sim_trace("asked: terminal %u by route %u, %zu events from %" PRIu64, key[0], route, from->event_batch->n_events,
		    from->event_batch->first_stream_seq);
	else
		sim_trace("asked: terminal %u by route %u, %s", key[0], route,
		    from->say_case == JUYAN__V1__FROM_TERMINAL__SAY_HELLO ? "Hello" : "Ping");
}

void
truth_centre_gone(void)
{
	for (size_t i = 0; i < ROUTES_MAX; i++)
		while (questions[i] != NULL) {
			struct question *next = questions[i]->next;
			free(questions[i]);
			questions[i] = next;
		}
}

static void
check_waiting(const struct question *question)
{
	uint64_t waited = 0;
	if (question->key == HOSTILE_NO)
		return; /* it waits for what it has asked for itself */
	for (uint64_t i = truth.commits; i-- > 0 && commit_times[i] > question->arrived_ns;)
		waited++;
	if (waited > truth.waited_most && truth.group_events_max >= SMALL_GROUP)
		truth.waited_most = waited;
	sim_check(waited <= COMMITS_WAITED_MAX || truth.group_events_max < SMALL_GROUP,
	    "key %u waited for its answer since %.3f ms, while %" PRIu64 " groups were committed", question->key,
	    (double)question->arrived_ns / 1e6, waited);
}

static const Juyan__V1__EventAnswer *
answer_for(const Juyan__V1__BatchAck *ack, uint64_t seq)
{
	const Juyan__V1__EventAnswer *found = NULL;
	for (size_t i = 0; i < ack->n_answers; i++)
		if (ack->answers[i]->stream_seq == seq) {
			sim_check(found == NULL, "event %" PRIu64 " is answered twice in one BatchAck", seq);
			found = ack->answers[i];
		}
	return found;
}

static bool
conflict_on_file(uint32_t terminal_no, uint64_t seq, const ProtobufCBinaryData *event)
{
	for (size_t i = 0; i < n_rows; i++)
		if (rows[i].conflict && rows[i].terminal_no == terminal_no && rows[i].seq == seq &&
		    same((struct span){ event->data, event->len }, rows[i].bytes, rows[i].n_bytes))
			return true;
	return false;
}

/* One event of a batch that is on disk, by the BatchAck: it stands there as it was said, or the answer says otherwise. */
static void
check_event(uint32_t terminal_no, uint64_t seq, const ProtobufCBinaryData *event, const Juyan__V1__EventAnswer *answer)
{
	const struct row *row = &rows[numbers[terminal_no][seq]];
	bool equal = same((struct span){ event->data, event->len }, row->bytes, row->n_bytes);
	Juyan__V1__Disposition told = answer == NULL ? JUYAN__V1__DISPOSITION__ACCEPTED : answer->disposition;
	const char *text = answer == NULL ? "" : answer->name;
	switch (told) {
	case JUYAN__V1__DISPOSITION__CONFLICT:
		sim_check(!equal && conflict_on_file(terminal_no, seq, event),
		    "terminal %u: no conflict about %" PRIu64 " is on file", terminal_no, seq);
		break;
	case JUYAN__V1__DISPOSITION__DUPLICATE:
		sim_check(equal, "terminal %u: %" PRIu64 " is no duplicate", terminal_no, seq);
		break;
	case JUYAN__V1__DISPOSITION__ACCEPTED:
		sim_check(equal && row->verdict == STATUS_OK, "terminal %u: %" PRIu64 " was not accepted", terminal_no, seq);
		break;
	case JUYAN__V1__DISPOSITION__REFUSED: /* a conflict for which there was no room has not been taken at all */
		sim_check((equal && answer->code == (uint32_t)row->verdict) || (!equal && answer->code == STATUS_NO_ROOM),
		    "terminal %u: %" PRIu64 " was not refused (%s)", terminal_no, seq, text);
		break;
	case JUYAN__V1__DISPOSITION__QUARANTINED:
		sim_check(equal && answer->code == (uint32_t)row->verdict, "terminal %u: %" PRIu64 " is not in quarantine (%s)",
		    terminal_no, seq, text);
		break;
	case JUYAN__V1__DISPOSITION__DISPOSITION_UNSPECIFIED:
	case _JUYAN__V1__DISPOSITION_IS_INT_SIZE:
	default:
		sim_fail("event %" PRIu64 " has no disposition", seq);
	}
}

static void
trace_ack(uint32_t terminal_no, const Juyan__V1__BatchAck *ack)
{
	sim_trace("answer: terminal %u, %u events from %" PRIu64 ", on disk up to %" PRIu64, terminal_no, ack->events,
	    ack->first_stream_seq, ack->last_stream_seq);
	for (size_t i = 0; i < ack->n_answers; i++)
		sim_trace("answer: %" PRIu64 " %s", ack->answers[i]->stream_seq, ack->answers[i]->name);
}

static void
check_ack(const struct question *question, const Juyan__V1__FromTerminal *from, const Juyan__V1__BatchAck *ack)
{
	sim_check(from != NULL && from->say_case == JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH, "a BatchAck answers no batch");
	const Juyan__V1__EventBatch *batch = from->event_batch;
	uint32_t terminal_no = question->key;
	trace_ack(terminal_no, ack);
	sim_check(ack->first_stream_seq == batch->first_stream_seq && ack->events == batch->n_events,
	    "a BatchAck answers another batch");
	sim_check(ack->last_stream_seq <= tails[terminal_no],
	    "terminal %u is told that %" PRIu64 " is on disk; the last one there is %" PRIu64, terminal_no, ack->last_stream_seq,
	    tails[terminal_no]);
	size_t used = 0;
	for (size_t i = 0; i < batch->n_events; i++) {
		uint64_t seq = batch->first_stream_seq + i;
		const Juyan__V1__EventAnswer *answer = answer_for(ack, seq);
		used += answer != NULL;
		if (seq <= ack->last_stream_seq)
			check_event(terminal_no, seq, &batch->events[i], answer);
		else
			sim_check(answer != NULL && answer->disposition == JUYAN__V1__DISPOSITION__REFUSED,
			    "event %" PRIu64 " is neither on disk nor refused", seq);
	}
	sim_check(used == ack->n_answers, "a BatchAck answers for events that its batch did not have");
}

/* Who means no harm is refused for what the centre has forgotten, and for nothing of its own. */
static void
check_refusal(const struct question *question, const Juyan__V1__Refusal *refusal)
{
	bool may = question->key == HOSTILE_NO || refusal->code == STATUS_NO_HELLO || refusal->code == STATUS_BUSY;
	sim_check(may || (refusal->code == STATUS_WINDOW && weather.twice > 0), "key %u is refused: %s", question->key,
	    refusal->sentence);
	if (refusal->code == STATUS_WINDOW && truth.group_events_max >= ROOMY_GROUP)
		sim_check(question->beyond, "key %u is refused for a window that is not full", question->key);
}

static void
check_answer(const struct question *question, const Juyan__V1__ToTerminal *to)
{
	const Juyan__V1__FromTerminal *from = read_question(question);
	uint32_t terminal_no = question->key;
	truth.answers++;
	check_waiting(question);
	sim_check(!question->beyond || to->say_case == JUYAN__V1__TO_TERMINAL__SAY_REFUSAL,
	    "terminal %u: a batch beyond the window was taken", terminal_no);
	switch (to->say_case) {
	case JUYAN__V1__TO_TERMINAL__SAY_WELCOME:
		sim_check(from != NULL && from->say_case == JUYAN__V1__FROM_TERMINAL__SAY_HELLO, "a Welcome answers no Hello");
		sim_check(to->welcome->last_stream_seq == tails[terminal_no],
		    "terminal %u is welcomed with %" PRIu64 "; the last one on disk is %" PRIu64, terminal_no,
		    to->welcome->last_stream_seq, tails[terminal_no]);
		break;
	case JUYAN__V1__TO_TERMINAL__SAY_PONG:
		sim_check(from != NULL && from->say_case == JUYAN__V1__FROM_TERMINAL__SAY_PING, "a Pong answers no Ping");
		sim_check(to->pong->last_stream_seq <= tails[terminal_no], "a Pong promises too much");
		break;
	case JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK:
		check_ack(question, from, to->batch_ack);
		break;
	case JUYAN__V1__TO_TERMINAL__SAY_REFUSAL:
		check_refusal(question, to->refusal);
		break;
	case JUYAN__V1__TO_TERMINAL__SAY__NOT_SET:
	case _JUYAN__V1__TO_TERMINAL__SAY__CASE_IS_INT_SIZE:
	default:
		sim_fail("the centre says nothing");
	}
}

void
truth_answered(uint32_t route, struct span frame)
{
	const ProtobufCMessage *message;
	arena_reset(&answered);
	sim_check(wire_unpack(&juyan__v1__to_terminal__descriptor, frame, &answered, &message, NULL) == STATUS_OK,
	    "what the centre says cannot be read");
	const Juyan__V1__ToTerminal *to = (const void *)message;
	struct question *question = questions[route];
	/* Who is revoked is told so without having asked. */
	bool unasked = to->say_case == JUYAN__V1__TO_TERMINAL__SAY_REFUSAL && to->refusal->code == STATUS_REVOKED;
	if (unasked && question != NULL) {
		const Juyan__V1__FromTerminal *from = read_question(question);
		unasked = from == NULL || from->say_case != JUYAN__V1__FROM_TERMINAL__SAY_HELLO;
	}
	if (unasked)
		return;
	sim_check(question != NULL, "the centre answers what nobody asked");
	questions[route] = question->next;
	check_answer(question, to);
	free(question);
}

void
truth_settled(struct fact *fact, bool conflict)
{
	sim_check(conflict ? fact->ever_conflict : fact->ever, "client %zu was told that an event is settled which is not on file",
	    fact->client);
	fact->settled = true;
}
