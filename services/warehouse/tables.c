/* The names of tables.h. */
#include "tables.h"

#include <assert.h>

static const struct {
	const char *name;
	const char *columns;
} rows[] = {
#define X(name, columns) { #name, columns },
	TABLE_OF_WAREHOUSE_LIST(X)
#undef X
};

const char *
warehouse_table_name(enum warehouse_table table)
{
	assert(table < WAREHOUSE_TABLES);
	return rows[table].name;
}

const char *
warehouse_table_columns(enum warehouse_table table)
{
	assert(table < WAREHOUSE_TABLES);
	return rows[table].columns;
}
