/*
 * Published figures as a spreadsheet has them (CSV with the columns port, kind, period_start, period_end, metric, value,
 * source), into `published` records of the registry: which rows are taken, which are left and why, which are wrong.
 * tools/README.md says the form for users. Records live in the caller's arena, rows are owned (history_file_close). One thread.
 *
 * Taken are tonnes of the kinds annual, month, ytd (from 1 January to a day) and day, where it is one day, at a port that the
 * registry knows. Flags in square brackets in the source, with ';' or ',' between them, say how exact a figure is (~ about, >
 * more than, < less than, derived: about) and what it counts (coal, imports, exports, rail, AGV; else all cargo). Figures that
 * count different things have different definitions and are never mixed.
 */
#ifndef JUYAN_TOOLS_HISTORY_FILE_H
#define JUYAN_TOOLS_HISTORY_FILE_H

#include "registry.h"

enum { HISTORY_ROWS_MAX = 10000 };

enum history_verdict { HISTORY_TAKEN, HISTORY_LEFT, HISTORY_WRONG };

struct history_row {
	uint64_t line; /* from 1 */
	enum history_verdict verdict;
	const Juyan__V1__RegistryRecord *record; /* TAKEN */
	struct reason why;                       /* LEFT, WRONG: without the file's name and line */
};

struct history_file {
	struct history_row *rows;
	size_t n;
	size_t taken;
	size_t wrong;
};

/*
 * `only_port` NULL: all. A row that is wrong does not end the reading; SYNTAX and others with "FILE:LINE: …" where the file
 * cannot be read as such a table at all, SYSTEM where it cannot be read, TOO_MANY, NO_MEMORY.
 */
enum status history_file_read(const char *path, const struct registry *registry, const char *only_port, struct arena *arena,
    struct history_file *out, struct reason *why) MUST_USE;
void history_file_close(struct history_file *file);

#endif
