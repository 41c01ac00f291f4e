/*
 * Memory of crossings: three sizes of room, blocks that are never given back before the end, and a list of free ones for each size.
 * What it holds at most follows from the crossings that are under way at once, not from the length of the simulation.
 */
#include "crossing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct room {
	uint16_t units, bills, lines, facts;
};

/* One truck; a convoy or a waybill over several; a train. Facts: what a crossing has at most, with every mishap at once. */
static const struct room rooms[] = {
	{ 1, 3, 6, 24 },
	{ 4, 3, 6, 64 },
	{ CROSSING_UNITS_MAX, CROSSING_UNITS_MAX, CROSSING_UNITS_MAX, 512 },
};

enum { ROOMS = sizeof rooms / sizeof rooms[0] };

struct crossing_pool {
	struct crossing *free[ROOMS];
	void **blocks;
	size_t n, room;
};

struct crossing_pool *
crossing_pool_open(void)
{
	return calloc(1, sizeof(struct crossing_pool));
}

void
crossing_pool_close(struct crossing_pool **pool)
{
	if (*pool == NULL)
		return;
	for (size_t i = 0; i < (*pool)->n; i++)
		free((*pool)->blocks[i]);
	free((*pool)->blocks);
	free(*pool);
	*pool = NULL;
}

static bool
remember(struct crossing_pool *pool, void *block)
{
	if (pool->n == pool->room) {
		size_t room = pool->room == 0 ? 256 : 2 * pool->room;
		void **blocks = realloc(pool->blocks, room * sizeof *blocks);
		if (blocks == NULL)
			return false;
		pool->blocks = blocks;
		pool->room = room;
	}
	pool->blocks[pool->n++] = block;
	return true;
}

/* One block holds a crossing and all its arrays, the widest kind first so that each is aligned. */
static struct crossing *
make(struct crossing_pool *pool, uint8_t which)
{
	const struct room *room = &rooms[which];
	size_t bytes = sizeof(struct crossing) + room->facts * sizeof(struct fact) + room->units * sizeof(struct unit) +
	    2 * (room->bills * sizeof(struct bill) + room->lines * sizeof(struct line));
	unsigned char *block = calloc(1, bytes);
	if (block == NULL || !remember(pool, block)) {
		free(block);
		return NULL;
	}
	struct crossing *crossing = (struct crossing *)(void *)block;
	crossing->room = which;
	block += sizeof(struct crossing);
	crossing->fact = (struct fact *)(void *)block;
	block += room->facts * sizeof(struct fact);
	crossing->unit = (struct unit *)(void *)block;
	block += room->units * sizeof(struct unit);
	for (int v = 0; v < 2; v++) {
		crossing->manifest[v].bill = (struct bill *)(void *)block;
		block += room->bills * sizeof(struct bill);
		crossing->manifest[v].line = (struct line *)(void *)block;
		block += room->lines * sizeof(struct line);
	}
	return crossing;
}

static void
clear(struct crossing *crossing)
{
	struct crossing kept = *crossing;
	memset(crossing, 0, sizeof *crossing);
	crossing->room = kept.room;
	crossing->unit = kept.unit;
	crossing->fact = kept.fact;
	for (int v = 0; v < 2; v++) {
		crossing->manifest[v].bill = kept.manifest[v].bill;
		crossing->manifest[v].line = kept.manifest[v].line;
	}
}

struct crossing *
crossing_take(struct crossing_pool *pool, uint16_t units)
{
	assert(units >= 1 && units <= CROSSING_UNITS_MAX);
	uint8_t which = 0;
	while (rooms[which].units < units)
		which++;
	struct crossing *crossing = pool->free[which];
	if (crossing == NULL)
		return make(pool, which);
	pool->free[which] = crossing->next_free;
	clear(crossing);
	return crossing;
}

void
crossing_give(struct crossing_pool *pool, struct crossing *crossing)
{
	assert(crossing->room < ROOMS);
	crossing->next_free = pool->free[crossing->room];
	pool->free[crossing->room] = crossing;
}

struct fact *
crossing_fact(struct crossing *crossing, enum fact_kind kind, enum crossing_desk desk, int64_t occurred_at_ms)
{
	if (crossing->facts == rooms[crossing->room].facts)
		return NULL;
	struct fact *fact = &crossing->fact[crossing->facts++];
	*fact = (struct fact){
		.occurred_at_ms = occurred_at_ms,
		.kind = (uint8_t)kind,
		.desk = (uint8_t)desk,
		.gross_kg = NOT_KNOWN,
		.tare_kg = NOT_KNOWN,
		.container_tare_kg = NOT_KNOWN,
	};
	return fact;
}

void
crossing_keep_first(struct crossing *crossing)
{
	const struct manifest *now = &crossing->manifest[0];
	struct manifest *first = &crossing->manifest[1];
	first->bills = now->bills;
	first->lines = now->lines;
	first->registered = now->registered;
	first->mistyped = now->mistyped;
	memcpy(first->bill, now->bill, now->bills * sizeof *now->bill);
	memcpy(first->line, now->line, now->lines * sizeof *now->line);
}

/* Few facts, nearly in order: moving each down to its place beats any cleverer way. A train's 200 are rare. */
static void
sort(struct crossing *crossing, bool by_sending)
{
	struct fact *fact = crossing->fact;
	for (size_t i = 1; i < crossing->facts; i++) {
		struct fact moved = fact[i];
		int64_t key = by_sending ? moved.sent_at_ms : moved.occurred_at_ms;
		size_t at = i;
		while (at > 0 && (by_sending ? fact[at - 1].sent_at_ms : fact[at - 1].occurred_at_ms) > key) {
			fact[at] = fact[at - 1];
			at--;
		}
		fact[at] = moved;
	}
}

void
crossing_settle(struct crossing *crossing)
{
	/*
	 * Facts that compete must differ in time: who holds would otherwise hang on the terminals' numbers, which the
	 * simulator does not give.
	 */
	sort(crossing, false);
	for (size_t i = 1; i < crossing->facts; i++)
		if (crossing->fact[i].occurred_at_ms <= crossing->fact[i - 1].occurred_at_ms)
			crossing->fact[i].occurred_at_ms = crossing->fact[i - 1].occurred_at_ms + 1;
	for (size_t i = 0; i < crossing->facts; i++)
		if (crossing->fact[i].sent_at_ms < crossing->fact[i].occurred_at_ms)
			crossing->fact[i].sent_at_ms = crossing->fact[i].occurred_at_ms;
	sort(crossing, true);
}
