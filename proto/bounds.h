/*
 * Every bound that two parties must agree on, and the bounds of the ledger that follow from them.
 * Their relations are proved at the end of this file; nothing else defines a bound twice.
 */
#ifndef JUYAN_PROTO_BOUNDS_H
#define JUYAN_PROTO_BOUNDS_H

#include <stdint.h>

enum {
	PROTOCOL_VERSION = 1,

	/* One session. */
	EVENT_BYTES_MAX = 64 * 1024,   /* one encoded Event */
	BATCH_EVENTS_MAX = 4096,       /* events in one EventBatch */
	FRAME_BYTES_MAX = 1024 * 1024, /* one ZeroMQ frame, either way */
	WINDOW_BATCHES = 8,            /* EventBatches under way without an acknowledgement */
	TERMINALS_MAX = 4096,          /* authorised at the same time */
	TERMINAL_NO_MAX = 65535,       /* ever given */

	/* One event. */
	PORT_BYTES_MAX = 32,
	BATCH_NO_BYTES_MAX = 64,
	UNIT_ID_BYTES_MAX = 32,
	SHORT_TEXT_BYTES_MAX = 64, /* lanes, scales, tickets, waybill, container and document numbers, source keys */
	TEXT_BYTES_MAX = 512,      /* descriptions, reasons, names, notes */
	SUBJECT_BYTES_MAX = 160,   /* of what asks for a person: a kind, a port and a batch number fit */
	UNITS_MAX = 128,           /* a train has up to about 60 wagons */
	TRAILERS_MAX = 8,
	CONTAINERS_MAX = 16, /* of one unit */
	WAYBILLS_MAX = 256,
	GOODS_MAX = 512,          /* goods lines of all waybills together */
	BATCH_SOURCES_MAX = 4096, /* events of one batch; a train of 128 wagons needs about 800 */
	HS_DIGITS_MIN = 2,
	HS_DIGITS_MAX = 10,

	/* The registry. */
	PORTS_MAX = 256,
	GROUPS_MAX = 512,
	GROUP_ID_BYTES_MAX = 32,
	REGISTRY_RECORDS_MAX = 1024, /* in one RegistryChanged */
	LANES_MAX = 64,
	HS_PREFIXES_MAX = 64,
	WORDS_MAX = 64,
	PUBLIC_KEY_BYTES = 32,
	SIGNATURE_BYTES = 64, /* of a decree */

	/* Answers. */
	ANSWER_ROWS_MAX = 1000, /* rows of one page of quarantine, review, crossings, search, attention or machines */
	TOTALS_ROWS_MAX = 8000, /* rows of one Totals or Dwells; more is refused with the advice to ask for less */
	NEWS_EVENTS_MAX = 2000, /* events that one News tells one by one; of more it says that they were skipped */
	SENTENCE_BYTES_MAX = 256,

	/* Decoding: what one event, and one frame, may take in memory, whatever they claim. */
	EVENT_DECODE_BYTES = 4 * 1024 * 1024,
	DECODE_BYTES_MAX = 8 * 1024 * 1024
};

/* Plausibility, in kg: beyond these an event is marked for review, and still counts. */
#define UNIT_KG_MAX_ROAD INT64_C(250000)
#define UNIT_KG_MAX_AGV INT64_C(100000)
#define UNIT_KG_MAX_RAIL INT64_C(200000)

/* No single mass may be above this, in kg: beyond it an event is malformed (a unit error of 1000 still fits below). */
#define MASS_KG_MAX INT64_C(1000000000)

/* No count of packages may be above this. */
#define PACKAGES_MAX INT64_C(1000000000)

/* A time before 2000-01-01 UTC, or so far ahead of the server's clock, is marked for review. */
#define TIME_MS_MIN INT64_C(946684800000)
#define TIME_AHEAD_MS_MAX (INT64_C(15) * 60 * 1000)
/* Nobody stays for longer after the release: such a crossing has left, and nobody said so. */
#define UNHEARD_MS (INT64_C(7) * 24 * 60 * 60 * 1000)
/* What is told of a machine is told again each hour: one telling may be lost, and the next be late. Then it holds no more. */
#define MACHINE_HOLDS_MS (INT64_C(150) * 60 * 1000)
/* A machine of which nothing has been told for longer is not shown any more. */
#define MACHINE_KNOWN_MS (INT64_C(31) * 24 * 60 * 60 * 1000)
/* A time outside of 1900 … 2199 cannot be dated: the event is malformed. */
#define TIME_MS_LOWEST INT64_C(-2208988800000)
#define TIME_MS_HIGHEST INT64_C(7258118399999)

_Static_assert(EVENT_BYTES_MAX < FRAME_BYTES_MAX, "the largest event fits into a frame");
_Static_assert(EVENT_DECODE_BYTES >= 64 * EVENT_BYTES_MAX,
    "an honest event decodes: short texts take up to 34 bytes for each of theirs");
_Static_assert(DECODE_BYTES_MAX >= EVENT_DECODE_BYTES, "what decodes alone also decodes in an arena for a frame");
_Static_assert(DECODE_BYTES_MAX >= 4 * FRAME_BYTES_MAX, "an honest frame decodes within the arena");
_Static_assert(PORT_BYTES_MAX + BATCH_NO_BYTES_MAX + 16 <= 511, "a batch's key fits into an LMDB key");
_Static_assert(PORT_BYTES_MAX + BATCH_NO_BYTES_MAX + 24 <= SUBJECT_BYTES_MAX, "every subject has room for its kind");
_Static_assert(PORT_BYTES_MAX + UNIT_ID_BYTES_MAX + 32 <= SUBJECT_BYTES_MAX, "… a machine's, and the time since when");
_Static_assert(UNIT_KG_MAX_ROAD < MASS_KG_MAX, "what is implausible is not yet malformed");
_Static_assert(GROUPS_MAX + 2 <= UINT16_MAX, "a group has a 16-bit index");

#endif
