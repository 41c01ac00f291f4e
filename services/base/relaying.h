/*
 * How the relay of a data folder stands, in DIR/run/relay.json: written by the relay, read by whoever shows it, in the same process
 * or another. A file, because they need not share one, and because a state that is a second old is what people need; the relay
 * replaces it as a whole. Nothing in it lasts: lost, it is written anew. Owns nothing.
 */
#ifndef JUYAN_BASE_RELAYING_H
#define JUYAN_BASE_RELAYING_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "status.h"

enum relaying_state { RELAYING_AWAY, RELAYING_CONNECTED, RELAYING_SEARCHING, RELAYING_STOPPED };

struct relaying {
	enum relaying_state state;
	int64_t since_ms;                    /* of the state */
	int64_t told_ms;                     /* when this was written: every few seconds while the relay runs */
	char headquarters[256];              /* its endpoint */
	char name[SHORT_TEXT_BYTES_MAX];     /* of this site there; "" before headquarters has answered */
	uint64_t lsn;                        /* where the journal ended then */
	uint64_t confirmed;                  /* headquarters has all up to this event on disk */
	int64_t confirmed_at_ms;             /* when it confirmed something last; 0: not since the relay was started */
	int64_t waits_from_ms;               /* when the oldest event that is not confirmed was received here; 0: there is none */
	char status[32];                     /* the name of a status, "ok" where all is well */
	char why[SENTENCE_BYTES_MAX];        /* why it is stopped, or away */
	char decree_why[SENTENCE_BYTES_MAX]; /* which change of the registry from above is not taken here; "": none */
	uint64_t differs;                    /* the first record that is another one at headquarters; 0: none is known */
	int64_t lost_at_ms;                  /* when headquarters was found to have less than it had confirmed; 0: never */
	uint64_t lost_from;                  /* … and which event was its last */
};

const char *relaying_state_name(enum relaying_state state);

/* NOT_FOUND: there is no relay here. SETTING: the file is none of ours. */
enum status relaying_read(const char *dir, struct relaying *out, struct reason *why) MUST_USE;
/* SYSTEM with a sentence. */
enum status relaying_write(const char *dir, const struct relaying *relaying, struct reason *why) MUST_USE;
/* It says that there is none: a relay that is not wanted any more. */
void relaying_remove(const char *dir);

/* Events that are not confirmed, and since when (ms; 0: none is). `lsn`: where the journal ends by now; 0: unknown. */
uint64_t relaying_behind(const struct relaying *relaying, uint64_t lsn);
int64_t relaying_lag_ms(const struct relaying *relaying, int64_t now_ms);

/*
 * Whether a person has to look: nothing is brought for a reason that does not pass by itself, or headquarters has not answered for
 * an hour while something waits, or nobody writes the state any more, or what was decided above is not taken here.
 */
bool relaying_trouble(const struct relaying *relaying, int64_t now_ms, struct reason *why);

#endif
