/*
 * Brings a ledger's journal to headquarters, over the session that terminals have: whole blocks as they stand there, in
 * JournalBatches. Nothing is kept on the way, for the journal is the store: where to go on, headquarters' Welcome says, and memory
 * is the same however far behind it is.
 *
 *     AWAY ──Welcome, which fits──▶ CARRYING ──refused──▶ STOPPED ──a while──▶ AWAY
 *       └──Welcome of another past─▶ SEARCHING ──found────▶┘
 *
 * Which past is at headquarters, the chain value in its Welcome says. Where it is another, or headquarters knows more than this
 * journal has, nothing is sent but single old blocks, to find the first record that differs (halving.h). A headquarters that has
 * less than it had confirmed was restored from an older copy: it gets the rest again, and that is told.
 *
 * One thread. What fails is told and tried again, also where it is this machine's: whoever takes events meanwhile never notices.
 */
#ifndef JUYAN_RELAY_CARRIER_H
#define JUYAN_RELAY_CARRIER_H

#include "caller.h"
#include "env.h"

enum carrier_state { CARRIER_AWAY, CARRIER_CARRYING, CARRIER_SEARCHING, CARRIER_STOPPED };

enum carrier_news {
	CARRIER_CONNECTED, /* headquarters answers, and what it has fits */
	CARRIER_NO_ANSWER, /* … does not */
	CARRIER_LOST,      /* it has less than it had confirmed */
	CARRIER_HALTED     /* nothing is brought: why */
};

struct carrier_options {
	struct bus *bus;
	struct env *env;
	const char *endpoint; /* these three are copied */
	const struct key_pair *keys;
	const uint8_t *server_key; /* NULL: inproc */
	struct clock clock;
	uint64_t confirmed; /* what headquarters had confirmed to an earlier process; 0: nothing is known of that */
	/* Each once, when it begins. */
	void (*on_news)(void *user, enum carrier_news news, const char *sentence);
	/* While it carries: a frame that asks headquarters for decrees, or none; and what was answered. NULL: nobody asks. */
	struct span (*ask)(void *user, struct arena *arena);
	void (*on_decrees)(void *user, const Juyan__V1__Decrees *told);
	void *user;
};

/* How it stands. */
struct carrier_view {
	enum carrier_state state; /* STOPPED also while it tries again what was refused */
	uint64_t lsn;             /* where the journal ends, as far as was looked */
	uint64_t confirmed;       /* headquarters has all up to this event on its disk: 0 also where nothing is known yet */
	uint64_t delivered;       /* how many events it has confirmed to this carrier */
	int64_t waits_from_ms;    /* when the oldest event that it has not confirmed was received here; 0: there is none */
	enum status status;       /* why it is stopped or does not answer; OK else */
	struct reason why;
	uint64_t differs; /* the first record that is another one at headquarters, or is not here any more; 0: none is known */
	char name[SHORT_TEXT_BYTES_MAX]; /* what headquarters calls this site; "" before it has answered */
};

struct carrier;

enum status carrier_open(const struct carrier_options *options, struct carrier **out, struct reason *why) MUST_USE;
void carrier_close(struct carrier **carrier);
/* Does what can be done, and waits at most so long for more. */
void carrier_turn(struct carrier *carrier, int wait_ms);
/* Looks at the journal as well. */
void carrier_look(struct carrier *carrier, struct carrier_view *out);

#endif
