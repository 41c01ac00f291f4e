/*
 * Questions about the future from tools: over the bus to the forecast service if one runs on the data folder (or at --connect,
 * which then names an endpoint of its forecast_listen), else by an engine in this process that asks the ledger as ask.h does: query
 * if that runs, else the files. The answers are the same. The caller owns a foresee and closes it; one thread.
 */
#ifndef JUYAN_TOOLS_FORESEE_H
#define JUYAN_TOOLS_FORESEE_H

#include "forecast.pb-c.h"
#include "options.h"

struct foresee;

enum { FORESEE_WAIT_MS = 120000 };

enum status foresee_open(const struct tool_connection *connection, struct foresee **out, struct reason *why) MUST_USE;
void foresee_close(struct foresee **foresee); /* safe on NULL */

/*
 * Fills in version and nonce, and waits at most FORESEE_WAIT_MS; on a terminal a line on stderr says so when it takes more than two
 * seconds. A Failure comes back as its status with its sentence. The reply is lent until the next question.
 */
enum status foresee_question(struct foresee *foresee, Juyan__V1__ForecastQuestion *question, const Juyan__V1__ForecastReply **out,
    struct reason *why) MUST_USE;

#endif
