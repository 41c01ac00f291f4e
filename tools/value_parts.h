/* What a value is made of: shared by value.c, which asks it, and value_read.c, which reads it. Nobody else includes this. */
#ifndef JUYAN_TOOLS_VALUE_PARTS_H
#define JUYAN_TOOLS_VALUE_PARTS_H

#include "moment.h"
#include "value.h"

enum { VALUE_PIECES_MAX = 32, VALUE_PAD_MAX = 32 };

enum value_piece_kind { PIECE_TEXT, PIECE_COLUMN, PIECE_COLUMN_OR_NOTHING, PIECE_LINE };

struct value_piece {
	enum value_piece_kind kind;
	struct span text; /* PIECE_TEXT */
	size_t column;    /* by its place in value_columns */
};

enum value_case { CASE_KEPT, CASE_LOWER, CASE_UPPER };

struct value_pair {
	struct span from;
	struct span to;
};

struct value {
	enum value_kind kind;
	const char *field;                    /* for messages */
	const ProtobufCEnumDescriptor *names; /* VALUE_NAME */
	struct value_piece *pieces;
	size_t n_pieces;
	const char **unknown; /* cells that mean "not known" */
	size_t unknowns;
	const struct value *if_empty; /* NULL: not known then */
	bool digits_only;
	enum value_case letters;
	size_t pad; /* with zeros in front, up to this many bytes */
	bool translated;
	struct value_pair *pairs; /* sorted by `from` */
	size_t n_pairs;
	const struct value *otherwise; /* NULL: what is not in pairs is refused */
	const struct value *unit;      /* VALUE_MASS; NULL: kg */
	struct decimal_style style;
	const char *form;           /* VALUE_MOMENT */
	const struct value *offset; /* NULL: the text has to say it */
};

/* By bytes, as memcmp; a shorter one comes first. */
int value_order(struct span a, struct span b);
/* Whether the value is the same for every row. */
bool value_constant(const struct value *value);
/*
 * A text by itself as what the value's kind wants; `why` ends a sentence. `aside` is the unit of a mass, or the offset of a time in
 * minutes (NULL: the time has to say it).
 */
enum status value_convert(const struct value *value, struct span text, const int64_t *aside, int64_t *out,
    struct reason *why) MUST_USE;

#endif
