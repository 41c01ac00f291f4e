/*
 * What the parts of `juyan gateway` share: its command line, what the library tells, and the other things that it does besides
 * taking lines of JSON (gateway.c). Texts are argv's. For the main thread.
 */
#ifndef JUYAN_TOOLS_GATEWAY_PARTS_H
#define JUYAN_TOOLS_GATEWAY_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "juyan.h"
#include "log.h"

enum { GATEWAY_SETTINGS_MAX = 32, GATEWAY_NOTICES = JUYAN_REFUSED + 1 };

/* Of the machines' gateway alone. */
struct gateway_command {
	const char *config; /* --config */
	const char *check;  /* --check */
	const char *source; /* --source, of the configuration */
	const char *connector;
	const char *settings[GATEWAY_SETTINGS_MAX]; /* --set, each "name=value" */
	size_t n;
	bool json;
	const char *action; /* waiting, raw; NULL: none */
	const char *object;
};

/* Who writes down what the library tells: its thread. */
struct gateway_ear {
	struct log *log;
	struct log_budget budgets[GATEWAY_NOTICES];
};
void gateway_on_notice(void *ear, enum juyan_notice notice, const char *sentence);

/* Each returns the exit code, and has said on stderr what was wrong. */
int gateway_machines(const struct gateway_command *command); /* --config: until a signal */
int gateway_check(const struct gateway_command *command);    /* --check */
int gateway_look(const struct gateway_command *command);     /* waiting, raw */

/* Settings, kinds of sources and connectors, for the help. */
char *gateway_explain(const char *text);

#endif
