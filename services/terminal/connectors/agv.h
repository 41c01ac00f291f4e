/*
 * A port's driverless vehicles, as far as they have told of themselves: what is aboard each, and how each stands. Connectors that
 * read a vehicle manager's format say here what they heard; trips and reports of the vehicles come out as findings.
 *
 * A trip: a load that is known to be aboard is not aboard any more while the vehicle stands at an unloading node. So a vehicle that
 * is first seen empty has made none. Its source key is made of manufacturer, serial number, order and load, so that the book
 * counts it once; of a load without a number also of the node's place in the order; without an order of the time. What a load
 * weighs is as it was stated last while it was aboard.
 *
 * A report that is not younger than the last one of its vehicle changes nothing. A load that is there and is said to weigh nothing
 * was not weighed. Vehicles, loads, texts, and how often a vehicle's condition is told (pace.h) are bounded. One thread.
 */
#ifndef JUYAN_CONNECTORS_AGV_H
#define JUYAN_CONNECTORS_AGV_H

#include "connector.h"

enum { AGV_VEHICLES_MAX = 4096, AGV_LOADS_MAX = 8 };

struct agv; /* all vehicles of one source */

/* What a report says of the loads. */
enum agv_loads {
	AGV_LOADS_UNSAID, /* nothing: what was known stays */
	AGV_LOADS_ALL,    /* these are aboard, and no others */
	AGV_LOADS_ON,     /* these have come aboard */
	AGV_LOADS_OFF     /* these have gone, or all where none is named */
};

struct agv_load {
	const char *id; /* "": it has no number */
	bool has_kg;
	int64_t kg;
};

/* One report, lent for the call. */
struct agv_heard {
	struct span raw; /* the message it stands in: kept where something is found in it … */
	bool kept;       /* … if it has not been handed to the findings already; set when it is */
	const char *manufacturer, *serial;
	const char *order, *node; /* NULL: not said, as before; "": it has none */
	int64_t sequence;         /* of the node within the order; 0: not said */
	int64_t at_ms;            /* the vehicle's time; ours where it says none … */
	bool untimed;             /* … and then its reports are taken in the order in which they come */
	int64_t now_ms;           /* ours */
	bool live;                /* it comes from a broker as it happens: silence means something */
	bool event;               /* it tells what happened, not how all is: two may have one time, in whole seconds */
	enum agv_loads say;
	struct agv_load loads[AGV_LOADS_MAX];
	size_t n_loads;
	Juyan__V1__Condition condition; /* 0: not said */
	bool in_the_way;                /* a field violation: stopped, once it lasts */
	const char *note;               /* of the condition; "" */
};

/* The settings are those of agv_rules.h. SYNTAX, NO_MEMORY. */
enum status agv_open(const struct yaml_node *settings, const struct place *place, struct agv **out, struct reason *why) MUST_USE;
void agv_close(struct agv **agv);

/*
 * Around the reports of one document. The end tells how its vehicles stand at last, where that had to wait. Where the findings are
 * full, none of the document has been heard.
 */
void agv_begin(struct agv *agv);
void agv_end(struct agv *agv, int64_t now_ms, struct findings *out);

void agv_hear(struct agv *agv, struct agv_heard *heard, struct findings *out);
/* Of a broker's word, which counts as it comes: its time may be that of the connection's beginning. */
void agv_connected(struct agv *agv, struct agv_heard *heard, bool connected, struct findings *out);
/* Silence, what lasts, and the word of each hour. */
void agv_pass(struct agv *agv, int64_t now_ms, struct findings *out);

/* connector.h: what is aboard, as JSON. */
bool agv_keep(struct agv *agv, struct arena *arena, struct span *out);
void agv_recall(struct agv *agv, struct span kept);

#endif
