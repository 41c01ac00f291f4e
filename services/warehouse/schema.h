/*
 * The schema's versions: SQL texts of schema/, in the program as bytes. A database has all versions up to one; the program brings
 * it up to its own, each version in a transaction, and leaves one that is newer alone.
 */
#ifndef JUYAN_WAREHOUSE_SCHEMA_H
#define JUYAN_WAREHOUSE_SCHEMA_H

#include <stdio.h>

#include "pgline.h"

enum { SCHEMA_VERSION = 2 };

/* The text of one version (from 1) as it is run: the caller frees it. NULL: memory ran out. */
char *schema_text(unsigned version, bool monthly) MUST_USE;
/* What makes the schema of nothing, for who wants to run it himself. */
enum status schema_print(bool monthly, FILE *out) MUST_USE;
/* The statements that let juyan_reader read, one at a time; NULL behind the last. */
const char *schema_reader(size_t i);

/*
 * Brings the database up to SCHEMA_VERSION, where it is below. `monthly` is what is wanted of new tables, and becomes what the
 * tables are. SCHEMA with a sentence where it is newer or half there.
 */
enum trouble schema_ensure(struct pgline *line, bool *monthly, struct reason *why) MUST_USE;

/* Lets a role juyan_reader read all tables and views; makes it where that is allowed. A trouble here hinders nothing else. */
enum trouble schema_grant(struct pgline *line, struct reason *why) MUST_USE;

#endif
