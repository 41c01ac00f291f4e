/* The single checks, and the sentence that is written when one fails. Owns nothing; any thread. */
#include "wire_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PLACE_BYTES = 128 };

/* Appends to a text that is cut rather than overrun. */
static void __attribute__((format(printf, 2, 3))) append(char place[PLACE_BYTES], const char *format, ...)
{
	size_t at = strlen(place);
	va_list args;
	va_start(args, format);
	vsnprintf(place + at, PLACE_BYTES - at, format, args);
	va_end(args);
}

enum status
check_fail(const struct check *check, enum status status, const char *field, const char *format, ...)
{
	if (check->why == NULL)
		return status;
	char place[PLACE_BYTES] = "";
	if (check->kind != NULL)
		append(place, "%s", check->kind);
	if (check->list != NULL)
		append(place, "%s%s[%zu]", place[0] == '\0' ? "" : ".", check->list, check->i);
	if (check->part != NULL)
		append(place, ".%s", check->part);
	if (check->inner != NULL)
		append(place, ".%s[%zu]", check->inner, check->j);
	if (field != NULL)
		append(place, "%s%s", place[0] == '\0' ? "" : ".", field);

	char sentence[SENTENCE_BYTES_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	return reason_say(check->why, status, "%s %s", place, sentence);
}

enum status
check_text(const struct check *check, const char *field, const char *text, size_t bytes_max, const char *wanted)
{
	size_t bytes = text == NULL ? 0 : strlen(text);
	if (bytes == 0)
		return wanted == NULL ? STATUS_OK
				      : check_fail(check, STATUS_MISSING_FIELD, field, "is empty: %s was expected", wanted);
	if (bytes > bytes_max)
		return check_fail(check, STATUS_TOO_LARGE, field, "has %zu bytes: at most %zu were expected", bytes, bytes_max);
	if (!wire_text_clean(text, bytes))
		return check_fail(check, STATUS_NOT_TEXT, field, "is not a text: UTF-8 without control characters was expected");
	return STATUS_OK;
}

enum status
check_count(const struct check *check, const char *field, size_t n, size_t min, size_t max)
{
	if (n < min)
		return check_fail(check, STATUS_MISSING_FIELD, field, "has %zu entries: at least %zu was expected", n, min);
	if (n > max)
		return check_fail(check, STATUS_TOO_MANY, field, "has %zu entries: at most %zu were expected", n, max);
	return STATUS_OK;
}

enum status
check_number(const struct check *check, const char *field, int64_t value, int64_t min, int64_t max)
{
	if (value < min || value > max)
		return check_fail(check, STATUS_OUT_OF_RANGE, field, "is %" PRId64 ": %" PRId64 " to %" PRId64 " was expected",
		    value, min, max);
	return STATUS_OK;
}

static enum status
fail_enum(const struct check *check, const char *field, int value, const ProtobufCEnumDescriptor *type)
{
	char names[PLACE_BYTES] = "";
	for (unsigned i = 0; i < type->n_values; i++)
		if (type->values[i].value != 0)
			append(names, "%s%s", names[0] == '\0' ? "" : ", ", type->values[i].name);
	if (value == 0)
		return check_fail(check, STATUS_MISSING_FIELD, field, "is not set: one of %s was expected", names);
	return check_fail(check, STATUS_OUT_OF_RANGE, field, "is %d: one of %s was expected", value, names);
}

enum status
check_enum(const struct check *check, const char *field, int value, const ProtobufCEnumDescriptor *type, bool unspecified_too)
{
	/* Our enums count from 0 without holes and have no aliases; test_wire holds them to it. */
	if (value < (unspecified_too ? 0 : 1) || (unsigned)value >= type->n_values)
		return fail_enum(check, field, value, type);
	return STATUS_OK;
}

enum status
check_texts(struct check *check, const char *list, char *const *texts, size_t n, size_t n_max, size_t bytes_max)
{
	CHECK(check_count(check, list, n, 0, n_max));
	check->inner = list;
	for (check->j = 0; check->j < n; check->j++)
		CHECK(check_text(check, NULL, texts[check->j], bytes_max, "a text"));
	check->inner = NULL;
	return STATUS_OK;
}
