/*
 * What a connector makes out of a machine's bytes: events, as far as the machine knows them, and remarks for a person. They stand
 * in the order in which they were found, each with the message that it came from, so that the raw bytes can be kept beside it.
 *
 * An event may lack what its machine cannot know; the gateway's book completes it (gateway/book.h):
 *   port      empty: the gateway's own
 *   batch_no  empty: of the batch whose manifest names this unit
 *   unit_id   empty, in a unit_weighed: of the vehicle that a gate sees in the same lane
 * what answers a message of ours (finding.message_no), and names no batch, is of the batch that this message spoke of; a
 * manifest_deleted that answers one means what this message alone brought;
 * and a manifest_lodged may be a part of one: waybills without units, units without waybills, or some more of either.
 *
 * All of it lives in one arena, handed in at findings_open, until findings_clear; texts that are handed in are copied. Where the
 * arena is used up, what was asked for is NULL and findings_full is true from then on: the caller gives up this message and says
 * so.
 */
#ifndef JUYAN_CONNECTORS_FINDINGS_H
#define JUYAN_CONNECTORS_FINDINGS_H

#include "wire.h"

/* X(name, prose): each is counted under its name. */
#define REMARK_LIST(X) \
	X(broken_frame, "bytes that are no message: skipped up to the next one that is") \
	X(unreadable, "a message whose text cannot be read: not its format, or its encoding") \
	X(lacks, "a message without what it must have") \
	X(strange, "a message, or a part of one, that this connector does not know") \
	X(implausible, "a value that can hardly be: kept, and marked") \
	X(check_digit, "a container number whose check digit is wrong") \
	X(differs, "parts of one message that contradict each other") \
	X(answer, "what the customs platform answered to a gate") \
	X(receipt, "what customs said of a message of ours") \
	X(repeated, "a message that was heard before: counted once") \
	X(no_manifest, "a vehicle that no manifest names yet: it waits for one") \
	X(no_vehicle, "a weighing in a lane where no gate saw a vehicle: left for a person") \
	X(too_late, "something waited for its manifest or its vehicle for too long, or too much waits: it is for a person") \
	X(no_change, "a message that was read and changes nothing: a draft, or data that count for nothing here") \
	X(overtaken, "a part of a manifest that is older than what is known of it: it changes nothing") \
	X(other_spool, "the spool does not hold as many events as it was given: what it was not known to hold is given again")

enum remark {
#define X(name, prose) REMARK_##name,
	REMARK_LIST(X)
#undef X
	    REMARKS
};

/* What a manifest_lodged stands for, for the batch that it names. */
enum part {
	PART_WHOLE,   /* the whole manifest: replaces what is known */
	PART_ADD,     /* its waybills and units come to those that are there; one of the same number or name is replaced */
	PART_REPLACE, /* its waybills, or its units, replace all waybills, or all units, that are there */
	PART_DROP     /* the waybills or units that it names are taken out; where it names none, the whole manifest is deleted */
};

struct finding {
	size_t message;          /* the index of the message that it came from */
	Juyan__V1__Event *event; /* NULL: a remark */
	enum part part;          /* of a manifest_lodged */
	bool without_goods;      /* of such a part: the units cross empty, no waybills are to come */
	bool whatever_direction; /* of such a part: it does not know the direction; another part says it */
	const char *unit_id;     /* of a released, which names none: its batch is that of this unit; NULL: of its batch_no */
	/*
	 * The number of a message, at most SHORT_TEXT_BYTES_MAX bytes: of a manifest_lodged the one that lodges it, of any other
	 * event the one that it answers. NULL: none.
	 */
	const char *message_no;
	bool seen_before; /* of a weighing without a unit: its vehicle was seen before it, never after */
	enum remark remark;
	const char *text; /* of a remark: one sentence, with what was expected */
};

struct findings {
	struct arena *arena; /* lent */
	struct span *messages;
	size_t n_messages, room_messages;
	struct finding *list;
	size_t n, room;
	bool full;
};

void findings_open(struct findings *findings, struct arena *arena);
/* Empties the arena, too. */
void findings_clear(struct findings *findings);
bool findings_full(const struct findings *findings);

/* What is found from here on was found in these bytes, which are copied. A connector calls it for each message that it keeps. */
void findings_message(struct findings *findings, struct span raw);
/*
 * One more event of this kind (JUYAN__V1__EVENT__WHAT_...), initialised, with its inner message; the caller fills it. It is the
 * last of the list; findings_last gives the finding, to say of which part it is.
 */
Juyan__V1__Event *findings_event(struct findings *findings, Juyan__V1__Event__WhatCase what);
struct finding *findings_last(struct findings *findings);
void findings_remark(struct findings *findings, enum remark remark, const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Copies for an event. A text longer than `bytes_max` is cut at a whole sign; control characters and what is no UTF-8 become '?'.
 */
char *findings_text(struct findings *findings, const char *text, size_t bytes_max);
/* Zeroed memory of the arena, NULL where it is used up. */
void *findings_take(struct findings *findings, size_t bytes);
/* An initialised message of this type. */
void *findings_new(struct findings *findings, const ProtobufCMessageDescriptor *type);
/*
 * One more element at the end of a repeated field (`list` of `*n` pointers); NULL, and nothing added, where the arena is used up.
 */
bool findings_append(struct findings *findings, void *list, size_t *n, void *element);

const char *remark_name(enum remark remark);
const char *remark_prose(enum remark remark);
const char *part_name(enum part part);

#endif
