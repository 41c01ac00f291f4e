/* The inside of a loader, for the files of loading alone. */
#ifndef JUYAN_WAREHOUSE_LOAD_PARTS_H
#define JUYAN_WAREHOUSE_LOAD_PARTS_H

#include "crossing_rows.h"
#include "load.h"
#include "schema.h"

enum { MONTHS_FROM_YEAR = 2000, MONTHS = 100 * 12, SQL_BYTES = 2048 };

/* What a stretch makes of one crossing, beside its rows. */
struct touched {
	struct crossing_rows rows;
	size_t hours_from, hours_to; /* in `hours` */
	bool maybe_old;              /* the warehouse may have it */
	bool old;                    /* it has */
	bool recounts;               /* it comes to count otherwise */
	int64_t old_day;
	char old_counts_as[COUNTS_AS_BYTES];
};

struct day_rows; /* totals.c's */

struct loader {
	struct loader_options options;
	struct harvester *harvester;
	struct arena arena;    /* of a stretch */
	struct arena crossing; /* of one crossing */
	struct pgline *line;
	char ledger[POSITION_CHAIN_BYTES];
	struct position position;            /* as it stands in the warehouse */
	struct position to;                  /* … and as this transaction makes it */
	int64_t to_received_at_ms;           /* when the last event of to.ahead_lsn was received */
	const struct registry *registry;     /* of the last harvest */
	bool registry_written;               /* since the line was opened: the tables of what holds now are this registry's */
	bool registry_changed;               /* the stretch has rows of the registry */
	char unreadable[SENTENCE_BYTES_MAX]; /* why juyan_reader cannot be made; empty: it is */
	bool monthly;                        /* the tables are */
	bool month_made[MONTHS];             /* … and have these */
	struct copytext texts[WAREHOUSE_TABLES];
	struct copytext list; /* an array for a statement */
	struct counted_hours hours;
	struct day_rows *days; /* of those, in the arena */
	struct touched *touched;
	int64_t forecasts_passed[64]; /* days of files that cannot be read */
	size_t n_forecasts_passed;
};

/* Says that memory ran out. */
enum trouble load_no_memory(struct reason *why) MUST_USE;
/* What a status of the ledger's is for us. */
enum trouble load_trouble(enum status status, const struct reason *why) MUST_USE;
/* COPY of what a text holds, if anything. */
enum trouble load_copy(struct loader *loader, enum warehouse_table table, struct reason *why) MUST_USE;

/* Learns which months have their partitions; makes those of these days that have none yet. Outside of a transaction. */
enum trouble partitions_learn(struct loader *loader, struct reason *why) MUST_USE;
bool partitions_lack(const struct loader *loader, int64_t day);
enum trouble partitions_make(struct loader *loader, int64_t day, struct reason *why) MUST_USE;

/* Takes away what the warehouse has of the touched crossings; and finds, before that, what it has. In a transaction. */
enum trouble replace_find(struct loader *loader, const struct harvest *harvest, struct reason *why) MUST_USE;
enum trouble replace_remove(struct loader *loader, const struct harvest *harvest, struct reason *why) MUST_USE;

/* The totals of the hours that are touched: read from the harvest, then put in place of what is there. */
enum trouble totals_gather(struct loader *loader, const struct harvest *harvest, struct reason *why) MUST_USE;
enum trouble totals_replace(struct loader *loader, struct reason *why) MUST_USE;

/* The rows of registry changes, and of what holds now of it; and putting them in. */
enum trouble registry_gather(struct loader *loader, const struct harvest *harvest, struct reason *why) MUST_USE;
enum trouble registry_replace(struct loader *loader, struct reason *why) MUST_USE;

#endif
