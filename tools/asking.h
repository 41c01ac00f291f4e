/*
 * What the asking commands share: a question and its answer in one step, its end said once, ages and times for people. A
 * struct asking owns its connection; one thread.
 */
#ifndef JUYAN_TOOLS_ASKING_H
#define JUYAN_TOOLS_ASKING_H

#include <argp.h>
#include <stdio.h>

#include "ask.h"
#include "registry.h"
#include "tool.h"

enum { ASKING_TIME_BYTES = 48, ASKING_KEY_PORT = 0x100, ASKING_KEY_JSON };

/* One command at work: whom it asks. Zeroed but for the name; asking_close when done. */
struct asking {
	const char *name; /* of the command, such as "totals" */
	struct tool_connection connection;
	struct ask *ask; /* opened with the first question */
	struct reason why;
};

/* What a command that takes --port and --json at most was told. Zeroed but for the name. */
struct asking_scope {
	struct asking asking;
	const char *port; /* NULL: all */
	bool json;
};

/* The parser of its options, whose input is the scope; its one child is the connection's. */
error_t asking_scope_parse(int key, char *arg, struct argp_state *state);

/* The answer is lent until the next question. */
enum status asking_answer(struct asking *asking, Juyan__V1__Question *question, Juyan__V1__Answer__SayCase expected,
    const Juyan__V1__Answer **out) MUST_USE;
/* Closes, says a failure on stderr, and returns the exit code. */
int asking_end(struct asking *asking, enum status status);

/*
 * The line that tells how fresh a figure is: the last event, the last receipt with its age, what waits for a person. Nothing is
 * printed when the ledger cannot be asked.
 */
void asking_print_as_of(struct asking *asking, FILE *out);

/*
 * The registry, as far as records of this kind make it ("port"; "" for all): for local times and names. The caller closes it.
 */
enum status asking_registry(struct asking *asking, const char *kind, struct registry **out) MUST_USE;

/* "2025-01-31 16:00:05" at this offset. Returns `out`. */
const char *asking_time(int64_t utc_ms, int32_t offset_minutes, char out[ASKING_TIME_BYTES]);
/* "3 s", "5 min", "2 h" or "3 days". Returns `out`. */
const char *asking_span(int64_t ms, char out[ASKING_TIME_BYTES]);

#endif
