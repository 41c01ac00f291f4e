/* Prose for a terminal, folded here: a line of help that is wrapped by somebody else loses its indentation. Owns nothing. */
#ifndef JUYAN_BASE_FOLD_H
#define JUYAN_BASE_FOLD_H

#include <stdio.h>

/* Words in lines of at most 78 columns, each begun with so many blanks. `column`: where the first line stands already; 0: anew. */
void fold_print(const char *prose, int indent, int column, FILE *out);

#endif
