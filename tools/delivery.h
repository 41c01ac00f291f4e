/*
 * Brings files of events to a centre, over one terminal: each file counts once, however often it is sent and wherever sending
 * stopped.
 *
 * The numbers under which a file went are in the log of its key (sent.h). A file that is known is sent again under its old
 * numbers, where the centre answers "duplicate" for what it has; what is not on file goes on at the end of the stream. A delivery
 * lends the terminal, the log and the options' names; it owns nothing else. One thread.
 */
#ifndef JUYAN_TOOLS_DELIVERY_H
#define JUYAN_TOOLS_DELIVERY_H

#include <signal.h>

#include "event_file.h"
#include "sent.h"
#include "terminal.h"

struct delivery;

struct delivery_tally {
	uint64_t read;  /* events that the files hold and that are well-formed */
	uint64_t wrong; /* lines or rows that are not, and were not sent */
	uint64_t sent;
	uint64_t settled; /* answered by the centre: the five below together */
	uint64_t accepted;
	uint64_t duplicate;
	uint64_t conflict;
	uint64_t quarantined;
	uint64_t refused;
};

/* One line's trouble. `what` is "wrong", "conflict", "quarantined" or "refused"; `name` the status's name. Lent for the call. */
struct delivery_complaint {
	const char *file;
	uint64_t line;
	const char *what;
	const char *name;
	const char *sentence;
};

struct delivery_options {
	struct sent *sent;                 /* NULL: nothing is remembered */
	bool dry_run;                      /* read and check alone: no terminal, no log */
	bool again;                        /* send what is known as if it were new */
	uint32_t batch_events;             /* 0: as many as the terminal likes */
	int patience_ms;                   /* how long to wait for a centre that is away */
	const volatile sig_atomic_t *stop; /* not 0: end in order as soon as may be */
	void (*on_complaint)(void *user, const struct delivery_complaint *complaint);
	void (*on_note)(void *user, const char *sentence); /* what a person should know, such as that a file goes on */
	void (*on_progress)(void *user, const struct delivery_tally *tally); /* often */
	void *user;
};

/*
 * Opens the session where it is no dry run. `terminal` holds where and as whom; its callbacks and batch size are set here. TIMEOUT
 * when nobody answers or the key is not authorised; what sent.h can be.
 */
enum status delivery_open(const struct delivery_options *options, struct terminal_options *terminal, struct delivery **out,
    struct reason *why) MUST_USE;
void delivery_close(struct delivery **delivery);

/*
 * Sends one file ("-": stdin; like any pipe it cannot be remembered) and waits until it is on disk. `map_path` is what `mapping`
 * was read from. A file that cannot be read is a complaint (with line 0), like a wrong line. INTERRUPTED: `stop` was set, and what
 * was sent is on disk. Anything else: the session or the log has failed, and so would the next file.
 */
enum status delivery_file(struct delivery *delivery, const char *path, const struct mapping *mapping, const char *map_path,
    struct reason *why) MUST_USE;

struct delivery_tally delivery_tally(const struct delivery *delivery);

#endif
