/* An array of runs for each site, made when it is needed; the first is of this ledger's own terminals. See tails.h. */
#include "tails.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "block.h"

enum { NUMBERS = TERMINAL_NO_MAX + 1, INNER = (1 << SITE_BITS) - 1, TOUCHED_FIRST = 1024 };

struct tail {
	struct stream_run run;
	bool touched; /* it has to be written */
};

enum { ARRAY_BYTES = NUMBERS * sizeof(struct tail) };

struct tails {
	struct tail **arrays; /* by the site's number, up to the highest that was seen */
	size_t n_arrays;
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
	for (size_t i = 0; i < tails->n_arrays; i++)
		if (tails->arrays[i] != NULL)
			munmap(tails->arrays[i], ARRAY_BYTES);
	free(tails->arrays);
	tails->arrays = NULL;
	tails->n_arrays = tails->n_touched = 0;
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

static enum status
make_room(struct tails *tails, size_t site)
{
	if (site < tails->n_arrays)
		return STATUS_OK;
	struct tail **grown = realloc(tails->arrays, (site + 1) * sizeof(*grown));
	if (grown == NULL)
		return STATUS_NO_MEMORY;
	memset(grown + tails->n_arrays, 0, (site + 1 - tails->n_arrays) * sizeof(*grown));
	tails->arrays = grown;
	tails->n_arrays = site + 1;
	return STATUS_OK;
}

/* The place of a terminal; NULL: no memory. An array is the system's own, which gives its pages when they are touched. */
static struct tail *
place_of(struct tails *tails, uint32_t terminal_no)
{
	size_t site = block_site(terminal_no);
	if (make_room(tails, site) != STATUS_OK)
		return NULL;
	if (tails->arrays[site] == NULL) {
		void *made = mmap(NULL, ARRAY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (made == MAP_FAILED)
			return NULL;
		tails->arrays[site] = made;
	}
	return tails->arrays[site] + (terminal_no & INNER);
}

/* NULL: nothing of its site is known. */
static const struct tail *
array_of(const struct tails *tails, uint32_t terminal_no)
{
	size_t site = block_site(terminal_no);
	return site < tails->n_arrays ? tails->arrays[site] : NULL;
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
	const struct tail *array = array_of(tails, terminal_no);
	if (array == NULL || array[terminal_no & INNER].run.events == 0)
		return 0;
	const struct stream_run *run = &array[terminal_no & INNER].run;
	return run->first_seq + run->events - 1;
}

enum status
tails_find(const struct tails *tails, const struct store *store, uint32_t terminal_no, uint64_t stream_seq, uint64_t *lsn)
{
	const struct tail *array = array_of(tails, terminal_no);
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
