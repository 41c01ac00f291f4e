/*
 * What the commands share that ask about the future: how a forecast is to be made, of what, the question and its answer in one
 * step, what it rests on in a few lines, its end said once. A struct foreseeing owns its connection; one thread.
 *
 * A command puts foreseeing_argp among its argp children (foreseeing_slice_argp too, where it asks for a slice) and hands it the
 * zeroed struct foreseeing, whose name is set.
 */
#ifndef JUYAN_TOOLS_FORESEEING_H
#define JUYAN_TOOLS_FORESEEING_H

#include <stdio.h>

#include "foresee.h"
#include "tool.h"

enum { FORESEEING_NAMES_MAX = 64, FORESEEING_CHANCE_BYTES = 16 };

struct foreseeing {
	const char *name; /* of the command, such as "goal" */
	struct tool_connection connection;
	struct foresee *foresee;  /* opened with the first question */
	Juyan__V1__Making making; /* as the options say */
	Juyan__V1__Slice slice;   /* likewise; its texts are argv's */
	char *names[4][FORESEEING_NAMES_MAX];
	struct reason why;
};

extern const struct argp foreseeing_argp;       /* --as-of, --paths, --seed, and whom to ask */
extern const struct argp foreseeing_slice_argp; /* --port, --direction, --mode, --group */

/* Where the messages that options fill begin; in ARGP_KEY_INIT, before the children are handed it. */
void foreseeing_begin(struct foreseeing *foreseeing, const char *name);
/* The reply is lent until the next question. */
enum status foreseeing_ask(struct foreseeing *foreseeing, Juyan__V1__ForecastQuestion *question,
    Juyan__V1__ForecastReply__SayCase expected, const Juyan__V1__ForecastReply **out) MUST_USE;
/* Closes, says a failure on stderr, and returns the exit code. */
int foreseeing_end(struct foreseeing *foreseeing, enum status status);

/* A message in JSON, in whole kilograms. */
enum status foreseeing_print_json(const ProtobufCMessage *message, FILE *out) MUST_USE;

/* "12.3 %", "< 0.1 %", "> 99.9 %": never nought or all, for paths cannot know that. Returns `out`. */
const char *foreseeing_chance(double chance, char out[FORESEEING_CHANCE_BYTES]);
/* An ISO day, or argp_error that names the option. */
void foreseeing_check_day(struct argp_state *state, const char *option, const char *text);

#endif
