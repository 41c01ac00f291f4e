/* Terminals with a list, and terminals with a spool. */
#include "../check.h"

#include "clients.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../unit/folder.h"
#include "courier.h"
#include "network.h"
#include "sim.h"
#include "truth.h"

enum { PATH = FOLDER_BYTES + 32, SPOOL_BYTES = 4 << 20, TOLD_MAX = FACTS_MAX + 1 };

struct client {
	bool open;
	bool spooled;
	size_t no;
	size_t owner;
	struct actor *actor;
	struct key_pair keys;
	struct fact *facts[FACTS_MAX];
	int64_t due_ns[FACTS_MAX]; /* when each comes about */
	size_t n;

	struct terminal *terminal; /* a plain one's */
	uint64_t told;             /* its list is settled up to this number … */
	uint64_t session_told;     /* … and in this session: what comes next follows it */
	bool conflict[TOLD_MAX];   /* by number: answered so in this session */
	bool answered[TOLD_MAX];

	char dir[PATH]; /* a spooled one's */
	struct spool *spool;
	struct courier *courier;
	int bell;
	uint64_t taken;
	uint64_t settled;
	uint64_t lost;
};

static struct client clients[CLIENTS_MAX];
static char spools[FOLDER_BYTES];

static uint32_t
terminal_no(const struct client *client)
{
	return (uint32_t)client->owner + 1;
}

/* How many of its facts have come about by now. */
static size_t
due(const struct client *client)
{
	size_t n = 0;
	while (n < client->n && client->due_ns[n] <= sim.now_ns)
		n++;
	return n;
}

static int64_t
next_due_ns(const struct client *client)
{
	size_t n = due(client);
	return n < client->n ? client->due_ns[n] : INT64_MAX;
}

/* ---- a plain one ---- */

static void
on_answer(void *user, const Juyan__V1__EventAnswer *answer)
{
	struct client *client = user;
	uint64_t seq = answer->stream_seq;
	sim_check(seq > client->session_told, "client %zu hears of number %" PRIu64 " after it was settled", client->no, seq);
	/* Where the centre has lost a number, its second holder may be another one. */
	sim_check(seq < TOLD_MAX && (!client->answered[seq] || truth.numbers_lost), "client %zu hears of number %" PRIu64 " twice",
	    client->no, seq);
	client->answered[seq] = true;
	client->conflict[seq] = answer->disposition == JUYAN__V1__DISPOSITION__CONFLICT;
	sim_trace("number %" PRIu64 " is answered with %s", seq, answer->name);
}

static void
on_ack(void *user, uint64_t last, uint32_t events, int64_t wait_ns)
{
	struct client *client = user;
	(void)wait_ns;
	sim_check(last == client->session_told + events, "client %zu: %u numbers up to %" PRIu64 " are settled behind %" PRIu64,
	    client->no, events, last, client->session_told);
	for (uint64_t seq = client->session_told + 1; seq <= last; seq++) {
		truth_settled(client->facts[seq - 1], client->conflict[seq]);
		/* Said to be settled, and of another's making: somebody else's event stands there, or ours, and nothing else. */
		sim_check(client->conflict[seq] || client->answered[seq] || client->facts[seq - 1]->verdict == STATUS_OK ||
			terminal_tally(client->terminal).retries > 0 || terminal_no(client) == ADMINISTRATOR,
		    "client %zu is told that number %" PRIu64 " was accepted", client->no, seq);
	}
	client->session_told = client->told = last;
	sim_trace("settled up to %" PRIu64, last);
}

/* From the list's first event that is not settled, or from where the centre's numbers end if it has lost some. */
static bool
begin_session(struct client *client)
{
	struct reason why = { "" };
	enum status status = terminal_hello(client->terminal, (int)sim_between(10, 5000), &why);
	if (status != STATUS_OK) {
		sim_trace("no session: %s", why.text);
		return false;
	}
	uint64_t last = terminal_last_acked(client->terminal);
	if (client->told > last) {
		sim_check(truth.numbers_lost, "client %zu: the centre has lost numbers %" PRIu64 " to %" PRIu64, client->no,
		    last + 1, client->told);
		client->told = last;
	}
	uint64_t next = client->told + 1;
	if (sim_chance(10)) /* an operator who is not sure sends some of it again */
		next = 1 + sim_below(next);
	if (terminal_set_next_seq(client->terminal, next) != STATUS_OK)
		return false;
	client->session_told = next - 1;
	memset(client->conflict, 0, sizeof client->conflict);
	memset(client->answered, 0, sizeof client->answered);
	sim_trace("a session from number %" PRIu64 " on; the centre has %" PRIu64, next, last);
	return true;
}

static enum status
work(struct client *client, struct reason *why)
{
	uint64_t next = terminal_next_seq(client->terminal);
	if (next > due(client)) {
		int64_t wait_ms = (next_due_ns(client) - sim.now_ns) / MS + 1;
		return terminal_idle(client->terminal, -1, wait_ms < 2000 ? (int)wait_ms : 2000, why);
	}
	if (sim_chance(20))
		return terminal_flush(client->terminal, (int)sim_between(1, 2000), why);
	enum status status = terminal_send(client->terminal, client->facts[next - 1]->bytes, why);
	return status == STATUS_OK && sim_chance(30) ? terminal_push(client->terminal, why) : status;
}

static void
live_plain(void *self)
{
	struct client *client = self;
	struct reason why = { "" };
	for (;;) {
		const struct terminal_options options = { .endpoint = "tcp://centre:1",
			.keys = &client->keys,
			.server_key = client->keys.public_key,
			.batch_events = (uint32_t)sim_below(6),
			.window_batches = (uint32_t)sim_below(WINDOW_BATCHES + 2),
			.patience_ms = (int)sim_between(1, 3000),
			.on_answer = on_answer,
			.on_ack = on_ack,
			.user = client };
		enum status status = terminal_open(&options, &client->terminal, &why);
		sim_check(status == STATUS_OK, "%s", why.text);
		if (begin_session(client)) {
			do
				status = work(client, &why);
			while (status == STATUS_OK || status == STATUS_TIMEOUT);
			sim_trace("the session ends: %s", why.text);
			sim_check(status_consequence(status) != STOP, "client %zu: %s", client->no, why.text);
			sim_check(status != STATUS_GAP || truth.numbers_lost, "client %zu: %s", client->no, why.text);
		}
		terminal_close(&client->terminal);
		sim_wait(sim.now_ns + sim_between(MS, 500 * MS), NULL, NULL);
	}
}

/* ---- a spooled one ---- */

/* What has come about is in the spool before anything else happens. */
static void
take(struct client *client)
{
	struct span events[FACTS_MAX];
	struct reason why = { "" };
	size_t n = 0;
	uint64_t last;
	for (size_t most = due(client); client->taken + n < most; n++)
		events[n] = client->facts[client->taken + n]->bytes;
	if (n == 0)
		return;
	enum status status = spool_take(client->spool, events, n, sim.now_ns / MS + 1, NULL, &last, &why);
	sim_check(status == STATUS_OK && last == client->taken + n, "client %zu cannot take: %s", client->no, why.text);
	client->taken = last;
	uint64_t one = 1;
	sim_check(write(client->bell, &one, sizeof one) == sizeof one, "no bell");
	sim_trace("%zu events are taken, up to place %" PRIu64, n, last);
}

/* What the spool has forgotten since the last look is on file. */
static void
look(struct client *client)
{
	struct spool_state state;
	struct reason why = { "" };
	sim_check(spool_state(client->spool, &state, &why) == STATUS_OK, "%s", why.text);
	for (uint64_t place = client->settled + 1; place <= state.settled; place++) {
		struct fact *fact = client->facts[place - 1];
		truth_settled(fact, !fact->ever);
	}
	if (state.settled > client->settled)
		sim_trace("forgotten up to place %" PRIu64, state.settled);
	client->settled = state.settled;
	sim_check(state.lost == client->lost || truth.numbers_lost, "client %zu is told of a loss that was none", client->no);
	client->lost = state.lost;
}

static void
on_news(void *user, enum courier_news news, const char *sentence)
{
	const struct client *client = user;
	sim_trace("news: %s", sentence);
	sim_check(news != COURIER_KEY_TWICE || truth.key_shared[terminal_no(client)] || truth.numbers_lost,
	    "client %zu: its key is not shared, but: %s", client->no, sentence);
	sim_check(news != COURIER_LOST || truth.numbers_lost, "client %zu: nothing was lost, but: %s", client->no, sentence);
}

static void
live_spooled(void *self)
{
	struct client *client = self;
	struct reason why = { "" };
	const struct spool_options spool = { client->dir, SPOOL_BYTES, client->keys.public_key };
	sim_check(spool_open(&spool, &client->spool, &why) == STATUS_OK, "%s", why.text);
	const struct courier_options options = { .spool = client->spool,
		.terminal = { .endpoint = "tcp://centre:1",
		    .keys = &client->keys,
		    .server_key = client->keys.public_key,
		    .batch_events = (uint32_t)sim_below(6),
		    .window_batches = (uint32_t)sim_below(WINDOW_BATCHES + 2) },
		.bell = client->bell,
		.on_news = on_news,
		.user = client };
	sim_check(courier_open(&options, &client->courier, &why) == STATUS_OK, "%s", why.text);
	for (;;) {
		take(client);
		enum status status = courier_turn(client->courier, (int)sim_between(1, 1000), &why);
		sim_check(status == STATUS_OK, "client %zu: %s", client->no, why.text);
		look(client);
	}
}

/* ---- their lives ---- */

void
clients_prepare(const char *folder)
{
	snprintf(spools, sizeof spools, "%s", folder);
}

void
clients_begin(void)
{
	memset(clients, 0, sizeof clients);
}

void
client_open(size_t no, size_t owner, bool spooled, int64_t until_ns)
{
	struct client *client = &clients[no];
	*client = (struct client){ .open = true, .spooled = spooled, .no = no, .owner = owner, .bell = -1 };
	network_key(no, owner, &client->keys);
	snprintf(client->dir, sizeof client->dir, "%s/spool%zu", spools, no);
	for (size_t i = 0; i < truth.n_facts; i++)
		if (truth.facts[i].client == no)
			client->facts[client->n++] = &truth.facts[i];
	int64_t at_ns = 0;
	for (size_t i = 0; i < client->n; i++) {
		at_ns += sim_between(0, 2 * until_ns / (int64_t)client->n);
		client->due_ns[i] = at_ns < until_ns ? at_ns : until_ns;
	}
	if (spooled)
		client->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (no == 0)
		client->told = 1; /* the founding */
}

void
client_start(size_t no)
{
	struct client *client = &clients[no];
	static const char *const names[] = { "client 0", "client 1", "client 2", "client 3", "client 4", "client 5" };
	if (!client->open || client->actor != NULL)
		return;
	client->actor = actor_start(names[no], client->spooled ? live_spooled : live_plain, client);
	actor_place(client->actor, no + 1);
}

void
client_kill(size_t no)
{
	struct client *client = &clients[no];
	if (client->actor == NULL)
		return;
	sim_trace("client %zu is killed", no);
	actor_kill(&client->actor);
	if (client->spool != NULL)
		look(client);
	terminal_close(&client->terminal);
	courier_close(&client->courier);
	spool_close(&client->spool);
}

bool
client_runs(size_t no)
{
	return clients[no].actor != NULL;
}

void
client_close(size_t no)
{
	struct client *client = &clients[no];
	if (!client->open)
		return;
	client_kill(no);
	if (client->spooled) {
		close(client->bell);
		folder_remove(client->dir);
	}
	client->open = false;
}

static uint64_t
missing(const struct client *client)
{
	uint64_t n = 0;
	for (size_t i = 0; i < client->n; i++)
		n += client->facts[i]->on_file == 0 && client->facts[i]->conflicts == 0;
	return n;
}

/* All is settled; and what the centre has lost by an older copy has come again, or is known to be lost. */
static bool
is_done(const struct client *client)
{
	if (client->spooled ? client->settled < client->n : client->told < client->n)
		return false;
	return truth.key_shared[terminal_no(client)] || missing(client) == (client->spooled ? client->lost : 0);
}

bool
clients_are_done(void)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients[i].open && !is_done(&clients[i]))
			return false;
	return true;
}

void
clients_tell(void)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients[i].open)
			fprintf(stderr, "client %zu (%s): %zu events, settled %" PRIu64 "; the centre has %" PRIu64 "\n", i,
			    clients[i].spooled ? "spool" : "list", clients[i].n,
			    clients[i].spooled ? clients[i].settled : clients[i].told, truth_tail(terminal_no(&clients[i])));
}

static void
check_client(const struct client *client)
{
	bool shared = truth.key_shared[terminal_no(client)];
	for (size_t i = 0; i < client->n; i++) {
		const struct fact *fact = client->facts[i];
		sim_check(fact->settled || (client->no == 0 && i == 0), "client %zu: event %zu was never settled", client->no, i);
		sim_check(shared || fact->on_file + fact->conflicts == 0 || (fact->on_file == 1 && fact->conflicts == 0),
		    "client %zu: event %zu stands %u times on file, and %u as a conflict", client->no, i, fact->on_file,
		    fact->conflicts);
	}
	sim_check(missing(client) == 0 || truth.numbers_lost, "client %zu: %" PRIu64 " events are not on file", client->no,
	    missing(client));
	sim_check(shared || missing(client) == (client->spooled ? client->lost : 0),
	    "client %zu: %" PRIu64 " settled events are not on file, and it was told of %" PRIu64, client->no, missing(client),
	    client->lost);
}

void
clients_check(void)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients[i].open)
			check_client(&clients[i]);
}
