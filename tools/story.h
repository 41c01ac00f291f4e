/*
 * Events told to people in a line each. Texts come from outside and may be anything: signs that would move a terminal's cursor are
 * shown as '?'. Owns nothing; the stream is the caller's.
 */
#ifndef JUYAN_TOOLS_STORY_H
#define JUYAN_TOOLS_STORY_H

#include <stdio.h>

#include "wire.h"

/* Prints a text from outside; what is no clean UTF-8 as '?'. */
void story_text(FILE *out, const char *text);
/* "manifest lodged", "unit weighed" …; never NULL. */
const char *story_kind(const Juyan__V1__Event *event);
/* What the event says, without its kind, port and batch: "1234: gross 146.800 t, tare unknown, scale 2". No newline. */
void story_event(FILE *out, const Juyan__V1__Event *event);
/* The units and waybills of a manifest, a line each behind `indent` spaces. */
void story_manifest(FILE *out, const Juyan__V1__ManifestLodged *manifest, int indent);

#endif
