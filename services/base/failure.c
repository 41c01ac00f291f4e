/* See failure.h. Replies are known by their descriptors alone, so that no service has to write this again. */
#include "failure.h"

#include <assert.h>
#include <stdio.h>

enum { REPLY_BYTES_MAX = 256 }; /* of the message's own structure, whichever it is */

struct span
failure_pack(const ProtobufCMessageDescriptor *reply, uint64_t nonce, enum status status, const struct reason *why,
    struct failure_frame *out)
{
	_Alignas(16) char room[REPLY_BYTES_MAX];
	ProtobufCMessage *message = (ProtobufCMessage *)(void *)room;
	char name[SHORT_TEXT_BYTES_MAX], sentence[SENTENCE_BYTES_MAX];
	Juyan__V1__Failure said = JUYAN__V1__FAILURE__INIT;
	const ProtobufCFieldDescriptor *number = protobuf_c_message_descriptor_get_field_by_name(reply, "nonce");
	const ProtobufCFieldDescriptor *failure = protobuf_c_message_descriptor_get_field_by_name(reply, "failure");
	assert(reply->sizeof_message <= sizeof room && number != NULL && number->type == PROTOBUF_C_TYPE_UINT64);
	assert(failure != NULL && failure->descriptor == &juyan__v1__failure__descriptor);
	snprintf(name, sizeof name, "%s", status_name(status));
	snprintf(sentence, sizeof sentence, "%s", why->text[0] != '\0' ? why->text : status_sentence(status));
	said.code = status;
	said.name = name;
	said.sentence = sentence;
	protobuf_c_message_init(reply, message);
	*(uint64_t *)(void *)(room + number->offset) = nonce;
	*(uint32_t *)(void *)(room + failure->quantifier_offset) = failure->id;
	*(Juyan__V1__Failure **)(void *)(room + failure->offset) = &said;
	assert(protobuf_c_message_get_packed_size(message) <= sizeof out->bytes);
	return (struct span){ out->bytes, protobuf_c_message_pack(message, out->bytes) };
}

enum status
failure_status(const Juyan__V1__Failure *failure, struct reason *why)
{
	if (failure->code == STATUS_OK)
		return reason_say(why, STATUS_UNDECODABLE, "the answer is a failure without a code: '%.200s'", failure->sentence);
	return reason_say(why, (enum status)failure->code, "%s", failure->sentence);
}
