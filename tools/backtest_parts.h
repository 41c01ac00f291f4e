/* What the two kinds of `juyan backtest` share. Texts are argv's. */
#ifndef JUYAN_TOOLS_BACKTEST_PARTS_H
#define JUYAN_TOOLS_BACKTEST_PARTS_H

#include "forecast_parts.h"
#include "verdict.h"

struct backtest_command {
	struct forecast_command forecast; /* of which series, or of which slice, and how to make each forecast */
	size_t months;                    /* how far back; 0: the usual */
	size_t jobs;                      /* of a file's series so many at a time; 0: one for each processor */
};

/* The same picture as a file of its own and for a page. */
enum { BACKTEST_ALONE, BACKTEST_IN_PAGE, BACKTEST_PICTURES };

/* A verdict, and pictures where they were asked for and there is something to draw; else NULL. The caller closes and frees. */
enum status backtest_of_file(const struct backtest_command *command, struct verdict *out, char *picture[BACKTEST_PICTURES],
    struct reason *why) MUST_USE;
enum status backtest_of_ledger(struct backtest_command *command, struct verdict *out, char *picture[BACKTEST_PICTURES],
    struct reason *why) MUST_USE;

#endif
