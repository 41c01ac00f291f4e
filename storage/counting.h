/*
 * What a batch counts for: a pure function of the facts known about it and the registry.
 *
 * Nothing before its release (at a port that counts on departure: each unit before it has left), nothing when it is deleted. Then
 * each unit counts its corrected net, else its weighed net, else its share of the declared mass, else it counts as a unit whose
 * mass is unknown. The net is split over the batch's goods lines in proportion to their declared mass, in whole kilograms that add
 * up.
 *
 * Weighed net = gross - tare - container tare, of stable readings. The tares registered in the manifest stand in where no weighing
 * gives one; containers without any known tare leave the net unknown.
 * The declared mass of a batch is the sum of its waybills: a waybill's own total, else the sum of its lines; one unknown waybill
 * makes the whole unknown, and then all goods lines weigh the same. It is shared among units by their declared_kg where all have
 * one, else equally.
 *
 * Counts add up as the mass does: a unit is counted once, at the group of the batch's heaviest line and its own basis; a batch
 * once, at that group and the basis that carries most of its mass.
 */
#ifndef JUYAN_STORAGE_COUNTING_H
#define JUYAN_STORAGE_COUNTING_H

#include "facts.h"
#include "registry.h"

/* In the order of precedence. */
enum basis { BASIS_CORRECTED = 1, BASIS_WEIGHED = 2, BASIS_DECLARED = 3, BASIS_UNKNOWN = 4 };

#define BASES (BASIS_UNKNOWN + 1)

const char *basis_name(enum basis basis);
bool basis_of(const char *name, enum basis *out) MUST_USE;

/* One part of what a batch counts for. */
struct counted {
	struct span unit_id;
	uint32_t hour; /* yyyymmddhh, local to the port */
	Juyan__V1__Direction direction;
	Juyan__V1__Mode mode;
	const char *group; /* lives as long as the registry */
	size_t line;       /* the goods line that it belongs to; 0 where there is none */
	enum basis basis;
	int64_t net_kg;         /* 0 at BASIS_UNKNOWN */
	int64_t batches, units; /* 1 in one of the parts of a batch or unit, else 0 */
};

/* Calls `part` for each part; the order is that of units and goods lines. */
void counting(const struct facts *facts, const struct registry *registry, const char *port,
    void (*part)(void *user, const struct counted *counted), void *user);

/* Masses of a whole batch, released or not; KG_UNKNOWN where one is unknown. */
struct masses {
	int64_t declared_kg;         /* of all goods */
	int64_t weighed_kg;          /* the net of those units that were weighed and have one */
	int64_t weighed_declared_kg; /* what is declared of just these */
};

struct masses counting_masses(const struct facts *facts);

/* All marks of the batch: those of its events, and what its facts say together. Independent of the registry. */
uint32_t counting_review(const struct facts *facts);

#endif
