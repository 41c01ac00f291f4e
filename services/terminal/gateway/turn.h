/*
 * What one turn of the gateway has found, of all its sources, until it is on disk. Everything lives in one arena, which is emptied
 * as a whole; so what a turn takes is bounded, whatever comes.
 *
 * Findings of a document stand by themselves (turn_begin for each); the pieces of a connection share theirs, and so does what a
 * source says besides (turn_join). What the book refuses are these findings, and no others.
 */
#ifndef JUYAN_GATEWAY_TURN_H
#define JUYAN_GATEWAY_TURN_H

#include "findings.h"

enum { TURN_ENTRIES_MAX = 2048 + 256, /* one for each connection, and documents */ TURN_ARENA_BYTES = 192 * 1024 * 1024 };

struct machine_source;

struct turn {
	struct arena arena;
	struct {
		struct machine_source *source;
		const void *of;
		struct findings findings;
		size_t used_before; /* of the arena */
	} entries[TURN_ENTRIES_MAX];
	size_t n;
};

enum status turn_open(struct turn *turn) MUST_USE;
void turn_close(struct turn *turn);
void turn_clear(struct turn *turn);
/* Nothing was taken yet: what finds no room now never will. */
bool turn_is_fresh(const struct turn *turn);

/* Room for one more document, or piece; NULL: in the next turn. */
struct findings *turn_begin(struct turn *turn, struct machine_source *source);
/* The last findings where they are of this source and of the same, a connection or NULL; else new ones. */
struct findings *turn_join(struct turn *turn, struct machine_source *source, const void *of);
/* The last findings are taken back, with all that they took of the arena: they are to be found again. */
void turn_undo(struct turn *turn);
/* The message that filled the arena is given up: all that was found in it is taken out, and the findings are not full any more. */
void turn_give_up_message(struct findings *findings);

#endif
