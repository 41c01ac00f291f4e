/*
 * Whoever can be asked: two functions, so that what makes answers of answers (the dashboard's pictures, reports) does not know
 * whether it asks over the bus (asker.h), a ledger in this process, or a test's own. Owns nothing.
 */
#ifndef JUYAN_BASE_SOURCE_H
#define JUYAN_BASE_SOURCE_H

#include "forecast.pb-c.h"
#include "query.pb-c.h"
#include "status.h"

struct source {
	/* Version and nonce are filled in. The answer is lent until the next question. A Failure comes as its status. */
	enum status (*query)(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why);
	/* NULL: there is nobody to ask about the future. */
	enum status (
	    *forecast)(void *user, Juyan__V1__ForecastQuestion *question, const Juyan__V1__ForecastReply **out, struct reason *why);
	void *user;
};

#endif
