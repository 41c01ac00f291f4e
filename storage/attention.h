/*
 * What asks for a person: the rules, as pure functions, and why their bounds are what they are. What they are applied to is found
 * by answer_attention.c. Owns nothing; any thread.
 */
#ifndef JUYAN_STORAGE_ATTENTION_H
#define JUYAN_STORAGE_ATTENTION_H

#include "counting.h"
#include "progress.h"

/*
 * The gravest first. A site that stands still is missing as a whole, and nobody at it need know. Where a terminal is silent nothing
 * else of its port can be trusted; what waits in quarantine is missing in the totals; then a machine that does not work, for whom
 * others wait; then whoever waits for us; then what should be looked into; at last what is merely odd.
 */
enum attention {
	ATTENTION_SITE,
	ATTENTION_SILENT,
	ATTENTION_QUARANTINE,
	ATTENTION_MACHINE,
	ATTENTION_STUCK,
	ATTENTION_WEIGHT,
	ATTENTION_SECOND_INSPECTION,
	ATTENTION_REVIEW,
	ATTENTION_UNHEARD,
	ATTENTIONS
};

const char *attention_name(enum attention kind);

#define ATTENTION_MINUTES(n) (INT64_C(60000) * (n))

enum {
	/* A week has each day of it once; days without traffic say nothing of how long it takes. */
	ATTENTION_STUCK_DAYS = 7,
	ATTENTION_STUCK_PERCENT = 95, /* so that one of twenty is called stuck on an ordinary day, and not one of two */
	ATTENTION_STUCK_LEAST_N = 20, /* below that, 95 % of them are all of them */
	/* A scale two per mille wrong makes 100 kg of 50 t; clerks round and moisture varies. This is beyond both. */
	ATTENTION_WEIGHT_PERCENT = 10,
	ATTENTION_WEIGHT_KG = 2000,
	ATTENTION_SILENT_TIMES = 6,   /* a pause five times the usual is still a tea break */
	ATTENTION_SILENT_EVENTS = 64, /* the latest, from which the usual gap is taken */
	ATTENTION_SILENT_LEAST_N = 8  /* gaps; of fewer none is usual */
};
#define ATTENTION_STUCK_LEAST_MS ATTENTION_MINUTES(30)        /* at a quick port the 95 % are some minutes, and nobody's concern */
#define ATTENTION_STUCK_UNKNOWN_MS ATTENTION_MINUTES(24 * 60) /* where too few have passed to say what is usual */
#define ATTENTION_SILENT_LEAST_MS ATTENTION_MINUTES(30)
#define ATTENTION_SILENT_UNKNOWN_MS ATTENTION_MINUTES(2 * 60)
/* Who has sent nothing for a week is not expected to; nor is a machine of which nothing was told expected to work. */
#define ATTENTION_SILENT_KNOWN_MS ATTENTION_MINUTES(7 * 24 * 60)

/* The span that is usual at most, of these from arrival to release. Sorts them. */
int64_t attention_usual_stay(int64_t *stays_ms, size_t n);
/* Whether a batch is stuck at `now_ms`, where so long is usual; and for how long it has been there. */
bool attention_stuck(const struct progress *progress, int64_t now_ms, int64_t usual_ms, int64_t *stay_ms);
/* Whether a batch was released so long ago that it must have left, unheard of (UNHEARD_MS); and how long ago. */
bool attention_unheard(const struct progress *progress, int64_t now_ms, int64_t *gone_ms);
/* Whether weighed and declared differ too much, and by how much the weighed is above. */
bool attention_weight(const struct masses *masses, int64_t *above_kg);
/* The median of the gaps between receipts (the latest first, equal ones as one); 0 where there are too few to say. */
int64_t attention_usual_gap(const int64_t *receipts_ms, size_t n);
/* Whether a person has to see to a machine that stands so: what has stopped will as a rule go on by itself. */
bool attention_machine(Juyan__V1__Condition condition);
bool attention_silent(int64_t last_ms, int64_t usual_gap_ms, int64_t now_ms);

#endif
