/*
 * The list of what asks for a person while it is gathered, for answer_attention.c and attending_*.c alone. All that a list
 * points to lives as long as its snapshot.
 */
#ifndef JUYAN_STORAGE_ATTENDING_H
#define JUYAN_STORAGE_ATTENDING_H

#include "answer.h"
#include "attention.h"

enum { ATTENDING_SENTENCE_BYTES = 256, ATTENDING_SPAN_BYTES = 32, ATTENDING_MODES = JUYAN__V1__MODE__RAIL + 1 };
enum { ATTENDING_KIND_MAX = 300 };      /* rows of one kind; the list says where there are more */
enum { ATTENDING_STAYS_MAX = 1 << 15 }; /* of which a port's usual is taken; 7 days of the busiest have fewer */

/* Something that asks. Texts live in the snapshot, the registry or the arena. */
struct candidate {
	enum attention kind;
	const char *port, *batch_no;
	uint64_t lsn;
	uint32_t terminal_no;
	int64_t since_ms, measured, usual;
	enum status reason; /* of the quarantine */
	uint32_t marks;     /* of a review */
	const char *machine;
	Juyan__V1__MachineKind machine_kind; /* holds where a machine is named */
	Juyan__V1__Condition condition;
	struct span machine_note;
	char subject[SUBJECT_BYTES_MAX + 1];
	char sentence[ATTENDING_SENTENCE_BYTES];
	struct span noted_by, note; /* empty: nobody; the snapshot's, so that any number of notes takes no room */
	int64_t noted_at_ms;
};

/* What is usual at a port for a mode, as soon as somebody has asked. */
struct attending_usual {
	const char *port;
	Juyan__V1__Mode mode;
	int64_t stay_ms;
};

struct attending {
	struct snapshot *snapshot;
	const Juyan__V1__AttentionAsk *ask;
	struct arena scratch; /* facts and events of one thing */
	struct candidate **rows;
	size_t n;
	size_t n_kind[ATTENTIONS]; /* each at most ATTENDING_KIND_MAX: many of one kind shall not hide another */
	size_t n_all[ATTENTIONS];  /* with those that found no room */
	bool stopped;              /* the quarantine was not looked at to its end */
	bool more;
	struct attending_usual usual[PORTS_MAX * ATTENDING_MODES];
	size_t n_usual;
	int64_t *stays_ms;
};

/* Puts a copy into its place, unless a person has seen it, or the list is full of what is graver or older. */
enum status attending_add(struct attending *attending, const struct candidate *candidate, const char *sentence) MUST_USE;
/* "5 h 12 min", "3 d 4 h", "12 min". Returns `out`. */
const char *attending_say_span(int64_t ms, char out[ATTENDING_SPAN_BYTES]);

/* The machines that do not work. */
enum status attending_machines(struct attending *attending) MUST_USE;
/* All that the yard and the last days ask for. */
enum status attending_crossings(struct attending *attending) MUST_USE;

#endif
