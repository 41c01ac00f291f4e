/* The reply that says why there is none, whichever service gives it, and what its hearer makes of it. Pure. */
#ifndef JUYAN_BASE_FAILURE_H
#define JUYAN_BASE_FAILURE_H

#include "query.pb-c.h"
#include "wire.h"

struct failure_frame {
	uint8_t bytes[2 * SENTENCE_BYTES_MAX];
};

/*
 * Packs a reply of this type, one that has a `nonce` and may be a `failure` (Answer, ForecastReply), into the frame. Without a
 * sentence of its own it gets the status's.
 */
struct span failure_pack(const ProtobufCMessageDescriptor *reply, uint64_t nonce, enum status status, const struct reason *why,
    struct failure_frame *out);

/* Its status with its sentence. One that says that nothing failed is broken: UNDECODABLE, never OK. */
enum status failure_status(const Juyan__V1__Failure *failure, struct reason *why) MUST_USE;

#endif
