/*
 * UN/EDIFACT documents, a segment at a time (ISO 9735): the service characters of UNA or the usual ones, the release character,
 * line ends between segments. It knows no message. A reading is the caller's; it lends the document. Any thread, one at a time.
 */
#ifndef JUYAN_CONNECTORS_EDIFACT_H
#define JUYAN_CONNECTORS_EDIFACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum { EDIFACT_SEGMENT_BYTES_MAX = 4096, EDIFACT_ELEMENTS_MAX = 32, EDIFACT_COMPONENTS_MAX = 12 };

struct edifact {
	struct span document;
	size_t at;
	size_t segments;                                 /* read so far */
	uint8_t component, element, release, terminator; /* release 0: none */
};

struct edifact_segment {
	size_t elements; /* with the tag, which is the element 0 */
	size_t components[EDIFACT_ELEMENTS_MAX];
	uint16_t start[EDIFACT_ELEMENTS_MAX][EDIFACT_COMPONENTS_MAX];
	char text[EDIFACT_SEGMENT_BYTES_MAX];
};

/* The document as UTF-8. SYNTAX: its UNA says characters that cannot be. */
enum status edifact_open(struct span document, struct edifact *out, struct reason *why) MUST_USE;
/* The next segment; *found is false at the end. SYNTAX (it does not end, it has no tag), TOO_LARGE: no more can be read. */
enum status edifact_next(struct edifact *edifact, struct edifact_segment *out, bool *found, struct reason *why) MUST_USE;

/* A component, without release characters; "" where there is none. */
const char *edifact_text(const struct edifact_segment *segment, size_t element, size_t component);
bool edifact_is(const struct edifact_segment *segment, const char *tag);

#endif
