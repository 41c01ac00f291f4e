/* See authorities.h. There are a handful at most, so that all are looked at. */
#include "authorities.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct authorities {
	struct authority *list;
	size_t n;
};

int
authorities_kind(const char *name)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(&juyan__v1__registry_record__descriptor, name);
	if (field == NULL || field->type != PROTOBUF_C_TYPE_MESSAGE || field->id == JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL ||
	    field->id == JUYAN__V1__REGISTRY_RECORD__RECORD_AUTHORITY)
		return 0;
	return (int)field->id;
}

static enum status
add(struct authorities *authorities, const Juyan__V1__SigningAuthority *said, struct reason *why)
{
	struct authority made = { .id = "" };
	assert(strlen(said->id) <= GROUP_ID_BYTES_MAX && said->public_key.len == PUBLIC_KEY_BYTES);
	memcpy(made.id, said->id, strlen(said->id) + 1);
	memcpy(made.public_key, said->public_key.data, PUBLIC_KEY_BYTES);
	for (size_t i = 0; i < said->n_kinds; i++) {
		int kind = authorities_kind(said->kinds[i]);
		const struct authority *other = authorities_of(authorities, kind);
		assert(kind > 0);
		if (other != NULL)
			return reason_say(why, STATUS_CONTRADICTION, "the authorities '%s' and '%s' both decide the kind %s",
			    other->id, made.id, said->kinds[i]);
		made.kinds |= UINT32_C(1) << kind;
	}
	authorities->list[authorities->n++] = made;
	return STATUS_OK;
}

enum status
authorities_build(const Juyan__V1__RegistryRecord *const *records, size_t n, struct authorities **out,
    const Juyan__V1__RegistryRecord **misfit, struct reason *why)
{
	size_t count = 0;
	enum status status = STATUS_OK;
	*misfit = NULL;
	for (size_t i = 0; i < n; i++)
		count += records[i]->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_AUTHORITY;
	struct authorities *authorities = calloc(1, sizeof *authorities);
	if (authorities != NULL)
		authorities->list = calloc(count + 1, sizeof *authorities->list);
	if (authorities == NULL || authorities->list == NULL)
		status = reason_say(why, STATUS_NO_MEMORY, "memory ran out for the authorities");
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		if (records[i]->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_AUTHORITY)
			continue;
		status = add(authorities, records[i]->authority, why);
		if (status != STATUS_OK)
			*misfit = records[i];
	}
	if (status == STATUS_OK)
		*out = authorities;
	else
		authorities_close(&authorities);
	return status;
}

void
authorities_close(struct authorities **authorities)
{
	if (*authorities != NULL)
		free((*authorities)->list);
	free(*authorities);
	*authorities = NULL;
}

const struct authority *
authorities_find(const struct authorities *authorities, const char *id)
{
	for (size_t i = 0; i < authorities->n; i++)
		if (strcmp(authorities->list[i].id, id) == 0)
			return &authorities->list[i];
	return NULL;
}

const struct authority *
authorities_of(const struct authorities *authorities, int record_case)
{
	for (size_t i = 0; i < authorities->n; i++)
		if ((authorities->list[i].kinds >> record_case & 1) != 0)
			return &authorities->list[i];
	return NULL;
}

size_t
authorities_count(const struct authorities *authorities)
{
	return authorities->n;
}

const struct authority *
authorities_at(const struct authorities *authorities, size_t i)
{
	return i < authorities->n ? &authorities->list[i] : NULL;
}
