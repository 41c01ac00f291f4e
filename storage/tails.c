/* An array of runs for each site, made when it is needed; the first is of this ledger's own terminals. See tails.h. */
#include "tails.h"

#include <stdlib.h>

#include "block.h"

enum { ARRAYS = 1 << SITE_BITS, NUMBERS = TERMINAL_NO_MAX + 1, INNER = (1 << SITE_BITS) - 1, TOUCHED_FIRST = 1024 };

struct tail {
	struct stream_run run;
	bool touched; /* it has to be written */
};

struct tails {
	struct tail *arrays[ARRAYS];
	uint32_t *touched; /* the numbers of those */
	size_t n_touched, room;
};

enum status
tails_open(struct tails **out)
{
	struct tails *tails = calloc(1, sizeof *tails);
	if (tails == NULL)
		return STATUS_NO_MEMORY;
	*out = tails;
	return STATUS_OK;
}

static void
forget(struct tails *tails)
{
	for (size_t i = 0; i < ARRAYS; i++) {
		free(tails->arrays[i]);
		tails->arrays[i] = NULL;
	}
	tails->n_touched = 0;
}

void
tails_close(struct tails **tails)
{
	if (*tails == NULL)
		return;
	forget(*tails);
	free((*tails)->touched);
	free(*tails);
	*tails = NULL;
}

/* The place of a terminal; NULL: no memory. */
static struct tail *
place_of(struct tails *tails, uint32_t terminal_no)
{
	struct tail **array = &tails->arrays[block_site(terminal_no)];
	if (*array == NULL)
		*array = calloc(NUMBERS, sizeof **array); /* the system gives pages of it when they are touched */
	return *array == NULL ? NULL : *array + (terminal_no & INNER);
}

enum status
tails_load(struct tails *tails, const struct store *store)
{
	uint32_t terminal_no = 0;
	enum status status;
	forget(tails);
	while ((status = streams_next_terminal(store, terminal_no, &terminal_no)) == STATUS_OK) {
		struct tail *tail = place_of(tails, terminal_no);
		if (tail == NULL)
			return STATUS_NO_MEMORY;
		status = streams_last(store, terminal_no, &tail->run);
		if (status != STATUS_OK)
			return status;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

uint64_t
tails_last(const struct tails *tails, uint32_t terminal_no)
{
	const struct tail *array = tails->arrays[block_site(terminal_no)];
	if (array == NULL || array[terminal_no & INNER].run.events == 0)
		return 0;
	const struct stream_run *run = &array[terminal_no & INNER].run;
	return run->first_seq + run->events - 1;
}

enum status
tails_find(const struct tails *tails, const struct store *store, uint32_t terminal_no, uint64_t stream_seq, uint64_t *lsn)
{
	const struct tail *array = tails->arrays[block_site(terminal_no)];
	const struct stream_run *run = array == NULL ? NULL : &array[terminal_no & INNER].run;
	if (run == NULL || stream_seq < run->first_seq || stream_seq - run->first_seq >= run->events)
		return streams_find(store, terminal_no, stream_seq, lsn);
	*lsn = run->first_lsn + (stream_seq - run->first_seq);
	return STATUS_OK;
}

static enum status
touch(struct tails *tails, struct tail *tail, uint32_t terminal_no)
{
	if (tail->touched)
		return STATUS_OK;
	if (tails->n_touched == tails->room) {
		size_t room = tails->room == 0 ? TOUCHED_FIRST : 2 * tails->room;
		uint32_t *grown = realloc(tails->touched, room * sizeof *grown);
		if (grown == NULL)
			return STATUS_NO_MEMORY;
		tails->touched = grown;
		tails->room = room;
	}
	tails->touched[tails->n_touched++] = terminal_no;
	tail->touched = true;
	return STATUS_OK;
}

enum status
tails_note(struct tails *tails, const struct store *store, uint32_t terminal_no, uint64_t stream_seq, uint64_t lsn)
{
	struct tail *tail = place_of(tails, terminal_no);
	enum status status = STATUS_OK;
	assert((terminal_no & INNER) != 0);
	if (tail == NULL)
		return STATUS_NO_MEMORY;
	struct stream_run *run = &tail->run;
	assert(stream_seq == (run->events == 0 ? 1 : run->first_seq + run->events));
	if (run->events > 0 && lsn == run->first_lsn + run->events) {
		run->events++;
	} else {
		if (run->events > 0 && store != NULL)
			status = streams_put(store, run);
		if (status != STATUS_OK)
			return status;
		*run = (struct stream_run){ terminal_no, stream_seq, lsn, 1 };
	}
	return store == NULL ? STATUS_OK : touch(tails, tail, terminal_no);
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

enum status
tails_write(struct tails *tails, const struct store *store)
{
	enum status status = STATUS_OK;
	if (tails->n_touched > 1)
		qsort(tails->touched, tails->n_touched, sizeof *tails->touched, by_number);
	for (size_t i = 0; i < tails->n_touched && status == STATUS_OK; i++) {
		struct tail *tail = place_of(tails, tails->touched[i]);
		status = streams_put(store, &tail->run);
		tail->touched = false;
	}
	tails->n_touched = 0;
	return status;
}
