/*
 * What one message of a gate says, read out of its XML and its frame, and the events that are made of it. Texts are lent from the
 * tree. What contradicts itself or can hardly be is remarked while it is read.
 */
#ifndef JUYAN_CONNECTORS_GATE_SIGHT_H
#define JUYAN_CONNECTORS_GATE_SIGHT_H

#include "connector.h"
#include "gate_frame.h"
#include "gate_settings.h"

enum { GATE_NAME_BYTES = 2 * SHORT_TEXT_BYTES_MAX };

/* Of what kind an event of a message is: a part of its source_key, so that each kind, and each outcome, counts once. */
enum gate_part {
	GATE_ARRIVED = 'a',
	GATE_DEPARTED = 'd',
	GATE_WEIGHED = 'w',
	GATE_PASSED = 'p',
	GATE_HELD = 'h',
	GATE_RELEASED = 'r'
};

struct gate_sight {
	const struct gate_settings *settings;
	const struct place *place;
	const struct xml_node *root;
	int64_t now_ms;
	const char *area, *channel;          /* of the XML, else of the frame */
	const char *number, *session;        /* SEQ_NO, SESSION_ID */
	char way;                            /* 'I', 'E'; 0: nobody says it */
	char pair[SHORT_TEXT_BYTES_MAX + 1]; /* by which an answer finds its question; "": there is none */
	const struct gate_lane *lane;
	char unit_id[UNIT_ID_BYTES_MAX + 1];   /* "": unknown */
	char batch_no[BATCH_NO_BYTES_MAX + 1]; /* "": unknown, or not asked for */
};

/* Fills all but unit_id and batch_no. */
void gate_sight_of(const struct gate_settings *settings, const struct place *place, const struct gate_frame *frame,
    const struct xml_node *root, int64_t now_ms, struct gate_sight *out, struct findings *findings);
/* The plate and the batch number, with remarks where plates differ, or a number is too long. */
void gate_sight_unit(struct gate_sight *sight, struct findings *findings);
void gate_sight_batch(struct gate_sight *sight, struct findings *findings);

const char *gate_sight_value(const struct gate_sight *sight, enum gate_field field);
/* When the gate saw it, UTC: by SEQ_NO or OPERATE_TIME, else now. */
int64_t gate_sight_time(const struct gate_sight *sight, struct findings *findings);
/* A mass that the message says; false, with a remark where there is something else: it does not say one that can be taken. */
bool gate_sight_mass(const struct gate_sight *sight, enum gate_field field, int64_t *kg, struct findings *findings);
/* The lane's name for an event. */
const char *gate_sight_lane(const struct gate_sight *sight);

/* One more event of this message, with all that does not depend on its kind; NULL where the findings are full. */
Juyan__V1__Event *gate_sight_event(const struct gate_sight *sight, Juyan__V1__Event__WhatCase what, enum gate_part part,
    int64_t occurred_at_ms, struct findings *findings);
/* A text of an event; where the findings are full it stays as it was. */
void gate_put(struct findings *findings, char **field, const char *text, size_t bytes_max);

#endif
