/*
 * One crossing of the border as the simulator knows it: the truth about its vehicles and goods, what its manifest says about
 * them, and the facts that the terminals will report, each with the time at which it happens and the time at which it is sent.
 *
 * Crossings live in a pool and are used again; a pool owns all their memory. A crossing is drawn whole before its first event
 * is sent, and keeps the mark of which facts have been sent until the last one is: so the tally can be taken at any moment.
 * One thread.
 */
#ifndef JUYAN_SIMULATE_CROSSING_H
#define JUYAN_SIMULATE_CROSSING_H

#include <stdbool.h>
#include <stdint.h>

#include "goods.h"
#include "random.h"

enum crossing_port { PORT_CEKE, PORT_WULIJI, CROSSING_PORTS };
enum crossing_mode { MODE_TRUCK, MODE_AGV, MODE_RAIL, CROSSING_MODES };
enum crossing_direction { DIRECTION_IMPORT, DIRECTION_EXPORT, CROSSING_DIRECTIONS };

/* Who reports a fact. Each is a terminal of its own at Ceke; at Wuliji gates share one, and so do scales. */
enum crossing_desk { DESK_CUSTOMS, DESK_GATE_IN, DESK_GATE_OUT, DESK_SCALE_1, DESK_SCALE_2, DESK_AGV, DESK_RAIL, CROSSING_DESKS };

enum fact_kind {
	FACT_LODGED,
	FACT_DELETED,
	FACT_ARRIVED,
	FACT_WEIGHED,
	FACT_INSPECTED,
	FACT_RELEASED,
	FACT_DEPARTED,
	FACT_CORRECTED,
};

/* What is wrong with the report itself, so that it goes into quarantine and says nothing. */
enum fact_flaw { FLAW_NONE, FLAW_PORT, FLAW_BATCH_NO, FLAW_BOUND, FLAW_TEXT, FLAW_BYTES };

#define NOT_KNOWN (-1)       /* "the field is absent" */
#define UNIT_NONE UINT16_MAX /* the fact is about the whole batch */

struct fact {
	int64_t occurred_at_ms;
	int64_t sent_at_ms; /* never before it occurred, unless the terminal's clock is wrong */
	uint8_t kind;       /* enum fact_kind */
	uint8_t desk;       /* enum crossing_desk */
	uint8_t flaw;       /* enum fact_flaw */
	uint8_t lane;
	uint16_t unit;    /* which unit it is about */
	uint8_t version;  /* FACT_LODGED: which of the two manifests */
	bool moving;      /* FACT_WEIGHED: the scale had not come to rest */
	bool held;        /* FACT_INSPECTED: outcome */
	bool known;       /* it has been sent */
	int32_t gross_kg; /* FACT_WEIGHED; NOT_KNOWN where not known */
	int32_t tare_kg;
	int32_t container_tare_kg;
	int32_t net_kg; /* FACT_CORRECTED */
};

struct unit {
	uint32_t vehicle;   /* its number in the fleet */
	uint32_t container; /* number of its first container; the others follow it */
	uint8_t containers;
	uint8_t trailers;
	int32_t net_kg; /* the truth */
	int32_t tare_kg;
	int32_t container_tare_kg;
	int32_t declared_kg; /* as the manifest's unit says; NOT_KNOWN where it does not */
};

struct line {
	uint8_t goods;
	uint8_t language;
	bool with_hs;
	int32_t declared_kg; /* NOT_KNOWN */
	int32_t packages;    /* NOT_KNOWN */
};

struct bill {
	uint8_t lines;       /* how many of the manifest's lines are its own */
	int32_t declared_kg; /* NOT_KNOWN: the sum of its lines holds */
};

struct manifest {
	uint8_t bills; /* none: an empty crossing */
	uint8_t lines;
	bool registered; /* units carry registered tares */
	bool mistyped;   /* the first unit's vehicle is written wrongly */
	struct bill *bill;
	struct line *line;
};

struct crossing {
	struct crossing *next_free;
	uint64_t order; /* of drawing: settles which of two events at the same time goes first */
	uint8_t room;   /* which size of the pool it has */
	uint8_t port, mode, direction;
	uint32_t yymmdd, serial; /* make its batch number */
	uint16_t units, facts;
	uint16_t next;               /* the first fact that is not sent yet */
	struct manifest manifest[2]; /* as lodged last, and, where it was amended, as lodged first: [1] */
	struct unit *unit;
	struct fact *fact;
};

/* What a crossing is to be like. */
struct crossing_order {
	uint8_t port, mode, direction;
	bool laden;
	uint16_t units;
	uint32_t yymmdd, serial;
	uint32_t vehicle; /* of the first unit; the others follow it */
	uint32_t fleet;   /* vehicles are numbered below this */
	int64_t arrive_ms;
	int32_t payload_kg; /* of a full unit, in the mean */
	uint8_t traffic;    /* enum goods_traffic: what it carries */
};

struct crossing_pool;

struct crossing_pool *crossing_pool_open(void); /* NULL: no memory */
void crossing_pool_close(struct crossing_pool **pool);
/* Room for so many units, all else zeroed; NULL: no memory. At most CROSSING_UNITS_MAX. */
struct crossing *crossing_take(struct crossing_pool *pool, uint16_t units);
void crossing_give(struct crossing_pool *pool, struct crossing *crossing);

enum { CROSSING_UNITS_MAX = 64 };

/* Fills a crossing as it goes when nothing is out of the ordinary. Facts are in no order yet. */
void crossing_draw(struct crossing *crossing, const struct crossing_order *order, struct random *random);
/* The tare that a register knows for a true one: to the nearest 100 kg. */
int32_t crossing_registered_kg(int32_t tare_kg);
/* The goods that it carries in truth. */
int64_t crossing_net_kg(const struct crossing *crossing);
/* Adds an empty fact; NULL when the crossing has no room for another. */
struct fact *crossing_fact(struct crossing *crossing, enum fact_kind kind, enum crossing_desk desk, int64_t occurred_at_ms);
/* Copies the manifest that holds into the one lodged first, to be altered there. */
void crossing_keep_first(struct crossing *crossing);
/* Gives every fact a time of its own, and then the order in which they are sent. */
void crossing_settle(struct crossing *crossing);

#endif
