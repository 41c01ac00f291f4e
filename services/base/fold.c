/* See fold.h. */
#include "fold.h"

#include <string.h>

enum { COLUMNS = 78 };

void
fold_print(const char *prose, int indent, int column, FILE *out)
{
	if (column < indent) {
		fprintf(out, "%*s", indent - column, "");
		column = indent;
	}
	for (int begin = column; *prose != '\0';) {
		int bytes = (int)strcspn(prose, " ");
		if (column > begin && column + 1 + bytes > COLUMNS) {
			fprintf(out, "\n%*s", indent, "");
			column = begin = indent;
		}
		fprintf(out, "%s%.*s", column > begin ? " " : "", bytes, prose);
		column += bytes + (column > begin ? 1 : 0);
		prose += bytes;
		prose += strspn(prose, " ");
	}
	fputs("\n", out);
}
