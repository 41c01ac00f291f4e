/*
 * A forecast command's question to the ledger: its slice, how it is to be made, and until when, from the command line. An inquiry
 * owns its connection and the scenario's memory; inquiry_close. Texts are argv's. It stays where it is. One thread.
 */
#ifndef JUYAN_TOOLS_INQUIRY_H
#define JUYAN_TOOLS_INQUIRY_H

#include "forecast_parts.h"
#include "foresee.h"

enum { INQUIRY_DAY_BYTES = 16 };

struct inquiry {
	struct forecast_command *command;
	struct foresee *foresee;
	struct arena arena; /* of the scenario */
	Juyan__V1__Slice slice;
	Juyan__V1__Making making;
	char as_of[INQUIRY_DAY_BYTES];
	char to[INQUIRY_DAY_BYTES];    /* the last day; empty: the usual */
	char whole[SERIES_NAME_BYTES]; /* what the slice is called, such as "ceke, truck" */
};

/* USAGE; what scenario files and connections can be. */
enum status inquiry_open(struct forecast_command *command, struct inquiry *out, struct reason *why) MUST_USE;
void inquiry_close(struct inquiry *inquiry);

/* What rows are for: the whole slice; the command's --by, for tables; the same with the year before, for pictures. */
enum inquiry_rows { INQUIRY_WHOLE, INQUIRY_TABLE, INQUIRY_DRAWN };

/* Asks for the outlook. Lent until the next question. */
enum status inquiry_outlook(struct inquiry *inquiry, Juyan__V1__PeriodKind kind, enum inquiry_rows rows,
    const Juyan__V1__Outlook **out, struct reason *why) MUST_USE;
/* From now on every question is as of this day: the origin of an answer that others are to go with. */
enum status inquiry_stay(struct inquiry *inquiry, const char *origin, struct reason *why) MUST_USE;
/* Any other question, whose answer has to be of this kind. */
enum status inquiry_ask(struct inquiry *inquiry, Juyan__V1__ForecastQuestion *question, Juyan__V1__ForecastReply__SayCase expected,
    const Juyan__V1__ForecastReply **out, struct reason *why) MUST_USE;

/* "2025-01-31"; returns `out`. */
const char *inquiry_day(int64_t day, char out[INQUIRY_DAY_BYTES]);

#endif
