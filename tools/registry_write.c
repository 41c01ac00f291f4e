/*
 * Registry records as YAML text. A text stands plain where no YAML reader could take it for anything else, otherwise in double
 * quotes; so what is written is read again as the same records, by us and by others. Owns nothing; one thread for one stream.
 */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "keys.h"
#include "registry_file.h"

typedef Juyan__V1__RegistryRecord Record;

/* ---- texts ---- */

/* One character of clean UTF-8 from the front. */
static uint32_t
take_character(const char **text)
{
	const unsigned char *at = (const unsigned char *)*text;
	size_t more = at[0] < 0x80 ? 0 : at[0] < 0xE0 ? 1 : at[0] < 0xF0 ? 2 : 3;
	uint32_t c = more == 0 ? at[0] : at[0] & (0x3Fu >> more);
	size_t i = 1;
	for (; i <= more && at[i] != '\0'; i++)
		c = c << 6 | (at[i] & 0x3F);
	*text += i;
	return c;
}

/* Characters that YAML takes for ends of lines, marks or nothing at all. */
static bool
needs_escape(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

static bool
is_reserved(const char *text)
{
	static const char *const words[] = { "true", "false", "null", "yes", "no", "on", "off", "y", "n" };
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

static bool
is_plain(const char *text)
{
	int64_t day;
	if (civil_parse_day(text, &day))
		return true;
	size_t bytes = strlen(text);
	if (bytes == 0 || !(isalpha((unsigned char)text[0]) || (unsigned char)text[0] >= 0x80) || text[bytes - 1] == ' ' ||
	    is_reserved(text))
		return false;
	while (*text != '\0') {
		uint32_t c = take_character(&text);
		if (c < 0x80 && !isalnum((int)c) && strchr(" _-./()+'", (int)c) == NULL)
			return false;
		if (needs_escape(c))
			return false;
	}
	return true;
}

static void
write_text(FILE *out, const char *text)
{
	if (is_plain(text)) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	while (*text != '\0') {
		const char *begin = text;
		uint32_t c = take_character(&text);
		if (needs_escape(c))
			fprintf(out, "\\u%04X", c);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", (int)c);
		else
			fwrite(begin, 1, (size_t)(text - begin), out);
	}
	fputc('"', out);
}

/* ---- fields ---- */

static const void *
place_of(const ProtobufCMessage *message, unsigned offset)
{
	return (const char *)message + offset;
}

static bool
is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	const void *at = place_of(message, field->offset);
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return *(const size_t *)place_of(message, field->quantifier_offset) > 0;
	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return (*(char *const *)at)[0] != '\0';
	case PROTOBUF_C_TYPE_BYTES:
		return ((const ProtobufCBinaryData *)at)->len > 0;
	case PROTOBUF_C_TYPE_INT64:
		return *(const int64_t *)at != 0;
	case PROTOBUF_C_TYPE_ENUM:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_BOOL:
		return *(const uint32_t *)at != 0;
	default:
		assert(!"a kind of field that no record has");
		return false;
	}
}

static void
write_list(FILE *out, char *const *texts, size_t n)
{
	fputc('[', out);
	for (size_t i = 0; i < n; i++) {
		fputs(i == 0 ? "" : ", ", out);
		write_text(out, texts[i]);
	}
	fputc(']', out);
}

static void
write_enum(FILE *out, const ProtobufCEnumDescriptor *type, int value)
{
	const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);
	for (const char *c = found == NULL ? "unknown" : found->name; *c != '\0'; c++)
		fputc(tolower((unsigned char)*c), out);
}

static void
write_value(FILE *out, const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	const void *at = place_of(message, field->offset);
	char key[KEY_TEXT_BYTES];
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		write_list(out, *(char *const *const *)at, *(const size_t *)place_of(message, field->quantifier_offset));
		return;
	}
	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_STRING:
		write_text(out, *(char *const *)at);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		assert(((const ProtobufCBinaryData *)at)->len == PUBLIC_KEY_BYTES);
		key_format(((const ProtobufCBinaryData *)at)->data, key);
		write_text(out, key);
		break;
	case PROTOBUF_C_TYPE_ENUM:
		write_enum(out, field->descriptor, *(const int *)at);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		fputs("true", out);
		break;
	case PROTOBUF_C_TYPE_UINT32:
		fprintf(out, "%u", *(const uint32_t *)at);
		break;
	default:
		fprintf(out, "%lld", (long long)*(const int64_t *)at);
		break;
	}
}

/* ---- records ---- */

static const ProtobufCMessage *
body_of(const Record *record)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field(&juyan__v1__registry_record__descriptor, (unsigned)record->record_case);
	assert(field != NULL);
	return *(ProtobufCMessage *const *)place_of(&record->base, field->offset);
}

/* Calendar days and published figures stand in one line each, for there are many of them. */
static void
write_record(FILE *out, const Record *record)
{
	const ProtobufCMessage *body = body_of(record);
	bool one_line = record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_DAY ||
	    record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED;
	const char *between = one_line ? "{" : "";
	fputs("  - ", out);
	for (unsigned i = 0; i < body->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &body->descriptor->fields[i];
		if (!is_set(body, field))
			continue;
		fprintf(out, "%s%s: ", between, field->name);
		write_value(out, body, field);
		between = one_line ? ", " : "\n    ";
	}
	if (record->valid_from[0] != '\0') {
		fprintf(out, "%svalid_from: ", between);
		write_text(out, record->valid_from);
	}
	fputs(one_line ? "}\n" : "\n", out);
}

/* ---- differences ---- */

static bool
same_value(const ProtobufCMessage *a, const ProtobufCMessage *b, const ProtobufCFieldDescriptor *field)
{
	char *texts[2] = { NULL, NULL };
	const ProtobufCMessage *both[2] = { a, b };
	for (int i = 0; i < 2; i++) {
		size_t bytes;
		FILE *out = open_memstream(&texts[i], &bytes);
		if (out == NULL)
			break;
		if (is_set(both[i], field))
			write_value(out, both[i], field);
		fclose(out);
	}
	/* What memory is too short to compare is shown. */
	bool same = texts[0] != NULL && texts[1] != NULL && strcmp(texts[0], texts[1]) == 0;
	free(texts[0]);
	free(texts[1]);
	return same;
}

void
registry_file_differences(const Record *old, const Record *record, FILE *out)
{
	const ProtobufCMessage *body = body_of(record), *before = old == NULL ? NULL : body_of(old);
	assert(before == NULL || before->descriptor == body->descriptor);
	for (unsigned i = 0; i < body->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &body->descriptor->fields[i];
		if (before == NULL ? !is_set(body, field) : same_value(before, body, field))
			continue;
		fprintf(out, "    %s: ", field->name);
		if (before != NULL && is_set(before, field))
			write_value(out, before, field);
		else if (before != NULL)
			fputs("(nothing)", out);
		if (before != NULL)
			fputs(" -> ", out);
		if (is_set(body, field))
			write_value(out, body, field);
		else
			fputs("(nothing)", out);
		fputc('\n', out);
	}
}

/* ---- the whole file ---- */

/* A record and what it is sorted by. */
struct row {
	const Record *record;
	uint32_t rank;
	char key[REGISTRY_KEY_BYTES];
};

static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	if (x->record->record_case != y->record->record_case)
		return registry_file_order((int)x->record->record_case) < registry_file_order((int)y->record->record_case) ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return strcmp(x->key, y->key);
}

enum status
registry_file_write(const Record *const *records, size_t n, FILE *out)
{
	struct row *rows = calloc(n + 1, sizeof *rows);
	if (rows == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		rows[i].record = records[i];
		rows[i].rank = records[i]->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP ? records[i]->group->rank : 0;
		bool has_name = registry_key(records[i], rows[i].key);
		assert(has_name);
	}
	qsort(rows, n, sizeof *rows, compare_rows);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || rows[i - 1].record->record_case != rows[i].record->record_case)
			fprintf(out, "%s%s:\n", i == 0 ? "" : "\n", registry_file_list((int)rows[i].record->record_case));
		write_record(out, rows[i].record);
	}
	free(rows);
	return STATUS_OK;
}
