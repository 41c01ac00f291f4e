/* The well-behaved terminals of `juyan bench load`: see bench_load_parts.h. */
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_load_parts.h"
#include "random.h"
#include "terminal.h"

enum { WAIT_MS = 30000, LOOK_NS = 200 * 1000 * 1000, DUES = 1024, BATCH_EVENTS = 100, STACK_BYTES = 256 * 1024 };

_Static_assert(DUES >= (WINDOW_BATCHES + 1) * BATCH_EVENTS, "what is under way has its time of sending");

struct sender {
	struct load_port *port;
	size_t no;
	pthread_t thread;
	bool started, failed;
	struct terminal *terminal;
	struct random random;
	int64_t due_ns;        /* of the next event */
	int64_t dues_ns[DUES]; /* of events under way, by number */
	uint64_t acked;
	struct reason why;
};

struct load_port {
	struct load_port_options options;
	struct bus *bus;
	atomic_bool stop;
	pthread_mutex_t lock;
	struct load_sample *samples; /* under the lock */
	size_t n_samples;
	struct sender *senders;
};

/* ---- one terminal ---- */

static void
note_ack(void *user, uint64_t last_stream_seq, uint32_t events, int64_t wait_ns)
{
	struct sender *sender = user;
	struct load_port *port = sender->port;
	int64_t now = bench_now_ns();
	(void)wait_ns;
	(void)events;
	pthread_mutex_lock(&port->lock);
	for (uint64_t seq = sender->acked + 1; seq <= last_stream_seq; seq++) {
		int64_t due = sender->dues_ns[seq % DUES];
		if (port->n_samples < port->options.samples_max)
			port->samples[port->n_samples++] = (struct load_sample){ due, now - due };
	}
	pthread_mutex_unlock(&port->lock);
	sender->acked = last_stream_seq;
}

/* Events of a crowd of trucks: each pause by chance, none depends on the one before. */
static int64_t
pause_ns(struct sender *sender)
{
	const struct load_port_options *options = &sender->port->options;
	double chance = (double)((random_next(&sender->random) >> 11) + 1) / 9007199254740993.0;
	return (int64_t)(-log(chance) * 1e9 * (double)options->terminals / options->per_s);
}

static void
sleep_ns(int64_t ns)
{
	const struct timespec wait = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
	if (ns > 0)
		nanosleep(&wait, NULL);
}

static enum status
send_due(struct sender *sender, struct reason *why)
{
	const struct bench_events *events = sender->port->options.events;
	enum status status = STATUS_OK;
	while (status == STATUS_OK && sender->due_ns <= bench_now_ns() && !atomic_load(&sender->port->stop)) {
		uint64_t seq = terminal_next_seq(sender->terminal);
		sender->dues_ns[seq % DUES] = sender->due_ns;
		status = terminal_send(sender->terminal, events->spans[(sender->no * 7919 + seq) % events->n], why);
		if (status == STATUS_OK)
			sender->due_ns += pause_ns(sender);
		else if (status == STATUS_TIMEOUT)
			return STATUS_OK; /* it is still due */
	}
	return status;
}

/* Answers what comes until the next event is due. */
static enum status
pass_time(struct sender *sender, struct reason *why)
{
	int64_t left = sender->due_ns - bench_now_ns();
	bool idle = terminal_next_seq(sender->terminal) == terminal_last_acked(sender->terminal) + 1;
	left = left < LOOK_NS ? left : LOOK_NS;
	if (idle || left < 1000000)
		sleep_ns(left);
	if (idle)
		return STATUS_OK;
	enum status status = terminal_flush(sender->terminal, (int)(left / 1000000), why);
	return status == STATUS_TIMEOUT ? STATUS_OK : status;
}

static void *
run(void *user)
{
	struct sender *sender = user;
	enum status status = STATUS_OK;
	sender->due_ns = bench_now_ns() + pause_ns(sender);
	while (status == STATUS_OK && !atomic_load(&sender->port->stop)) {
		status = send_due(sender, &sender->why);
		if (status == STATUS_OK)
			status = pass_time(sender, &sender->why);
	}
	if (status == STATUS_OK)
		status = terminal_flush(sender->terminal, WAIT_MS, &sender->why);
	sender->failed = status != STATUS_OK && status != STATUS_TIMEOUT;
	return NULL;
}

/* ---- all of them ---- */

static enum status
begin(struct load_port *port, size_t no, struct reason *why)
{
	struct sender *sender = &port->senders[no];
	const struct terminal_options options = { .bus = port->bus,
		.endpoint = port->options.endpoint,
		.keys = &port->options.keys[no],
		.server_key = port->options.server_key,
		.batch_events = BATCH_EVENTS,
		.on_ack = note_ack,
		.user = sender };
	sender->port = port;
	sender->no = no;
	random_seed(&sender->random, port->options.seed, no);
	enum status status = terminal_open(&options, &sender->terminal, why);
	return status == STATUS_OK ? terminal_hello(sender->terminal, WAIT_MS, why) : status;
}

/* The stacks are small: there are hundreds of them, and each is nearly always asleep. */
static enum status
start(struct load_port *port, struct reason *why)
{
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);
	if (error == 0)
		error = pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (size_t i = 0; i < port->options.terminals && error == 0; i++) {
		error = pthread_create(&port->senders[i].thread, &attributes, run, &port->senders[i]);
		port->senders[i].started = error == 0;
	}
	pthread_attr_destroy(&attributes);
	return error == 0 ? STATUS_OK : reason_say(why, STATUS_SYSTEM, "a thread cannot be started: %s", strerror(error));
}

enum status
load_port_open(struct bus *bus, const struct load_port_options *options, struct load_port **out, struct reason *why)
{
	struct load_port *port = calloc(1, sizeof *port);
	if (port == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	port->options = *options;
	port->bus = bus;
	pthread_mutex_init(&port->lock, NULL);
	port->samples = calloc(options->samples_max, sizeof *port->samples);
	port->senders = calloc(options->terminals, sizeof *port->senders);
	enum status status = STATUS_OK;
	if (port->samples == NULL || port->senders == NULL)
		status = reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < options->terminals && status == STATUS_OK; i++)
		status = begin(port, i, why);
	if (status == STATUS_OK)
		status = start(port, why);
	if (status == STATUS_OK)
		*out = port;
	else
		load_port_close(&port);
	return status;
}

static void
join_all(struct load_port *port)
{
	atomic_store(&port->stop, true);
	for (size_t i = 0; port->senders != NULL && i < port->options.terminals; i++) {
		if (port->senders[i].started)
			pthread_join(port->senders[i].thread, NULL);
		port->senders[i].started = false;
	}
}

enum status
load_port_end(struct load_port *port, struct reason *why)
{
	join_all(port);
	for (size_t i = 0; i < port->options.terminals; i++)
		if (port->senders[i].failed)
			return reason_say(why, STATUS_CONTRADICTION, "terminal %zu: %.200s", i + 1, port->senders[i].why.text);
	return STATUS_OK;
}

const struct load_sample *
load_port_samples(const struct load_port *port, size_t *n)
{
	*n = port->n_samples;
	return port->samples;
}

struct load_tally
load_port_tally(const struct load_port *port)
{
	struct load_tally sum = { 0 };
	for (size_t i = 0; i < port->options.terminals; i++) {
		struct terminal_tally one = terminal_tally(port->senders[i].terminal);
		sum.sent += one.sent;
		sum.accepted += one.accepted;
		sum.reconnects += one.reconnects;
		sum.unanswered += terminal_next_seq(port->senders[i].terminal) - 1 - terminal_last_acked(port->senders[i].terminal);
	}
	return sum;
}

void
load_port_close(struct load_port **port)
{
	if (*port == NULL)
		return;
	join_all(*port);
	for (size_t i = 0; (*port)->senders != NULL && i < (*port)->options.terminals; i++)
		terminal_close(&(*port)->senders[i].terminal);
	pthread_mutex_destroy(&(*port)->lock);
	free((*port)->samples);
	free((*port)->senders);
	free(*port);
	*port = NULL;
}
