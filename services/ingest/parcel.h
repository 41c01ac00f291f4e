/*
 * Parcels: batches that are too large for one group beside others', and go in parts, each into a group of its own. A parcel keeps
 * what has to outlive the groups: the frame, and the answers that it has so far. Its next part is taken when the one before has
 * been decided, so only one group at a time knows of it. In the end it has one answer, as every batch.
 *
 * Whoever opens them closes them; one thread. Frames belong to the pool from which they come. Their memory is sized once.
 */
#ifndef JUYAN_INGEST_PARCEL_H
#define JUYAN_INGEST_PARCEL_H

#include "bus.h"
#include "guests.h"
#include "session.h"

enum { PARCELS_MAX = 8, PARCEL_TEXT_BYTES = 256 * 1024 };

struct parcel {
	bool here;
	bool under_way; /* a part of it is in a group that has not been decided */
	size_t door;
	struct bus_peer peer;
	struct guest *guest; /* may have come to mean another connection: compare hello */
	uint64_t hello;
	struct receipt receipt;
	struct bus_frame *frame;
	struct answer *answers; /* BATCH_EVENTS_MAX: one for each event */
	size_t n_answers;
	struct answer *spare; /* as many: see group_committed */
	struct arena texts;
};

struct parcels {
	struct parcel places[PARCELS_MAX];
	size_t next; /* whose turn it is */
};

enum status parcels_open(struct parcels *parcels) MUST_USE; /* NO_MEMORY: close them nonetheless */
void parcels_close(struct parcels *parcels);                /* safe on zeroed ones */

/* Whether there is an empty place, and which. */
bool parcels_room(const struct parcels *parcels);
struct parcel *parcels_place(struct parcels *parcels); /* NULL: none */
/* Whether one is of this terminal. */
bool parcels_has(const struct parcels *parcels, uint32_t terminal_no);
/* Whose part may be taken now, each in turn; NULL: nobody's. */
struct parcel *parcels_turn(struct parcels *parcels);
/* The place is empty again. Its frame has been given back. */
void parcel_end(struct parcel *parcel);

#endif
