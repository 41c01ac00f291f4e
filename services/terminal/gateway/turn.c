/* One arena, and a list of findings in it: see turn.h. */
#include "turn.h"

#include <assert.h>

enum { ROOM_FOR_MORE = TURN_ARENA_BYTES / 4 };

enum status
turn_open(struct turn *turn)
{
	turn->n = 0;
	return arena_open(&turn->arena, TURN_ARENA_BYTES);
}

void
turn_close(struct turn *turn)
{
	arena_close(&turn->arena);
}

void
turn_clear(struct turn *turn)
{
	arena_reset(&turn->arena);
	turn->n = 0;
}

bool
turn_is_fresh(const struct turn *turn)
{
	return turn->n == 0;
}

struct findings *
turn_begin(struct turn *turn, struct machine_source *source)
{
	if (turn->n == TURN_ENTRIES_MAX || turn->arena.used > ROOM_FOR_MORE)
		return NULL;
	turn->entries[turn->n].source = source;
	turn->entries[turn->n].of = NULL;
	turn->entries[turn->n].used_before = turn->arena.used;
	findings_open(&turn->entries[turn->n].findings, &turn->arena);
	return &turn->entries[turn->n++].findings;
}

struct findings *
turn_join(struct turn *turn, struct machine_source *source, const void *of)
{
	const size_t last = turn->n - 1;
	if (turn->n > 0 && turn->entries[last].source == source && turn->entries[last].of == of &&
	    turn->arena.used <= ROOM_FOR_MORE)
		return &turn->entries[last].findings;
	struct findings *findings = turn_begin(turn, source);
	if (findings != NULL)
		turn->entries[turn->n - 1].of = of;
	return findings;
}

void
turn_undo(struct turn *turn)
{
	assert(turn->n > 0);
	turn->n--;
	turn->arena.used = turn->entries[turn->n].used_before;
}

void
turn_give_up_message(struct findings *findings)
{
	size_t last = findings->n_messages > 0 ? findings->n_messages - 1 : 0;
	while (findings->n > 0 && findings->list[findings->n - 1].message >= last)
		findings->n--;
	findings->n_messages = last;
	findings->full = false;
}
