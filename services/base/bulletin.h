/*
 * How a service that brings the journal elsewhere stands (the relay to headquarters, the warehouse to PostgreSQL), told in
 * DIR/run/NAME.json: to a command, to query for its list of what asks for a person, and to the dashboard for health and metrics. A
 * file, because these need not share a process, and because a state that is a second old is what people need. It is replaced as a
 * whole and not synced: lost, it is written anew. Owns nothing; any thread, one that writes.
 */
#ifndef JUYAN_BASE_BULLETIN_H
#define JUYAN_BASE_BULLETIN_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "status.h"

enum {
	BULLETIN_WORD_BYTES = 32,
	BULLETIN_WHERE_BYTES = 256,
	BULLETIN_TELL_MS = 5000,   /* how often it is told while nothing changes, so that it can be seen to be fresh */
	BULLETIN_STALE_MS = 60000, /* who has not told for so long stands in no way that is known */
	BULLETIN_PATIENCE_MS = 3600000
};
/* What `trouble` is where nothing is wrong. */
#define BULLETIN_WELL "none"

/* What a service has no use for is 0 or empty. */
struct bulletin {
	char state[BULLETIN_WORD_BYTES]; /* in a word of the service's: "connected", "waiting" */
	int64_t since_ms;                /* of the state, or of the trouble */
	int64_t told_ms;
	char where[BULLETIN_WHERE_BYTES];  /* where the journal is brought */
	char name[SHORT_TEXT_BYTES_MAX];   /* what this ledger is called there; "": it is not known */
	uint64_t lsn;                      /* where the journal ended then */
	uint64_t reached;                  /* all up to this event is there, on disk */
	int64_t reached_at_ms;             /* when that grew last; 0: not since the service was started */
	int64_t waits_from_ms;             /* when the oldest event that is not there was received here; 0: there is none */
	char trouble[BULLETIN_WORD_BYTES]; /* what is wrong, in a word, or BULLETIN_WELL */
	char why[SENTENCE_BYTES_MAX];      /* … in a sentence; "" where nothing is */
	bool lasts;                        /* the trouble does not pass by itself */
	char besides[SENTENCE_BYTES_MAX];  /* what somebody has to mend though the journal goes on; "": nothing */
	uint64_t differs;                  /* the first record that is another one there; 0: none is known */
	int64_t lost_at_ms;                /* when it was found that there is less than had been confirmed; 0: never */
	uint64_t lost_from;                /* … and which event was the last there */
};

/* What cannot stand in a text is mended; what is too long is cut. SYSTEM or NO_MEMORY, with a sentence. */
enum status bulletin_write(const char *dir, const char *service, const struct bulletin *bulletin, struct reason *why) MUST_USE;
/* NOT_FOUND: it is off, or has nothing to tell yet. SETTING: the file is none of ours. */
enum status bulletin_read(const char *dir, const char *service, struct bulletin *out, struct reason *why) MUST_USE;
/* It says that there is no such service: one that is not wanted any more. */
void bulletin_remove(const char *dir, const char *service);

/* Events that are not there, and for how long the oldest has waited (0: none does). `lsn`: where the journal ends by now, or 0. */
uint64_t bulletin_behind(const struct bulletin *bulletin, uint64_t lsn);
int64_t bulletin_lag_ms(const struct bulletin *bulletin, int64_t now_ms);
bool bulletin_silent(const struct bulletin *bulletin, int64_t now_ms);

/*
 * Whether a person has to look, and why: the service has fallen silent, or something is wrong that does not pass by itself, or
 * nothing has been brought for an hour while something waits, or there is something besides.
 */
bool bulletin_asks(const struct bulletin *bulletin, const char *service, int64_t now_ms, struct reason *why);

#endif
