/*
 * Loading: one stretch of the journal, or one part of a sweep over all crossings, becomes one transaction. It moves the position,
 * takes away the rows that the warehouse has of the crossings that were touched (keeping in the history those that came to count
 * otherwise), puts their new ones in by COPY, and replaces the totals of each hour and day in which they count or counted. So the
 * tables follow from the ledger's snapshot alone, and a transaction that is made twice changes nothing the second time.
 * A loader owns its connection and its memory; one thread.
 */
#ifndef JUYAN_WAREHOUSE_LOAD_H
#define JUYAN_WAREHOUSE_LOAD_H

#include "env.h"
#include "pgline.h"
#include "position.h"

struct loader;

struct loader_options {
	struct env *env;
	const char *data_dir;
	struct pgline_options line;
	bool monthly; /* what is wanted of tables that are not there yet */
};

/* What a step has done, and where that leads. */
struct loaded {
	uint64_t events, crossings;
	uint64_t lsn;        /* the position */
	uint64_t ledger_lsn; /* where the journal ends */
	bool behind;         /* there is more at once */
};

enum status loader_open(const struct loader_options *options, struct loader **out, struct reason *why) MUST_USE;
void loader_close(struct loader **loader); /* safe on NULL */

bool loader_connected(const struct loader *loader);
void loader_disconnect(struct loader *loader);
/* Connects, makes or checks the schema, and reads the position back. OTHER_PAST and so on, as trouble.h says. */
enum trouble loader_connect(struct loader *loader, struct reason *why) MUST_USE;
const char *loader_server(const struct loader *loader); /* of a connected one */
bool loader_monthly(const struct loader *loader);
/* Why there is no role juyan_reader that may read; empty: there is one. */
const char *loader_unreadable(const struct loader *loader);

/* One transaction at most. Where it is in trouble it has disconnected. */
enum trouble loader_step(struct loader *loader, struct loaded *out, struct reason *why) MUST_USE;

/* Where the journal ends, and when the first event behind `reached` was received; 0: there is none. What cannot be read is kept. */
void loader_look(struct loader *loader, uint64_t reached, uint64_t *ledger_lsn, int64_t *waits_from_ms);

/* Puts one kept forecast into the warehouse that is not there yet: *more, if there was one. */
enum trouble loader_forecast(struct loader *loader, bool *more, struct reason *why) MUST_USE;

#endif
