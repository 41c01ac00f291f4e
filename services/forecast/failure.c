/* See failure.h. */
#include "failure.h"

#include <assert.h>
#include <stdio.h>

#include "forecast.pb-c.h"

struct span
failure_pack(uint64_t nonce, enum status status, const struct reason *why, struct failure_frame *out)
{
	char name[SHORT_TEXT_BYTES_MAX], sentence[SENTENCE_BYTES_MAX];
	Juyan__V1__Failure said = JUYAN__V1__FAILURE__INIT;
	Juyan__V1__ForecastReply reply = JUYAN__V1__FORECAST_REPLY__INIT;
	snprintf(name, sizeof name, "%s", status_name(status));
	snprintf(sentence, sizeof sentence, "%s", why->text[0] != '\0' ? why->text : status_sentence(status));
	said.code = status;
	said.name = name;
	said.sentence = sentence;
	reply.nonce = nonce;
	reply.say_case = JUYAN__V1__FORECAST_REPLY__SAY_FAILURE;
	reply.failure = &said;
	assert(juyan__v1__forecast_reply__get_packed_size(&reply) <= sizeof out->bytes);
	return (struct span){ out->bytes, juyan__v1__forecast_reply__pack(&reply, out->bytes) };
}
