/*
 * A report: what passed on a day, in a month, a year or any range of days, at one port or all. The figures are made once, here, and
 * every writer (report_writers.h) tells these and no others. Masses are whole kilograms, times ms UTC, days the ports' local days.
 *
 * A report owns its memory, which is bounded; whoever opened it closes it. It may then be read from any thread. It is made without
 * a clock: who asks says what time it is.
 */
#ifndef JUYAN_REPORT_H
#define JUYAN_REPORT_H

#include "report_span.h"
#include "source.h"
#include "wire.h"

enum report_lang { REPORT_ZH, REPORT_MN, REPORT_EN, REPORT_LANGS };

struct report_asked {
	const char *from; /* a day, month or year */
	const char *to;   /* likewise, included as a whole; NULL or empty: the same as `from` */
	const char *port; /* or place; NULL or empty: all */
	int64_t now_ms;
	bool fresh; /* nothing has come that the answers do not know: the feed is heard, or the ledger itself was asked */
};

/* net_kg is the sum of the three by basis; units_unknown (of units) have a mass that nobody knows, and are in no sum. */
struct report_mass {
	int64_t net_kg, weighed_kg, declared_kg, corrected_kg;
	int64_t batches, units, units_unknown;
};

struct report_period {
	char text[CIVIL_TEXT_BYTES]; /* "2025-01-31T08", "2025-01-31" or "2025-01" */
	struct report_mass mass;
};

struct report_stream {
	const char *port, *mode, *direction;
	struct report_mass mass;
};

struct report_goods {
	const char *group, *direction;
	struct report_mass mass;
};

/* A crossing whose manifest is not known has an empty mode. */
struct report_dwell {
	const char *mode, *kind;
	int64_t n, p50_ms, p90_ms;
};

/* What is called how: ports with places, and commodity groups. */
struct report_name {
	const char *id;
	const char *text[REPORT_LANGS]; /* the id where the registry has no name */
};

/* What a reader must know. Its sentences are report_words.h's; a and b are their figures. */
enum report_remark_kind {
	REPORT_STALE,          /* the feed is silent: nobody knows what has come since */
	REPORT_EMPTY_LEDGER,   /* nothing has been counted yet at all */
	REPORT_RUNNING,        /* the span is not over */
	REPORT_BEGINS,         /* a: the ledger's first day, within the span or after it */
	REPORT_NO_TRAFFIC,     /* nothing passed: the zeros are counted zeros */
	REPORT_UNITS_UNKNOWN,  /* a of b units */
	REPORT_DECLARED,       /* a kg, b per mille of all */
	REPORT_CORRECTED,      /* a kg */
	REPORT_BEFORE_UNKNOWN, /* the ledger does not reach back a year */
	REPORT_BEFORE_PARTLY,  /* a: the ledger's first day, within the span a year before */
	REPORT_DWELL_UNKNOWN,  /* dwell times cannot be asked for */
	REPORT_DWELL_BACKWARD, /* a spans were left out: clocks differ */
	REPORT_QUARANTINE,     /* a events wait */
	REPORT_AS_OF,          /* a: lsn, b: when the last event was received */
	REPORT_COUNTED,        /* what counts, and when */
	REPORT_NO_FORECAST,    /* a forecast is not in it */
};
enum { REPORT_REMARKS_MAX = REPORT_NO_FORECAST + 1 };

struct report_remark {
	enum report_remark_kind kind;
	int64_t a, b;
};

struct report {
	struct arena arena; /* holds what is pointed to */
	uint64_t lsn;       /* true up to this */
	bool received;      /* anything at all */
	int64_t received_at_ms, made_at_ms;
	bool fresh;
	int32_t utc_offset_minutes; /* of the port; of all: of the one that is furthest ahead */

	struct report_span span;
	char from[CIVIL_TEXT_BYTES], to[CIVIL_TEXT_BYTES];
	const char *port; /* empty: all */
	struct report_mass total;
	bool before_known;                                               /* the ledger reaches back a year */
	char before_from[CIVIL_TEXT_BYTES], before_to[CIVIL_TEXT_BYTES]; /* of a running span: as far as it has come */
	struct report_mass before;
	bool change_known;
	int64_t change_per_mille; /* of net_kg, against the year before, to the nearest */

	struct report_period *periods; /* up to now; none from before the ledger began */
	size_t n_periods;
	struct report_stream *streams; /* by port, mode, direction */
	size_t n_streams;
	struct report_goods *goods; /* the most first */
	size_t n_goods;
	bool dwell_known;
	struct report_dwell *dwells;
	size_t n_dwells;
	struct report_name *ports, *groups;
	size_t n_ports, n_groups;
	struct report_remark remarks[REPORT_REMARKS_MAX];
	size_t n_remarks;
};

/*
 * SYNTAX or OUT_OF_RANGE (from, to; a span in the future), UNKNOWN_PORT, TOO_MANY, BUSY (the ledger changed with every question),
 * NO_MEMORY; and what the source can be.
 */
enum status report_open(const struct source *source, const struct report_asked *asked, struct report **out,
    struct reason *why) MUST_USE;
void report_close(struct report **report); /* safe on NULL */

/* The local day before that of `now_ms`, by the clock of this port, or of the port that is furthest behind. */
enum status report_yesterday(const struct source *source, const char *port, int64_t now_ms, char out[CIVIL_TEXT_BYTES],
    struct reason *why) MUST_USE;

#endif
