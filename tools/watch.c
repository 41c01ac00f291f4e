/*
 * `juyan watch`: the feed's news in a terminal, a line for each crossing that was touched and each day whose total has changed.
 * News that were missed are asked for, so that nothing is left out; when the feed is silent, it says for how long.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "bus.h"
#include "civil.h"
#include "clock.h"
#include "feed.pb-c.h"
#include "json.h"
#include "table.h"

enum {
	TURN_MS = 100,
	SILENT_MS = 3000,    /* the feed says every second that it is there */
	AGAIN_MS = 10000,    /* how often a silence is told */
	ANEW_MS = 5000,      /* a connection that was refused stays so: after a while it is made anew */
	PATIENCE_MS = 15000, /* for the first word */
	ARENA_BYTES = 2 * DECODE_BYTES_MAX
};

struct command {
	struct asking_scope scope;
	bool asks; /* there is a query service to ask: for what was missed, and for the ports' clocks */
	struct bus *bus;
	struct bus_socket *socket;
	struct tool_address address;
	struct registry *registry; /* NULL: times are UTC */
	struct arena arena;
	struct clock clock;
	bool heard, silent;
	uint64_t lsn, quarantine_waiting; /* what has been shown so far */
	int64_t heard_ms, said_ms, anew_ms;
};

static volatile sig_atomic_t stopped;

static const struct argp_option options[] = {
	{ "port", ASKING_KEY_PORT, "ID", 0, "only what happens at this port, or at the ports below this place", 1 },
	{ "json", ASKING_KEY_JSON, NULL, 0, "each news as a JSON object on a line, with the names of proto/feed.proto", 1 },
	{ 0 },
};

static const char doc[] =
    "Shows what happens, as it happens: each crossing that was touched, and each day whose total has changed.\v"
    "Times are local to the port. With --connect, which is then the feed's endpoint, --ask says where the query "
    "service answers; without it, news that were missed are not shown and times are UTC. Ctrl-C ends it.";

static int64_t
now_ms(const struct command *command)
{
	return clock_monotonic_ns(&command->clock) / 1000000;
}

/* ---- lines ---- */

static bool
wanted(const struct command *command, const char *port)
{
	if (command->scope.port == NULL || strcmp(command->scope.port, port) == 0)
		return true;
	return command->registry != NULL && places_within(registry_places(command->registry), port, command->scope.port);
}

/* By the clock of this port. */
static const char *
time_at(const struct command *command, const char *port, int64_t ms, char out[ASKING_TIME_BYTES])
{
	struct port_rule rule = { .utc_offset_minutes = 0 };
	if (command->registry == NULL || !registry_port(command->registry, port, ms, &rule))
		rule.utc_offset_minutes = 0;
	return asking_time(ms, rule.utc_offset_minutes, out);
}

static void
print_crossing(const struct command *command, const Juyan__V1__News *news, const Juyan__V1__CrossingNews *told)
{
	char when[ASKING_TIME_BYTES], figure[TABLE_FIGURE_BYTES];
	const Juyan__V1__Crossing *crossing = told->crossing;
	printf("%s  %s  %s  %s", time_at(command, crossing->port, news->received_at_ms, when), crossing->port, crossing->batch_no,
	    crossing->stage);
	if (crossing->mode[0] != '\0')
		printf(", %s %s, %u %s", crossing->mode, crossing->direction, crossing->units,
		    crossing->units == 1 ? "unit" : "units");
	if (crossing->has_counted_kg)
		printf(", counts %s t", table_tonnes(crossing->counted_kg, figure));
	if (crossing->held[0] != '\0')
		printf(", held: %s", crossing->held);
	for (size_t i = 0; i < told->n_happened; i++)
		printf("%s%s", i == 0 ? "  (" : ", ", told->happened[i]);
	puts(told->n_happened > 0 ? ")" : "");
}

static bool
same_day(const Juyan__V1__DayTotal *a, const Juyan__V1__DayTotal *b)
{
	return strcmp(a->port, b->port) == 0 && strcmp(a->day, b->day) == 0;
}

/* All rows of one port's day, which stand together: from `first` on. Returns where they end. */
static size_t
print_day(const struct command *command, const Juyan__V1__News *news, size_t first)
{
	char when[ASKING_TIME_BYTES], figure[TABLE_FIGURE_BYTES], count[TABLE_FIGURE_BYTES];
	const Juyan__V1__DayTotal *day = news->days[first];
	int64_t net_kg = 0, batches = 0, units_unknown = 0;
	size_t end = first;
	for (; end < news->n_days && same_day(news->days[end], day); end++) {
		net_kg += news->days[end]->net_kg;
		batches += news->days[end]->batches;
		units_unknown += news->days[end]->units_unknown;
	}
	if (!wanted(command, day->port))
		return end;
	printf("%s  %s  day %s: %s t, %s %s", time_at(command, day->port, news->received_at_ms, when), day->port, day->day,
	    table_tonnes(net_kg, figure), table_count(batches, count), batches == 1 ? "batch" : "batches");
	if (units_unknown > 0)
		printf(", %s %s without a known mass", table_count(units_unknown, count), units_unknown == 1 ? "unit" : "units");
	putchar('\n');
	return end;
}

static void
print_lines(struct command *command, const Juyan__V1__News *news)
{
	char when[ASKING_TIME_BYTES], count[TABLE_FIGURE_BYTES];
	asking_time(news->received_at_ms, 0, when);
	for (size_t i = 0; i < news->n_crossings; i++)
		if (news->crossings[i]->crossing != NULL && wanted(command, news->crossings[i]->crossing->port))
			print_crossing(command, news, news->crossings[i]);
	for (size_t i = 0; i < news->n_days;)
		i = print_day(command, news, i);
	if (news->skipped)
		printf("%s UTC  %s events at once, too many to be told one by one: juyan totals has what they changed\n", when,
		    table_count((int64_t)news->events, count));
	else if (news->registry)
		printf("%s UTC  the registry has changed\n", when);
	if (news->quarantine_waiting != command->quarantine_waiting)
		printf("%s UTC  %s in quarantine: juyan quarantine list\n", when,
		    table_count((int64_t)news->quarantine_waiting, count));
}

/* With --port, without what is of other ports. */
static enum status
print_json(const struct command *command, const Juyan__V1__News *news)
{
	json_t *value, *list, *entry;
	size_t i;
	enum status status = json_write(&news->base, true, &value);
	if (status != STATUS_OK)
		return status;
	for (int days = 0; command->scope.port != NULL && days < 2; days++) {
		list = json_object_get(value, days ? "days" : "crossings");
		for (i = json_array_size(list); i > 0; i--) {
			entry = json_array_get(list, i - 1);
			json_t *port = json_object_get(days ? entry : json_object_get(entry, "crossing"), "port");
			if (!json_is_string(port) || !wanted(command, json_string_value(port)))
				json_array_remove(list, i - 1);
		}
	}
	int failed = json_dumpf(value, stdout, JSON_COMPACT);
	json_decref(value);
	putchar('\n');
	return failed == 0 ? STATUS_OK : STATUS_SYSTEM;
}

static enum status
read_clocks(struct command *command)
{
	if (!command->asks)
		return STATUS_OK;
	registry_close(&command->registry);
	return asking_registry(&command->scope.asking, "port,place", &command->registry);
}

/* The registry is asked for behind the last look at the news, which may be lent by the same connection. */
static enum status
show(struct command *command, const Juyan__V1__News *news)
{
	bool clocks = news->registry;
	enum status status = STATUS_OK;
	if (command->scope.json)
		status = print_json(command, news);
	else
		print_lines(command, news);
	command->lsn = news->lsn;
	command->quarantine_waiting = news->quarantine_waiting;
	if (status == STATUS_OK && (fflush(stdout) != 0 || ferror(stdout)))
		status = reason_say(&command->scope.asking.why, STATUS_SYSTEM, "the output cannot be written");
	return status == STATUS_OK && clocks ? read_clocks(command) : status;
}

/* ---- what was missed ---- */

static enum status
catch_up(struct command *command, uint64_t to)
{
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__NewsAsk ask = JUYAN__V1__NEWS_ASK__INIT;
	question.ask_case = JUYAN__V1__QUESTION__ASK_NEWS;
	question.news = &ask;
	enum status status = STATUS_OK;
	while (status == STATUS_OK && command->lsn < to) {
		const Juyan__V1__Answer *answer;
		ask.after_lsn = command->lsn;
		status = asking_answer(&command->scope.asking, &question, JUYAN__V1__ANSWER__SAY_NEWS, &answer);
		if (status == STATUS_OK && answer->news->lsn <= command->lsn)
			return reason_say(&command->scope.asking.why, STATUS_CONTRADICTION,
			    "the feed tells of event %" PRIu64 ", and the ledger that was asked ends at %" PRIu64, to,
			    answer->news->lsn);
		if (status == STATUS_OK)
			status = show(command, answer->news);
	}
	if (status_consequence(status) != RETRY)
		return status;
	/* Nobody answers just now. What follows tells of the same gap, so it is tried again. */
	fprintf(stderr, "juyan watch: %s\n", command->scope.asking.why.text);
	return STATUS_OK;
}

static enum status
take_news(struct command *command, const Juyan__V1__News *news)
{
	enum status status = STATUS_OK;
	if (news->version != PROTOCOL_VERSION)
		return reason_say(&command->scope.asking.why, STATUS_VERSION, "the feed speaks protocol version %u, this is %d",
		    news->version, PROTOCOL_VERSION);
	if (!command->heard) {
		fprintf(stderr, "juyan watch: hears the feed, from event %" PRIu64 " on\n", news->before_lsn);
		command->lsn = news->before_lsn;
		command->quarantine_waiting = news->quarantine_waiting;
		command->heard = true;
	}
	if (news->before_lsn > command->lsn && command->asks)
		status = catch_up(command, news->lsn);
	else if (news->before_lsn > command->lsn)
		fprintf(stderr, "juyan watch: missed the news of events %" PRIu64 " to %" PRIu64 "; --ask would fetch them\n",
		    command->lsn + 1, news->before_lsn);
	/* What was fetched meanwhile comes again, and was shown. What could not be fetched is tried again. */
	bool whole = news->before_lsn <= command->lsn || !command->asks;
	if (status == STATUS_OK && whole && news->lsn > command->lsn)
		status = show(command, news);
	return status;
}

/* ---- listening ---- */

static enum status
listen_anew(struct command *command)
{
	bus_socket_close(&command->socket);
	command->anew_ms = now_ms(command) + ANEW_MS;
	return bus_listen(command->bus, command->address.endpoint, &command->address.keys, command->address.server_key,
	    &command->socket, &command->scope.asking.why);
}

static enum status
take_frame(struct command *command)
{
	struct bus_frame frame;
	const ProtobufCMessage *news = NULL;
	enum status status = bus_take(command->socket, NULL, &frame);
	if (status == STATUS_TIMEOUT)
		return STATUS_OK;
	if (status != STATUS_OK)
		return reason_say(&command->scope.asking.why, status, "%.160s: what is told there is not news",
		    command->address.endpoint);
	arena_reset(&command->arena);
	status = wire_unpack(&juyan__v1__news__descriptor, frame.bytes, &command->arena, &news, &command->scope.asking.why);
	if (status == STATUS_OK) {
		if (command->silent)
			fprintf(stderr, "juyan watch: the feed is heard again\n");
		command->silent = false;
		command->heard_ms = now_ms(command);
		command->anew_ms = command->heard_ms + ANEW_MS;
		status = take_news(command, (const Juyan__V1__News *)news);
	}
	bus_frame_close(&frame);
	return status;
}

static enum status
look_at_silence(struct command *command)
{
	char span[ASKING_TIME_BYTES];
	int64_t now = now_ms(command), silent_ms = now - command->heard_ms;
	if (!command->heard && silent_ms > PATIENCE_MS)
		return reason_say(&command->scope.asking.why, STATUS_TIMEOUT,
		    "%.160s: nothing is told there for %d s (does the feed run, and may this key read?)", command->address.endpoint,
		    PATIENCE_MS / 1000);
	if (command->heard && silent_ms >= SILENT_MS && (!command->silent || now - command->said_ms >= AGAIN_MS)) {
		fprintf(stderr, "juyan watch: the feed has been silent for %s; nobody knows what has happened since\n",
		    asking_span(silent_ms, span));
		command->silent = true;
		command->said_ms = now;
	}
	return now >= command->anew_ms ? listen_anew(command) : STATUS_OK;
}

static enum status
watch(struct command *command)
{
	enum status status = arena_open(&command->arena, ARENA_BYTES);
	command->asks = command->scope.asking.connection.connect == NULL || command->scope.asking.connection.ask != NULL;
	if (status == STATUS_OK)
		status = tool_address(&command->scope.asking.connection, "feed", &command->address, &command->scope.asking.why);
	if (status == STATUS_OK)
		status = read_clocks(command);
	if (status == STATUS_OK && command->scope.port != NULL && command->registry != NULL &&
	    !registry_knows_spot(command->registry, command->scope.port)) {
		const char *nearest = registry_nearest_spot(command->registry, command->scope.port);
		status = reason_say(&command->scope.asking.why, STATUS_UNKNOWN_PORT, "there is no port '%.32s'%s%s%s",
		    command->scope.port, nearest != NULL ? "; is '" : "", nearest != NULL ? nearest : "",
		    nearest != NULL ? "' meant?" : "");
	}
	if (status == STATUS_OK)
		status = bus_open(&command->bus, &command->scope.asking.why);
	command->heard_ms = now_ms(command);
	if (status == STATUS_OK)
		status = listen_anew(command);
	while (status == STATUS_OK && !stopped) {
		status = bus_wait(&command->socket, 1, TURN_MS, NULL);
		if (status == STATUS_OK)
			status = take_frame(command);
		else if (status_consequence(status) == RETRY)
			status = STATUS_OK;
		if (status == STATUS_OK)
			status = look_at_silence(command);
	}
	return status;
}

static void
on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* The first signal ends the watching in order; a second one ends the process. */
static void
take_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND };
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int
tool_watch(int argc, char **argv)
{
	struct command command = { .scope.asking.name = "watch", .clock = clock_system() };
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 2 }, { 0 } };
	const struct argp argp = { options, asking_scope_parse, NULL, doc, children, NULL, NULL };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command.scope);
	take_signals();
	enum status status = watch(&command);
	bus_socket_close(&command.socket);
	bus_close(&command.bus);
	registry_close(&command.registry);
	arena_close(&command.arena);
	key_pair_wipe(&command.address.keys);
	return asking_end(&command.scope.asking, status);
}
