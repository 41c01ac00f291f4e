/* Segments are copied out, so that released characters are gone and each component ends in a NUL. */
#include "edifact.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

enum { UNA_BYTES = 9 };

static bool
is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\r' || byte == '\n' || byte == '\t';
}

/* A service character is a sign of its own. */
static bool
can_serve(uint8_t byte)
{
	return byte > ' ' && byte < 0x7F && !isalnum(byte);
}

/* UNA, and behind it: component, element, decimal mark, release (a blank: none), a reserved one, terminator. */
enum status
edifact_open(struct span document, struct edifact *out, struct reason *why)
{
	struct edifact edifact = { .document = document, .component = ':', .element = '+', .release = '?', .terminator = '\'' };
	while (edifact.at < document.bytes && is_blank(document.data[edifact.at]))
		edifact.at++;
	const uint8_t *una = document.data + edifact.at;
	if (document.bytes - edifact.at >= UNA_BYTES && memcmp(una, "UNA", 3) == 0) {
		edifact.component = una[3];
		edifact.element = una[4];
		edifact.release = una[6] == ' ' ? 0 : una[6];
		edifact.terminator = una[8];
		edifact.at += UNA_BYTES;
		if (!can_serve(edifact.component) || !can_serve(edifact.element) || !can_serve(edifact.terminator) ||
		    (edifact.release != 0 && !can_serve(edifact.release)) || edifact.component == edifact.element ||
		    edifact.component == edifact.terminator || edifact.element == edifact.terminator ||
		    edifact.release == edifact.component || edifact.release == edifact.element ||
		    edifact.release == edifact.terminator)
			return reason_say(why, STATUS_SYNTAX, "UNA: expected four different service characters, such as UNA:+.? '");
	}
	*out = edifact;
	return STATUS_OK;
}

/* Where a segment's text goes, component by component. */
struct filling {
	struct edifact_segment *segment;
	size_t element, component, n;
};

static enum status
fill(struct filling *filling, const struct edifact *edifact, uint8_t byte, bool released)
{
	struct edifact_segment *segment = filling->segment;
	if (filling->n + 2 > EDIFACT_SEGMENT_BYTES_MAX)
		return STATUS_TOO_LARGE;
	if (released || (byte != edifact->component && byte != edifact->element)) {
		if (byte != '\r' && byte != '\n') /* a line that was folded */
			segment->text[filling->n++] = (char)byte;
		return STATUS_OK;
	}
	if (byte == edifact->element) {
		filling->element++;
		filling->component = 0;
	} else
		filling->component++;
	if (filling->element == EDIFACT_ELEMENTS_MAX || filling->component == EDIFACT_COMPONENTS_MAX)
		return STATUS_TOO_LARGE;
	segment->text[filling->n++] = '\0';
	segment->start[filling->element][filling->component] = (uint16_t)filling->n;
	segment->components[filling->element] = filling->component + 1;
	return STATUS_OK;
}

/* Whether the byte at *at is released, which makes the one behind it a plain one. */
static bool
skip_release(const struct edifact *edifact, size_t *at)
{
	if (edifact->release == 0 || edifact->document.data[*at] != edifact->release || *at + 1 == edifact->document.bytes)
		return false;
	(*at)++;
	return true;
}

enum status
edifact_next(struct edifact *edifact, struct edifact_segment *out, bool *found, struct reason *why)
{
	struct filling filling = { .segment = out };
	size_t at = edifact->at;
	while (at < edifact->document.bytes && is_blank(edifact->document.data[at]))
		at++;
	*found = false;
	if (at == edifact->document.bytes)
		return STATUS_OK;
	memset(out->components, 0, sizeof out->components);
	out->components[0] = 1;
	out->start[0][0] = 0;
	for (;; at++) {
		if (at == edifact->document.bytes)
			return reason_say(why, STATUS_SYNTAX, "segment %zu: expected %c at its end", edifact->segments + 1,
			    edifact->terminator);
		bool released = skip_release(edifact, &at);
		uint8_t byte = edifact->document.data[at];
		if (!released && byte == edifact->terminator)
			break;
		if (fill(&filling, edifact, byte, released) != STATUS_OK)
			return reason_say(why, STATUS_TOO_LARGE,
			    "segment %zu: expected at most %d bytes, %d elements of %d components", edifact->segments + 1,
			    EDIFACT_SEGMENT_BYTES_MAX, EDIFACT_ELEMENTS_MAX, EDIFACT_COMPONENTS_MAX);
	}
	out->text[filling.n] = '\0';
	out->elements = filling.element + 1;
	edifact->at = at + 1;
	edifact->segments++;
	if (strlen(out->text) != 3)
		return reason_say(why, STATUS_SYNTAX, "segment %zu: expected a tag of three letters", edifact->segments);
	*found = true;
	return STATUS_OK;
}

const char *
edifact_text(const struct edifact_segment *segment, size_t element, size_t component)
{
	if (element >= segment->elements || component >= segment->components[element])
		return "";
	return segment->text + segment->start[element][component];
}

bool
edifact_is(const struct edifact_segment *segment, const char *tag)
{
	assert(strlen(tag) == 3);
	return strcmp(segment->text, tag) == 0;
}
