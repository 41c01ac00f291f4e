/* A ForecastReply that says why there is none. Pure. */
#ifndef JUYAN_FORECAST_FAILURE_H
#define JUYAN_FORECAST_FAILURE_H

#include "wire.h"

struct failure_frame {
	uint8_t bytes[2 * SENTENCE_BYTES_MAX];
};

/* The packed reply stands in the frame. */
struct span failure_pack(uint64_t nonce, enum status status, const struct reason *why, struct failure_frame *out);

#endif
