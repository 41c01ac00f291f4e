/* See registry_sign.h. */
#include "registry_sign.h"

#include <stdio.h>
#include <string.h>

#include "signers.h"

enum status
registry_sign_make(const char *path, const char *id, struct reason *why)
{
	struct signer signer;
	enum status status = signers_make(path, id, &signer, why);
	if (status != STATUS_OK)
		return status;
	printf("# Kept in %s: who has it decides. The record for this ledger and those that are to follow:\n"
	       "authorities:\n  - id: %s\n    public_key: \"",
	    path, signer.name);
	for (size_t i = 0; i < sizeof signer.public_key; i++)
		printf("%02x", signer.public_key[i]);
	puts("\"\n    kinds: [place, group, goal]");
	signer_wipe(&signer);
	return STATUS_OK;
}

static enum status
ask_last(struct asking *asking, struct registry_sign *sign)
{
	Juyan__V1__StatusAsk ask_status = JUYAN__V1__STATUS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &ask_status;
	enum status status = asking_answer(asking, &question, JUYAN__V1__ANSWER__SAY_STATUS, &answer);
	for (size_t i = 0; status == STATUS_OK && i < answer->status->n_authorities; i++)
		if (strcmp(answer->status->authorities[i]->id, sign->signer.name) == 0)
			sign->last = answer->status->authorities[i]->last_number;
	return status;
}

static enum status
find_authority(const struct registry_use *used, struct registry_sign *sign, struct reason *why)
{
	for (size_t i = 0; i < used->n; i++) {
		if (used->records[i]->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_AUTHORITY ||
		    strcmp(used->records[i]->authority->id, sign->signer.name) != 0)
			continue;
		const Juyan__V1__SigningAuthority *authority = used->records[i]->authority;
		if (memcmp(authority->public_key.data, sign->signer.public_key, sizeof sign->signer.public_key) != 0)
			return reason_say(why, STATUS_CONTRADICTION, "the registry has another key of the authority '%s'",
			    sign->signer.name);
		for (size_t k = 0; k < authority->n_kinds; k++)
			sign->kinds |= UINT32_C(1) << authorities_kind(authority->kinds[k]);
		return STATUS_OK;
	}
	return reason_say(why, STATUS_NOT_FOUND, "the registry names no authority '%s': apply its record first", sign->signer.name);
}

enum status
registry_sign_open(struct asking *asking, const char *path, const struct registry_use *used, struct registry_sign *out)
{
	struct registry_sign sign = { .kinds = 0 };
	enum status status = signers_load(path, true, &sign.signer, &asking->why);
	if (status == STATUS_OK)
		status = find_authority(used, &sign, &asking->why);
	if (status == STATUS_OK)
		status = ask_last(asking, &sign);
	if (status == STATUS_OK)
		*out = sign;
	registry_sign_close(&sign);
	return status;
}

void
registry_sign_close(struct registry_sign *sign)
{
	signer_wipe(&sign->signer);
}

enum status
registry_sign_change(struct registry_sign *sign, const Juyan__V1__RegistryChanged *change, struct arena *arena,
    Juyan__V1__Decreed **out, struct reason *why)
{
	struct span packed;
	Juyan__V1__Decreed *said = arena_take(arena, sizeof *said);
	uint8_t *signature = arena_take(arena, SIGNATURE_BYTES);
	if (said == NULL || signature == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	enum status status = wire_pack(&change->base, EVENT_BYTES_MAX, arena, &packed);
	if (status != STATUS_OK)
		return reason_say(why, status, "the change cannot be packed");
	juyan__v1__decreed__init(said);
	said->change = (ProtobufCBinaryData){ packed.bytes, (uint8_t *)(uintptr_t)packed.data };
	said->number = sign->last + 1;
	said->authority = sign->signer.name;
	status = decree_sign(said, &sign->signer, signature, why);
	if (status == STATUS_OK)
		*out = said;
	return status;
}

void
registry_sign_taken(struct registry_sign *sign)
{
	sign->last++;
}
