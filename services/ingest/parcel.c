/* A few places, looked through one by one. */
#include "parcel.h"

#include <assert.h>
#include <stdlib.h>

enum status
parcels_open(struct parcels *parcels)
{
	*parcels = (struct parcels){ .next = 0 };
	for (size_t i = 0; i < PARCELS_MAX; i++) {
		struct parcel *parcel = &parcels->places[i];
		parcel->answers = calloc(BATCH_EVENTS_MAX, sizeof *parcel->answers);
		parcel->spare = calloc(BATCH_EVENTS_MAX, sizeof *parcel->spare);
		if (parcel->answers == NULL || parcel->spare == NULL || arena_open(&parcel->texts, PARCEL_TEXT_BYTES) != STATUS_OK)
			return STATUS_NO_MEMORY;
	}
	return STATUS_OK;
}

void
parcels_close(struct parcels *parcels)
{
	for (size_t i = 0; i < PARCELS_MAX; i++) {
		free(parcels->places[i].answers);
		free(parcels->places[i].spare);
		arena_close(&parcels->places[i].texts);
	}
	*parcels = (struct parcels){ .next = 0 };
}

bool
parcels_room(const struct parcels *parcels)
{
	for (size_t i = 0; i < PARCELS_MAX; i++)
		if (!parcels->places[i].here)
			return true;
	return false;
}

struct parcel *
parcels_place(struct parcels *parcels)
{
	for (size_t i = 0; i < PARCELS_MAX; i++)
		if (!parcels->places[i].here)
			return &parcels->places[i];
	return NULL;
}

bool
parcels_has(const struct parcels *parcels, uint32_t terminal_no)
{
	for (size_t i = 0; i < PARCELS_MAX; i++) {
		const struct parcel *parcel = &parcels->places[i];
		if (parcel->here && parcel->receipt.stream->terminal_no == terminal_no)
			return true;
	}
	return false;
}

struct parcel *
parcels_turn(struct parcels *parcels)
{
	for (size_t i = 0; i < PARCELS_MAX; i++) {
		size_t at = (parcels->next + i) % PARCELS_MAX;
		if (!parcels->places[at].here || parcels->places[at].under_way)
			continue;
		parcels->next = at + 1;
		return &parcels->places[at];
	}
	return NULL;
}

void
parcel_end(struct parcel *parcel)
{
	assert(parcel->here && !parcel->under_way);
	parcel->here = false;
	parcel->frame = NULL;
	parcel->n_answers = 0;
	arena_reset(&parcel->texts);
}
