/*
 * Which batches stand in the yard, and which left on which day: what is asked all day long, as ranges of one table.
 * Key: place, port, batch. Of a batch in the yard the row says no more; of one that has left it has its steps, so that spans of
 * time are found without its facts. A batch that has neither arrived nor left has no row.
 */
#ifndef JUYAN_STORAGE_PASSAGES_H
#define JUYAN_STORAGE_PASSAGES_H

#include "progress.h"
#include "registry.h"
#include "store.h"

enum { PASSAGE_BYTES_MAX = 192, PLACE_NONE = 0, PLACE_YARD = 1, PLACE_DAY_0 = 1 << 20 /* 1970-01-01; days before are below */ };

/* The row of one batch. */
struct passage {
	uint32_t place;
	uint32_t bytes;
	uint8_t value[PASSAGE_BYTES_MAX];
};

/* What a row says of a batch that has left. Lent by it. */
struct passage_row {
	const char *port, *batch_no;
	uint32_t place;
	Juyan__V1__Mode mode;
	bool one_unit; /* then the lanes are all lanes it took */
	int64_t steps[STEPS];
	struct span lane_in, lane_out;
};

void passage_of(const struct facts *facts, const struct registry *registry, const char *port, struct passage *out);
/* Puts and deletes what differs, and nothing else. */
enum status passages_move(const struct store *store, const char *port, const char *batch_no, const struct passage *before,
    const struct passage *now) MUST_USE;

uint32_t passages_place(int64_t day);
int64_t passages_day(uint32_t place);
/*
 * To the first row of a place; with a port to its first row there, with a batch number behind that. The walk may end up at a later
 * place or port.
 */
enum status passages_seek(struct walk *walk, uint32_t place, const char *port, const char *after_batch_no) MUST_USE;
/* DAMAGED. */
enum status passages_read(const struct walk *walk, struct passage_row *out) MUST_USE;
/*
 * Every row from one place to another, both included, in their order. With a port its rows alone, and then the two places are one.
 * What `see` returns ends it, unless it is OK; DAMAGED.
 */
enum status passages_each(const struct store *store, uint32_t from, uint32_t to, const char *port,
    enum status (*see)(void *user, const struct passage_row *row), void *user) MUST_USE;

#endif
