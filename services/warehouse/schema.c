/* Running the texts of schema/: see schema.h. */
#include "schema.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

extern const unsigned char warehouse_001[], warehouse_002[];
extern const size_t warehouse_001_bytes, warehouse_002_bytes;

static const struct {
	const unsigned char *text;
	const size_t *bytes;
	const char *name;
} versions[SCHEMA_VERSION] = { { warehouse_001, &warehouse_001_bytes, "tables" },
	{ warehouse_002, &warehouse_002_bytes, "places and terminals" } };

static const char monthly_line[] = "--monthly ", monthly_place[] = "{monthly}", monthly_clause[] = " PARTITION BY RANGE (day)";

/* ---- texts ---- */

/* One line with what the choice makes of it; lines that are for partitions alone are left away without them. */
static void
print_line(const char *line, size_t n, bool monthly, FILE *out)
{
	const char *place = memmem(line, n, monthly_place, strlen(monthly_place));
	if (n >= strlen(monthly_line) && memcmp(line, monthly_line, strlen(monthly_line)) == 0) {
		if (monthly)
			fwrite(line + strlen(monthly_line), 1, n - strlen(monthly_line), out);
		return;
	}
	if (place == NULL || (n >= 2 && line[0] == '-' && line[1] == '-')) {
		fwrite(line, 1, n, out);
		return;
	}
	fwrite(line, 1, (size_t)(place - line), out);
	if (monthly)
		fputs(monthly_clause, out);
	place += strlen(monthly_place);
	fwrite(place, 1, n - (size_t)(place - line), out);
}

static void
print_version(unsigned version, bool monthly, FILE *out)
{
	assert(version >= 1 && version <= SCHEMA_VERSION);
	const char *at = (const char *)versions[version - 1].text, *end = at + *versions[version - 1].bytes;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		const char *next = stop == NULL ? end : stop + 1;
		print_line(at, (size_t)(next - at), monthly, out);
		at = next;
	}
	fprintf(out,
	    "INSERT INTO juyan.schema_version (version, name, applied_at, program, monthly) VALUES (%u, '%s', now(), '%s', %s);\n",
	    version, versions[version - 1].name, JUYAN_VERSION, monthly ? "true" : "false");
}

char *
schema_text(unsigned version, bool monthly)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	if (out == NULL)
		return NULL;
	print_version(version, monthly, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static const char *const reader[] = { "GRANT USAGE ON SCHEMA juyan TO juyan_reader",
	"GRANT SELECT ON ALL TABLES IN SCHEMA juyan TO juyan_reader" };

const char *
schema_reader(size_t i)
{
	return i < sizeof reader / sizeof reader[0] ? reader[i] : NULL;
}

enum status
schema_print(bool monthly, FILE *out)
{
	fputs("-- The warehouse of Juyan. Run it once, in a database whose encoding is UTF8, as the role that the service logs in "
	      "with, or\n"
	      "-- give that role all rights on the schema juyan and its tables afterwards.\n"
	      "BEGIN;\nCREATE SCHEMA juyan;\n\n",
	    out);
	for (unsigned version = 1; version <= SCHEMA_VERSION; version++)
		print_version(version, monthly, out);
	fputs("COMMIT;\n\n-- A role that reads, for analysts and boards: GRANT juyan_reader TO somebody;\nCREATE ROLE juyan_reader "
	      "NOLOGIN;\n",
	    out);
	for (size_t i = 0; schema_reader(i) != NULL; i++)
		fprintf(out, "%s;\n", schema_reader(i));
	return ferror(out) ? STATUS_SYSTEM : STATUS_OK;
}

/* ---- the database ---- */

/* The newest version that is there; 0: the schema is not. `monthly` is what its first version was made with. */
static enum trouble
find_version(struct pgline *line, int64_t *version, bool *monthly, struct reason *why)
{
	enum trouble trouble = pgline_ask(line,
	    "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'juyan' AND table_name = 'schema_version'", NULL,
	    0, why);
	*version = 0;
	if (trouble != TROUBLE_NONE || strcmp(pgline_cell(line, 0, 0), "0") == 0)
		return trouble;
	trouble = pgline_ask(line, "SELECT version, monthly FROM juyan.schema_version ORDER BY version", NULL, 0, why);
	if (trouble != TROUBLE_NONE)
		return trouble;
	for (size_t i = 0; i < pgline_rows(line); i++) {
		*version = strtoll(pgline_cell(line, i, 0), NULL, 10);
		if (i == 0)
			*monthly = pgline_cell(line, i, 1)[0] == 't';
	}
	return TROUBLE_NONE;
}

/* Two programs that begin at once: the second finds that the name is taken, and comes again. */
static enum trouble
make_version(struct pgline *line, unsigned version, bool monthly, struct reason *why)
{
	char *text = schema_text(version, monthly);
	if (text == NULL) {
		(void)reason_say(why, STATUS_NO_MEMORY, "memory ran out");
		return TROUBLE_ODD;
	}
	enum trouble trouble = pgline_run(line, "BEGIN", why);
	if (trouble == TROUBLE_NONE && version == 1)
		trouble = pgline_run(line, "CREATE SCHEMA IF NOT EXISTS juyan", why);
	if (trouble == TROUBLE_NONE)
		trouble = pgline_run(line, text, why);
	if (trouble == TROUBLE_NONE)
		trouble = pgline_run(line, "COMMIT", why);
	free(text);
	if (strncmp(pgline_state(line), "42P0", 4) == 0) /* a table or a schema of that name */
		return TROUBLE_CONTENDED;
	return trouble;
}

enum trouble
schema_ensure(struct pgline *line, bool *monthly, struct reason *why)
{
	int64_t version;
	enum trouble trouble = find_version(line, &version, monthly, why);
	if (trouble == TROUBLE_NONE && version > SCHEMA_VERSION) {
		(void)reason_say(why, STATUS_VERSION,
		    "the schema in the database is of version %lld, and this program knows %d: a newer Juyan is needed to write to "
		    "it",
		    (long long)version, SCHEMA_VERSION);
		return TROUBLE_SCHEMA;
	}
	while (trouble == TROUBLE_NONE && version < SCHEMA_VERSION)
		trouble = make_version(line, (unsigned)++version, *monthly, why);
	return trouble;
}

/* A grant of what one may not give is but a warning: so it is asked for afterwards, by the view that was made last. */
static enum trouble
may_read(struct pgline *line, bool *may, struct reason *why)
{
	enum trouble trouble = pgline_ask(line,
	    "SELECT count(*) FROM pg_roles WHERE rolname = 'juyan_reader' AND has_schema_privilege(rolname, 'juyan', 'USAGE')"
	    " AND has_table_privilege(rolname, 'juyan.weighings', 'SELECT')",
	    NULL, 0, why);
	if (trouble == TROUBLE_NONE)
		*may = strcmp(pgline_cell(line, 0, 0), "0") != 0;
	return trouble;
}

enum trouble
schema_grant(struct pgline *line, struct reason *why)
{
	bool may = false;
	enum trouble trouble = may_read(line, &may, why);
	if (trouble != TROUBLE_NONE || may)
		return trouble;
	trouble = pgline_ask(line, "SELECT count(*) FROM pg_roles WHERE rolname = 'juyan_reader'", NULL, 0, why);
	if (trouble == TROUBLE_NONE && strcmp(pgline_cell(line, 0, 0), "0") == 0)
		trouble = pgline_run(line, "CREATE ROLE juyan_reader NOLOGIN", why);
	for (size_t i = 0; trouble == TROUBLE_NONE && schema_reader(i) != NULL; i++)
		trouble = pgline_run(line, schema_reader(i), why);
	if (trouble == TROUBLE_NONE)
		trouble = may_read(line, &may, why);
	if (trouble != TROUBLE_NONE || may)
		return trouble;
	(void)reason_say(why, STATUS_NOT_AUTHORISED, "this role may not let juyan_reader read the tables of the schema juyan");
	return TROUBLE_RIGHTS;
}
