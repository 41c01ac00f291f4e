/* What was cleaned, in sentences for a person. Owns nothing. */
#ifndef JUYAN_MODEL_CLEAN_NOTES_H
#define JUYAN_MODEL_CLEAN_NOTES_H

#include "clean.h"

/*
 * Adds the notes to `cleaned`, whose values are still the series' own; `wild[]` and `expected[]` are of its steps from `begin` on.
 */
void clean_tell(struct cleaned *cleaned, const struct series *series, const bool *wild, const double *expected);

#endif
