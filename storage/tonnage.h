/*
 * Running totals: what changed is gathered in memory by hour, and applied once a transaction to the hour's, day's, month's and
 * year's rows. Key: period kind, period, port, direction, mode, basis, group. Value: kg, batches, units. A row of zeros is no row,
 * so that the table depends on nothing but what counts now.
 */
#ifndef JUYAN_STORAGE_TONNAGE_H
#define JUYAN_STORAGE_TONNAGE_H

#include "civil.h"
#include "counting.h"
#include "store.h"

struct tonnage_row {
	enum period kind;
	uint32_t period;
	const char *port;
	Juyan__V1__Direction direction;
	Juyan__V1__Mode mode;
	enum basis basis;
	const char *group;
	int64_t net_kg, batches, units;
};

/* Whether two rows count the same thing, whatever they hold; and what a table of such rows is hashed by. */
bool tonnage_same_row(const struct tonnage_row *a, const struct tonnage_row *b);
size_t tonnage_hash_row(const struct tonnage_row *row);

/* Changes that are not applied yet. Port and group texts are lent until tonnage_apply. */
struct tonnage_changes {
	struct tonnage_row *rows; /* open addressing; a slot without a port is free */
	size_t used, room;
	bool no_memory;
};

void tonnage_changes_close(struct tonnage_changes *changes);
/* Adds (sign 1) or takes back (sign -1) one part of what a batch counts for. */
void tonnage_change(struct tonnage_changes *changes, const char *port, const struct counted *counted, int sign);
/* Applies all changes to the table and forgets them. */
enum status tonnage_apply(const struct store *store, struct tonnage_changes *changes) MUST_USE;
void tonnage_forget(struct tonnage_changes *changes);

/* Begins a walk at the first row of a period; each row is lent until the walk goes on. */
enum status tonnage_seek(struct walk *walk, enum period kind, uint32_t period) MUST_USE;
enum status tonnage_read(const struct walk *walk, struct tonnage_row *out) MUST_USE;

#endif
