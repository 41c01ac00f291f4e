/*
 * The form of a RegistryChanged: texts that are texts, enums that exist, lists and bytes within bounds, in every record, by its
 * descriptor. What a record of each kind may say is the registry's business (storage/registry_check.c), which a file of records has
 * to pass as well. Owns nothing; any thread.
 */
#include <assert.h>

#include "wire_check.h"

/* The longest list that any record may hold. */
enum { RECORD_LIST_MAX = GROUPS_MAX };

static enum status
check_field(struct check *check, const ProtobufCFieldDescriptor *field, const ProtobufCMessage *record)
{
	const void *slot = (const uint8_t *)record + field->offset;
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		assert(field->type == PROTOBUF_C_TYPE_STRING);
		const size_t *n = (const void *)((const uint8_t *)record + field->quantifier_offset);
		return check_texts(check, field->name, *(char *const *const *)slot, *n, RECORD_LIST_MAX, TEXT_BYTES_MAX);
	}
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return check_text(check, field->name, *(const char *const *)slot, TEXT_BYTES_MAX, NULL);
	if (field->type == PROTOBUF_C_TYPE_ENUM)
		return check_enum(check, field->name, *(const int *)slot, field->descriptor, true);
	if (field->type == PROTOBUF_C_TYPE_BYTES) {
		size_t bytes = ((const ProtobufCBinaryData *)slot)->len;
		if (bytes != 0 && bytes != PUBLIC_KEY_BYTES)
			return check_fail(check, STATUS_OUT_OF_RANGE, field->name,
			    "has %zu bytes: the %d of a CURVE key were expected", bytes, PUBLIC_KEY_BYTES);
	}
	return STATUS_OK;
}

static enum status
check_record(struct check *check, const Juyan__V1__RegistryRecord *said)
{
	CHECK(check_text(check, "valid_from", said->valid_from, SHORT_TEXT_BYTES_MAX, NULL));
	/* All members of the oneof are pointers to messages. */
	const ProtobufCMessage *record = (const ProtobufCMessage *)(const void *)said->port;
	const ProtobufCFieldDescriptor *kind =
	    protobuf_c_message_descriptor_get_field(said->base.descriptor, (unsigned)said->record_case);
	if (kind == NULL || record == NULL)
		return check_fail(check, STATUS_MISSING_FIELD, NULL,
		    "holds no record: a port, group, terminal, day, capacity, goal, lever, override, published figure, "
		    "place or authority was expected");

	check->part = kind->name;
	for (unsigned i = 0; i < record->descriptor->n_fields; i++)
		CHECK(check_field(check, &record->descriptor->fields[i], record));
	check->part = NULL;
	return STATUS_OK;
}

enum status
check_registry_changed(struct check *check, const Juyan__V1__RegistryChanged *said)
{
	CHECK(check_text(check, "by", said->by, TEXT_BYTES_MAX, "who changes the registry"));
	CHECK(check_text(check, "reason", said->reason, TEXT_BYTES_MAX, "why the registry changes"));
	CHECK(check_count(check, "put", said->n_put, 0, REGISTRY_RECORDS_MAX));
	CHECK(check_count(check, "drop", said->n_drop, 0, REGISTRY_RECORDS_MAX - said->n_put));
	if (said->n_put + said->n_drop == 0)
		return check_fail(check, STATUS_MISSING_FIELD, "put", "is empty, and so is drop: at least one record was expected");

	check->list = "put";
	for (check->i = 0; check->i < said->n_put; check->i++)
		CHECK(check_record(check, said->put[check->i]));
	check->list = "drop";
	for (check->i = 0; check->i < said->n_drop; check->i++)
		CHECK(check_record(check, said->drop[check->i]));
	check->list = NULL;
	return STATUS_OK;
}
