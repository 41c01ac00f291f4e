/* The command: finds the subcommand in the table of tool.h and hands it the rest of the line. */
#include "tool.h"

#include <stdio.h>
#include <string.h>

#include "press.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} tools[] = {
#define X(name, help) { #name, tool_##name, help },
	TOOL_LIST(X)
#undef X
};
enum { TOOLS = sizeof tools / sizeof tools[0] };

static void
help(FILE *out)
{
	fputs("Usage: juyan SUBCOMMAND [OPTIONS] ...\n"
	      "Counts what crosses the border: every event is kept, every total is right.\n\n",
	    out);
	for (size_t i = 0; i < TOOLS; i++)
		fprintf(out, "  %-12s %s\n", tools[i].name, tools[i].help);
	fputs(
	    "\n'juyan SUBCOMMAND --help' tells more. Exit codes: 0 fine, 1 some input was wrong (or the answer is \"not right\"),\n"
	    "2 a command line or setting that cannot be, 3 the machine or the connection failed, 4 the ledger on disk is damaged\n"
	    "or of a format that this version does not read.\n",
	    out);
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		help(stderr);
		return TOOL_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return TOOL_FINE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("juyan %s, protocol version %d\n", JUYAN_VERSION, PROTOCOL_VERSION);
		return TOOL_FINE;
	}
	if (strcmp(argv[1], PRESS_WORD) == 0) /* for nobody to type */
		return press_main(argc - 1, argv + 1);
	for (size_t i = 0; i < TOOLS; i++) {
		if (strcmp(argv[1], tools[i].name) != 0)
			continue;
		char name[64];
		snprintf(name, sizeof name, "juyan %s", tools[i].name);
		argv[1] = name;
		return tools[i].run(argc - 1, argv + 1);
	}
	fprintf(stderr, "juyan: there is no subcommand '%s'; 'juyan --help' lists them\n", argv[1]);
	return TOOL_USAGE;
}
