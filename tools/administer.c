/* See administer.h: a session of one event. */
#include "administer.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "key_lock.h"
#include "lock.h"
#include "terminal.h"

enum { WAIT_MS = 10000, KEY_WAIT_MS = 2000, ARENA_BYTES = 2 * FRAME_BYTES_MAX };

/* The one answer that such a session can bring; none means that the event was simply accepted. */
struct verdict {
	enum status status;
	struct reason why;
};

static void
on_answer(void *user, const Juyan__V1__EventAnswer *answer)
{
	struct verdict *verdict = user;
	if (answer->disposition == JUYAN__V1__DISPOSITION__ACCEPTED)
		return;
	verdict->status = reason_say(&verdict->why, (enum status)answer->code, "%s", answer->sentence);
	if (verdict->status == STATUS_OK) /* an answer that means no good and names no reason */
		verdict->status = STATUS_CONTRADICTION;
}

static enum status
converse(const struct terminal_options *options, struct span event, struct reason *why)
{
	struct terminal *terminal = NULL;
	enum status status = terminal_open(options, &terminal, why);
	if (status == STATUS_OK)
		status = terminal_hello(terminal, WAIT_MS, why);
	if (status == STATUS_OK)
		status = terminal_send(terminal, event, why);
	if (status == STATUS_OK)
		status = terminal_flush(terminal, WAIT_MS, why);
	terminal_close(&terminal);
	return status;
}

/*
 * Two that send with one key take each other's numbers: the event would be settled as a conflict, or by another's. A key on a
 * medium that cannot be written to has no lock, and `send` does not use it either.
 */
static enum status
lock_key(const struct tool_connection *connection, int *fd, struct reason *why)
{
	char admin[CONFIG_TEXT_BYTES + 32];
	snprintf(admin, sizeof admin, "%s/keys/admin.key", tool_data(connection->data));
	enum status status = key_lock(connection->key != NULL ? connection->key : admin, KEY_WAIT_MS, fd, why);
	return status == STATUS_IN_USE ? status : STATUS_OK;
}

enum status
administer(const struct tool_connection *connection, Juyan__V1__Event *event, struct reason *why)
{
	struct tool_address address;
	struct arena arena = { .base = NULL };
	struct span bytes = { NULL, 0 };
	struct verdict verdict = { .status = STATUS_OK };
	struct clock clock = clock_system();
	int lock_fd = -1;
	if (event->occurred_at_ms == 0)
		event->occurred_at_ms = clock_utc_ms(&clock);
	if (connection->connect == NULL && !lock_held(tool_data(connection->data), "ingest"))
		return reason_say(why, STATUS_CLOSED, "%.160s: nobody takes events here; 'juyan serve' does",
		    tool_data(connection->data));
	enum status status = tool_address(connection, "ingest", &address, why);
	if (status != STATUS_OK)
		return status;
	status = wire_event_check(event, why);
	if (status == STATUS_OK)
		status = lock_key(connection, &lock_fd, why);
	if (status == STATUS_OK)
		status = arena_open(&arena, ARENA_BYTES);
	if (status == STATUS_OK)
		status = wire_pack(&event->base, EVENT_BYTES_MAX, &arena, &bytes);
	if (status == STATUS_OK) {
		const struct terminal_options options = { .endpoint = address.endpoint,
			.keys = &address.keys,
			.server_key = address.server_key,
			.on_answer = on_answer,
			.user = &verdict,
			.patience_ms = WAIT_MS };
		status = converse(&options, bytes, why);
	}
	if (lock_fd >= 0)
		close(lock_fd);
	key_pair_wipe(&address.keys);
	arena_close(&arena);
	if (status == STATUS_OK && verdict.status != STATUS_OK) {
		status = verdict.status;
		reason_say(why, status, "%s", verdict.why.text);
	}
	return status;
}

const char *
administer_by(const char *named)
{
	const struct passwd *user = named != NULL ? NULL : getpwuid(geteuid());
	return named != NULL ? named : user != NULL ? user->pw_name : "unknown";
}
