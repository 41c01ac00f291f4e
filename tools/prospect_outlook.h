/* The ledger's outlook as prospects: one for each port, direction, mode and group that was asked apart. */
#ifndef JUYAN_TOOLS_PROSPECT_OUTLOOK_H
#define JUYAN_TOOLS_PROSPECT_OUTLOOK_H

#include "forecast.pb-c.h"
#include "prospect.h"

struct prospects {
	struct prospect *one;
	size_t n;
};

/*
 * `whole` names what is asked about where it was not asked apart; `to` is the last day asked for, as civil.h numbers days. The
 * texts are copied. TOO_FEW where nothing is to come; UNDECODABLE; NO_MEMORY.
 */
enum status prospects_of_outlook(const Juyan__V1__Outlook *outlook, Juyan__V1__PeriodKind kind, const char *whole, int64_t to,
    struct prospects *out, struct reason *why) MUST_USE;
void prospects_close(struct prospects *prospects);

#endif
