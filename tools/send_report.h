/*
 * What `juyan send` says: each line's trouble and the progress as they come, the tally at the end. Text goes to people (troubles
 * and progress to stderr, the tally to stdout), or all of it as one JSON object to stdout. A report owns what it gathers. One
 * thread.
 */
#ifndef JUYAN_TOOLS_SEND_REPORT_H
#define JUYAN_TOOLS_SEND_REPORT_H

#include <jansson.h>

#include "delivery.h"

enum { SEND_COMPLAINTS_MAX = 10000 }; /* in one JSON object; what is beyond is counted */

struct send_report;

/* NO_MEMORY. */
enum status send_report_open(bool json, bool progress, struct send_report **out) MUST_USE;
void send_report_close(struct send_report **report);

/* For delivery_options: `user` is the report. */
void send_report_complaint(void *user, const struct delivery_complaint *complaint);
void send_report_note(void *user, const char *sentence);
void send_report_progress(void *user, const struct delivery_tally *tally);

/* For an end that is told by others: adds what was complained of and noted to their object, and leaves no half line. */
void send_report_add(const struct send_report *report, json_t *object);
void send_report_line_end(struct send_report *report);

/* The end. `failure` is why not all files were gone through; NULL: they were. */
void send_report_end(struct send_report *report, const struct delivery_tally *tally, size_t files, bool dry_run,
    const char *failure);

#endif
