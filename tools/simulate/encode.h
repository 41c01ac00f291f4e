/*
 * A fact of a crossing as the Event that its terminal sends: the message, and its bytes. Texts and messages live in the
 * encoder and are good until the next call. The caller owns the encoder (about 200 KiB, no heap of its own); one thread.
 */
#ifndef JUYAN_SIMULATE_ENCODE_H
#define JUYAN_SIMULATE_ENCODE_H

#include "cargo.pb-c.h"
#include "crossing.h"
#include "names.h"

enum { ENCODE_BYTES_MAX = 32 * 1024, ENCODE_TEXTS = CROSSING_UNITS_MAX * 8 + 16, ENCODE_PORT_BYTES = 16, ENCODE_TWINS_MAX = 99 };

struct encoder {
	char port[CROSSING_PORTS][ENCODE_PORT_BYTES];
	Juyan__V1__Event event;
	union {
		Juyan__V1__ManifestLodged lodged;
		Juyan__V1__ManifestDeleted deleted;
		Juyan__V1__UnitArrived arrived;
		Juyan__V1__UnitDeparted departed;
		Juyan__V1__UnitWeighed weighed;
		Juyan__V1__Inspected inspected;
		Juyan__V1__Released released;
		Juyan__V1__MassCorrected corrected;
	} what;
	Juyan__V1__Unit unit[CROSSING_UNITS_MAX];
	Juyan__V1__Unit *units[CROSSING_UNITS_MAX];
	Juyan__V1__Waybill waybill[CROSSING_UNITS_MAX];
	Juyan__V1__Waybill *waybills[CROSSING_UNITS_MAX];
	Juyan__V1__GoodsLine line[CROSSING_UNITS_MAX];
	Juyan__V1__GoodsLine *lines[CROSSING_UNITS_MAX];
	char *trailers[CROSSING_UNITS_MAX][4];
	char *containers[CROSSING_UNITS_MAX][4];
	char text[ENCODE_TEXTS * NAME_BYTES];
	char *at; /* the next free place in `text` */
	uint8_t bytes[ENCODE_BYTES_MAX];
};

/* The ports as they are, or, with a number up to ENCODE_TWINS_MAX, others of their kind: "ceke-3". */
void encode_open(struct encoder *encoder, uint32_t twin);
/* How many bytes of encoder->bytes; *message is NULL for bytes that are meant to be no message. */
size_t encode_fact(struct encoder *encoder, const struct crossing *crossing, const struct fact *fact,
    const Juyan__V1__Event **message);

/* A port's own id, without its twin's number. */
const char *encode_port(uint8_t port);

#endif
