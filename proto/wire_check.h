/*
 * The checks that an event is made of, for wire_event.c and wire_registry.c alone. A check costs nothing while all is well: the
 * place of a value is kept as pointers and becomes text when something is wrong.
 */
#ifndef JUYAN_PROTO_WIRE_CHECK_H
#define JUYAN_PROTO_WIRE_CHECK_H

#include "wire.h"

/* Where we are: kind.list[i].part.inner[j]; what is NULL is not there. */
struct check {
	struct reason *why;
	const char *kind;
	const char *list;
	size_t i;
	const char *part;
	const char *inner;
	size_t j;
};

/* Writes "kind.list[i].part.inner[j].field SENTENCE" and returns `status`. `field` may be NULL: the place itself is wrong. */
enum status check_fail(const struct check *check, enum status status, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* `wanted` says what was expected where the text is empty; NULL: it may be empty. */
enum status check_text(const struct check *check, const char *field, const char *text, size_t bytes_max,
    const char *wanted) MUST_USE;
enum status check_count(const struct check *check, const char *field, size_t n, size_t min, size_t max) MUST_USE;
enum status check_number(const struct check *check, const char *field, int64_t value, int64_t min, int64_t max) MUST_USE;
/* A value that the proto file knows; 0 (unspecified) only with `unspecified_too`. */
enum status check_enum(const struct check *check, const char *field, int value, const ProtobufCEnumDescriptor *type,
    bool unspecified_too) MUST_USE;
/* Every text of a list, named list[0], list[1] and so on, none of them empty. Uses check->inner. */
enum status check_texts(struct check *check, const char *list, char *const *texts, size_t n, size_t n_max,
    size_t bytes_max) MUST_USE;

/* RegistryChanged and what it holds (wire_registry.c). */
enum status check_registry_changed(struct check *check, const Juyan__V1__RegistryChanged *said) MUST_USE;

/*
 * What protobuf-c lets pass in bytes that it has decoded as `type` (wire_text.c): NOT_TEXT where a string holds a NUL, UNDECODABLE
 * where a field has the number 0, which no other decoder takes. Neither can be without a byte of 0 somewhere.
 */
enum status wire_look_closer(const ProtobufCMessageDescriptor *type, struct span bytes) MUST_USE;

/* Goes on only while all is well. */
#define CHECK(call) \
	do { \
		enum status check_status_ = (call); \
		if (check_status_ != STATUS_OK) \
			return check_status_; \
	} while (0)

#endif
