/*
 * A press: a report set and written in a process of its own, so that nothing else suffers from it. GLib (under Pango) and
 * libxlsxwriter end their process when memory runs out, and nobody can say beforehand how much a report takes: the press has a
 * bound of memory and a deadline, and one that dies is no more than a report that cannot be had.
 *
 * The press is this very program, begun anew with PRESS_WORD (whoever is to be able to print calls press_main for it). It knows no
 * ledger: it asks whoever began it, over a socket that is its standard input. Any thread; the source is asked in the caller's.
 */
#ifndef JUYAN_REPORT_PRESS_H
#define JUYAN_REPORT_PRESS_H

#include <stdatomic.h>

#include "report_writers.h"

#define PRESS_WORD "report-press"

struct press_order {
	const struct source *source;
	struct report_asked asked;
	enum report_format format;
	enum report_lang lang;
	const char *program;     /* NULL: this one */
	int64_t memory_mib;      /* of address space; a sanitized program needs more than anybody has, and gets it */
	int64_t until_ms;        /* clock_monotonic_ns / 1000000 */
	const atomic_bool *stop; /* true: give up; may be NULL */
};

/* What report_open and report_write say; NO_MEMORY: the press has died; TIMEOUT; INTERRUPTED; SYSTEM. `name` is the file's. */
enum status press_print(const struct press_order *order, char name[REPORT_FILE_NAME_BYTES], struct report_file *out,
    struct reason *why) MUST_USE;

/* The press itself: the arguments from PRESS_WORD on. Returns its exit code. */
int press_main(int argc, char **argv);

#endif
