/*
 * Machines connect to us: a listener, and many connections at once, each with a connector's state of its own, and each passed on to
 * a platform where that is configured. Whoever comes when there is no room takes the place of the one that has been silent longest,
 * if that is for a minute; else he is turned away. What is one machine, a scale, has room for one connection, and one state for
 * all that follow each other; who has been silent for ten seconds may be a line that broke unheard, and gives way.
 *
 * While the book is full nobody is called silent, for nobody is heard: who finds no room waits before the door; but where we stand
 * before a platform, one that has ended gives up what it said last.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "passage.h"
#include "sources.h"

enum {
	BACKLOG = 64,
	ACCEPTS_A_TURN = 64,
	SILENT_MS = 60 * 1000,
	MACHINE_SILENT_MS = 10 * 1000,
	NO_DESCRIPTOR_MS = 1000,
	DAY_S = 24 * 60 * 60
};

struct connection {
	struct passage passage;
	struct stream stream;
	bool over;
	char peer[ADDRESS_TEXT_BYTES];
};

struct listener {
	int fd;
	int64_t again_ms; /* not before that is anybody let in: there was no descriptor */
	int64_t room, idle_ms;
	bool passes;
	struct address platform;
	struct connection *connections; /* room of them */
	size_t n;
	size_t turn; /* which is taken first */
	uint8_t piece[SOURCE_PIECE_BYTES];
};

/* ---- opening ---- */

/* What a connection will need is tried once, so that a wrong setting is told at the start. */
static enum status
try_settings(struct machine_source *source, struct reason *why)
{
	struct stream stream = { 0 };
	enum status status = stream_open(source, &stream, why);
	stream_close(&stream);
	return status;
}

static enum status
read_address(const struct machine_source *source, const char *name, struct address *out, struct reason *why)
{
	struct reason inner = { "" };
	enum status status = address_read(source_text(source, name), out, &inner);
	return status == STATUS_OK ? status : yaml_fail(yaml_get(source->settings, name), why, "%s: %.180s", name, inner.text);
}

static enum status
read_room(const struct machine_source *source, int64_t *out, struct reason *why)
{
	const struct yaml_node *said = yaml_get(source->settings, "connections");
	enum status status = source_number(source, "connections", 1, CONNECTIONS_MAX, CONNECTIONS_DEFAULT, out, why);
	if (status == STATUS_OK && source->connector->one_machine && said != NULL && *out > 1)
		return yaml_fail(said, why, "connections: expected 1: %s reads one machine, and each has an address of its own",
		    source->connector->name);
	if (source->connector->one_machine)
		*out = 1;
	return status;
}

static enum status
read_settings(struct machine_source *source, struct listener *listener, struct address *address, struct reason *why)
{
	int64_t idle_s = 0;
	enum status status = read_address(source, "listen", address, why);
	if (status == STATUS_OK)
		status = read_room(source, &listener->room, why);
	if (status == STATUS_OK)
		status = source_number(source, "idle_s", 0, DAY_S, 0, &idle_s, why);
	listener->idle_ms = idle_s * 1000;
	listener->passes = source_text(source, "pass_to") != NULL;
	if (status == STATUS_OK && listener->passes)
		status = read_address(source, "pass_to", &listener->platform, why);
	return status == STATUS_OK ? try_settings(source, why) : status;
}

static void
listener_close(struct machine_source *source)
{
	struct listener *listener = source->state;
	if (listener == NULL)
		return;
	for (size_t i = 0; i < listener->n; i++) {
		passage_close(&listener->connections[i].passage);
		stream_close(&listener->connections[i].stream);
	}
	if (listener->fd >= 0)
		close(listener->fd);
	stream_source_close(source);
	free(listener->connections);
	free(listener);
	source->state = NULL;
}

static enum status
listener_open(struct machine_source *source, const struct instant *now, struct reason *why)
{
	struct address address;
	char text[ADDRESS_TEXT_BYTES];
	(void)now;
	struct listener *listener = calloc(1, sizeof *listener);
	if (listener == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for the source '%.64s'", source->name);
	listener->fd = -1;
	source->state = listener;
	enum status status = read_settings(source, listener, &address, why);
	if (status == STATUS_OK && (listener->connections = calloc((size_t)listener->room, sizeof *listener->connections)) == NULL)
		status = reason_say(why, STATUS_NO_MEMORY, "no memory for the connections of '%.64s'", source->name);
	if (status == STATUS_OK)
		status = address_listen(&address, BACKLOG, &listener->fd, why);
	if (status != STATUS_OK) {
		listener_close(source);
		return status;
	}
	address = address_of(listener->fd);
	source_say(source, LOG_INFO, "listening", address_text(&address, text), "");
	return STATUS_OK;
}

/* ---- coming and going ---- */

static void
end_connection(struct machine_source *source, struct connection *connection)
{
	if (connection->over)
		return;
	connection->over = true;
	stream_line(&connection->stream, false);
	const struct passage *passage = &connection->passage;
	struct reason why = { "" };
	if (passage->fault != NULL)
		reason_write(&why, "%s: %s", passage->fault, strerror(passage->error));
	source_say(source, passage->fault != NULL ? LOG_WARNING : LOG_INFO, "connection_ended", connection->peer, why.text);
	passage_close(&connection->passage);
	source->open_now--;
}

/* All places are taken, and one of them will be free when its last word has been taken. */
static bool
place_gets_free(const struct listener *listener)
{
	bool ended = false;
	for (size_t i = 0; i < listener->n; i++)
		ended = ended || listener->connections[i].over;
	return ended && listener->n == (size_t)listener->room;
}

/* An ended one leaves the list. */
static void
dismiss(struct listener *listener, struct connection *one)
{
	assert(one->over);
	stream_close(&one->stream);
	*one = listener->connections[--listener->n];
}

/* The place of who has been silent longest is free at the next turn. */
static void
make_room(struct machine_source *source, const struct instant *now)
{
	struct listener *listener = source->state;
	struct connection *oldest = NULL;
	for (size_t i = 0; i < listener->n; i++) {
		struct connection *one = &listener->connections[i];
		if (oldest == NULL || one->passage.heard_ms < oldest->passage.heard_ms)
			oldest = one;
	}
	int64_t silent_ms = source->connector->one_machine ? MACHINE_SILENT_MS : SILENT_MS;
	if (oldest == NULL || now->ms - oldest->passage.heard_ms < silent_ms)
		return;
	oldest->passage.fault = "another came, and it was silent longest";
	oldest->passage.error = ETIMEDOUT;
	end_connection(source, oldest);
}

static enum status
admit(struct machine_source *source, int fd, const struct address *peer, const struct instant *now, struct reason *why)
{
	struct listener *listener = source->state;
	struct connection *connection = &listener->connections[listener->n];
	memset(connection, 0, sizeof *connection);
	address_text(peer, connection->peer);
	enum status status = passage_open(fd, listener->passes ? &listener->platform : NULL, now, &connection->passage, why);
	if (status != STATUS_OK)
		return status;
	if ((status = stream_open(source, &connection->stream, why)) != STATUS_OK) {
		passage_close(&connection->passage);
		return status;
	}
	stream_line(&connection->stream, true);
	listener->n++;
	source->open_now++;
	source->tally.connections++;
	source_say(source, LOG_INFO, "connection_made", connection->peer, "");
	return STATUS_OK;
}

static void
turn_away(struct machine_source *source, const struct address *peer, const char *why)
{
	char text[ADDRESS_TEXT_BYTES];
	source->tally.turned_away++;
	source_say(source, LOG_WARNING, "turned_away", address_text(peer, text), why);
}

/* The book is full, and what an ended connection said last waits for it; a gate that connects anew does not. */
static void
give_up_ended(struct machine_source *source)
{
	struct listener *listener = source->state;
	for (size_t i = 0; i < listener->n; i++) {
		struct connection *one = &listener->connections[i];
		if (!one->over)
			continue;
		source->tally.bytes_unheard += stream_bytes(&one->stream);
		source_say(source, LOG_ERROR, "unheard", one->peer,
		    "it has ended, its place is needed and the book is full: what it said last is not counted");
		dismiss(listener, one);
		return;
	}
}

static void
accept_some(struct machine_source *source, bool held, const struct instant *now)
{
	struct listener *listener = source->state;
	struct reason why = { "" };
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		bool full = listener->n == (size_t)listener->room;
		if (full && i > 0) /* of those that there may be, the next turn knows */
			return;
		if (full && held)
			give_up_ended(source);
		else if (full && !place_gets_free(listener))
			make_room(source, now);
		if (!held && place_gets_free(listener)) /* who knocks waits for it */
			return;
		struct address peer = { .bytes = sizeof peer.at };
		int fd = accept4(listener->fd, (struct sockaddr *)&peer.at, &peer.bytes, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
			listener->again_ms = now->ms + NO_DESCRIPTOR_MS;
			source_say(source, LOG_ERROR, "turned_away", "nobody", strerror(errno));
		}
		if (fd < 0)
			return;
		if (listener->n < (size_t)listener->room) {
			if (admit(source, fd, &peer, now, &why) != STATUS_OK)
				turn_away(source, &peer, why.text);
			continue;
		}
		turn_away(source, &peer, "as many are connected as 'connections' allows");
		close(fd);
	}
}

/* ---- the turn ---- */

static size_t
listener_watch(struct machine_source *source, struct pollfd *polls, size_t room, bool held, const struct instant *now, int *wait_ms)
{
	struct listener *listener = source->state;
	size_t n = 0;
	if (room < 1 + PASSAGE_POLLS * listener->n)
		return 0;
	bool opens = held ? listener->passes || listener->n < (size_t)listener->room : !place_gets_free(listener);
	polls[n++] = (struct pollfd){ .fd = opens && now->ms >= listener->again_ms ? listener->fd : -1, .events = POLLIN };
	for (size_t i = 0; i < listener->n; i++, n += PASSAGE_POLLS) {
		const struct connection *one = &listener->connections[i];
		if (one->over)
			polls[n] = polls[n + 1] = (struct pollfd){ .fd = -1 };
		else
			passage_watch(&one->passage, &one->stream, held, polls + n);
		if (!held && stream_waits(&one->stream) && one->stream.source->connector->feed == FEED_STREAM)
			*wait_ms = 0;
	}
	return n;
}

static void
listener_move(struct machine_source *source, const struct pollfd *polls, size_t n, bool held, const struct instant *now)
{
	struct listener *listener = source->state;
	if (n == 0)
		return;
	assert(n == 1 + PASSAGE_POLLS * listener->n);
	for (size_t i = 0; i < listener->n; i++) {
		struct connection *one = &listener->connections[i];
		if (one->over)
			continue;
		bool goes_on = passage_move(&one->passage, &one->stream, polls + 1 + PASSAGE_POLLS * i, held, now, listener->piece);
		bool heard = !held || listener->passes;
		if (goes_on && heard && listener->idle_ms > 0 && now->ms - one->passage.heard_ms > listener->idle_ms) {
			one->passage.fault = "it was silent for as long as 'idle_s' allows";
			one->passage.error = ETIMEDOUT;
			goes_on = false;
		}
		if (!goes_on)
			end_connection(source, one);
	}
	if (polls[0].revents != 0)
		accept_some(source, held, now);
}

/* Those that have ended, and whose last word was taken, leave the list. */
static void
dismiss_ended(struct listener *listener)
{
	for (size_t i = listener->n; i-- > 0;) {
		struct connection *one = &listener->connections[i];
		if (!one->over || stream_waits(&one->stream))
			continue;
		dismiss(listener, one);
	}
}

static void
listener_take(struct machine_source *source, struct turn *turn, const struct instant *now)
{
	struct listener *listener = source->state;
	for (size_t i = 0; i < listener->n; i++)
		stream_take(&listener->connections[(i + listener->turn) % listener->n].stream, turn, now);
	listener->turn++;
	dismiss_ended(listener);
}

static void
listener_pass(struct machine_source *source, struct turn *turn, const struct instant *now)
{
	struct listener *listener = source->state;
	for (size_t i = 0; i < listener->n; i++)
		stream_pass(&listener->connections[i].stream, turn, now);
	stream_source_pass(source, turn, now); /* also while nobody is connected: that is what it is to tell */
}

static void
listener_settle(struct machine_source *source, const struct instant *now)
{
	(void)now;
	stream_settle(source);
}

static const struct connector_setting settings[] = {
	{ "connections", "how many machines may be connected at once (default: 32; a scale: 1; of all listeners together 2048)" },
	{ "idle_s", "a connection that says nothing for so many seconds is closed (default: 0, never)" },
	{ "pass_to", "an address to which all that a machine says goes on unchanged, and from which it gets its answers" },
	{ NULL, NULL },
};

const struct source_kind listen_kind = { "listen", "an address at which machines connect to us: 0.0.0.0:9001", settings,
	listener_open, listener_watch, listener_move, listener_take, listener_pass, listener_settle, listener_close, NULL };
